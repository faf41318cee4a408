"""Which search is faster: the contrasts a study named beforehand, and ideal random search.

- `contrast_rows(study)`: for each problem and contrast the ratio of expected running times, the
  effect A12, a test that suits the data, its p-value raw and corrected by Holm over the whole
  table.
- `ideal_rows(results)`: each search against ideal random search over distinct behaviours;
  `ideal_summary` counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from solvers.searches import OPTIMUM, RunResult
from solvers.statistics import (
    bootstrap_ert,
    bootstrap_ratio,
    compare_times,
    ert_bound,
    expected_running_time,
    holm,
    ideal_bound,
    ideal_probability,
)
from solvers.studies.plan import Benchmark, StudyResult
from solvers.studies.results import Results

LARGE = 10_000
"""From this number of behaviours on, a search is expected to be below ideal random search."""


@dataclass(frozen=True, slots=True)
class ContrastRow:
    """One search against another on one problem, for its primary target.

    Attributes:
        problem, first, second, target: what is compared.
        ratio: ERT of the first / ERT of the second; 0, infinite or NaN where one or both never
            succeeded.
        ratio_lower, ratio_upper: 95 % bootstrap interval; NaN below five successes of either.
        ratio_bound: where one never succeeded: the ratio at the 95 % bound of its ERT, an upper
            bound if the second did not, a lower one if the first did not; else NaN.
        effect, effect_lower, effect_upper: A12, the probability that a run of the first is
            faster, with its 95 % interval; NaN under log-rank.
        test: `Mann-Whitney` or `log-rank`.
        p_value, corrected: two-sided; corrected by Holm over all rows.
    """

    problem: str
    first: str
    second: str
    target: str
    ratio: float
    ratio_lower: float
    ratio_upper: float
    ratio_bound: float
    effect: float
    effect_lower: float
    effect_upper: float
    test: str
    p_value: float
    corrected: float


@dataclass(frozen=True, slots=True)
class IdealRow:
    """Ideal random search on one problem, for its primary target.

    Attributes:
        problem, target: which.
        distinct, exact: the behaviours, or a lower bound of their number.
        winners: those within the target; None where not known.
        expected: expected evaluations; a lower bound unless `exact`; NaN where not known.
        almost_sure: evaluations within which it succeeds with probability 0.95; 0: not known.
        within_cap: probability of success within the cap; NaN where not known.
        below: searches whose whole 95 % ERT interval lies below `expected`; where `expected` is
            a lower bound, they are below the true value all the more.
        above: searches whose whole interval lies above it; none where it is only a bound.
    """

    problem: str
    target: str
    distinct: int
    exact: bool
    winners: int | None
    expected: float
    almost_sure: int
    within_cap: float
    below: tuple[str, ...]
    above: tuple[str, ...]


def primary(benchmark: Benchmark) -> str:
    """The target of the primary endpoint: the optimum, or where it is not known the first."""
    return OPTIMUM if OPTIMUM in benchmark.targets else next(iter(benchmark.targets))


def times(runs: Sequence[RunResult], target: str) -> tuple[list[int], list[bool]]:
    """(costs, reached) of runs: evaluations to the target, or all where it was not reached."""
    hits = [run.hits[target] for run in runs]
    costs = [run.evaluations if at is None else at for run, at in zip(runs, hits, strict=True)]
    return costs, [at is not None for at in hits]


def contrast_rows(study: StudyResult) -> list[ContrastRow]:
    """All contrasts of a study on all problems, in its order."""
    rows = [
        _contrast(benchmark, first, second, study)
        for benchmark in study.benchmarks
        for first, second in study.contrasts
        if (benchmark.name, first) in study.runs and (benchmark.name, second) in study.runs
    ]
    corrected = holm([row.p_value for row in rows])
    return [replace(row, corrected=p) for row, p in zip(rows, corrected, strict=True)]


def ideal_rows(results: Results) -> list[IdealRow]:
    """Ideal random search on every problem whose behaviours were counted."""
    return [
        _ideal_row(benchmark, results)
        for benchmark in results.study.benchmarks
        if benchmark.name in results.ideals
    ]


def ideal_summary(rows: Sequence[IdealRow], searches: Sequence[str]) -> list[str]:
    """How often each search is below ideal random search in large spaces; every other one named."""
    large = [row for row in rows if row.distinct >= LARGE and row.winners is not None]
    lines = []
    for search in searches if large else ():
        missed = [row.problem for row in large if search not in row.below]
        text = f"{search}: below it on {len(large) - len(missed)} of {len(large)} problems"
        named = f"; not on {', '.join(missed)}" if missed else ""
        lines.append(f"{text} with at least {LARGE:,} behaviours{named}")
    return lines


def _contrast(benchmark: Benchmark, first: str, second: str, study: StudyResult) -> ContrastRow:
    target = primary(benchmark)
    one, other = (times(study.runs[benchmark.name, s], target) for s in (first, second))
    above, below = expected_running_time(*one), expected_running_time(*other)
    bound = math.nan
    if math.isinf(above) and math.isfinite(below):
        ratio, bound = math.inf, ert_bound(one[0]) / below
    elif math.isfinite(above) and math.isinf(below):
        ratio, bound = 0.0, above / ert_bound(other[0])
    else:
        ratio = math.nan if math.isinf(above) else above / below
    interval = bootstrap_ratio(*one, *other) or (math.nan, math.nan)
    test = compare_times(*one, *other)
    return ContrastRow(
        benchmark.name, first, second, target, ratio, interval[0], interval[1], bound,
        test.effect, test.lower, test.upper, test.test, test.p_value, math.nan,
    )  # fmt: skip


def _ideal_row(benchmark: Benchmark, results: Results) -> IdealRow:
    target = primary(benchmark)
    ideal = results.ideals[benchmark.name]
    threshold = benchmark.targets[target]
    winners, expected = ideal.winners(threshold), ideal.expected(threshold)
    if winners is None or expected is None:
        return IdealRow(
            benchmark.name, target, ideal.distinct, ideal.exact, None, math.nan, 0, math.nan, (), ()
        )
    below, above = [], []
    for search in results.study.searches:
        runs = results.study.runs.get((benchmark.name, search))
        interval = bootstrap_ert(*times(runs, target)) if runs else None
        if interval is not None and interval.upper < expected:
            below.append(search)
        elif interval is not None and interval.lower > expected and ideal.exact:
            above.append(search)
    return IdealRow(
        benchmark.name, target, ideal.distinct, ideal.exact, winners, expected,
        ideal_bound(ideal.distinct, winners),
        float(ideal_probability(ideal.distinct, winners, benchmark.cap)),
        tuple(below), tuple(above),
    )  # fmt: skip
