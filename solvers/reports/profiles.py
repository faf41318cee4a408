"""Runtime profiles: how many of a problem's targets are reached within a budget.

- *Fixed target*: the empirical distribution (ECDF) of hitting times over runs and targets. The
  targets of a problem are its *ladder*: every value of the exact frontier, or for tables the best
  1 %, 0.1 %, the one-standard-error set and the optimum.
- *Fixed budget*: the best errors after given numbers of evaluations.

In the profile of all problems together these weigh equally; problems measured on the same data
(three image sets for one set of architectures) share the weight of one. Bands are pointwise 95 %
bootstrap intervals over whole runs. N. Hansen et al., COCO: A Platform for Comparing Continuous
Optimizers in a Black-Box Setting, Optimization Methods and Software 36 (2021), 114-144.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.searches import RunResult
from solvers.statistics import ideal_probability
from solvers.studies.plan import Benchmark
from solvers.studies.recorded import hit
from solvers.studies.results import Results

POINTS = 120
RESAMPLES = 2000
TOGETHER = "all problems"

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Shares (points,) of targets reached, with their band."""

    share: Array
    lower: Array
    upper: Array


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The profiles of all searches on one problem, or on all.

    Attributes:
        name: the problem's, or `TOGETHER`.
        targets: how many targets a problem has (all together: their number).
        budgets: evaluations (points,).
        curves: by search.
        ideal: ideal random search (points,), or None where it is not known.
        ideal_is_bound: whether `ideal` is only an upper bound, since behaviours are only bounded
            from below.
    """

    name: str
    targets: int
    budgets: NDArray[np.int64]
    curves: Mapping[str, Curve]
    ideal: Array | None
    ideal_is_bound: bool


def weights(benchmarks: Sequence[Benchmark]) -> dict[str, float]:
    """The weight of each problem, 1 in all; those that share data share one problem's weight."""
    groups = Counter(b.data or f"\0{b.name}" for b in benchmarks)
    return {b.name: 1 / groups[b.data or f"\0{b.name}"] / len(groups) for b in benchmarks}


def profiles(results: Results, seed: int = 0) -> list[Profile]:
    """A profile for each problem with a ladder and runs of every search, then one of all."""
    study = results.study
    shown = [
        b
        for b in study.benchmarks
        if results.ladders.get(b.name) and all((b.name, s) in study.runs for s in study.searches)
    ]
    if not shown:
        return []
    end = max(b.cap for b in shown)
    budgets = np.unique(np.round(np.geomspace(1, end, POINTS)).astype(np.int64))
    share = weights(shown)
    rng = np.random.default_rng(seed)
    sums = {s: np.zeros((RESAMPLES + 1, len(budgets))) for s in study.searches}
    found: list[Profile] = []
    for benchmark in shown:
        curves = {}
        for search in study.searches:
            runs = study.runs[benchmark.name, search]
            drawn = _resampled(reached(runs, results.ladders[benchmark.name], budgets), rng)
            sums[search] += share[benchmark.name] * drawn
            curves[search] = _curve(drawn)
        ideal, bound = _ideal(results, benchmark.name, budgets)
        rungs = len(results.ladders[benchmark.name])
        found.append(Profile(benchmark.name, rungs, budgets, curves, ideal, bound))
    if len(shown) == 1:
        return found
    together = None
    if all(p.ideal is not None for p in found):
        together = np.zeros(len(budgets))
        for profile in found:
            assert profile.ideal is not None
            together += share[profile.name] * profile.ideal
    curves = {search: _curve(drawn) for search, drawn in sums.items()}
    bound = any(p.ideal_is_bound for p in found)
    everything = sum(p.targets for p in found)
    return [*found, Profile(TOGETHER, everything, budgets, curves, together, bound)]


def reached(
    runs: Sequence[RunResult], ladder: Sequence[float], budgets: NDArray[np.int64]
) -> Array:
    """The share (runs, points) of a ladder's targets that each run has reached by each budget."""
    found = np.zeros((len(runs), len(budgets)))
    for row, result in zip(found, runs, strict=True):
        for threshold in ladder:
            at = hit(result, threshold)
            if at is not None:
                row[np.searchsorted(budgets, at) :] += 1
    return found / len(ladder)


def best_after(results: Results, benchmark: Benchmark, search: str, budget: int) -> list[float]:
    """The best error of each run after that many evaluations, or when it ended before."""
    runs = results.study.runs.get((benchmark.name, search), ())
    return [
        next((error for at, error in reversed(run.trajectory) if at <= budget), float("inf"))
        for run in runs
    ]


def budgets_of(benchmark: Benchmark) -> list[int]:
    """The budgets of the fixed-budget view: powers of ten up to the cap, and the cap."""
    tens = [10**k for k in range(2, 10) if 10**k < benchmark.cap]
    return [*tens, benchmark.cap]


def error_quartiles(errors: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile of best errors, each one of them."""
    low, middle, high = np.quantile(errors, [0.25, 0.5, 0.75], method="inverted_cdf").tolist()
    return low, middle, high


def _resampled(share: Array, rng: np.random.Generator) -> Array:
    """(1 + RESAMPLES, points) means over the runs as they are, then over runs drawn again."""
    n = len(share)
    counts = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES)
    drawn: Array = np.concatenate([np.full((1, n), 1.0), counts]) @ share / n
    return drawn


def _curve(drawn: Array) -> Curve:
    lower, upper = np.quantile(drawn[1:], [0.025, 0.975], axis=0)
    return Curve(drawn[0], lower, upper)


def _ideal(results: Results, problem: str, budgets: NDArray[np.int64]) -> tuple[Array | None, bool]:
    ideal = results.ideals.get(problem)
    if ideal is None:
        return None, False
    curves = []
    for threshold in results.ladders[problem]:
        winners = ideal.winners(threshold)
        if winners is None:
            return None, False
        curves.append(ideal_probability(ideal.distinct, winners, budgets))
    return np.mean(curves, axis=0), not ideal.exact
