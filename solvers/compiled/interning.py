"""Rows of 64-bit words, numbered: a compiled hash table with exact comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled


def new_index(size: int) -> NDArray[np.int64]:
    """An empty index with at least `size` slots, a power of two; -1 marks a free slot."""
    return np.full(1 << max(4, (size - 1).bit_length()), -1, dtype=np.int64)


@compiled
def mix(word: Any) -> Any:  # pragma: no cover - compiled
    """A 64-bit finaliser (splitmix64, Steele, Lea & Flood 2014)."""
    z = np.uint64(word) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled
def intern_rows(pool: Any, count: Any, index: Any, rows: Any) -> Any:  # pragma: no cover - compiled
    """The number of each row; rows not yet in `pool[:count]` are appended to it.

    Args:
        pool: (capacity, width) int64, with room for all rows.
        count: how many rows it holds.
        index: open-addressing table of row numbers, at most half full afterwards.
        rows: (n, width) int64.

    Returns:
        numbers (n,) int32, and the new count.
    """
    mask = np.uint64(len(index) - 1)
    width = rows.shape[1]
    numbers = np.empty(len(rows), dtype=np.int32)
    for i in range(len(rows)):
        h = np.uint64(0)
        for j in range(width):
            h = mix(h ^ np.uint64(rows[i, j]))
        slot = h & mask
        while True:
            k = index[slot]
            if k < 0:
                for j in range(width):
                    pool[count, j] = rows[i, j]
                index[slot] = count
                numbers[i] = count
                count += 1
                break
            same = True
            for j in range(width):
                if pool[k, j] != rows[i, j]:
                    same = False
                    break
            if same:
                numbers[i] = k
                break
            slot = (slot + np.uint64(1)) & mask
    return numbers, count
