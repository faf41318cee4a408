"""Where terms are defined, and the proof that components divide by no zero inside their guard."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from theory.formats.component_files import read_components
from theory.kernel.components.component import Component, Parameter
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.partiality import definedness, within
from theory.kernel.errors import ComponentError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL
from theory.kernel.language.terms import TRUE, Term, apply, const, evaluate, var

x, y, p = var("x", INT), var("y", INT), var("p", BOOL)
ZERO, ONE = const(0, INT), const(1, INT)
INVERSE = apply("div", ONE, x)
POSITIVE = apply(">", INVERSE, ZERO)
NONZERO = apply("not", apply("=", x, ZERO))


def where_defined(term: Term) -> set[tuple[int, int, bool]]:
    condition = definedness(term)
    cases = product(range(-2, 3), range(-2, 3), (False, True))
    return {(a, b, q) for a, b, q in cases if evaluate(condition, {"x": a, "y": b, "p": q})}


def expected(holds) -> set[tuple[int, int, bool]]:  # type: ignore[no-untyped-def]
    cases = product(range(-2, 3), range(-2, 3), (False, True))
    return {(a, b, q) for a, b, q in cases if holds(a, b, q)}


@pytest.mark.parametrize(
    ("term", "holds"),
    [
        (apply("+", x, y), lambda a, b, q: True),
        (INVERSE, lambda a, b, q: a != 0),
        (apply("mod", y, apply("+", x, y)), lambda a, b, q: a + b != 0),
        (apply("div", y, const(2, INT)), lambda a, b, q: True),
        (apply("div", y, ZERO), lambda a, b, q: False),
        (apply("ite", p, INVERSE, y), lambda a, b, q: not q or a != 0),
        (apply("ite", NONZERO, INVERSE, ZERO), lambda a, b, q: True),
        (apply("ite", POSITIVE, x, y), lambda a, b, q: a != 0),
        (apply("ite", p, INVERSE, apply("div", y, x)), lambda a, b, q: a != 0),
        (apply("and", p, POSITIVE), lambda a, b, q: not q or a != 0),
        (apply("and", POSITIVE, p), lambda a, b, q: a != 0),
        (apply("and", NONZERO, POSITIVE), lambda a, b, q: True),
        (apply("and", p, apply("=", y, ZERO), POSITIVE),
         lambda a, b, q: not (q and b == 0) or a != 0),
        (apply("or", apply("=", x, ZERO), POSITIVE), lambda a, b, q: True),
        (apply("or", p, POSITIVE), lambda a, b, q: q or a != 0),
        (apply("=>", p, POSITIVE), lambda a, b, q: not q or a != 0),
        (apply("=>", NONZERO, POSITIVE), lambda a, b, q: True),
        (apply("=>", POSITIVE, p), lambda a, b, q: a != 0),
        (apply("not", POSITIVE), lambda a, b, q: a != 0),
        (apply("+", INVERSE, apply("div", ONE, y)), lambda a, b, q: a != 0 and b != 0),
        (apply("div", ONE, INVERSE), lambda a, b, q: a in (-1, 1)),
    ],
)  # fmt: skip
def test_a_term_is_defined_exactly_where_no_needed_divisor_is_zero(term: Term, holds) -> None:  # type: ignore[no-untyped-def]
    assert where_defined(term) == expected(holds)


def test_what_never_divides_is_defined_by_the_constant_true() -> None:
    assert definedness(apply("ite", p, apply("*", x, y), apply("div", x, const(-3, INT)))) == TRUE


def check(output: Term, guard: Term | None = None, **more) -> ComponentSet:  # type: ignore[no-untyped-def]
    inputs = tuple(Variable(n, s) for n, s in (("x", INT), ("y", INT), ("p", BOOL)))
    values = more.pop("values", None)
    return ComponentSet(
        "s", (Component("f", inputs, (output,), guard=guard, **more),), values=values
    )


def test_a_guard_that_excludes_zero_divisors_is_enough() -> None:
    check(INVERSE, NONZERO)
    check(apply("div", y, apply("+", apply("*", x, x), ONE)))
    check(apply("div", y, var("w", INT)), parameters=(Parameter("w", INT, 1, 3),))
    check(apply("mod", x, const(5, INT)), values=5)


@pytest.mark.parametrize(
    ("output", "guard", "reason"),
    [
        (INVERSE, None, "zero-divisor"),
        (INVERSE, apply(">=", x, ZERO), "zero-divisor"),
        (x, POSITIVE, "zero-divisor"),
        (apply("div", y, ZERO), apply(">", x, ZERO), "zero-divisor"),
    ],
)
def test_a_divisor_that_may_be_zero_is_refused_with_an_example(
    output: Term, guard: Term | None, reason: str
) -> None:
    with pytest.raises(ComponentError) as caught:
        check(output, guard)
    assert caught.value.reason == reason
    assert "component f" in caught.value.where
    assert "x = " in caught.value.message or "y = " in caught.value.message


def test_a_parameter_s_range_counts() -> None:
    with pytest.raises(ComponentError) as caught:
        check(apply("div", y, var("w", INT)), parameters=(Parameter("w", INT, -1, 1),))
    assert caught.value.reason == "zero-divisor"
    stepped = Parameter("w", INT, -1, 1, 2)  # -1 and 1
    check(apply("div", y, var("w", INT)), parameters=(stepped,))


def test_leaving_the_domain_is_refused_with_an_example() -> None:
    with pytest.raises(ComponentError) as caught:
        check(apply("+", x, ONE), values=5)
    assert caught.value.reason == "leaves-domain"
    assert "x = 4" in caught.value.message
    check(apply("+", x, ONE), apply("<", x, const(4, INT)), values=5)


def test_a_divisor_that_z3_cannot_decide_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    # x**3 + y**3 + 33 has integer zeros only far out, beyond what Z3 finds in no time.
    cubes = apply("+", apply("*", x, x, x), apply("*", y, y, y), const(33, INT), apply("*", x, y))
    monkeypatch.setattr("theory.kernel.components.partiality.TIMEOUT_S", 0.02)
    hard = apply("+", apply("*", cubes, cubes, cubes), apply("*", x, x), const(-7, INT))
    with pytest.raises(ComponentError) as caught:
        check(apply("div", x, apply("*", hard, cubes)))
    assert caught.value.reason in ("not-proved", "zero-divisor")


def test_the_whole_file_is_located(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ComponentError) as caught:
        read_components("(define-fun inv ((q Real)) Real (/ 1.0 q))", "my.smt2")
    assert caught.value.reason == "zero-divisor"
    assert caught.value.where.startswith("my.smt2")
    assert "q = 0" in caught.value.message


def test_within_is_a_closed_interval() -> None:
    inside = within(var("q", REAL), Fraction(1, 2), 2)
    assert [evaluate(inside, {"q": Fraction(k, 4)}) for k in (1, 2, 8, 9)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_division_by_the_literal_zero_is_named_as_wrong_everywhere() -> None:
    text = "(define-fun f ((x Int)) Int (div x 0))"
    with pytest.raises(ComponentError, match="divides by zero at every input") as caught:
        read_components(text)
    assert caught.value.reason == "zero-divisor"
