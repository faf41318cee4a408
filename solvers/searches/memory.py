"""Errors by key in compiled code: what a search has read before, found again by hash."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import are_errors, array, member, require

Keys = NDArray[np.uint64]

_START = 1024
_PROBES = 64  # most places of a table made from a file that are looked at, for each member
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)


class Memory:
    """An open-addressing table from keys (64 bits, not 0) to errors.

    Attributes:
        count: how many there are.
        keys: (2**k,), 0 where free; at most half of it is used.
        errors: (2**k,), their errors.
    """

    def __init__(self) -> None:
        self.count = 0
        self.keys: Keys = np.zeros(_START, dtype=np.uint64)
        self.errors = np.zeros(_START)

    def __len__(self) -> int:
        return self.count

    def learn(self, keys: Keys, readable: NDArray[np.bool_], errors: NDArray[np.float64]) -> None:
        """Remember the errors (slots,) of the readable slots, unless they are known.

        Raises:
            ValueError: the numbers of slots differ.
        """
        require(keys.shape == readable.shape == errors.shape)
        if 2 * (self.count + len(keys)) > len(self.keys):
            old, values = self.keys, self.errors
            self.keys = np.zeros(2 * len(old), dtype=np.uint64)
            self.errors = np.zeros(2 * len(old))
            _store(old, old != 0, values, self.keys, self.errors, 2**62)
        self.count += _store(keys, readable, errors, self.keys, self.errors, 2**62)

    def state(self) -> State:
        """The keys and their errors; the table is made again from them."""
        used = self.keys != 0
        return {"keys": self.keys[used], "errors": self.errors[used]}

    def restore(self, state: State) -> None:
        """Have these keys and errors.

        Raises:
            ValueError: a key is 0 or comes twice, an error is NaN, or the keys are chosen to
                collide in the table.
        """
        keys = array(member(state, "keys"), np.uint64, None)
        errors = array(member(state, "errors"), np.float64, len(keys))
        require(are_errors(errors), keys.all())
        size = len(self.keys)
        while 2 * len(keys) > size:
            size *= 2
        self.keys, self.errors = np.zeros(size, dtype=np.uint64), np.zeros(size)
        most = _PROBES * (len(keys) + 1)
        self.count = _store(keys, keys != 0, errors, self.keys, self.errors, most)
        require(self.count == len(keys))

    def last_error(self, keys: Keys, readable: NDArray[np.bool_]) -> tuple[bool, float]:
        """Whether all readable slots are known, and the error of the last; infinite if none is."""
        error = math.inf
        for slot in np.flatnonzero(readable):
            error = recall(keys[slot], self.keys, self.errors)
            if math.isnan(error):
                return False, error
        return True, error


@compiled
def recall(key: np.uint64, keys: Keys, errors: NDArray[np.float64]) -> float:
    """The error of a key; NaN where it is not known."""
    mask = np.uint64(len(keys) - 1)
    place = ((key * _MULTIPLIER) >> _SHIFT) & mask
    while keys[place] != 0:
        if keys[place] == key:
            return float(errors[place])
        place = (place + np.uint64(1)) & mask
    return np.nan


@compiled
def _store(
    new: Keys,
    chosen: NDArray[np.bool_],
    values: NDArray[np.float64],
    keys: Keys,
    errors: NDArray[np.float64],
    most_probes: int,
) -> int:
    """Enter what is chosen and new; how many. It ends early where too many places are taken."""
    mask = np.uint64(len(keys) - 1)
    added = 0
    left = most_probes
    for i in range(len(new)):
        if chosen[i] and new[i] != 0:
            place = ((new[i] * _MULTIPLIER) >> _SHIFT) & mask
            while keys[place] != 0 and keys[place] != new[i]:
                left -= 1
                if left < 0:
                    return added
                place = (place + np.uint64(1)) & mask
            if keys[place] == 0:
                keys[place] = new[i]
                errors[place] = values[i]
                added += 1
    return added
