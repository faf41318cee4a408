"""Sequences for the functions that `all_functions` has costs of.

The search keeps one list of values a class. A symmetry that carries its last value to the function
asked for carries the whole list to values that make that function; which gate makes each of them
from earlier ones is then found by trying.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.exact.functions.all_functions import AllFunctions
from solvers.exact.functions.gate_algebra import free_values, gate_functions, polynomial, symmetries
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.kernel.problems.sequences import Sequence


class Witnesses:
    """Shortest sequences, class by class."""

    def __init__(self, found: AllFunctions) -> None:
        self.found = found
        self.full = len(found.costs) - 1
        generators = symmetries(
            found.n, complements=found.free_complements, normal=found.normal
        )  # fmt: skip
        functions = np.arange(self.full + 1, dtype=np.int64)
        self._images = np.array([g(functions) for g in generators], dtype=np.int64)
        self._programs: dict[int, dict[int, NDArray[np.int64]]] = {}
        gates = gate_functions(found.components)
        self._gates = list(gates.values())
        self._polynomials = np.array([polynomial(g, self.full) for g in gates], dtype=np.int64)
        self._arities = np.array([len(c.inputs) for c, _ in self._gates], dtype=np.int64)
        free = free_values(found.n, free_complements=found.free_complements)
        self._free = np.array(list(free.values()), dtype=np.int64)
        self._inputs = tuple(Variable(name, BOOL) for name in free)

    def program(self, function: int) -> NDArray[np.int64]:
        """The values of the steps of a shortest sequence, up to complements where those are free.

        Raises:
            ProblemError: `unknown-cost` for a function that the search did not reach.
        """
        cost = int(self.found.costs[function])
        if cost < 0:
            raise ProblemError("unknown-cost", f"function {function} was not reached")
        number = int(self.found.classes[function])
        if number not in self._programs:
            self._programs[number] = self._orbit(self.found.witnesses[number, :cost])
        return self._programs[number][function]

    def _orbit(self, program: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
        """The program of each function of a class, by its last value."""
        found = {int(program[-1]): program}
        todo = [program]
        while todo:
            one = todo.pop()
            for moved in self._images[:, one]:
                if int(moved[-1]) not in found:
                    found[int(moved[-1])] = moved
                    todo.append(moved)
        return found

    def sequence(self, function: int) -> Sequence:
        """A shortest sequence for a function; its inputs are the free values, by their names.

        Raises:
            ProblemError: `unknown-cost`.
        """
        free = self._free.tolist()
        if function in free:
            steps, output = [], free.index(function)
        else:
            program = self.program(function)
            made = realise(
                program, function, self._free, self._polynomials, self._arities, self.full,
                self.found.normal,
            )  # fmt: skip
            steps, output = made.tolist(), len(free) + len(program) - 1
        listed = []
        for gate, *reads in steps:
            component, setting = self._gates[gate]
            slots = tuple(reads[: len(component.inputs)])
            listed.append(Step(component.name, slots, (), setting))
        return Sequence(
            self.found.components, Wiring.DAG, self._inputs, tuple(listed), (output,)
        )  # fmt: skip


@compiled
def realise(
    program: Any, function: Any, free: Any, polynomials: Any, arities: Any, full: Any, either: Any
) -> Any:  # pragma: no cover - compiled
    """Steps (gate, operand slots) that make the values of a program one after the other.

    Args:
        program: (c,) values; the last becomes `function` itself, the others themselves or, with
            `either`, perhaps their complements.
        polynomials, arities: of the gates, whose operand k stands for factor k.
    """
    n, c = len(free), len(program)
    slots = np.zeros(n + c, dtype=np.int64)
    slots[:n] = free
    steps = np.full((c, 4), -1, dtype=np.int64)
    for k in range(c):
        count = n + k
        wanted = function if k == c - 1 else program[k]
        for gate in range(len(arities)):
            arity = arities[gate]
            p = polynomials[gate]
            for x in range(count if arity >= 1 else 1):
                for y in range(count if arity >= 2 else 1):
                    for z in range(count if arity >= 3 else 1):
                        a, b = slots[x], slots[y]
                        high = p[4] ^ (p[5] & a) ^ (p[6] & b) ^ (p[7] & a & b)
                        f = p[0] ^ (p[1] & a) ^ (p[2] & b) ^ (p[3] & a & b) ^ (high & slots[z])
                        if f == wanted or (either and k < c - 1 and f == full ^ wanted):
                            steps[k, 0], steps[k, 1], steps[k, 2], steps[k, 3] = gate, x, y, z
                            slots[count] = f
                            break
                    if steps[k, 0] >= 0:
                        break
                if steps[k, 0] >= 0:
                    break
            if steps[k, 0] >= 0:
                break
    return steps
