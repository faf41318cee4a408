"""Compiled kernels of the search over states packed into 64-bit words: a table of known states.

The table is open addressing over the words themselves, `EMPTY` marking a free slot. Successors come
in blocks: a first pass over a block only touches their slots, so that the processor fetches them
from memory side by side, and a second one looks them up and adds the new ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.compiled.compiling import compiled
from solvers.compiled.interning import mix

EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)  # no state: states take at most 63 bits
BLOCK = 16  # states whose successors make a block


@compiled
def insert_block(
    made: Any, origin: Any, number: Any, table: Any, queue: Any, parents: Any, count: Any
) -> Any:  # pragma: no cover - compiled
    """Appends the states of `made[:number]` that are new to the queue; the new count.

    Args:
        origin: the number in the queue of the state that each comes from.
        table: (a power of two,) uint64.
    """
    mask = np.uint64(len(table) - 1)
    slots = np.empty(number, dtype=np.uint64)
    touched = np.uint64(0)
    for k in range(number):
        slots[k] = mix(made[k]) & mask
        touched |= table[slots[k]]
    for k in range(number):
        state, slot = made[k], slots[k]
        while table[slot] != state:
            if table[slot] == EMPTY:
                table[slot] = state
                queue[count] = state
                parents[count] = origin[k]
                count += 1
                break
            slot = (slot + np.uint64(1)) & mask
    return count, touched


@compiled
def refill(table: Any, queue: Any, count: Any) -> None:  # pragma: no cover - compiled
    """Enters the first `count` states of the queue into an empty table."""
    mask = np.uint64(len(table) - 1)
    for k in range(count):
        slot = mix(queue[k]) & mask
        while table[slot] != EMPTY:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = queue[k]
