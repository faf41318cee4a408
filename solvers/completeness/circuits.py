"""Small sequences with fan-out that do an operation on samples: every value that few steps make.

Values are kept once each, as the vector of what they are on the samples, with the cheapest formula
found for them; formulas of cost c are made from all formulas whose costs add up to c - 1. Shared
parts are written once in the resulting sequence. What a formula costs is its number of steps
counted as a tree, so a sequence found here need not be the shortest. Rationals are searched as
floats: what is found is proved afterwards, exactly.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from types import FunctionType
from typing import Any

from solvers.compiled.term_code import step_function
from solvers.completeness.search_budget import Clock
from theory.kernel.components.component import Component, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring, instances
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import REAL, Sort, Value
from theory.kernel.language.terms import nodes
from theory.kernel.problems.sequences import Sequence

Vector = tuple[Value, ...]

MAX_INSTANCES = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """How a value is made: an input, or one output of a piece applied to formulas."""

    piece: Piece | None
    args: tuple[Formula, ...]
    output: int  # the input's number where there is no piece


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A component at a setting, or a sequence found earlier, as something to apply.

    Attributes:
        spots: the only inputs (by number) it may read, or None for any values.
        source: the component and its setting, or the sequence.
    """

    sorts: tuple[Sort, ...]
    outputs: tuple[Sort, ...]
    run: Callable[..., tuple[Value, ...] | None]
    spots: tuple[tuple[int, ...], ...] | None
    source: tuple[str, tuple[Value, ...]] | Sequence


def pieces(components: ComponentSet, *, exact: bool = False) -> list[Piece]:
    """Every component at every setting that may be a step with fan-out.

    Args:
        exact: rationals as fractions, not as floats.

    Raises:
        ProblemError: `too-many-placements`.
    """
    found = []
    for component, setting in instances(components, MAX_INSTANCES):
        if component.role is not Role.OPERATION or component.writes is not None:
            continue
        if component.placements is not None and components.cells is None:
            continue
        run = step_function(component, setting) if exact else quick_function(component, setting)
        spots = component.placements
        sorts, outputs = component.input_sorts, component.output_sorts
        found.append(Piece(sorts, outputs, run, spots, (component.name, setting)))
    return found


def quick(value: Value) -> Any:
    """A rational as a float; any other value as it is."""
    return float(value) if isinstance(value, Fraction) else value


def floats_fit(components: ComponentSet) -> bool:
    """Whether the set's rationals may be searched as floats: no guards, no rounding operators."""
    return all(
        component.guard is None
        and not any(node.op in ("to_int", "is_int") for node in nodes(component.outputs))
        for component in components.components
    )


def quick_function(
    component: Component, setting: tuple[Value, ...]
) -> Callable[..., tuple[Value, ...] | None]:
    """The component's function with floats for rationals: the compiled code on other literals."""
    exact = step_function(component, setting)
    if all(node.sort != REAL for node in nodes(component.outputs)):
        return exact
    known = {name: quick(value) for name, value in exact.__globals__.items()}
    known |= {"Fraction": float, "product": operator.mul, "quotient": _divided}
    return FunctionType(exact.__code__, known)


def _divided(a: float, b: float) -> float:
    return a / b if b else 0.0


def piece_of(sequence: Sequence, constants: tuple[Value, ...], *, exact: bool = False) -> Piece:
    """A sequence found earlier; its last inputs are the constants, which stay what they are."""
    count = len(sequence.inputs) - len(constants)
    slots = [v.sort for v in sequence.inputs]
    for step in sequence.steps:
        slots.extend(sequence[step.component].output_sorts)
    outputs = tuple(slots[k] for k in sequence.outputs)

    def run(*values: Value) -> tuple[Value, ...] | None:
        found = sequence.evaluate((*map(_exact, values), *constants))
        return found if exact or found is None else tuple(map(quick, found))

    return Piece(tuple(slots[:count]), outputs, run, None, sequence)


def _exact(value: Any) -> Value:
    return Fraction(value) if isinstance(value, float) else value


class Values:
    """The values that formulas of growing cost make on samples.

    With `centre`, pieces without spots of their own read that input and what was made, not its
    neighbours: a 1x1 convolution is no 3x3 convolution.
    """

    def __init__(
        self,
        inputs: tuple[Variable, ...],
        samples: list[Vector],
        available: list[Piece],
        centre: int | None = None,
    ) -> None:
        self.inputs, self.samples, self.available = inputs, samples, available
        self.centre = centre
        self.by_cost: list[dict[Sort, list[tuple[Vector, Formula]]]] = [{}]
        self.seen: dict[tuple[Sort, Vector], Formula] = {}
        for k, variable in enumerate(inputs):
            if centre is not None and k != centre:
                continue
            vector = tuple(sample[k] for sample in samples)
            self._add(0, variable.sort, vector, Formula(None, (), k))

    def _add(self, cost: int, sort: Sort, vector: Vector, formula: Formula) -> None:
        if (sort, vector) not in self.seen:
            self.seen[sort, vector] = formula
            self.by_cost[cost].setdefault(sort, []).append((vector, formula))

    def look_ahead(self, target: tuple[Sort, Vector], clock: Clock) -> Formula | None:
        """A formula of the next cost for the target, without keeping the others."""
        sort, wanted = target
        for piece in self.available:
            places = [k for k, s in enumerate(piece.outputs) if s == sort]
            if not places:
                continue
            run = piece.run
            for args in self._arguments(piece, len(self.by_cost) - 1):
                clock.check()
                vectors = [vector for vector, _ in args]
                for place in places:
                    for row, value in enumerate(wanted):
                        result = run(*[vector[row] for vector in vectors])
                        if result is None or result[place] != value:
                            break
                    else:
                        return Formula(piece, tuple(formula for _, formula in args), place)
        return None

    def grow(self, states: int, clock: Clock) -> None:
        """Makes the formulas of the next cost."""
        cost = len(self.by_cost)
        self.by_cost.append({})
        for piece in self.available:
            for args in self._arguments(piece, cost - 1):
                clock.check()
                rows = zip(*(vector for vector, _ in args), strict=True)
                results = [r for r in (piece.run(*row) for row in rows) if r is not None]
                if len(results) < len(self.samples):
                    continue
                formulas = tuple(formula for _, formula in args)
                columns = zip(*results, strict=True)
                for k, vector in enumerate(columns):
                    made = Formula(piece, formulas, k)
                    self._add(cost, piece.outputs[k], vector, made)
                if len(self.seen) >= states:
                    return

    def _arguments(self, piece: Piece, cost: int) -> Iterator[tuple[tuple[Vector, Formula], ...]]:
        if piece.spots is not None:
            if cost == 0:
                for spot in piece.spots:
                    if max(spot, default=0) < len(self.inputs):
                        yield tuple(self._input(k) for k in spot)
            return
        for costs in _splits(cost, len(piece.sorts)):
            lists = [
                self.by_cost[c].get(sort, []) for c, sort in zip(costs, piece.sorts, strict=True)
            ]
            yield from product(*lists)

    def _input(self, k: int) -> tuple[Vector, Formula]:
        return tuple(sample[k] for sample in self.samples), Formula(None, (), k)


def _splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 0:
        if total == 0:
            yield ()
        return
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _splits(total - first, parts - 1):
            yield (first, *rest)


def find_circuit(
    components: ComponentSet,
    inputs: tuple[Variable, ...],
    samples: list[Vector],
    targets: list[tuple[Sort, Vector]],
    available: list[Piece],
    length: int,
    states: int,
    clock: Clock,
    centre: int | None = None,
    *,
    exact: bool = False,
) -> Sequence | None:
    """A sequence whose outputs are the targets on the samples, or None within the bounds."""
    as_held: Callable[[Value], Any] = (lambda value: value) if exact else quick
    rows = [tuple(map(as_held, row)) for row in samples]
    goals = [(sort, tuple(map(as_held, vector))) for sort, vector in targets]
    values = Values(inputs, rows, available, centre)
    for cost in range(length + 1):
        if all(t in values.seen for t in goals):
            return _sequence(components, inputs, [values.seen[t] for t in goals])
        if cost == length or len(values.seen) >= states:
            return None
        if len(goals) == 1:
            formula = values.look_ahead(goals[0], clock)
            if formula is not None:
                return _sequence(components, inputs, [formula])
            if cost == length - 1:
                return None
        values.grow(states, clock)
    return None


def _sequence(
    components: ComponentSet, inputs: tuple[Variable, ...], formulas: list[Formula]
) -> Sequence:
    steps: list[Step] = []
    made: dict[tuple[str, tuple[Value, ...], tuple[int, ...]], tuple[int, ...]] = {}
    count = [len(inputs)]

    def emit(name: str, setting: tuple[Value, ...], reads: tuple[int, ...]) -> tuple[int, ...]:
        key = (name, setting, reads)
        if key not in made:
            steps.append(Step(name, reads, (), setting))
            width = len(components[name].outputs)
            made[key] = tuple(range(count[0], count[0] + width))
            count[0] += width
        return made[key]

    def slot(formula: Formula) -> int:
        if formula.piece is None:
            return formula.output
        reads = tuple(slot(arg) for arg in formula.args)
        source = formula.piece.source
        if isinstance(source, tuple):
            return emit(source[0], source[1], reads)[formula.output]
        held = len(source.inputs) - len(reads)
        slots: list[int] = [*reads, *range(len(inputs) - held, len(inputs))]
        for step in source.steps:
            slots.extend(emit(step.component, step.parameters, tuple(slots[k] for k in step.reads)))
        return slots[source.outputs[formula.output]]

    outputs = tuple(slot(formula) for formula in formulas)
    return Sequence(components, Wiring.DAG, inputs, tuple(steps), outputs)
