"""What a theorem is here: a text for people, and claims that are checked on finite instances.

    Theorem     the statement, what it assumes, a proof, and its claims
    Claim       one consequence that a computer can test exhaustively, and the test
    Report      what was checked, and what was refuted
    refute      how a test says that a claim is false: with the counterexample

A check proves nothing beyond its instances. The proof is for all of them; the check shows that the
statement has been read as it was meant.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, NoReturn

from theory.kernel.errors import ShefferError


class RefutedError(ShefferError):
    """A claim is false: the message holds the counterexample, `where` the claim's name."""


def refute(where: str, counterexample: str) -> NoReturn:
    """Says that a claim is false.

    Raises:
        RefutedError: always, with reason `refuted`.
    """
    raise RefutedError("refuted", counterexample, where)


@dataclass(frozen=True, slots=True)
class Claim:
    """A consequence of a theorem, or of an experiment, that is tested.

    Attributes:
        name: a short name.
        test: returns in words what was checked; raises `RefutedError` with a counterexample.
    """

    name: str
    test: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Report:
    """What testing the claims gave.

    Attributes:
        name: of the theorem or experiment.
        checked: for each claim that held, its name and what was checked.
        refuted: for each claim that did not, its name and the counterexample.
        seconds: wall-clock time.
    """

    name: str
    checked: tuple[tuple[str, str], ...]
    refuted: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether no claim was refuted, and there was one."""
        return bool(self.checked) and not self.refuted

    def lines(self) -> list[str]:
        """The report as text: the outcome, then each claim, in lines of at most 100 characters."""
        count = len(self.checked) + len(self.refuted)
        word = "CONFIRMED" if self.holds else "REFUTED  "
        text = [
            f"{word}  {self.name}: {len(self.checked)} of {count} claims ({self.seconds:.2f} s)"
        ]
        for word, claims in (("refuted", self.refuted), ("checked", self.checked)):
            for name, words in claims:
                text += wrap(f"  {word}  {name}: {words}", 100, subsequent_indent=" " * 11)
        return text

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "name": self.name,
            "holds": self.holds,
            "checked": [{"claim": name, "what": words} for name, words in self.checked],
            "refuted": [{"claim": name, "counterexample": words} for name, words in self.refuted],
            "seconds": round(self.seconds, 3),
        }


def run_claims(name: str, claims: tuple[Claim, ...]) -> Report:
    """Tests claims, one after the other; a refuted one does not stop the others."""
    started = time.monotonic()
    checked, refuted = [], []
    for claim in claims:
        try:
            checked.append((claim.name, claim.test()))
        except RefutedError as error:
            refuted.append((claim.name, str(error)))
    return Report(name, tuple(checked), tuple(refuted), time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class Theorem:
    """A conclusion with its proof and its check.

    Attributes:
        name: for commands and pages, such as `no-universal-method`.
        title: for people.
        statement: in LaTeX within Markdown, as are the other texts.
        definitions: the terms that the statement uses.
        assumptions: what it needs, one item each.
        proof: in Markdown.
        references: the works it rests on.
        claims: what `check` tests.
    """

    name: str
    title: str
    statement: str
    definitions: str
    assumptions: tuple[str, ...]
    proof: str
    references: tuple[str, ...]
    claims: tuple[Claim, ...]

    def check(self) -> Report:
        """Tests every claim on finite instances, exhaustively, in a few seconds."""
        return run_claims(self.name, self.claims)

    def markdown(self) -> str:
        """The statement, definitions, assumptions, proof and references as Markdown."""
        return "\n\n".join(
            [
                f"## Statement\n\n{self.statement.strip()}",
                f"## Definitions\n\n{self.definitions.strip()}",
                "## Assumptions\n\n" + "\n".join(f"- {item}" for item in self.assumptions),
                f"## Proof\n\n{self.proof.strip()}",
                "## References\n\n" + "\n".join(f"- {item}" for item in self.references),
            ]
        )
