"""Certificates that once were accepted although what was printed of them was false.

Each of them left something out: a placement, a sort, a line, a condition, a measure. The checker
must refuse them for that reason, or say less.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from solvers.completeness.verdict import Answer, verdict
from solvers.exact import solve, with_evidence
from tests.support import optimum_examples as examples
from theory import catalogue
from theory.formats.certificates import new_certificate, problem_to_json
from theory.formats.component_files import read_components
from theory.formats.sequence_text import sequence_to_json
from theory.kernel.checks.certificates import Limits, check
from theory.kernel.checks.statement import LeastError, Report
from theory.kernel.components.component import Component
from theory.kernel.components.component_files import components_from
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import CertificateError, ComponentError, ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, array, bitvec
from theory.kernel.language.terms import FALSE, TRUE, apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import (
    Measure,
    Relation,
    Sample,
    Samples,
    Specification,
    Table,
)

COUNTERS = """
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")
"""
ZERO_TEST = """
(define-fun is-zero ((x Int)) Bool (= x 0))
(set-info :sheffer "(test is-zero (inputs x){places})")
"""


def limit(text: str, route: str, regime: str = "while", **hints: Any) -> dict[str, Any]:
    return new_certificate("limit", set=text, regime=regime, route=route, hints=hints)


def refused(data: dict[str, Any], reason: str, words: str = "") -> None:
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == reason, caught.value
    assert words in str(caught.value), caught.value


def unreadable(text: str, reason: str, words: str = "") -> None:
    with pytest.raises(ComponentError) as caught:
        components_from(text, "set")
    assert caught.value.reason == reason, caught.value
    assert words in str(caught.value), caught.value


# What programs may do


@pytest.mark.parametrize(
    "registers", ["(registers any Int)", "(registers any Bool) (registers any Int)"]
)
@pytest.mark.parametrize("places", ["(7) (8) (9)", "(0) (1)", "(5)"])
def test_a_zero_test_counts_wherever_it_may_stand(registers: str, places: str) -> None:
    text = f'(set-info :sheffer "(set s (regime while) {registers})")' + COUNTERS
    text += ZERO_TEST.format(places=f" (placements {places})")
    refused(limit(text, "vector-addition"), "refuted", "does not read a counter")


@pytest.mark.parametrize(
    ("registers", "places", "words"),
    [
        ("(registers (a b) Int)", "(7)", "no register 7"),
        ("(registers (a) Int) (registers (f) Bool)", "(1)", "register 1 is Bool"),
        ("(registers (a b) Int)", "(0 1)", "lists 2 registers"),
        ("(registers (a) Int) (registers any Bool)", "(1)", "no register 1 of sort Int"),
    ],
)
def test_a_placement_that_no_program_can_use_is_no_placement(
    registers: str, places: str, words: str
) -> None:
    text = f'(set-info :sheffer "(set s (regime while) {registers})")' + COUNTERS
    unreadable(text + ZERO_TEST.format(places=f" (placements {places})"), "bad-placement", words)


def test_placements_may_not_disagree_about_a_register() -> None:
    text = """
(set-info :sheffer "(set s (regime while) (registers any Int) (registers any Bool))")
(define-fun inc ((x Int)) Int (+ x 1))
(set-info :sheffer "(component inc (inputs x) (placements (3)))")
(define-fun flip ((f Bool)) Bool (not f))
(set-info :sheffer "(component flip (inputs f) (placements (3)))")
"""
    unreadable(text, "bad-placement", "register 3 is Int")


def test_a_component_that_can_stand_nowhere_is_not_passed_over() -> None:
    text = """
(set-info :sheffer "(set s (regime while) (registers (a) Int))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun half ((q Real)) Real (/ q 2.0))
"""
    refused(limit(text, "vector-addition"), "route", "half can stand nowhere")


def test_a_test_that_control_does_not_admit_is_no_obstacle() -> None:
    text = '(set-info :sheffer "(set s (regime while) (registers any Int) (control jump))")'
    report = check(limit(text + COUNTERS + ZERO_TEST.format(places=""), "vector-addition"))
    assert report.complete
    assert "1 tests: is-zero" in report.checked[0]


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        ("(control (is-zero true) (is-zero false))", "duplicate-name"),
        ("(control (is-zero true true))", "syntax"),
        ("(control no-jump (is-zero true) jump)", "syntax"),
        ("(control (inc true))", "wrong-role"),
    ],
)
def test_a_control_that_says_two_things_is_refused(control: str, reason: str) -> None:
    text = f'(set-info :sheffer "(set s (regime while) (registers any Int) {control})")'
    unreadable(text + COUNTERS + ZERO_TEST.format(places=""), reason)


# Which sorts are finite

ARRAYS = """
(set-info :sheffer "(set s (regime while) (registers (m) {sort}){values})")
(define-fun inc ((m {sort})) {sort} (store m 0 (+ (select m 0) 1)))
(define-fun zero ((m {sort})) Bool (= (select m 0) 0))
"""


def test_values_do_not_bound_what_arrays_hold() -> None:
    text = ARRAYS.format(sort="(Array Int Int)", values=" (values 4)")
    unreadable(text, "wrong-sort", "does not bound the Int inside")
    unbounded = ARRAYS.format(sort="(Array Int Int)", values="")
    refused(limit(unbounded, "finite", box=None), "route", "is infinite")
    for sort in (array(INT, BOOL), array(bitvec(2), REAL), array(BOOL, array(bitvec(2), INT))):
        text = f"""
(set-info :sheffer "(set s (regime while) (registers (m) {sort}))")
(define-fun keep ((m {sort})) {sort} m)
"""
        refused(limit(text, "finite", box=None), "route", "is infinite")


def test_arrays_between_finite_sorts_are_finite() -> None:
    text = """
(set-info :sheffer "(set s (regime while) (registers (m) (Array (_ BitVec 2) Bool)))")
(define-fun set ((m (Array (_ BitVec 2) Bool)) ) (Array (_ BitVec 2) Bool) (store m #b00 true))
"""
    assert check(limit(text, "finite", box=None)).complete


def test_cells_do_not_loop() -> None:
    text = catalogue.text("nas-bench-101").replace("straight-line", "loop")
    assert check(limit(catalogue.text("nas-bench-101"), "decidable-halting", "straight-line"))
    refused(limit(text, "decidable-halting", "loop"), "route", "may run for ever")


def test_far_cells_hold_the_quiescent_value() -> None:
    """A rule with a guard on a constant: where all is quiescent, the constant is not there."""
    text = """
(set-info :sheffer "(set s (regime recurrent) (registers any Int)
  (cells 2 (offsets (-1 -1) (-1 0) (-1 1) (0 -1) (0 0) (0 1) (1 -1) (1 0) (1 1))) (quiescent 0))")
(define-fun life ((a Int) (b Int) (c Int) (d Int) (x Int) (e Int) (f Int) (g Int) (h Int) (k Int)) Int
  (ite (or (= (+ a b c d e f g h) 3) (and (= x 1) (= (+ a b c d e f g h) 2))) 1 0))
(define-fun guard ((a Int) (b Int) (c Int) (d Int) (x Int) (e Int) (f Int) (g Int) (h Int) (k Int)) Bool
  (= k 2))
(set-info :sheffer "(component life (inputs a b c d x e f g h k) (outputs life) (guard guard))")
"""  # noqa: E501
    step = ["life", list(range(10)), [], []]
    data = new_certificate(
        "simulation",
        set=text,
        regime="recurrent",
        model={"name": "life", "sort": "Int"},
        constants=[["Int", 2]],
        operations={"rule": {"steps": [step], "outputs": [10]}},
    )
    refused(data, "bad-constants", "far cells hold 0")


@pytest.mark.parametrize(
    ("quiescent", "reason"),
    [("(+ 1 0)", "syntax"), ("true", "bad-value"), ("1", None), ("(- 1)", None)],
)
def test_a_quiescent_value_is_a_literal_of_the_cells_sort(
    quiescent: str, reason: str | None
) -> None:
    text = catalogue.text("convolution-3x3").replace("(quiescent 0)", f"(quiescent {quiescent})")
    if reason is not None:
        unreadable(text, reason)
        return
    found = verdict(catalogue.load("convolution-3x3"))
    assert found.certificate is not None
    refused({**found.certificate, "set": text}, "bad-model", "needs the quiescent value 0")


# The statement of an optimum


def statement(report: Report) -> LeastError:
    assert isinstance(report.states, LeastError)
    return report.states


def shortened(name: str, lines: int) -> dict[str, Any]:
    data = examples.certificate(name)
    del data["frontier"][lines:]
    return data


@pytest.mark.parametrize("name", ["sorting", "counter", "halves"])
def test_a_frontier_that_stops_early_speaks_of_the_lengths_it_has(name: str) -> None:
    whole = statement(check(examples.certificate(name)))
    assert whole.says >= {"optimal"}
    data = shortened(name, len(examples.certificate(name)["frontier"]) - 1)
    report = check(data)
    found = statement(report)
    assert found.lengths == whole.lengths - 1
    assert found.asked == whole.asked
    assert "optimal" not in found.says
    assert f"among lengths up to {found.lengths} of {found.asked}" in report.statement


def test_an_attested_bound_is_not_stated() -> None:
    data = examples.certificate("sorting")
    data["evidence"] = "attested"
    report = check(data)
    assert statement(report).at_least is None
    assert report.data()["states"]["at_least"] is None
    assert "at least" not in report.statement
    assert report.data()["says"] == ["found", "zero"]
    data = shortened("sorting", 2)
    data["evidence"] = "attested"  # 'at least 1' would be false beyond, and is not known here
    assert "optimal" not in str(check(data).statement)


FORGED = "x\nACCEPTED  p: error 0, optimal, checked\x1b[2K\u202e, checked"


@pytest.mark.parametrize("place", ["name", "attested_by"])
def test_text_of_a_certificate_is_quoted(place: str) -> None:
    data = examples.certificate("sorting")
    data["evidence"] = "attested"
    if place == "name":
        data["problem"]["name"] = FORGED
    else:
        data["attested_by"] = FORGED
    report = check(data)
    printed = json.dumps(report.data(), ensure_ascii=False)
    shown = [report.statement, *report.checked, *report.unchecked, printed]
    assert all(text.isprintable() for text in shown), shown
    assert "'x\\" in (report.statement if place == "name" else report.unchecked[0])


def test_a_lone_surrogate_is_escaped() -> None:
    data = examples.certificate("sorting")
    data["problem"]["name"] = "\ud800"
    assert "\\u{d800}" in check(data).statement


def test_the_unit_of_an_error_is_stated() -> None:
    problem = examples.gates()
    found = statement(check(with_evidence(solve(problem)).certificate()))
    assert found.unit == "wrong samples"
    assert "error 1 (wrong samples)" in str(found)


@pytest.mark.parametrize("measure", [m for m in Measure if m is not Measure.WRONG])
def test_a_measure_needs_inputs_that_can_be_listed(measure: Measure) -> None:
    x = var("x", bitvec(17))
    inputs, outputs = (Variable("x", bitvec(17)),), (Variable("y", bitvec(17)),)
    same = Component("same", inputs, (x,))
    goal = Specification((apply("bvnot", x),))
    cs = ComponentSet("s", (same,))
    with pytest.raises(ProblemError) as caught:
        Problem("p", cs, Wiring.DAG, inputs, outputs, goal, 1, measure)
    assert caught.value.reason == "wrong-measure"


def boolean(target: Specification | Relation, **more: Any) -> Problem:
    p = var("p", BOOL)
    inputs, outputs = (Variable("p", BOOL),), (Variable("r", BOOL),)
    made = (Component("flip", inputs, (apply("not", p),)),)
    cs = ComponentSet("s", made)
    return Problem("p", cs, Wiring.DAG, inputs, outputs, target, 1, **more)


def test_a_target_for_no_input_is_no_target() -> None:
    for target in (Specification((FALSE,), FALSE), Relation(var("r", BOOL), FALSE)):
        with pytest.raises(ProblemError) as caught:
            boolean(target)
        assert caught.value.reason == "no-samples"


def test_a_condition_is_stated() -> None:
    p = var("p", BOOL)
    problem = boolean(Specification((apply("not", p),), p))
    text = check(with_evidence(solve(problem)).certificate()).statement
    assert "for all 1 inputs with p" in text


@pytest.mark.parametrize("cost", [Cost.TREE, Cost.DEPTH])
@pytest.mark.parametrize("listed", [True, False])
def test_a_relation_is_judged_by_what_it_says_at_every_cost(cost: Cost, listed: bool) -> None:
    p, r = var("p", BOOL), var("r", BOOL)
    inputs = ((False,), (True,)) if listed else None
    problem = boolean(Relation(apply("xor", p, r), TRUE, inputs), cost=cost)
    wrong = problem.sequence((), (0,))
    right = problem.sequence((Step("flip", (0,)),), (1,))
    lines = [
        {"length": k, "error": error, "at_least": error, "sequence": sequence_to_json(sequence)}
        for k, (error, sequence) in enumerate((("2", wrong), ("0", right)))
    ]
    data = optimum(problem, lines)
    assert statement(check(data)).says >= {"optimal", "zero"}
    lines[1] = {**lines[0], "length": 1}
    refused(optimum(problem, lines), "lower-bound", "has error 0")


def optimum(problem: Problem, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return new_certificate(
        "optimum",
        problem=problem_to_json(problem),
        engine="",
        evidence="recounted",
        attested_by="",
        frontier=lines,
    )


def test_a_relation_on_listed_inputs_says_so_and_keeps_its_condition() -> None:
    p, r = var("p", BOOL), var("r", BOOL)
    problem = boolean(Relation(apply("xor", p, r), TRUE, ((False,),)))
    assert "on 1 listed inputs" in check(with_evidence(solve(problem)).certificate()).statement
    with pytest.raises(ProblemError) as caught:
        boolean(Relation(apply("xor", p, r), p, ((False,),)))
    assert caught.value.reason == "bad-input"


def test_a_relation_may_divide_by_no_zero_on_listed_inputs_either() -> None:
    x, y = var("x", INT), var("y", INT)
    inputs, outputs = (Variable("x", INT),), (Variable("y", INT),)
    cs = ComponentSet("s", (Component("same", inputs, (x,)),))
    divides = apply("=", apply("div", x, y), const(0, INT))
    with pytest.raises(ProblemError) as caught:
        Problem("p", cs, Wiring.DAG, inputs, outputs, Relation(divides, TRUE, ((0,),)), 1)
    assert caught.value.reason == "zero-divisor"


def test_samples_keep_to_the_values_of_the_set() -> None:
    text = """(set-info :sheffer "(set s (values 3))")
(define-fun next ((x Int)) Int (mod (+ x 1) 3))"""
    cs = read_components(text)
    inputs, outputs = (Variable("x", INT),), (Variable("y", INT),)
    for row in (Sample((3,), (0,)), Sample((0,), (-1,))):
        with pytest.raises(ProblemError) as caught:
            Problem("p", cs, Wiring.DAG, inputs, outputs, Samples((row,)), 1)
        assert caught.value.reason == "bad-value"


TABLE = Table((("a",), ("b",)), {(0,): Fraction(2), (0, 0): Fraction(1)})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cost": Cost.TREE}, "wrong-wiring"),
        ({"components": ComponentSet("s", ())}, "wrong-wiring"),
        ({"inputs": (Variable("x", INT),)}, "wrong-wiring"),
        ({"length": 1}, "bad-length"),
    ],
)
def test_a_table_is_nothing_but_its_entries(changes: dict[str, Any], reason: str) -> None:
    problem = Problem("t", None, Wiring.TABLE, (), (), TABLE, 2)
    with pytest.raises(ProblemError) as caught:
        replace(problem, **changes)
    assert caught.value.reason == reason


def test_an_entry_that_exists_cannot_be_left_out() -> None:
    problem = Problem("t", None, Wiring.TABLE, (), (), TABLE, 2)
    data = with_evidence(solve(problem)).certificate()
    data["frontier"][1] = {"length": 1, "error": "inf", "at_least": "1", "sequence": None}
    refused(data, "witness", "has an entry of at most 1 steps")


def test_lines_without_a_witness_are_not_counted_as_evaluated() -> None:
    report = check(examples.certificate("table"))
    assert report.checked[0] == "1 witness evaluated exactly"
    assert report.checked[1] == "2 lines have no witness, and claim no error"


@pytest.mark.parametrize("power", [400, 20_000])
def test_a_huge_or_tiny_error_is_printed_as_what_it_is(power: int) -> None:
    errors = {(0,): Fraction(10**power), (0, 0): Fraction(1, 10**power)}
    data = new_certificate(
        "optimum",
        problem=problem_to_json(
            Problem("t", None, Wiring.TABLE, (), (), Table((("a",), ("b",)), errors), 2)
        )
        if power < 1000
        else examples.certificate("table")["problem"],
        engine="table",
        evidence="attested",
        attested_by="",
        frontier=[{"length": 0, "error": "inf", "at_least": "0", "sequence": None}],
    )
    if power > 1000:  # no checker reads so many digits
        data["problem"]["target"]["table"][0][1] = "1" * power
        refused(data, "bad-value")
        return
    for steps, text in ((["a"], f"about 1e+{power}"), (["a", "b"], f"about 1e-{power}")):
        sequence = {"steps": [[name, [], [], []] for name in steps], "outputs": []}
        error = str(errors[(0,) * len(steps)])
        line = {"length": len(steps), "error": error, "at_least": "0", "sequence": sequence}
        first = data["frontier"][: len(steps)]
        data["frontier"] = [*first, line]
        assert text in check(data).statement
    assert math.isinf(statement(check({**data, "frontier": data["frontier"][:1]})).error)


# Text that is not understood, and what made the checker fail


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('(set-info :shefer "(set s (regime while))")', "unknown-command"),
        ("(set-info :source |x|)", "unknown-command"),
        ("(exit)", "unknown-command"),
        ("(set-logic ALL)", "unknown-command"),
        ("(define-sort N () Int)", "unknown-command"),
        ("(check-sat)", "unknown-command"),
        ('(set-info :sheffer "(problem p (target inc))")', "unknown-line"),
        ('(set-info :sheffer "(component inc (outputs))")', "no-output"),
        ('(set-info :sheffer "(component inc (outputs) (guard dec.guard))")', "no-output"),
        ('(set-info :sheffer "(component inc (outputs) (parameters (w Int 0 1)))")', "no-output"),
        ('(set-info :sheffer "(set s (registers () Int))")', "syntax"),
        ('(set-info :sheffer "(set s (quiescent 0))")', "syntax"),
        ('(set-info :sheffer "(component inc (inputs x) (writes a))")', "unknown-register"),
        ('(set-info :sheffer "(component inc (inputs x) (parameters (w Int 0 inc)))")',
         "free-variable"),
    ],
)  # fmt: skip
def test_what_is_not_understood_in_a_certificate_is_refused(line: str, reason: str) -> None:
    unreadable(COUNTERS + line, reason)


def test_a_file_of_a_person_may_say_what_scripts_say() -> None:
    text = "(set-logic ALL)\n(set-info :status sat)\n(define-sort N () Int)\n"
    text += "(define-fun inc ((x N)) N (! (+ x 1) :named step))\n(check-sat)\n(exit)\n"
    assert read_components(text).components[0].input_sorts == (INT,)
    for wrong in (
        "(exit)\n(define-fun f ((x Int)) Int x)",
        "(set-info :shefer |x|)",
        "(define-sort N () Int)(define-sort N () Bool)",
        "(define-sort Int () Bool)",
    ):
        with pytest.raises(ComponentError):
            read_components(wrong)  # fmt: skip


def test_start_states_are_over_the_registers_as_they_are() -> None:
    text = """
(set-info :sheffer "(set s (regime while) (registers (a) Int) (starts p))")
(define-fun p ((a Real)) Bool (>= a 0.0))
(define-fun inc ((x Int)) Int (+ x 1))
"""
    unreadable(text, "free-variable", "starts is a Bool over the registers")


@pytest.mark.parametrize("sort", ["Bool", "Real"])
def test_a_register_that_is_written_has_the_sort_of_the_output(sort: str) -> None:
    text = f"""
(set-info :sheffer "(set s (regime while) (registers (a) {sort}) (registers (x) Int))")
(define-fun inc ((x Int)) Int (+ x 1))
(set-info :sheffer "(component inc (inputs x) (outputs inc) (writes a))")
"""
    unreadable(text, "unknown-register", "which is no register of Int")


# What does not end


def hard_reading() -> dict[str, Any]:
    text = """
(set-info :sheffer "(set s (regime while) (registers any Real))")
(define-fun f ((x Real) (w Real)) Real (* x w))
(set-info :sheffer "(component f (inputs x) (outputs f)
  (parameters (w Real 0 9000000 (/ 1.0 3.0))))")
"""
    return limit(text, "finite", box=None)


def wide_test() -> dict[str, Any]:
    inputs = " ".join(f"(x{k} Int)" for k in range(12))
    text = '(set-info :sheffer "(set s (regime while) (registers any Int))")' + COUNTERS
    text += f"(define-fun wide ({inputs}) Bool (= x0 x11))"
    return limit(text, "vector-addition")


def many_values() -> dict[str, Any]:
    text = '(set-info :sheffer "(set s (regime while) (registers any Int))")' + COUNTERS
    text += "(define-fun far ((x Int) (w Int)) Bool (= x w))"
    text += '(set-info :sheffer "(test far (inputs x) (parameters (w Int 0 1000000000)))")'
    return limit(text, "vector-addition")


def many_outputs() -> dict[str, Any]:
    names = [f"x{k}" for k in range(10)]
    inputs = tuple(Variable(n, BOOL) for n in names)
    outputs = tuple(Variable(f"y{k}", BOOL) for k in range(10))
    flip = Component("flip", inputs[:1], (apply("not", var("x0", BOOL)),))
    rows = tuple(
        Sample(tuple(bool(k >> row & 1) for k in range(1, 11)), (False,) * 10) for row in range(4)
    )
    problem = Problem(
        "many", ComponentSet("s", (flip,)), Wiring.DAG, inputs, outputs, Samples(rows), 2
    )
    sequence = problem.sequence((), (0,) * 10)  # the first input is 1 in one sample only
    line = {"error": "1", "at_least": "1", "sequence": sequence_to_json(sequence)}
    return optimum(problem, [{"length": k, **line} for k in range(2)])


@pytest.mark.parametrize("make", [hard_reading, wide_test, many_values, many_outputs])
def test_the_deadline_holds_whatever_is_asked(make: Callable[[], dict[str, Any]]) -> None:
    """Each of these once ran on for hours; now it is refused, or left open when the time is up."""
    try:
        report = check(make(), Limits(timeout_s=1.0))
    except CertificateError as error:
        assert error.reason == "route"
    else:
        assert not report.complete
        assert report.seconds < 4
        assert "statement" in report.data()


def test_a_set_has_never_certificates_both_ways() -> None:
    text = '(set-info :sheffer "(set s (regime while) (registers any Int))")' + COUNTERS
    text += ZERO_TEST.format(places=" (placements (0) (1) (2))")
    assert verdict(read_components(text)).answer is not Answer.INCOMPLETE
