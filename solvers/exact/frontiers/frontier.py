"""What an exact search returns: the frontier, with a witness and honest bounds at each length."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from theory.formats.certificates import error_to_json, new_certificate, problem_to_json
from theory.formats.sequence_text import sequence_to_json
from theory.formats.values import value_to_json
from theory.kernel.language.exact import Error, error_text
from theory.kernel.language.sorts import Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence


@dataclass(frozen=True, slots=True)
class Line:
    """At most `length` steps: `sequence` has `error`, and no sequence is below `at_least`.

    Where the problem's cost is tree or depth, `length` stands for that.
    """

    length: int
    error: Error
    at_least: Error
    sequence: Sequence | None

    @property
    def exact(self) -> bool:
        """Whether the error is the least one."""
        return self.error == self.at_least


def bounds_text(line: Line) -> str:
    """What is known at a length, for people."""
    error = error_text(line.error)
    if line.exact:
        return f"least error {error} at length {line.length}"
    return f"least error <= {error}, >= {error_text(line.at_least)} at length {line.length}"


@dataclass(frozen=True, slots=True)
class LengthProof:
    """That no shortest dag with error below `below` has `length` steps; LRAT, packed."""

    length: int
    below: int
    packed: str


@dataclass(frozen=True, slots=True)
class Frontier:
    """The least error for each length, as far as the search came.

    Attributes:
        problem: what was solved.
        engine: which engine of `solvers.exact`.
        lines: one for each length 0 .. the problem's length.
        counts: distinct behaviours first reached at each length.
        seconds: wall-clock time.
        stopped: why the search ended early: time, states, memory, number size or interrupted;
            None if it did not.
        inputs: the inputs that an all-input problem over an infinite domain was searched on.
        evidence: proved, recounted, or attested until the reference enumerator has agreed.
        evidence_note: what the evidence consists of, for people.
        proofs: with evidence proved: a proof for each length from 1 with a bound above 0.
        unsaved: why a search that stopped could not be saved where that was asked for.
    """

    problem: Problem
    engine: str
    lines: tuple[Line, ...]
    counts: tuple[int, ...]
    seconds: float
    stopped: str | None = None
    inputs: tuple[tuple[Value, ...], ...] | None = None
    evidence: str = "attested"
    evidence_note: str = ""
    proofs: tuple[LengthProof, ...] = ()
    unsaved: OSError | None = field(default=None, compare=False)

    @property
    def best(self) -> Line:
        """The line of the shortest length with the least error found."""
        least = self.lines[-1].error
        return next(line for line in self.lines if line.error == least)

    @property
    def optimal(self) -> bool:
        """Whether the last line's error is proved least by the search (not yet by a checker)."""
        return self.lines[-1].exact

    @property
    def shortest(self) -> bool:
        """Whether the search shows that no shorter length has the least error found."""
        best = self.best
        return best.length == 0 or self.lines[best.length - 1].at_least > best.error

    def certificate(self) -> dict[str, Any]:
        """The optimum certificate, as plain data."""
        lines = [
            {
                "length": line.length,
                "error": error_to_json(line.error),
                "at_least": error_to_json(line.at_least),
                "sequence": sequence_to_json(line.sequence) if line.sequence is not None else None,
            }
            for line in self.lines
        ]
        fields: dict[str, Any] = {
            "problem": problem_to_json(self.problem),
            "engine": self.engine,
            "evidence": self.evidence,
            "attested_by": self.evidence_note or f"engine {self.engine}, layers {self.counts}",
            "frontier": lines,
        }
        if self.inputs is not None:
            fields["inputs"] = [[value_to_json(v) for v in row] for row in self.inputs]
        if self.evidence == "proved":
            fields["proofs"] = [
                {"length": p.length, "below": p.below, "lrat": p.packed} for p in self.proofs
            ]
        return new_certificate("optimum", **fields)


def merged(first: Frontier, second: Frontier) -> Frontier:
    """What two searches of one problem know together; the second ended last."""
    lines = []
    for one, other in zip(first.lines, second.lines, strict=True):
        better = one if one.error <= other.error else other
        lines.append(replace(better, at_least=max(one.at_least, other.at_least)))
    settled = sum(line.exact for line in first.lines)
    return replace(
        second,
        engine=f"{first.engine}, {second.engine}",
        lines=tuple(lines),
        seconds=first.seconds + second.seconds,
        evidence_note=f"{settled} lengths by engine {first.engine}, layers "
        f"{', '.join(map(str, first.counts))}; then {second.evidence_note}",
    )


class FrontierBuilder:
    """Collects lines from the shortest length on, and fills in what was not reached."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.lines: list[Line] = []
        self.counts: list[int] = []

    @property
    def least(self) -> Error:
        """The least error so far; infinite before the first line."""
        return self.lines[-1].error if self.lines else math.inf

    @property
    def sequence(self) -> Sequence | None:
        """The witness of the last line."""
        return self.lines[-1].sequence if self.lines else None

    def add(
        self,
        error: Error,
        sequence: Sequence | None,
        *,
        exact: bool = True,
        at_least: Error = 0,
    ) -> None:
        """The least error of the next length; a longer sequence that is no better is dropped.

        Args:
            at_least: where the error is not exact, a lower bound that is known.
        """
        length = len(self.lines)
        if self.lines and error >= self.least:
            error, sequence = self.least, self.sequence
        self.lines.append(Line(length, error, error if exact else at_least, sequence))

    def fill(self, *, exact: bool) -> tuple[Line, ...]:
        """All lines: those not reached repeat the last error, exactly or as an upper bound."""
        while len(self.lines) <= self.length:
            self.add(self.least, self.sequence, exact=exact or self.least == 0)
        return tuple(self.lines)
