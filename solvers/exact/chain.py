"""The chain engine: least error of chains at every length, by breadth-first search over behaviours.

The behaviour of a chain is the multiset of points (state, outputs wanted) that its samples are at.
Every measure is a symmetric function of it, so prefixes with equal multisets have equal
continuations and one is kept. A multiset is a list of (point, count) pairs in a pool; it is found
again by a 64-bit hash that is a sum over its points, and compared exactly, never by hash alone.

Each layer first *looks ahead*: the errors one step on are read off before that layer is made, so
the last layer, usually the largest, is never stored.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.exact.frontier import Frontier, FrontierBuilder
from solvers.exact.interning import new_index
from solvers.exact.limits import LimitReachedError, Limits, Meter
from solvers.exact.multisets import best_ahead, expand_layer, rebuild_index
from solvers.exact.points import (
    INFINITE,
    ExactPoints,
    Points,
    WordOverflowError,
    as_objects,
    make_points,
)
from theory.errors import NumberTooLargeError
from theory.placements import Step
from theory.problems import Error, Measure, Problem

Progress = Callable[[str], None]
_CHUNK = 20_000  # behaviours expanded between two looks at the clock


def solve_chain(
    problem: Problem, limits: Limits | None = None, progress: Progress | None = None
) -> Frontier:
    """The frontier of a chain problem with finitely many samples.

    Ctrl-C, and limits that are reached, end it with bounds.
    """
    meter = Meter(limits or Limits())
    builder = FrontierBuilder(problem.length)
    try:
        return _Search(problem, make_points(problem), meter, builder, progress).run()
    except WordOverflowError:
        builder = FrontierBuilder(problem.length)
        return _Search(problem, ExactPoints(problem), meter, builder, progress).run()


class _Search:
    def __init__(
        self,
        problem: Problem,
        points: Points,
        meter: Meter,
        builder: FrontierBuilder,
        progress: Progress | None,
    ) -> None:
        self.problem, self.points, self.meter = problem, points, meter
        self.builder, self.progress = builder, progress
        self.greatest = problem.measure is Measure.GREATEST
        self.pool = _Pool(points.start)

    def run(self) -> Frontier:
        stopped: str | None = None
        exact = True
        try:
            exact = self._layers()
        except LimitReachedError as limit:
            stopped, exact = limit.which, False
        except NumberTooLargeError:
            stopped, exact = "number size", False
        except KeyboardInterrupt:
            stopped, exact = "interrupted", False
        if not self.builder.lines:
            sequence = self.problem.sequence(())
            self.builder.add(self.problem.error(sequence), sequence)
        return Frontier(
            self.problem,
            "chain",
            self.builder.fill(exact=exact),
            tuple(self.builder.counts),
            self.meter.seconds,
            stopped,
        )

    def _layers(self) -> bool:
        """Adds the lines; True when all lengths are settled."""
        start = self._error_of(0)
        self.builder.add(start, self.problem.sequence(()))
        self.builder.counts.append(1)
        low, high = 0, 1
        for length in range(1, self.problem.length + 1):
            if self.builder.least == 0:
                return True
            error, node, move = self._look_ahead(low, high)
            steps = [*self.pool.path(node, self.points.steps), self.points.steps[move]] if (
                error < self.builder.least
            ) else []  # fmt: skip
            self.builder.add(error, self.problem.sequence(steps) if steps else None)
            self._say(length, high)
            if self.builder.least == 0 or length == self.problem.length:
                return True
            self.points.expand(self.meter)
            low, high = high, self._expand(low, high)
            self.builder.counts.append(high - low)
            if low == high:
                return True
        return True

    def _say(self, length: int, states: int) -> None:
        if self.progress:
            text = f"length {length}: least error {self.builder.least}, {states:,} behaviours"
            self.progress(text)

    def _error_of(self, node: int) -> Error:
        points, counts = self.pool.content(node)
        errors = as_objects(self.points.errors())[points]
        if self.greatest or math.inf in errors:
            return _plain(max(errors))
        return _plain(sum(e * int(c) for e, c in zip(errors, counts, strict=True)))

    def _look_ahead(self, low: int, high: int) -> tuple[Error, int, int]:
        """The least error one step after the behaviours low .. high-1, with where it is reached."""
        ahead = self.points.look_ahead()
        best: tuple[Error, int, int] = (math.inf, low, 0)
        if ahead.shape[1] == 0:
            return best
        for start in range(low, high, _CHUNK):
            self.meter.check()
            end = min(start + _CHUNK, high)
            if ahead.dtype == np.int64:
                error, node, move = best_ahead(
                    *self.pool.arrays(), start, end, ahead, self.greatest
                )
                found: Error = math.inf if error >= INFINITE else int(error)
            else:
                found, node, move = self._best_ahead_exactly(start, end, ahead)
            if found < best[0]:
                best = (found, int(node), int(move))
        return best

    def _best_ahead_exactly(
        self, start: int, end: int, ahead: NDArray[Any]
    ) -> tuple[Error, int, int]:
        """`best_ahead` over Python numbers, for fractions and very large errors."""
        points, counts, offsets = self.pool.arrays()
        low, high = offsets[start], offsets[end]
        rows = ahead[points[low:high]]
        bounds = offsets[start:end] - low
        if self.greatest:
            sums = np.maximum.reduceat(rows, bounds, axis=0)
        else:
            # Python cannot add infinity to an integer or fraction beyond the floats.
            infinite = rows == math.inf
            finite = np.where(infinite, 0, rows) * counts[low:high, None].astype(object)
            sums = np.add.reduceat(finite, bounds, axis=0)
            sums[np.logical_or.reduceat(infinite.astype(bool), bounds, axis=0)] = math.inf
        flat = min(range(sums.size), key=lambda k: sums.flat[k])
        return _plain(sums.flat[flat]), start + flat // sums.shape[1], flat % sums.shape[1]

    def _expand(self, low: int, high: int) -> int:
        """Makes the behaviours one step after low .. high-1; returns the new end of the pool."""
        moves = self.points.moves
        node = low
        while node < high:
            self.meter.check(states=self.pool.count, size=self.pool.bytes())
            node = self.pool.expand(node, min(node + _CHUNK, high), moves, len(self.points))
        return self.pool.count


def _plain(error: Any) -> Error:
    """An exact error as int where it is whole."""
    if error == math.inf:
        return math.inf
    return int(error) if error == int(error) else error


class _Pool:
    """Behaviours as (point, count) lists in growing arrays, with how each was reached."""

    def __init__(self, start: NDArray[np.int32]) -> None:
        points, counts = np.unique(start, return_counts=True)
        self.count = 1
        self.points = np.zeros(1 << 14, dtype=np.int32)
        self.counts = np.zeros(1 << 14, dtype=np.int32)
        if len(points) > len(self.points):
            self.points, self.counts = (np.zeros(2 * len(points), np.int32) for _ in range(2))
        self.points[: len(points)] = points
        self.counts[: len(points)] = counts
        self.offsets = np.zeros(1 << 12, dtype=np.int64)
        self.offsets[1] = len(points)
        self.hashes = np.zeros(1 << 12, dtype=np.uint64)
        self.parents = np.full(1 << 12, -1, dtype=np.int32)
        self.moves = np.full(1 << 12, -1, dtype=np.int32)
        self.index = new_index(1 << 13)
        self.scratch = np.zeros(1 << 10, dtype=np.int32)
        self.hashed = False

    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
        return self.points, self.counts, self.offsets

    def bytes(self) -> int:
        """Memory of the arrays if they grew once more."""
        arrays = (self.points, self.counts, self.offsets, self.hashes, self.parents, self.moves)
        return 2 * sum(a.nbytes for a in arrays) + 2 * self.index.nbytes

    def content(self, node: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        part = slice(self.offsets[node], self.offsets[node + 1])
        return self.points[part], self.counts[part]

    def path(self, node: int, steps: list[Step]) -> list[Step]:
        """The steps from the start to a behaviour."""
        found: list[Step] = []
        while node > 0:
            found.append(steps[self.moves[node]])
            node = int(self.parents[node])
        return found[::-1]

    def expand(self, node: int, end: int, moves: NDArray[np.int32], point_count: int) -> int:
        """Expands from `node` on, up to `end` or until the arrays had to grow; the next node."""
        if len(self.scratch) < point_count:
            self.scratch = np.zeros(2 * point_count, dtype=np.int32)
        if not self.hashed:
            self._rehash()
            self.hashed = True
        node, self.count, full = expand_layer(
            self.points, self.counts, self.offsets, self.hashes, self.parents, self.moves,
            self.index, self.scratch, self.count, node, end, moves,
        )  # fmt: skip
        if full:
            self._grow(moves.shape[1])
        return int(node)

    def _grow(self, placements: int) -> None:
        """Makes room for at least one more behaviour's children."""
        longest = int(np.diff(self.offsets[: self.count + 1]).max())
        need_points = int(self.offsets[self.count]) + 2 * longest * (placements + 1)
        need_nodes = self.count + 2 * placements + 2
        if need_points > len(self.points):
            size = max(need_points, 2 * len(self.points))
            self.points = _grown(self.points, size)
            self.counts = _grown(self.counts, size)
        if need_nodes > len(self.parents):
            size = max(need_nodes, 2 * len(self.parents))
            self.offsets = _grown(self.offsets, size + 1)
            self.hashes = _grown(self.hashes, size)
            self.parents = _grown(self.parents, size)
            self.moves = _grown(self.moves, size)
        if 2 * need_nodes > len(self.index):
            self.index = new_index(2 * len(self.index) + 4 * need_nodes)
            self._rehash()

    def _rehash(self) -> None:
        rebuild_index(self.points, self.counts, self.offsets, self.hashes, self.index, self.count)


def _grown(array: NDArray[Any], size: int) -> NDArray[Any]:
    grown = np.zeros(size, dtype=array.dtype)
    grown[: len(array)] = array
    return grown
