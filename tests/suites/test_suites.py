"""The shipped problems: their names, their targets, and what the exact search says of them."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from solvers.exact import Limits, solve, with_evidence
from solvers.exact.functions.all_functions import least_steps
from solvers.suites import FAMILIES, SUITES, WORDS, family_of, find_problem, random_dags
from solvers.suites.gates import FUNCTIONS, GATES, gate_set
from theory.kernel.errors import ProblemError

TABLES = ("nas201", "nas-graph")


def test_every_name_makes_a_problem_of_that_name() -> None:
    names = [f"gates-{gates}-{function}" for gates in GATES for function in FUNCTIONS]
    names += [f"bits-{name}" for name in WORDS["bits"]["NAME"]]
    names += [f"integers-{name}" for name in WORDS["integers"]["NAME"]]
    for name in names:
        problem = find_problem(name)
        assert problem.name == name
        assert problem == find_problem(name, problem.length)
        assert find_problem(name, 3).length == 3


def test_suites_name_problems_that_there_are() -> None:
    for names in SUITES.values():
        assert len(set(names)) == len(names)
        for name in names:
            if family_of(name) not in TABLES:
                assert find_problem(name).name == name
    untold = {"hd", "nk", "dag"}  # for all inputs, and for tuning
    assert {family_of(name) for name in SUITES["league"]} == set(FAMILIES) - untold
    assert set(SUITES["study"]) < set(SUITES["league"])


@pytest.mark.parametrize(
    ("name", "family"),
    [("gates-any-mux4", "gates"), ("nas-graph-cora", "nas-graph"), ("set-cover-1", "set-cover"),
     ("bits-lowest-one", "bits"), ("table-3", "table"), ("loss", "loss")],
)  # fmt: skip
def test_families(name: str, family: str) -> None:
    assert family_of(name) == family


@pytest.mark.parametrize(
    ("name", "length", "reason", "says"),
    [
        ("gates-nand-parity9", None, "unknown-problem", "parity3"),
        ("gates-nor-parity3", None, "unknown-problem", "basic"),
        ("gates-", None, "unknown-problem", "FUNCTION"),
        ("bits-lowest", None, "unknown-problem", "lowest-one"),
        ("integers-sine", None, "unknown-problem", "quartic"),
        ("nas-graph-facebook", None, "unknown-problem", "nas-graph-cora"),
        ("sorting-x", None, "unknown-problem", "gates-SET-FUNCTION"),
        ("sorting", None, "unknown-problem", "sorting-N"),
        ("bits-gray", -1, "bad-length", "length"),
    ],
)
def test_what_is_refused(name: str, length: int | None, reason: str, says: str) -> None:
    with pytest.raises(ProblemError) as caught:
        find_problem(name, length)
    assert caught.value.reason == reason
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_length_of_a_table_is_fixed() -> None:
    pytest.importorskip("nas_bench_graph")
    with pytest.raises(ProblemError) as caught:
        find_problem("nas-graph-proteins", 4)
    assert caught.value.reason == "bad-length"
    assert find_problem("nas-graph-proteins", 5).length == 5


# Least gates: three-input parity takes eight NANDs and majority six (Knuth 7.1.2 has the sixteen
# two-input gates: parity 2, majority 4).
@pytest.mark.parametrize(
    ("name", "gates"),
    [("any-parity3", 2), ("any-parity4", 3), ("any-majority3", 4), ("nand-majority3", 6),
     ("nand-halfadder", 5), ("nand-mux2", 4), ("basic-mux2", 4), ("any-mux2", 3)],
)  # fmt: skip
def test_least_gates(name: str, gates: int) -> None:
    found = solve(find_problem(f"gates-{name}", gates))
    assert found.optimal
    assert (found.best.error, found.best.length) == (0, gates)


def test_a_function_is_what_its_name_says() -> None:
    rows = {row.inputs: row.outputs for row in find_problem("gates-any-mux4").rows()}
    assert len(rows) == 64
    for inputs, (output,) in rows.items():
        assert output == inputs[2 + 2 * inputs[0] + inputs[1]]
    adder = find_problem("gates-any-fulladder").rows()
    assert all(sum(r.inputs) == 2 * r.outputs[0] + r.outputs[1] for r in adder)
    lit = {letter: find_problem(f"gates-any-segment{letter}").rows()[8] for letter in "abcdefg"}
    assert all(row.outputs == (True,) for row in lit.values())  # all segments of the digit 8


@pytest.mark.parametrize(("gates", "least"), [("nand", 8), ("basic", 7), ("any", 5)])
def test_gates_of_the_league_leave_ten_thousand_functions(gates: str, least: int) -> None:
    names = [n for n in SUITES["league"] if n.startswith(f"gates-{gates}-")]
    assert min(find_problem(name).length for name in names) == least
    counts = least_steps(gate_set(gates), 4, free_complements=False, longest=least).counts()
    assert sum(counts[: least + 1]) >= 10_000


LEAST = {
    "bits-lowest-one": 2, "bits-lowest-zero": 3, "bits-trailing": 3, "bits-clear-run": 4,
    "bits-low-run": 4, "bits-second-one": 4, "bits-absolute": 3, "bits-edges": 5, "bits-lonely": 4,
    "bits-average": 4, "bits-average-up": 4, "bits-maximum": 4, "bits-distance": 4,
    "bits-saturate": 3, "bits-pair-counts": 3, "bits-fold-pairs": 4, "bits-gray": 2,
    "bits-swap-bits": 5, "integers-quartic": 5, "integers-cubic": 5, "integers-quintic": 4,
    "integers-koza": 4, "integers-sextic": 4, "integers-geometric": 5, "integers-triangular": 3,
    "integers-cubes": 4, "integers-pentagonal": 4, "integers-pairing": 5, "integers-absolute": 3,
    "integers-minimum": 3, "integers-distance": 3, "integers-gcd-step": 5, "integers-most-pair": 4,
    "integers-norm": 4, "integers-circle": 5, "integers-discriminant": 5, "integers-determinant": 3,
}  # fmt: skip


@pytest.mark.parametrize("name", LEAST)
def test_tricks_and_functions_are_reached_within_their_length(name: str) -> None:
    problem = find_problem(name)
    found = solve(problem, Limits(seconds=60))
    assert found.optimal
    assert (found.best.error, found.best.length) == (0, LEAST[name])
    assert found.best.length <= problem.length
    assert found.best.sequence is not None
    assert problem.error(found.best.sequence) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "length"), [("bits-ungray", 6), ("integers-hexagons", 6), ("gates-nand-parity3", 8)]
)
def test_longer_ones(name: str, length: int) -> None:
    found = solve(find_problem(name))
    assert (found.optimal, found.best.error, found.best.length) == (True, 0, length)


# NAS-Bench-Graph: the greatest mean validation score of each table, in percent, and how many of
# its choices have it.
GREATEST = {
    "cora": ("2458/30", 2), "citeseer": ("728/10", 1), "pubmed": ("2434/30", 2),
    "cs": ("2764/30", 2), "physics": ("94", 1), "photo": ("2822/30", 2),
    "computers": ("919/10", 1), "arxiv": ("221/3", 1), "proteins": ("256/3", 2),
}  # fmt: skip


@pytest.mark.parametrize("data_set", [pytest.param("cora", marks=pytest.mark.slow), "proteins"])
def test_the_optimum_of_a_graph_table(data_set: str) -> None:
    pytest.importorskip("nas_bench_graph")
    from solvers.suites.nas_graph import DATA_SETS, keys

    problem = find_problem(f"nas-graph-{data_set}")
    errors: dict[tuple[int, ...], Fraction] = problem.target.errors  # type: ignore[union-attr]
    score, winners = GREATEST[data_set]
    least = 100 - Fraction(score)
    found = solve(problem)
    assert found.best.error == least == min(errors.values())
    assert sum(error == least for error in errors.values()) == winners
    sizes = {"cora": (59_040, 26_206), "proteins": (5_616, 2_021)}
    networks = {keys(DATA_SETS[data_set])[choice] for choice in errors}
    assert (len(errors), len(networks)) == sizes[data_set]


@pytest.mark.slow
@pytest.mark.parametrize("data_set", GREATEST)
def test_the_optima_of_all_graph_tables_are_recounted(data_set: str) -> None:
    pytest.importorskip("nas_bench_graph")
    found = with_evidence(solve(find_problem(f"nas-graph-{data_set}")))
    assert found.evidence == "recounted"
    assert found.best.error == 100 - Fraction(GREATEST[data_set][0])


@pytest.mark.filterwarnings("ignore")
def test_a_graph_table_is_what_the_package_says() -> None:
    package: Any = pytest.importorskip("nas_bench_graph")
    problem = find_problem("nas-graph-arxiv")
    table: Any = problem.target
    shipped = package.light_read("arxiv")
    for choice in Random(5).sample(sorted(table.errors), 300):
        steps = [step.component for step in table.steps(choice)]
        network = package.Arch([int(c) for c in steps[0]], steps[1:])
        score = shipped[network.valid_hash()]["valid_perf"]
        assert float(100 - table.errors[choice]) == pytest.approx(100 * score, abs=1e-9)


class Evil:
    """Pickles as a call."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return print, ("called",)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (Evil(), "builtins.print"),
        (np.float32(0.5), "f4"),
        (np.array([0.5]), "_reconstruct"),
        (Fraction(1, 2), "fractions.Fraction"),
    ],
)
def test_the_reader_of_graph_tables_makes_numbers_only(value: object, says: str) -> None:
    from solvers.suites.nas_graph import _NumbersUnpickler

    text = pickle.dumps(value, protocol=3).replace(b"numpy._core", b"numpy.core")
    with pytest.raises(pickle.UnpicklingError, match=says):
        _NumbersUnpickler(io.BytesIO(text)).load()


def test_the_reader_reads_numbers_as_they_are() -> None:
    from solvers.suites.nas_graph import _NumbersUnpickler

    data = {1: {"valid_perf": np.float64(0.8193333333333332), "perf": 0.25}}
    text = pickle.dumps(data, protocol=3).replace(b"numpy._core", b"numpy.core")
    assert _NumbersUnpickler(io.BytesIO(text)).load() == data


@pytest.mark.parametrize("score", [0.12345, 1.5, -0.001, float("nan")])
def test_a_score_that_is_no_mean_of_three_is_refused(score: float) -> None:
    from solvers.suites.nas_graph import _exact

    with pytest.raises(ValueError):
        _exact(score)
    assert _exact(0.8193333333333332) == _exact(0.8193333333333334) == Fraction(2458, 3000)


@pytest.mark.parametrize("kind", random_dags.KINDS)
def test_a_random_dag_is_drawn_once_and_attained(kind: str) -> None:
    problem = find_problem(f"dag{kind}-3", 3)
    assert problem.rows() == find_problem(f"dag{kind}-3", 3).rows()
    assert problem.rows() != find_problem(f"dag{kind}-4", 3).rows()
    frontier = solve(problem)
    assert frontier.best.error == 0
    assert len(frontier.best.sequence) >= 1  # neither an input nor without a step


@pytest.mark.parametrize("name", ["dagnor", "dagnor-x", "dagnand-1", "dag-1"])
def test_no_random_dag_of_another_name(name: str) -> None:
    with pytest.raises(ProblemError, match="dagSET-SEED takes a SET of nor, ring"):
        find_problem(name)
