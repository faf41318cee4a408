"""Values as people write them, and as certificates hold them.

- `parse_value`: from plain text, such as a CSV cell.
- `value_to_json`: as `theory.kernel.language.sorts.value_from_json` reads it back.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.kernel.errors import ComponentError
from theory.kernel.language.sorts import ArrayValue, Sort, Value, coerce


def parse_value(sort: Sort, text: str, where: str = "") -> Value:
    """A value from plain text as people write it in a CSV cell.

    Bool: true, false, 1, 0. Int: decimal digits. Real: `3`, `-0.25`, `1e-3` or `1/3`, exactly.
    BitVec: decimal (negative ones in two's complement), `0x..` or `#x..`, `0b..` or `#b..`.
    """
    word = text.strip()
    lowered = word.lower()
    try:
        if sort.kind == "Bool":
            return {"true": True, "1": True, "false": False, "0": False}[lowered]
        if sort.kind == "Real":
            if len(word) > 1000 or ("e" in lowered and abs(int(lowered.split("e")[1])) > 1000):
                raise ValueError("too long")
            return Fraction(word)
        if sort.kind in ("Int", "BitVec"):
            if len(word) > 4000:
                raise ValueError("too long")
            return coerce(sort, _parse_int(lowered), where)
    except (KeyError, ValueError, ZeroDivisionError):
        pass
    raise ComponentError("bad-value", f"{word[:40]!r} is not a value of sort {sort}", where)


def _parse_int(word: str) -> int:
    for prefix, base in (("0x", 16), ("#x", 16), ("0b", 2), ("#b", 2)):
        if word.startswith(prefix):
            return int(word[2:], base)
    return int(word, 10)


def value_to_json(value: Value) -> Any:
    """bool and int as they are, a Fraction as "p/q", an array as its default and its entries."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, ArrayValue):
        entries = [[value_to_json(k), value_to_json(v)] for k, v in value.entries]
        return {"default": value_to_json(value.default), "entries": entries}
    return value
