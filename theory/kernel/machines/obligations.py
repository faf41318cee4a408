"""Obligations: what must hold for a verdict, and how each is decided.

- `Obligation`: under assumptions, each `Check` gives what is wanted, for all values.
- `decide`: `Proved`, `Refuted` with one concrete counterexample in words, or `Open` (a time-out, a
  counterexample that is not rational): never a guess.
- `script`: the same question as text, for any other solver; `confirmed` asks one.

An obligation without variables is evaluated exactly; the others go to z3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from theory.kernel.errors import CertificateError
from theory.kernel.language.proving import TIMEOUT_S, Counterexample, Proof, prove, smt_script
from theory.kernel.language.sorts import Value, plain_value
from theory.kernel.language.terms import TRUE, Term, apply, conjunction, evaluate, variables


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


def script(obligation: Obligation) -> str:
    """The obligation's negation as an SMT-LIB script: `unsat` means proved."""
    return f"(set-logic ALL)\n{smt_script(obligation.goal, obligation.assumptions)}(check-sat)\n"


def confirmed(obligation: Obligation, ask: Callable[[str], str] | None) -> str:
    """What another solver adds to a proof by z3, as words for a report; empty if none is asked.

    Raises:
        CertificateError: `solvers-disagree` where it refutes what z3 proved.
    """
    if ask is None:
        return ""
    answer = ask(script(obligation))
    if answer == "sat":
        message = f"z3 proves {obligation.name} and cvc5 refutes it; one of them is wrong"
        raise CertificateError("solvers-disagree", message, obligation.where)
    words = {"unsat": "cvc5 agrees", "absent": "cvc5 is not installed"}
    return f"; {words.get(answer, 'cvc5 unknown')}"
