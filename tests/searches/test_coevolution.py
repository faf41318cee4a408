"""Coevolution: what tests cost, what they may decide, and that it finds optima."""

from __future__ import annotations

import numpy as np
import pytest

from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import Space, StudyError, make_search, run
from solvers.searches.competitive import AUDIT, RETEST, Competitive
from solvers.suites import find_problem
from solvers.suites.nk import nk

SORTING = find_problem("sorting-5")


@pytest.mark.parametrize("name", ["competitive", "cooperative"])
@pytest.mark.parametrize("problem", ["sorting-5", "pancakes-5"])
def test_coevolution_finds_optima(name: str, problem: str) -> None:
    if (name, problem) == ("competitive", "pancakes-5"):
        pytest.skip("one sample leaves nothing to choose from")
    evaluator = evaluator_for(find_problem(problem))
    results = [
        run(evaluator, name, {}, np.random.SeedSequence(k), 50_000, {"optimum": 0.0})
        for k in range(5)
    ]
    assert all(result.best_error == 0.0 for result in results)
    assert all((result.tests > 0) == (name == "competitive") for result in results)


class Prober:
    """Asks for six tests of one genome before each of its evaluations."""

    def __init__(self, space: Space, rng: np.random.Generator, *, samples: int) -> None:
        assert samples == 32
        self.space, self.rng, self.tested = space, rng, False
        self.heard: list[tuple[int, ...]] = []

    def ask_tests(self) -> tuple[np.ndarray, np.ndarray]:
        if self.tested:
            return np.empty((0, self.space.width), dtype=np.int32), np.arange(0)
        return self.space.sample(self.rng, 1), np.arange(6)

    def tell_tests(self, genomes: np.ndarray, samples: np.ndarray, errors: np.ndarray) -> None:
        assert errors.shape == (1, 6)
        assert errors.tolist() == evaluator_for(SORTING).on_samples(genomes, samples).tolist()  # type: ignore[attr-defined]
        self.tested = True

    def ask(self, n: int, /) -> np.ndarray:
        self.tested = False
        return self.space.sample(self.rng, 1)

    def tell(self, genomes: np.ndarray, errors: np.ndarray, /) -> None:
        pass


def test_a_test_counts_as_its_part_of_an_evaluation() -> None:
    evaluator = evaluator_for(SORTING)
    name = f"{__name__}:Prober"
    result = run(evaluator, name, {}, np.random.SeedSequence(1), 100, {"any": 1e9, "never": -1.0})
    # Each round costs 1 + 6/32: after 84 of them 99.75, rounded up.
    assert result.evaluations == 100
    assert result.tests == 84 * 6
    assert result.distinct == 84
    assert result.hits == {"any": 2, "never": None}


def test_a_table_has_no_samples() -> None:
    with pytest.raises(StudyError, match="a table has none") as caught:
        run(evaluator_for(nk(1, 1)), "competitive", {}, np.random.SeedSequence(1), 10, {})
    assert caught.value.reason == "no-samples"


def test_tests_that_are_beaten_are_joined_by_harder_ones() -> None:
    evaluator = evaluator_for(find_problem("sorting-8"))
    search = make_search("competitive", evaluator, np.random.default_rng(3), {"tests": 8})
    assert isinstance(search, Competitive)
    first, audits = len(search.tests), 0
    search.tell(genomes := search.ask(9), evaluator(genomes))
    for _ in range(400):
        before, champion = search.tests, search.champion
        genomes, samples = search.ask_tests()
        if not len(genomes):
            search.tell(whole := search.ask(9), evaluator(whole))
            continue
        errors = evaluator.on_samples(genomes, samples)  # type: ignore[attr-defined]
        audit = search.phase == AUDIT
        search.tell_tests(genomes, samples, errors)
        if audit and len(search.tests) > len(before):
            audits += 1
            assert not set(samples) & set(before)
            assert set(search.tests) - set(before) <= set(samples[errors[0] > 0])
            assert search.phase == RETEST
            assert champion < len(search.genomes)
    assert audits > 0
    assert first == 8
    assert len(search.tests) == len(set(search.tests)) > 8


def test_few_tests_leave_the_easiest_for_harder_ones() -> None:
    evaluator = evaluator_for(find_problem("sorting-8"))
    settings = {"tests": 4, "archive": 6, "lessons": 2}
    search = make_search("competitive", evaluator, np.random.default_rng(1), settings)
    assert isinstance(search, Competitive)
    search.scores[:] = [0.0, 3.0, 1.0, 2.0]
    kept = search.tests.tolist()
    search._learn(np.array([250, 251]))
    search._learn(np.array([252, 253]))  # scores 0 3 1 2 1 1: two must go, the newer of equals
    assert search.tests.tolist() == [kept[1], kept[2], kept[3], 250, 252, 253]
