"""What an accepted certificate shows: one object, from which text, data and exit code are made.

- `LeastError`: of a problem. `Completeness`: of a component set.
- `Report`: a statement, with what was checked for it and what was not.

The checks build a statement from what they have confirmed, and from nothing else. Names in it come
from the certificate, so they are quoted.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from theory.kernel.language.exact import Error, error_text
from theory.kernel.text import printable, quoted


@dataclass(frozen=True, slots=True)
class LeastError:
    """What is known of the least error of a problem.

    Attributes:
        problem: its name, as the certificate has it.
        error: what a witness attains; infinite where there is none.
        length: the least length listed at which a witness attains it.
        lengths: lower bounds speak of sequences of lengths 0 to this.
        asked: the greatest length that the problem asks about.
        at_least: no such sequence has an error below this; None where no bound was confirmed.
        shortest: whether no sequence shorter than `length` attains the error.
        scope: the inputs spoken of, or the entries of a table.
        unit: what an error counts.
        noun: what `length` bounds: length, formula size or depth.
        evidence: why the bound holds: proved, recounted, or attested.
        settled: whether the checker did all that the evidence promises.
    """

    problem: str
    error: Error
    length: int
    lengths: int
    asked: int
    at_least: Error | None
    shortest: bool
    scope: str
    unit: str
    noun: str
    evidence: str
    settled: bool = True

    @property
    def optimal(self) -> bool:
        """Whether nothing among the lengths spoken of has a smaller error."""
        return self.at_least == self.error

    @property
    def says(self) -> frozenset[str]:
        """Words for what a caller may want to hear: optimal, bounded, found; and zero."""
        whole = self.lengths >= self.asked or self.error == 0
        words = {"optimal"} if self.optimal and whole else set()
        words |= {"bounded"} if self.at_least is not None and self.at_least > 0 else set()
        words |= {"zero"} if self.error == 0 else set()
        return frozenset(words | {"found"})

    def __str__(self) -> str:
        unit = f" ({self.unit})" if 0 < self.error < math.inf else ""
        text = f"{quoted(self.problem)}: error {error_text(self.error)}{unit}"
        text += f" at {self.noun} {self.length} {self.scope}"
        if self.error == math.inf:
            text = f"{quoted(self.problem)}: no sequence is known {self.scope}"
        if self.at_least is None:
            found = "" if self.error == math.inf else ", found"
            return f"{text}{found}; no lower bound was checked"
        if not self.optimal:
            most = f"for {self.noun}s up to {self.lengths}"
            return f"{text}; at least {error_text(self.at_least)} {most}, checked"
        word = "table optimum" if self.evidence == "table" else "optimal"
        if self.lengths < self.asked and self.error != 0:
            word += f" among {self.noun}s up to {self.lengths} of {self.asked}"
        text = f"{text}, {word}, checked"
        return text if self.shortest else f"{text}; that no shorter sequence has it is not claimed"


@dataclass(frozen=True, slots=True)
class Completeness:
    """What is known of a component set.

    Attributes:
        components: the set's name, as the certificate has it.
        question: Turing or functions.
        complete: the answer.
        weakly: complete only with eventually periodic starts.
        regime: the regime asked about; empty for functions.
        values: k, for functions.
        by: the model simulated, the route, or what the relations are.
        rests_on: the theorem cited.
        memory: where the unbounded memory lives, for complete sets.
    """

    components: str
    question: str
    complete: bool
    weakly: bool = False
    regime: str = ""
    values: int = 0
    by: str = ""
    rests_on: str = ""
    memory: str = ""

    @property
    def settled(self) -> bool:
        """A set's verdict is only stated when all of it was checked."""
        return True

    @property
    def says(self) -> frozenset[str]:
        """The verdict as a word for callers; a weakly complete set is not complete."""
        if not self.complete:
            return frozenset({"incomplete"})
        return frozenset({"weakly-complete"} if self.weakly else {"complete", "weakly-complete"})

    def __str__(self) -> str:
        name = quoted(self.components)
        if self.question == "functions":
            verdict = "complete" if self.complete else "incomplete"
            which = "every function is" if self.complete else "some function is no"
            article = " a" if self.complete else ""
            return f"{name}: {verdict} (k = {self.values}), {which}{article} composition"
        kind = "weakly Turing complete" if self.weakly else "Turing complete"
        if self.complete:
            how = f"simulates {self.by} ({self.rests_on}); memory: {self.memory}"
            return f"{name} is {kind} under {self.regime}: {how}"
        how = f"halting is decidable, route {self.by} ({self.rests_on})"
        return f"{name} is not {kind} under {self.regime}: {how}"


Statement: TypeAlias = LeastError | Completeness


@dataclass(frozen=True, slots=True)
class Report:
    """What a checker found.

    Attributes:
        kind: the certificate's kind.
        states: what is now known; None when the checker ran out of its limits before anything was.
        checked: each obligation that was checked, in words.
        unchecked: what the certificate claims and the checker did not confirm; empty when all is
            confirmed.
        seconds: wall-clock time.
    """

    kind: str
    states: Statement | None
    checked: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """False when the checker ran out of its limits, so that it neither accepts nor refuses."""
        return self.states is not None and self.states.settled

    @property
    def statement(self) -> str:
        """What is known, in one line."""
        return "nothing was decided" if self.states is None else printable(str(self.states))

    def data(self) -> dict[str, Any]:
        """The report as plain data; errors are exact, as text."""
        found: dict[str, Any] = {} if self.states is None else asdict(self.states)
        for key, value in found.items():
            if isinstance(value, Fraction | float) or key in ("error", "at_least"):
                found[key] = None if value is None else _exact(value)
            elif isinstance(value, str):
                found[key] = printable(value)
        return {
            "outcome": "accepted" if self.complete else "unknown",
            "kind": self.kind,
            "statement": self.statement,
            "states": found,
            "says": sorted(self.states.says) if self.states is not None else [],
            "checked": [printable(item) for item in self.checked],
            "unchecked": [printable(item) for item in self.unchecked],
            "seconds": round(self.seconds, 3),
        }


def _exact(error: Error) -> str:
    return "inf" if error == math.inf else printable(str(Fraction(error)))
