"""Proofs by Z3: a proof, a confirmed counterexample, or unknown; never a guess."""

from __future__ import annotations

from fractions import Fraction

import pytest
import z3

from theory.formats.z3_terms import from_z3, to_z3
from theory.kernel.errors import ComponentError
from theory.kernel.language.proving import Counterexample, Proof, Unknown, prove
from theory.kernel.language.sorts import BOOL, INT, REAL, ArrayValue, array, bitvec
from theory.kernel.language.terms import apply, const, evaluate, var

x, q = var("x", INT), var("q", REAL)
ZERO = const(0, INT)


def test_what_holds_is_proved_and_what_fails_has_a_counterexample() -> None:
    square = apply(">=", apply("*", x, x), ZERO)
    assert isinstance(prove(square), Proof)
    answer = prove(apply(">", apply("*", x, x), ZERO))
    assert isinstance(answer, Counterexample)
    assert answer.values == {"x": 0}


def test_assumptions_restrict_the_values() -> None:
    positive = apply(">", x, ZERO)
    assert isinstance(prove(apply(">=", x, const(1, INT)), [positive]), Proof)
    answer = prove(apply(">=", x, const(3, INT)), [positive])
    assert isinstance(answer, Counterexample)
    assert 0 < int(answer.values["x"]) < 3  # type: ignore[arg-type]


def test_a_counterexample_that_hangs_on_a_division_by_zero_says_nothing() -> None:
    answer = prove(apply("=", apply("div", x, ZERO), ZERO))
    assert isinstance(answer, Unknown)
    assert "division by zero" in answer.reason


def test_an_irrational_counterexample_is_unknown() -> None:
    two = apply("=", apply("*", q, q), const(Fraction(2), REAL))
    answer = prove(apply("not", two))
    assert isinstance(answer, Unknown)
    assert "rational" in answer.reason


def test_a_time_out_is_unknown() -> None:
    n = [var(name, INT) for name in "abc"]
    cubes = [apply("*", v, v, v) for v in n]
    fermat = apply("=", apply("+", cubes[0], cubes[1]), cubes[2])
    assert isinstance(
        prove(apply("not", fermat), [apply(">", v, ZERO) for v in n], timeout_s=0.05), Unknown
    )


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        (BOOL, True),
        (INT, -(2**80)),
        (REAL, Fraction(-22, 7)),
        (bitvec(70), 2**69 + 1),
        (array(INT, INT), ArrayValue(3).store(-1, 5)),
        (array(BOOL, bitvec(3)), ArrayValue(3).store(True, 5, 2)),
    ],
)
def test_counterexamples_of_every_sort_are_exact_values(sort, value) -> None:  # type: ignore[no-untyped-def]
    v = var("v", sort)
    goal = apply("not", apply("=", v, const(value, sort)))
    answer = prove(goal)
    assert isinstance(answer, Counterexample)
    assert answer.values == {"v": value}
    assert evaluate(goal, answer.values) is False


def test_z3_expressions_of_many_kinds_are_read() -> None:
    a, b = z3.Ints("a b")
    u, w = z3.BitVecs("u w", 8)
    p = z3.Bool("p")
    r = z3.Real("r")
    for expression in (
        a**3, z3.Sum(a, b, a), z3.Product(a, b, a), z3.Distinct(a, b, a), z3.Implies(p, a > b),
        z3.And(p, a > 0, b > 0), z3.Or([p]), z3.Xor(p, p), r**2 / 3, z3.ToInt(r), z3.IsInt(r),
        z3.And([]), z3.Or([]), z3.RotateLeft(u, 3), z3.RotateRight(u, 9), z3.Concat(u, w, u), z3.SignExt(8, u),  # noqa: E501
        z3.Extract(3, 1, u), ~(u & w), -u, u >> 1, z3.LShR(u, 1), z3.UDiv(u, w), z3.SRem(u, w),
        u * w * u, u + w + u, z3.RepeatBitVec(3, u), z3.K(z3.IntSort(), 3)[a], z3.If(p, u, w),
    ):  # fmt: skip
        term = from_z3(expression)
        (again,) = to_z3([term])
        solver = z3.Solver()
        solver.add(again != expression)
        assert solver.check() == z3.unsat, expression


@pytest.mark.parametrize("amount", [0, 1, 3, 4, 9, 30])
def test_rotations_go_round_at_the_width(amount: int) -> None:
    w = var("w", bitvec(3))
    for op in ("rotate_left", "rotate_right"):
        term = apply(op, w, indices=(amount,))
        for value in range(8):
            exact = evaluate(term, {"w": value})
            given = z3.substitute(to_z3([term])[0], (z3.BitVec("w", 3), z3.BitVecVal(value, 3)))
            assert z3.simplify(given).as_long() == exact


def test_what_the_table_does_not_have_is_refused() -> None:
    f = z3.Function("f", z3.IntSort(), z3.IntSort())
    s = z3.String("s")
    for expression in (f(1), z3.Length(s), z3.ForAll([z3.Int("k")], z3.Int("k") > 0),
                       z3.Int("a") ** z3.Int("b"), z3.FP("g", z3.Float32())):  # fmt: skip
        with pytest.raises(ComponentError):
            from_z3(expression, "here")


def test_a_very_deep_expression_is_translated_without_recursion() -> None:
    term = x
    for _ in range(900):
        term = apply("-" if term.depth % 2 else "+", term, const(1, INT))
    (expression,) = to_z3([term])
    assert from_z3(expression) == term
