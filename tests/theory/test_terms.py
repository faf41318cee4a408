"""Terms: equality, hashing, pickling, iterative walks, notation, compilation."""

from __future__ import annotations

import pickle
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.compiled.term_code import compile_terms
from tests.support.terms_strategy import draw_sort, draw_term, draw_value
from theory.formats.values import parse_value, value_to_json
from theory.kernel.errors import ComponentError
from theory.kernel.language.sexpr import parse
from theory.kernel.language.smtlib import Definitions, read_term
from theory.kernel.language.sorts import (
    BOOL,
    INT,
    REAL,
    ArrayValue,
    Sort,
    array,
    bitvec,
    coerce,
    holds,
    value_from_json,
)
from theory.kernel.language.terms import (
    FALSE,
    TRUE,
    Term,
    apply,
    conjunction,
    const,
    evaluate,
    nodes,
    smt_text,
    substitute,
    var,
    variables,
)

X, Y = var("x", INT), var("y", INT)


def doubled(times: int) -> Term:
    """x added to itself `times` times over: 2**times leaves, `times` distinct applications."""
    term = X
    for _ in range(times):
        term = apply("+", term, term)
    return term


def test_a_deep_shared_term_is_compared_hashed_walked_pickled_and_evaluated() -> None:
    one, two = doubled(900), doubled(900)
    assert one is not two
    assert one == two
    assert hash(one) == hash(two)
    assert one != doubled(899)
    assert one != substitute([two], {"x": Y})[0]
    assert len(list(nodes([one, two]))) == 901
    again = pickle.loads(pickle.dumps(one))
    assert again == one
    assert hash(again) == hash(one)
    assert evaluate(one, {"x": 1}) == 2**900


def random_case(seed: int) -> tuple[Term, dict[str, Sort], Random]:
    rng = Random(seed)
    scope = {f"x{k}": draw_sort(rng) for k in range(3)}
    return draw_term(rng, draw_sort(rng), scope, 4), scope, rng


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_terms_survive_pickling_and_their_own_text(seed: int) -> None:
    term, scope, _ = random_case(seed)
    assert pickle.loads(pickle.dumps(term)) == term
    (node,) = parse(smt_text(term), "text")
    names = {n: var(n, s) for n, s in scope.items()}
    assert read_term(node, names, Definitions("text")) == term


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_substituting_values_is_evaluating(seed: int) -> None:
    term, scope, rng = random_case(seed)
    values = {n: draw_value(rng, s) for n, s in scope.items()}
    (closed,) = substitute([term], {n: const(v, scope[n]) for n, v in values.items()})
    assert variables([closed]) == {}
    names = tuple(scope)
    expected = compile_terms((term,), names)(*(values[n] for n in names))
    assert (evaluate(closed, {}),) == expected
    assert substitute([term], {}) == (term,)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_values_of_every_sort_survive_json_and_are_of_one_sort(seed: int) -> None:
    rng = Random(seed)
    sort = draw_sort(rng)
    value = draw_value(rng, sort)
    assert holds(sort, value)
    assert value_from_json(sort, value_to_json(value)) == value
    others = [s for s in (BOOL, INT, REAL, array(INT, INT)) if s.kind != sort.kind]
    assert all(not holds(s, value) for s in others if {s.kind, sort.kind} != {"Int", "BitVec"})


def test_substitution_is_simultaneous_and_keeps_sharing() -> None:
    swapped = substitute([apply("-", X, Y)], {"x": Y, "y": X})[0]
    assert swapped == apply("-", Y, X)
    big = substitute([doubled(500)], {"x": apply("+", Y, const(1, INT))})[0]
    assert len(list(nodes([big]))) == 503


def test_the_same_op_on_other_sorts_or_values_is_another_term() -> None:
    assert const(1, INT) != const(1, bitvec(8))
    assert const(1, INT) != const(Fraction(1), REAL)
    assert var("x", INT) != var("x", REAL)
    assert apply("extract", var("w", bitvec(8)), indices=(3, 0)) != apply(
        "extract", var("w", bitvec(8)), indices=(4, 1)
    )
    assert X != "x"


def test_notation_becomes_the_table_s_operators() -> None:
    assert apply("-", X) == Term("neg", (), (X,), INT)
    assert apply("-", const(3, INT)) == const(-3, INT)
    assert apply("/", const(Fraction(1), REAL), const(Fraction(3), REAL)) == const(
        Fraction(1, 3), REAL
    )
    assert apply("<", X, Y, X) == apply("and", apply("<", X, Y), apply("<", Y, X))
    assert apply("distinct", X, Y) == apply("not", apply("=", X, Y))
    assert apply("divisible", X, indices=(3,)) == apply(
        "=", apply("mod", X, const(3, INT)), const(0, INT)
    )
    mixed = apply("+", X, const(Fraction(1, 2), REAL))
    assert mixed.sort == REAL
    assert mixed.args[0] == apply("to_real", X)


def test_conjunction_leaves_out_what_is_true() -> None:
    assert conjunction([]) == TRUE
    assert conjunction([TRUE, TRUE]) == TRUE
    assert conjunction([TRUE, FALSE]) == FALSE


def test_a_term_nested_too_deep_is_refused() -> None:
    term = X
    with pytest.raises(ComponentError) as caught:
        for _ in range(2000):
            term = apply("+", term, X)
    assert caught.value.reason == "too-deep"


def test_a_free_variable_is_named_when_compiling() -> None:
    with pytest.raises(ComponentError) as caught:
        compile_terms((apply("+", X, Y),), ("x",))
    assert caught.value.reason == "free-variable"
    assert "'y'" in str(caught.value)


def test_array_values_are_equal_when_they_agree_everywhere() -> None:
    base = ArrayValue(0)
    assert base.store(1, 5).store(1, 0) == base
    assert base.store(1, 5).store(2, 6) == base.store(2, 6).store(1, 5)
    assert base.store(3, 7).select(3) == 7
    assert base.store(3, 7).select(4) == 0
    # Over one bit there are two indices: a majority of ones makes one the default.
    ones = ArrayValue(0).store(0, 1, 2).store(1, 1, 2)
    assert ones == ArrayValue(1)
    assert ArrayValue(0).store(1, 1, 2) == ArrayValue(1).store(0, 0, 2)
    assert not holds(array(BOOL, INT), ArrayValue(1, ((False, 0),)))
    assert holds(array(BOOL, INT), ArrayValue(0, ((True, 1),)))
    assert not holds(array(INT, INT), ArrayValue(0, ((2, 1), (1, 1))))


@pytest.mark.parametrize(
    ("sort", "text", "value"),
    [
        (BOOL, " True ", True),
        (BOOL, "0", False),
        (INT, "-12", -12),
        (REAL, "1/3", Fraction(1, 3)),
        (REAL, "-0.25", Fraction(-1, 4)),
        (REAL, "1e-3", Fraction(1, 1000)),
        (bitvec(8), "-1", 255),
        (bitvec(8), "0xff", 255),
        (bitvec(8), "#b101", 5),
    ],
)
def test_values_are_read_as_people_write_them(sort: Sort, text: str, value: object) -> None:
    assert parse_value(sort, text) == value


@pytest.mark.parametrize(
    ("sort", "text"),
    [
        (BOOL, "2"), (BOOL, ""), (INT, "1.0"), (INT, "1e3"), (INT, "nan"), (INT, "9" * 5000),
        (REAL, "inf"), (REAL, "nan"), (REAL, "1/0"), (REAL, "1e999999999"), (REAL, ""),
        (bitvec(8), "256"), (bitvec(8), "-129"), (bitvec(8), "0x"), (array(INT, INT), "0"),
    ],
)  # fmt: skip
def test_values_outside_the_sort_are_refused(sort: Sort, text: str) -> None:
    with pytest.raises(ComponentError) as caught:
        parse_value(sort, text, "here")
    assert caught.value.reason == "bad-value"
    assert caught.value.where == "here"


@pytest.mark.parametrize(
    ("sort", "given", "value"),
    [(REAL, 0.5, Fraction(1, 2)), (REAL, 3, Fraction(3)), (BOOL, 1, True), (bitvec(4), -1, 15)],
)
def test_coercion_is_exact(sort: Sort, given: object, value: object) -> None:
    assert coerce(sort, given) == value


@pytest.mark.parametrize(
    ("sort", "given"),
    [(INT, 1.0), (INT, True), (BOOL, 2), (BOOL, 1.0), (bitvec(4), 16), (REAL, float("nan")),
     (REAL, True), (INT, "1")],
)  # fmt: skip
def test_inexact_coercion_is_refused(sort: Sort, given: object) -> None:
    with pytest.raises(ComponentError):
        coerce(sort, given)


def test_sorts_have_limits() -> None:
    for make in (lambda: bitvec(0), lambda: bitvec(10**9), lambda: array(array(INT, INT), INT)):
        with pytest.raises(ComponentError):
            make()
    nested = INT
    with pytest.raises(ComponentError):
        for _ in range(100):
            nested = array(INT, nested)
