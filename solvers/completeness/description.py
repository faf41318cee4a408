"""What a set can do in few steps: programs, distinct behaviours, and error on common targets.

- `growth`: for each length, how many straight-line programs with fan-out there are, and how many
  different values they make on sample inputs; their quotient is the redundancy.
- `battery`: the exact least error, on the same samples, of the identity, maximum, parity, shift and
  product, for each length.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

from solvers.completeness.circuits import Piece, pieces
from solvers.completeness.search_budget import Clock, OutOfTimeError
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, Sort, Value, coerce
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

MAX_STATES = 200_000
_NUMBERS = (-2, -1, 0, 1, 3)


@dataclass(frozen=True, slots=True)
class Length:
    """Programs of exactly this length, and the distinct values their last steps make."""

    length: int
    programs: int
    behaviours: int


def sample_inputs(components: ComponentSet, count: int) -> tuple[tuple[Variable, ...], list[Any]]:
    """Inputs (the cells a step reads, or `count` of the first sort) and values for them."""
    sort = _sort(components)
    cells = components.cells
    number = len(cells.offsets) if cells is not None else count
    inputs = tuple(Variable(f"x{k}", sort) for k in range(number))
    small = [coerce(sort, n) for n in (_NUMBERS if sort in (INT, REAL) else (0, 1))]
    if number <= 2:
        return inputs, list(product(small, repeat=number))
    rng = random.Random(number)
    rows = [tuple(rng.choice(small) for _ in inputs) for _ in range(16)]
    return inputs, rows


def _sort(components: ComponentSet) -> Sort:
    for c in components.components:
        for sort in c.input_sorts:
            return sort
    return components.any_of[0] if components.any_of else BOOL


def growth(components: ComponentSet, count: int, most: int, clock: Clock) -> list[Length]:
    """Programs and behaviours for each length up to `most`, as far as the time allows."""
    inputs, rows = sample_inputs(components, count)
    available = pieces(components, exact=True)
    start = tuple((v.sort, tuple(row[k] for row in rows)) for k, v in enumerate(inputs))
    layer: set[frozenset[Any]] = {frozenset(start)}
    found = [Length(0, len(inputs), len(set(start)))]
    sorts = [v.sort for v in inputs]
    for length in range(1, most + 1):
        following: set[frozenset[Any]] = set()
        made: set[Any] = set()
        try:
            for state in layer:
                clock.check()
                for value in _next_values(state, start, available):
                    made.add(value)
                    if value not in state and length < most:
                        following.add(state | {value})
                        if len(following) > MAX_STATES:
                            return found
        except OutOfTimeError:
            return found
        layer |= following
        found.append(Length(length, _programs(available, sorts, length), len(made)))
    return found


def _next_values(
    state: frozenset[Any], start: tuple[Any, ...], available: list[Piece]
) -> list[Any]:
    made = []
    for piece in available:
        if piece.spots is not None:
            choices = [tuple(start[k] for k in spot) for spot in piece.spots]
        else:
            choices = list(product(*([v for v in state if v[0] == s] for s in piece.sorts)))
        for args in choices:
            results = [piece.run(*row) for row in zip(*(vector for _, vector in args), strict=True)]
            if any(r is None for r in results):
                continue
            for k, sort in enumerate(piece.outputs):
                made.append((sort, tuple(r[k] for r in results if r is not None)))
    return made


def _programs(available: list[Piece], sorts: list[Sort], length: int) -> int:
    """Choices of component, setting and operands at each step, where outputs are of one sort."""
    total, slots = 1, list(sorts)
    for _ in range(length):
        ways = 0
        for piece in available:
            if piece.spots is not None:
                ways += len(piece.spots)
                continue
            here = 1
            for sort in piece.sorts:
                here *= sum(s == sort for s in slots)
            ways += here
        total *= ways
        slots.append(available[0].outputs[0] if available else slots[0])
    return total


Target = Callable[..., Value]


def battery(
    components: ComponentSet, most: int, seconds: float
) -> list[tuple[str, list[tuple[str, str]]]]:
    """For each target, the least absolute error at each length, and whether it is proved least.

    Only for sets over Int or Real without placements of their own; else empty.
    """
    from solvers.exact import Limits, solve
    from theory.kernel.errors import ShefferError
    from theory.kernel.language.exact import error_text

    sort = _sort(components)
    if sort not in (INT, REAL) or components.cells is not None:
        return []
    inputs, rows = sample_inputs(components, 2)
    one: Any = coerce(sort, 1)
    targets: dict[str, Target] = {
        "identity": lambda x, _: x,
        "maximum": max,
        "parity": lambda x, _: coerce(sort, int(x) % 2),
        "shift": lambda x, _: x + one,
        "product": lambda x, y: x * y,
    }
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for name, target in targets.items():
        samples = Samples(tuple(Sample(row, (target(*row),)) for row in rows))
        problem = Problem(
            name, components, Wiring.DAG, inputs, (Variable("out", sort),), samples, most,
            Measure.ABSOLUTE,
        )  # fmt: skip
        try:
            frontier = solve(problem, Limits(seconds=seconds))
        except ShefferError:
            return found
        lines = [(error_text(line.error), error_text(line.at_least)) for line in frontier.lines]
        found.append((name, lines))
    return found
