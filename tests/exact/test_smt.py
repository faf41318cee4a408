"""The smt engine: every sort and measure, large parameter ranges, what it leaves open."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from solvers.exact import Limits, solve, with_evidence
from solvers.exact.by_smt import search as smt
from solvers.exact.by_smt.encoding import Encoding
from solvers.exact.by_smt.errors import error_below
from solvers.suites import find_problem
from tests.support.brute_force import all_sequences
from tests.support.random_problems import draw_problem
from tests.support.total_problems import parity
from theory.kernel.checks.certificates import check
from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component, Parameter
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, bitvec
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Sample, Samples, Specification

X = var("x", INT)


def linear(low: int, high: int, rows: tuple[Sample, ...], measure: Measure) -> Problem:
    """x := w * x + b, with so many weights."""
    scale = Component(
        "affine", (Variable("x", INT),),
        (apply("+", apply("*", var("w", INT), X), var("b", INT)),),
        parameters=(Parameter("w", INT, low, high), Parameter("b", INT, low, high)),
    )  # fmt: skip
    x = (Variable("x", INT),)
    cs = ComponentSet("affine", (scale,), x)
    return Problem("line", cs, Wiring.CHAIN, x, x, Samples(rows), 1, measure)


def test_parameters_too_many_to_be_listed() -> None:
    rows = tuple(Sample((k,), (731 * k - 2,)) for k in (1, 5, -9))
    problem = linear(-1000, 1000, rows, Measure.ABSOLUTE)
    with pytest.raises(ProblemError) as caught:
        solve(problem, engine="chain")
    assert caught.value.reason == "too-many-placements"
    found = with_evidence(solve(problem))
    assert found.engine == "smt"
    assert found.stopped is None
    assert (found.best.error, found.best.length) == (0, 1)
    assert found.best.sequence is not None
    assert found.best.sequence.steps[0].parameters == (731, -2)
    assert found.evidence == "attested"
    assert check(found.certificate()).unchecked


def test_the_least_error_of_a_line_is_that_of_all_lines() -> None:
    rows = tuple(Sample((k,), (k * k,)) for k in range(4))
    for measure in (Measure.WRONG, Measure.ABSOLUTE, Measure.SQUARED, Measure.GREATEST):
        problem = linear(-3, 3, rows, measure)
        least = min(problem.error(s) for s in all_sequences(problem, 1))
        found = solve(problem, engine="smt")
        assert found.lines[1].exact
        assert found.lines[1].error == least


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        (Parameter("w", REAL, -1, 1, Fraction(1, 3)), 7),
        (Parameter("w", bitvec(4), -2, 3), 6),
        (Parameter("w", BOOL), 2),
        (Parameter("w", BOOL, 1, 1), 1),
        (Parameter("w", INT, -4, 5, 2), 5),
    ],
)
def test_a_symbolic_parameter_has_exactly_its_values(parameter: Parameter, values: int) -> None:
    """Every value can be reached, as a target of error 0, and a value in between cannot."""
    give = Component("give", (), (var("w", parameter.sort),), parameters=(parameter,))
    listed = list(parameter.values())
    assert len(listed) == values
    for wanted in listed:
        problem = Problem(
            "p", ComponentSet("s", (give,)), Wiring.DAG, (), (Variable("o", parameter.sort),),
            Samples((Sample((), (wanted,)),)), 1,
        )  # fmt: skip
        assert solve(problem, engine="smt").best.error == 0
    outside = {"Real": Fraction(1, 2), "BitVec": 4, "Bool": False, "Int": -3}[parameter.sort.kind]
    if outside not in listed:
        found = solve(replace(problem, target=Samples((Sample((), (outside,)),))), engine="smt")
        assert (found.stopped, found.best.error) == (None, 1)


def test_a_bound_is_met_exactly_where_a_sequence_has_it() -> None:
    """The formula for each bound, against all sequences of two steps."""
    import z3

    compared = 0
    for seed in range(14):
        for wiring in (Wiring.CHAIN, Wiring.DAG):
            problem = draw_problem(seed, wiring, machine=True, length=1)
            errors = sorted({problem.error(s) for s in all_sequences(problem, 1)})[:3]
            if not errors or problem.measure is Measure.SQUARED:
                continue
            encoding = Encoding(problem, 1)
            assert encoding.possible
            empty = min((problem.error(s) for s in all_sequences(problem, 0)), default=math.inf)
            for bound in errors:
                if bound > empty:
                    continue  # what has an unread step is not among the models
                solver = smt._solver(problem)
                solver.set("timeout", 200)
                solver.add(*encoding.constraints, *error_below(problem, encoding, bound))
                answer = solver.check()
                if answer != z3.unknown:
                    assert (answer == z3.sat) == (errors[0] < bound)
                    compared += 1
    assert compared > 8


def test_blocked_samples_and_missing_slots() -> None:
    guarded = Component(
        "down", (Variable("x", INT),), (apply("-", X, const(1, INT)),),
        guard=apply(">", X, const(0, INT)),
    )  # fmt: skip
    rows = (Sample((2,), (-1,)), Sample((9,), (8,)))
    for measure in (Measure.WRONG, Measure.ABSOLUTE, Measure.GREATEST):
        problem = Problem(
            "down", ComponentSet("s", (guarded,)), Wiring.DAG, (Variable("a", INT),),
            (Variable("o", INT),), Samples(rows), 3, measure,
        )  # fmt: skip
        wanted = recount(problem, max_nodes=1000, timeout_s=5).least
        assert [line.error for line in solve(problem, engine="smt").lines] == list(wanted)
    nowhere = replace(
        problem, outputs=(Variable("o", REAL),), target=Samples((Sample((2,), (Fraction(1),)),))
    )
    found = solve(nowhere, engine="smt")
    assert [line.error for line in found.lines] == [math.inf] * 4
    assert all(line.sequence is None for line in found.lines)


def test_what_is_not_decided_is_bounded() -> None:
    problem = parity(4, 9)
    found = solve(problem, Limits(seconds=1.0), engine="smt")
    assert found.stopped == "time"
    for line in found.lines:
        assert line.at_least in (0, line.error)
        assert line.sequence is not None
        assert problem.error(line.sequence) == line.error
    assert not found.lines[-1].exact


def test_a_model_that_does_not_hold_up_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = parity(2, 4)
    monkeypatch.setattr(Encoding, "sequence", lambda self, model: problem.sequence((), (0,)))
    found = solve(problem, engine="smt")
    assert found.stopped == "z3: a model that does not hold up"
    assert found.lines[0].exact
    assert [line.at_least for line in found.lines[1:]] == [0] * 4


def test_an_interrupt_leaves_bounds() -> None:
    def progress(text: str) -> None:
        if text.startswith("length 2"):
            raise KeyboardInterrupt

    found = solve(parity(2, 4), engine="smt", progress=progress)
    assert found.stopped == "interrupted"
    assert [line.exact for line in found.lines] == [True, True, True, False, False]


def test_all_inputs_are_proved() -> None:
    x = (Variable("x", INT),)
    double = Component("double", x, (apply("+", X, X),))
    inc = Component("inc", x, (apply("+", X, const(1, INT)),))
    problem = Problem(
        "six", ComponentSet("s", (double, inc), x), Wiring.CHAIN, x, x,
        Specification((apply("+", apply("*", const(4, INT), X), const(2, INT)),)), 4,
    )  # fmt: skip
    found = solve(problem, engine="smt")
    assert (found.best.error, found.best.length) == (0, 3)
    assert [line.at_least for line in found.lines] == [1, 1, 1, 0, 0]
    assert [x.error for x in solve(problem).lines] == [x.error for x in found.lines]


@pytest.mark.parametrize(
    ("name", "engine", "says"),
    [
        ("sorting-3", "dag", "use chain or smt"),
        ("sorting-3", "table", "use chain or smt"),
        ("sorting-3", "quantum", "there are chain, dag, formulas, table, smt"),
    ],
)
def test_an_engine_that_does_not_fit_is_refused(name: str, engine: str, says: str) -> None:
    with pytest.raises(ProblemError) as caught:
        solve(find_problem(name), engine=engine)
    assert caught.value.reason == "bad-engine"
    assert says in caught.value.message


def test_engines_fit_by_wiring_and_cost() -> None:
    assert solve(find_problem("sorting-3"), engine="chain").engine == "chain"
    problem = parity(2, 4)
    assert solve(problem, engine="dag").engine == "dag"
    for engine, cost in (("smt", Cost.TREE), ("dag", Cost.DEPTH), ("formulas", Cost.LENGTH)):
        with pytest.raises(ProblemError) as caught:
            solve(replace(problem, cost=cost), engine=engine)
        assert caught.value.reason == "bad-engine"
    assert solve(replace(problem, cost=Cost.TREE), engine="formulas").engine == "formulas"
    with pytest.raises(ProblemError) as caught:
        smt.solve_smt(replace(problem, cost=Cost.TREE))
    assert caught.value.reason == "unsupported-cost"
