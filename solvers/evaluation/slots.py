"""Which slots of dags compute the same, and which steps are of no use.

A dag with one output is read at its best slot, so one evaluation tells about every slot. A search
that knows what it has read before need not pay for it again: it compares slots by their *keys*,
hashes of 64 bits of all that the slot and the blocking of the dag are on the samples. Among a
million behaviours some two share a key with probability below 10**-7; such a pair can make a search
pass over a genome, and no error depends on it. Keys come from the components alone, not the target.

A chain with one sample has a key too, the point where it ends (`solvers.evaluation.evaluators`):
one slot.

A step of a dag is *redundant* if it is left out, if nothing that it writes is read later (but for
the last step), or if all it writes stands in earlier slots already.

- `SlotKeys`: the keys of a batch of genomes, and how many steps are redundant.
- `slot_keys`, `keys_of_values`: compiled and from exact values.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled

Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class SlotKeys:
    """What the slots of n genomes compute.

    Attributes:
        keys: (n, slots), equal exactly where slots are (see above); 0 where there is no slot.
        readable: (n, slots), slots that the output may be read from.
        redundant: (n,), number of redundant steps. A genome with more unread steps than were
            allowed was not run: its keys are 0, and repeated steps are not counted.
    """

    keys: Keys
    readable: NDArray[np.bool_]
    redundant: NDArray[np.int64]


def slot_keys(
    values: NDArray[Any],
    blocked: NDArray[Any],
    sorts: NDArray[np.int32],
    taken: NDArray[np.int32],
    writes: NDArray[np.int32],
    unread: NDArray[np.int64],
    wanted_sort: int,
) -> SlotKeys:
    """Keys of slots that were run.

    Args:
        values: (n, slots, words), each slot on all samples, in any code of its own.
        blocked: (n, words), where the dag blocks.
        sorts: (n, slots), -1 where there is no slot.
        taken: (n, steps), -1 for a step that is left out. writes: (n, steps, outs).
        unread: (n,), steps left out or not read.
        wanted_sort: the output's.
    """
    keys = np.zeros(values.shape[:2], dtype=np.uint64)
    _hash(values.view(np.uint64), blocked.view(np.uint64), sorts, keys)
    redundant = unread.copy()
    _add_repeats(keys, taken, writes, redundant)
    return SlotKeys(keys, sorts == wanted_sort, redundant)


def keys_of_values(values: list[tuple[object, ...]]) -> list[int]:
    """A key for each slot, given its exact values on all samples with its sort."""
    digests = (blake2b(repr(value).encode(), digest_size=8).digest() for value in values)
    return [max(1, int.from_bytes(digest, "little")) for digest in digests]


@compiled
def unread_steps(taken: Any, reads: Any, writes: Any) -> Any:  # pragma: no cover - compiled
    """How many steps (n,) are left out, or write nothing that is read; the last one may."""
    n, steps = taken.shape
    counts = np.zeros(n, dtype=np.int64)
    for g in range(n):
        last = -1
        for k in range(steps):
            if taken[g, k] >= 0:
                last = k
        for k in range(steps):
            if taken[g, k] < 0:
                counts[g] += 1
                continue
            used = k == last
            for later in range(k + 1, steps):
                for i in range(reads.shape[2]):
                    for j in range(writes.shape[2]):
                        used |= writes[g, k, j] >= 0 and reads[g, later, i] == writes[g, k, j]
            counts[g] += not used
    return counts


@compiled
def _hash(values: Any, blocked: Any, sorts: Any, keys: Any) -> None:  # pragma: no cover - compiled
    first, second = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
    shift = np.uint64(32)
    n, slots, words = values.shape
    for g in range(n):
        mask = np.uint64(0)
        for w in range(words):
            mask = (mask ^ blocked[g, w]) * first
            mask ^= mask >> shift
        for s in range(slots):
            if sorts[g, s] < 0:
                continue
            key = mask ^ np.uint64(sorts[g, s] + 1) * second
            for w in range(words):
                key = (key ^ values[g, s, w]) * first
                key ^= key >> shift
            key *= second
            key ^= key >> shift
            keys[g, s] = max(key, np.uint64(1))


@compiled
def _add_repeats(
    keys: Any, taken: Any, writes: Any, redundant: Any
) -> None:  # pragma: no cover - compiled
    for g in range(len(keys)):
        for k in range(taken.shape[1]):
            if taken[g, k] < 0:
                continue
            repeats = True
            for j in range(writes.shape[2]):
                slot = writes[g, k, j]
                if slot >= 0:
                    found = False  # also where the genome was not run
                    for earlier in range(slot):
                        found |= keys[g, earlier] == keys[g, slot] != 0
                    repeats &= found
            redundant[g] += repeats
