"""How much an exact search may spend, and what it does when that is spent."""

from __future__ import annotations

import time
from dataclasses import dataclass

from solvers.stopping.ctrl_c import answer, asked_to_end
from theory.kernel.errors import NumberTooLargeError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of an exact search; what stops early reports honest bounds.

    Attributes:
        seconds: wall-clock time.
        states: distinct behaviours (and single states) kept.
        bytes: memory of the search's arrays.
    """

    seconds: float = 300.0
    states: int = 50_000_000
    bytes: int = 6 * 2**30


class LimitReachedError(Exception):
    """A limit was reached; `which` is time, states, memory or interrupted."""

    def __init__(self, which: str) -> None:
        super().__init__(which)
        self.which = which


STOPS = (LimitReachedError, NumberTooLargeError, MemoryError, KeyboardInterrupt)
"""What ends a search early; the lengths that were settled before stand."""


def stop_reason(error: BaseException) -> str:
    """One of `STOPS` in a word."""
    if isinstance(error, NumberTooLargeError):
        return "number size"
    if isinstance(error, MemoryError):
        return "memory"
    which = error.which if isinstance(error, LimitReachedError) else "interrupted"
    if which == "interrupted":
        answer()
    return which


class Meter:
    """Watches the limits of one search."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Wall-clock time so far."""
        return time.monotonic() - self.started

    def check(self, *, states: int = 0, size: int = 0) -> None:
        """Raises `LimitReachedError` where time is over, or these states or bytes are too many,
        or somebody asked for an end."""
        if asked_to_end():
            raise LimitReachedError("interrupted")
        if self.seconds > self.limits.seconds:
            raise LimitReachedError("time")
        if states > self.limits.states:
            raise LimitReachedError("states")
        if size > self.limits.bytes:
            raise LimitReachedError("memory")
