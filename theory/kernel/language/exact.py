"""Errors of sequences: exact numbers, or infinity."""

from __future__ import annotations

import math
from decimal import Context, Decimal
from fractions import Fraction
from typing import TypeAlias

Error: TypeAlias = int | Fraction | float  # a float only as math.inf


def error_text(error: Error) -> str:
    """An error for people: exact where that is short, else to six digits, as `about` says."""
    if error == math.inf:
        return "inf"
    value = Fraction(error)
    if value.denominator != 1 and 10**9 % value.denominator == 0:
        text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    elif max(value.numerator.bit_length(), value.denominator.bit_length()) < 4_000:
        text = str(value)
    else:
        text = "a number of more than 1,000 digits"
    if len(text) <= 9:
        return text
    rounded = Context(prec=6).divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"about {rounded.normalize():g}"
