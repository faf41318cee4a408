"""Component files: what is written reads back equal, here, in z3 and in cvc5."""

from __future__ import annotations

import pytest
import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.columns import THIRDS
from tests.support.random_sets import draw_set
from theory.formats.component_files import load_components, read_components
from theory.formats.component_writing import write_components
from theory.kernel.components.component import Component, Parameter, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.programs import Regime
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, ArrayValue, array, bitvec
from theory.kernel.language.terms import TRUE, Term, apply, const, evaluate, var


def check_round_trip(made: ComponentSet) -> str:
    text = write_components(made)
    assert read_components(text) == made
    assert write_components(read_components(text)) == text
    return text


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_a_written_set_reads_back_equal_and_z3_reads_it(seed: int) -> None:
    z3.parse_smt2_string(check_round_trip(draw_set(seed)))


def read_by_cvc5(text: str) -> None:
    import cvc5

    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setLogic("ALL")
    symbols = cvc5.SymbolManager(manager)
    parser = cvc5.InputParser(solver, symbols)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "set")
    while not (command := parser.nextCommand()).isNull():
        assert "error" not in str(command.invoke(solver, symbols))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_cvc5_reads_what_is_written(seed: int) -> None:
    pytest.importorskip("cvc5")
    text = write_components(draw_set(seed))
    assume(not THIRDS.search(text))
    read_by_cvc5(text)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(st.integers(0, 10**12))
def test_many_written_sets_read_back_equal(seed: int) -> None:
    z3.parse_smt2_string(check_round_trip(draw_set(seed)))


def x_plus(name: str, value: int) -> Component:
    x = var("x", INT)
    return Component(name, (Variable("x", INT),), (apply("+", x, const(value, INT)),))


@pytest.mark.parametrize(
    "value",
    [0, 5, -5, 2**70, -(2**70)],
)
def test_integer_literals_keep_their_sign(value: int) -> None:
    check_round_trip(ComponentSet("s", (x_plus("f", value),)))


@pytest.mark.parametrize("default", [0, -3, 12])
def test_constant_arrays_are_read_by_both_solvers(default: int) -> None:
    sort = array(INT, INT)
    value = ArrayValue(default).store(-7, -9).store(2, 3)
    a = var("a", sort)
    body = apply("ite", apply("=", a, const(value, sort)), a, const(ArrayValue(default), sort))
    text = check_round_trip(ComponentSet("s", (Component("f", (Variable("a", sort),), (body,)),)))
    z3.parse_smt2_string(text)
    pytest.importorskip("cvc5")
    read_by_cvc5(text)


def test_parameters_of_every_sort_and_step_round_trip() -> None:
    from fractions import Fraction

    parameters = (
        Parameter("b", BOOL),
        Parameter("only", BOOL, 1, 1),
        Parameter("i", INT, -3, 5, 2),
        Parameter("q", REAL, Fraction(-1, 2), Fraction(7, 3), Fraction(1, 3)),
        Parameter("v", bitvec(4), 0, 15),
    )
    body = apply("ite", var("b", BOOL), var("q", REAL), var("x", REAL))
    made = Component("f", (Variable("x", REAL),), (body,), parameters=parameters)
    check_round_trip(ComponentSet("s", (made,)))


def test_substituted_literals_read_back_equal() -> None:
    text = """
    (define-fun minus ((x Int)) Int (- x))
    (define-fun third ((x Real)) Real (/ x 3.0))
    (define-fun put ((a (Array Int Int))) (Array Int Int) (store a 1 2))
    (define-fun f ((y Int)) Int (+ y (minus 3)))
    (define-fun g ((y Real)) Real (+ y (third 1.0)))
    (define-fun h ((y Int)) Int (select (put ((as const (Array Int Int)) 0)) y))
    """
    check_round_trip(read_components(text))


def test_a_plain_smt_lib_file_of_definitions_is_a_component_set() -> None:
    text = """; a comment
    (set-logic ALL)
    (define-sort Word () (_ BitVec 8))
    (define-fun double ((x Int)) Int (+ x x))
    (define-fun quadruple ((x Int)) Int (double (double x)))
    (define-fun is-zero ((x Int)) Bool (= x 0))
    (define-fun both ((p Bool) (q Bool)) Bool (and p q))
    (define-fun low ((w Word)) Word (bvand w #x0f))
    """
    found = read_components(text, name="plain")
    assert found.name == "plain"
    assert [c.name for c in found.components] == ["quadruple", "is-zero", "both", "low"]
    roles = {c.name: c.role for c in found.components}
    assert roles["is-zero"] is Role.TEST
    assert roles["both"] is Role.OPERATION
    assert found["quadruple"].function()(3) == (12,)
    assert found["low"].function()(0xAB) == (0x0B,)
    assert set(found.any_of) == {INT, BOOL, bitvec(8)}


def test_the_example_of_the_design_reads_as_it_says() -> None:
    text = """
    (set-info :sheffer "(set three-counters (regime while) (registers (a b c) Int)
                         (source ""Minsky 1961""))")
    (define-fun inc ((x Int)) Int (+ x 1))
    (set-info :sheffer "(component inc (inputs x) (outputs inc))")
    (define-fun dec ((x Int)) Int (- x 1))
    (define-fun dec.guard ((x Int)) Bool (> x 0))
    (set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")
    (define-fun is-zero ((x Int)) Bool (= x 0))
    (set-info :sheffer "(test is-zero (inputs x))")
    """
    found = read_components(text)
    assert (found.name, found.source, found.regime) == (
        "three-counters",
        "Minsky 1961",
        Regime.WHILE,
    )
    assert [r.name for r in found.registers] == ["a", "b", "c"]
    assert found["dec"].function()(0) is None
    assert found["dec"].function()(1) == (0,)
    assert [c.role for c in found.components] == [Role.OPERATION, Role.OPERATION, Role.TEST]


def test_every_other_form_of_a_line_is_read() -> None:
    text = """
    (define-fun f ((x Int) (w Int)) Int (+ x w))
    (define-fun swap.a ((x Int) (y Int)) Int y)
    (define-fun swap.b ((x Int) (y Int)) Int x)
    (define-fun zero ((x Int)) Bool (= x 0))
    (define-fun begin ((a Int) (b Int)) Bool (= a b))
    (set-info :sheffer "(component f (parameters (w Int -1 1)) (writes b))
                        (component swap (inputs x y) (outputs swap.a swap.b) (placements (0 1)))
                        (test zero)
                        (set s (registers (a b) Int) (control (zero true) no-jump) (starts begin)
                               (cells 1 (offsets -1 0 1)) (quiescent 0))")
    """
    found = read_components(text)
    assert found["f"].writes == ("b",)
    assert list(found["f"].settings()) == [(-1,), (0,), (1,)]
    assert found["swap"].placements == ((0, 1),)
    assert found.control is not None
    assert found.control.branches == (("zero", (True,)),)
    assert not found.control.jump
    assert found.cells is not None
    assert (found.cells.offsets, found.cells.quiescent) == (((-1,), (0,), (1,)), 0)
    assert found.starts == apply("=", var("a", INT), var("b", INT))
    check_round_trip(found)


def test_a_domain_of_k_values_is_kept() -> None:
    text = """
    (define-fun next ((x Int)) Int (mod (+ x 1) 5))
    (set-info :sheffer "(set five (values 5))")
    """
    found = read_components(text)
    assert found.values == 5
    check_round_trip(found)


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("(let ((y (+ x 1)) (x 5)) (* x y))", 2, 15),
        ("(let ((x (+ x 1))) (let ((x (* x x))) (+ x 1)))", 2, 10),
        ("(ite (< 0 x 5 7) 1 0)", 3, 1),
        ("(ite (distinct x 1 2) 1 0)", 2, 0),
        ("(ite (=> (= x 1) (= x 2) (= x 3)) 1 0)", 1, 1),
        ("(- x 1 2 3)", 10, 4),
        ("(- (- 3))", 0, 3),
        ("(+ x -3)", 5, 2),
        ("(div -7 -2)", 0, 4),
        ("(mod -7 -2)", 0, 1),
        ("(! (+ x 1) :named foo)", 1, 2),
        ("(ite ((_ divisible 3) x) 1 0)", 9, 1),
        ("(to_int (/ x 2))", -3, -2),
    ],
)
def test_smt_lib_notation_means_what_the_standard_says(text: str, x: int, value: int) -> None:
    found = read_components(f"(define-fun f ((x Int)) Int {text})")
    assert found["f"].function()(x) == (value,)


def test_a_deep_shared_term_is_written_small_and_reads_back() -> None:
    term: Term = var("x", INT)
    for k in range(500):
        term = (
            apply("+", apply("*", term, const(3 + k % 2, INT)), term)
            if k < 440
            else apply("+", term, const(1, INT))
        )
    made = ComponentSet("deep", (Component("f", (Variable("x", INT),), (term,)),))
    text = check_round_trip(made)
    assert len(text) < 100_000
    z3.parse_smt2_string(text)
    assert made["f"].function()(0) == (60,)


def test_very_many_shared_parts_stay_within_the_reader_s_nesting() -> None:
    x = var("x", bitvec(64))
    parts = []
    for k in range(1200):
        part = apply("bvxor", x, const(k, bitvec(64)))
        parts.append(apply("bvadd", part, part))
    while len(parts) > 1:
        parts = [apply("bvor", *parts[k : k + 2]) for k in range(0, len(parts) - 1, 2)] + (
            parts[-1:] if len(parts) % 2 else []
        )
    made = Component("f", (Variable("x", bitvec(64)),), (parts[0],))
    check_round_trip(ComponentSet("wide", (made,)))


def test_a_conjunction_of_five_hundred_parts_is_compiled() -> None:
    x = var("x", INT)
    many = apply("and", *(apply("not", apply("=", x, const(k, INT))) for k in range(500)))
    assert evaluate(many, {"x": 501}) is True
    assert evaluate(many, {"x": 499}) is False


def test_a_file_is_named_after_itself(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "my-gates.smt2"
    path.write_bytes(
        b"\xef\xbb\xbf(define-fun nand ((p Bool) (q Bool)) Bool\r\n (not (and p q)))\r\n"
    )
    found = load_components(path)
    assert found.name == "my-gates"
    assert found["nand"].guard in (None, TRUE)
