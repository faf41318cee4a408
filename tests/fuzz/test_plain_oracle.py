"""The oracle itself: it objects to wrong claims made by hand, and not to true ones.

Each wrong claim is close to a true one: one guard, place or domain makes the difference.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from solvers.completeness import verdict as search
from tests.fuzz.examination import Tally, simulation
from tests.fuzz.plain_oracle import objections
from tests.fuzz.plain_programs import (
    homeless,
    read_plain_set,
    steps_anywhere,
    steps_on,
    stray_places,
)
from tests.fuzz.plain_terms import PlainArray

INC = "(define-fun inc ((x Int)) Int (+ x 1))\n"
DEC = """(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")
"""
ZERO = "(define-fun is-zero ((x Int)) Bool (= x 0))\n"
FAR_ZERO = ZERO + '(set-info :sheffer "(test is-zero (inputs x) (placements (7) (8) (9)))")\n'
SET = '(define-fun is-set ((f Bool)) Bool f)\n(set-info :sheffer "(test is-set (inputs f))")\n'
LEAK = '(define-fun leak ((x Int)) Bool (= x 0))\n(set-info :sheffer "(component leak)")\n'
PUSH = "(define-fun push ((q Int)) Int (+ (* 2 q) 1))\n"
POP = "(define-fun pop ((q Int)) Int (div q 2))\n"
TOP = "(define-fun top ((q Int)) Bool (= (mod q 2) 1))\n"
BUMP = """(define-fun bump ((a (Array Int Int)) (i Int)) (Array Int Int)
  (store a i (+ (select a i) 1)))
"""
UP_TO_3 = """(define-fun up ((x Int)) Int (+ x 1))
(define-fun up.guard ((x Int)) Bool (< x 3))
(set-info :sheffer "(component up (inputs x) (outputs up) (guard up.guard))")
"""
SMALL = "(define-fun small ((a Int)) Bool (and (>= a 0) (<= a 3)))\n"


def _set(fields: str, *definitions: str) -> str:
    return f'(set-info :sheffer "(set by-hand (regime while) {fields})")\n' + "".join(definitions)


ANY, ONE, TWO = "(registers any Int)", "(registers (a) Int)", "(registers (a b) Int)"
FLAG = " (registers (f) Bool)"
COUNTER, STACK = {"window": 2, "modulus": 1}, {"window": 2, "base": 2}

WRONG: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "a zero test at registers 7 to 9": (
        _set(ANY, INC, DEC, FAR_ZERO),
        "vector-addition",
        {},
        "is-zero(7,)",
    ),
    "an array of integers in a domain of 4 values": (
        _set("(registers (a) (Array Int Int)) (registers (i) Int) (values 4)", BUMP),
        "finite",
        {"box": None},
        "of 256 values took more",
    ),
    "the same as vector addition": (
        _set("(registers (a) (Array Int Int)) (registers (i) Int) (values 4)", BUMP),
        "vector-addition",
        {},
        "of 256 values took more",
    ),
    "an array of integers without a domain": (
        _set("(registers (a) (Array Int Int)) (registers (i) Bool)", BUMP),
        "finite",
        {"box": None},
        "is infinite",
    ),
    "a test": (_set(ONE, INC, ZERO), "decidable-halting", {}, "branch on is-zero"),
    "a zero test": (_set(TWO, INC, DEC, ZERO), "vector-addition", {}, "is-zero"),
    "a flag that learns of zero": (
        _set(TWO + FLAG, INC, DEC, LEAK, SET),
        "vector-addition",
        {},
        "leak",
    ),
    "a decrement without a guard": (
        _set(TWO, INC, "(define-fun dec ((x Int)) Int (- x 1))\n"),
        "vector-addition",
        {},
        "lowers",
    ),
    "a guard from above": (_set(ONE, UP_TO_3), "vector-addition", {}, "blocks"),
    "a copy": (
        _set(TWO, "(define-fun copy ((x Int) (y Int)) Int y)\n"),
        "vector-addition",
        {},
        "copy",
    ),
    "two counters": (_set(TWO, INC, DEC, ZERO), "one-counter", COUNTER, "exactly one"),
    "a hidden second counter": (
        _set(ONE + " (registers (r) (Array Bool Int))", INC, ZERO),
        "one-counter",
        COUNTER,
        "exactly",
    ),
    "a doubled counter": (
        _set(ONE, "(define-fun twice ((x Int)) Int (* 2 x))\n"),
        "one-counter",
        COUNTER,
        "takes",
    ),
    "a threshold beyond the window": (
        _set(ONE, INC, "(define-fun far ((x Int)) Bool (> x 6))\n"),
        "one-counter",
        COUNTER,
        "tells",
    ),
    "a residue that the modulus does not show": (
        _set(ONE, INC, TOP),
        "one-counter",
        COUNTER,
        "top",
    ),
    "a stack with an increment": (_set(ONE, PUSH, POP, INC), "one-stack", STACK, "inc"),
    "a digit of another base": (
        _set(ONE, PUSH, POP, TOP),
        "one-stack",
        {"window": 2, "base": 3},
        "push",
    ),
    "a box that a step leaves": (
        _set(ONE + " (starts small)", SMALL, INC),
        "finite",
        {"box": {"a": [0, 3]}},
        "outside the box",
    ),
    "a box that misses a start": (
        _set(ONE + " (starts small)", SMALL, UP_TO_3),
        "finite",
        {"box": {"a": [1, 3]}},
        "start state",
    ),
    "cells": (
        _set("(registers (f) Bool) (cells 1 (offsets -1 0 1))", SET),
        "finite",
        {"box": None},
        "cells",
    ),
}
RIGHT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "counters and flags": (_set(TWO + FLAG, INC, DEC, SET), "vector-addition", {}),
    "any number of counters": (_set(ANY, INC, DEC), "vector-addition", {}),
    "a test that control leaves out": (
        _set(TWO + " (control jump)", INC, DEC, ZERO),
        "vector-addition",
        {},
    ),
    "nothing to branch on": (_set(TWO + " (control no-jump)", INC, ZERO), "decidable-halting", {}),
    "one counter": (_set(ONE + FLAG, INC, DEC, ZERO, LEAK), "one-counter", COUNTER),
    "one counter modulo 2": (_set(ONE, INC, TOP), "one-counter", {"window": 2, "modulus": 2}),
    "one stack": (_set(ONE, PUSH, POP, TOP, ZERO), "one-stack", STACK),
    "a box": (_set(ONE + " (starts small)", SMALL, UP_TO_3), "finite", {"box": {"a": [0, 3]}}),
    "a domain": (
        _set(ONE + " (values 4)", "(define-fun next ((x Int)) Int (mod (+ x 1) 4))\n"),
        "finite",
        {"box": None},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_objects_to_a_wrong_claim(name: str) -> None:
    text, route, hints, expected = WRONG[name]
    seen = objections(text, "while", route, hints)
    assert any(expected in what for what in seen), seen


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("seed", range(5))
def test_does_not_object_to_a_right_one(name: str, seed: int) -> None:
    text, route, hints = RIGHT[name]
    assert objections(text, "while", route, hints, seed) == []


def test_other_regimes() -> None:
    text = _set(TWO, INC, DEC, ZERO)
    assert objections(text, "loop", "decidable-halting", {}) == []
    assert objections(text, "recurrent", "decidable-halting", {})
    assert objections(_set(ANY, INC, DEC), "recurrent", "vector-addition", {})


# The interpreter, by hand


def test_places_of_outputs() -> None:
    """A comparator writes both inputs, in order, and never one register twice."""
    text = _set(
        "(registers (a b) Int) (registers (f) Bool)",
        "(define-fun low ((x Int) (y Int)) Int (ite (< x y) x y))\n",
        "(define-fun high ((x Int) (y Int)) Int (ite (< x y) y x))\n",
        "(define-fun less ((x Int) (y Int)) Bool (< x y))\n",
        '(set-info :sheffer "(component sort (inputs x y) (outputs low high less))")\n',
    )
    plain = read_plain_set(text)
    steps = list(steps_anywhere(plain))
    assert [(s.reads, s.writes) for s in steps] == [((0, 1), (0, 1, 2)), ((1, 0), (1, 0, 2))]
    assert steps[0].run((5, 3, False)) == ((3, 5, False), None)
    assert steps[1].run((5, 3, True)) == ((5, 3, True), None)


def test_fixed_targets_and_branches() -> None:
    """(writes b) fixes the target; the last output of a branch is not written."""
    text = _set(
        TWO,
        INC,
        ZERO,
        '(set-info :sheffer "(branch step (inputs x) (outputs inc is-zero) (writes b))")\n',
    )
    steps = list(steps_anywhere(read_plain_set(text)))
    assert [(s.reads, s.writes) for s in steps] == [((0,), (1,)), ((1,), (1,))]
    assert steps[0].run((0, 9)) == ((0, 1), True)


def test_numbered_places_beyond_the_declared_registers() -> None:
    plain = read_plain_set(_set(ANY, INC, FAR_ZERO))
    assert {s.reads for s in steps_anywhere(plain) if s.component.role == "test"} == {
        (7,),
        (8,),
        (9,),
    }
    assert stray_places(plain) == []
    assert stray_places(read_plain_set(_set(TWO, FAR_ZERO))) == [
        "is-zero (7,)", "is-zero (8,)", "is-zero (9,)",
    ]  # fmt: skip


def test_components_that_stand_nowhere() -> None:
    assert sorted(homeless(read_plain_set(_set(TWO, INC, SET, FAR_ZERO)))) == ["is-set", "is-zero"]
    assert homeless(read_plain_set(_set(ANY + FLAG, INC, SET, FAR_ZERO))) == []


def test_guards_parameters_and_numbers() -> None:
    """A false guard blocks; div and mod round so that the remainder is never negative."""
    text = _set(
        ONE,
        "(define-fun f ((x Int) (w Int)) Int (+ (* 10 (div x w)) (mod x w)))\n",
        "(define-fun f.guard ((x Int) (w Int)) Bool (distinct x 4))\n",
        '(set-info :sheffer "(component f (inputs x) (outputs f) (guard f.guard)'
        ' (parameters (w Int -2 2 4)))")\n',
    )
    minus, plus = steps_on(read_plain_set(text), read_plain_set(text).registers[0][1:])
    assert [minus.setting, plus.setting] == [{"w": -2}, {"w": 2}]
    assert [s.run((-7,)) for s in (minus, plus)] == [((41,), None), ((-39,), None)]
    assert minus.run((4,)) is None


def test_arrays_bits_and_rationals() -> None:
    text = _set(
        "(registers (a) (Array Bool Real)) (registers (b) (_ BitVec 2))",
        "(define-fun put ((a (Array Bool Real))) (Array Bool Real)"
        " (let ((r (select a true))) (store a false (* 0.5 r))))\n",
        "(define-fun wrap ((b (_ BitVec 2))) (_ BitVec 2) (bvadd b #b11))\n",
    )
    put, wrap = steps_anywhere(read_plain_set(text))
    array = PlainArray(None, ((False, Fraction(0)), (True, Fraction(3))))
    halved = PlainArray(None, ((False, Fraction(3, 2)), (True, Fraction(3))))
    assert put.run((array, 2)) == ((halved, 2), None)
    assert wrap.run((array, 2)) == ((array, 1), None)


def test_a_simulation_is_found_and_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that holding limits against simulations does not hold them against nothing."""
    monkeypatch.setattr(search, "find_limit", lambda *_: (None, {}))
    tally = Tally()
    assert simulation(tally, 0, _set(TWO, INC, DEC, ZERO), seconds=20.0)
    assert not tally.faults
