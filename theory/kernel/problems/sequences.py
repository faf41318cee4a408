"""Sequences: straight-line programs of components, and their exact meaning.

A `Sequence` holds its steps, the inputs they start from and the slots read off at the end. It
evaluates exactly, composes to terms and has costs. The empty sequence is the identity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from theory.kernel.components.component import Component, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring, allows
from theory.kernel.deadline import tick
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import Value, value_from_json
from theory.kernel.language.terms import TRUE, Term, conjunction, substitute, var

MAX_REMEMBERED = 4_096  # results of a step that are kept


class Cost(StrEnum):
    """What is bounded: the number of steps, the formula size or the depth."""

    LENGTH = "length"
    TREE = "tree"
    DEPTH = "depth"

    @property
    def noun(self) -> str:
        """What it is called in a sentence."""
        return "formula size" if self is Cost.TREE else str(self)


@lru_cache(maxsize=100_000)
def step_function(
    component: Component, setting: tuple[Value, ...]
) -> Callable[..., tuple[Value, ...] | None]:
    """The exact function of a component at a parameter setting; it remembers some results."""
    function = component.function(setting)
    known: dict[tuple[Value, ...], tuple[Value, ...] | None] = {}

    def run(*values: Value) -> tuple[Value, ...] | None:
        if values in known:
            return known[values]
        result = function(*values)
        if len(known) < MAX_REMEMBERED:
            known[values] = result
        return result

    return run


@dataclass(frozen=True, slots=True)
class Sequence:
    """A straight-line program.

    Attributes:
        components: the set its steps name; None for a table, whose steps have no terms.
        wiring: chain, dag or table.
        inputs: the registers (chain) or the input slots (dag).
        steps: what is done, in order.
        outputs: the slots whose final values are the result.
    """

    components: ComponentSet | None
    wiring: Wiring
    inputs: tuple[Variable, ...]
    steps: tuple[Step, ...]
    outputs: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.components is not None:
            _check_sequence(self)

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, name: str) -> Component:
        if self.components is None:
            raise ProblemError("no-terms", "the steps of a table have no terms")
        return self.components[name]

    def run(self, values: tuple[Value, ...]) -> tuple[Value, ...] | None:
        """All slots after the last step, from the given inputs; None where a step blocks."""
        slots = list(values)
        for step in self.steps:
            tick()
            function = step_function(self[step.component], step.parameters)
            result = function(*(slots[k] for k in step.reads))
            if result is None:
                return None
            if self.wiring is Wiring.CHAIN:
                for register, value in zip(step.writes, result, strict=False):
                    slots[register] = value
            else:
                slots.extend(result)
        return tuple(slots)

    def evaluate(self, values: tuple[Value, ...]) -> tuple[Value, ...] | None:
        """The exact outputs for the given inputs; None where a step blocks."""
        slots = self.run(values)
        return None if slots is None else tuple(slots[k] for k in self.outputs)

    def compose(self) -> tuple[tuple[Term, ...], Term]:
        """The outputs as terms over the inputs, and the condition under which no step blocks."""
        slots = [var(v.name, v.sort) for v in self.inputs]
        guards: list[Term] = []
        for step in self.steps:
            tick()
            component = self[step.component]
            outputs, guard = component.instantiate(step.parameters)
            names = (v.name for v in component.inputs)
            values = dict(zip(names, (slots[k] for k in step.reads), strict=True))
            if guard is not None:
                guards += substitute([guard], values)
            results = substitute(outputs, values)
            if self.wiring is Wiring.CHAIN:
                for register, term in zip(step.writes, results, strict=False):
                    slots[register] = term
            else:
                slots.extend(results)
        blocked_nowhere = conjunction(dict.fromkeys(guards)) if guards else TRUE
        return tuple(slots[k] for k in self.outputs), blocked_nowhere

    def cost(self, cost: Cost) -> int:
        """Steps; or the size of the formula each output is, summed; or the longest path.

        In a formula a shared step is written out again, so tree cost counts it at every use.
        """
        if cost is Cost.LENGTH or self.components is None:
            return len(self.steps)
        sizes, depths = [0] * len(self.inputs), [0] * len(self.inputs)
        for step in self.steps:
            size = 1 + sum(sizes[k] for k in step.reads)
            depth = 1 + max((depths[k] for k in step.reads), default=0)
            if self.wiring is Wiring.CHAIN:
                for register in step.writes:
                    sizes[register], depths[register] = size, depth
            else:
                count = len(self[step.component].outputs)
                sizes += [size] * count
                depths += [depth] * count
        if cost is Cost.TREE:
            return sum(sizes[k] for k in self.outputs)
        return max((depths[k] for k in self.outputs), default=0)

    @classmethod
    def from_json(
        cls,
        data: Any,
        components: ComponentSet | None,
        wiring: Wiring,
        inputs: tuple[Variable, ...],
        where: str = "sequence",
    ) -> Sequence:
        """The sequence that `to_json` wrote.

        Raises:
            ProblemError: `bad-sequence` with a location, for anything else.
        """
        if not isinstance(data, dict) or set(data) != {"steps", "outputs"}:
            raise ProblemError("bad-sequence", "expected steps and outputs", where)
        if not isinstance(data["steps"], list):
            raise ProblemError("bad-sequence", "steps is a list", where)
        steps = []
        for k, item in enumerate(data["steps"]):
            place = f"{where}.steps[{k}]"
            match item:
                case [str(name), list(reads), list(writes), list(weights)]:
                    setting: tuple[Value, ...] = ()
                    if components is not None:
                        declared = components[name].parameters
                        if len(declared) != len(weights):
                            message = f"{name} has {len(declared)} parameter(s)"
                            raise ProblemError("bad-sequence", message, place)
                        setting = tuple(
                            value_from_json(p.sort, w, place)
                            for p, w in zip(declared, weights, strict=True)
                        )
                    elif weights:
                        raise ProblemError("bad-sequence", "a table has no parameters", place)
                    steps.append(Step(name, _slots(reads, place), _slots(writes, place), setting))
                case _:
                    message = "a step is [component, reads, writes, parameters]"
                    raise ProblemError("bad-sequence", message, place)
        outputs = _slots(data["outputs"], f"{where}.outputs")
        try:
            return cls(components, wiring, inputs, tuple(steps), outputs)
        except ProblemError as error:
            raise ProblemError(error.reason, error.message, f"{where}.{error.where}") from None


def _slots(data: Any, where: str) -> tuple[int, ...]:
    if isinstance(data, list) and all(type(k) is int and k >= 0 for k in data):
        return tuple(data)
    raise ProblemError("bad-sequence", "slots are a list of numbers from 0", where)


def _check_sequence(sequence: Sequence) -> None:
    sorts = [v.sort for v in sequence.inputs]
    for k, step in enumerate(sequence.steps):
        where = f"steps[{k}]"
        component = sequence[step.component]
        for slot in (*step.reads, *step.writes):
            if not 0 <= slot < len(sorts):
                message = f"slot {slot} does not exist at step {k}; there are {len(sorts)}"
                raise ProblemError("bad-slot", message, where)
        if tuple(sorts[s] for s in step.reads) != component.input_sorts:
            message = f"{component.name} does not take slots {step.reads}"
            raise ProblemError("wrong-sort", message, where)
        declared = component.parameters
        if len(declared) != len(step.parameters) or not all(
            p.admits(v) for p, v in zip(declared, step.parameters, strict=True)
        ):
            message = f"{component.name} does not have parameter values {step.parameters}"
            raise ProblemError("bad-parameter", message, where)
        dag = sequence.wiring is Wiring.DAG
        results = component.output_sorts if dag else component.written
        if dag:
            if step.writes:
                raise ProblemError("bad-slot", "a step of a dag writes no registers", where)
            sorts.extend(results)
        elif component.role is Role.TEST:
            message = f"{component.name} only decides; it is no step of a chain"
            raise ProblemError("wrong-role", message, where)
        elif tuple(sorts[s] for s in step.writes) != results or len(set(step.writes)) != len(
            step.writes
        ):
            message = f"{component.name} does not write registers {step.writes}"
            raise ProblemError("wrong-sort", message, where)
        elif not allows(component, sequence.inputs, step):
            message = f"{component.name} may not stand at reads {step.reads}, writes {step.writes}"
            raise ProblemError("bad-placement", message, where)
    for slot in sequence.outputs:
        if not 0 <= slot < len(sorts):
            raise ProblemError("bad-slot", f"slot {slot} does not exist", "outputs")
