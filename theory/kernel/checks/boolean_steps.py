"""Boolean dag problems: which are such, and which tables one step can have.

The *table* of a function of some slots: bit p is the result where the j-th slot holds bit j of p.
`applications` finds the tables that a step can have on a set of slots by evaluating every component
on every choice of operands from the set, repeats included. `theory.kernel.checks.cnf` builds on
that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from theory.kernel.components.placements import Wiring, instances
from theory.kernel.errors import ProblemError
from theory.kernel.language.sorts import BOOL, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost, step_function
from theory.kernel.problems.targets import Relation, Table

MAX_ARITY = 3


@dataclass(frozen=True, slots=True)
class Application:
    """A way to get a table: a component instance, and which slot of the set each operand is."""

    component: str
    setting: tuple[Value, ...]
    operands: tuple[int, ...]


def check_supported(problem: Problem) -> int:
    """The greatest number of inputs of a component, for a problem that can be encoded.

    Raises:
        ProblemError: `not-boolean` where it cannot: it must be a dag problem of cost length, all
            sorts Bool, with total components of one output and at most `MAX_ARITY` inputs.
    """
    if problem.wiring is not Wiring.DAG or isinstance(problem.target, Table):
        raise _unsupported(problem, "the wiring is not dag")
    if isinstance(problem.target, Relation):
        raise _unsupported(problem, "the target is a relation")
    if problem.cost is not Cost.LENGTH:
        raise _unsupported(problem, f"the cost is {problem.cost}")
    if not problem.inputs:
        raise _unsupported(problem, "there are no inputs")
    if any(v.sort != BOOL for v in (*problem.inputs, *problem.outputs)):
        raise _unsupported(problem, "an input or output is not Bool")
    components = problem.components.components if problem.components else ()
    if not components:
        raise _unsupported(problem, "there are no components")
    for component in components:
        if len(component.inputs) > MAX_ARITY or len(component.outputs) != 1:
            message = f"{component.name} does not have one output and at most {MAX_ARITY} inputs"
            raise _unsupported(problem, message)
        if any(s != BOOL for s in (*component.input_sorts, *component.output_sorts)):
            raise _unsupported(problem, f"{component.name} is not Boolean")
    return max(len(c.inputs) for c in components)


def _unsupported(problem: Problem, message: str) -> ProblemError:
    return ProblemError("not-boolean", f"no proof is possible here: {message}", problem.name)


def applications(problem: Problem, size: int) -> dict[int, Application]:
    """The tables that one step can have on a set of `size` slots, each with a first way to get it.

    Raises:
        ProblemError: `not-boolean` where a component blocks somewhere.
    """
    assert problem.components is not None
    found: dict[int, Application] = {}
    for component, setting in instances(problem.components):
        function = step_function(component, setting)
        results: dict[tuple[Value, ...], bool] = {}
        for values in product((False, True), repeat=len(component.inputs)):
            result = function(*values)
            if result is None:
                raise _unsupported(problem, f"{component.name} blocks on some inputs")
            results[values] = bool(result[0])
        for operands in product(range(size), repeat=len(component.inputs)):
            table = 0
            for p in range(1 << size):
                table |= results[tuple(bool(p >> j & 1) for j in operands)] << p
            found.setdefault(table, Application(component.name, setting, operands))
    return found


def flipped(table: int, size: int, j: int) -> int:
    """The table with its j-th operand complemented."""
    return sum((table >> (p ^ 1 << j) & 1) << p for p in range(1 << size))


def essential(table: int, size: int) -> int:
    """How many operands the table depends on."""
    return sum(flipped(table, size, j) != table for j in range(size))
