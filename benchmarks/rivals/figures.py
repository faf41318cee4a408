"""Figures of repeated runs: success, CPU seconds and evaluations per success, and ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.rivals.contest import Outcome
from solvers.statistics import (
    LEAST_SUCCESSES,
    RESAMPLES,
    Interval,
    bootstrap_ert,
    ert_bound,
    wilson,
    wilson_upper,
)


def success_text(runs: Sequence[Outcome]) -> str:
    """Successes of runs, with the two-sided 95 % Wilson interval of the rate."""
    successes = sum(run.reached for run in runs)
    low, high = wilson(successes, len(runs))
    return f"{successes}/{len(runs)} [{low:.2f}, {high:.2f}]"


def cpu_per_success(runs: Sequence[Outcome]) -> tuple[float, bool]:
    """CPU seconds of all runs per success, and whether that is only a lower bound.

    Without a success it is the CPU seconds of a run over the one-sided 95 % Wilson upper bound of
    the rate.
    """
    spent = sum(run.cpu_s for run in runs)
    successes = sum(run.reached for run in runs)
    if successes:
        return spent / successes, False
    return spent / len(runs) / wilson_upper(0, len(runs)), True


def ert_text(runs: Sequence[Outcome]) -> str:
    """The ERT with its bootstrap interval, or a bound where no run succeeded."""
    costs = [run.evaluations for run in runs]
    reached = [run.reached for run in runs]
    if not any(reached):
        return f"> {ert_bound(costs):,.0f}"
    value = sum(costs) / sum(reached)
    interval = bootstrap_ert(costs, reached)
    ends = f"[{interval.lower:,.0f}, {interval.upper:,.0f}]" if interval else "[few successes]"
    return f"{value:,.0f} {ends}"


def ert(runs: Sequence[Outcome]) -> float:
    """All evaluations per success; infinite without one."""
    successes = sum(run.reached for run in runs)
    return sum(run.evaluations for run in runs) / successes if successes else math.inf


def ratio(
    ours: Sequence[Outcome], theirs: Sequence[Outcome], seed: int = 0
) -> tuple[float, Interval | None]:
    """ERT of ours over theirs, with a 95 % percentile bootstrap interval over whole runs.

    There is no interval where either has fewer than five successes.
    """
    value = ert(ours) / ert(theirs)
    if min(sum(r.reached for r in ours), sum(r.reached for r in theirs)) < LEAST_SUCCESSES:
        return value, None
    rng = np.random.default_rng(seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = _resampled(ours, rng) / _resampled(theirs, rng)
    low, high = np.quantile(np.where(np.isnan(drawn), np.inf, drawn), [0.025, 0.975]).tolist()
    return value, Interval(low, high)


def _resampled(runs: Sequence[Outcome], rng: np.random.Generator) -> NDArray[np.float64]:
    costs = np.array([run.evaluations for run in runs], dtype=np.float64)
    reached = np.array([run.reached for run in runs])
    parts = []
    for start in range(0, RESAMPLES, 1000):  # 1000 at a time, for the memory
        rows = rng.integers(0, len(runs), (min(1000, RESAMPLES - start), len(runs)))
        parts.append(costs[rows].sum(axis=1) / reached[rows].sum(axis=1))
    return np.concatenate(parts)
