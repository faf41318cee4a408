"""The plain reference enumerator against every single sequence, and its limits."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.support.brute_force import least_errors
from tests.support.random_problems import draw_problem
from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Sample, Samples, Table

LIMITS = {"max_nodes": 100_000, "timeout_s": 60.0}


def compare(seeds: range, wiring: Wiring, limit: int) -> int:
    """Compares on the problems with at most `limit` sequences; how many there were."""
    compared = 0
    for seed in seeds:
        problem = draw_problem(seed, wiring)
        wanted = least_errors(problem, limit)
        if wanted is None:
            continue
        found = recount(problem, **LIMITS)
        assert found.complete
        assert list(found.least) == wanted, f"seed {seed}"
        compared += 1
    return compared


@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
def test_the_enumerator_agrees_with_trying_every_sequence(wiring: Wiring) -> None:
    assert compare(range(120), wiring, 300) > 25


@pytest.mark.slow
@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
def test_the_enumerator_agrees_on_many_more(wiring: Wiring) -> None:
    assert compare(range(1000, 1500), wiring, 1000) > 200


def doubling(rows: int = 1, length: int = 6) -> Problem:
    x = var("x", INT)
    made = (
        Component("double", (Variable("x", INT),), (apply("+", x, x),)),
        Component("inc", (Variable("x", INT),), (apply("+", x, const(1, INT)),)),
    )
    cs = ComponentSet("s", made, (Variable("x", INT),))
    samples = Samples(tuple(Sample((k,), (100 + k,)) for k in range(rows)))
    registers = cs.registers
    return Problem("d", cs, Wiring.CHAIN, registers, registers, samples, length, Measure.ABSOLUTE)


def test_a_recount_that_stops_says_so_and_is_right_as_far_as_it_came() -> None:
    problem = doubling(length=9)
    whole = recount(problem, **LIMITS)
    assert whole.complete
    part = recount(problem, max_nodes=20, timeout_s=60)
    assert not part.complete
    assert 0 < len(part.least) < 10
    assert part.least == whole.least[: len(part.least)]
    assert part.nodes <= 20 + 2
    none = recount(problem, max_nodes=10**6, timeout_s=-1)
    assert not none.complete


def test_nothing_new_closes_the_count_at_any_length() -> None:
    p = var("p", BOOL)
    negate = Component("not", (Variable("p", BOOL),), (apply("not", p),), ("not.out",))
    cs = ComponentSet("s", (negate,), (Variable("p", BOOL),))
    rows = (Sample((False,), (True,)), Sample((True,), (True,)))
    problem = Problem("p", cs, Wiring.CHAIN, cs.registers, cs.registers, Samples(rows), 1000)
    found = recount(problem, **LIMITS)
    assert found.least == (1,) * 1001
    assert found.closed
    dag = replace(problem, wiring=Wiring.DAG, components=replace(cs, registers=()))
    again = recount(dag, **LIMITS)
    assert again.closed
    assert again.least == (1,) * 1001


def test_zero_error_ends_the_count() -> None:
    found = recount(doubling(length=200), length=200, **LIMITS)
    assert found.complete
    assert found.closed
    assert found.least[-1] == 0


def test_a_table_s_least_entries() -> None:
    errors = {(0,): Fraction(5), (1, 0): Fraction(3), (0, 1): Fraction(7, 2)}
    table = Table((("a", "b"), ("c", "d")), errors)
    problem = Problem("t", None, Wiring.TABLE, (), (), table, 2)
    assert recount(problem, **LIMITS).least == (math.inf, 5, 3)


@pytest.mark.parametrize("cost", [Cost.TREE, Cost.DEPTH])
def test_another_cost_than_length_is_refused_for_chains_and_tables(cost: Cost) -> None:
    with pytest.raises(ProblemError) as caught:
        recount(replace(doubling(), cost=cost), **LIMITS)
    assert caught.value.reason == "unsupported-cost"
    table = Table((("a",),), {(0,): Fraction(5)})
    with pytest.raises(ProblemError) as caught:
        Problem("t", None, Wiring.TABLE, (), (), table, 2, cost=cost)
    assert caught.value.reason == "wrong-wiring"
