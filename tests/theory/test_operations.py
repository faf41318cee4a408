"""A component set as operation tables, and certificates bound to the set they are about."""

from __future__ import annotations

import pytest

from solvers.completeness.functional import decide_functions, minimal_names, repair_names
from tests.support.finite_operations import AND_OR, MAX, NAND, SUCC, certificate, components
from theory.kernel.checks.certificates import Limits, check
from theory.kernel.checks.operations import operations_of
from theory.kernel.errors import CertificateError, ComponentError


def test_tables_are_row_major_with_the_first_argument_most_significant() -> None:
    k, (operation,) = operations_of(
        components("(define-fun f ((a Bool) (b Bool)) Bool (and a (not b)))")
    )
    assert (k, operation.name, operation.arity, operation.table) == (2, "f", 2, (0, 0, 1, 0))


def test_constants_outputs_and_parameters_each_count() -> None:
    text = (
        '(set-info :sheffer "(set s (values 3))")'
        "(define-fun two () Int 2)"
        "(define-fun lo ((x Int) (y Int)) Int (ite (< x y) x y))"
        "(define-fun hi ((x Int) (y Int)) Int (ite (< x y) y x))"
        '(set-info :sheffer "(component sort (inputs x y) (outputs lo hi))")'
        "(define-fun shift ((x Int) (w Int)) Int (mod (+ x w) 3))"
        '(set-info :sheffer "(component shift (inputs x) (parameters (w Int 1 2)))")'
    )
    k, operations = operations_of(components(text))
    assert k == 3
    assert {(o.name, o.arity) for o in operations} == {
        ("two", 1), ("lo", 2), ("hi", 2), ("shift[1]", 1), ("shift[2]", 1)
    }  # fmt: skip
    assert {o.name: o.table for o in operations}["two"] == (2, 2, 2)


def test_words_of_two_bits_have_four_values() -> None:
    text = "(define-fun f ((x (_ BitVec 2))) (_ BitVec 2) (bvadd x #b01))"
    k, (operation,) = operations_of(components(text))
    assert (k, operation.table) == (4, (1, 2, 3, 0))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(define-fun f ((x Int)) Int x)", "infinite"),
        ("(define-fun f ((x Real)) Real x)", "infinite"),
        ("(define-fun f ((x Bool) (y (_ BitVec 2))) (_ BitVec 2) (ite x y #b00))", "many-sorted"),
        (
            "(define-fun f ((x Bool)) Bool x)(define-fun g ((x Bool)) Bool x)"
            '(set-info :sheffer "(component f (inputs x) (guard g))")',
            "guarded",
        ),
        ("(define-fun f ((x (_ BitVec 16))) (_ BitVec 16) x)", "too-large"),
    ],
)
def test_what_does_not_ask_the_question_is_unknown(text: str, reason: str) -> None:
    with pytest.raises(ComponentError) as caught:
        operations_of(components(text))
    assert caught.value.reason == reason
    assert decide_functions(components(text)).verdict.status == "unknown"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (NAND, "complete"),
        (AND_OR, "incomplete"),
        (MAX + SUCC, "complete"),
        (MAX, "incomplete"),
    ],
)
def test_certificates_of_both_kinds_are_accepted(text: str, verdict: str) -> None:
    report = check(certificate(text))
    assert verdict in report.statement
    assert report.complete
    assert report.checked


def test_a_certificate_about_another_set_is_refused() -> None:
    data = certificate(NAND)
    data["components"] = data["components"].replace("(not (and a b))", "(and a b)")
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == "other-operations"


def test_a_certificate_with_another_number_of_values_is_refused() -> None:
    data = certificate(MAX + SUCC)
    data["components"] = data["components"].replace("(values 3)", "(values 4)")
    with pytest.raises(CertificateError, match=r"leaves|k = 4|is not"):
        check(data)


def test_an_incomplete_verdict_turned_round_is_refused() -> None:
    data = certificate(AND_OR)
    data["verdict"] = "complete"
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason in ("unknown-key", "missing-key")


def test_a_checker_without_work_left_neither_accepts_nor_refuses() -> None:
    report = check(certificate(MAX), Limits(timeout_s=0.00001))
    assert not report.complete
    assert report.unchecked


def test_minimal_subsets_and_repairs_are_named() -> None:
    assert minimal_names(components(NAND + AND_OR)) == [("nand",)]
    assert ("k - 1 - x",) in repair_names(components(AND_OR))


def test_the_place_in_posts_lattice_and_the_unary_question() -> None:
    decision = decide_functions(components(AND_OR))
    assert decision.clone.startswith("MP:")
    assert decide_functions(components(MAX + SUCC)).unary.startswith("3 of 27 maps")
