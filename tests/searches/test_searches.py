"""The searches and the loop that runs them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.searches import (
    OPTIMUM,
    SEARCHES,
    Evaluator,
    Genetic,
    LocalSearch,
    RandomSearch,
    RegularisedEvolution,
    StudyError,
    find_search,
    run,
)
from solvers.searches.saving.plain_data import from_bytes, to_bytes
from tests.support.toy import (
    Table,
    infinite,
    nk_landscape,
    one_max,
    pancakes,
    planted,
    sorting,
    uniform,
)

PROBLEMS: dict[str, Callable[[], Evaluator]] = {
    "nk": lambda: nk_landscape(5, 3, 2, 1),
    "sorting": lambda: sorting(4, 5),
    "pancakes": lambda: pancakes(5, 5, 1),
    "infinite": lambda: infinite(6),
    "planted": lambda: planted(4, 3, 1),
}

ASKING = [
    name
    for name, kind in SEARCHES.items()
    if not hasattr(kind, "ask_tests") and not hasattr(kind, "ask_comparisons")
]
"""Searches that need neither single samples nor slots, which these problems do not have."""


def seed(number: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(number)


def batches(
    name: str, evaluator: Evaluator, number: int, n: int, cap: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    search = SEARCHES[name](evaluator.space, np.random.default_rng(number))
    done = 0
    while done < cap and len(genomes := search.ask(n)):
        errors = evaluator(genomes)
        yield genomes, errors
        done += len(genomes)
        search.tell(genomes, errors)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("name", ASKING)
def test_every_search_proposes_canonical_genomes_and_no_more_than_asked(
    name: str, problem: str
) -> None:
    evaluator = PROBLEMS[problem]()
    for n in (1, 7, 1000):
        for genomes, _ in batches(name, evaluator, n, n, 30 * n if n < 50 else 2000):
            assert 1 <= len(genomes) <= n
            assert genomes.dtype == np.int32
            assert evaluator.space.contains(genomes).all()
            assert (evaluator.space.canonical(genomes) == genomes).all()


@pytest.mark.parametrize("name", ASKING)
def test_equal_seeds_give_equal_runs_and_others_do_not(name: str) -> None:
    evaluator = sorting(5, 9)
    first, again, other = (
        run(evaluator, name, {}, seed(number), 800, {"low": 0.0}) for number in (4, 4, 5)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("name", ASKING)
def test_a_search_tells_its_state_and_goes_on_from_it(name: str) -> None:
    evaluator = sorting(5, 9)
    rng, other = np.random.default_rng(8), np.random.default_rng(8)
    search, copy = SEARCHES[name](evaluator.space, rng), SEARCHES[name](evaluator.space, other)
    for _ in range(40):
        genomes = search.ask(16)
        search.tell(genomes, evaluator(genomes))
    other.bit_generator.state = rng.bit_generator.state
    copy.restore(from_bytes(b"".join(to_bytes(search.state()))))
    for _ in range(40):
        genomes, same = search.ask(16), copy.ask(16)
        assert (genomes == same).all()
        search.tell(genomes, evaluator(genomes))
        copy.tell(same, evaluator(same))


def test_random_search_lists_a_small_space_once() -> None:
    evaluator = planted(4, 3, 2)
    result = run(evaluator, "random", {}, seed(1), 10**6, {"never": -1.0})
    assert result.evaluations == result.distinct == evaluator.space.size()
    assert result.best_error == 0.0
    assert result.hits == {"never": None}


def test_random_search_draws_with_repeats_in_a_large_space() -> None:
    search = RandomSearch(uniform(12, 9, optional=True, chain=True), np.random.default_rng(0))
    assert search.order is None
    assert len(search.ask(500)) == 500


@pytest.mark.parametrize("name", ["local-search", "genetic"])
def test_remembering_searches_end_when_they_have_seen_everything(name: str) -> None:
    evaluator = planted(3, 2, 5)
    result = run(evaluator, name, {}, seed(3), 10**4, {"never": -1.0})
    assert result.distinct == evaluator.space.size() == 15
    assert result.evaluations <= 10**4
    assert result.best_error == 0.0


def test_regularised_evolution_keeps_the_youngest() -> None:
    evaluator = one_max(12)
    search = RegularisedEvolution(
        evaluator.space, np.random.default_rng(0), population=10, tournament=3
    )
    history: list[bytes] = []
    for _ in range(30):
        genomes = search.ask(5)
        search.tell(genomes, evaluator(genomes))
        history += evaluator.space.keys(genomes)
        assert sorted(evaluator.space.keys(search.genomes[: search.alive])) == sorted(history[-10:])


def test_strict_first_improvement_climbs_to_a_local_optimum() -> None:
    evaluator = nk_landscape(6, 3, 2, 7)
    search = LocalSearch(
        evaluator.space, np.random.default_rng(2), stride=1, plateau=0, kicks=0, remember=False
    )
    climbs = 0
    while climbs < 5:
        genome, error = search.current, search.error
        proposal = search.ask(10)
        assert len(proposal) == 1
        if genome is not None and search.current is None:
            climbs += 1
            for gene in range(6):
                for value in range(3):
                    neighbour = np.array([genome], dtype=np.int32)
                    neighbour[0, gene] = value
                    assert evaluator(neighbour)[0] >= error
        search.tell(proposal, evaluator(proposal))
        assert search.error <= error or genome is None or search.current == proposal[0].tolist()


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(sorted(PROBLEMS)),
    st.integers(0, 2**32),
    st.integers(1, 40),
    st.integers(2, 12),
    st.integers(1, 4),
)
def test_the_genetic_search_never_loses_its_best(
    problem: str, number: int, n: int, population: int, patience: int
) -> None:
    evaluator = PROBLEMS[problem]()
    search = Genetic(
        evaluator.space,
        np.random.default_rng(number),
        population=population,
        offspring=8,
        patience=patience,  # small, so that it restarts often
    )
    best, done = math.inf, 0
    while done < 500 and len(genomes := search.ask(n)):
        errors = evaluator(genomes)
        search.tell(genomes, errors)
        done += len(genomes)
        best = min(best, float(errors.min()))
        held = search.genomes[search.errors == best]
        assert len(held) >= 1
        assert (evaluator(held) == best).all()
        assert len(set(evaluator.space.keys(search.genomes))) == len(search.genomes) <= population


class Script:
    """A search that proposes what it is told to: for tests of the counting."""

    def __init__(self, space: object, rng: object, *, rows: list[list[list[int]]]) -> None:
        self.rows = [np.array(batch, dtype=np.int32) for batch in rows]

    def ask(self, n: int, /) -> np.ndarray:
        return self.rows.pop(0) if self.rows else np.empty((0, 2), dtype=np.int32)

    def tell(self, genomes: np.ndarray, errors: np.ndarray, /) -> None:
        pass


def scripted(rows: list[list[list[int]]], targets: dict[str, float], **more: int):
    space = uniform(2, 3, optional=True, chain=True)
    # errors by rank: (), (0), (1), (2), (0 0) .. (2 2)
    errors = np.array([9.0, 8, 7, 6, 5, 4, 3, 2, 1, 0, math.inf, 10, 11])
    limits = {"cap": 100, **more}
    name = f"{__name__}:Script"
    return run(Table(space, errors), name, {"rows": rows}, seed(0), targets=targets, **limits)


def test_evaluations_are_counted_one_by_one() -> None:
    rows = [[[0, -1], [-1, 0], [0, 1]], [[0, 1], [1, -1], [1, 0], [1, 1], [1, 2], [2, 0]]]
    result = scripted(rows, {OPTIMUM: 0.0, "five": 5.0, "two": 2.0, "none": -1.0})
    assert result.evaluations == 8
    assert result.distinct == 6  # (0) twice, (0 1) twice, and nothing after the optimum
    assert result.hits == {OPTIMUM: 8, "five": 3, "two": 6, "none": None}
    assert result.trajectory == ((1, 8.0), (3, 4.0), (6, 2.0), (7, 1.0), (8, 0.0))
    assert result.best_genome == (1, 2)
    assert result.best_error == 0.0


def test_a_run_ends_at_its_cap_and_with_its_search() -> None:
    assert scripted([[[0, 1]]] * 9, {"x": 0.0}, cap=4).evaluations == 4
    assert scripted([[[0, 1]]] * 3, {"x": 0.0}).evaluations == 3


def test_infinite_errors_are_no_obstacle() -> None:
    result = scripted([[[2, 1]], [[2, 0], [0, -1]]], {"x": 0.0})
    assert result.trajectory[0] == (1, 10.0)
    assert scripted([[[2, 0]]], {"x": 0.0}).best_error == math.inf
    assert scripted([[[2, 0]]], {"x": 0.0}).best_genome == (2, 0)


@pytest.mark.parametrize("name", ASKING)
def test_a_space_of_one_genome_is_searched_in_one_evaluation(name: str) -> None:
    evaluator = Table(uniform(2, 1), np.array([3.0]))
    result = run(evaluator, name, {}, seed(0), 50, {"low": 0.0})
    assert result.evaluations == 1
    assert result.best_error == 3.0


def test_what_a_run_refuses() -> None:
    evaluator = one_max(4)
    cases = [
        ("unknown-search", lambda: run(evaluator, "hill", {}, seed(0), 9, {})),
        ("no-samples", lambda: run(evaluator, "competitive", {}, seed(0), 9, {})),
        ("unknown-search", lambda: find_search("no.such.module:Search")),
        ("bad-setting", lambda: run(evaluator, "genetic", {"colour": 1}, seed(0), 9, {})),
        ("bad-limit", lambda: run(evaluator, "genetic", {}, seed(0), 0, {})),
        ("bad-setting", lambda: run(evaluator, "genetic", {"population": 0}, seed(0), 9, {})),
        ("bad-setting", lambda: run(evaluator, "genetic", {"extra": 1.0}, seed(0), 9, {})),
        ("bad-setting", lambda: run(evaluator, "genetic", {"mutation": 7}, seed(0), 9, {})),
        ("no-proposal", lambda: scripted([], {})),
        ("too-many", lambda: scripted([[[0, 0]] * 9], {}, cap=5)),
        (
            "bad-errors",
            lambda: run(Table(uniform(2, 2), np.full(4, math.nan)), "random", {}, seed(0), 9, {}),
        ),
    ]
    for reason, attempt in cases:
        with pytest.raises(StudyError) as caught:
            attempt()
        assert caught.value.reason == reason
        assert "\n" not in str(caught.value)
