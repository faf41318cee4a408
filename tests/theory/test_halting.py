"""The routes that show a set incomplete, just inside and just outside their hypotheses.

A hypothesis asked for too little makes a false claim, one asked for too much refuses a true one;
so each bound is tried from both sides.
"""

from __future__ import annotations

from typing import Any

import pytest

from theory.formats.certificates import new_certificate
from theory.kernel.checks.certificates import check
from theory.kernel.checks.statement import Report
from theory.kernel.errors import CertificateError

INC = "(define-fun inc ((x Int)) Int (+ x 1))"


def limit(
    route: str, registers: str, *definitions: str, regime: str = "while", **hints: Any
) -> Report:
    text = f'(set-info :sheffer "(set s (regime while) {registers})")\n' + "\n".join(definitions)
    return check(new_certificate("limit", set=text, regime=regime, route=route, hints=hints))


def is_refused(reason: str, words: str, *given: Any, **hints: Any) -> None:
    with pytest.raises(CertificateError) as caught:
        limit(*given, **hints)
    assert caught.value.reason == reason, caught.value
    assert words in caught.value.message, caught.value


def reads(condition: str) -> str:
    return f'(define-fun p ((x Int)) Bool {condition})\n(set-info :sheffer "(test p (inputs x))")'


# Windows


@pytest.mark.parametrize("constant", [3, -3])
def test_a_window_reaches_to_the_constants_that_are_compared_with(constant: int) -> None:
    test = reads(f"(= x {constant})" if constant >= 0 else f"(= x (- {-constant}))")
    given = ("one-counter", "(registers (x) Int)", INC, test)
    assert limit(*given, window=3, modulus=1).complete
    side = "above 2" if constant > 0 else "below -2"
    is_refused("refuted", f"reads x {side} only modulo 1", *given, window=2, modulus=1)


def test_a_residue_is_read_by_its_modulus_or_a_multiple() -> None:
    given = ("one-counter", "(registers (x) Int)", INC, reads("(= (mod x 3) 1)"))
    for modulus in (3, 6):
        assert limit(*given, window=0, modulus=modulus).complete
    for modulus in (1, 2, 4):
        is_refused("refuted", f"only modulo {modulus}", *given, window=0, modulus=modulus)


def test_a_guard_of_a_reader_counts_on_both_sides_of_a_period() -> None:
    """p blocks above 9, so what it says there is no reading; where it runs it does read."""
    text = reads("(> x 5)").replace("(inputs x)", "(inputs x) (guard p.guard)")
    guard = "(define-fun p.guard ((x Int)) Bool {})"
    given = ("one-counter", "(registers (x) Int)", INC)
    assert limit(*given, guard.format("(<= x 5)"), text, window=5, modulus=1).complete
    is_refused(
        "refuted", "the guard of p(x) reads x above 4", *given, guard.format("(<= x 5)"), text,
        window=4, modulus=1,
    )  # fmt: skip
    assert limit(*given, guard.format("(= (mod x 2) 0)"), reads("(= (mod x 4) 0)"), window=0,
                 modulus=4).complete  # fmt: skip


@pytest.mark.parametrize(
    ("route", "name", "least"), [("one-counter", "modulus", 1), ("one-stack", "base", 2)]
)
def test_hints_are_numbers_in_their_range(route: str, name: str, least: int) -> None:
    given = (route, "(registers (x) Int)", "(define-fun keep ((x Int)) Int x)")
    most = 1_000_000
    for window, period in ((0, least), (most, least), (0, most)):
        assert limit(*given, window=window, **{name: period}).complete
    for window, period in (
        (-1, least),
        (most + 1, least),
        (0, least - 1),
        (0, most + 1),
        (True, least),
        (0, "2"),
        (0, 2.0),
    ):
        is_refused("bad-hint", "expected", *given, window=window, **{name: period})


# One counter


@pytest.mark.parametrize(
    ("new", "holds"),
    [
        ("(+ x 1)", True),
        ("(- x 7)", True),
        ("5", True),
        ("(ite (> x 0) (+ x 1) 5)", True),
        ("(ite (> x 0) 5 (- x 1))", True),
        ("(ite (= (mod x 2) 0) (+ x 1) (- x 1))", True),
        ("(* 2 x)", False),
        ("(- x)", False),
        ("(ite (> x 0) (- x) x)", False),
        ("(ite (< x 0) (- x) x)", False),
        ("(ite (= (mod x 2) 0) 5 x)", False),
    ],
)
def test_a_step_of_one_counter_adds_or_resets_on_either_side(new: str, holds: bool) -> None:
    given = ("one-counter", "(registers (x) Int)", f"(define-fun step ((x Int)) Int {new})")
    if holds:
        assert limit(*given, window=1, modulus=2).complete
    else:
        is_refused(
            "refuted", "adds constants above the window, adds below", *given, window=1, modulus=2
        )


MOVE = """(define-fun move ((x Int) (f {sort})) Int {body})
(set-info :sheffer "(component move (inputs x f){guard})")"""


def test_the_form_may_depend_on_a_finite_register_that_the_term_reads() -> None:
    registers = "(registers (x) Int) (registers (f) Bool)"
    move = MOVE.format(sort="Bool", body="(ite f (+ x 1) 0)", guard="")
    report = limit("one-counter", registers, move, window=1, modulus=1)
    assert report.complete
    forms = [note.split(" (")[0] for note in report.checked[1:]]
    assert forms == [
        "move(x, f) at f = false resets constants above the window, resets below",
        "move(x, f) at f = true adds constants above the window, adds below",
    ]
    wrong = MOVE.format(sort="Bool", body="(ite f (+ x 1) (* 2 x))", guard="")
    is_refused(
        "refuted", "move(x, f) at f = false", "one-counter", registers, wrong, window=1, modulus=1
    )


def test_the_form_may_depend_on_a_finite_register_that_the_guard_reads() -> None:
    registers = "(registers (x) Int) (registers (f) Bool)"
    guard = "(define-fun move.guard ((x Int) (f Bool)) Bool f)"
    move = MOVE.format(sort="Bool", body="(+ x 1)", guard=" (guard move.guard)")
    report = limit("one-counter", registers, guard, move, window=1, modulus=1)
    assert [note.split(" adds")[0] for note in report.checked[1:]] == [
        "move(x, f) at f = false",
        "move(x, f) at f = true",
    ]


def test_a_step_may_depend_on_so_many_values_and_no_more() -> None:
    body = "(ite (= f #b{zeros}) (+ x 1) (- x 1))"
    for bits, fits in ((6, True), (7, False)):
        registers = f"(registers (x) Int) (registers (f) (_ BitVec {bits}))"
        move = MOVE.format(sort=f"(_ BitVec {bits})", body=body.format(zeros="0" * bits), guard="")
        given = ("one-counter", registers, move)
        if fits:
            report = limit(*given, window=1, modulus=1)
            assert report.complete
            assert len(report.checked) == 1 + 64
        else:
            is_refused("route", "more than 64 values", *given, window=1, modulus=1)


def test_a_step_may_not_depend_on_an_array_whose_values_are_not_listed() -> None:
    registers = "(registers (x) Int) (registers (f) (Array Bool (_ BitVec 9)))"
    body = "(ite (= (select f true) #b000000000) (+ x 1) (- x 1))"
    move = MOVE.format(sort="(Array Bool (_ BitVec 9))", body=body, guard="")
    is_refused("route", "more than 64 values", "one-counter", registers, move, window=1, modulus=1)


def test_a_finite_register_may_not_learn_the_counter() -> None:
    registers = "(registers (x) Int) (registers (f) Bool)"
    learn = "(define-fun learn ((x Int) (f Bool)) Bool (ite (= x 9) f false))"
    given = ("one-counter", registers, INC, learn)
    assert limit(*given, window=9, modulus=1).complete
    is_refused("refuted", "learn(x, f) on f reads x above 8", *given, window=8, modulus=1)


@pytest.mark.parametrize("route", ["one-counter", "one-stack"])
def test_there_is_one_infinite_register_declared_and_of_integers(route: str) -> None:
    hints = {"window": 1, "modulus" if route == "one-counter" else "base": 2}
    words = "exactly one infinite register"
    for registers, step in (
        ("(registers (x y) Int)", INC),
        ("(registers any Int)", INC),
        ("(registers (q) Real)", "(define-fun inc ((q Real)) Real (+ q 1.0))"),
        ("(registers (f) Bool)", "(define-fun flip ((f Bool)) Bool (not f))"),
    ):
        is_refused("route", words, route, registers, step, **hints)


# One stack


@pytest.mark.parametrize(
    ("new", "form"),
    [
        ("x", "keeps the stack"),
        ("(div x 4)", "pops"),
        ("(* 4 x)", "pushes 0"),
        ("(+ (* 4 x) 3)", "pushes 3"),
        ("(+ (* 4 x) 4)", ""),
        ("(div x 2)", ""),
        ("(+ x 1)", ""),
        ("0", ""),
    ],
)
def test_a_step_of_one_stack_keeps_pops_or_pushes_a_digit(new: str, form: str) -> None:
    given = ("one-stack", "(registers (x) Int)", f"(define-fun step ((x Int)) Int {new})")
    if form:
        report = limit(*given, window=0, base=4)
        assert report.complete
        assert report.checked[1].startswith(f"step(x) {form} (")
    else:
        is_refused("refuted", "step(x) keeps the stack", *given, window=0, base=4)


def test_a_stack_is_read_by_its_top_digit() -> None:
    given = ("one-stack", "(registers (x) Int)", "(define-fun pop ((x Int)) Int (div x 4))")
    assert limit(*given, reads("(= (mod x 4) 3)"), window=0, base=4).complete
    is_refused("refuted", "only modulo 4", *given, reads("(= (mod x 16) 3)"), window=0, base=4)


# Vector addition

DEC = """(define-fun dec ((x Int)) Int (- x {by}))
(define-fun dec.guard ((x Int)) Bool {guard})
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")"""


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        ("(>= x 2)", ""),
        ("(and (>= x 2) (>= x 5))", ""),
        ("(or (>= x 2) (>= x 5))", ""),
        ("(>= x 1)", "leaves any 0.0 >= 0"),
        ("(<= x 9)", "is kept by larger counters"),
        ("(and (>= x 2) (= (mod x 2) 0))", "is kept by larger counters"),
        ("true", "leaves any 0.0 >= 0"),
    ],
)
def test_a_guard_of_vector_addition_is_a_threshold_that_keeps_counters_positive(
    guard: str, words: str
) -> None:
    given = ("vector-addition", "(registers any Int)", INC, DEC.format(by=2, guard=guard))
    if words:
        is_refused("refuted", words, *given)
    else:
        assert limit(*given).complete


def test_a_guard_of_two_counters_is_a_conjunction_of_thresholds() -> None:
    text = """(define-fun both ((x Int) (y Int)) Int (+ x 1))
(define-fun both.guard ((x Int) (y Int)) Bool {guard})
(set-info :sheffer "(component both (inputs x y) (outputs both) (guard both.guard))")"""
    given = ("vector-addition", "(registers (a b) Int)")
    assert limit(*given, text.format(guard="(and (>= x 1) (>= y 2))")).complete
    is_refused(
        "refuted", "conjunction of thresholds", *given, text.format(guard="(or (>= x 1) (>= y 2))")
    )
    is_refused("refuted", "conjunction of thresholds", *given, text.format(guard="(>= (+ x y) 3)"))


@pytest.mark.parametrize(
    ("new", "words"),
    [("(* 2 x)", "adds a constant to"), ("(ite (> x 4) (+ x 1) (+ x 2))", "adds a constant to")],
)
def test_a_step_of_vector_addition_adds_a_constant(new: str, words: str) -> None:
    step = f"(define-fun step ((x Int)) Int {new})"
    is_refused("refuted", words, "vector-addition", "(registers any Int)", step)


def test_vector_addition_reads_no_counter_into_a_finite_register() -> None:
    registers = "(registers any Int) (registers any Bool)"
    copy = "(define-fun copy ((f Bool) (x Int)) Bool (ite {} f true))"
    given = ("vector-addition", registers, INC)
    assert limit(*given, copy.format("(= x x)")).complete
    is_refused("refuted", "without reading a counter", *given, copy.format("(= x 0)"))


def test_the_constants_of_vector_addition_may_depend_on_finite_registers() -> None:
    registers = "(registers (a) Int) (registers (f) Bool)"
    move = MOVE.format(sort="Bool", body="(ite f (+ x 1) (+ x 2))", guard="")
    assert limit("vector-addition", registers, move).complete


def test_counters_of_vector_addition_are_integers() -> None:
    is_refused(
        "route", "register q is of sort Real, no counter", "vector-addition",
        "(registers (q) Real)", "(define-fun inc ((q Real)) Real (+ q 1.0))",
    )  # fmt: skip


# A box

BOUNDED = """(define-fun inc ((x Int)) Int (+ x 1))
(define-fun inc.guard ((x Int)) Bool (< x {most}))
(set-info :sheffer "(component inc (inputs x) (outputs inc) (guard inc.guard))")"""


def test_a_box_holds_the_starts_and_is_kept() -> None:
    registers = "(registers (x) Int) (starts start)"
    start = "(define-fun start ((x Int)) Bool (= x 2))"
    given = ("finite", registers, start, BOUNDED.format(most=5))
    report = limit(*given, box={"x": [2, 5]})
    assert report.complete
    assert [note.split(" (0")[0] for note in report.checked[1:]] == [
        "start states lie in the box",
        "inc(x) stays in the box",
    ]
    is_refused("refuted", "start states lie in the box", *given, box={"x": [3, 5]})
    is_refused("refuted", "inc(x) stays in the box", *given, box={"x": [2, 4]})
    for box in ({}, {"y": [2, 5]}, {"x": [2, 5], "y": [0, 1]}, [2, 5], {"x": [5, 4]}, {"x": [2]}):
        is_refused("bad-hint", "", *given, box=box)
    point = ("finite", registers, start, "(define-fun keep ((x Int)) Int x)")
    assert limit(*point, box={"x": [2, 2]}).complete
    is_refused("route", "about while-programs", *given, regime="recurrent", box={"x": [2, 5]})
    free = ("finite", "(registers (x) Int)", BOUNDED.format(most=5))
    is_refused("route", "every state is a start state", *free, box={"x": [2, 5]})
    is_refused("route", "register x of sort Int is infinite", *free, box=None)


# By the form of the set


@pytest.mark.parametrize("regime", ["recurrent", "cells"])
def test_decidable_halting_is_about_programs_that_end(regime: str) -> None:
    given = ("decidable-halting", "(registers (x) Int)", INC)
    assert limit(*given, regime="straight-line").complete
    assert limit(*given, regime="loop").complete
    assert limit(*given, regime="while").complete
    is_refused("route", "may branch on p", *given, reads("(= x 0)"), regime="while")
    cells = "(registers any Bool) (cells 1 (offsets -1 0 1))"
    flip = "(define-fun flip ((f Bool)) Bool (not f))"
    if regime == "cells":
        for asked in ("loop", "while", "recurrent"):
            is_refused("route", "may run for ever", "decidable-halting", cells, flip, regime=asked)
        assert limit("decidable-halting", cells, flip, regime="straight-line").complete
    else:
        is_refused("route", "may run for ever", *given, regime=regime)


@pytest.mark.parametrize("route", ["vector-addition", "one-counter", "one-stack"])
def test_routes_of_while_programs_are_about_nothing_else(route: str) -> None:
    hints = {"vector-addition": {}, "one-counter": {"window": 1, "modulus": 1}}.get(
        route, {"window": 1, "base": 2}
    )
    for regime in ("loop", "straight-line", "recurrent"):
        is_refused("route", "about while-programs", route, "(registers (x) Int)", INC,
                   regime=regime, **hints)  # fmt: skip
