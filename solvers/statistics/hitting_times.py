"""Two samples of hitting times, some censored: which search is faster, by how much, how surely.

- `compare_times`: the test that suits the data. A *common cap* (every failed run of both samples
  was stopped at the same number of evaluations) ties all failures as worst, and ranks are then
  well defined: Mann-Whitney. Runs censored at different times have no ranks: log-rank.
- `vargha_delaney`: the effect size A12, the probability that the first is faster, with interval.

Arrays have one entry a run: `costs` are the evaluations until the target was reached, or all of
the run where it was not; `reached` says which.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from solvers.statistics.rates import Interval
from solvers.statistics.running_time import as_runs

EXACT_RUNS = 40
"""With at most this many runs in all, Mann-Whitney's distribution is counted out, ties included."""

MANN_WHITNEY = "Mann-Whitney"
LOG_RANK = "log-rank"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the hitting times of one search compare with another's.

    Attributes:
        test: `Mann-Whitney` or `log-rank`.
        p_value: two-sided.
        effect: A12, the probability that a run of the first is faster, ties counting half.
        lower, upper: its 95 % interval. Under log-rank, both and the effect are NaN: ranks of
            runs censored at different times are not known.
    """

    test: str
    p_value: float
    effect: float
    lower: float
    upper: float


def compare_times(
    costs: ArrayLike, reached: ArrayLike, other_costs: ArrayLike, other_reached: ArrayLike
) -> Comparison:
    """Compare the hitting times of two searches by the test that suits the data."""
    first, second = as_runs(costs, reached), as_runs(other_costs, other_reached)
    times = [_ranked(*first, *second), _ranked(*second, *first)]
    if times[0] is None or times[1] is None:
        return Comparison(LOG_RANK, log_rank(*first, *second), math.nan, math.nan, math.nan)
    effect, interval = vargha_delaney(times[0], times[1])
    return Comparison(MANN_WHITNEY, mann_whitney(times[0], times[1]), effect, *interval)


def mann_whitney(first: ArrayLike, second: ArrayLike) -> float:
    """Two-sided p-value; infinite times are allowed and tie.

    H. B. Mann & D. R. Whitney, Annals of Mathematical Statistics 18 (1947), 50-60. Few runs: the
    exact distribution given the ties; many: the normal one with tie and continuity correction.

    Raises:
        ValueError: an empty sample, or NaN.
    """
    x, y = _sample(first), _sample(second)
    ranks, ties = _midranks(np.concatenate([x, y]))
    n, m = len(x), len(y)
    if n + m <= EXACT_RUNS:
        return _exact_p(np.round(2 * ranks).astype(np.int64), n)
    u = float(ranks[:n].sum()) - n * (n + 1) / 2
    total = n + m
    spread = n * m / 12 * (total + 1 - float((ties**3 - ties).sum()) / (total * (total - 1)))
    if spread <= 0:
        return 1.0  # all tied
    z = (abs(u - n * m / 2) - 0.5) / math.sqrt(spread)
    return min(1.0, math.erfc(z / math.sqrt(2)))


def log_rank(
    costs: ArrayLike, reached: ArrayLike, other_costs: ArrayLike, other_reached: ArrayLike
) -> float:
    """Two-sided p-value of the log-rank test; failed runs are right-censored where they ended.

    N. Mantel, Cancer Chemotherapy Reports 50 (1966), 163-170; R. Peto & J. Peto, JRSS A 135 (1972),
    185-207; hypergeometric variance. 1 where nothing can be told, as without any success.
    """
    x, xr = as_runs(costs, reached)
    y, yr = as_runs(other_costs, other_reached)
    score = spread = 0.0
    for time in np.unique(np.concatenate([x[xr], y[yr]])):
        at_risk_x, at_risk_y = int((x >= time).sum()), int((y >= time).sum())
        at_risk = at_risk_x + at_risk_y
        events_x = int((xr & (x == time)).sum())
        events = events_x + int((yr & (y == time)).sum())
        score += events_x - events * at_risk_x / at_risk
        if at_risk > 1:
            share = at_risk_x * at_risk_y / at_risk**2
            spread += events * share * (at_risk - events) / (at_risk - 1)
    return 1.0 if spread <= 0 else math.erfc(abs(score) / math.sqrt(2 * spread))


def vargha_delaney(
    first: ArrayLike, second: ArrayLike, confidence: float = 0.95
) -> tuple[float, Interval]:
    """A12 = P(first < second) + P(first = second) / 2, and an interval for it.

    A. Vargha & H. D. Delaney, Journal of Educational and Behavioral Statistics 25 (2000), 101-132;
    here less is better. The interval is method 5 of R. G. Newcombe, Statistics in Medicine 25
    (2006), 559-573: it stays within 0 and 1 and is no point where the samples do not overlap.

    Raises:
        ValueError: an empty sample, NaN, or a confidence outside (0, 1).
    """
    x, y = _sample(first), _sample(second)
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not {confidence}")
    ordered = np.sort(y)
    above = len(y) - np.searchsorted(ordered, x, side="right")
    equal = np.searchsorted(ordered, x, side="right") - np.searchsorted(ordered, x, side="left")
    effect = float((above + equal / 2).sum()) / (len(x) * len(y))
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    lower = _newcombe_end(effect, len(x), len(y), z, 0.0)
    upper = _newcombe_end(effect, len(x), len(y), z, 1.0)
    return effect, Interval(lower, upper)


def _newcombe_end(effect: float, n: int, m: int, z: float, end: float) -> float:
    """Where |theta - effect| = z * sd(theta), between the effect and 0 or 1, by bisection."""
    extra = (n + m) / 2 - 1

    def within(theta: float) -> bool:
        spread = theta * (1 - theta) / (n * m)
        spread *= 1 + extra * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return (theta - effect) ** 2 <= z * z * spread

    near, far = effect, end
    if near == far:
        return end
    # At an effect of 0 or 1 the point itself has no spread, but its neighbours are within.
    for _ in range(60):
        middle = (near + far) / 2
        if within(middle):
            near = middle
        else:
            far = middle
    return near


def _ranked(
    costs: NDArray[np.float64],
    reached: NDArray[np.bool_],
    other_costs: NDArray[np.float64],
    other_reached: NDArray[np.bool_],
) -> NDArray[np.float64] | None:
    """The times with failures infinite, or None where not all failures share one cap."""
    caps = np.unique(np.concatenate([costs[~reached], other_costs[~other_reached]]))
    latest = max(costs.max(), other_costs.max())
    if len(caps) > 1 or (len(caps) == 1 and caps[0] < latest):
        return None
    return np.where(reached, costs, np.inf)


def _midranks(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ranks (n,) from 1, ties sharing their mean, and the sizes of the ties."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]
    return ranks.astype(np.float64), counts.astype(np.float64)


def _exact_p(doubled: NDArray[np.int64], n: int) -> float:
    """Two-sided p of the first n doubled midranks' sum among all choices of n, exactly counted."""
    top = int(doubled.sum())
    ways = [np.zeros(top + 1, dtype=np.int64) for _ in range(n + 1)]
    ways[0][0] = 1
    for rank in doubled.tolist():
        for k in range(n, 0, -1):
            ways[k][rank:] = ways[k][rank:] + ways[k - 1][: top + 1 - rank]
    sums, centre = ways[n], n * top / len(doubled)  # at most C(40, 20) ways: no overflow
    distance = abs(int(doubled[:n].sum()) - centre)
    extreme = np.abs(np.arange(top + 1) - centre) >= distance - 1e-9
    return int(sums[extreme].sum()) / int(sums.sum())


def _sample(values: ArrayLike) -> NDArray[np.float64]:
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or sample.size == 0 or np.isnan(sample).any():
        raise ValueError("a sample is a non-empty vector without NaN")
    return sample
