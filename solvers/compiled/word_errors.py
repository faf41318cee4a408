"""Compiled sums of errors over the results of a word kernel.

Results are (n, samples, slots + 1) int64 words, the last 1 where the sample blocked. A measure is
its number in `Measure`. Where a value is so large that a sum might leave 64 bits, the row is
reported as unsafe, and the caller does it exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.compiled.compiling import compiled
from theory.kernel.problems.targets import Measure

WRONG, BITS, ABSOLUTE, SQUARED, GREATEST = range(5)
assert [str(m) for m in Measure] == [
    "wrong-samples",
    "wrong-bits",
    "absolute",
    "squared",
    "greatest",
]
SAFE = 2**32  # of a value, for distances; 2**16 for their squares
EXACT_SUM = 2**53  # from here on a float may be rounded
UNSAFE = np.int64(-1)
INFINITE = np.int64(2**62)


@compiled(inline="always")
def bit_count(word: Any) -> Any:  # pragma: no cover - compiled
    """How many bits of a word are set."""
    x = np.uint64(word)
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled(inline="always")
def _distance(a: Any, b: Any, measure: Any, unsigned: Any) -> Any:  # pragma: no cover - compiled
    """The error of one output value, or UNSAFE."""
    if measure == WRONG:
        return np.int64(a != b)
    if measure == BITS:
        return bit_count(a ^ b)
    safe = 65536 if measure == SQUARED else SAFE
    if a >= safe or a <= -safe or b >= safe or b <= -safe or (unsigned and (a < 0 or b < 0)):
        return UNSAFE
    d = a - b if a >= b else b - a
    return d * d if measure == SQUARED else d


@compiled
def least_slot_errors(
    results: Any, wanted: Any, valid: Any, measure: Any, blocked: Any, unsigned: Any
) -> Any:  # pragma: no cover - compiled
    """Errors (n,) of one output read from the best slot, and where they are unsafe (n,).

    Args:
        wanted: (samples, 1). valid: (n, slots), where the output may be read.
        blocked: the error of a blocked sample; -1 for infinite.
    """
    n, samples, width = results.shape
    errors = np.full(n, np.inf)
    unsafe = np.zeros(n, dtype=np.bool_)
    for g in range(n):
        best = INFINITE
        found = False
        for s in range(width - 1):
            if not valid[g, s]:
                continue
            found = True
            total = np.int64(0)
            for j in range(samples):
                if results[g, j, width - 1] != 0:
                    d = np.int64(blocked)
                    if blocked < 0:
                        total = INFINITE
                        break
                else:
                    d = _distance(results[g, j, s], wanted[j, 0], measure, unsigned)
                    if d == UNSAFE:
                        unsafe[g] = True
                        break
                total = max(total, d) if measure == GREATEST else total + d
                if total >= best:
                    break
            best = min(best, total)
        if not found:
            best = INFINITE if blocked < 0 else np.int64(blocked) * samples
        unsafe[g] |= EXACT_SUM <= best < INFINITE
        if best < INFINITE:
            errors[g] = best
    return errors, unsafe


@compiled
def output_errors(
    results: Any, wanted: Any, outputs: Any, measure: Any, blocked: Any, unsigned: Any
) -> Any:  # pragma: no cover - compiled
    """Errors (n,) of the slots `outputs` (n, m) against `wanted` (samples, m), and where unsafe.

    A row with an output of -1, for which there is no slot, is as wrong as one that blocks.
    """
    n, samples, width = results.shape
    m = outputs.shape[1]
    errors = np.full(n, np.inf)
    unsafe = np.zeros(n, dtype=np.bool_)
    for g in range(n):
        missing = False
        for i in range(m):
            missing |= outputs[g, i] < 0
        total = np.int64(0)
        for j in range(samples):
            one = np.int64(0)
            if missing or results[g, j, width - 1] != 0:
                if blocked < 0:
                    total = INFINITE
                    break
                one = np.int64(blocked)
            else:
                for i in range(m):
                    d = _distance(results[g, j, outputs[g, i]], wanted[j, i], measure, unsigned[i])
                    if d == UNSAFE:
                        unsafe[g] = True
                    elif measure in (WRONG, GREATEST):
                        one = max(one, d)
                    else:
                        one += d
            total = max(total, one) if measure == GREATEST else total + one
        unsafe[g] |= EXACT_SUM <= total < INFINITE
        if total < INFINITE:
            errors[g] = total
    return errors, unsafe
