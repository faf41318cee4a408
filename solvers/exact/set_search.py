"""The compiled search over sets of packed values: each set once, the last step by look-up.

A *value* is a row of 64-bit words; a *candidate* is a row with the step that makes it. Candidates
stand in one list, beginning with the inputs. At a node, candidates are taken in order; taking one
makes it a *slot*, and what can be computed from it joins the end of the list. A candidate that was
passed over stays in the list, so it is neither taken nor listed again below: each set of values is
visited once. Coming back cuts the list off again, and the hash index is undone in reverse.

Two facts about a shortest sequence prune, for whichever derivation of its values is at hand (if
some value could be left out, or be made later, the sequence would not be shortest):

- its last step reads the newest slot, so only such steps are looked at;
- every slot but the last is read by a later step. A step reads at most `ARITY` slots that nobody
  has read yet and adds one, so too many unread slots can never all be read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solvers.exact.interning import mix
from solvers.word_errors import BITS, GREATEST, SQUARED, WRONG, bit_count

# The entries of `control`.
LENGTH, INPUTS, DEPTH, BEST, NODES, FOUND, ARITY, OUTPUT, LAST_MASK, MEASURE, UNSIGNED, MAX_ROWS = (
    range(12)
)
CONTROL_SIZE = 12
# The columns of `operations` and of `made`.
INPUT_COUNT, RESULT, SORT_A, SORT_B, SORT_C, COMMUTES_AB, COMMUTES_BC, COMMUTES_AC = range(8)
OPERATION, A, B, C, SORT = range(5)
# What `search` returns.
MORE, DONE, FULL = range(3)

BIG = 2**61  # errors from here on are all the same to the kernel; twice that is an int64
_BLOCK = 64  # words whose error is summed between two looks at the best error


@njit(cache=True)
def _combine(polynomial: Any, a: Any, b: Any, c: Any) -> Any:  # pragma: no cover - compiled
    """A Boolean operation on 64 samples at once, as its polynomial over GF(2)."""
    low = polynomial[0] ^ (polynomial[1] & a) ^ (polynomial[2] & b) ^ (polynomial[3] & a & b)
    high = polynomial[4] ^ (polynomial[5] & a) ^ (polynomial[6] & b) ^ (polynomial[7] & a & b)
    return low ^ (high & c)


@njit(cache=True)
def _apply(
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


@njit(cache=True)
def error_of(
    rows: Any, row: Any, wanted: Any, low: Any, high: Any, total: Any, packed: Any, control: Any
) -> Any:  # pragma: no cover - compiled
    """`total` and the error of words low .. high-1 of a row; everything from BIG on is BIG."""
    measure = control[MEASURE]
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
            above = np.uint64(x) >= np.uint64(y) if control[UNSIGNED] else x >= y
            u = np.uint64(x) - np.uint64(y) if above else np.uint64(y) - np.uint64(x)
            d = np.int64(BIG)
            if u < np.uint64(BIG):
                d = np.int64(u)
            if measure == SQUARED:
                d = d * d if d < 2**31 else np.int64(BIG)
        total = max(total, d) if measure == GREATEST else min(total + d, np.int64(BIG))
    return total


@njit(cache=True)
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


@njit(cache=True)
def _hash(rows: Any, row: Any, sort: Any) -> Any:  # pragma: no cover - compiled
    h = np.uint64(sort)
    for j in range(rows.shape[1]):
        h = mix(h ^ np.uint64(rows[row, j]))
    return h


@njit(cache=True)
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


@njit(cache=True)
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
        _apply(
            call, polynomials, rows, step, chosen, end, 0, rows.shape[1], control, flags
        )  # fmt: skip
        made[end, OPERATION], made[end, A], made[end, B], made[end, C] = (
            step[0], step[1], step[2], step[3],
        )  # fmt: skip
        made[end, SORT] = operations[step[0], RESULT]
        if insert(rows, made, places, index, end):
            end += 1
    return end


@njit(cache=True)
def _count_reads(
    operations: Any, made: Any, row: Any, reads: Any, change: Any
) -> None:  # pragma: no cover - compiled
    for i in range(operations[made[row, OPERATION], INPUT_COUNT]):
        reads[made[row, A + i]] += change


@njit(cache=True)
def _last_step(
    call: Any, operations: Any, polynomials: Any, rows: Any, chosen: Any, sorts: Any, reads: Any,
    todo: Any, free: Any, newest: Any, wanted: Any, control: Any, best: Any, flags: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Looks at all last steps; puts a better one into `best`. Returns the words computed."""
    first, second = -1, -1
    for s in range(control[INPUTS], newest):
        if reads[s] == 0:
            if first < 0:
                first = s
            elif second < 0:
                second = s
            else:
                return 1
    packed = len(polynomials) > 0
    width = rows.shape[1]
    work = 1
    for t in range(list_steps(operations, sorts, newest, False, first, second, todo)):
        step = todo[t]
        if operations[step[0], RESULT] != control[OUTPUT]:
            continue
        total = np.int64(0)
        for low in range(0, width, _BLOCK):
            high = min(low + _BLOCK, width)
            _apply(call, polynomials, rows, step, chosen, free, low, high, control, flags)
            total = error_of(rows, free, wanted, low, high, total, packed, control)
            work += high - low
            if total >= control[BEST]:
                break
        if total < control[BEST]:
            control[BEST] = total
            control[FOUND] = 1
            for s in range(newest + 1):
                best[s, 0] = chosen[s]
            for i in range(4):
                best[newest + 1, i] = step[i]
    return work


@njit(cache=True)
def search(
    call: Any, operations: Any, polynomials: Any, rows: Any, made: Any, places: Any, index: Any,
    position: Any, ends: Any, chosen: Any, sorts: Any, reads: Any, todo: Any, wanted: Any,
    control: Any, best: Any, best_steps: Any, flags: Any, budget: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Goes on with the search for sequences of `control[LENGTH]` >= 2 steps below `control[BEST]`.

    All state is in the arrays, so that it can be called again after MORE.

    Args:
        call: computes words of a row; see `solvers.exact.row_operations`.
        operations: (n, 8) arity, sorts and commuting operands of each operation.
        polynomials: (n, 8) words, for packed Boolean values; (0, 8) for others.
        rows: (capacity, width) values; made: (capacity, 5) the step of each, and its sort.
        places, index: where each row is in the hash index, and the index itself.
        position, ends: for each depth the candidate at hand and the end of the list.
        chosen, sorts, reads: for each slot its candidate, its sort, and how often it is read.
        todo: room for the steps over all slots.
        best, best_steps: slots and steps of the best sequence, written where `FOUND`.
        budget: about how many words to compute.

    Returns:
        MORE, DONE or FULL (no room for another candidate).
    """
    inputs, length = control[INPUTS], control[LENGTH]
    work = 0
    while work < budget and not flags[0] and not flags[1]:
        depth = control[DEPTH]
        row = position[depth]
        if row >= ends[depth]:
            if depth == 0:
                return DONE
            for k in range(ends[depth] - 1, ends[depth - 1] - 1, -1):
                index[places[k]] = -1
            depth -= 1
            control[DEPTH] = depth
            _count_reads(operations, made, position[depth], reads, -1)
            position[depth] += 1
            continue
        slot = inputs + depth
        chosen[slot], sorts[slot], reads[slot] = row, made[row, SORT], 0
        _count_reads(operations, made, row, reads, 1)
        unread = 0
        for s in range(inputs, slot + 1):
            unread += reads[s] == 0
        remaining = length - depth - 1
        work += 1
        descend = False
        if unread - remaining * (control[ARITY] - 1) <= 1:
            if remaining == 1:
                control[NODES] += 1
                before = control[BEST]
                work += _last_step(
                    call, operations, polynomials, rows, chosen, sorts, reads, todo, ends[depth],
                    slot, wanted, control, best, flags,
                )  # fmt: skip
                if control[BEST] < before:
                    for s in range(inputs, slot + 1):
                        for i in range(4):
                            best_steps[s - inputs, i] = made[best[s, 0], i]
                    for i in range(4):
                        best_steps[slot + 1 - inputs, i] = best[slot + 1, i]
                    if control[BEST] == 0:
                        return DONE
            else:
                end = extend(
                    call, operations, polynomials, rows, made, places, index, chosen, sorts, todo,
                    ends[depth], slot, False, control, flags,
                )  # fmt: skip
                if end < 0:
                    return FULL
                work += (end - ends[depth]) * rows.shape[1]
                descend = True
        if descend:
            position[depth + 1], ends[depth + 1] = row + 1, end
            control[DEPTH] = depth + 1
        else:
            _count_reads(operations, made, row, reads, -1)
            position[depth] += 1
    return MORE
