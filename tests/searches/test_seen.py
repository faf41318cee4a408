"""The exact set of genomes against Python's, and searches that never pay twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import Annealing, GaussianProcess, Seen, run
from solvers.suites.nk import nk
from tests.support.toy import nk_landscape, sorting, uniform


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 30), st.integers(1, 200), st.integers(0, 2**32), st.integers(1, 300))
def test_a_set_of_genomes_is_a_set(width: int, options: int, seed: int, n: int) -> None:
    space = uniform(width, options, optional=True)
    seen, members = Seen(space), set()
    rng = np.random.default_rng(seed)
    for _ in range(4):
        genomes = space.sample(rng, n)
        genomes[n // 2 :] = genomes[: n - n // 2]  # half of them twice
        assert seen.has(genomes).tolist() == [tuple(g) in members for g in genomes.tolist()]
        expected = []
        for genome in map(tuple, genomes.tolist()):
            expected.append(genome not in members)
            members.add(genome)
        assert seen.add(genomes).tolist() == expected
        assert len(seen) == len(members)
        again = Seen(space)
        again.restore(seen.state())
        seen = again
    assert seen.has(genomes).all()


@pytest.mark.parametrize("kind", [Annealing, GaussianProcess])
def test_known_genomes_are_never_proposed_again(kind: type) -> None:
    evaluator = nk_landscape(4, 3, 2, 1)
    search = kind(evaluator.space, np.random.default_rng(1))
    proposed: list[bytes] = []
    while len(genomes := search.ask(5)):
        proposed += evaluator.space.keys(genomes)
        search.tell(genomes, evaluator(genomes))
    assert len(proposed) == len(set(proposed)) == evaluator.space.size() == 81


def test_the_temperature_follows_the_scale_of_the_errors() -> None:
    """Errors a thousand times as large: the same run, at a temperature a thousand times as high."""
    evaluator = sorting(5, 9)
    runs = []
    for scale in (1.0, 1024.0):
        search = Annealing(evaluator.space, np.random.default_rng(3), chains=1)
        history = []
        for _ in range(600):
            genomes = search.ask(1)
            search.tell(genomes, scale * evaluator(genomes))
            history += genomes.tolist()
        runs.append((history, search.temperature[0] / scale))
    assert runs[0][0] == runs[1][0]
    assert runs[0][1] == pytest.approx(runs[1][1])


def test_the_model_needs_far_fewer_evaluations_than_climbing() -> None:
    problem = nk(1, 3)
    evaluator = evaluator_for(problem)
    optimum = float(min(problem.target.errors.values()))  # type: ignore[union-attr]
    needed = [
        run(
            evaluator, "gaussian-process", {}, np.random.SeedSequence(k), 300, {"optimum": optimum}
        ).evaluations
        for k in range(3)
    ]
    assert max(needed) < 300


def test_a_model_hands_over_what_it_knows() -> None:
    evaluator = nk_landscape(5, 4, 3, 2)
    search = GaussianProcess(evaluator.space, np.random.default_rng(1), memory=40)
    for _ in range(60):
        genomes = search.ask(1)
        search.tell(genomes, evaluator(genomes))
    assert search.other is not None
    assert search.other.gate.seen.count == len(search.members) + search.other.told


def test_nk_landscapes() -> None:
    problem = nk(2, 7)
    errors = list(problem.target.errors.values())  # type: ignore[union-attr]
    assert len(errors) == 5**6
    assert nk(2, 7).target == problem.target
    assert nk(2, 8).target != problem.target
    assert errors.count(min(errors)) == 1
