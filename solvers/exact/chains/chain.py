"""The chain engine: least error of chains at every length, by breadth-first search over behaviours.

The behaviour of a chain is the multiset of points (state, outputs wanted) that its samples are at.
Every measure is a symmetric function of it, so prefixes with equal multisets have equal
continuations and one is kept. A multiset is a list of (point, count) pairs in a pool; it is found
again by a 64-bit hash that is a sum over its points, and compared exactly, never by hash alone.

Each layer first *looks ahead*: the errors one step on are read off before that layer is made, so
the last layer, usually the largest, is never stored.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from solvers.exact.chains.behaviours import Pool, plain_error
from solvers.exact.chains.both_ends import solve_both_ends
from solvers.exact.chains.greedy import BEAM, Beginning, complete_greedily
from solvers.exact.chains.multisets import best_ahead
from solvers.exact.chains.point_sets import Encoded, encode
from solvers.exact.chains.state_packing import Packing, inverse_packing, pack_states
from solvers.exact.chains.states import ENGINE as STATES
from solvers.exact.chains.states import WideNumberError, solve_states
from solvers.exact.chains.subsumption import (
    ENGINE,
    attested,
    continue_by_subsumption,
    solve_least_length,
)
from solvers.exact.frontiers.checkpoints import SAVE_EVERY, Checkpoint, CheckpointFile
from solvers.exact.frontiers.frontier import Frontier, FrontierBuilder, bounds_text, merged
from solvers.points.error_arrays import INFINITE, as_objects
from solvers.points.exact_points import ExactPoints
from solvers.points.machine_points import WordOverflowError
from solvers.points.points import Points, make_points
from solvers.stopping.limits import STOPS, LimitReachedError, Limits, Meter, stop_reason
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure

Progress = Callable[[str], None]
LARGE = 50_000  # behaviours from which on it is asked whether `subsumption` could go on
LARGE_STATES = 3_000  # the same for `states`, which first compiles a function
_CHUNK = 20_000  # behaviours expanded between two looks at the clock


def solve_chain(
    problem: Problem,
    limits: Limits | None = None,
    progress: Progress | None = None,
    *,
    least_length: bool = False,
    checkpoint: CheckpointFile | None = None,
) -> Frontier:
    """The frontier of a chain problem with finitely many samples.

    Ctrl-C, and limits that are reached, end it with bounds. A large search with one sample goes
    on in `states`. One whose points are few goes on in `subsumption` when half of the limits are
    spent: from there on only error zero is looked for.

    Args:
        least_length: look for the least length of error zero only, by subsumption.
        checkpoint: a file to go on from, if it exists, and to save the search in when it stops.

    Raises:
        ProblemError: `not-finite` with least_length; `bad-checkpoint`, `other-problem`.
    """
    saved = checkpoint.load() if checkpoint else None
    if least_length and checkpoint is None:
        found = solve_both_ends(problem, limits, progress)
        if found is not None:
            return found
    if least_length or (saved and saved.engine == ENGINE):
        return solve_least_length(problem, limits, progress, checkpoint=checkpoint)
    if saved and saved.engine == STATES:
        packing = pack_states(problem)
        if packing is not None:
            return solve_states(packing, limits, progress, checkpoint=checkpoint)
        saved = None
    exactly = saved is not None and bool(saved.arrays["exact"])
    meter = Meter(limits or Limits())
    try:
        points = ExactPoints(problem) if exactly else make_points(problem)
        return _Search(problem, points, meter, progress, checkpoint, saved).run()
    except WordOverflowError:
        return _Search(problem, ExactPoints(problem), meter, progress, checkpoint, None).run()
    except _OneStateError as large:
        rest = replace(meter.limits, seconds=meter.limits.seconds - meter.seconds)
        try:
            return _solve_one_state(large.packing, rest, progress, checkpoint)
        except WideNumberError:
            return _Search(problem, make_points(problem), meter, progress, None, None).run()


def _solve_one_state(
    packing: Packing, limits: Limits, progress: Progress | None, checkpoint: CheckpointFile | None
) -> Frontier:
    """By `states`; where half the limits do not suffice and steps can be undone, by both ends."""
    if checkpoint is not None or inverse_packing(packing) is None:
        return solve_states(packing, limits, progress, checkpoint=checkpoint)
    half = Limits(limits.seconds / 2, limits.states // 2, limits.bytes // 2)
    first = solve_states(packing, half, progress)
    if first.stopped is None or first.stopped == "interrupted":
        return first
    rest = replace(limits, seconds=limits.seconds - first.seconds)
    second = solve_both_ends(packing.problem, rest, progress)
    return first if second is None else merged(first, second)


@dataclass(frozen=True, slots=True)
class _Boundary:
    """Where a search stands before it looks for the line of `length`.

    The behaviours low .. high-1 are those of length - 1 steps; the points have been expanded so
    many times, and are so many.
    """

    length: int
    low: int
    high: int
    expansions: int
    points_met: int


class _OneStateError(Exception):
    """The search has one sample and has become large; it is to go on over packed states."""

    def __init__(self, packing: Packing) -> None:
        super().__init__()
        self.packing = packing


class _Search:
    def __init__(
        self,
        problem: Problem,
        points: Points,
        meter: Meter,
        progress: Progress | None,
        checkpoint: CheckpointFile | None,
        saved: Checkpoint | None,
    ) -> None:
        self.problem, self.points, self.meter = problem, points, meter
        self.progress, self.checkpoint = progress, checkpoint
        self.greatest = problem.measure is Measure.GREATEST
        self.pool = Pool(points.start)
        self.other: Encoded | None = None  # for the search that goes on when this one stops
        self.saved_at = 0.0  # seconds of the meter
        self.tried_states = self.tried_subsumption = False
        self.builder = FrontierBuilder(problem.length)
        self.boundary = _Boundary(1, 0, 1, 0, len(points))
        self.saved = saved
        if saved is not None:
            self.builder, self.pool = saved.builder(problem.length), Pool.restored(saved.arrays)
            self.boundary = _Boundary(*map(int, saved.arrays["boundary"]))

    def run(self) -> Frontier:
        full = self.meter.limits
        stopped: str | None = None
        exact = True
        ready = False
        try:
            self._meet_points()
            ready = True
            exact = self._layers()
        except STOPS as stop:
            stopped, exact = stop_reason(stop), False
        if not self.builder.lines:
            sequence = self.problem.sequence(())
            self.builder.add(self.problem.error(sequence), sequence)
        note = ""
        self.meter.limits = full
        if self.other is not None and stopped in ("time", "states", "memory"):
            self.pool = Pool(self.points.start)  # gives its memory back
            if self.checkpoint is None:
                rest = replace(full, seconds=full.seconds - self.meter.seconds)
                second = solve_both_ends(self.problem, rest, self.progress)
                if second is not None:
                    return merged(self._frontier(exact=False, stopped=stopped), second)
            exactly = len(self.builder.lines) - 1
            stopped = continue_by_subsumption(
                self.problem, self.other, self.builder, self.meter, self.progress,
                checkpoint=self.checkpoint,
            )  # fmt: skip
            note = attested(self.builder.counts, str(self.other.symmetry))
            note = f"multisets of points to length {exactly}, then {note}"
        elif stopped and ready:  # else the file stays as it is
            self._save()
            self._complete_greedily()
        return self._frontier(exact=exact, stopped=stopped, note=note)

    def _frontier(self, *, exact: bool, stopped: str | None, note: str = "") -> Frontier:
        lines, counts = self.builder.fill(exact=exact), tuple(self.builder.counts)
        seconds = self.meter.seconds
        return Frontier(self.problem, "chain", lines, counts, seconds, stopped, evidence_note=note)

    def _layers(self) -> bool:
        """Adds the lines; True when all lengths are settled."""
        if not self.builder.lines:
            start = self._error_of(0)
            self.builder.add(start, self.problem.sequence(()))
            self.builder.counts.append(1)
        low, high = self.boundary.low, self.boundary.high
        expansions = self.boundary.expansions
        for length in range(len(self.builder.lines), self.problem.length + 1):
            if self.builder.least == 0:
                return True
            self.boundary = _Boundary(length, low, high, expansions, len(self.points))
            if self.meter.seconds > self.saved_at + SAVE_EVERY:
                self._save()
            error, node, move = self._look_ahead(low, high)
            steps = [*self.pool.path(node, self.points.steps), self.points.steps[move]] if (
                error < self.builder.least
            ) else []  # fmt: skip
            self.builder.add(error, self.problem.sequence(steps) if steps else None)
            self._say(high)
            if self.builder.least == 0 or length == self.problem.length:
                return True
            self._look_for_other_engines()
            self.points.expand(self.meter)
            expansions += 1
            low, high = high, self._expand(low, high)
            self.builder.counts.append(high - low)
            if low == high:
                return True
        return True

    def _save(self) -> None:
        """Writes the search as it was at the last boundary; arrays have only grown since."""
        if self.checkpoint is None:
            return
        self.saved_at = self.meter.seconds
        at = self.boundary
        arrays = self.pool.saved(at.high) | {
            "boundary": np.array([at.length, at.low, at.high, at.expansions, at.points_met]),
            "exact": np.array(isinstance(self.points, ExactPoints)),
        }
        lines, counts = self.builder.lines[: at.length], self.builder.counts[: at.length]
        self.checkpoint.save(Checkpoint("chain", tuple(lines), tuple(counts), arrays))

    def _meet_points(self) -> None:
        """Points are numbered again, in the same order; the behaviours come from the file."""
        if self.saved is None:
            return
        for _ in range(self.boundary.expansions):
            self.points.expand(self.meter)
        if len(self.points) != self.boundary.points_met:
            message = "was made by another version of Sheffer; without the file it starts anew"
            raise ProblemError("bad-checkpoint", message, str(self.checkpoint))
        if (self.saved.arrays["moves"] >= len(self.points.steps)).any():
            message = "has a step that the problem does not have; without the file it starts anew"
            raise ProblemError("bad-checkpoint", message, str(self.checkpoint))

    def _look_for_other_engines(self) -> None:
        """Once the search is large: whether another engine can take it over, now or later."""
        if len(self.points.start) == 1 and not self.tried_states:
            if self.pool.count < LARGE_STATES:
                return
            self.tried_states = True
            packing = pack_states(self.problem)
            if packing is not None:
                raise _OneStateError(packing)
        if self.tried_subsumption or self.pool.count < LARGE:
            return
        self.tried_subsumption = True
        limits = self.meter.limits
        left = limits.seconds - self.meter.seconds
        try:
            self.other = encode(self.problem, Meter(replace(limits, seconds=0.1 * left)))
        except (ProblemError, LimitReachedError):
            return
        self.meter.limits = Limits(limits.seconds - left / 2, limits.states // 2, limits.bytes // 2)

    def _complete_greedily(self) -> None:
        """Upper bounds for the lengths not settled: on from the best behaviours, few at a time."""
        try:
            steps = complete_greedily(
                self.problem, self.points, self._best_behaviours(), self.meter.limits.bytes
            )
        except (WordOverflowError, *STOPS):
            return
        if steps is None:
            return
        for length in range(len(self.builder.lines), len(steps) + 1):
            sequence = self.problem.sequence(steps[:length])
            self.builder.add(self.problem.error(sequence), sequence, exact=False)

    def _best_behaviours(self) -> list[Beginning]:
        """Those of the last whole layer with the least errors."""
        errors = self.points.errors()
        points, counts, offsets = self.pool.arrays()
        low, high = self.boundary.low, self.boundary.high
        if errors.dtype != np.int64 or not self.builder.lines:
            return []
        part = slice(int(offsets[low]), int(offsets[high]))
        each = errors[points[part]]
        bounds = offsets[low:high] - offsets[low]
        if self.greatest:
            sums = np.maximum.reduceat(each, bounds)
        else:
            sums = np.add.reduceat(each * counts[part], bounds)
        chosen = low + np.argsort(sums, kind="stable")[:BEAM]
        return [
            Beginning(
                tuple(self.pool.path(k, self.points.steps)),
                self.pool.content(k)[0],
                self.pool.content(k)[1].astype(np.int64),
            )
            for k in chosen.tolist()
        ]

    def _say(self, states: int) -> None:
        if self.progress:
            self.progress(f"{bounds_text(self.builder.lines[-1])}; {states:,} behaviours")

    def _error_of(self, node: int) -> Error:
        points, counts = self.pool.content(node)
        errors = as_objects(self.points.errors())[points]
        if self.greatest or math.inf in errors:
            return plain_error(max(errors))
        return plain_error(sum(e * int(c) for e, c in zip(errors, counts, strict=True)))

    def _look_ahead(self, low: int, high: int) -> tuple[Error, int, int]:
        """The least error one step after the behaviours low .. high-1, with where it is reached."""
        self.meter.check(size=self._bytes() + self.points.bytes_ahead())
        ahead = self.points.look_ahead()
        best: tuple[Error, int, int] = (math.inf, low, 0)
        if ahead.shape[1] == 0:
            return best
        for start in range(low, high, _CHUNK):
            self.meter.check()
            end = min(start + _CHUNK, high)
            if ahead.dtype == np.int64:
                error, node, move = best_ahead(
                    *self.pool.arrays(), start, end, ahead, self.greatest
                )
                found: Error = math.inf if error >= INFINITE else int(error)
            else:
                found, node, move = self.pool.best_ahead_exactly(start, end, ahead, self.greatest)
            if found < best[0]:
                best = (found, int(node), int(move))
        return best

    def _bytes(self) -> int:
        return self.pool.bytes() + self.points.bytes()

    def _expand(self, low: int, high: int) -> int:
        """Makes the behaviours one step after low .. high-1; returns the new end of the pool."""
        moves = self.points.moves
        node = low
        while node < high:
            self.meter.check(states=self.pool.count, size=self._bytes())
            node = self.pool.expand(node, min(node + _CHUNK, high), moves, len(self.points))
        return self.pool.count
