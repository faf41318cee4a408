"""Tests of two samples, ideal random search and trends, against SciPy and exact enumeration."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from solvers.statistics import (
    bootstrap_ratio,
    compare_times,
    holm,
    ideal_bound,
    ideal_probability,
    log_linear,
    log_rank,
    mann_whitney,
    random_expectation,
    vargha_delaney,
)
from solvers.statistics.hitting_times import LOG_RANK, MANN_WHITNEY
from solvers.statistics.trend import student_quantile

TIMES = st.lists(st.integers(1, 30), min_size=2, max_size=60)
FEW = st.lists(st.integers(1, 4), min_size=1, max_size=5)


@settings(deadline=None)
@given(TIMES, TIMES)
def test_mann_whitney_agrees_with_scipy(x: list[int], y: list[int]) -> None:
    if len(x) + len(y) > 40:
        expected = stats.mannwhitneyu(x, y, method="asymptotic").pvalue
        assert mann_whitney(x, y) == pytest.approx(expected, abs=1e-12)
    elif len(set(x + y)) == len(x + y):
        expected = stats.mannwhitneyu(x, y, method="exact").pvalue
        assert mann_whitney(x, y) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(FEW, FEW)
def test_small_samples_with_ties_are_counted_exactly(x: list[int], y: list[int]) -> None:
    ranks = stats.rankdata(x + y)
    centre = len(x) * ranks.mean()
    sums = [ranks[list(c)].sum() for c in combinations(range(len(ranks)), len(x))]
    seen = abs(ranks[: len(x)].sum() - centre)
    extreme = sum(abs(s - centre) >= seen - 1e-9 for s in sums)
    assert mann_whitney(x, y) == pytest.approx(extreme / len(sums), abs=1e-12)


def test_samples_that_all_tie_tell_nothing() -> None:
    assert mann_whitney([math.inf] * 30, [math.inf] * 30) == 1.0
    assert mann_whitney([1], [1]) == 1.0
    with pytest.raises(ValueError, match="NaN"):
        mann_whitney([math.nan], [1])
    with pytest.raises(ValueError, match="non-empty"):
        vargha_delaney([], [1])


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_log_rank_agrees_with_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = rng.integers(3, 40, 2)
    samples = []
    for size, scale in ((n, 0.1), (m, 0.07)):
        times, ends = rng.geometric(scale, size), rng.integers(5, 30, size)
        samples.append((np.minimum(times, ends), times <= ends))
    (x, xr), (y, yr) = samples
    if not (xr.any() and yr.any()):
        return
    expected = stats.logrank(
        stats.CensoredData(uncensored=x[xr], right=x[~xr]),
        stats.CensoredData(uncensored=y[yr], right=y[~yr]),
    ).pvalue
    assert log_rank(x, xr, y, yr) == pytest.approx(expected, abs=1e-10)


def test_log_rank_without_a_success_tells_nothing() -> None:
    assert log_rank([10, 10], [False, False], [5, 5], [False, False]) == 1.0


def test_the_test_follows_from_how_runs_were_censored() -> None:
    common = compare_times([3, 100, 100], [True, False, False], [7, 8, 100], [True, True, False])
    assert common.test == MANN_WHITNEY
    assert common.p_value == mann_whitney([3, math.inf, math.inf], [7, 8, math.inf])
    assert common.effect == pytest.approx((3 + 2 * 0.5) / 9)
    early = compare_times([3, 50], [True, False], [7, 100], [True, False])
    assert early.test == LOG_RANK
    assert math.isnan(early.effect)
    assert early.p_value == log_rank([3, 50], [True, False], [7, 100], [True, False])
    late = compare_times([3, 50], [True, False], [70, 8], [True, True])  # censored before a hit
    assert late.test == LOG_RANK
    assert compare_times([1, 2], [True] * 2, [3, 4], [True] * 2).test == MANN_WHITNEY


def test_vargha_delaney_counts_pairs() -> None:
    x, y = [1, 5, 5, math.inf], [2, 5, math.inf]
    pairs = [(a < b) + (a == b) / 2 for a in x for b in y]
    effect, interval = vargha_delaney(x, y)
    assert effect == pytest.approx(sum(pairs) / len(pairs))
    assert 0 < interval.lower < effect < interval.upper < 1
    u = stats.mannwhitneyu(y, x).statistic
    assert effect == pytest.approx(u / 12)
    best, sure = vargha_delaney(range(10), range(20, 30))
    assert (best, sure.upper) == (1.0, 1.0)
    assert 0.6 < sure.lower < 0.95
    worst, reverse = vargha_delaney(range(20, 30), range(10))
    assert worst == 0.0
    assert reverse == pytest.approx((0, 1 - sure.lower))


def test_the_interval_of_the_effect_covers_the_truth() -> None:
    """Exponential times with rates r and 1: the first is faster with probability r / (1 + r)."""
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        _, (lower, upper) = vargha_delaney(rng.exponential(1 / 3, 20), rng.exponential(1, 20))
        covered += lower <= 0.75 <= upper
    assert covered / 400 == pytest.approx(0.95, abs=0.03)


def test_the_ratio_of_running_times_is_covered() -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for study in range(200):
        fast, slow = rng.geometric(0.02, 60), rng.geometric(0.01, 60)
        interval = bootstrap_ratio(
            np.minimum(fast, 150), fast <= 150, np.minimum(slow, 150), slow <= 150,
            resamples=1000, seed=study,
        )  # fmt: skip
        assert interval is not None
        covered += interval.lower <= 0.5 <= interval.upper
    assert covered / 200 == pytest.approx(0.95, abs=0.05)
    few = [True] * 4 + [False] * 9
    assert bootstrap_ratio([5] * 13, few, [5] * 13, [True] * 13) is None
    assert bootstrap_ratio([5] * 13, [True] * 13, [5] * 13, few) is None


def test_holm_on_published_examples() -> None:
    # Four p-values and their adjusted ones, from the usual textbook illustration.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    # The 15 p-values of Benjamini & Hochberg, JRSS B 57 (1995), section 4: three are rejected.
    published = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
        0.4262, 0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    adjusted = holm(published)
    assert sum(p <= 0.05 for p in adjusted) == 3
    assert adjusted[:4] == pytest.approx([0.0015, 0.0056, 0.0247, 0.114])
    assert holm([]) == []
    with pytest.raises(ValueError, match="lie in"):
        holm([0.5, math.nan])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.floats(0.001, 0.999))
def test_holm_rejects_what_the_step_down_procedure_rejects(values: list[float], a: float) -> None:
    rejected = set()
    left = sorted(range(len(values)), key=lambda k: values[k])
    while left and min(1.0, len(left) * values[left[0]]) <= a:
        rejected.add(left.pop(0))
    assert {k for k, p in enumerate(holm(values)) if p <= a} == rejected


@pytest.mark.parametrize(("entries", "winners"), [(1, 1), (7, 1), (9, 3), (12, 5), (10, 10)])
def test_ideal_random_search_is_exact(entries: int, winners: int) -> None:
    draws = np.arange(-1, entries + 2)
    found = ideal_probability(entries, winners, draws)
    for t, probability in zip(draws.tolist(), found, strict=True):
        within = min(max(t, 0), entries)
        missed = Fraction(math.comb(entries - winners, within), math.comb(entries, within))
        assert probability == pytest.approx(float(1 - missed), abs=1e-12)
    # E[T] is the sum of P(T > t) over t >= 0.
    mean = sum(1 - p for p in found[1:-1])
    assert mean == pytest.approx(float(random_expectation(entries, winners)))
    for level in (0.05, 0.5, 0.95):
        t = ideal_bound(entries, winners, level)
        assert ideal_probability(entries, winners, t) >= level
        assert t == 1 or ideal_probability(entries, winners, t - 1) < level


def test_ideal_random_search_in_large_spaces() -> None:
    reference = stats.nhypergeom(10**6, 10**6 - 7, 1)  # failures before the first success
    for t in (1, 1000, 400_000, 999_000):
        expected = reference.cdf(t - 1)
        assert ideal_probability(10**6, 7, t) == pytest.approx(expected, rel=1e-6)
    assert ideal_probability(10**15, 1, 1) == pytest.approx(1e-15, rel=1e-9)
    # Hundreds of thousands of factors are not multiplied one by one.
    for entries, winners, t in ((10**12, 300_000, 400_000), (5 * 10**9, 200_000, 300_000)):
        terms = np.log1p(-t / (entries - np.arange(winners, dtype=np.float64)))
        expected = -math.expm1(math.fsum(terms))
        assert ideal_probability(entries, winners, t) == pytest.approx(expected, rel=1e-12)
        assert ideal_probability(entries, t, winners) == pytest.approx(expected, rel=1e-12)
    assert ideal_probability(10**15, 10**14, 10**12) == 1.0
    assert ideal_bound(10**15, 10**7) == pytest.approx(-math.log(0.05) * 10**8, rel=1e-6)
    with pytest.raises(ValueError, match="winners"):
        ideal_probability(5, 6, 1)
    with pytest.raises(ValueError, match="confidence"):
        ideal_bound(5, 1, 1.0)


def test_trends_agree_with_scipy() -> None:
    rng = np.random.default_rng(2)
    for n in (3, 5, 12):
        x = np.arange(n)
        y = np.exp(1 + 0.7 * x + rng.normal(0, 0.3, n))
        trend, expected = log_linear(x, y), stats.linregress(x, np.log(y))
        assert trend is not None
        half = expected.stderr * stats.t.ppf(0.975, n - 2)
        assert trend.slope == pytest.approx(expected.slope)
        assert (trend.lower, trend.upper) == pytest.approx(
            (expected.slope - half, expected.slope + half), rel=1e-6
        )
        assert trend.at(2.0) == pytest.approx(math.exp(expected.intercept + 2 * expected.slope))
    for freedom in (1, 2, 3, 30, 400):
        expected = stats.t.ppf(0.975, freedom)
        assert student_quantile(0.975, freedom) == pytest.approx(expected, rel=1e-8)
    assert log_linear([1, 1], [2, 3]) is None
    two = log_linear([1, 2], [2, 4])
    assert two is not None
    assert two.factors()[0] == pytest.approx(2)
    assert math.isnan(two.lower)
    with pytest.raises(ValueError, match="positive"):
        log_linear([1, 2], [0, 1])
