"""Functional certificates as a whole: about which set, for which k, and what is said of them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.support.finite_operations import AND_OR, MAX, NAND, SUCC, certificate
from theory.kernel.checks.certificates import check
from theory.kernel.checks.finite import check_functional
from theory.kernel.checks.statement import Completeness
from theory.kernel.errors import CertificateError

TIED = "asked of functions: registers, placements and starts play no part"
LINE = '(set-info :sheffer "(set s{more})")'
AND = "(define-fun and2 ((a Bool) (b Bool)) Bool (and a b))"
AND_AT = '(set-info :sheffer "(component and2 (inputs a b){more})")'


@pytest.mark.parametrize(
    ("text", "k", "complete"),
    [(NAND, 2, True), (AND_OR, 2, False), (MAX + SUCC, 3, True), (MAX, 3, False)],
)
def test_the_statement_is_the_verdict_for_k_values(text: str, k: int, complete: bool) -> None:
    report = check(certificate(text))
    states = report.states
    assert isinstance(states, Completeness)
    assert (states.complete, states.values, states.question) == (complete, k, "functions")
    word = "complete" if complete else "incomplete"
    assert f": {word} (k = {k}), " in report.statement
    assert (states.says == {"incomplete"}) is not complete
    assert report.kind == report.data()["kind"] == "functional"
    assert TIED not in report.checked


def refused(data: dict[str, Any], reason: str, where: str, words: str) -> None:
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert (caught.value.reason, caught.value.where) == (reason, where), caught.value
    assert words in caught.value.message, caught.value


@pytest.mark.parametrize("k", [3, 1, "2", True, 2.0, None, [2]])
def test_k_is_that_of_the_set(k: Any) -> None:
    data = certificate(NAND)
    data["k"] = k
    refused(data, "other-operations", "k", "the set has k = 2")
    del data["k"]
    refused(data, "other-operations", "k", "the set has k = 2")


@pytest.mark.parametrize("text", [None, 7, [NAND], {"text": NAND}])
def test_the_set_is_a_text(text: Any) -> None:
    data = certificate(NAND)
    data["components"] = text
    refused(data, "bad-fields", "components", "expected the component set")
    del data["components"]
    refused(data, "bad-fields", "components", "expected the component set")


ANY = LINE.format(more=" (registers any Bool)")
OR = "(define-fun or2 ((a Bool) (b Bool)) Bool (or a b))"
PLACED = AND + AND_AT.format(more=" (placements (0 1))")


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        (LINE.format(more="") + AND, False),
        (ANY + AND, False),
        (LINE.format(more=" (registers (p q) Bool)") + AND, True),
        (ANY + PLACED, True),
        (ANY + OR + PLACED, True),
        (ANY + PLACED + OR, True),
    ],
)
def test_what_plays_no_part_in_the_question_is_named(text: str, tied: bool) -> None:
    report = check(certificate(text))
    assert report.complete
    assert (TIED in report.checked) is tied


def test_work_that_runs_out_is_no_verdict_and_other_refusals_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    little = partial(check_functional, max_work=10)
    place = "theory.kernel.checks.functional.check_functional"
    monkeypatch.setattr(place, lambda data, operations, **_: little(data, operations))
    report = check(certificate(MAX))
    assert report.states is None
    assert report.kind == "functional"
    assert "checking takes more than the work allowed" in report.unchecked[0]
    monkeypatch.undo()
    data = certificate(MAX)
    data["relations"] = []
    with pytest.raises(CertificateError):
        check(data)
