"""A chain problem's points as bits, for the search by subsumption.

The points that placements reach are closed under moves, their symmetry is found, and they are
renumbered so that points of small orbits come first: where a permutation does not fit, it mostly
fails there. `Encoded` holds what the compiled kernels of `subsumption_kernels` read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.exact.chains.symmetry import TRIVIAL, Symmetry, find_symmetry, goal_points
from solvers.points.error_arrays import as_objects
from solvers.points.exact_points import ExactPoints
from solvers.points.machine_points import WordOverflowError
from solvers.points.points import Points, close, make_points
from solvers.stopping.limits import Meter
from theory.kernel.components.placements import Step
from theory.kernel.errors import NumberTooLargeError, ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.problems.problem import Problem

Sets = NDArray[np.uint64]

MAX_POINTS = 1 << 14
MAX_REGISTERS = 62  # of the symmetry; the kernels keep sets of them in one word
MAX_LANES = 1 << 10


@dataclass(frozen=True, slots=True)
class Encoded:
    """A problem's points as bits, renumbered so that points of small orbits come first.

    Attributes:
        start, goals: (words,) sets.
        moves: (placements, points) int32.
        width: bits of a lane; top: the top bit of each lane of a word.
        orbit_lane: (points,); value_lane: (points, registers): see `subsumption_kernels.features`.
        registers: those of the symmetry's classes, class by class; classes: the class of each.
        swaps: (registers, registers, points).
        least_positive: the least error of a point that has one.
    """

    steps: list[Step]
    symmetry: Symmetry
    start: Sets
    goals: Sets
    moves: NDArray[np.int32]
    width: int
    top: np.uint64
    orbit_lane: NDArray[np.int32]
    value_lane: NDArray[np.int32]
    classes: NDArray[np.int64]
    swaps: NDArray[np.int32]
    least_positive: Error


def encode(problem: Problem, meter: Meter, *, symmetry: bool = True) -> Encoded:
    """The closed points of a problem, with the symmetry found.

    Raises:
        ProblemError: `not-finite`.
    """
    points: Points = make_points(problem)
    try:
        closed = close(points, meter, MAX_POINTS)
    except (WordOverflowError, NumberTooLargeError):
        points = ExactPoints(problem)
        try:
            closed = close(points, meter, MAX_POINTS)
        except NumberTooLargeError:
            closed = False
    if not closed:
        message = (
            f"its samples reach more than {MAX_POINTS:,} states, too many to search for the "
            "least length alone"
        )
        raise ProblemError("not-finite", message, problem.name)
    found = find_symmetry(points, meter) if symmetry else TRIVIAL
    if sum(map(len, found.classes)) > MAX_REGISTERS:
        found = TRIVIAL
    return _encode(points, found)


def _encode(points: Points, symmetry: Symmetry) -> Encoded:
    count = len(points)
    orbits = _orbits(count, symmetry)
    sizes = np.bincount(orbits, minlength=count)[orbits]
    order = np.lexsort((orbits, sizes))
    number = np.empty(count, dtype=np.int32)
    number[order] = np.arange(count, dtype=np.int32)
    goals = goal_points(points)
    # A point that every set holds, and that no permutation moves, tells no two sets apart.
    idle = goals & (sizes == 1) if symmetry.goals == "kept" else np.zeros(count, dtype=np.bool_)
    registers = [r for c in symmetry.classes for r in c]
    orbit_lane, value_lane = _lanes(points.rows(), registers, orbits, idle)
    # No lane's count may reach its top bit; there are fewer than 2**15 points.
    width = 8 if all(_most(lanes) < 128 for lanes in (orbit_lane, *value_lane.T)) else 16
    swaps = np.zeros((len(registers), len(registers), count), dtype=np.int32)
    for a, i in enumerate(registers):
        for b, j in enumerate(registers):
            table = symmetry.swaps.get((min(i, j), max(i, j)))
            if table is not None:
                swaps[a, b] = number[table[order]]
    errors = [e for e in set(as_objects(points.errors()).tolist()) if e > 0]
    return Encoded(
        points.steps, symmetry,
        _bits(number[points.start], count), _bits(number[goals], count),
        np.ascontiguousarray(number[points.moves[order]].T),
        width, np.uint64(sum(1 << (k + width - 1) for k in range(0, 64, width))),
        orbit_lane[order], value_lane[order],
        np.array([k for k, c in enumerate(symmetry.classes) for _ in c], dtype=np.int64),
        swaps, min(errors),
    )  # fmt: skip


def _orbits(count: int, symmetry: Symmetry) -> NDArray[np.int64]:
    """The least point of each point's orbit."""
    label = np.arange(count)
    before = None
    while before is None or not np.array_equal(before, label):
        before = label.copy()
        for table in symmetry.swaps.values():
            np.minimum(label, label[table], out=label)
    return label


def _lanes(
    rows: NDArray[np.int64],
    registers: list[int],
    orbits: NDArray[np.int64],
    idle: NDArray[np.bool_],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """A number for each orbit, and for each orbit with a value in a register; -1 for idle points.

    Numbers are folded into `MAX_LANES`: counts of several orbits are then added up.
    """
    orbit_lane = np.full(len(rows), -1, dtype=np.int32)
    value_lane = np.full((len(rows), len(registers)), -1, dtype=np.int32)
    numbers: dict[Any, int] = {}
    pairs: dict[Any, int] = {}
    for x in np.flatnonzero(~idle):
        orbit_lane[x] = numbers.setdefault(orbits[x], len(numbers)) % MAX_LANES
        for k, r in enumerate(registers):
            pair = (orbits[x], rows[x, r])
            value_lane[x, k] = pairs.setdefault(pair, len(pairs)) % MAX_LANES
    return orbit_lane, value_lane


def _most(lanes: NDArray[np.int32]) -> int:
    return int(np.bincount(lanes[lanes >= 0], minlength=1).max())


def _bits(points: NDArray[Any], count: int) -> Sets:
    bits = np.zeros(64 * -(-count // 64), dtype=np.uint8)
    bits[points] = 1
    return np.packbits(bits, bitorder="little").view(np.uint64)
