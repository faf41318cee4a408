"""Exact arithmetic for generated code, where Python's own is not SMT-LIB's or has no end.

`RUNTIME` holds the functions that the templates of `solvers.term_code` may call, by the name used
there. Bit vectors are unsigned words; `sign` and `mask` are a word's sign bit and all-ones. Tests
hold these functions against the kernel's (`theory.kernel.language.operators`).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.kernel.errors import NumberTooLargeError
from theory.kernel.language.operators import MAX_BITS

Number = int | Fraction


def _div(a: int, b: int) -> int:
    """SMT-LIB `div`: the quotient whose remainder is in 0 .. |b| - 1; 0 where b is 0."""
    if b == 0:
        return 0
    return a // b if b > 0 else -(a // -b)


def _mod(a: int, b: int) -> int:
    return a % abs(b) if b else 0


def _product(a: Number, b: Number) -> Number:
    _limit(a, b)
    return a * b


def _quotient(a: Fraction, b: Fraction) -> Fraction:
    _limit(a, b)
    return a / b if b else Fraction(0)


def _limit(a: Number, b: Number) -> None:
    """Repeated squaring doubles a number's length: without a limit, forty steps fill any memory."""
    for x, y in ((a.numerator, b.numerator), (a.denominator, b.denominator)):
        if x.bit_length() + y.bit_length() > MAX_BITS:
            message = f"a product has more than {MAX_BITS} bits"
            raise NumberTooLargeError("too-large", message)


def _signed(a: int, sign: int) -> int:
    return (a ^ sign) - sign


def _bvsdiv(a: int, b: int, sign: int, mask: int) -> int:
    x, y = _signed(a, sign), _signed(b, sign)
    if y == 0:
        return 1 if x < 0 else mask
    q = abs(x) // abs(y)
    return (q if (x < 0) == (y < 0) else -q) & mask


def _bvsrem(a: int, b: int, sign: int, mask: int) -> int:
    x, y = _signed(a, sign), _signed(b, sign)
    if y == 0:
        return a
    r = abs(x) % abs(y)
    return (r if x >= 0 else -r) & mask


def _bvsmod(a: int, b: int, sign: int, mask: int) -> int:
    x, y = _signed(a, sign), _signed(b, sign)
    return a if y == 0 else (x % y) & mask


def _repeat(a: int, width: int, times: int) -> int:
    result = 0
    for _ in range(times):
        result = result << width | a
    return result


RUNTIME: dict[str, Any] = {
    "Fraction": Fraction,
    "div": _div,
    "mod": _mod,
    "product": _product,
    "quotient": _quotient,
    "signed": _signed,
    "bvsdiv": _bvsdiv,
    "bvsrem": _bvsrem,
    "bvsmod": _bvsmod,
    "repeat": _repeat,
}
