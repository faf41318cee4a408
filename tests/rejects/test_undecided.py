"""What a solver leaves open is neither accepted nor refused; each obligation is reported.

The solver's part is played: it answers as it should, except on the obligations that a test names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from solvers.completeness.verdict import verdict
from theory import catalogue
from theory.formats.certificates import new_certificate
from theory.kernel.checks.certificates import Limits, check
from theory.kernel.errors import CertificateError
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import FALSE, TRUE, apply, const, var
from theory.kernel.machines.obligations import (
    Check,
    Obligation,
    Open,
    Outcome,
    Proved,
    Refuted,
    decide,
)

COUNTER = """
(set-info :sheffer "(set s (regime while) (registers (x) Int))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun is-zero ((x Int)) Bool (= x 0))
(set-info :sheffer "(test is-zero (inputs x))")
"""
DECIDE = "theory.kernel.checks.{}.decide"


def one_counter() -> dict[str, Any]:
    hints = {"window": 1, "modulus": 1}
    return new_certificate("limit", set=COUNTER, regime="while", route="one-counter", hints=hints)


def answering(answer: Callable[[str], Outcome | None]) -> Callable[[Obligation], Outcome]:
    """A solver that says what `answer` says of an obligation's name, or else what is true."""
    return lambda obligation: answer(obligation.name) or decide(obligation)


def answers_or_proved(answers: dict[str, Outcome], obligation: Obligation) -> Outcome:
    return answers.get(obligation.name, Proved())


def test_each_demand_stands_in_the_report() -> None:
    report = check(one_counter())
    assert report.complete
    assert report.kind == "limit"
    assert report.data()["states"]["question"] == "Turing"
    assert report.unchecked == ()
    looked_at, *proved = report.checked
    assert looked_at == "1 operations: inc; 1 tests: is-zero"
    assert [note.split(" (")[0] for note in proved] == [
        "inc(x) adds constants above the window, adds below",
        "is-zero(x) reads x above 1 only modulo 1",
        "is-zero(x) reads x below -1 only modulo 1",
    ]
    data = new_certificate("limit", set=COUNTER, regime="loop", route="decidable-halting", hints={})
    assert check(data).checked[1:] == ("the hypotheses hold by the form of the set",)


def test_a_limit_with_an_open_demand_is_not_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "is-zero(x) reads x below -1 only modulo 1"
    answer = answering(lambda asked: Open("a time-out") if asked == name else None)
    monkeypatch.setattr(DECIDE.format("limits"), answer)
    report = check(one_counter())
    assert not report.complete
    assert report.states is None
    assert report.unchecked == (f"{name}: a time-out",)
    assert len(report.checked) == 3


def test_a_limit_of_which_every_demand_is_open_has_nothing_by_its_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DECIDE.format("limits"), lambda _: Open("a time-out"))
    report = check(one_counter())
    assert not report.complete
    assert len(report.unchecked) == 3
    assert report.checked == ("1 operations: inc; 1 tests: is-zero",)


@pytest.mark.parametrize("open_one", ["adds below", "resets below"])
def test_a_demand_is_open_when_one_of_its_alternatives_is(
    open_one: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alternatives before it and after it are false, and it may still hold."""

    def answer(name: str) -> Outcome | None:
        if name.startswith("inc"):
            return Open("a time-out") if name.endswith(open_one) else Refuted({}, f"{name} fails")
        return None

    monkeypatch.setattr(DECIDE.format("limits"), answering(answer))
    report = check(one_counter())
    assert not report.complete
    assert report.unchecked == ("inc(x): a time-out",)


def test_the_first_of_the_false_alternatives_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(name: str) -> Outcome | None:
        return Refuted({}, f"{name} fails") if name.startswith("inc") else None

    monkeypatch.setattr(DECIDE.format("limits"), answering(answer))
    with pytest.raises(CertificateError) as caught:
        check(one_counter())
    assert caught.value.reason == "refuted"
    assert caught.value.where == "set"
    assert caught.value.message == "inc(x) adds constants above the window, adds below fails"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("unsat", "cvc5 agrees"),
        ("absent", "cvc5 is not installed"),
        ("unknown", "cvc5 unknown"),
    ],
)
def test_a_second_opinion_is_reported(answer: str, words: str) -> None:
    report = check(one_counter(), Limits(second_opinion=lambda _: answer))
    assert report.complete
    assert all(note.endswith(f"; {words})") for note in report.checked[1:])
    assert not any("cvc5" in note for note in check(one_counter()).checked)


def test_a_second_opinion_against_the_first_refuses() -> None:
    with pytest.raises(CertificateError) as caught:
        check(one_counter(), Limits(second_opinion=lambda _: "sat"))
    assert (caught.value.reason, caught.value.where) == ("solvers-disagree", "set")


def test_an_obligation_without_variables_in_its_goal_may_have_them_in_its_assumptions() -> None:
    n = var("n", INT)
    above, below = (apply(op, n, const(0, INT)) for op in (">", "<"))
    wrong = (Check("that", FALSE),)
    assert decide(Obligation("o", "w", (above, below), wrong)) == Proved()
    assert isinstance(decide(Obligation("o", "w", (above,), wrong)), Refuted)
    assert decide(Obligation("o", "w", (FALSE,), wrong)) == Proved()
    assert isinstance(decide(Obligation("o", "w", (TRUE,), wrong)), Refuted)
    assert decide(Obligation("o", "w", (TRUE,), (Check("that", TRUE),))) == Proved()


def test_a_simulation_with_an_open_obligation_is_not_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = verdict(catalogue.load("three-counters")).certificate
    assert data is not None
    whole = check(data)
    assert whole.complete
    assert whole.kind == "simulation"
    assert whole.data()["states"]["question"] == "Turing"
    for name in ("operation dec a", "test zero b"):
        answer = partial(answers_or_proved, {name: Open("a time-out")})
        monkeypatch.setattr(DECIDE.format("simulation"), answer)
        report = check(data)
        assert not report.complete, name
        assert report.states is None
        assert report.unchecked == (f"{name}: a time-out",)
        assert len(report.checked) == len(whole.checked) - 1
