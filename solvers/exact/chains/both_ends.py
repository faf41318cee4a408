"""The least length of error zero from both ends, where steps can be undone.

One search goes forward from the start, one backward from the goal by the inverses of placements;
whichever has the smaller last layer takes the next step. Where the last layers of depths f and b
have a behaviour in common, a solution has f + b steps. It is a shortest one: were there one of
fewer steps, the searches, whose sum of depths grows by one at a time, would have met before. And
before they meet, no f + b steps suffice.

- One sample, placements that permute registers: behaviours are packed states (`states`).
- Any samples whose points are few and permuted by every placement: behaviours are multisets of
  points; the inverse of a placement is the inverse of its table. Each of the outputs wanted must
  have a single point without error, or there would be many goals.

Errors of shorter lengths are not searched for, only bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.exact.chains.behaviours import Pool
from solvers.exact.chains.state_packing import inverse_packing, pack_states
from solvers.exact.chains.states import StateSearch
from solvers.exact.chains.symmetry import goal_points
from solvers.exact.frontiers.frontier import Frontier, FrontierBuilder, bounds_text
from solvers.points.error_arrays import as_objects
from solvers.points.machine_points import WordOverflowError
from solvers.points.points import Points, close, make_points
from solvers.stopping.limits import STOPS, Limits, Meter, stop_reason
from theory.kernel.components.placements import Step
from theory.kernel.errors import NumberTooLargeError
from theory.kernel.language.exact import Error
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import sample_error

ENGINE = "both-ends"
MAX_POINTS = 1 << 14
_CHUNK = 20_000

Progress = Callable[[str], None]


class Side(Protocol):
    """A breadth-first search from one end."""

    @property
    def low(self) -> int:
        """The first behaviour of the last layer."""
        ...

    @property
    def count(self) -> int:
        """The behaviours met; the last layer is low .. count - 1."""
        ...

    def advance(self) -> int:
        """Makes the next layer; its size."""
        ...

    def keys(self) -> NDArray[np.uint64]:
        """A word for each behaviour of the last layer, equal for equal ones."""
        ...

    def content(self, number: int) -> Any:
        """What is compared where two words are equal."""
        ...

    def path(self, number: int) -> list[Step]:
        """The steps from the start to a behaviour, or from it to the goal."""
        ...


class StateSide:
    """Packed states; see `StateSearch`."""

    def __init__(self, search: StateSearch) -> None:
        self.search = search

    def advance(self) -> int:
        """See `Side`."""
        return self.search.advance()

    def path(self, number: int) -> list[Step]:
        """See `Side`."""
        return self.search.path(number)

    @property
    def low(self) -> int:
        """See `Side`."""
        return self.search.low

    @property
    def count(self) -> int:
        """See `Side`."""
        return self.search.count

    def keys(self) -> NDArray[np.uint64]:
        """The states themselves."""
        return self.search.queue[self.low : self.count]

    def content(self, number: int) -> int:
        """The state."""
        return int(self.search.queue[number])


class PointSide:
    """Multisets of points under tables of moves (points, placements)."""

    def __init__(
        self,
        start: NDArray[np.int32],
        moves: NDArray[np.int32],
        steps: list[Step],
        meter: Meter,
        *,
        backward: bool,
    ) -> None:
        self.pool, self.moves, self.steps = Pool(start), moves, steps
        self.meter, self.backward = meter, backward
        self._low = 0

    @property
    def low(self) -> int:
        """See `Side`."""
        return self._low

    @property
    def count(self) -> int:
        """See `Side`."""
        return self.pool.count

    def advance(self) -> int:
        """See `Side`."""
        node, high = self.low, self.count
        while node < high:
            self.meter.check(states=self.count, size=2 * self.pool.bytes())
            end = min(node + _CHUNK, high)
            node = self.pool.expand(node, end, self.moves, len(self.moves))
        self._low = high
        return self.count - high

    def keys(self) -> NDArray[np.uint64]:
        """The hashes of the multisets."""
        return self.pool.keys()[self.low : self.count]

    def content(self, number: int) -> Any:
        """The multiset."""
        points, counts = self.pool.content(number)
        return sorted(zip(points.tolist(), counts.tolist(), strict=True))

    def path(self, number: int) -> list[Step]:
        """See `Side`."""
        steps = self.pool.path(number, self.steps)
        return steps[::-1] if self.backward else steps


def both_sides(problem: Problem, meter: Meter) -> tuple[Side, Side, Error] | None:
    """The searches from both ends, and the least error above zero; None where it does not apply.

    Raises:
        LimitReachedError: before anything is found.
    """
    packing = pack_states(problem)
    inverse = None if packing is None else inverse_packing(packing)
    if packing is not None and inverse is not None:
        forward = StateSearch(packing, meter)
        return StateSide(forward), StateSide(StateSearch(inverse, meter, backward=True)), 0
    points = make_points(problem)
    try:
        if not close(points, meter, MAX_POINTS):
            return None
    except (WordOverflowError, NumberTooLargeError):
        return None
    goal = _goals(points)
    moves = points.moves
    if goal is None or any(len(np.unique(column)) < len(moves) for column in moves.T):
        return None
    inverses = np.argsort(moves, axis=0).astype(np.int32)
    errors = [e for e in set(as_objects(points.errors()).tolist()) if e > 0]
    return (
        PointSide(points.start, moves, points.steps, meter, backward=False),
        PointSide(goal, inverses, points.steps, meter, backward=True),
        min(errors),
    )


def _goals(points: Points) -> NDArray[np.int32] | None:
    """The point without error for each sample; None where one has none or several."""
    targets = points.rows()[:, -1]
    goals = np.flatnonzero(goal_points(points))
    found = dict(zip(targets[goals].tolist(), goals.tolist(), strict=True))
    wanted = targets[points.start].tolist()
    if len(found) < len(goals) or not all(t in found for t in wanted):
        return None
    return np.array([found[t] for t in wanted], dtype=np.int32)


def solve_both_ends(
    problem: Problem, limits: Limits | None = None, progress: Progress | None = None
) -> Frontier | None:
    """The least length of error zero, shorter lengths with bounds; None where it does not apply.

    Ctrl-C, and limits that are reached, end it with bounds.
    """
    meter = Meter(limits or Limits())
    builder = FrontierBuilder(problem.length)
    start = problem.sequence(())
    builder.add(problem.error(start), start)
    builder.counts.append(1)
    stopped: str | None = None
    try:
        sides = both_sides(problem, meter) if builder.least > 0 else None
        if sides is None and builder.least > 0:
            return None
        if sides is not None:
            _meet(problem, builder, *sides, progress)
    except STOPS as stop:
        stopped = stop_reason(stop)
    layers = ", ".join(map(str, builder.counts))
    return Frontier(
        problem, ENGINE, builder.fill(exact=False), tuple(builder.counts), meter.seconds, stopped,
        evidence_note=f"searched from both ends, layers {layers}; lower bound not recounted",
    )  # fmt: skip


def _meet(
    problem: Problem,
    builder: FrontierBuilder,
    forward: Side,
    backward: Side,
    least_positive: Error,
    progress: Progress | None,
) -> None:
    """Adds the lines until the searches meet or the problem's length is reached."""
    bound: Error = least_positive or _least_positive(problem)
    for length in range(1, problem.length + 1):
        smaller = min(forward, backward, key=lambda side: side.count - side.low)
        size = smaller.advance()
        builder.counts.append(size)
        place = _common(forward, backward) if size else None
        if place is not None:
            steps = [*forward.path(place[0]), *backward.path(place[1])]
            builder.lines = builder.lines[:1]
            for k in range(1, length + 1):
                sequence = problem.sequence(steps[:k])
                error = problem.error(sequence)
                builder.add(error, sequence, exact=error == 0, at_least=bound)
            return
        if not size:  # all that can be reached, or lead to the goal, has been met
            for _ in range(length, problem.length + 1):
                builder.add(builder.least, None, exact=False, at_least=bound)
            return
        builder.add(builder.least, None, exact=False, at_least=bound)
        if progress:
            progress(
                f"{bounds_text(builder.lines[-1])}; {forward.count:,} behaviours from the start, "
                f"{backward.count:,} from the goal"
            )


def _least_positive(problem: Problem) -> Error:
    """A lower bound of every error above zero, for values that stand in the start already."""
    (row,) = problem.rows()
    values = {
        (v.sort, x) for v, x in zip(problem.inputs, row.inputs, strict=True)
    }  # fmt: skip
    found = [
        sample_error(problem.measure, (output,), (aim,), (value,))
        for output, aim in zip(problem.outputs, row.outputs, strict=True)
        for sort, value in values
        if sort == output.sort
    ]
    return min(e for e in found if e > 0)


def _common(forward: Side, backward: Side) -> tuple[int, int] | None:
    """A behaviour that both last layers hold, as its two numbers."""
    ahead, behind = forward.keys(), backward.keys()
    order = np.argsort(ahead, kind="stable")
    ranked = ahead[order]
    first = np.searchsorted(ranked, behind, side="left")
    last = np.searchsorted(ranked, behind, side="right")
    for k in np.flatnonzero(first < last):
        for j in order[first[k] : last[k]]:
            one, other = int(j) + forward.low, int(k) + backward.low
            if forward.content(one) == backward.content(other):
                return one, other
    return None
