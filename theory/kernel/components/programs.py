"""Programs (draft)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from theory.kernel.language.sorts import Value


class Regime(StrEnum):
    """How sequences may be repeated; see the module's text."""

    STRAIGHT_LINE = "straight-line"
    LOOP = "loop"
    WHILE = "while"
    RECURRENT = "recurrent"


@dataclass(frozen=True, slots=True)
class Control:
    """What a while-program may branch on.

    Attributes:
        branches: (test, its outcomes on which a program may branch), for each listed test.
        jump: whether a program may jump unconditionally.
    """

    branches: tuple[tuple[str, tuple[bool, ...]], ...]
    jump: bool = True


@dataclass(frozen=True, slots=True)
class Cells:
    """A lattice Z^dimension of register tuples; a step reads the cells at `offsets`."""

    dimension: int
    offsets: tuple[tuple[int, ...], ...]
    quiescent: Value | None = None


def outcomes(control: Control | None, test: str) -> tuple[bool, ...]:
    """The outcomes of a test on which a program may branch."""
    if control is None:
        return (True, False)
    return next((o for name, o in control.branches if name == test), ())


def two_way(control: Control | None, allowed: tuple[bool, ...]) -> bool:
    """Whether a program can go either way on a test with these outcomes."""
    return {*allowed} == {True, False} or (bool(allowed) and (control is None or control.jump))
