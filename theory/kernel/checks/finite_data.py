"""Operation tables, relations and straight-line terms of a certificate, read from plain data.

Everything here turns untrusted JSON into frozen values or refuses it with a `CertificateError` that
says where. Main definitions:

    Operation   name, arity and table of a function on the values 0..k-1
    Relation    name, arity and a set of tuples; or all tuples except the listed ones
    Steps       a straight-line term: (operation index, argument slots) a step. Slots 0..n-1 are
                the n inputs, slot n + i is what step i computed; the last slot is the result

Sizes are bounded before anything is built: MAX_VALUES, MAX_ARITY, MAX_NUMBERS, MAX_RELATIONS.
Booleans are not numbers here, unknown keys and repeated tuples are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from theory.kernel.errors import CertificateError

MAX_VALUES = 256
"""Greatest size k of the domain."""
MAX_ARITY = 64
"""Greatest arity of an operation or a relation."""
MAX_NUMBERS = 4_000_000
"""Greatest count of numbers in one certificate (tables, steps and tuples together)."""
MAX_RELATIONS = 20_000
"""Greatest count of relations in one certificate (k = 6 has 15182 maximal clones)."""
MAX_NAME = 2_000
"""Greatest length of a name in characters."""

Steps = tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """A function on 0..k-1. `table` has k**arity values in row-major order: the first argument is
    the most significant digit of the index. The arity is at least 1; a constant is unary."""

    name: str
    arity: int
    table: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """The tuples `listed`, or with `complement` all tuples of that arity except those."""

    name: str
    arity: int
    listed: frozenset[tuple[int, ...]]
    complement: bool = False


class Reader:
    """Reads the parts of one certificate over k values and counts the numbers it holds."""

    def __init__(self, k: int) -> None:
        self.k = k
        self.numbers = 0

    def integers(self, value: object, low: int, high: int, where: str) -> tuple[int, ...]:
        """A list of whole numbers, each from low to high."""
        items = listing(value, where)
        self.numbers += len(items)
        if self.numbers > MAX_NUMBERS:
            raise CertificateError(
                "too-large", f"the certificate holds more than {MAX_NUMBERS} numbers", where
            )
        for index, item in enumerate(items):
            if type(item) is not int or not low <= item <= high:
                integer(item, low, high, f"{where}[{index}]")
        return tuple(items)  # type: ignore[arg-type]

    def operation(self, value: object, where: str) -> Operation:
        """An operation {"name", "arity", "table"}; `where` gets the name once it is known."""
        fields = mapping(value, ("name", "arity", "table"), (), where)
        name = text(fields["name"], f"{where}.name")
        arity, table = self.table(fields, where)
        return Operation(name, arity, table)

    def table(self, fields: Mapping[str, object], where: str) -> tuple[int, tuple[int, ...]]:
        """The arity and the table of a function."""
        arity = integer(fields["arity"], 1, MAX_ARITY, f"{where}.arity")
        table = self.integers(fields["table"], 0, self.k - 1, f"{where}.table")
        if len(table) != self.k**arity:
            raise CertificateError(
                "wrong-length",
                f"a table of arity {arity} over {self.k} values has {self.k**arity} entries, "
                f"found {len(table)}",
                f"{where}.table",
            )
        return arity, table

    def operations(self, value: object, where: str) -> tuple[Operation, ...]:
        """The operations of the set, with names that differ."""
        result = tuple(
            self.operation(item, f"{where}[{index}]")
            for index, item in enumerate(listing(value, where))
        )
        names: set[str] = set()
        for index, operation in enumerate(result):
            if operation.name in names:
                raise CertificateError(
                    "duplicate",
                    f"two operations are called {shown(operation.name)}",
                    f"{where}[{index}].name",
                )
            names.add(operation.name)
        return result

    def relation(self, fields: Mapping[str, object], where: str) -> Relation:
        """A relation {"name", "arity", "tuples" or "all_except"}."""
        name = text(fields["name"], f"{where}.name")
        arity = integer(fields["arity"], 1, MAX_ARITY, f"{where}.arity")
        given = [key for key in ("tuples", "all_except") if key in fields]
        if len(given) != 1:
            raise CertificateError(
                "missing-key" if not given else "unknown-key",
                'a relation has either "tuples" or "all_except"',
                where,
            )
        where = f"{where}.{given[0]}"
        listed: set[tuple[int, ...]] = set()
        for index, item in enumerate(listing(fields[given[0]], where)):
            place = f"{where}[{index}]"
            row = self.integers(item, 0, self.k - 1, place)
            if len(row) != arity:
                raise CertificateError(
                    "wrong-length", f"expected {arity} values, found {len(row)}", place
                )
            if row in listed:
                raise CertificateError("duplicate", f"the tuple {row} is listed twice", place)
            listed.add(row)
        return Relation(name, arity, frozenset(listed), given[0] == "all_except")

    def steps(
        self, value: object, operations: Sequence[Operation], inputs: int, where: str
    ) -> Steps:
        """A straight-line term [[operation index, [slot, ...]], ...] on `inputs` inputs."""
        result = []
        for index, item in enumerate(listing(value, where)):
            place = f"{where}[{index}]"
            pair = listing(item, place)
            if len(pair) != 2:
                raise CertificateError(
                    "wrong-length", "a step is [operation index, [slot, ...]]", place
                )
            which = integer(pair[0], 0, len(operations) - 1, f"{place}[0]")
            slots = self.integers(pair[1], 0, inputs + index - 1, f"{place}[1]")
            if len(slots) != operations[which].arity:
                raise CertificateError(
                    "wrong-length",
                    f"operation {operations[which].name} takes {operations[which].arity} "
                    f"arguments, found {len(slots)}",
                    f"{place}[1]",
                )
            result.append((which, slots))
        return tuple(result)


def mapping(
    value: object, required: Iterable[str], optional: Iterable[str], where: str
) -> Mapping[str, object]:
    """A JSON object with all required keys and no key beyond the optional ones."""
    if not isinstance(value, dict):
        raise CertificateError("wrong-type", f"expected an object, found {shown(value)}", where)
    required = tuple(required)
    allowed = {*required, *optional}
    for key in value:
        if not isinstance(key, str) or key not in allowed:
            raise CertificateError(
                "unknown-key",
                f"{shown(key)} does not belong here; allowed: {', '.join(sorted(allowed))}",
                where,
            )
    for key in required:
        if key not in value:
            raise CertificateError("missing-key", f'"{key}" is missing', where)
    return value


def listing(value: object, where: str) -> list[object]:
    """A JSON array."""
    if not isinstance(value, list):
        raise CertificateError("wrong-type", f"expected a list, found {shown(value)}", where)
    return value


def integer(value: object, low: int, high: int, where: str) -> int:
    """A whole number from low to high; true and false are not numbers."""
    if type(value) is not int:
        raise CertificateError(
            "wrong-type", f"expected a whole number, found {shown(value)}", where
        )
    if not low <= value <= high:
        raise CertificateError(
            "out-of-range", f"expected a number from {low} to {high}, found {shown(value)}", where
        )
    return value


def text(value: object, where: str) -> str:
    """A non-empty string of at most MAX_NAME characters."""
    if not isinstance(value, str):
        raise CertificateError("wrong-type", f"expected a string, found {shown(value)}", where)
    if not value or len(value) > MAX_NAME:
        raise CertificateError(
            "out-of-range", f"expected 1 to {MAX_NAME} characters, found {len(value)}", where
        )
    return value


def shown(value: object) -> str:
    """A short text for an untrusted value: no deep nesting, no huge numbers, no line breaks."""
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() < 128 else "a huge number"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    return {"list": "a list", "dict": "an object"}.get(type(value).__name__, "another type")
