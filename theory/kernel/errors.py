"""The errors of Sheffer: one type per package boundary.

Every error carries a `reason` that a program can match, a `where` that a person can find, and a
message that says what is wrong and how to mend it. Its text is one printable line.
"""

from __future__ import annotations

from theory.kernel.text import printable


class ShefferError(Exception):
    """Something a caller gave is wrong.

    Attributes:
        reason: a short fixed word for programs, such as `unknown-sort`.
        message: what is wrong and the remedy, for people.
        where: the place, such as `my.smt2:4:12` or `sequences.dec`; empty when there is none.
    """

    def __init__(self, reason: str, message: str, where: str = "") -> None:
        super().__init__(reason, message, where)
        self.reason = reason
        self.message = message
        self.where = where

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return printable(" ".join(text.split()))


class ComponentError(ShefferError):
    """A term, component or component set is malformed."""


class OutOfLimitsError(ShefferError):
    """Time, memory or the size of a number ran out: nothing was shown, one way or the other."""


class NumberTooLargeError(OutOfLimitsError, ComponentError):
    """A number outgrew `theory.kernel.language.operators.MAX_BITS` while a term was evaluated."""


class ProblemError(ShefferError):
    """A problem, sample or table is malformed, or asks for what is not supported."""


class CertificateError(ShefferError):
    """A certificate is refused: it is malformed, or it states something false."""


class MachineError(ShefferError):
    """A Turing machine, or the text of one, is malformed."""
