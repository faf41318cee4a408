"""What the exact engines do at their limits: honest bounds, and numbers beyond machine words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solvers.exact import Limits, solve, with_evidence
from solvers.suites import find_problem
from tests.support.engines import NODES, addition_chain, agree
from theory.kernel.checks.certificates import check
from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples


@pytest.mark.parametrize("name", ["sorting-5", "pancakes-6", "set-cover-1"])
@pytest.mark.parametrize(
    "limits", [Limits(states=30), Limits(states=300), Limits(seconds=0.0), Limits(bytes=10_000)]
)
def test_a_search_that_stops_gives_honest_bounds(name: str, limits: Limits) -> None:
    problem = find_problem(name, length=5)
    true = [line.error for line in solve(problem).lines]
    found = solve(problem, limits)
    # The states are counted between chunks, so that a small search may be over before.
    assert found.stopped in ("states", "time", "memory") or limits.states == 300
    assert len(found.lines) == 6
    for line, error in zip(found.lines, true, strict=True):
        assert line.at_least <= error <= line.error
        assert line.sequence is not None
        assert problem.error(line.sequence) == line.error
    assert found.optimal is (found.stopped is None)
    report = check(with_evidence(found).certificate())
    assert report.complete


@pytest.mark.parametrize("limits", [Limits(states=8), Limits(seconds=0.0)])
def test_a_stopped_dag_search_gives_honest_bounds(limits: Limits) -> None:
    problem = addition_chain(29, 7)
    found = solve(problem, limits)
    assert found.stopped in ("states", "time")
    for line in found.lines:
        assert line.at_least <= (0 if line.length >= 7 else 1) <= line.error


@pytest.mark.parametrize("make", [lambda: find_problem("sorting-6"), lambda: addition_chain(31, 7)])
def test_an_interrupted_search_gives_its_bounds(make: Callable[[], Problem]) -> None:
    problem = make()
    said = []

    def progress(text: str) -> None:
        said.append(text)
        if len(said) == 3:
            raise KeyboardInterrupt

    found = solve(problem, progress=progress)
    assert found.stopped == "interrupted"
    assert len(found.lines) == problem.length + 1
    assert all(line.exact for line in found.lines[:3])
    assert not all(line.exact for line in found.lines)
    assert found.lines[-1].at_least == 0


def test_numbers_that_outgrow_every_memory_end_a_search_with_bounds() -> None:
    x = var("x", INT)
    square = Component("square", (Variable("x", INT),), (apply("*", x, x),))
    for wiring in (Wiring.CHAIN, Wiring.DAG):
        registers = (Variable("x", INT),)
        cs = ComponentSet("s", (square,), registers if wiring is Wiring.CHAIN else ())
        rows = Samples((Sample((3,), (7,)),))
        problem = Problem("p", cs, wiring, registers, registers, rows, 60)
        found = solve(problem)
        assert found.stopped == "number size"
        assert found.lines[10].exact
        assert (found.lines[60].at_least, found.lines[60].error) == (0, 1)
        again = recount(problem, **NODES)
        assert not again.complete
        assert len(again.least) > 10


def test_repeated_squaring_at_a_short_length_is_no_trouble() -> None:
    x = var("x", INT)
    square = Component("square", (Variable("x", INT),), (apply("*", x, x),))
    cs = ComponentSet("s", (square,), (Variable("x", INT),))
    rows = Samples((Sample((3,), (3**8,)),))
    problem = Problem("p", cs, Wiring.CHAIN, cs.registers, cs.registers, rows, 4)
    assert agree(problem)
    assert solve(problem).best.length == 3


def test_values_beyond_64_bits_are_searched_exactly() -> None:
    x = var("x", INT)
    made = (
        Component("square", (Variable("x", INT),), (apply("*", x, x),)),
        Component("inc", (Variable("x", INT),), (apply("+", x, const(1, INT)),)),
    )
    cs = ComponentSet("s", made, (Variable("x", INT),))
    goal = (3**16) ** 4 + 1
    for measure in (Measure.WRONG, Measure.ABSOLUTE, Measure.SQUARED):
        problem = Problem(
            "big", cs, Wiring.CHAIN, cs.registers, cs.registers,
            Samples((Sample((3,), (goal,)),)), 7, measure,
        )  # fmt: skip
        found = solve(problem)
        assert found.best.error == 0
        assert found.best.length == 7
        assert [line.error for line in found.lines] == list(recount(problem, **NODES).least)


def test_huge_errors_beside_infinite_ones() -> None:
    x = var("x", INT)
    positive = apply(">", x, const(0, INT))
    made = (
        Component("square", (Variable("x", INT),), (apply("*", x, x),), guard=positive),
        Component("dec", (Variable("x", INT),), (apply("-", x, const(1, INT)),), guard=positive),
    )
    cs = ComponentSet("s", made, (Variable("x", INT),))
    rows = (Sample((0,), (1,)), Sample((10**200,), (5,)), Sample((3,), (10**90,)))
    for measure in (Measure.ABSOLUTE, Measure.SQUARED, Measure.GREATEST, Measure.WRONG):
        problem = Problem(
            "inf", cs, Wiring.CHAIN, cs.registers, cs.registers, Samples(rows), 3, measure
        )
        assert agree(problem)
