"""Names, and what they stand for: an input, an output or a register."""

from __future__ import annotations

import re
from dataclasses import dataclass

from theory.kernel.errors import ComponentError
from theory.kernel.language.sorts import Sort

_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")  # solvers read it so, even between bars
_NO_NAMES = {"_", "as", "exists", "forall", "true", "false"}


def check_name(name: str, where: str = "") -> None:
    """Refuses what z3 or cvc5 do not take as a symbol, even between bars."""
    odd = set(name) & {"|", "\\"} or not name.isprintable() or _NUMBER.fullmatch(name)
    if not name or name in _NO_NAMES or odd:
        raise ComponentError("bad-name", f"{name[:40]!r} is not a name", where)


@dataclass(frozen=True, slots=True)
class Variable:
    """A named input, output or register."""

    name: str
    sort: Sort

    def __post_init__(self) -> None:
        check_name(self.name)
