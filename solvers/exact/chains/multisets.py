"""Compiled kernels of the chain engine: multisets of points, moved, hashed and compared.

A behaviour is a run of (point, count) pairs in a pool. Its hash is the sum of count * mix(point)
modulo 2**64, so that it does not depend on the order and is made while the points are moved.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.compiled.compiling import compiled
from solvers.compiled.interning import mix


@compiled
def rebuild_index(
    points: Any, counts: Any, offsets: Any, hashes: Any, index: Any, count: Any
) -> None:  # pragma: no cover - compiled
    """Fills the empty index with the first `count` behaviours, and their hashes."""
    mask = np.uint64(len(index) - 1)
    for node in range(count):
        h = np.uint64(0)
        for k in range(offsets[node], offsets[node + 1]):
            h += np.uint64(counts[k]) * mix(points[k])
        hashes[node] = h
        slot = mix(h) & mask
        while index[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        index[slot] = node


@compiled
def expand_layer(
    points: Any,
    counts: Any,
    offsets: Any,
    hashes: Any,
    parents: Any,
    moves_to: Any,
    index: Any,
    scratch: Any,
    count: Any,
    node: Any,
    end: Any,
    moves: Any,
) -> Any:  # pragma: no cover - compiled
    """Appends the new children of behaviours node .. end-1.

    Args:
        scratch: (points,) int32, all zero before and after.
        moves: (points, placements) int32.

    Returns:
        the first behaviour not expanded, the new count, and whether the arrays are full.
    """
    mask = np.uint64(len(index) - 1)
    placements = moves.shape[1]
    touched = np.empty(len(scratch), dtype=np.int32)
    while node < end:
        low, high = offsets[node], offsets[node + 1]
        size = high - low
        used = offsets[count]
        if (
            used + size * placements > len(points)
            or count + placements >= len(parents)
            or 2 * (count + placements) > len(index)
        ):
            return node, count, True
        for p in range(placements):
            h = np.uint64(0)
            number = 0
            changed = False
            for k in range(low, high):
                q = moves[points[k], p]
                changed |= q != points[k]
                if scratch[q] == 0:
                    touched[number] = q
                    number += 1
                scratch[q] += counts[k]
                h += np.uint64(counts[k]) * mix(q)
            if changed:
                slot = mix(h) & mask
                while True:
                    other = index[slot]
                    if other < 0:
                        used = offsets[count]
                        for j in range(number):
                            points[used + j] = touched[j]
                            counts[used + j] = scratch[touched[j]]
                        offsets[count + 1] = used + number
                        hashes[count] = h
                        parents[count] = node
                        moves_to[count] = p
                        index[slot] = count
                        count += 1
                        break
                    if hashes[other] == h and offsets[other + 1] - offsets[other] == number:
                        same = True
                        for j in range(offsets[other], offsets[other + 1]):
                            if scratch[points[j]] != counts[j]:
                                same = False
                                break
                        if same:
                            break
                    slot = (slot + np.uint64(1)) & mask
            for j in range(number):
                scratch[touched[j]] = 0
        node += 1
    return node, count, False


@compiled
def best_ahead(
    points: Any, counts: Any, offsets: Any, start: Any, end: Any, ahead: Any, greatest: Any
) -> Any:  # pragma: no cover - compiled
    """The least error one step after behaviours start .. end-1: (error, behaviour, placement).

    Args:
        ahead: (points, placements) int64 errors.
        greatest: take the greatest error of the points instead of the sum.
    """
    placements = ahead.shape[1]
    best = np.int64(2**62)
    best_node, best_move = start, 0
    sums = np.empty(placements, dtype=np.int64)
    for node in range(start, end):
        sums[:] = 0
        for k in range(offsets[node], offsets[node + 1]):
            point, number = points[k], counts[k]
            for p in range(placements):
                if greatest:
                    sums[p] = max(sums[p], ahead[point, p])
                else:
                    sums[p] += number * ahead[point, p]
        for p in range(placements):
            if sums[p] < best:
                best = sums[p]
                best_node, best_move = node, p
    return best, best_node, best_move
