"""What the files of a study say, read value by value: each is what it must be, or is refused.

The files of a result folder and the rows of a database hold the same things. They may be damaged,
edited, or somebody else's, so nothing in them is used before it has been through here.

- `integer`, `real`, `text`, `truth`, `listed`, `member`: a value of JSON data.
- `integer_cell`, `real_cell`: a number in a cell of a CSV file.
- `parsed`: JSON text.
- `recorded_run`: a run that is consistent in itself; `hits_of`: which targets it reached, and when.

Whatever is wrong is a `ValueError` that says what; who reads a file adds the place.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from solvers.searches import RunResult

MOST = 10**15
"""The greatest count; up to here counts are exact as floats."""

GREATEST = 1e300
"""The greatest finite error, so that differences and sums of errors stay finite."""

MOST_LETTERS = 200
"""Of the name of a problem, a search or a target."""

MOST_TEXT = 10_000
"""Characters of any other text."""

MOST_GENE = 2**31 - 1

_INTEGER = re.compile(r"-?[0-9]{1,40}")
_REAL = re.compile(r"[-+]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?(?:e[-+]?[0-9]{1,4})?|inf)")


def shown(value: object) -> str:
    """A value in a message, shortened."""
    try:
        found = repr(value)
    except ValueError:  # an integer with more digits than Python prints
        return "a number of thousands of digits"
    return found if len(found) <= 60 else f"{found[:50]} ..."


def integer(value: Any, what: str, least: int = 0, most: int = MOST) -> int:
    """A whole number within bounds."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        bounds = f"{least} to {most}" if most < MOST else f"at least {least} and at most 10^15"
        raise ValueError(f"{what} is a whole number, {bounds}, not {shown(value)}")
    return value


def real(value: Any, what: str, least: float = -GREATEST, *, infinite: bool = False) -> float:
    """A number that is not NaN, finite unless `infinite`, which allows positive infinity."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if least <= value <= GREATEST:
            return float(value)
        if infinite and value == math.inf:
            return math.inf
    raise ValueError(f"{what} is a number {_range(least, infinite)}, not {shown(value)}")


def _range(least: float, infinite: bool) -> str:
    lower = "from -1e300" if least == -GREATEST else f"from {least:g}"
    return f"{lower} to {'infinity' if infinite else '1e300'}"


def error_value(value: Any, what: str) -> float:
    """An error as `study.json` has it: a number, or "inf"."""
    return math.inf if value == "inf" else real(value, what, infinite=True)


def text(value: Any, what: str, most: int = MOST_TEXT) -> str:
    """A text of bounded length that UTF-8 can hold."""
    if not isinstance(value, str) or len(value) > most:
        raise ValueError(f"{what} is a text of at most {most} characters, not {shown(value)}")
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise ValueError(f"{what} holds half a character: {shown(value)}")
    return value


def name(value: Any, what: str) -> str:
    """The name of a problem, a search or a target."""
    found = text(value, what, MOST_LETTERS)
    if not found or not found.isprintable():
        raise ValueError(f"{what} is a printable name, not {shown(value)}")
    return found


def truth(value: Any, what: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{what} is true or false, not {shown(value)}")
    return value


def listed(value: Any, what: str, most: int = 1_000_000) -> list[Any]:
    """A list."""
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"{what} is a list of at most {most} things, not {shown(value)}")
    return value


def tuples(value: Any, what: str, length: int) -> list[list[Any]]:
    """A list of lists of a length."""
    found = listed(value, what)
    if not all(isinstance(item, list) and len(item) == length for item in found):
        raise ValueError(f"{what} is a list of lists of {length}")
    return found


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """An object of JSON."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} is an object, not {shown(value)}")
    return value


def member(data: Any, key: str, what: str = "it") -> Any:
    """A member that an object must have."""
    found = mapping(data, what)
    if key not in found:
        raise ValueError(f"{what} has no {key!r}")
    return found[key]


def integer_cell(cell: str, what: str, least: int = 0, most: int = MOST) -> int:
    """A whole number in a cell."""
    return integer(int(cell) if _INTEGER.fullmatch(cell) else cell, what, least, most)


def real_cell(cell: str, what: str, least: float = -GREATEST, *, infinite: bool = False) -> float:
    """A number in a cell."""
    value: float | str = float(cell) if _REAL.fullmatch(cell) else cell
    if value == math.inf and "inf" not in cell:
        value = cell  # so many digits are no infinity
    return real(value, what, least, infinite=infinite)


def parsed(value: Any, what: str) -> Any:
    """The data of a JSON text, in which no key stands twice; infinity is let through."""
    if not isinstance(value, str):
        raise ValueError(f"{what} is JSON text, not {shown(value)}")
    try:
        return json.loads(
            value, object_pairs_hook=_unique, parse_constant=_constant, parse_float=_finite
        )
    except RecursionError:
        raise ValueError(f"{what} is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"{what} cannot be read: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _finite(word: str) -> float:
    value = float(word)
    if math.isinf(value):
        raise ValueError(f"{shown(word)} is too large a number")
    return value


def _constant(word: str) -> float:
    if word == "Infinity":
        return math.inf
    raise ValueError(f"{word} is no number")


def recorded_run(
    evaluations: Any,
    distinct: Any,
    behaviours: Any,
    best_error: Any,
    genome: Any,
    steps: Iterable[tuple[Any, Any]],
) -> RunResult:
    """A run whose figures belong together; its hits are left out.

    Args:
        steps: its improvements, each the evaluation and the error.

    Raises:
        ValueError: a figure out of range; improvements that do not get better one after the
            other, or do not end at the best error.
    """
    total = integer(evaluations, "evaluations", 1)
    different = integer(distinct, "distinct", 0, total)
    kinds = None if behaviours is None else integer(behaviours, "behaviours", 0, different)
    best = real(best_error, "best_error", infinite=True)
    genes = tuple(integer(g, "a gene", -1, MOST_GENE) for g in listed(genome, "best_genome"))
    trajectory = tuple(
        (integer(at, "the evaluation of an improvement", 1, total),
         real(error, "the error of an improvement", infinite=True))
        for at, error in steps
    )  # fmt: skip
    for (before, worse), (at, error) in pairwise(trajectory):
        if at <= before or error >= worse:
            message = "evaluations rise and errors fall from one improvement to the next, not"
            raise ValueError(f"{message} {before}:{worse} then {at}:{error}")
    if best != (trajectory[-1][1] if trajectory else math.inf):
        last = f"ends at {trajectory[-1][1]}" if trajectory else "is empty"
        raise ValueError(f"the list of improvements {last}, and the best error is {best}")
    return RunResult(total, different, {}, trajectory, genes, best, kinds)


def hit(result: RunResult, threshold: float) -> int | None:
    """The evaluation at which a run first had at most that error."""
    return next((at for at, error in result.trajectory if error <= threshold), None)


def hits_of(result: RunResult, targets: Mapping[str, float]) -> dict[str, int | None]:
    """For each target the evaluation at which it was reached, or None."""
    return {name: hit(result, error) for name, error in targets.items()}
