"""The statistics, against SciPy on the same data and against exact enumeration."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap

from solvers.statistics import (
    bootstrap_ert,
    distinct_share,
    ert_bound,
    expected_running_time,
    median_gap,
    random_expectation,
    wilson,
    wilson_lower,
    wilson_upper,
)


@given(st.integers(1, 2000), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_agrees_with_scipy(n: int, share: float, confidence: float) -> None:
    k = round(share * n)
    reference = binomtest(k, n).proportion_ci(confidence, method="wilson")
    assert wilson(k, n, confidence) == pytest.approx((reference.low, reference.high), abs=1e-12)
    upper = binomtest(k, n, alternative="less").proportion_ci(confidence, method="wilson")
    lower = binomtest(k, n, alternative="greater").proportion_ci(confidence, method="wilson")
    assert wilson_upper(k, n, confidence) == pytest.approx(upper.high, abs=1e-12)
    assert wilson_lower(k, n, confidence) == pytest.approx(lower.low, abs=1e-12)


def test_wilson_is_exact_at_the_ends() -> None:
    assert wilson(0, 10).lower == 0.0
    assert wilson(10, 10).upper == 1.0
    for bad in ((-1, 3), (4, 3), (0, 0)):
        with pytest.raises(ValueError, match="Wilson"):
            wilson(*bad)


def runs(n: int, rate: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    reached = rng.random(n) < rate
    return np.where(reached, rng.geometric(0.01, n), 1000), reached


@pytest.mark.parametrize(("n", "rate"), [(100, 1.0), (60, 0.7), (25, 0.4)])
def test_bootstrap_agrees_with_scipy(n: int, rate: float) -> None:
    costs, reached = runs(n, rate, n)
    interval = bootstrap_ert(costs, reached)
    reference = bootstrap(
        (costs, reached),
        lambda c, r, axis: c.sum(axis=axis) / r.sum(axis=axis),
        n_resamples=10_000,
        paired=True,
        vectorized=True,
        method="percentile",
        rng=np.random.default_rng(99),
    ).confidence_interval
    assert interval is not None
    assert interval == pytest.approx((reference.low, reference.high), rel=0.03)
    assert interval.lower < expected_running_time(costs, reached) < interval.upper
    assert interval == bootstrap_ert(costs, reached)


def test_bootstrap_covers_the_true_value() -> None:
    """Of 200 studies whose ERT is known, about 95 % of the intervals contain it."""
    success, cap = 0.01, 150
    rate = 1 - (1 - success) ** cap
    truth = 1 / success  # of a geometric time, whatever the cap
    covered = 0
    rng = np.random.default_rng(5)
    for study in range(200):
        times = rng.geometric(success, 80)
        interval = bootstrap_ert(np.minimum(times, cap), times <= cap, resamples=1000, seed=study)
        assert interval is not None
        covered += interval.lower <= truth <= interval.upper
    assert 0.7 < rate < 0.8
    assert covered / 200 == pytest.approx(0.95, abs=0.05)


def test_large_bootstraps_are_split_into_blocks() -> None:
    costs, reached = runs(5000, 0.5, 1)
    interval = bootstrap_ert(costs, reached, resamples=2000)
    assert interval is not None
    assert interval.upper - interval.lower < 0.2 * interval.lower


def test_few_or_no_successes() -> None:
    costs, reached = [100, 100, 100, 20, 30, 10, 5], [False] * 3 + [True] * 4
    assert expected_running_time(costs, reached) == 365 / 4
    assert bootstrap_ert(costs, reached) is None
    assert bootstrap_ert([*costs, 1], [*reached, True]) is not None
    assert expected_running_time([100] * 20, [False] * 20) == math.inf
    upper = binomtest(0, 20, alternative="less").proportion_ci(0.95, method="wilson").high
    assert ert_bound([100] * 20) == pytest.approx(100 / upper)
    with pytest.raises(ValueError, match="one entry a run"):
        expected_running_time([1, 2], [True])


def test_gaps_and_shares() -> None:
    assert median_gap([3.0, 1.0, 8.0, 2.0], 1.0) == 1.5
    assert median_gap([1.0, math.inf, math.inf], 1.0) == math.inf
    assert distinct_share([5, 10], [10, 20]) == 0.5


@pytest.mark.parametrize(("entries", "winners"), [(1, 1), (5, 1), (6, 2), (6, 6)])
def test_random_expectation_equals_enumeration(entries: int, winners: int) -> None:
    orders = list(permutations(range(entries)))
    times = [next(t for t, e in enumerate(order, 1) if e < winners) for order in orders]
    assert Fraction(sum(times), len(orders)) == random_expectation(entries, winners)


def test_random_expectation_of_the_architecture_tables() -> None:
    assert random_expectation(15625, 1) == 7813
    with pytest.raises(ValueError, match="winners"):
        random_expectation(5, 0)
