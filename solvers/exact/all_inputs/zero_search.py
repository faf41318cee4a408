"""The compiled search for a sequence without error: sets of values, the last two steps by look-up.

The nodes are those of `set_search`: each set of values once. What differs is the end. With two
steps left, the last one is looked at backwards: `finals` lists the last steps that are still
possible with one operand V missing, each with the value that V must have, or as one to be tried
(`solvers.exact.all_inputs.backward`). The last step but one then only has to hit one of those
values, which a small hash table tells from its first word.

Every value must be read by a later step, for else the sequence would not be shortest. So the last
two steps together read all values that nobody has read yet, and few of them can.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.compiled.compiling import compiled
from solvers.compiled.interning import mix
from solvers.exact.all_inputs.backward import NONE, ONE, needed, needed_twice
from solvers.exact.dags.set_values import ARITY as MOST_READ
from solvers.exact.dags.set_values import (
    COMMUTES_AB,
    DEPTH,
    DONE,
    FOUND,
    FULL,
    INPUT_COUNT,
    INPUTS,
    LENGTH,
    MORE,
    NODES,
    RESULT,
    SORT,
    SORT_A,
    A,
    extend,
    list_steps,
)

# Further columns of `operations`. LAST: it can be a last step. REPEATED: reading one value twice
# may make something new.
RULE, WIDTH, LAST, REPEATED = range(8, 12)
OPERATION_COLUMNS = 12
# `finals` is a tuple of arrays. Entries that V must equal stand at its beginning, those to be tried
# at its end, backwards; of both, those of slot s are number ends[s + 1] .. ends[s + 2] - 1.
#   steps (n, 5): operation, three operands (MISSING is V), the sort of V
#   wants (n, width): what V must equal; masks (n,): the slots read, as bits
#   table: a hash table of the first words of `wants`; spots (n,): where an entry is in it
#   exact_ends, tried_ends: how many entries there are up to each slot
V_SORT = 4
FINAL_COLUMNS = 5
MISSING = -1
# `control` goes on where that of `set_values` ends. OUTPUT: the sort wanted. This worker takes the
# first values OFFSET, OFFSET + STRIDE, ...
OUTPUT, STRIDE, OFFSET = range(10, 13)
CONTROL_SIZE = 13
MAX_SLOTS = 62  # slots are bits of a word


@compiled(nogil=True)
def _bits(mask: Any) -> Any:  # pragma: no cover - compiled
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


@compiled(nogil=True)
def _add_final(
    operations: Any, rows: Any, chosen: Any, wanted: Any, finals: Any, op: Any, a: Any, b: Any,
    c: Any, slot: Any,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Adds a last step with operands a, b, c (MISSING for V), unless it is impossible."""
    steps, wants, masks, table, spots, exact_ends, tried_ends = finals
    arity = operations[op, INPUT_COUNT]
    operands = (a, b, c)
    place, missing = 0, 0
    mask = np.int64(0)
    for i in range(arity):
        if operands[i] == MISSING:
            place, missing = i, missing + 1
        else:
            mask |= np.int64(1) << operands[i]
    rule, width = operations[op, RULE], operations[op, WIDTH]
    exact = exact_ends[slot + 2]
    only = rule > 0
    if missing == 1 and only:
        first, second = np.int64(-1), np.int64(-1)
        for i in range(arity):
            if i != place:
                if first < 0:
                    first = chosen[operands[i]]
                else:
                    second = chosen[operands[i]]
        for j in range(rows.shape[1]):
            x = rows[first, j] if first >= 0 else np.int64(0)
            y = rows[second, j] if second >= 0 else np.int64(0)
            kind, value = needed(rule, place, x, y, wanted[j], width)
            if kind == NONE:
                return
            only = only and kind == ONE
            wants[exact, j] = value
    elif missing == 2 and arity == 2:
        if operations[op, REPEATED] == 0:
            return
        for j in range(rows.shape[1]):
            kind, value = needed_twice(rule, wanted[j], width)
            if kind == NONE:
                return
            only = only and kind == ONE
            wants[exact, j] = value
    else:
        only = False
    entry = exact if only else len(masks) - 1 - tried_ends[slot + 2]
    steps[entry, 0] = op
    steps[entry, 1], steps[entry, 2], steps[entry, 3] = a, b, c
    steps[entry, V_SORT] = operations[op, SORT_A + place]
    masks[entry] = mask
    if only:
        place_ = mix(wants[entry, 0]) & np.uint64(len(table) - 1)
        while table[place_] >= 0:
            place_ = (place_ + np.uint64(1)) & np.uint64(len(table) - 1)
        table[place_] = entry
        spots[entry] = place_
        exact_ends[slot + 2] += 1
    else:
        tried_ends[slot + 2] += 1


@compiled(nogil=True)
def push_finals(
    operations: Any, rows: Any, chosen: Any, sorts: Any, wanted: Any, control: Any, finals: Any,
    slot: Any,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Lists the last steps that read V and `slot`, and beside them only lower slots.

    Slot -1 stands for those that read V alone.
    """
    finals[5][slot + 2] = finals[5][slot + 1]
    finals[6][slot + 2] = finals[6][slot + 1]
    for op in range(len(operations)):
        arity = operations[op, INPUT_COUNT]
        if not operations[op, LAST] or operations[op, RESULT] != control[OUTPUT]:
            continue
        first, second = operations[op, SORT_A], operations[op, SORT_A + 1]
        if arity == 1 and slot < 0:
            _add_final(operations, rows, chosen, wanted, finals, op, -1, -1, -1, slot)
        elif arity == 2:
            if slot < 0:
                if first == second:
                    _add_final(operations, rows, chosen, wanted, finals, op, -1, -1, -1, slot)
                continue
            if sorts[slot] == second:
                _add_final(operations, rows, chosen, wanted, finals, op, -1, slot, -1, slot)
            if sorts[slot] == first and not operations[op, COMMUTES_AB]:
                _add_final(operations, rows, chosen, wanted, finals, op, slot, -1, -1, slot)
        elif arity == 3:
            _push_three(operations, rows, chosen, sorts, wanted, finals, op, slot)


@compiled(nogil=True)
def _push_three(
    operations: Any, rows: Any, chosen: Any, sorts: Any, wanted: Any, finals: Any, op: Any,
    slot: Any,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """The same for three operands: -1 (V) to slot, the greatest of them slot, at least one V."""
    wants = operations[op, SORT_A : SORT_A + 3]
    for a in range(MISSING, slot + 1):
        if a >= 0 and sorts[a] != wants[0]:
            continue
        for b in range(MISSING, slot + 1):
            if b >= 0 and sorts[b] != wants[1]:
                continue
            for c in range(MISSING, slot + 1):
                if c >= 0 and sorts[c] != wants[2]:
                    continue
                if max(a, b, c) != slot or min(a, b, c) != MISSING:
                    continue
                same = (a >= 0 or b >= 0 or wants[0] == wants[1]) and (
                    (a >= 0 or c >= 0 or wants[0] == wants[2])
                    and (b >= 0 or c >= 0 or wants[1] == wants[2])
                )
                if same:
                    _add_final(operations, rows, chosen, wanted, finals, op, a, b, c, slot)


@compiled(nogil=True)
def _pop_finals(finals: Any, slot: Any) -> None:  # pragma: no cover - compiled
    _, _, _, table, spots, exact_ends, _ = finals
    for e in range(exact_ends[slot + 2] - 1, exact_ends[slot + 1] - 1, -1):
        table[spots[e]] = -1


@compiled(nogil=True)
def _equal_rows(rows: Any, row: Any, other: Any) -> Any:  # pragma: no cover - compiled
    for j in range(len(other)):  # noqa: SIM110 - Numba takes no generators
        if rows[row, j] != other[j]:
            return False
    return True


@compiled(nogil=True)
def _finish(
    call: Any, rows: Any, made_from: Any, chosen: Any, v: Any, whole: Any, entry: Any,
    steps: Any, wanted: Any, scratch: Any, flags: Any,
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
    a, b, c = steps[entry, 1], steps[entry, 2], steps[entry, 3]
    call(
        steps[entry, 0], rows, v if a == MISSING else chosen[a], v if b == MISSING else chosen[b],
        v if c == MISSING else chosen[c], scratch, 0, width, flags,
    )  # fmt: skip
    return _equal_rows(rows, scratch, wanted)


@compiled(nogil=True)
def _hits(
    call: Any, rows: Any, step: Any, chosen: Any, v: Any, whole: Any, sort: Any, unread: Any,
    top: Any, finals: Any, wanted: Any, scratch: Any, flags: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """The last step that makes the target from V and reads all `unread` slots; -1 for none."""
    steps, wants, masks, table, _, _, tried_ends = finals
    word = rows[v, 0]
    slot = mix(word) & np.uint64(len(table) - 1)
    while table[slot] >= 0:
        e = table[slot]
        if (
            wants[e, 0] == word
            and unread & ~masks[e] == 0
            and steps[e, V_SORT] == sort
            and _finish(call, rows, step, chosen, v, whole, e, steps, wanted, scratch, flags)
        ):
            return e
        slot = (slot + np.uint64(1)) & np.uint64(len(table) - 1)
    first = np.int64(-1)
    while unread >> (first + 1):
        first += 1
    last = len(masks) - 1
    for k in range(tried_ends[first + 1], tried_ends[top + 2]):
        e = last - k
        if unread & ~masks[e] == 0 and steps[e, V_SORT] == sort:
            a, b, c = steps[e, 1], steps[e, 2], steps[e, 3]
            call(
                steps[e, 0], rows, v if a == MISSING else chosen[a],
                v if b == MISSING else chosen[b], v if c == MISSING else chosen[c], scratch, 0, 1,
                flags,
            )  # fmt: skip
            if rows[scratch, 0] == wanted[0] and _finish(
                call, rows, step, chosen, v, whole, e, steps, wanted, scratch, flags
            ):
                return e
    return -1


@compiled(nogil=True)
def _last_two(
    call: Any, operations: Any, rows: Any, made: Any, read_masks: Any, chosen: Any, sorts: Any,
    unread: Any, todo: Any, start: Any, end: Any, top: Any, finals: Any, wanted: Any,
    control: Any, result: Any, flags: Any,
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
            call, rows, made[v], chosen, v, True, made[v, SORT], left, top, finals, wanted,
            end + 1, flags,
        )  # fmt: skip
        if e >= 0:
            for i in range(4):
                result[0, i] = made[v, i]
                result[1, i] = finals[0][e, i] if finals[0][e, i] != MISSING else top + 1
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
            wanted, end + 1, flags,
        )  # fmt: skip
        if e >= 0:
            for i in range(4):
                result[0, i] = step[i]
                result[1, i] = finals[0][e, i] if finals[0][e, i] != MISSING else top + 1
            control[FOUND] = 1
            return work
    return work


@compiled(nogil=True)
def search_zero(
    call: Any, operations: Any, polynomials: Any, rows: Any, made: Any, read_masks: Any,
    places: Any, index: Any, position: Any, ends: Any, chosen: Any, sorts: Any, reads: Any,
    todo: Any, finals: Any, wanted: Any, control: Any, steps: Any, flags: Any, budget: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Goes on with the search for `control[LENGTH]` >= 2 steps that make the row `wanted`.

    The arrays are those of `set_search.search`, and:

    Args:
        read_masks: (capacity,) the slots that each candidate reads, as bits.
        finals: see the comment on them.
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
                ends[0], inputs - 1, finals, wanted, control, steps, flags,
            )  # fmt: skip
            return DONE
        if row >= ends[depth]:
            if depth == 0:
                return DONE
            for k in range(ends[depth] - 1, ends[depth - 1] - 1, -1):
                index[places[k]] = -1
            depth -= 1
            control[DEPTH] = depth
            _pop_finals(finals, inputs + depth)
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
            push_finals(operations, rows, chosen, sorts, wanted, control, finals, slot)
            if remaining == 2:
                control[NODES] += 1
                work += _last_two(
                    call, operations, rows, made, read_masks, chosen, sorts, unread, todo, row + 1,
                    ends[depth], slot, finals, wanted, control, steps[length - 2 :], flags,
                )  # fmt: skip
                if control[FOUND]:
                    for s in range(inputs, slot + 1):
                        for i in range(4):
                            steps[s - inputs, i] = made[chosen[s], i]
                    return DONE
                _pop_finals(finals, slot)
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
