"""Problems: what an error is, and what is checked when one is made."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.support.small_problems import COUNTER, TABLE, A, B, counting
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, array, bitvec
from theory.kernel.language.terms import TRUE, apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import (
    Measure,
    Sample,
    Samples,
    Specification,
    sample_error,
    total,
)


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
    from theory.kernel.language.sorts import ArrayValue

    rows = Samples((Sample((ArrayValue(0),), (ArrayValue(1),)),))
    with pytest.raises(ProblemError):
        Problem("p", cs, Wiring.CHAIN, (a,), (a,), rows, 1, Measure.ABSOLUTE)
    problem = Problem("p", cs, Wiring.CHAIN, (a,), (a,), rows, 1)
    assert problem.error(problem.sequence([])) == 1
