"""The behaviours of chains, all of them: compiled breadth-first search over multisets of points.

A behaviour is a row of point numbers, one a sample, whose order does not matter. It is found again
by a sum of mixed points modulo 2**64 and compared exactly as a multiset, never by the sum alone.
"""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.compiled.interning import mix, new_index
from solvers.points.error_arrays import INFINITE, as_objects
from solvers.points.exact_points import ExactPoints
from solvers.points.machine_points import WordOverflowError
from solvers.points.points import Points, make_points
from solvers.stopping.limits import Meter
from theory.kernel.language.exact import Error
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure

_CHUNK = 20_000  # behaviours expanded between two looks at the clock


def count_chain(problem: Problem, meter: Meter, found: Counter[Error]) -> None:
    """Adds the errors of all behaviours of chains of at most the problem's length.

    Raises:
        LimitReachedError, NumberTooLargeError: `found` holds those met before.
    """
    try:
        _count(problem, make_points(problem), meter, found)
    except WordOverflowError:
        found.clear()
        _count(problem, ExactPoints(problem), meter, found)


def _count(problem: Problem, points: Points, meter: Meter, found: Counter[Error]) -> None:
    pool = _Rows(points.start)
    low, high = 0, 1
    _add_errors(problem, points, pool.rows[:1], found)
    for _ in range(problem.length):
        points.expand(meter)
        moves = points.moves
        node = low
        while node < high:
            known = pool.count
            meter.check(states=known, size=pool.bytes())
            node = pool.expand(node, min(node + _CHUNK, high), moves, len(points))
            _add_errors(problem, points, pool.rows[known : pool.count], found)
        low, high = high, pool.count
        if low == high:
            return


def _add_errors(
    problem: Problem, points: Points, rows: NDArray[np.int32], found: Counter[Error]
) -> None:
    errors = points.errors()
    greatest = problem.measure is Measure.GREATEST
    if errors.dtype == np.int64:
        each = errors[rows]
        sums = each.max(axis=1) if greatest else each.sum(axis=1)
        values, counts = np.unique(np.minimum(sums, INFINITE), return_counts=True)
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            found[math.inf if value >= INFINITE else value] += count
        return
    plain = as_objects(errors)
    for row in plain[rows].tolist():
        error = max(row) if greatest or math.inf in row else sum(map(Fraction, row))
        found[int(error) if error != math.inf and error == int(error) else error] += 1


class _Rows:
    """Behaviours as rows of points, in growing arrays."""

    def __init__(self, start: NDArray[np.int32]) -> None:
        self.count = 1
        self.rows = np.zeros((1 << 10, len(start)), dtype=np.int32)
        self.rows[0] = start
        self.hashes = np.zeros(1 << 10, dtype=np.uint64)
        self.index = new_index(1 << 12)
        self.scratch = np.zeros(1 << 10, dtype=np.int32)
        rehash_rows(self.rows, self.count, self.hashes, self.index)

    def bytes(self) -> int:
        """Memory of the arrays if they grew once more."""
        return 2 * (self.rows.nbytes + self.hashes.nbytes + self.index.nbytes)

    def expand(self, node: int, end: int, moves: NDArray[np.int32], points: int) -> int:
        """Adds the children of behaviours from `node` to `end` or until full; the next node."""
        if len(self.scratch) < points:
            self.scratch = np.zeros(2 * points, dtype=np.int32)
        node, self.count, full = expand_rows(
            self.rows, self.count, self.hashes, self.index, self.scratch, node, end, moves
        )
        if full:
            size = 2 * len(self.rows) + 2 * moves.shape[1]
            self.rows = _grown(self.rows, size)
            self.hashes = _grown(self.hashes, size)
            self.index = new_index(4 * size)
            rehash_rows(self.rows, self.count, self.hashes, self.index)
        return int(node)


def _grown(array: NDArray[Any], size: int) -> NDArray[Any]:
    grown = np.zeros((size, *array.shape[1:]), dtype=array.dtype)
    grown[: len(array)] = array
    return grown


@compiled
def rehash_rows(
    rows: Any, count: Any, hashes: Any, index: Any
) -> None:  # pragma: no cover - compiled
    """Fills the empty index with the first `count` rows, and their hashes."""
    mask = np.uint64(len(index) - 1)
    for node in range(count):
        h = np.uint64(0)
        for k in range(rows.shape[1]):
            h += mix(rows[node, k])
        hashes[node] = h
        slot = mix(h) & mask
        while index[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        index[slot] = node


@compiled
def _same(rows: Any, other: Any, scratch: Any) -> Any:  # pragma: no cover - compiled
    """Whether a row has the points counted in `scratch`, which is left as it was."""
    width = rows.shape[1]
    taken = width
    for k in range(width):
        scratch[rows[other, k]] -= 1
        if scratch[rows[other, k]] < 0:
            taken = k + 1
            break
    same = taken == width and scratch[rows[other, width - 1]] >= 0
    for k in range(taken):
        scratch[rows[other, k]] += 1
    return same


@compiled
def expand_rows(
    rows: Any, count: Any, hashes: Any, index: Any, scratch: Any, node: Any, end: Any, moves: Any
) -> Any:  # pragma: no cover - compiled
    """Appends the new children of rows node .. end-1.

    Args:
        scratch: (points,) int32, all zero before and after.
        moves: (points, placements) int32.

    Returns:
        the first row not expanded, the new count, and whether the arrays are full.
    """
    mask = np.uint64(len(index) - 1)
    placements, width = moves.shape[1], rows.shape[1]
    child = np.empty(width, dtype=np.int32)
    while node < end:
        if count + placements > len(rows) or 2 * (count + placements) > len(index):
            return node, count, True
        for p in range(placements):
            h = np.uint64(0)
            changed = False
            for k in range(width):
                q = moves[rows[node, k], p]
                changed |= q != rows[node, k]
                child[k] = q
                h += mix(q)
            if not changed:
                continue
            counted = False
            slot = mix(h) & mask
            while True:
                other = index[slot]
                if other < 0:
                    rows[count] = child
                    hashes[count] = h
                    index[slot] = count
                    count += 1
                    break
                if hashes[other] == h:
                    if not counted:
                        counted = True
                        for k in range(width):
                            scratch[child[k]] += 1
                    if _same(rows, other, scratch):
                        break
                slot = (slot + np.uint64(1)) & mask
            if counted:
                for k in range(width):
                    scratch[child[k]] = 0
        node += 1
    return node, count, False
