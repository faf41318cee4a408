"""Packed values and the lists of steps that make them, for the compiled searches over sets.

A *value* is a row of 64-bit words: 64 Booleans a word, or a word a sample. What makes it, and its
sort, stand beside it. All functions are compiled, and their state is in arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.compiled.compiling import compiled
from solvers.compiled.interning import mix
from solvers.compiled.word_errors import BITS, GREATEST, SQUARED, WRONG, bit_count

# The entries of `control`.
LENGTH, INPUTS, DEPTH, BEST, NODES, FOUND, ARITY, LAST_MASK, MEASURE, MAX_ROWS = range(10)
CONTROL_SIZE = 10
# The columns of `outputs`: the sort's number, whether its words are unsigned.
OUTPUT_SORT, UNSIGNED = range(2)
# The columns of `operations` and of `made`.
INPUT_COUNT, RESULT, SORT_A, SORT_B, SORT_C, COMMUTES_AB, COMMUTES_BC, COMMUTES_AC = range(8)
OPERATION, A, B, C, SORT = range(5)
# What `search` returns.
MORE, DONE, FULL = range(3)

BIG = 2**61  # errors from here on are all the same to the kernel; twice that is an int64
NONE = 2**62  # stands for the error of a slot that has not the output's sort


@compiled
def _combine(polynomial: Any, a: Any, b: Any, c: Any) -> Any:  # pragma: no cover - compiled
    """A Boolean operation on 64 samples at once, as its polynomial over GF(2)."""
    low = polynomial[0] ^ (polynomial[1] & a) ^ (polynomial[2] & b) ^ (polynomial[3] & a & b)
    high = polynomial[4] ^ (polynomial[5] & a) ^ (polynomial[6] & b) ^ (polynomial[7] & a & b)
    return low ^ (high & c)


@compiled
def apply(
    call: Any, polynomials: Any, rows: Any, step: Any, chosen: Any, target: Any, low: Any,
    high: Any, control: Any, flags: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Words low .. high-1 of what a step computes, into row `target`."""
    a, b, c = chosen[step[1]], chosen[step[2]], chosen[step[3]]
    if len(polynomials) > 0:
        polynomial = polynomials[step[0]]
        for j in range(low, high):
            rows[target, j] = _combine(polynomial, rows[a, j], rows[b, j], rows[c, j])
        if high == rows.shape[1]:
            rows[target, high - 1] &= control[LAST_MASK]
    else:
        call(step[0], rows, a, b, c, target, low, high, flags)


@compiled
def error_of(
    rows: Any, row: Any, wanted: Any, low: Any, high: Any, total: Any, packed: Any, measure: Any,
    unsigned: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """`total` and the error of words low .. high-1 of a row; everything from BIG on is BIG."""
    for j in range(low, high):
        x, y = rows[row, j], wanted[j]
        if packed:
            d = bit_count(x ^ y)
            if measure == GREATEST:
                d = min(d, np.int64(1))
        elif measure == WRONG:
            d = np.int64(x != y)
        elif measure == BITS:
            d = bit_count(x ^ y)
        else:
            above = np.uint64(x) >= np.uint64(y) if unsigned else x >= y
            u = np.uint64(x) - np.uint64(y) if above else np.uint64(y) - np.uint64(x)
            d = np.int64(BIG)
            if u < np.uint64(BIG):
                d = np.int64(u)
            if measure == SQUARED:
                d = d * d if d < 2**31 else np.int64(BIG)
        total = max(total, d) if measure == GREATEST else min(total + d, np.int64(BIG))
    return total


@compiled
def list_steps(
    operations: Any, sorts: Any, newest: Any, everything: Any, first: Any, second: Any, todo: Any
) -> Any:  # pragma: no cover - compiled
    """The steps over slots 0 .. newest that read the newest one, and slots `first`, `second`.

    Args:
        everything: those that do not read the newest slot as well.
        first, second: slots that must be read; -1 for none.
    """
    count = 0
    for k in range(len(operations)):
        arity = operations[k, INPUT_COUNT]
        if arity == 0:
            if everything:
                todo[count, 0], todo[count, 1], todo[count, 2], todo[count, 3] = k, 0, 0, 0
                count += 1
            continue
        for a in range(newest + 1):
            if sorts[a] != operations[k, SORT_A]:
                continue
            if arity == 1:
                if (a == newest or everything) and first < 0:
                    todo[count, 0], todo[count, 1], todo[count, 2], todo[count, 3] = k, a, a, a
                    count += 1
                continue
            low, high = 0, newest + 1
            if operations[k, COMMUTES_AB]:
                low = a
            if arity == 2 and not everything:
                # One operand is the newest slot, the other the one that must be read.
                if a != newest:
                    if first >= 0 and a != first:
                        continue
                    low = newest
                elif first >= 0:
                    if first < low:
                        continue
                    low, high = first, first + 1
                if second >= 0:
                    continue
            for b in range(low, high):
                if sorts[b] != operations[k, SORT_B]:
                    continue
                if arity == 2:
                    todo[count, 0], todo[count, 1], todo[count, 2], todo[count, 3] = k, a, b, b
                    count += 1
                    continue
                low_c = 0
                if operations[k, COMMUTES_BC]:
                    low_c = b
                if operations[k, COMMUTES_AC]:
                    low_c = max(low_c, a)
                for c in range(low_c, newest + 1):
                    if sorts[c] != operations[k, SORT_C]:
                        continue
                    if not everything and newest not in (a, b, c):
                        continue
                    if (first >= 0 and first not in (a, b, c)) or (
                        second >= 0 and second not in (a, b, c)
                    ):
                        continue
                    todo[count, 0], todo[count, 1], todo[count, 2], todo[count, 3] = k, a, b, c
                    count += 1
    return count


@compiled
def _hash(rows: Any, row: Any, sort: Any) -> Any:  # pragma: no cover - compiled
    h = np.uint64(sort)
    for j in range(rows.shape[1]):
        h = mix(h ^ np.uint64(rows[row, j]))
    return h


@compiled
def insert(
    rows: Any, made: Any, places: Any, index: Any, row: Any
) -> Any:  # pragma: no cover - compiled
    """Puts row `row`, the first free one, into the index; False where an equal one is there."""
    mask = np.uint64(len(index) - 1)
    slot = _hash(rows, row, made[row, SORT]) & mask
    while index[slot] >= 0:
        k = index[slot]
        if made[k, SORT] == made[row, SORT]:
            same = True
            for j in range(rows.shape[1]):
                if rows[k, j] != rows[row, j]:
                    same = False
                    break
            if same:
                return False
        slot = (slot + np.uint64(1)) & mask
    index[slot] = row
    places[row] = slot
    return True


@compiled
def extend(
    call: Any, operations: Any, polynomials: Any, rows: Any, made: Any, places: Any, index: Any,
    chosen: Any, sorts: Any, todo: Any, end: Any, newest: Any, everything: Any, control: Any,
    flags: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Lists the values not listed yet that steps over slots 0 .. newest make; the new end."""
    for t in range(list_steps(operations, sorts, newest, everything, -1, -1, todo)):
        if end >= control[MAX_ROWS]:
            return -1
        step = todo[t]
        apply(
            call, polynomials, rows, step, chosen, end, 0, rows.shape[1], control, flags
        )  # fmt: skip
        made[end, OPERATION], made[end, A], made[end, B], made[end, C] = (
            step[0], step[1], step[2], step[3],
        )  # fmt: skip
        made[end, SORT] = operations[step[0], RESULT]
        if insert(rows, made, places, index, end):
            end += 1
    return end


@compiled
def count_reads(
    operations: Any, made: Any, row: Any, reads: Any, change: Any
) -> None:  # pragma: no cover - compiled
    for i in range(operations[made[row, OPERATION], INPUT_COUNT]):
        reads[made[row, A + i]] += change
