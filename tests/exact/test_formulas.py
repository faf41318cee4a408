"""Costs tree and depth: the formula engine, the reference enumerator, and published counts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from solvers.evaluation.evaluators import evaluator_for
from solvers.exact import Limits, solve, with_evidence
from solvers.exact.formulas import search as formulas
from solvers.exact.formulas.output_choice import cost_splits
from solvers.exact.formulas.search import FormulaSearch
from solvers.exact.formulas.values import ExactValues
from solvers.exact.formulas.words import PackedValues, WordValues, make_values
from solvers.exact.functions.gate_algebra import any_two_inputs, free_values
from solvers.exact.graph import behaviour_graph
from solvers.stopping.limits import Meter
from solvers.studies.evolving import evolve
from solvers.suites import find_problem
from tests.support.brute_force import all_sequences
from tests.support.gate_sets import SETS
from tests.support.random_problems import draw_problem
from tests.support.total_problems import draw_total_problem, parity
from theory.kernel.checks.certificates import check
from theory.kernel.checks.formulas import splits
from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring, instances
from theory.kernel.errors import CertificateError, ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Sample, Samples, Specification

FORMULA_COSTS = (Cost.TREE, Cost.DEPTH)
LIMITS = {"max_nodes": 800, "timeout_s": 3.0}


def agree(problem: Problem) -> bool:
    """Whether the reference finished; the engine then agrees, and each witness is what it says."""
    wanted = recount(problem, **LIMITS)
    if not wanted.complete:
        return False
    found = solve(problem)
    assert found.stopped is None
    assert [line.error for line in found.lines] == list(wanted.least), problem.name
    for line in found.lines:
        assert line.exact
        if line.sequence is None:
            assert line.error == math.inf
            continue
        assert line.sequence.cost(problem.cost) <= line.length
        assert problem.error(line.sequence) == line.error
    return True


@pytest.mark.parametrize("cost", FORMULA_COSTS)
def test_the_engine_agrees_with_the_reference_on_random_problems(cost: Cost) -> None:
    problems = [replace(draw_problem(seed, Wiring.DAG), cost=cost) for seed in range(25)]
    assert sum(map(agree, problems)) > 12
    machine = [replace(draw_problem(s, Wiring.DAG, machine=True), cost=cost) for s in range(15)]
    assert sum(map(agree, machine)) > 7


@pytest.mark.parametrize("cost", FORMULA_COSTS)
@pytest.mark.parametrize("kind", ["Bool", "words", "mixed"])
def test_packed_and_word_values_agree_with_the_reference(kind: str, cost: Cost) -> None:
    problems = [replace(draw_total_problem(seed, kind), cost=cost) for seed in range(10)]
    assert sum(map(agree, problems)) > 4
    store = PackedValues if kind == "Bool" else WordValues
    assert any(isinstance(make_values(p), store) for p in problems)


@pytest.mark.slow
@pytest.mark.parametrize("cost", FORMULA_COSTS)
def test_the_engine_agrees_with_the_reference_on_many_problems(cost: Cost) -> None:
    for machine in (False, True):
        problems = [
            replace(draw_problem(s, Wiring.DAG, machine=machine, length=2 + s % 2), cost=cost)
            for s in range(1000, 1200)
        ]
        assert sum(map(agree, problems)) > 100


def least_by_brute_force(problem: Problem, longest: int) -> list[Error]:
    """The least error for each cost among all sequences of at most `longest` steps."""
    least: list[Error] = [math.inf] * (problem.length + 1)
    for steps in range(longest + 1):
        for sequence in all_sequences(problem, steps):
            cost = sequence.cost(problem.cost)
            if cost <= problem.length:
                least[cost] = min(least[cost], problem.error(sequence))
    return [min(least[: k + 1]) for k in range(len(least))]


def few_sequences(problem: Problem, longest: int, most: int) -> bool:
    count = 0
    for steps in range(longest + 1):
        for _ in all_sequences(problem, steps):
            count += 1
            if count > most:
                return False
    return True


def tried(seeds: range, most: int) -> Iterator[tuple[Problem, int]]:
    """Small problems with the steps that suffice: a formula of size c has at most c of them."""
    for seed in seeds:
        for cost, length in ((Cost.TREE, 2), (Cost.DEPTH, 1)):
            problem = replace(draw_problem(seed, Wiring.DAG), cost=cost, length=length)
            longest = 2 if cost is Cost.TREE else len(problem.outputs)
            if few_sequences(problem, longest, most):
                yield problem, longest


def test_the_reference_agrees_with_trying_every_sequence() -> None:
    compared = 0
    for problem, longest in tried(range(100), 200):
        found = recount(problem, max_nodes=100_000, timeout_s=60)
        assert list(found.least) == least_by_brute_force(problem, longest), problem.name
        compared += 1
    assert compared > 30


@pytest.mark.slow
def test_the_reference_agrees_with_trying_every_sequence_of_many_problems() -> None:
    compared = 0
    for problem, longest in tried(range(1000, 1500), 2000):
        found = recount(problem, max_nodes=100_000, timeout_s=60)
        assert list(found.least) == least_by_brute_force(problem, longest), problem.name
        compared += 1
    assert compared > 300


@pytest.mark.parametrize("cost", FORMULA_COSTS)
def test_the_ways_to_split_a_cost_are_the_same_and_each_comes_once(cost: Cost) -> None:
    for whole in range(6):
        for parts in range(4):
            plain = list(splits(cost, whole, parts))
            assert len(set(plain)) == len(plain)
            assert sorted(cost_splits(cost, whole, parts)) == sorted(plain)
            measure = sum if cost is Cost.TREE else max
            assert all((measure(c) if c else 0) == whole for c in plain)


def blocking(outputs: int, measure: Measure, cost: Cost) -> Problem:
    """Components that block, one with two outputs: x - y and x + y where x > y."""
    x, y = var("x", INT), var("y", INT)
    xy = (Variable("x", INT), Variable("y", INT))
    both = Component("both", xy, (apply("-", x, y), apply("+", x, y)), guard=apply(">", x, y))
    rows = tuple(Sample((k, 2), (k * k, k - 4, 2 * k)[:outputs]) for k in range(5))
    made = ComponentSet("s", (both,))
    names = tuple(Variable(f"o{k}", INT) for k in range(outputs))
    inputs = (Variable("a", INT), Variable("b", INT))
    return Problem("b", made, Wiring.DAG, inputs, names, Samples(rows), 4, measure, cost)


@pytest.mark.parametrize("cost", FORMULA_COSTS)
@pytest.mark.parametrize("measure", [m for m in Measure if m is not Measure.BITS])
@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_a_blocked_part_blocks_the_formula(outputs: int, measure: Measure, cost: Cost) -> None:
    problem = blocking(outputs, measure, cost)
    problem = replace(problem, length={1: 4, 2: 3, 3: 2}[outputs] if cost is Cost.TREE else 2)
    assert recount(problem, max_nodes=10**6, timeout_s=60).complete
    wanted = recount(problem, max_nodes=10**6, timeout_s=60).least
    assert [line.error for line in solve(problem).lines] == list(wanted)


def test_overflow_hands_over_to_exact_values() -> None:
    x, y = var("x", INT), var("y", INT)
    times = Component("times", (Variable("x", INT), Variable("y", INT)), (apply("*", x, y),))
    problem = Problem(
        "power", ComponentSet("times", (times,)), Wiring.DAG, (Variable("a", INT),),
        (Variable("o", INT),), Samples((Sample((3,), (3**64,)),)), 6, Measure.ABSOLUTE, Cost.DEPTH,
    )  # fmt: skip
    assert isinstance(make_values(problem), WordValues) == (3**64 < 2**63)
    small = replace(problem, target=Samples((Sample((3,), (2**62,)),)))
    assert isinstance(make_values(small), WordValues)
    for one in (problem, small):
        found = solve(one)
        assert found.stopped is None
        assert [line.error for line in found.lines] == list(recount(one, **LIMITS).least)
    assert solve(problem).best.error == 0


def test_fractions_are_exact() -> None:
    q = var("q", REAL)
    third = Component("third", (Variable("q", REAL),), (apply("/", q, const(Fraction(3), REAL)),))
    rows = (Sample((Fraction(1),), (Fraction(1, 20),)),)
    problem = Problem(
        "thirds", ComponentSet("s", (third,)), Wiring.DAG, (Variable("q", REAL),),
        (Variable("o", REAL),), Samples(rows), 5, Measure.ABSOLUTE, Cost.TREE,
    )  # fmt: skip
    assert isinstance(make_values(problem), ExactValues)
    least = [min(abs(Fraction(1, 3**k) - Fraction(1, 20)) for k in range(n + 1)) for n in range(6)]
    assert [line.error for line in solve(problem).lines] == least


def test_a_chain_and_a_table_are_refused() -> None:
    for cost in FORMULA_COSTS:
        with pytest.raises(ProblemError) as caught:
            solve(replace(find_problem("sorting-3"), cost=cost))
        assert caught.value.reason == "unsupported-cost"


@pytest.mark.parametrize("cost", FORMULA_COSTS)
def test_formulas_are_proved_for_all_inputs(cost: Cost) -> None:
    """4x + 4 over all integers: double(double(inc(x))), three steps in a row."""
    x = var("x", INT)
    one = (Variable("x", INT),)
    double = Component("double", one, (apply("+", x, x),))
    inc = Component("inc", one, (apply("+", x, const(1, INT)),))
    target = Specification((apply("+", apply("*", const(4, INT), x), const(4, INT)),))
    problem = Problem(
        "four", ComponentSet("s", (double, inc)), Wiring.DAG, one, (Variable("o", INT),), target,
        4, cost=cost,
    )  # fmt: skip
    found = with_evidence(solve(problem))
    assert (found.best.error, found.best.length) == (0, 3)
    assert found.inputs is not None
    assert found.evidence == "recounted"
    assert check(found.certificate()).complete


def test_searches_and_graphs_count_steps_and_refuse_other_costs() -> None:
    problem = replace(parity(2, 4), cost=Cost.TREE)
    for work in (evaluator_for, behaviour_graph, evolve):
        with pytest.raises(ProblemError) as caught:
            work(problem)
        assert caught.value.reason in ("unsupported-cost", "no-graph")
        assert "steps, not the formula size" in caught.value.message


def test_limits_and_interrupts_leave_honest_bounds() -> None:
    problem = replace(parity(4, 12), cost=Cost.TREE)
    for limits in (Limits(states=30), Limits(seconds=0), Limits(bytes=2_000)):
        found = solve(problem, limits)
        assert found.stopped in ("states", "time", "memory")
        assert len(found.lines) == 13
        for line in found.lines:
            assert line.at_least in (0, line.error)
            assert line.sequence is not None
            assert problem.error(line.sequence) == line.error
        assert not found.lines[-1].exact

    def progress(text: str) -> None:
        if "size 3" in text:
            raise KeyboardInterrupt

    found = solve(problem, progress=progress)
    assert found.stopped == "interrupted"
    assert [line.exact for line in found.lines] == [True] * 4 + [False] * 9


@pytest.mark.parametrize("cost", FORMULA_COSTS)
def test_certificates_are_recounted_and_a_wrong_one_is_refused(cost: Cost) -> None:
    problem = replace(parity(2, 9), cost=cost)
    found = with_evidence(solve(problem))
    assert found.evidence == "recounted"
    assert (found.best.error, found.best.length) == (0, 5 if cost is Cost.TREE else 3)
    data = found.certificate()
    assert check(data).complete
    shorter = next(line["sequence"] for line in data["frontier"] if line["error"] == "0")
    for line in data["frontier"][2:]:
        line |= {"error": "0", "at_least": "0", "sequence": shorter}
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == "witness"
    assert cost.noun in caught.value.message
    higher = found.certificate()
    for line in higher["frontier"]:
        line["sequence"], line["error"] = higher["frontier"][0]["sequence"], "2"
        line["at_least"] = "2"
    with pytest.raises(CertificateError) as caught:
        check(higher)
    assert caught.value.reason == "lower-bound"


def counts(components: ComponentSet, n: int, cost: Cost, longest: int) -> tuple[int, ...]:
    """How many functions of n inputs have least cost 0, 1, 2, ...

    Constants, inputs and their complements cost nothing (Knuth's convention).
    """
    free = free_values(n, free_complements=True)
    rows = tuple(
        Sample(tuple(bool(f >> i & 1) for f in free.values()), (False,)) for i in range(1 << n)
    )
    inputs = tuple(Variable(name, BOOL) for name in free)
    problem = Problem(
        "all", components, Wiring.DAG, inputs, (Variable("o", BOOL),), Samples(rows), longest,
        cost=cost,
    )  # fmt: skip
    search = FormulaSearch(problem, make_values(problem), Meter(Limits()))
    for k in range(longest + 1):
        if not search.grow(k) or len(search.values) == 1 << (1 << n):
            break
    found = [sum(map(len, layer.values())) for layer in search.layers]
    while found[-1] == 0:
        found.pop()
    return tuple(found)


def naive_counts(components: ComponentSet, n: int, cost: Cost) -> tuple[int, ...]:
    """The same by relaxing costs until nothing changes, over truth tables."""
    full = (1 << (1 << n)) - 1
    costs = dict.fromkeys(free_values(n, free_complements=True).values(), 0)
    gates = [
        [component.function(setting)(*v) for v in ((False, False), (False, True), (True, False),
                                                   (True, True))]
        for component, setting in instances(components)
    ]  # fmt: skip
    changed = True
    while changed:
        changed = False
        known = list(costs.items())
        for f, a in known:
            for g, b in known:
                total = 1 + (a + b if cost is Cost.TREE else max(a, b))
                parts = (~f & ~g, ~f & g, f & ~g, f & g)
                for gate in gates:
                    made = 0
                    for result, part in zip(gate, parts, strict=True):
                        assert result is not None
                        made |= part & full if result[0] else 0
                    if costs.get(made, total + 1) > total:
                        costs[made] = total
                        changed = True
    return tuple(np.bincount(list(costs.values())).tolist())


@pytest.mark.parametrize("cost", FORMULA_COSTS)
@pytest.mark.parametrize("name", ["any", "inhibit", "nand"])
def test_counts_of_two_inputs_are_those_of_relaxation(name: str, cost: Cost) -> None:
    assert counts(SETS[name], 2, cost, 40) == naive_counts(SETS[name], 2, cost)


@pytest.mark.slow
@pytest.mark.parametrize("cost", FORMULA_COSTS)
def test_counts_of_three_inputs_are_those_of_relaxation(cost: Cost) -> None:
    assert counts(SETS["any"], 3, cost, 40) == naive_counts(SETS["any"], 3, cost)


AND_OR = ComponentSet(
    "and-or",
    tuple(
        Component(
            f"{op}2", (Variable("a", BOOL), Variable("b", BOOL)),
            (apply(op, var("a", BOOL), var("b", BOOL)),),
        )
        for op in ("and", "or")
    ),
)  # fmt: skip


@pytest.mark.parametrize(("n", "most"), [(1, 1), (2, 3), (3, 9)])
def test_the_longest_formulas_of_and_and_or(n: int, most: int) -> None:
    """OEIS A056287: 1, 3, 9, 15 operators; complements of inputs are free.

    There constants cost an operator and here nothing, which alone differs for n = 1.
    """
    found = counts(AND_OR, n, Cost.TREE, 20)
    assert sum(found) == 1 << (1 << n)
    assert len(found) - 1 == (most if n > 1 else 0)


@pytest.mark.slow
def test_the_longest_formulas_of_four_inputs() -> None:
    """OEIS A056287."""
    found = counts(AND_OR, 4, Cost.TREE, 20)
    assert (sum(found), len(found) - 1) == (65536, 15)


@pytest.mark.slow
def test_formulas_and_depths_of_four_inputs() -> None:
    """Knuth, The Art of Computer Programming 7.1.2, table 1: any two-input gate."""
    sizes = (10, 60, 456, 2474, 10624, 24184, 24640, 3088)
    assert counts(any_two_inputs(), 4, Cost.TREE, 20) == sizes
    assert counts(any_two_inputs(), 4, Cost.DEPTH, 10) == (10, 60, 1458, 56456, 7552)


def test_the_search_ends_where_nothing_new_can_come() -> None:
    problem = replace(parity(2, 1000), cost=Cost.DEPTH)
    negate = Component("no", (Variable("p", BOOL),), (apply("not", var("p", BOOL)),))
    one = replace(problem, components=ComponentSet("s", (negate,)))
    found = solve(one)
    assert len(found.lines) == 1001
    assert found.lines[-1].exact
    assert recount(one, **LIMITS).closed
    assert formulas.FormulaSearch(one, make_values(one), Meter(Limits())).grow(0)
