"""Expected running times: evaluations per success, their intervals, ratios and bounds.

- `expected_running_time` (ERT): evaluations spent, failures included, per success.
- `bootstrap_ert`, `bootstrap_ratio`: intervals for it, and for a ratio, by resampling whole runs.
- `ert_bound`: what can be said when no run succeeded.

Arrays have one entry a run: `costs` are the evaluations until the target was reached, or all of
the run where it was not; `reached` says which.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from solvers.statistics.rates import Interval, wilson_upper

RESAMPLES = 10_000
"""Bootstrap resamples."""

LEAST_SUCCESSES = 5
"""Fewer successes than this give no bootstrap interval: it would pretend to a precision that the
data cannot have."""

BLOCK = 4_000_000
"""Most indices drawn at once by the bootstrap (32 MB)."""


def expected_running_time(costs: ArrayLike, reached: ArrayLike) -> float:
    """Evaluations of all runs, failures included, divided by successes; infinite without one.

    N. Hansen, A. Auger, S. Finck, R. Ros: Real-Parameter Black-Box Optimization Benchmarking
    2009, INRIA RR-6828 (the ERT; in A. Auger & N. Hansen, CEC 2005, SP1).
    """
    spent, succeeded = as_runs(costs, reached)
    successes = int(succeeded.sum())
    return float(spent.sum()) / successes if successes else math.inf


def bootstrap_ert(
    costs: ArrayLike,
    reached: ArrayLike,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval | None:
    """Percentile bootstrap interval of the ERT; None below five successes.

    Whole runs are resampled, so a run's cost and success stay together (B. Efron & R. J.
    Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13). The same data and seed give the
    same interval.
    """
    spent, succeeded = as_runs(costs, reached)
    if int(succeeded.sum()) < LEAST_SUCCESSES:
        return None
    rng = np.random.default_rng(seed)
    return _percentiles(_resampled(spent, succeeded, resamples, rng), confidence)


def bootstrap_ratio(
    costs: ArrayLike,
    reached: ArrayLike,
    other_costs: ArrayLike,
    other_reached: ArrayLike,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval | None:
    """Percentile bootstrap interval of ERT / other ERT; None where one has under five successes.

    The runs of both are resampled independently.
    """
    both = [as_runs(costs, reached), as_runs(other_costs, other_reached)]
    if min(int(succeeded.sum()) for _, succeeded in both) < LEAST_SUCCESSES:
        return None
    rng = np.random.default_rng(seed)
    above, below = (_resampled(*runs, resamples, rng) for runs in both)
    with np.errstate(invalid="ignore"):
        ratios = above / below
    # Both without a success in a resample: anything is possible, so it widens the interval.
    undecided = np.isnan(ratios)
    ratios[undecided] = np.where(np.arange(int(undecided.sum())) % 2, np.inf, 0.0)
    return _percentiles(ratios, confidence)


def _resampled(
    spent: NDArray[np.float64],
    succeeded: NDArray[np.bool_],
    resamples: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """The ERT (resamples,) of runs drawn again."""
    n = len(spent)
    rows = max(1, BLOCK // n)
    ratios = []
    for start in range(0, resamples, rows):
        chosen = rng.integers(0, n, (min(rows, resamples - start), n))
        with np.errstate(divide="ignore"):
            ratios.append(spent[chosen].sum(axis=1) / succeeded[chosen].sum(axis=1))
    return np.concatenate(ratios)


def _percentiles(values: NDArray[np.float64], confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):  # between two infinite values
        ends = np.quantile(values, [tail, 1 - tail])
    lower, upper = np.where(np.isnan(ends), np.inf, ends).tolist()
    return Interval(lower, upper)


def ert_bound(costs: ArrayLike, confidence: float = 0.95) -> float:
    """Lower bound of the ERT when no run succeeded: evaluations a run / upper Wilson bound."""
    spent = np.asarray(costs, dtype=np.float64)
    return float(spent.mean()) / wilson_upper(0, len(spent), confidence)


def as_runs(costs: ArrayLike, reached: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Both as vectors of one length.

    Raises:
        ValueError: they are not, or there is no run.
    """
    spent = np.asarray(costs, dtype=np.float64)
    succeeded = np.asarray(reached, dtype=np.bool_)
    if spent.ndim != 1 or spent.shape != succeeded.shape or spent.size == 0:
        raise ValueError("costs and reached must be vectors with one entry a run")
    return spent, succeeded
