"""Obligations: what must hold for a verdict, and how each is decided.

- `Obligation`: under assumptions, each `Check` gives what is wanted, for all values.
- `decide`: `Proved`, `Refuted` with one concrete counterexample in words, or `Open` (a time-out, a
  counterexample that is not rational): never a guess.
- `second_opinion`: the same question to cvc5, from SMT-LIB text; optional.

An obligation without variables is evaluated exactly; the others go to z3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from theory.kernel.errors import CertificateError
from theory.kernel.language.proving import TIMEOUT_S, Counterexample, Proof, prove
from theory.kernel.language.sorts import Value, plain_value
from theory.kernel.language.terms import (
    TRUE,
    Term,
    apply,
    conjunction,
    evaluate,
    smt_text,
    symbol_text,
    variables,
)


@dataclass(frozen=True, slots=True)
class Check:
    """`given` must equal `wanted`; `what` says of which thing."""

    what: str
    given: Term
    wanted: Term = TRUE


@dataclass(frozen=True, slots=True)
class Obligation:
    """Checks that must hold for all values under assumptions; `where` is a certificate's place."""

    name: str
    where: str
    assumptions: tuple[Term, ...]
    checks: tuple[Check, ...]

    @property
    def goal(self) -> Term:
        return conjunction(
            c.given if c.wanted == TRUE else apply("=", c.given, c.wanted) for c in self.checks
        )


@dataclass(frozen=True, slots=True)
class Proved:
    """The obligation holds for all values."""


@dataclass(frozen=True, slots=True)
class Refuted:
    """The obligation is false at `values`; `message` says how."""

    values: Mapping[str, Value]
    message: str


@dataclass(frozen=True, slots=True)
class Open:
    """Neither proved nor refuted."""

    reason: str


Outcome: TypeAlias = Proved | Refuted | Open

BLOCKS = "no step blocks"
ANSWER = "the answer"


def decide(obligation: Obligation, *, timeout_s: float = TIMEOUT_S) -> Outcome:
    """Whether the obligation holds for all values of its variables."""
    goal, assumptions = obligation.goal, obligation.assumptions
    if not variables([goal, *assumptions]):
        if evaluate(conjunction(assumptions), {}) is not True or evaluate(goal, {}) is True:
            return Proved()
        return Refuted({}, explain(obligation, {}))
    answer = prove(goal, assumptions, timeout_s=timeout_s)
    if isinstance(answer, Proof):
        return Proved()
    if isinstance(answer, Counterexample):
        return Refuted(answer.values, explain(obligation, answer.values))
    return Open(answer.reason)


def explain(obligation: Obligation, values: Mapping[str, Value]) -> str:
    """The counterexample in one line: what it gives, and what was expected."""
    full = dict(values)
    at = ", ".join(f"{name} = {plain_value(v)}" for name, v in full.items())
    subject = f"{obligation.name}: {at}" if at else obligation.name
    for check in obligation.checks:
        given, wanted = evaluate(check.given, full), evaluate(check.wanted, full)
        if given == wanted:
            continue
        if check.what == BLOCKS:
            return f"{subject} blocks"
        if check.wanted == TRUE and check.what != ANSWER:
            return f"{subject} breaks: {check.what}"
        place = f" for {check.what}" if check.what not in ("", ANSWER) else ""
        return f"{subject} gives {plain_value(given)}{place}, expected {plain_value(wanted)}"
    return f"{subject} fails"


def smt_script(obligation: Obligation) -> str:
    """The obligation's negation as an SMT-LIB script: `unsat` means proved."""
    terms = [*obligation.assumptions, apply("not", obligation.goal)]
    lines = ["(set-logic ALL)"]
    lines += [f"(declare-const {symbol_text(n)} {s})" for n, s in variables(terms).items()]
    lines += [f"(assert {smt_text(term)})" for term in terms]
    return "\n".join([*lines, "(check-sat)"]) + "\n"


def confirmed(obligation: Obligation, where: str, *, timeout_s: float = TIMEOUT_S) -> str:
    """What cvc5 adds to a proof by z3, as words for a report.

    Raises:
        CertificateError: `solvers-disagree` where cvc5 refutes what z3 proved.
    """
    answer = second_opinion(obligation, timeout_s=timeout_s)
    if answer == "refuted":
        message = f"z3 proves {obligation.name} and cvc5 refutes it; one of them is wrong"
        raise CertificateError("solvers-disagree", message, where)
    return {"proved": "cvc5 agrees", "absent": "cvc5 is not installed"}.get(answer, "cvc5 unknown")


def second_opinion(obligation: Obligation, *, timeout_s: float = TIMEOUT_S) -> str:
    """What cvc5 says: `proved`, `refuted` or `unknown`; `absent` where it is not installed."""
    answer = run_cvc5(smt_script(obligation), timeout_s=timeout_s)
    return {"unsat": "proved", "sat": "refuted", "absent": "absent"}.get(answer, "unknown")


def run_cvc5(script: str, *, timeout_s: float) -> str:
    """The last line that cvc5 answers to SMT-LIB text; `absent` where it is not installed."""
    try:
        import cvc5
    except ImportError:
        return "absent"
    solver = cvc5.Solver()
    solver.setOption("tlimit-per", str(max(1, int(timeout_s * 1000))))
    parser = cvc5.InputParser(solver)
    language = cvc5.InputLanguage.SMT_LIB_2_6
    parser.setStringInput(language, script, "obligation")
    symbols = parser.getSymbolManager()
    answer = ""
    while True:
        command = parser.nextCommand()
        if command.isNull():
            break
        answer = command.invoke(solver, symbols) or answer
    return str(answer).strip()
