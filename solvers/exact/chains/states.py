"""Breadth-first search over single states packed into 64-bit words, for chains with one sample.

With one sample a behaviour is one state of the registers, so the search is over states: a queue of
words, a table of those known, and one compiled function that makes all successors of a word.

A blocked state is dropped: no measure gives it less error than the start has or others have.

`solve_states` is the engine; `distances` counts the states at each distance from the start.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.generated import compiled_module
from solvers.compiled.term_code import step_function
from solvers.exact.chains.state_kernels import BLOCK, EMPTY, refill
from solvers.exact.chains.state_packing import Packing, pack_states
from solvers.exact.frontiers.checkpoints import Checkpoint, CheckpointFile
from solvers.exact.frontiers.frontier import Frontier, FrontierBuilder, bounds_text
from solvers.points.error_arrays import as_objects, exact_array
from solvers.stopping.limits import STOPS, Limits, Meter, stop_reason
from theory.kernel.components.partiality import domain_size
from theory.kernel.components.placements import Step
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, sample_error

ENGINE = "states"
Progress = Callable[[str], None]

_LOOK = 1 << 16  # states expanded between two looks at the clock


class WideNumberError(Exception):
    """An intermediate number left 64 bits; another engine must be used."""


class StateSearch:
    """The states reached from a problem's one sample, layer by layer.

    Backward, those from which the outputs wanted are reached: all registers are outputs then, and
    the packing is that of `inverse_packing`.

    Attributes:
        queue: the words of the states, in the order in which they were reached; `count` of them.
        parents: (count,) the number of the state that each was reached from.
        low: the first state of the last layer.
    """

    def __init__(self, packing: Packing, meter: Meter, *, backward: bool = False) -> None:
        self.packing, self.meter, self.backward = packing, meter, backward
        self._expand = compiled_module(packing.source).expand
        self.queue = np.empty(1 << 14, dtype=np.uint64)
        self.parents = np.empty(1 << 14, dtype=np.int32)
        self.table = np.full(1 << 15, EMPTY, dtype=np.uint64)
        row = packing.problem.rows()[0]
        self.queue[0] = packing.pack(row.outputs if backward else row.inputs)
        self.parents[0] = -1
        self.low, self.count = 0, 1
        refill(self.table, self.queue, 1)

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Goes on from the arrays of a checkpoint."""
        for field in self.packing.fields:
            size = len(field.tokens) if field.tokens is not None else None
            size = size or domain_size(field.sort, self.packing.problem.values)
            numbers = arrays["queue"] >> np.uint64(field.offset) & np.uint64((1 << field.bits) - 1)
            if size is not None and (numbers >= size).any():
                raise ValueError("it has a state that the problem does not have")
        self.queue, self.parents = arrays["queue"], arrays["parents"]
        self.low, self.count = int(arrays["low"]), len(self.queue)
        self.table = np.full(1 << (4 * self.count).bit_length(), EMPTY, dtype=np.uint64)
        refill(self.table, self.queue, self.count)

    def advance(self) -> int:
        """Makes the next layer; its size.

        Raises:
            LimitReachedError: what was made of the layer is still counted.
            WideNumberError: see there.
        """
        node, high = self.low, self.count
        flags = np.zeros(1, dtype=np.bool_)
        room = BLOCK * len(self.packing.steps)
        while node < high:
            if self.count + room > len(self.queue):
                more = len(self.queue) + room
                self.queue, self.parents = (
                    np.concatenate([a, np.empty(more, a.dtype)]) for a in (self.queue, self.parents)
                )
            while 2 * (self.count + room) > len(self.table):
                self.table = np.full(2 * len(self.table), EMPTY, dtype=np.uint64)
                refill(self.table, self.queue, self.count)
            size = 2 * (self.queue.nbytes + self.parents.nbytes + self.table.nbytes)
            self.meter.check(states=self.count, size=size)
            node, self.count, _ = self._expand(
                self.queue, node, min(node + _LOOK, high), self.parents, self.table, self.count,
                flags,
            )  # fmt: skip
            if flags[0]:
                raise WideNumberError
        self.low = high
        return self.count - high

    def path(self, number: int) -> list[Step]:
        """The steps from the start to a state, each found again by exact evaluation.

        Backward, the steps that lead back, the one from the first state last.
        """
        p = self.packing
        components = p.problem.components
        assert components is not None
        found: list[Step] = []
        while self.parents[number] >= 0:
            after = p.unpack(int(self.queue[number]))
            number = int(self.parents[number])
            before = p.unpack(int(self.queue[number]))
            if self.backward:
                before, after = after, before
            for step in p.steps:
                function = step_function(components[step.component], step.parameters)
                result = function(*(before[r] for r in step.reads))
                if result is not None:
                    state = list(before)
                    for register, value in zip(step.writes, result, strict=False):
                        state[register] = value
                    if tuple(state) == after:
                        found.append(step)
                        break
        return found if self.backward else found[::-1]

    def errors(self, low: int, high: int) -> NDArray[Any]:
        """The exact errors of states low .. high-1, as in `exact_array`."""
        problem = self.packing.problem
        words = self.queue[low:high]
        total: NDArray[Any] = np.zeros(len(words), dtype=np.int64)
        wanted = problem.rows()[0].outputs
        for output, aim, register in zip(problem.outputs, wanted, problem.compared(), strict=True):
            field = self.packing.fields[register]
            numbers = (words >> np.uint64(field.offset)) & np.uint64((1 << field.bits) - 1)
            met, which = np.unique(numbers, return_inverse=True)
            one = exact_array([
                sample_error(problem.measure, (output,), (aim,), (field.value(int(n)),))
                for n in met.tolist()
            ])[which]  # fmt: skip
            if one.dtype != np.int64 or total.dtype != np.int64:
                one, total = as_objects(one), as_objects(total)
            if problem.measure in (Measure.WRONG, Measure.GREATEST):
                total = np.maximum(total, one)
            else:
                total = total + one
        return total


def distances(problem: Problem, limits: Limits | None = None) -> tuple[int, ...]:
    """How many states are 0, 1, 2, ... steps from the start of a problem with one sample.

    Raises:
        ProblemError: `not-packable` where states do not fit 63 bits.
        LimitReachedError: at the limits.
    """
    packing = pack_states(problem)
    if packing is None:
        message = "needs one sample, and states of at most 63 bits under components that are words"
        raise ProblemError("not-packable", message, problem.name)
    search = StateSearch(packing, Meter(limits or Limits()))
    counts = [1]
    while size := search.advance():
        counts.append(size)
    return tuple(counts)


def solve_states(
    packing: Packing,
    limits: Limits | None = None,
    progress: Progress | None = None,
    *,
    checkpoint: CheckpointFile | None = None,
) -> Frontier:
    """The frontier of a problem with one sample.

    Ctrl-C, and limits that are reached, end it with bounds.

    Args:
        checkpoint: a file to go on from, if it exists and this engine wrote it, and to save the
            search in when it stops.

    Raises:
        WideNumberError: a number left 64 bits.
        ProblemError: `bad-checkpoint`, `other-problem`.
    """
    problem = packing.problem
    meter = Meter(limits or Limits())
    search = StateSearch(packing, meter)
    saved = checkpoint.load() if checkpoint else None
    if saved is not None and saved.engine == ENGINE:
        builder = saved.builder(problem.length)
        try:
            search.restore(saved.arrays)
        except ValueError as error:
            message = f"is damaged ({error}); without the file the search starts anew"
            raise ProblemError("bad-checkpoint", message, str(checkpoint)) from None
    else:
        builder = FrontierBuilder(problem.length)
        start = problem.sequence(())
        builder.add(problem.error(start), start)
        builder.counts.append(1)
    stopped: str | None = None
    settled, low, seen = len(builder.lines), search.low, search.count  # at the last boundary
    try:
        while len(builder.lines) <= problem.length and builder.least > 0:
            settled, low, seen = len(builder.lines), search.low, search.count
            size = search.advance()
            _look(search, seen, builder, exact=True)
            builder.counts.append(size)
            if progress:
                progress(f"{bounds_text(builder.lines[-1])}; {search.count:,} states")
            if not size:
                break
    except STOPS as stop:
        stopped = stop_reason(stop)
    if stopped:
        if checkpoint is not None:
            arrays: dict[str, NDArray[Any]] = {
                "queue": search.queue[:seen],
                "parents": search.parents[:seen],
                "low": np.array(low),
            }
            lines, counts = tuple(builder.lines[:settled]), tuple(builder.counts[:settled])
            checkpoint.save(Checkpoint(ENGINE, lines, counts, arrays))
        if len(builder.lines) == settled <= problem.length:
            _look(search, seen, builder, exact=False)  # the part of a layer that was made
    return Frontier(
        problem, ENGINE, builder.fill(exact=stopped is None), tuple(builder.counts),
        meter.seconds, stopped,
    )  # fmt: skip


def _look(search: StateSearch, low: int, builder: FrontierBuilder, *, exact: bool) -> None:
    """Adds the line of the next length: the least error of the states from `low` on."""
    best: tuple[Error, int] = (math.inf, low)
    for first in range(low, search.count, 1 << 20):
        errors = search.errors(first, min(first + (1 << 20), search.count))
        place = int(np.argmin(errors))
        value = as_objects(errors[place : place + 1])[0]
        if value < best[0]:
            best = (value, first + place)
    error, number = best
    if error >= builder.least:
        builder.add(builder.least, None, exact=exact)
        return
    sequence = search.packing.problem.sequence(search.path(number))
    builder.add(error if error != int(error) else int(error), sequence, exact=exact)
