"""Upper bounds where a search has stopped: a beam search on from its best behaviours.

At each length the behaviours with the least errors are kept. Nothing is proved by it; the sequences
that it finds are evaluated by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.points.error_arrays import INFINITE
from solvers.points.points import Points
from solvers.stopping.limits import Limits, Meter
from theory.kernel.components.placements import Step
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure

BEAM = 200
_SECONDS = 10.0
_MAX_NEW_MOVES = 4_000_000


@dataclass(frozen=True, slots=True)
class Beginning:
    """A sequence so far, and its behaviour: points and how many samples are at each."""

    steps: tuple[Step, ...]
    points: NDArray[np.int32]
    counts: NDArray[np.int64]


def complete_greedily(
    problem: Problem, points: Points, beam: list[Beginning], most_bytes: int
) -> tuple[Step, ...] | None:
    """The steps of least error found from beginnings of one length; None where there are none.

    Args:
        most_bytes: the most memory for the points, and again for the errors one step ahead.

    Raises:
        LimitReachedError, NumberTooLargeError, WordOverflowError: from the points.
    """
    meter = Meter(Limits(seconds=_SECONDS, bytes=most_bytes))
    greatest = problem.measure is Measure.GREATEST
    best: tuple[int, tuple[Step, ...] | None] = (INFINITE, None)
    while beam and len(beam[0].steps) < problem.length:
        meter.check(size=points.bytes_ahead())
        ahead = points.look_ahead()
        if ahead.dtype != np.int64 or ahead.shape[1] == 0:
            break
        errors = np.stack([_sums(ahead, one, greatest) for one in beam])
        order = np.argsort(errors, axis=None, kind="stable")
        k, move = divmod(int(order[0]), errors.shape[1])
        if errors[k, move] < best[0]:
            best = (int(errors[k, move]), (*beam[k].steps, points.steps[move]))
        if best[0] == 0 or len(beam[0].steps) + 1 == problem.length:
            break
        if (points.moves[:, 0] < 0).sum() * len(points.steps) > _MAX_NEW_MOVES:
            break
        points.expand(meter)
        meter.check()
        beam = _followers(points, beam, [divmod(int(o), errors.shape[1]) for o in order])
    return best[1]


def _sums(ahead: NDArray[Any], one: Beginning, greatest: bool) -> NDArray[np.int64]:
    rows = ahead[one.points]
    result: NDArray[np.int64] = (
        rows.max(axis=0) if greatest else (rows * one.counts[:, None]).sum(axis=0)
    )
    return result


def _followers(
    points: Points, beam: list[Beginning], order: list[tuple[int, int]]
) -> list[Beginning]:
    """The first `BEAM` distinct behaviours in an order of (beginning, placement)."""
    found: dict[bytes, Beginning] = {}
    for k, move in order:
        one = beam[k]
        met, which = np.unique(points.moves[one.points, move], return_inverse=True)
        counts = np.bincount(which, weights=one.counts).astype(np.int64)
        key = met.tobytes() + counts.tobytes()
        found.setdefault(key, Beginning((*one.steps, points.steps[move]), met, counts))
        if len(found) == BEAM:
            break
    return list(found.values())
