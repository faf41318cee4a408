"""The experiments: they agree with the theorems, and a wrong engine is seen."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from typer.testing import CliRunner

from solvers.cli import app
from solvers.exact import solve
from solvers.experiments import exact_procedure, genetic_search, intractability, run
from solvers.experiments import neural_equivalence as neural
from solvers.experiments import no_universal_method as unreached
from theory.kernel.errors import ShefferError
from theory.theorems import RefutedError, Theorem
from theory.theorems import genetic_chains as chains
from theory.theorems.evolution_times import expected_steps
from theory.theorems.markov import laws
from theory.theorems.reductions import (
    chosen_items,
    chosen_sets,
    exact_cover_problem,
    set_cover_problem,
    subset_sum_problem,
)

RUNNER = CliRunner()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("no-universal-method", marks=pytest.mark.slow),
        pytest.param("exact-procedure", marks=pytest.mark.slow),
        "intractability",
        "genetic-search",
        pytest.param("neural-equivalence", marks=pytest.mark.slow),
    ],
)
def test_an_experiment_confirms_its_claims(name: str, tmp_path: Path) -> None:
    picture = tmp_path / "picture.svg"
    report = run(name, picture)
    assert report.refuted == ()
    assert len(report.checked) >= 2
    assert picture.read_text(encoding="utf-8").count("<path") > 10


def one_step_short(problem: Any) -> Any:
    """An engine that finds at length k what is there at length k - 1."""
    frontier = solve(problem)
    lines = (frontier.lines[0], *frontier.lines[:-1])
    return replace(frontier, lines=tuple(replace(line, length=k) for k, line in enumerate(lines)))


def at_another_rate(s: Any, runs: int, generations: int, seed: int) -> Any:
    return genetic_search.simulated(replace(s, rate=Fraction(1, 9)), runs, generations, seed)


def forgets(s: Any, runs: int, generations: int, seed: int) -> Any:
    """A simulation that says it keeps the best and does not."""
    held, _ = genetic_search.simulated(s, runs, generations, seed)
    return held, held


MUTATIONS: list[tuple[str, Callable[[], str], str]] = [
    ("chain engine", lambda: exact_procedure.chains_agree(one_step_short), "not "),
    ("dag engine", lambda: exact_procedure.dags_agree(one_step_short), "not "),
    ("encoding", lambda: exact_procedure.complete_and_far("one-counter"), "incomplete"),
    ("frequencies", lambda: genetic_search.frequencies_agree(at_another_rate), "of 20000 runs"),
    ("frequencies, best", lambda: genetic_search.frequencies_agree(forgets), "generation"),
    (
        "times",
        lambda: genetic_search.times_agree(lambda n, p, f: expected_steps(n, p / 2, f)),
        "LeadingOnes, n = 3",
    ),
    (
        "length",
        lambda: intractability.exponential_in_length(lambda: [(k, k * k) for k in range(2, 30)]),
        "slope",
    ),
    (
        "components",
        lambda: intractability.polynomial_in_components(lambda: [(k, 2**k) for k in range(2, 30)]),
        "power",
    ),
    ("champion", lambda: unreached.champion_turns_positive(20_000), "errors"),
    (
        "floats",
        lambda: neural.floats_leave(lambda: ([(Fraction(0),)] * 9, [(0.0,)] * 9, 3)),
        "differs after -1",
    ),
]


@pytest.mark.parametrize(("name", "claim", "words"), MUTATIONS, ids=[m[0] for m in MUTATIONS])
def test_an_experiment_refutes_what_is_wrong(
    name: str, claim: Callable[[], str], words: str
) -> None:
    with pytest.raises(RefutedError, match=words):
        claim()


def test_an_engine_that_misses_a_target_is_refuted() -> None:
    from theory.theorems.witnesses import as_component, witness

    def reachable(*given: Any) -> Any:
        problem = witness(*given[:1], 1, *given[2:])
        return replace(problem, components=as_component(problem), length=1)

    with pytest.raises(RefutedError, match="error 0"):
        unreached.engine_confirms(reachable)


def test_three_bits_are_simulated_as_the_chain_says() -> None:
    s = chains.count_ones(3, Fraction(3, 5), Fraction(1, 10))
    runs = 20_000
    held, _ = genetic_search.simulated(s, runs, 3, 7)
    uniform = [Fraction(1, 64)] * 64
    for count, law in zip(held, laws(uniform, chains.generation(s), 3), strict=True):
        p = float(sum(law[k] for k in s.holding()))
        assert abs(count / runs - p) < 4.5 * (p * (1 - p) / runs) ** 0.5


def test_a_fit_is_that_of_numpy_with_its_covariance() -> None:
    rng = random.Random(5)
    points = [(float(x), 3 * x + rng.gauss(0, 1)) for x in range(12) for _ in range(2)]
    (slope, intercept), covariance = np.polyfit(*zip(*points, strict=True), 1, cov=True)
    line = intractability.fit(points)
    assert line.slope == pytest.approx(slope)
    assert line.intercept == pytest.approx(intercept)
    assert line.error == pytest.approx(math.sqrt(covariance[0, 0]))
    with pytest.raises(ValueError, match="two different x"):
        intractability.fit([(1.0, 2.0)] * 5)


def program(matrix: np.ndarray, low: Any, high: Any) -> int | None:
    """The least number of chosen columns with low <= matrix x <= high, by integer programming."""
    columns = matrix.shape[1]
    result = milp(
        np.ones(columns),
        constraints=LinearConstraint(matrix, low, high),
        integrality=np.ones(columns),
        bounds=Bounds(0, 1),
    )
    return round(result.fun) if result.success else None


def test_the_shortest_sequence_is_the_least_cover_of_an_integer_program() -> None:
    draw = random.Random(1972)
    sizes = set()
    for _ in range(15):
        sets = tuple(frozenset(e for e in range(14) if draw.random() < 0.3) for _ in range(10))
        matrix = np.array([[e in s for s in sets] for e in range(14)], dtype=float)
        least = program(matrix, 1, np.inf)
        frontier = solve(set_cover_problem(14, sets, 6))
        reached = [line for line in frontier.lines if line.error == 0]
        assert (reached[0].length if reached else None) == (least if (least or 9) <= 6 else None)
        if reached and reached[0].sequence is not None:
            chosen = [sets[k] for k in chosen_sets(reached[0].sequence)]
            assert frozenset().union(*chosen) == frozenset(range(14))
        sizes.add(least)
    assert len(sizes) > 1


def test_generators_make_the_permutation_where_an_integer_program_finds_an_exact_cover() -> None:
    draw = random.Random(1981)
    answers = set()
    for k in range(16):
        triples = [frozenset(draw.sample(range(9), 3)) for _ in range(10)]
        if k % 2:
            triples[:3] = [frozenset(range(j, 9, 3)) for j in range(3)]
        matrix = np.array([[e in t for t in triples] for e in range(9)], dtype=float)
        solvable = program(matrix, 1, 1) is not None
        best = solve(exact_cover_problem(9, tuple(triples))).lines[-1]
        assert (best.error == 0) == solvable
        if solvable and best.sequence is not None:
            chosen = [triples[j] for j in chosen_sets(best.sequence)]
            assert sorted(e for t in chosen for e in t) == list(range(9))
        answers.add(solvable)
    assert answers == {True, False}


def test_a_sequence_sums_up_where_an_integer_program_does() -> None:
    draw = random.Random(1979)
    answers = set()
    for _ in range(16):
        items = tuple(draw.randint(10, 99) for _ in range(7))
        wanted = draw.randint(50, 300) if draw.random() < 0.5 else sum(draw.sample(items, 3))
        solvable = program(np.array([items], dtype=float), wanted, wanted) is not None
        best = solve(subset_sum_problem(items, wanted)).lines[-1]
        assert (best.error == 0) == solvable
        if solvable and best.sequence is not None:
            assert sum(items[k] for k in chosen_items(best.sequence)) == wanted
        answers.add(solvable)
    assert answers == {True, False}


def test_the_command_lists_checks_and_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("theory.theorems.intractability.INSTANCES", 4)
    listed = RUNNER.invoke(app, ["theorems"])
    assert listed.exit_code == 0
    assert "intractability       Finding the least error is hard (3 claims)" in listed.output
    shown = RUNNER.invoke(app, ["theorems", "intractability", "--text"])
    assert "## Proof" in shown.output
    picture = tmp_path / "growth.png"
    both = RUNNER.invoke(app, ["theorems", "intractability", "--plot", str(picture), "--json"])
    assert both.exit_code == 0
    assert '"experiment"' in both.output
    assert picture.stat().st_size > 1000


def test_a_refuted_theorem_ends_with_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    from theory.theorems import Claim, refute
    from theory.theorems.intractability import THEOREM

    wrong = Claim("wrong", lambda: refute("wrong", "x = 3"))
    broken: Theorem = replace(THEOREM, claims=(wrong,))
    monkeypatch.setattr("theory.theorems.intractability.THEOREM", broken)
    result = RUNNER.invoke(app, ["theorems", "intractability"])
    assert result.exit_code == 1
    assert result.output.startswith("REFUTED")
    assert "refuted  wrong: wrong: x = 3" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["theorems", "nope"], "known: no-universal-method"),
        (["theorems", "--text"], "name a theorem"),
        (["theorems", "intractability", "--plot", "x.gif"], "a picture is one of .svg"),
    ],
)
def test_bad_input_gets_one_line(arguments: list[str], words: str) -> None:
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_no_experiment_without_a_theorem() -> None:
    with pytest.raises(ShefferError, match="no theorem 'growth'"):
        run("growth")
