"""The compiled search over sets of packed values: each set once, the last step by look-up.

A *candidate* is a value with the step that makes it. Candidates stand in one list, beginning with
the inputs. At a node, candidates are taken in order; taking one makes it a *slot*, and what can be
computed from it joins the end of the list. A candidate that was passed over stays in the list, so
it is neither taken nor listed again below: each set of values is visited once. Coming back cuts the
list off again, and the hash index is undone in reverse.

Facts about a shortest sequence prune, for whichever derivation of its values is at hand (if some
value could be left out, or be made later, the sequence would not be shortest):

- every slot is read by a later step or is an output. A step reads at most `ARITY` slots that nobody
  has read yet and adds one, so too many unread slots can never all be read or be outputs;
- a slot can be an output only if its own error is below the best one. With one output no slot is
  (or a shorter sequence would have that error), so that the last step reads the newest slot;
- an output for which no slot is good enough needs a step of its own, and so do several of them, for
  any two of which no single value is good enough (`set_outputs.still_needed`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.compiled.compiling import compiled
from solvers.exact.dags.set_outputs import enter_slot, last_step_of_several, still_needed
from solvers.exact.dags.set_values import (
    ARITY,
    BEST,
    DEPTH,
    FOUND,
    INPUTS,
    LENGTH,
    MEASURE,
    NODES,
    OUTPUT_SORT,
    RESULT,
    SORT,
    UNSIGNED,
    apply,
    count_reads,
    error_of,
    extend,
    list_steps,
)

# What `search` returns.
MORE, DONE, FULL = range(3)

_BLOCK = 64  # words whose error is summed between two looks at the best error


@compiled
def _last_step(
    call: Any, operations: Any, polynomials: Any, rows: Any, chosen: Any, sorts: Any, reads: Any,
    todo: Any, free: Any, newest: Any, wanted: Any, outputs: Any, control: Any, best: Any,
    flags: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Looks at all last steps for one output; puts a better one into `best`.

    Returns the words computed.
    """
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
        if operations[step[0], RESULT] != outputs[0, OUTPUT_SORT]:
            continue
        total = np.int64(0)
        for low in range(0, width, _BLOCK):
            high = min(low + _BLOCK, width)
            apply(call, polynomials, rows, step, chosen, free, low, high, control, flags)
            total = error_of(
                rows, free, wanted[0], low, high, total, packed, control[MEASURE],
                outputs[0, UNSIGNED],
            )  # fmt: skip
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


@compiled
def search(
    call: Any, operations: Any, polynomials: Any, rows: Any, made: Any, places: Any, index: Any,
    position: Any, ends: Any, chosen: Any, sorts: Any, reads: Any, todo: Any, wanted: Any,
    outputs: Any, apart: Any, errors: Any, least: Any, scratch: Any, control: Any, best: Any,
    best_steps: Any, best_outputs: Any, flags: Any, budget: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Goes on with the search for sequences of `control[LENGTH]` >= 2 steps below `control[BEST]`.

    All state is in the arrays, so that it can be called again after MORE.

    Args:
        call: computes words of a row; see `solvers.compiled.row_operations`.
        operations: (n, 8) arity, sorts and commuting operands of each operation.
        polynomials: (n, 8) words, for packed Boolean values; (0, 8) for others.
        rows: (capacity, width) values; made: (capacity, 5) the step of each, and its sort.
        places, index: where each row is in the hash index, and the index itself.
        position, ends: for each depth the candidate at hand and the end of the list.
        chosen, sorts, reads: for each slot its candidate, its sort, and how often it is read.
        todo: room for the steps over all slots.
        wanted: (m, width) the outputs; outputs: (m, 2) their sorts.
        apart, errors, least, scratch: for several outputs; see `set_outputs`.
        best, best_steps, best_outputs: slots, steps and output slots of the best sequence, written
            where `FOUND`.
        budget: about how many words to compute.

    Returns:
        MORE, DONE or FULL (no room for another candidate).
    """
    inputs, length, several = control[INPUTS], control[LENGTH], len(wanted)
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
            count_reads(operations, made, position[depth], reads, -1)
            position[depth] += 1
            continue
        slot = inputs + depth
        chosen[slot], sorts[slot], reads[slot] = row, made[row, SORT], 0
        count_reads(operations, made, row, reads, 1)
        unread = 0
        for s in range(inputs, slot + 1):
            unread += reads[s] == 0
        remaining = length - depth - 1
        work += 1
        descend = False
        possible = unread - remaining * (control[ARITY] - 1) <= several
        if several > 1 and possible:
            enter_slot(
                rows, row, slot, sorts, wanted, outputs, len(polynomials) > 0, control, errors,
                least,
            )  # fmt: skip
            work += several * rows.shape[1]
            possible = still_needed(least, slot, apart, control, scratch) <= remaining
        if possible:
            if remaining == 1:
                control[NODES] += 1
                before = control[BEST]
                if several > 1:
                    work += last_step_of_several(
                        call, operations, polynomials, rows, made, chosen, sorts, reads, todo, row,
                        ends[depth], slot, wanted, outputs, errors, least, scratch, control, best,
                        best_outputs, flags,
                    )  # fmt: skip
                else:
                    work += _last_step(
                        call, operations, polynomials, rows, chosen, sorts, reads, todo,
                        ends[depth], slot, wanted, outputs, control, best, flags,
                    )  # fmt: skip
                    best_outputs[0] = slot + 1
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
            count_reads(operations, made, row, reads, -1)
            position[depth] += 1
    return MORE
