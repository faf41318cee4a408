"""All-input problems: samples, proofs and counterexamples in turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solvers.exact import Limits, solve, with_evidence
from theory.kernel.checks.certificates import check
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.proving import Unknown
from theory.kernel.language.sorts import BOOL, INT, REAL, bitvec
from theory.kernel.language.terms import TRUE, Term, apply, const, var, variables
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Specification

x, y = var("x", INT), var("y", INT)
XY = (Variable("x", INT), Variable("y", INT))
ZERO = const(0, INT)
ADD = Component("add", XY, (apply("+", x, y),))
NEGATE = Component("negate", XY[:1], (apply("-", x),))
GREATER = Component("greater", XY, (apply("ite", apply(">", x, y), x, y),))


def dag(target: Term, *made: Component, length: int = 3, condition: Term = TRUE) -> Problem:
    names = [v for v in XY if v.name in {"x", "y"} & set(variables([target]))]
    goal = Specification((target,), condition)
    return Problem(
        "p", ComponentSet("s", made), Wiring.DAG, tuple(names), (Variable("o", INT),), goal, length
    )


def test_counterexamples_lead_to_a_proved_shortest_sequence() -> None:
    absolute = apply("ite", apply(">", x, ZERO), x, apply("-", x))
    found = solve(dag(absolute, ADD, NEGATE, GREATER))
    assert found.inputs is not None
    assert len(found.inputs) > 1, "the first input alone leaves wrong sequences"
    assert [(line.error, line.at_least) for line in found.lines] == [(1, 1), (1, 1), (0, 0), (0, 0)]
    assert found.best.sequence is not None
    assert [s.component for s in found.best.sequence.steps] == ["negate", "greater"]
    recounted = with_evidence(found)
    assert recounted.evidence == "recounted"
    report = check(recounted.certificate())
    assert report.complete
    assert report.unchecked == ()


def test_what_no_sequence_does_has_error_one_everywhere() -> None:
    found = solve(dag(apply("*", x, x), ADD, NEGATE, length=2))
    assert [(line.error, line.at_least) for line in found.lines] == [(1, 1)] * 3
    assert check(with_evidence(found).certificate()).complete


@pytest.mark.parametrize(
    ("cost", "engine", "least"),
    [
        (Cost.LENGTH, None, 2),
        (Cost.LENGTH, "smt", 2),
        (Cost.TREE, None, 3),
        (Cost.DEPTH, None, 2),
    ],
)
def test_each_cost_has_its_own_least_value(cost: Cost, engine: str | None, least: int) -> None:
    four_times = apply("*", const(4, INT), x)  # (x + x) + (x + x), where length shares x + x
    problem = replace(dag(four_times, ADD), cost=cost)
    found = solve(problem, engine=engine)
    assert [(line.error, line.at_least) for line in found.lines] == [
        (int(k < least), int(k < least)) for k in range(4)
    ]
    assert check(with_evidence(found).certificate()).complete


def test_bit_vectors_too_wide_to_list_are_proved() -> None:
    w = bitvec(32)
    u, v = var("u", w), var("v", w)
    inputs = (Variable("u", w), Variable("v", w))
    made = (
        Component("and", inputs, (apply("bvand", u, v),), ("and.out",)),
        Component("dec", inputs[:1], (apply("bvsub", u, const(1, w)),)),
    )
    goal = Specification((apply("bvand", u, apply("bvadd", u, const(2**32 - 1, w))),))
    problem = Problem(
        "clear", ComponentSet("s", made), Wiring.DAG, inputs[:1], (Variable("o", w),), goal, 3
    )
    found = solve(problem)
    assert (found.best.error, found.best.length) == (0, 2)
    assert check(with_evidence(found).certificate()).complete


def test_a_small_domain_is_solved_on_all_its_inputs_at_once() -> None:
    inputs = (Variable("p", BOOL), Variable("q", BOOL))
    p, q = var("p", BOOL), var("q", BOOL)
    nor = Component("nor", inputs, (apply("not", apply("or", p, q)),))
    goal = Specification((apply("and", p, q),))
    problem = Problem(
        "and", ComponentSet("s", (nor,)), Wiring.DAG, inputs, (Variable("o", BOOL),), goal, 3,
        Measure.BITS,
    )  # fmt: skip
    found = solve(problem)
    assert found.inputs is None
    assert [line.error for line in found.lines] == [1, 1, 1, 0]


def test_a_chain_that_blocks_on_some_input_is_wrong_there() -> None:
    registers = (Variable("a", INT),)
    a = var("a", INT)
    made = (
        Component("dec", XY[:1], (apply("-", x, const(1, INT)),), guard=apply(">", x, ZERO)),
        Component("sub", XY[:1], (apply("+", x, const(-1, INT)),)),
    )
    for condition, name in ((TRUE, "sub"), (apply(">", a, ZERO), "dec")):
        problem = Problem(
            "p", ComponentSet("s", made, registers), Wiring.CHAIN, registers, registers,
            Specification((apply("-", a, const(1, INT)),), condition), 1,
        )  # fmt: skip
        found = solve(problem)
        assert found.best.sequence is not None
        assert found.best.sequence.steps[0].component == name
        assert found.best.error == 0


def test_an_undecided_proof_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "solvers.exact.all_inputs.search.verify",
        lambda problem, sequence, **_: Unknown("out of time"),
    )
    found = solve(dag(apply("+", x, x), ADD, length=2, condition=apply(">", x, ZERO)))
    assert found.stopped == "not proved: out of time"
    assert not found.optimal
    assert [(line.error, line.at_least) for line in found.lines] == [(1, 1), (1, 0), (1, 0)]
    assert found.lines[1].sequence is None
    report = check(with_evidence(found).certificate())
    assert report.complete


def test_an_irrational_counterexample_leaves_the_question_open() -> None:
    q = var("q", REAL)
    square = apply("*", q, q)
    two = apply(
        "=", square, apply("/", apply("to_real", const(2, INT)), apply("to_real", const(1, INT)))
    )
    identity = Component("same", (Variable("q", REAL),), (q,))
    goal = Specification((apply("ite", two, apply("+", q, q), q),))
    inputs = (Variable("q", REAL),)
    problem = Problem(
        "root", ComponentSet("s", (identity,)), Wiring.DAG, inputs, (Variable("o", REAL),), goal, 1
    )
    found = solve(problem)
    assert found.stopped is not None
    assert "rational" in found.stopped
    assert all(line.error == 1 for line in found.lines)
    assert all(line.at_least == 0 for line in found.lines)


def test_a_condition_that_no_input_meets_is_refused() -> None:
    nothing = apply("and", apply(">", x, ZERO), apply("<", x, ZERO))
    with pytest.raises(ProblemError) as caught:
        solve(dag(apply("+", x, x), ADD, condition=nothing))
    assert caught.value.reason == "empty-domain"


def test_limits_bound_the_whole_loop() -> None:
    absolute = apply("ite", apply(">", x, ZERO), x, apply("-", x))
    found = solve(dag(absolute, ADD, NEGATE, GREATER), Limits(states=3))
    assert found.stopped == "states"
    for line, true in zip(found.lines, (1, 1, 0, 0), strict=True):
        assert line.at_least <= true <= line.error
