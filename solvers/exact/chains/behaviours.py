"""Behaviours of chains as (point, count) lists in growing arrays, with how each was reached."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.interning import new_index
from solvers.exact.chains.multisets import expand_layer, rebuild_index
from theory.kernel.components.placements import Step
from theory.kernel.language.exact import Error


def plain_error(error: Any) -> Error:
    """An exact error as int where it is whole."""
    if error == math.inf:
        return math.inf
    return int(error) if error == int(error) else error


class Pool:
    """Behaviours, numbered in the order in which they were reached; 0 is the start's.

    Behaviour k is the pairs points[i], counts[i] for i from offsets[k] to offsets[k + 1].
    """

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

    def saved(self, count: int) -> dict[str, NDArray[Any]]:
        """The first `count` behaviours, for a checkpoint."""
        end = int(self.offsets[count])
        return {
            "points": self.points[:end],
            "counts": self.counts[:end],
            "offsets": self.offsets[: count + 1],
            "parents": self.parents[:count],
            "moves": self.moves[:count],
        }

    @classmethod
    def restored(cls, saved: dict[str, NDArray[Any]]) -> Pool:
        """From what `saved` gave."""
        pool = cls(np.zeros(1, dtype=np.int32))
        pool.count = len(saved["parents"])
        pool.points, pool.counts = saved["points"], saved["counts"]
        pool.offsets = saved["offsets"]
        pool.parents, pool.moves = saved["parents"], saved["moves"]
        pool.hashes = np.zeros(pool.count, dtype=np.uint64)
        pool.index = new_index(4 * pool.count)
        return pool

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

    def best_ahead_exactly(
        self, start: int, end: int, ahead: NDArray[Any], greatest: bool
    ) -> tuple[Error, int, int]:
        """`best_ahead` over Python numbers, for fractions and very large errors."""
        points, counts, offsets = self.arrays()
        low, high = offsets[start], offsets[end]
        rows = ahead[points[low:high]]
        bounds = offsets[start:end] - low
        if greatest:
            sums = np.maximum.reduceat(rows, bounds, axis=0)
        else:
            # Python cannot add infinity to an integer or fraction beyond the floats.
            infinite = rows == math.inf
            finite = np.where(infinite, 0, rows) * counts[low:high, None].astype(object)
            sums = np.add.reduceat(finite, bounds, axis=0)
            sums[np.logical_or.reduceat(infinite.astype(bool), bounds, axis=0)] = math.inf
        flat = min(range(sums.size), key=lambda k: sums.flat[k])
        return plain_error(sums.flat[flat]), start + flat // sums.shape[1], flat % sums.shape[1]

    def expand(self, node: int, end: int, moves: NDArray[np.int32], point_count: int) -> int:
        """Expands from `node` on, up to `end` or until the arrays had to grow; the next node."""
        if len(self.scratch) < point_count:
            self.scratch = np.zeros(2 * point_count, dtype=np.int32)
        self.keys()
        node, self.count, full = expand_layer(
            self.points, self.counts, self.offsets, self.hashes, self.parents, self.moves,
            self.index, self.scratch, self.count, node, end, moves,
        )  # fmt: skip
        if full:
            self._grow(moves.shape[1])
        return int(node)

    def keys(self) -> NDArray[np.uint64]:
        """The hashes of the behaviours."""
        if not self.hashed:
            self._rehash()
            self.hashed = True
        return self.hashes[: self.count]

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
