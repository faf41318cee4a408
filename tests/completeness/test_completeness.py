"""Verdicts of Turing completeness: the catalogue, the traps, and what an unknown one says."""

from __future__ import annotations

import statistics
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.completeness.negative import find_limit
from solvers.completeness.search_budget import Budget, Clock
from solvers.completeness.verdict import Answer, Verdict, verdict
from theory import catalogue
from theory.formats.component_files import read_components
from theory.kernel.checks.certificates import check
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.programs import Regime
from theory.kernel.errors import ComponentError

EXPECTED = {
    "complete": [
        "array-tape", "brainfuck-tape", "convolution-3", "convolution-3x3",
        "convolution-max-pooling", "even-counters", "nas-bench-101-cells", "nas-bench-201-cells",
        "one-register", "relu-affine", "saturated-neurons", "subleq", "three-counters",
        "two-counters", "two-stacks",
    ],
    "incomplete": [
        "counters-without-zero-test", "float-neurons", "loop-programs", "nas-bench-101",
        "nas-bench-201", "one-counter", "one-stack", "words-8-bit",
    ],
    "unknown": ["affine-iteration"],
}  # fmt: skip
QUICK = Budget(seconds=6, length=3)

INC = "(define-fun inc ((x Int)) Int (+ x 1))"
DEC = """(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")"""
ZERO = "(define-fun is-zero ((x Int)) Bool (= x 0))"


def counters_set(*parts: str, registers: str = "a b", more: str = "") -> ComponentSet:
    """A while-set of counters."""
    line = f'(set-info :sheffer "(set s (regime while) (registers ({registers}) Int) {more})")'
    return read_components("\n".join([line, *parts]))


def test_every_entry_is_expected() -> None:
    assert sorted(n for names in EXPECTED.values() for n in names) == catalogue.names()


@pytest.fixture(scope="module")
def found() -> dict[str, Verdict]:
    return {name: verdict(catalogue.load(name)) for name in catalogue.names()}


def test_catalogue(found: dict[str, Verdict]) -> None:
    for answer, names in EXPECTED.items():
        for name in names:
            assert found[name].answer == answer, (name, found[name].reason)
    seconds = [v.seconds for v in found.values()]
    assert statistics.median(seconds) < 2
    assert max(seconds) < 60


def test_every_certificate_is_accepted_and_every_entry_explains_itself(
    found: dict[str, Verdict],
) -> None:
    for name, v in found.items():
        why, memory = catalogue.about(name)
        assert why
        assert memory
        if v.certificate is not None:
            report = check(v.certificate)
            assert report.complete
            assert not report.unchecked
            assert name in report.statement
            assert str(v.regime) in report.statement


def test_rule_110_is_weakly_complete_and_says_so(found: dict[str, Verdict]) -> None:
    assert found["convolution-3"].weakly
    assert not found["convolution-3x3"].weakly
    certificate = found["convolution-3"].certificate
    assert certificate is not None
    assert "weakly" in check(certificate).statement


def test_unknown_carries_reason_budget_and_progress() -> None:
    v = verdict(counters_set(INC, ZERO), budget=QUICK)
    assert v.answer is Answer.UNKNOWN
    assert v.reason
    assert v.budget == QUICK
    assert set(v.missing) == {f"dec {c}" for c in "ab"}
    assert set(v.found) == {f"{o} {c}" for o in ("inc", "zero") for c in "ab"}
    assert {"vector-addition", "one-counter"} <= set(v.refusals)


def test_a_regime_asked_for_overrides_the_file() -> None:
    components = catalogue.load("three-counters")
    assert verdict(components, Regime.LOOP).answer is Answer.INCOMPLETE
    assert verdict(components, Regime.STRAIGHT_LINE).answer is Answer.INCOMPLETE
    assert verdict(catalogue.load("nas-bench-201"), Regime.RECURRENT).answer is Answer.COMPLETE


# The traps


def test_evenness_is_no_obstacle() -> None:
    v = verdict(catalogue.load("even-counters"))
    assert v.answer is Answer.COMPLETE
    assert "2n" in v.title


def test_two_counters_with_jump_if_zero_alone_are_not_called_complete() -> None:
    control = "(control (is-zero true) no-jump)"
    v = verdict(counters_set(INC, DEC, ZERO, more=control), budget=QUICK)
    assert v.answer is Answer.UNKNOWN
    assert "no unconditional jump" in v.reason
    assert "jump" in v.missing


def test_a_third_counter_held_at_zero_is_an_unconditional_jump() -> None:
    control = "(control (is-zero true) no-jump)"
    v = verdict(counters_set(INC, DEC, ZERO, registers="a b c", more=control), budget=QUICK)
    assert v.answer is Answer.COMPLETE
    assert v.certificate is not None
    assert v.certificate["jump"] is not None


def test_jump_if_zero_with_jumps_is_complete() -> None:
    control = "(control (is-zero true) jump)"
    assert verdict(counters_set(INC, DEC, ZERO, more=control)).answer is Answer.COMPLETE


def test_a_two_way_test_of_positive_is_a_zero_test() -> None:
    positive = "(define-fun positive ((x Int)) Bool (>= x 1))"
    assert verdict(counters_set(INC, DEC, positive)).answer is Answer.COMPLETE


def test_a_flag_set_from_a_counter_is_a_zero_test() -> None:
    flag = """(define-fun flag ((x Int)) Bool (= x 0))
(set-info :sheffer "(component flag (inputs x) (outputs flag))")
(define-fun is-set ((f Bool)) Bool f)
(set-info :sheffer "(test is-set (inputs f))")"""
    components = counters_set(INC, DEC, flag, more="(registers (f) Bool)")
    limit, refusals = find_limit(components, Regime.WHILE, Clock(Budget()))
    assert limit is None
    assert "without reading a counter" in refusals["vector-addition"]
    assert verdict(components).answer is Answer.COMPLETE


def test_a_guard_that_is_not_a_test() -> None:
    v = verdict(counters_set(INC, DEC))
    assert v.answer is Answer.INCOMPLETE
    assert v.title == "decidable-halting"
    flip = "(define-fun is-set ((f Bool)) Bool f)\n"
    flip += '(set-info :sheffer "(test is-set (inputs f))")'
    v = verdict(counters_set(INC, DEC, flip, more="(registers (f) Bool)"))
    assert v.answer is Answer.INCOMPLETE
    assert v.title == "vector-addition"


def test_a_guard_that_is_no_threshold_breaks_vector_addition() -> None:
    equal = """(define-fun pass ((x Int)) Int x)
(define-fun pass.guard ((x Int)) Bool (= x 0))
(set-info :sheffer "(component pass (inputs x) (outputs pass) (guard pass.guard))")
(define-fun is-set ((f Bool)) Bool f)
(set-info :sheffer "(test is-set (inputs f))")"""
    components = counters_set(INC, DEC, equal, more="(registers (f) Bool)")
    limit, refusals = find_limit(components, Regime.WHILE, Clock(Budget()))
    assert limit is None
    assert "larger counters" in refusals["vector-addition"]


def test_decrement_below_zero_breaks_vector_addition() -> None:
    free = "(define-fun sub ((x Int)) Int (- x 1))\n(define-fun is-set ((f Bool)) Bool f)\n"
    free += '(set-info :sheffer "(test is-set (inputs f))")'
    components = counters_set(INC, free, more="(registers (f) Bool)")
    _, refusals = find_limit(components, Regime.WHILE, Clock(Budget()))
    assert "leaves" in refusals["vector-addition"]


@pytest.mark.parametrize(
    "double",
    ["(define-fun double ((x Int)) Int (* 2 x))", "(define-fun add ((x Int) (y Int)) Int (+ x y))"],
)
def test_doubling_on_the_one_counter(double: str) -> None:
    components = counters_set(INC, DEC, ZERO, double, registers="c")
    limit, refusals = find_limit(components, Regime.WHILE, Clock(Budget()))
    assert limit is None
    assert "one-counter" in refusals
    assert verdict(components, budget=QUICK).answer is Answer.UNKNOWN


def test_one_counter_may_reset_read_residues_and_saturate() -> None:
    more = """(define-fun reset ((x Int)) Int 0)
(define-fun thirds ((x Int)) Bool (= (mod x 3) 1))
(define-fun monus ((x Int)) Int (ite (> x 5) (- x 5) 0))"""
    v = verdict(counters_set(INC, DEC, ZERO, more, registers="c"))
    assert v.answer is Answer.INCOMPLETE
    assert v.title == "one-counter"


def test_two_stacks_in_one_register_are_not_one_stack() -> None:
    square = "(define-fun top ((q Int)) Bool (= (mod (div q 16) 2) 1))"
    parts = ("(define-fun push ((q Int)) Int (* 2 q))", square)
    limit, _ = find_limit(counters_set(*parts, registers="q"), Regime.WHILE, Clock(Budget()))
    assert limit is None


def test_division_by_zero_is_refused() -> None:
    with pytest.raises(ComponentError, match="divides by zero"):
        counters_set("(define-fun half ((x Int) (y Int)) Int (div x y))")


def test_a_decrement_that_is_wrong_far_away_is_not_accepted() -> None:
    far = "(define-fun dec ((x Int)) Int (ite (> (abs x) 1000000) x (- x 1)))"
    v = verdict(counters_set(INC, far, ZERO), budget=QUICK)
    assert v.answer is Answer.UNKNOWN
    assert "dec a" in v.missing


def test_counts_may_be_held_as_negative_numbers() -> None:
    half = "(define-fun dec ((x Int)) Int (ite (> x 1000000) x (- x 1)))"
    v = verdict(counters_set(INC, half, ZERO))
    assert v.answer is Answer.COMPLETE
    assert "-n" in v.title


def test_finite_values_are_finite_configurations() -> None:
    inc = "(define-fun inc ((x Int)) Int (mod (+ x 1) 5))"
    v = verdict(counters_set(inc, ZERO, more="(values 5)"))
    assert v.answer is Answer.INCOMPLETE
    assert v.title == "finite"


def test_a_box_that_holds_all_starts() -> None:
    inc = "(define-fun step ((x Int)) Int (mod (* 3 x) 7))"
    start = "(define-fun low ((a Int) (b Int)) Bool (and (<= 0 a 6) (<= 0 b 6)))"
    v = verdict(counters_set(inc, ZERO, start, more="(starts low)"))
    assert v.answer is Answer.INCOMPLETE
    assert v.title == "finite"


def test_start_states_that_hold_no_code_rule_a_simulation_out() -> None:
    start = "(define-fun low ((a Int) (b Int)) Bool (and (= a 0) (= b 0)))"
    v = verdict(counters_set(INC, DEC, ZERO, start, more="(starts low)"), budget=QUICK)
    assert v.answer is Answer.UNKNOWN


POOL = {
    "inc": INC,
    "dec": DEC,
    "sub": "(define-fun sub ((x Int)) Int (- x 1))",
    "add2": "(define-fun add2 ((x Int)) Int (+ x 2))",
    "double": "(define-fun double ((x Int)) Int (* 2 x))",
    "halve": "(define-fun halve ((x Int)) Int (div x 2))",
    "reset": "(define-fun reset ((x Int)) Int 0)",
    "add": "(define-fun add ((x Int) (y Int)) Int (+ x y))",
    "zero": ZERO,
    "odd": "(define-fun odd ((x Int)) Bool (= (mod x 2) 1))",
    "positive": "(define-fun positive ((x Int)) Bool (> x 0))",
}


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from([c for n in (2, 3, 4) for c in combinations(sorted(POOL), n)]),
    st.sampled_from(["a", "a b"]),
)
def test_no_set_is_both_complete_and_incomplete(names: tuple[str, ...], registers: str) -> None:
    from solvers.completeness.verdict import _search

    components = counters_set(*(POOL[n] for n in names), registers=registers)
    limit, _ = find_limit(components, Regime.WHILE, Clock(Budget()))
    clock = Clock(Budget(seconds=1, length=2))
    trial, _, _ = _search(components, Regime.WHILE, clock)
    assert limit is None or trial is None


def test_numbers_that_grow_without_bound_end_no_search() -> None:
    square = "(define-fun square ((x Int)) Int (* x x))"
    v = verdict(counters_set(INC, square, ZERO), budget=Budget(seconds=3, length=10))
    assert v.answer is Answer.UNKNOWN


def test_rounding_operators_are_searched_exactly() -> None:
    """A base-4 stack that is popped by rounding: floats could not even evaluate it."""
    text = """(set-info :sheffer "(set s (regime recurrent) (registers any Real))")
(define-fun push0 ((q Real)) Real (+ (* 0.25 q) 0.25))
(define-fun push1 ((q Real)) Real (+ (* 0.25 q) 0.75))
(define-fun top ((q Real)) Real (ite (>= q 0.75) 1.0 0.0))
(define-fun pop ((q Real)) Real (ite (<= q 0.0) q (- (* 4.0 q) (ite (>= q 0.75) 3.0 1.0))))
(define-fun nand ((f Real) (g Real)) Real (- 1.0 (* f g)))
(define-fun choose ((f Real) (x Real) (y Real)) Real (ite (= f 1.0) x y))
(define-fun whole ((x Real)) Real (to_real (to_int x)))"""
    v = verdict(read_components(text))
    assert v.answer is Answer.COMPLETE
