"""The compiled search for a sequence without error: sets of values, the last two steps by look-up.

The nodes are those of `set_search`: each set of values once. What differs is the end. With two
steps left, the last one is looked at backwards: `finals` lists the last steps that are still
possible with one operand V missing, each with the value that V must have, or as one to be tried
(`solvers.exact.backward`). The last step but one then only has to hit one of those values, which
a small hash table tells from its first word.

Every value must be read by a later step, for else the sequence would not be shortest. So the last
two steps together read all values that nobody has read yet, and few of them can.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from solvers.exact.backward import NONE, ONE, SOME, needed
from solvers.exact.interning import mix
from solvers.exact.set_search import (
    COMMUTES_AB,
    DONE,
    FULL,
    INPUT_COUNT,
    MAX_ROWS,
    MORE,
    RESULT,
    SORT,
    SORT_A,
    A,
    extend,
    list_steps,
)
from solvers.exact.set_search import DEPTH, FOUND, INPUTS, LENGTH, NODES, OUTPUT
from solvers.exact.set_search import ARITY as MOST_READ

RULE, WIDTH, LAST = 8, 9, 10  # further columns of `operations`; LAST: it can be a last step
OPERATION_COLUMNS = 11
# The columns of `finals`: operation, three operands (MISSING is V), the sort of V, how to test it.
OPERANDS, V_SORT, TEST = 1, 4, 5
FINAL_COLUMNS = 6
MISSING = -1
TRY, EQUAL = range(2)
# `control` goes on where set_search's ends.
STRIDE, OFFSET = 12, 13  # this worker takes the first values OFFSET, OFFSET + STRIDE, ...
CONTROL_SIZE = 14
MAX_SLOTS = 62  # slots are bits of a word


@njit(cache=True, nogil=True)
def _bits(mask: Any) -> Any:  # pragma: no cover - compiled
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


@njit(cache=True, nogil=True)
def _add_final(
    operations: Any, rows: Any, chosen: Any, wanted: Any, finals: Any, wants: Any, masks: Any,
    table: Any, spots: Any, count: Any, op: Any, a: Any, b: Any, c: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Adds a last step with operands a, b, c (MISSING for V), unless it is impossible."""
    arity = operations[op, INPUT_COUNT]
    operands = (a, b, c)
    place, missing = 0, 0
    mask = np.int64(0)
    for i in range(arity):
        if operands[i] == MISSING:
            place, missing = i, missing + 1
        else:
            mask |= np.int64(1) << operands[i]
    test = TRY
    if missing == 1 and operations[op, RULE] > 0:
        first, second = np.int64(-1), np.int64(-1)
        for i in range(arity):
            if i != place:
                if first < 0:
                    first = chosen[operands[i]]
                else:
                    second = chosen[operands[i]]
        test = EQUAL
        for j in range(rows.shape[1]):
            x = rows[first, j] if first >= 0 else np.int64(0)
            y = rows[second, j] if second >= 0 else np.int64(0)
            kind, value = needed(
                operations[op, RULE], place, x, y, wanted[j], operations[op, WIDTH]
            )
            if kind == NONE:
                return count
            if kind == SOME:
                test = TRY
            wants[count, j] = value
    finals[count, 0] = op
    finals[count, 1], finals[count, 2], finals[count, 3] = a, b, c
    finals[count, V_SORT] = operations[op, SORT_A + place]
    finals[count, TEST] = test
    masks[count] = mask
    if test == EQUAL:
        slot = mix(wants[count, 0]) & np.uint64(len(table) - 1)
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & np.uint64(len(table) - 1)
        table[slot] = count
        spots[count] = slot
    return count + 1


@njit(cache=True, nogil=True)
def push_finals(
    operations: Any, rows: Any, chosen: Any, sorts: Any, wanted: Any, control: Any, finals: Any,
    wants: Any, masks: Any, table: Any, spots: Any, groups: Any, slot: Any,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Lists the last steps that read V and `slot`, and beside them only lower slots.

    groups[s + 1] .. groups[s + 2] are those of slot s; slot -1 has those that read V alone.
    """
    count = groups[slot + 1]
    for op in range(len(operations)):
        arity = operations[op, INPUT_COUNT]
        if not operations[op, LAST] or operations[op, RESULT] != control[OUTPUT] or arity == 0:
            continue
        top = slot + 1
        # Operands from -1 (V) to slot; the greatest is slot, at least one is V, and all V's have
        # the same sort.
        for a in range(MISSING, top):
            if a >= 0 and sorts[a] != operations[op, SORT_A]:
                continue
            for b in range(MISSING, top if arity > 1 else 0):
                if b >= 0 and sorts[b] != operations[op, SORT_A + 1]:
                    continue
                if arity == 2 and operations[op, COMMUTES_AB] and a > b:
                    continue
                for c in range(MISSING, top if arity > 2 else 0):
                    if c >= 0 and sorts[c] != operations[op, SORT_A + 2]:
                        continue
                    last, missing, sort, same = a, 0, -1, True
                    if arity > 1:
                        last = max(last, b)
                    if arity > 2:
                        last = max(last, c)
                    for i in range(arity):
                        operand = a if i == 0 else (b if i == 1 else c)
                        if operand == MISSING:
                            own = operations[op, SORT_A + i]
                            same = same and (missing == 0 or own == sort)
                            sort, missing = own, missing + 1
                    if last != slot or missing == 0 or not same:
                        continue
                    count = _add_final(
                        operations, rows, chosen, wanted, finals, wants, masks, table, spots,
                        count, op, a, b, c,
                    )  # fmt: skip
    groups[slot + 2] = count


@njit(cache=True, nogil=True)
def _pop_finals(
    finals: Any, table: Any, spots: Any, groups: Any, slot: Any
) -> None:  # pragma: no cover - compiled
    for e in range(groups[slot + 2] - 1, groups[slot + 1] - 1, -1):
        if finals[e, TEST] == EQUAL:
            table[spots[e]] = -1


@njit(cache=True, nogil=True)
def _equal_rows(rows: Any, row: Any, other: Any) -> Any:  # pragma: no cover - compiled
    for j in range(len(other)):
        if rows[row, j] != other[j]:
            return False
    return True


@njit(cache=True, nogil=True)
def _finish(
    call: Any, rows: Any, made_from: Any, chosen: Any, v: Any, whole: Any, entry: Any,
    finals: Any, wanted: Any, scratch: Any, flags: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Whether the last step `entry` on V, which is row v or the step made_from, is the target.

    Row v may hold only its first word (`whole` is False); the others are computed here.
    """
    width = rows.shape[1]
    if not whole:
        call(
            made_from[0], rows, chosen[made_from[1]], chosen[made_from[2]], chosen[made_from[3]],
            v, 0, width, flags,
        )  # fmt: skip
    a, b, c = finals[entry, 1], finals[entry, 2], finals[entry, 3]
    call(
        finals[entry, 0], rows, v if a == MISSING else chosen[a], v if b == MISSING else chosen[b],
        v if c == MISSING else chosen[c], scratch, 0, width, flags,
    )  # fmt: skip
    return _equal_rows(rows, scratch, wanted)


@njit(cache=True, nogil=True)
def _hits(
    call: Any, rows: Any, step: Any, chosen: Any, v: Any, whole: Any, sort: Any, unread: Any,
    top: Any, finals: Any, wants: Any, masks: Any, table: Any, groups: Any, wanted: Any,
    scratch: Any, flags: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """The last step that makes the target from V and reads all `unread` slots; -1 for none."""
    word = rows[v, 0]
    slot = mix(word) & np.uint64(len(table) - 1)
    while table[slot] >= 0:
        e = table[slot]
        if (
            wants[e, 0] == word
            and unread & ~masks[e] == 0
            and finals[e, V_SORT] == sort
            and _finish(call, rows, step, chosen, v, whole, e, finals, wanted, scratch, flags)
        ):
            return e
        slot = (slot + np.uint64(1)) & np.uint64(len(table) - 1)
    first = -1
    for s in range(top + 1):
        if unread >> s & 1:
            first = s
    for e in range(groups[first + 1], groups[top + 2]):
        if finals[e, TEST] == TRY and unread & ~masks[e] == 0 and finals[e, V_SORT] == sort:
            a, b, c = finals[e, 1], finals[e, 2], finals[e, 3]
            call(
                finals[e, 0], rows, v if a == MISSING else chosen[a],
                v if b == MISSING else chosen[b], v if c == MISSING else chosen[c], scratch, 0, 1,
                flags,
            )  # fmt: skip
            if rows[scratch, 0] == wanted[0] and _finish(
                call, rows, step, chosen, v, whole, e, finals, wanted, scratch, flags
            ):
                return e
    return -1


@njit(cache=True, nogil=True)
def _last_two(
    call: Any, operations: Any, rows: Any, made: Any, read_masks: Any, chosen: Any, sorts: Any,
    unread: Any, todo: Any, start: Any, end: Any, top: Any, finals: Any, wants: Any, masks: Any,
    table: Any, groups: Any, wanted: Any, control: Any, result: Any, flags: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Tries all ends of two steps; writes both into `result`. Returns the work done.

    Candidates start .. end - 1 are values that are listed; others read the newest slot, `top`.
    """
    most = control[MOST_READ] - 1  # slots that the last step can read beside V
    work = np.int64(1)
    for v in range(start, end):
        left = unread & ~read_masks[v]
        if left & (left - 1) and _bits(left) > most:
            continue
        work += 1
        e = _hits(
            call, rows, made[v], chosen, v, True, made[v, SORT], left, top, finals, wants, masks,
            table, groups, wanted, end + 1, flags,
        )  # fmt: skip
        if e >= 0:
            for i in range(4):
                result[0, i] = made[v, i]
                result[1, i] = finals[e, i] if finals[e, i] != MISSING else top + 1
            control[FOUND] = 1
            return work
    if top < control[INPUTS]:
        return work  # nothing is chosen: all values of one step are listed
    for t in range(list_steps(operations, sorts, top, False, -1, -1, todo)):
        step = todo[t]
        mask = np.int64(0)
        for i in range(operations[step[0], INPUT_COUNT]):
            mask |= np.int64(1) << np.int64(step[A + i])
        left = unread & ~mask
        if left & (left - 1) and _bits(left) > most:
            continue
        work += 1
        call(
            step[0], rows, chosen[step[1]], chosen[step[2]], chosen[step[3]], end, 0, 1, flags
        )  # fmt: skip
        e = _hits(
            call, rows, step, chosen, end, False, operations[step[0], RESULT], left, top, finals,
            wants, masks, table, groups, wanted, end + 1, flags,
        )  # fmt: skip
        if e >= 0:
            for i in range(4):
                result[0, i] = step[i]
                result[1, i] = finals[e, i] if finals[e, i] != MISSING else top + 1
            control[FOUND] = 1
            return work
    return work


@njit(cache=True, nogil=True)
def search_zero(
    call: Any, operations: Any, polynomials: Any, rows: Any, made: Any, read_masks: Any,
    places: Any, index: Any, position: Any, ends: Any, chosen: Any, sorts: Any, reads: Any,
    todo: Any, finals: Any, wants: Any, masks: Any, table: Any, spots: Any, groups: Any,
    wanted: Any, control: Any, steps: Any, flags: Any, budget: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Goes on with the search for `control[LENGTH]` >= 2 steps that make the row `wanted`.

    The arrays are those of `set_search.search`, and:

    Args:
        read_masks: (capacity,) the slots that each candidate reads, as bits.
        finals, wants, masks, table, spots, groups: see `push_finals`.
        steps: (length, 4) the sequence, written where `FOUND`.

    Returns:
        MORE, DONE or FULL.
    """
    inputs, length = control[INPUTS], control[LENGTH]
    work = np.int64(0)
    while work < budget and not flags[0] and not flags[1]:
        depth = control[DEPTH]
        row = position[depth]
        if length == 2:
            control[NODES] += 1
            _last_two(
                call, operations, rows, made, read_masks, chosen, sorts, np.int64(0), todo, inputs,
                ends[0], inputs - 1, finals, wants, masks, table, groups, wanted, control, steps,
                flags,
            )  # fmt: skip
            return DONE
        if row >= ends[depth]:
            if depth == 0:
                return DONE
            for k in range(ends[depth] - 1, ends[depth - 1] - 1, -1):
                index[places[k]] = -1
            depth -= 1
            control[DEPTH] = depth
            _pop_finals(finals, table, spots, groups, inputs + depth)
            for i in range(operations[made[position[depth], 0], INPUT_COUNT]):
                reads[made[position[depth], A + i]] -= 1
            position[depth] += 1
            continue
        if depth == 0 and (row - inputs) % control[STRIDE] != control[OFFSET]:
            position[0] += 1
            continue
        slot = inputs + depth
        chosen[slot], sorts[slot], reads[slot] = row, made[row, SORT], 0
        arity = operations[made[row, 0], INPUT_COUNT]
        for i in range(arity):
            reads[made[row, A + i]] += 1
        unread = np.int64(0)
        for s in range(inputs, slot + 1):
            if reads[s] == 0:
                unread |= np.int64(1) << s
        remaining = length - depth - 1
        work += 1
        descend = False
        if _bits(unread) - remaining * (control[MOST_READ] - 1) <= 1:
            push_finals(
                operations, rows, chosen, sorts, wanted, control, finals, wants, masks, table,
                spots, groups, slot,
            )  # fmt: skip
            if remaining == 2:
                control[NODES] += 1
                work += _last_two(
                    call, operations, rows, made, read_masks, chosen, sorts, unread, todo, row + 1,
                    ends[depth], slot, finals, wants, masks, table, groups, wanted, control,
                    steps[length - 2 :], flags,
                )  # fmt: skip
                if control[FOUND]:
                    for s in range(inputs, slot + 1):
                        for i in range(4):
                            steps[s - inputs, i] = made[chosen[s], i]
                    return DONE
                _pop_finals(finals, table, spots, groups, slot)
            else:
                end = extend(
                    call, operations, polynomials, rows, made, places, index, chosen, sorts, todo,
                    ends[depth], slot, False, control, flags,
                )  # fmt: skip
                if end < 0:
                    return FULL
                for k in range(ends[depth], end):
                    read_masks[k] = 0
                    for i in range(operations[made[k, 0], INPUT_COUNT]):
                        read_masks[k] |= np.int64(1) << np.int64(made[k, A + i])
                work += (end - ends[depth]) * rows.shape[1]
                descend = True
        if descend:
            position[depth + 1], ends[depth + 1] = row + 1, end
            control[DEPTH] = depth + 1
        else:
            for i in range(arity):
                reads[made[row, A + i]] -= 1
            position[depth] += 1
    return MORE
