"""How long a finder may look, and what it tells while it looks.

A `Budget` bounds seconds, the length of a sequence and the number of states (or values) kept in one
search; a `Clock` is a budget that has started to run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Budget:
    """What the search for a simulation may spend.

    Attributes:
        seconds: wall-clock time in total.
        length: steps of one sequence.
        states: states, or values, kept in one search.
    """

    seconds: float = 20.0
    length: int = 6
    states: int = 100_000

    def __str__(self) -> str:
        return f"{self.seconds:g} s, length {self.length}, {self.states:,} states"


class OutOfTimeError(Exception):
    """The clock has run out."""


@dataclass(slots=True)
class Clock:
    """A budget that runs from now on."""

    budget: Budget
    progress: Progress | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self.budget.seconds - self.seconds)

    def check(self) -> None:
        """Raises OutOfTimeError when the time is up."""
        if self.seconds > self.budget.seconds:
            raise OutOfTimeError

    def say(self, text: str) -> None:
        """Tells how far the search is."""
        if self.progress is not None:
            self.progress(text)
