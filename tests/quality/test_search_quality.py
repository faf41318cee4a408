"""How good the searches are, on generated problems whose optimum is known.

The expectation of random search without replacement is exact, so the searches are held against
that figure, not against a sample of it. Seeds are fixed; the margins are wide enough that another
stream of random numbers would pass as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import mean

import numpy as np
import pytest

from solvers.searches import OPTIMUM, SEARCHES, Evaluator, RunResult, run
from solvers.statistics import random_expectation, wilson_lower
from tests.support import toy

OTHERS = ("random", "competitive", "cooperative", "semantic-annealing")
CLEVER = [name for name in SEARCHES if name not in OTHERS]


@dataclass(frozen=True, slots=True)
class Trial:
    """A problem, and how many times fewer evaluations than random search a search must need."""

    make: Callable[[], Evaluator]
    factor: float


TRIALS = {
    "nk, little epistasis": Trial(partial(toy.nk_landscape, 6, 5, 1, 3), 8),
    "nk, some epistasis": Trial(partial(toy.nk_landscape, 6, 5, 2, 11), 2.5),
    "sorting, 5 wires": Trial(partial(toy.sorting, 5, 9), 8),
    "pancakes, 6": Trial(partial(toy.pancakes, 6, 7, 1), 2.5),
}


def runs(
    name: str, evaluator: Evaluator, optimum: float, repetitions: int, cap: int
) -> list[RunResult]:
    return [
        run(evaluator, name, {}, np.random.SeedSequence([1, i]), cap, {OPTIMUM: optimum})
        for i in range(repetitions)
    ]


def random_need(evaluator: Evaluator) -> float:
    """What random search needs on average: exact for tables, else from a sample's hit rate."""
    space = evaluator.space
    if space.size() <= 10**6:
        errors = evaluator(space.unrank(np.arange(space.size())))
        return float(random_expectation(space.size(), int((errors == errors.min()).sum())))
    sample = space.sample(np.random.default_rng(0), 200_000)
    return len(sample) / (int((evaluator(sample) == 0).sum()) + 1)


@pytest.mark.parametrize("trial", TRIALS)
@pytest.mark.parametrize("name", CLEVER)
def test_every_search_beats_random_search_clearly(name: str, trial: str) -> None:
    evaluator = TRIALS[trial].make()
    optimum = evaluator.optimum() if isinstance(evaluator, toy.Table) else 0.0
    results = runs(name, evaluator, optimum, 20, 20_000)
    assert all(result.best_error == optimum for result in results)
    needed = mean(result.evaluations for result in results)
    assert needed * TRIALS[trial].factor < random_need(evaluator)


def test_random_search_needs_what_theory_says() -> None:
    evaluator = toy.nk_landscape(5, 4, 2, 3)
    results = runs("random", evaluator, evaluator.optimum(), 300, 10**4)
    needed = mean(result.evaluations for result in results)
    # The standard error of the mean of 300 is 1/30 of the mean.
    assert needed == pytest.approx(float(random_expectation(1024, 1)), rel=0.12)


@pytest.mark.parametrize("name", CLEVER)
def test_searches_hardly_repeat_themselves(name: str) -> None:
    evaluator = toy.nk_landscape(6, 5, 3, 2)
    result = run(evaluator, name, {}, np.random.SeedSequence(3), 4000, {"never": -1.0})
    assert result.evaluations == 4000
    assert result.distinct >= 0.9 * result.evaluations


@pytest.mark.slow
@pytest.mark.parametrize("name", CLEVER)
def test_optimal_sorting_networks_on_seven_wires_are_found(name: str) -> None:
    evaluator = toy.sorting(7, 16)
    results = runs(name, evaluator, 0.0, 10, 100_000)
    successes = sum(result.best_error == 0.0 for result in results)
    assert wilson_lower(successes, 10) > 0.5


def test_the_genetic_search_leaves_a_trap() -> None:
    """Everything leads away from the optimum; what leads back is that it never repeats itself."""
    space = toy.uniform(8, 2)
    ones = space.unrank(np.arange(space.size())).sum(axis=1)
    evaluator = toy.Table(space, np.where(ones == 8, 0.0, 1.0 + ones))
    results = runs("genetic", evaluator, 0.0, 20, 256)
    assert all(result.best_error == 0.0 for result in results)
