"""The statistics of a study: success rates, expected running times, and their intervals.

- `wilson`, `wilson_upper`: intervals for a success rate.
- `expected_running_time` (ERT): evaluations spent, failures included, per success.
- `bootstrap_ert`: an interval for it by resampling whole runs.
- `ert_bound`: what can be said when no run succeeded.
- `random_expectation`: what random search without replacement needs, exactly.

Arrays have one entry a run: `costs` are the evaluations until the target was reached, or all of
the run where it was not; `reached` says which.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from statistics import NormalDist, median
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 10_000
"""Bootstrap resamples."""

LEAST_SUCCESSES = 5
"""Fewer successes than this give no bootstrap interval: it would pretend to a precision that the
data cannot have."""

BLOCK = 4_000_000
"""Most indices drawn at once by the bootstrap (32 MB)."""


class Interval(NamedTuple):
    """A closed interval."""

    lower: float
    upper: float


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Two-sided score interval of a success rate.

    E. B. Wilson: Probable Inference, the Law of Succession, and Statistical Inference, JASA 22
    (1927), 209-212; without continuity correction.

    Raises:
        ValueError: not 0 <= successes <= n with n >= 1, or a confidence outside (0, 1).
    """
    return _score(successes, n, (1 + confidence) / 2)


def wilson_upper(successes: int, n: int, confidence: float = 0.95) -> float:
    """One-sided upper Wilson bound of a success rate; arguments and errors as in `wilson`."""
    return _score(successes, n, confidence).upper


def wilson_lower(successes: int, n: int, confidence: float = 0.95) -> float:
    """One-sided lower Wilson bound of a success rate; arguments and errors as in `wilson`."""
    return _score(successes, n, confidence).lower


def expected_running_time(costs: ArrayLike, reached: ArrayLike) -> float:
    """Evaluations of all runs, failures included, divided by successes; infinite without one.

    N. Hansen, A. Auger, S. Finck, R. Ros: Real-Parameter Black-Box Optimization Benchmarking
    2009, INRIA RR-6828 (the ERT; in A. Auger & N. Hansen, CEC 2005, SP1).
    """
    spent, succeeded = _runs(costs, reached)
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
    spent, succeeded = _runs(costs, reached)
    if int(succeeded.sum()) < LEAST_SUCCESSES:
        return None
    rng, n = np.random.default_rng(seed), len(spent)
    rows = max(1, BLOCK // n)
    ratios = []
    for start in range(0, resamples, rows):
        chosen = rng.integers(0, n, (min(rows, resamples - start), n))
        with np.errstate(divide="ignore"):
            ratios.append(spent[chosen].sum(axis=1) / succeeded[chosen].sum(axis=1))
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):  # between two infinite ratios
        ends = np.quantile(np.concatenate(ratios), [tail, 1 - tail])
    lower, upper = np.where(np.isnan(ends), np.inf, ends).tolist()
    return Interval(lower, upper)


def ert_bound(costs: ArrayLike, confidence: float = 0.95) -> float:
    """Lower bound of the ERT when no run succeeded: evaluations a run / upper Wilson bound."""
    spent = np.asarray(costs, dtype=np.float64)
    return float(spent.mean()) / wilson_upper(0, len(spent), confidence)


def median_gap(best_errors: Sequence[float], optimum: float) -> float:
    """Median over the runs of how far the best error found lies above the optimum."""
    return median(error - optimum for error in best_errors)


def distinct_share(distinct: Sequence[int], evaluations: Sequence[int]) -> float:
    """Distinct evaluations of all runs (each run counted for itself) / all evaluations."""
    return sum(distinct) / sum(evaluations)


def random_expectation(entries: int, winners: int) -> Fraction:
    """Expected draws without replacement until one of `winners` among `entries`, exactly.

    (D + 1) / (m + 1), the mean of the negative hypergeometric distribution.

    Raises:
        ValueError: not 1 <= winners <= entries.
    """
    if not 1 <= winners <= entries:
        raise ValueError(f"need 1 <= winners <= entries, got {winners} and {entries}")
    return Fraction(entries + 1, winners + 1)


def _score(successes: int, n: int, level: float) -> Interval:
    if not (0 <= successes <= n and n >= 1 and 0 < level < 1):
        raise ValueError(f"no Wilson bound for {successes} of {n} at level {level}")
    z = NormalDist().inv_cdf(level)
    rate, scale = successes / n, 1 + z * z / n
    centre = (rate + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    # At the ends the bound is exactly 0 or 1; rounding must not say otherwise.
    lower = 0.0 if successes == 0 else max(0.0, centre - half)
    upper = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(lower, upper)


def _runs(costs: ArrayLike, reached: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    spent = np.asarray(costs, dtype=np.float64)
    succeeded = np.asarray(reached, dtype=np.bool_)
    if spent.ndim != 1 or spent.shape != succeeded.shape or spent.size == 0:
        raise ValueError("costs and reached must be vectors with one entry a run")
    return spent, succeeded
