"""The compiled search for several outputs: which slots they are read off, and the last step.

For each slot and output there is the error that the slot alone has as that output, on all samples.
An output is *open* while no slot has an error below the best one. For all measures but wrong
samples the error is the sum (or the greatest) of the outputs' least errors. A sample with two wrong
outputs is only one wrong sample, though, so for that measure choices of outputs are looked at one
by one.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.compiled.word_errors import GREATEST, WRONG, bit_count
from solvers.exact.dags.set_values import (
    ARITY,
    BEST,
    BIG,
    FOUND,
    INPUT_COUNT,
    INPUTS,
    MEASURE,
    NONE,
    OPERATION,
    OUTPUT_SORT,
    RESULT,
    SORT,
    UNSIGNED,
    A,
    apply,
    error_of,
    list_steps,
)
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, sample_error, total

MAX_OUTPUTS = 16
# The rows of `scratch`, (4, outputs): the errors of the value at hand, the choice being tried, the
# best one, the open outputs.
TRIAL, CHOICE, KEPT, OPEN = range(4)


def apart(problem: Problem) -> NDArray[np.int64]:
    """(m, m) a lower bound for the error where one value serves as both outputs."""
    m, rows, measure = len(problem.outputs), problem.rows(), problem.measure
    least = np.zeros((m, m), dtype=np.int64)
    for i, k in product(range(m), repeat=2):
        v, w = problem.outputs[i], problem.outputs[k]
        if v.sort != w.sort:
            least[i, k] = NONE
            continue
        pairs = ((row.outputs[i], row.outputs[k]) for row in rows)
        error = total(measure, [sample_error(measure, (v,), (x,), (y,)) for x, y in pairs])
        # |x - z| + |z - y| is at least |x - y|; of squares the half, of the greatest of two too.
        halved = {Measure.SQUARED: 2, Measure.GREATEST: 2}.get(measure, 1)
        least[i, k] = min(-(-int(error) // halved), BIG)
    return least


@compiled
def enter_slot(
    rows: Any, row: Any, slot: Any, sorts: Any, wanted: Any, outputs: Any, packed: Any,
    control: Any, errors: Any, least: Any,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Notes the errors of the value in `row` as slot `slot`.

    Args:
        errors: (slots, m) the error of each slot as each output.
        least: (slots, m, 2) the least of these up to each slot, and the slot that has it.
    """
    for i in range(len(wanted)):
        error = np.int64(NONE)
        if sorts[slot] == outputs[i, OUTPUT_SORT]:
            error = error_of(
                rows, row, wanted[i], 0, rows.shape[1], np.int64(0), packed, control[MEASURE],
                outputs[i, UNSIGNED],
            )  # fmt: skip
        errors[slot, i] = error
        least[slot, i, 0], least[slot, i, 1] = error, slot
        if slot > 0 and least[slot - 1, i, 0] <= error:
            least[slot, i, 0], least[slot, i, 1] = least[slot - 1, i, 0], least[slot - 1, i, 1]


@compiled
def still_needed(
    least: Any, slot: Any, apart: Any, control: Any, scratch: Any
) -> Any:  # pragma: no cover - compiled
    """How many steps the open outputs need at least, one each if no value is good for two.

    Args:
        apart: (m, m) the least error where one value serves as both outputs.
    """
    count = 0
    for i in range(len(apart)):
        if least[slot, i, 0] < control[BEST]:
            continue
        alone = True
        for k in range(count):
            alone &= apart[i, scratch[OPEN, k]] >= control[BEST]
        if alone:
            scratch[OPEN, count] = i
            count += 1
    return count


@compiled
def choose_outputs(
    rows: Any, value: Any, sort: Any, newest: Any, chosen: Any, wanted: Any, outputs: Any,
    packed: Any, errors: Any, least: Any, scratch: Any, joined: Any, control: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """The least error of outputs among slots 0 .. newest and one more value in row `value`.

    Where it is below the best, the slots are in scratch[KEPT], newest + 1 standing for the value,
    which is among them.
    """
    m, width, measure = len(wanted), rows.shape[1], control[MEASURE]
    good = False
    for i in range(m):
        error = np.int64(NONE)
        if sort == outputs[i, OUTPUT_SORT]:
            error = error_of(
                rows, value, wanted[i], 0, width, np.int64(0), packed, measure,
                outputs[i, UNSIGNED],
            )  # fmt: skip
        scratch[TRIAL, i] = error
        good |= error < control[BEST]
    if not good:
        return np.int64(NONE)
    if measure != WRONG:
        total = np.int64(0)
        for i in range(m):
            error, scratch[KEPT, i] = least[newest, i, 0], least[newest, i, 1]
            if scratch[TRIAL, i] < error:
                error, scratch[KEPT, i] = scratch[TRIAL, i], newest + 1
            if error == NONE:
                return np.int64(NONE)
            total = max(total, error) if measure == GREATEST else min(total + error, np.int64(BIG))
        return total
    best = control[BEST]
    i = 0
    scratch[CHOICE, 0] = -1
    while i >= 0:
        scratch[CHOICE, i] += 1
        slot = scratch[CHOICE, i]
        if slot > newest + 1:
            i -= 1
            continue
        last = slot == newest + 1
        if (scratch[TRIAL, i] if last else errors[slot, i]) >= best:
            continue
        if i == m - 1 and not last:
            used = False
            for k in range(i):
                used |= scratch[CHOICE, k] == newest + 1
            if not used:
                continue
        row = value if last else chosen[slot]
        count = np.int64(0)
        for j in range(width):
            x = rows[row, j] ^ wanted[i, j] if packed else np.int64(rows[row, j] != wanted[i, j])
            if i > 0:
                x |= joined[i - 1, j]
            joined[i, j] = x
            count += bit_count(x)
        if count >= best:
            continue
        if i < m - 1:
            i += 1
            scratch[CHOICE, i] = -1
            continue
        best = count
        for k in range(m):
            scratch[KEPT, k] = scratch[CHOICE, k]
    return best if best < control[BEST] else np.int64(NONE)


@compiled
def _keep(
    error: Any, newest: Any, chosen: Any, step: Any, scratch: Any, control: Any, best: Any,
    best_outputs: Any,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    control[BEST], control[FOUND] = error, 1
    for s in range(newest + 1):
        best[s, 0] = chosen[s]
    for i in range(4):
        best[newest + 1, i] = step[i]
    for i in range(len(best_outputs)):
        best_outputs[i] = scratch[KEPT, i]


@compiled
def last_step_of_several(
    call: Any, operations: Any, polynomials: Any, rows: Any, made: Any, chosen: Any, sorts: Any,
    reads: Any, todo: Any, row: Any, end: Any, newest: Any, wanted: Any, outputs: Any,
    errors: Any, least: Any, scratch: Any, control: Any, best: Any, best_outputs: Any, flags: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Looks at all last steps; puts a better one into `best`. Returns the words computed.

    A slot that nobody has read and that is no good as an output must be read by the last step. The
    newest one may be good: then the candidates listed after it come in question too.
    """
    first, second, third = -1, -1, -1
    newest_good = False
    for s in range(control[INPUTS], newest + 1):
        good = False
        for i in range(len(wanted)):
            good |= errors[s, i] < control[BEST]
        if s == newest:
            newest_good = good
        elif reads[s] == 0 and not good:
            if first < 0:
                first = s
            elif second < 0:
                second = s
            elif third < 0 and control[ARITY] > 2:
                third = s
            else:
                return 1
    packed = len(polynomials) > 0
    width = rows.shape[1]
    joined = np.empty((len(wanted), width), dtype=np.int64)
    work, count = 1, 0
    if third < 0:
        count = list_steps(operations, sorts, newest, False, first, second, todo)
    for t in range(count):
        step = todo[t]
        apply(call, polynomials, rows, step, chosen, end, 0, width, control, flags)
        work += 2 * width
        error = choose_outputs(
            rows, end, operations[step[0], RESULT], newest, chosen, wanted, outputs, packed,
            errors, least, scratch, joined, control,
        )  # fmt: skip
        if error < control[BEST]:
            _keep(error, newest, chosen, step, scratch, control, best, best_outputs)
    if not newest_good:
        return work
    for candidate in range(row + 1, end):
        seen_first, seen_second, seen_third = first < 0, second < 0, third < 0
        for i in range(operations[made[candidate, OPERATION], INPUT_COUNT]):
            seen_first |= made[candidate, A + i] == first
            seen_second |= made[candidate, A + i] == second
            seen_third |= made[candidate, A + i] == third
        if not (seen_first and seen_second and seen_third):
            continue
        work += width
        error = choose_outputs(
            rows, candidate, made[candidate, SORT], newest, chosen, wanted, outputs, packed,
            errors, least, scratch, joined, control,
        )  # fmt: skip
        if error < control[BEST]:
            _keep(error, newest, chosen, made[candidate], scratch, control, best, best_outputs)
    return work
