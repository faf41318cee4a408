"""Sorts and their values: what a register, an input or an output may hold.

| sort | Python value |
|---|---|
| `BOOL` | `bool` |
| `INT` | `int`, unbounded |
| `REAL` | `fractions.Fraction`, exact |
| `bitvec(w)` | `int` in 0 .. 2**w - 1, read as unsigned |
| `array(i, e)` | `ArrayValue`: a default and finitely many other entries |
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from theory.kernel.deadline import tick
from theory.kernel.errors import ComponentError

MAX_NESTING = 16  # deepest nesting of array sorts
MAX_WIDTH = 4096  # widest bit vector that is read; wider ones are refused with a located error
MAX_LISTED = 64  # most indices of an array sort whose values are counted

_RATIONAL = re.compile(r"-?[0-9]{1,2000}(/0*[1-9][0-9]{0,1999})?")


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort: `kind` is Bool, Int, Real, BitVec (with `width`) or Array (with `parts`)."""

    kind: str
    width: int = 0
    parts: tuple[Sort, ...] = ()

    def __str__(self) -> str:
        if self.kind == "BitVec":
            return f"(_ BitVec {self.width})"
        if self.kind == "Array":
            return f"(Array {self.parts[0]} {self.parts[1]})"
        return self.kind


BOOL = Sort("Bool")
INT = Sort("Int")
REAL = Sort("Real")


def bitvec(width: int) -> Sort:
    """The sort of bit vectors of `width` bits, 1 to `MAX_WIDTH`."""
    if not 1 <= width <= MAX_WIDTH:
        raise ComponentError("bad-width", f"a bit vector has 1 to {MAX_WIDTH} bits, not {width}")
    return Sort("BitVec", width=width)


def array(index: Sort, element: Sort) -> Sort:
    """The sort of arrays from `index`, which is no array itself, to `element`."""
    if index.kind == "Array":
        raise ComponentError("unknown-sort", "an array's index must not be an array itself")
    inner, depth = element, 1
    while inner.kind == "Array":
        inner, depth = inner.parts[1], depth + 1
    if depth > MAX_NESTING:
        raise ComponentError("too-deep", f"array sorts are nested more than {MAX_NESTING} deep")
    return Sort("Array", parts=(index, element))


@dataclass(frozen=True, slots=True)
class ArrayValue:
    """An array that holds `default` everywhere but at finitely many indices.

    Two arrays are equal exactly when they agree at every index: `entries` is sorted and never
    repeats the default, which over a finite index sort is the most frequent value, and of several
    such the one at the least index. `store` keeps to this.
    """

    default: Value
    entries: tuple[tuple[Value, Value], ...] = ()

    def select(self, index: Value) -> Value:
        for key, value in self.entries:
            if key == index:
                return value
        return self.default

    def store(self, index: Value, value: Value, size: int = 0) -> ArrayValue:
        """With one entry changed; `size` is the number of indices, 0 for infinitely many."""
        held: dict[Any, Value] = dict(self.entries)
        held[index] = value
        default = self.default
        if size and 2 * len(held) >= size:
            values = [held.get(key, default) for key in range(size)]  # False and True are 0 and 1
            default = Counter(values).most_common(1)[0][0]  # the first of equally many
            held = {bool(k) if isinstance(index, bool) else k: v for k, v in enumerate(values)}
        return ArrayValue(default, tuple((k, held[k]) for k in sorted(held) if held[k] != default))


Value: TypeAlias = bool | int | Fraction | ArrayValue


def index_count(sort: Sort) -> int:
    """How many indices an array sort has; 0 for infinitely many."""
    return size(sort.parts[0]) if is_finite(sort.parts[0]) else 0


def is_finite(sort: Sort) -> bool:
    """Whether the sort has finitely many values."""
    if sort.kind == "Array":
        return all(is_finite(part) for part in sort.parts)
    return sort.kind in ("Bool", "BitVec")


def size(sort: Sort) -> int:
    """How many values a finite sort has."""
    if sort.kind == "Bool":
        return 2
    if sort.kind == "BitVec":
        return int(2**sort.width)
    if sort.kind == "Array" and size(sort.parts[0]) <= MAX_LISTED:
        return int(size(sort.parts[1]) ** size(sort.parts[0]))
    raise ComponentError("infinite-sort", f"{sort} has infinitely or very many values")


def default_value(sort: Sort) -> Value:
    """False, 0, or the array that holds such a value everywhere."""
    if sort.kind == "Bool":
        return False
    if sort.kind == "Real":
        return Fraction(0)
    if sort.kind == "Array":
        return ArrayValue(default_value(sort.parts[1]))
    return 0


def holds(sort: Sort, value: object) -> bool:
    """Whether `value` is a value of the sort, in exactly the Python type of the table above."""
    if sort.kind == "Bool":
        return isinstance(value, bool)
    if sort.kind == "Real":
        return isinstance(value, Fraction)
    if sort.kind == "Array":
        return (
            isinstance(value, ArrayValue)
            and holds(sort.parts[1], value.default)
            and all(holds(sort.parts[0], k) and holds(sort.parts[1], v) for k, v in value.entries)
            and value == _stored(sort, value)
        )
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return sort.kind == "Int" or 0 <= value < 1 << sort.width


def _stored(sort: Sort, value: ArrayValue) -> ArrayValue:
    """The array as `store` makes it, entry by entry."""
    result = ArrayValue(value.default)
    for key, entry in value.entries:
        result = result.store(key, entry, index_count(sort))
    return result


def coerce(sort: Sort, value: object, where: str = "") -> Value:
    """`value` as a value of the sort: an int becomes a Fraction for Real, 0 and 1 become bools.

    Raises:
        ComponentError: `bad-value` where no exact reading exists (a float for an Int, 300 for
            8 bits); floats are read exactly for Real.
    """
    if holds(sort, value):
        return value  # type: ignore[return-value]
    if sort.kind == "Real" and isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return Fraction(value)
        except (ValueError, OverflowError):
            pass
    if sort.kind == "Bool" and isinstance(value, int) and value in (0, 1):
        return bool(value)
    if sort.kind == "BitVec" and isinstance(value, int) and not isinstance(value, bool):
        if -(1 << (sort.width - 1)) <= value < 0:
            return value + (1 << sort.width)
        message = f"{value} does not fit in {sort.width} bits"
        raise ComponentError("bad-value", message, where)
    raise ComponentError("bad-value", f"{value!r} is not a value of sort {sort}", where)


def smt_value(sort: Sort, value: Value) -> str:
    """The value as SMT-LIB text that z3 and cvc5 both read."""
    if isinstance(value, ArrayValue):
        index, element = sort.parts
        text = f"((as const {sort}) {_default_text(element, value.default)})"
        for key, entry in value.entries:
            text = f"(store {text} {smt_value(index, key)} {smt_value(element, entry)})"
        return text
    if sort.kind == "Bool":
        return "true" if value else "false"
    if sort.kind == "BitVec":
        return f"(_ bv{value} {sort.width})"
    if sort.kind == "Real":
        number = Fraction(value)
        size_text = f"{abs(number.numerator)}.0"
        if number.denominator != 1:
            size_text = f"(/ {size_text} {number.denominator}.0)"
        return size_text if number >= 0 else f"(- {size_text})"
    return str(value) if value >= 0 else f"(- {-value})"


def _default_text(sort: Sort, value: Value) -> str:
    """A constant array's value: cvc5 takes -3 and -0.5 there, but not the application (- 3).

    A fraction without a finite decimal form has no text that both z3 and cvc5 read.
    """
    if sort.kind == "Int":
        return str(value)
    if sort.kind == "Real":
        number = Fraction(value)  # type: ignore[arg-type]
        for digits in range(1, 20):
            scaled = number * 10**digits
            if scaled.denominator == 1:
                whole, part = divmod(abs(scaled.numerator), 10**digits)
                return f"{'-' if number < 0 else ''}{whole}.{part:0{digits}d}"
    return smt_value(sort, value)


def plain_value(value: Value) -> str:
    """The value as people write it: true, -3, 1/3, [0; 1: 5]; only the size of a huge one."""
    if isinstance(value, ArrayValue):
        entries = ", ".join(f"{plain_value(k)}: {plain_value(v)}" for k, v in value.entries)
        default = plain_value(value.default)
        return f"[{default}; {entries}]" if entries else f"[{default}]"
    if isinstance(value, bool):
        return str(value).lower()
    size = max(value.numerator.bit_length(), value.denominator.bit_length())
    return str(value) if size <= 4000 else f"a number of {size} bits"


def value_from_json(sort: Sort, data: Any, where: str = "") -> Value:
    """The value of the sort as a certificate holds it: a Real is text, an array an object.

    Raises:
        ComponentError: `bad-value` for anything else, such as a float, or true for an Int.
    """
    if sort.kind == "Real" and isinstance(data, str) and _RATIONAL.fullmatch(data):
        return Fraction(data)
    if sort.kind == "Array" and isinstance(data, dict) and set(data) == {"default", "entries"}:
        result = ArrayValue(value_from_json(sort.parts[1], data["default"], where))
        if isinstance(data["entries"], list):
            for entry in data["entries"]:
                tick()
                if not isinstance(entry, list) or len(entry) != 2:
                    raise ComponentError("bad-value", "an array entry is [index, value]", where)
                key = value_from_json(sort.parts[0], entry[0], where)
                item = value_from_json(sort.parts[1], entry[1], where)
                result = result.store(key, item, index_count(sort))
            return result
    if sort.kind != "Real" and holds(sort, data):
        return data  # type: ignore[no-any-return]
    raise ComponentError("bad-value", f"{str(data)[:40]!r} is not a value of sort {sort}", where)
