"""Problems: what an error is, checked when made, to and from JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.components import Component, ComponentSet, Variable
from theory.errors import ComponentError, ProblemError
from theory.placements import Step, Wiring
from theory.problem_json import (
    error_from_json,
    error_to_json,
    problem_from_json,
    problem_to_json,
)
from theory.problems import (
    Measure,
    Problem,
    Sample,
    Samples,
    Specification,
    Table,
    sample_error,
    total,
)
from theory.sorts import BOOL, INT, REAL, array, bitvec
from theory.terms import TRUE, apply, const, var

from .random_problems import draw_problem

A, B = Variable("a", INT), Variable("b", INT)
x = var("x", INT)
inc = Component("inc", (Variable("x", INT),), (apply("+", x, const(1, INT)),))
dec = Component(
    "dec",
    (Variable("x", INT),),
    (apply("-", x, const(1, INT)),),
    guard=apply(">", x, const(0, INT)),
)
COUNTER = ComponentSet("counter", (inc, dec), (A,))


def counting(*rows: tuple[int, int], measure: Measure = Measure.WRONG) -> Problem:
    samples = Samples(tuple(Sample((a,), (b,)) for a, b in rows))
    return Problem("p", COUNTER, Wiring.CHAIN, (A,), (A,), samples, 3, measure)


@pytest.mark.parametrize(
    ("measure", "error"),
    [
        (Measure.WRONG, 2), (Measure.ABSOLUTE, 6), (Measure.SQUARED, 26), (Measure.GREATEST, 5),
    ],
)  # fmt: skip
def test_the_measures_add_up_as_they_say(measure: Measure, error: int) -> None:
    problem = counting((0, 1), (5, 5), (2, 8), measure=measure)
    step = problem.sequence([Step("inc", (0,), (0,))])
    assert problem.error(step) == error


def test_bits_are_counted_in_words_and_bools() -> None:
    outputs = (Variable("w", bitvec(8)), Variable("f", BOOL))
    assert sample_error(Measure.BITS, outputs, (0b1111, True), (0b1010, False)) == 3
    assert sample_error(Measure.BITS, outputs, (0b1111, True), None) == 9
    assert sample_error(Measure.ABSOLUTE, outputs, (200, True), (10, False)) == 191
    assert sample_error(Measure.SQUARED, outputs[:1], (200,), (10,)) == 190**2


@pytest.mark.parametrize(
    ("measure", "blocked"),
    [(Measure.WRONG, 1), (Measure.ABSOLUTE, math.inf), (Measure.GREATEST, math.inf)],
)
def test_a_blocked_sample_is_as_wrong_as_can_be(measure: Measure, blocked: float) -> None:
    problem = counting((0, 0), measure=measure)
    assert problem.error(problem.sequence([Step("dec", (0,), (0,))])) == blocked


def test_totals_of_huge_fractions_and_infinity_are_exact() -> None:
    huge = Fraction(10**400, 3)
    assert total(Measure.ABSOLUTE, [huge, math.inf, 10**500]) == math.inf
    assert total(Measure.ABSOLUTE, [huge, huge]) == 2 * huge
    assert total(Measure.GREATEST, [huge, 1]) == huge
    assert total(Measure.GREATEST, []) == 0


def test_errors_of_rationals_are_fractions() -> None:
    q = var("q", REAL)
    third = Component("third", (Variable("q", REAL),), (apply("/", q, const(Fraction(3), REAL)),))
    cs = ComponentSet("s", (third,), (Variable("q", REAL),))
    samples = Samples((Sample((Fraction(1),), (Fraction(1, 2),)),))
    problem = Problem(
        "p", cs, Wiring.CHAIN, cs.registers, cs.registers, samples, 1, Measure.SQUARED
    )
    assert problem.error(problem.sequence([Step("third", (0,), (0,))])) == Fraction(1, 36)


def test_a_specification_over_few_inputs_lists_them_all() -> None:
    p, q = Variable("p", BOOL), Variable("w", bitvec(2))
    target = Specification(
        (apply("ite", var("p", BOOL), var("w", bitvec(2)), const(0, bitvec(2))),)
    )
    gates = ComponentSet("g", (Component("id", (q,), (var("w", bitvec(2)),)),))
    problem = Problem("p", gates, Wiring.DAG, (p, q), (Variable("o", bitvec(2)),), target, 1)
    assert problem.has_small_domain()
    assert len(problem.rows()) == 8
    assert problem.rows()[-1] == Sample((True, 3), (3,))
    narrow = replace(problem, target=replace(target, condition=var("p", BOOL)))
    assert len(narrow.rows()) == 4


def test_a_specification_over_integers_has_no_list() -> None:
    problem = replace(counting((0, 0)), target=Specification((var("a", INT),)))
    assert not problem.has_small_domain()
    with pytest.raises(ProblemError) as caught:
        problem.rows()
    assert caught.value.reason == "no-samples"


def test_a_target_that_may_divide_by_zero_is_refused() -> None:
    b = var("a", INT)
    quotient = apply("div", const(6, INT), b)
    with pytest.raises(ProblemError) as caught:
        replace(counting((0, 0)), target=Specification((quotient,)))
    assert caught.value.reason == "zero-divisor"
    replace(counting((0, 0)), target=Specification((quotient,), apply(">", b, const(0, INT))))


TABLE = Table((("a", "b"), ("c",)), {(0,): Fraction(3), (1, 0): Fraction(1, 2)}, source="t")


def test_a_table_knows_only_its_entries() -> None:
    problem = Problem("t", None, Wiring.TABLE, (), (), TABLE, 2)
    assert problem.error(problem.sequence(TABLE.steps((1, 0)))) == Fraction(1, 2)
    for steps in ([Step("b")], [Step("a"), Step("c")], []):
        with pytest.raises(ProblemError) as caught:
            problem.error(problem.sequence(steps))
        assert caught.value.reason == "no-entry"
    with pytest.raises(ProblemError) as caught:
        problem.error(problem.sequence([Step("z")]))
    assert caught.value.reason == "unknown-choice"


def test_another_problem_s_sequence_is_refused() -> None:
    problem = counting((0, 0))
    other = replace(problem, components=replace(COUNTER, name="other"))
    with pytest.raises(ProblemError) as caught:
        problem.error(other.sequence([]))
    assert caught.value.reason == "wrong-sequence"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"length": -1}, "bad-length"),
        ({"length": 10**9}, "bad-length"),
        ({"components": None}, "no-components"),
        ({"wiring": Wiring.TABLE}, "wrong-wiring"),
        ({"inputs": (A, A)}, "duplicate-name"),
        ({"outputs": ()}, "no-output"),
        ({"outputs": (B,)}, "unknown-register"),
        ({"measure": Measure.BITS}, "wrong-measure"),
        ({"target": Samples(())}, "no-samples"),
        ({"target": Samples((Sample((1,), (True,)),))}, "wrong-sort"),
        ({"target": Samples((Sample((1, 2), (1,)),))}, "wrong-sort"),
        ({"target": Specification((var("z", INT),))}, "free-variable"),
        ({"target": Specification((TRUE,))}, "wrong-sort"),
        ({"target": Specification((var("a", INT),), var("a", INT))}, "wrong-sort"),
        ({"target": Specification(())}, "wrong-sort"),
        ({"target": TABLE}, "wrong-wiring"),
    ],
)
def test_what_makes_no_problem_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ProblemError) as caught:
        replace(counting((0, 1)), **change)  # type: ignore[arg-type]
    assert caught.value.reason == reason


def test_numeric_measures_do_not_apply_to_arrays() -> None:
    a = Variable("m", array(INT, INT))
    cs = ComponentSet("s", (Component("id", (a,), (var("m", a.sort),)),), (a,))
    from theory.sorts import ArrayValue

    rows = Samples((Sample((ArrayValue(0),), (ArrayValue(1),)),))
    with pytest.raises(ProblemError):
        Problem("p", cs, Wiring.CHAIN, (a,), (a,), rows, 1, Measure.ABSOLUTE)
    problem = Problem("p", cs, Wiring.CHAIN, (a,), (a,), rows, 1)
    assert problem.error(problem.sequence([])) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([Wiring.CHAIN, Wiring.DAG]))
def test_random_problems_survive_json(seed: int, wiring: Wiring) -> None:
    problem = draw_problem(seed, wiring)
    assert problem_from_json(json.loads(json.dumps(problem_to_json(problem)))) == problem


@pytest.mark.parametrize(
    "problem",
    [
        Problem("t", None, Wiring.TABLE, (), (), TABLE, 2),
        Problem("t", None, Wiring.TABLE, (), (),
                replace(TABLE, standard_errors={(0,): Fraction(1), (1, 0): Fraction(0)}), 2),
        replace(counting((0, 0)), target=Specification(
            (apply("div", const(6, INT), var("a", INT)),), apply(">", var("a", INT), const(0, INT)))),  # noqa: E501
    ],
)  # fmt: skip
def test_tables_and_specifications_survive_json(problem: Problem) -> None:
    assert problem_from_json(json.loads(json.dumps(problem_to_json(problem)))) == problem


@pytest.mark.parametrize("error", [0, 7, Fraction(22, 7), math.inf, 10**1000])
def test_errors_survive_json(error: object) -> None:
    assert error_from_json(error_to_json(error), "here") == error  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data", [3, 1.5, True, None, "", "-1", "1/0", "1e3", "nan", " 1", "1//2", []]
)
def test_what_is_no_error_is_refused(data: object) -> None:
    with pytest.raises(ProblemError) as caught:
        error_from_json(data, "here")
    assert (caught.value.reason, caught.value.where) == ("bad-value", "here")


def test_an_error_too_long_to_read_back_is_not_written() -> None:
    with pytest.raises(ProblemError) as caught:
        error_to_json(10**5000)
    assert caught.value.reason == "too-large"


def _swap(key: str, value: object):  # type: ignore[no-untyped-def]
    return lambda d: {**d, key: value}


@pytest.mark.parametrize(
    "change",
    [
        _swap("name", 3), _swap("length", 2.0), _swap("length", True), _swap("wiring", "ring"),
        _swap("wiring", []), _swap("measure", "angle"), _swap("cost", None), _swap("inputs", 3),
        _swap("inputs", [["a"]]), _swap("inputs", [["a", "Integer"]]), _swap("inputs", [["a", ""]]),
        _swap("inputs", [["a", "(Array"]]), _swap("components", 7), _swap("components", "(("),
        _swap("target", {}), _swap("target", {"samples": [[[0], [0], [0]]]}),
        _swap("target", {"samples": [[[0.0], [0]]]}), _swap("target", {"samples": [[[True], [0]]]}),
        _swap("target", {"samples": [[[], [0]]]}), _swap("target", {"samples": 3}),
        _swap("target", {"specification": ["z"], "condition": "true"}),
        _swap("target", {"specification": ["a"], "condition": "a"}),
        _swap("target", {"specification": [3], "condition": "true"}),
        _swap("more", 1), lambda d: {k: v for k, v in d.items() if k != "cost"}, lambda d: [d],
    ],
)  # fmt: skip
def test_json_that_is_no_problem_is_refused(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises((ProblemError, ComponentError)):
        problem_from_json(change(problem_to_json(counting((0, 1)))))


@pytest.mark.parametrize(
    "change",
    [
        {"table": [[[0], "3"], [[0], "4"]]}, {"table": [[[2], "3"]]}, {"table": [[[0, 0, 0], "3"]]},
        {"table": [[[0.0], "3"]]}, {"table": [[[True], "3"]]}, {"table": [[[0], 3]]},
        {"table": [[[0], "inf"]]}, {"table": [[[0], "nan"]]}, {"table": []},
        {"choices": [["a", "a"], ["c"]]}, {"choices": [3, 4]}, {"choices": [["a", 1], ["c"]]},
        {"source": 3}, {"standard_errors": ["1"]}, {"standard_errors": [1, 2]},
    ],
)  # fmt: skip
def test_json_that_is_no_table_is_refused(change: dict[str, object]) -> None:
    data = problem_to_json(Problem("t", None, Wiring.TABLE, (), (), TABLE, 2))
    data["target"] |= change
    with pytest.raises(ProblemError):
        problem_from_json(data)
