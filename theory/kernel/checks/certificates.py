"""Certificates: what a search hands over, and how they are checked.

A certificate is a JSON object with `format`, `version` and `kind`; the rest depends on the kind.
`check` looks up the kind's checker in `theory.checking` and returns a `Report`, or raises one
`CertificateError` that names the place in the certificate and the reason. A report says what was
checked and, as plainly, what was not.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from theory.kernel.errors import CertificateError, ShefferError

FORMAT = "sheffer certificate"
VERSION = 1
MAX_BYTES = 200_000_000

_CHECKERS = {
    "optimum": "theory.kernel.checks.optimum",
    "simulation": "theory.kernel.checks.simulation",
    "limit": "theory.kernel.checks.limits",
    "functional": "theory.kernel.checks.functional",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work a checker may do before it says that it ran out.

    Attributes:
        timeout_s: wall-clock seconds in total.
        max_nodes: behaviours that the reference enumerator may keep.
        second_opinion: ask cvc5 as well, from SMT-LIB text, where z3 proves an obligation of one
            step; its `refuted` refuses the certificate.
    """

    timeout_s: float = 300.0
    max_nodes: int = 3_000_000
    second_opinion: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a checker found.

    Attributes:
        kind: the certificate's kind.
        statement: what is now known, in one line.
        checked: each obligation that was checked, in words.
        unchecked: what the certificate claims and the checker did not confirm; empty when all
            is confirmed.
        complete: False when the checker ran out of its limits, so that it neither accepts nor
            refuses.
        seconds: wall-clock time.
    """

    kind: str
    statement: str
    checked: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    complete: bool = True
    seconds: float = 0.0


def new_certificate(kind: str, **fields: Any) -> dict[str, Any]:
    """A certificate of a kind as plain data."""
    return {"format": FORMAT, "version": VERSION, "kind": kind, **fields}


def write_certificate(data: dict[str, Any], path: str | Path) -> None:
    """Writes a certificate as JSON, one line for each item of its lists; atomically."""
    target = Path(path)
    parts = []
    for key, value in data.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = "[\n    " + ",\n    ".join(json.dumps(item) for item in value) + "\n  ]"
        parts.append(f"  {json.dumps(key)}: {text}")
    temporary = target.with_name(target.name + ".part")
    temporary.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    temporary.replace(target)


def load_certificate(path: str | Path) -> dict[str, Any]:
    """The JSON object of a file.

    Raises:
        CertificateError: `no-file`, `not-json`, `duplicate-key`, `not-a-certificate`.
    """
    file = str(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise CertificateError("no-file", message, file) from None
    if len(data) > MAX_BYTES:
        raise CertificateError("too-large", f"more than {MAX_BYTES} bytes", file)
    try:
        found = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except CertificateError as error:
        raise CertificateError(error.reason, error.message, file) from None
    except (ValueError, RecursionError) as error:
        raise CertificateError("not-json", f"not JSON: {error}", file) from None
    if not isinstance(found, dict):
        raise CertificateError("not-a-certificate", "not a JSON object", file)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise CertificateError("duplicate-key", f"the key {twice!r} stands twice in an object")
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def check(data: dict[str, Any], limits: Limits | None = None) -> Report:
    """Checks a certificate of any kind.

    Raises:
        CertificateError: when it is malformed or states something false.
    """
    if data.get("format") != FORMAT:
        message = f'not a certificate: expected "format": "{FORMAT}"'
        raise CertificateError("not-a-certificate", message, "format")
    if type(data.get("version")) is not int or data["version"] != VERSION:
        message = f"version {data.get('version')!r}; this checker reads version {VERSION}"
        raise CertificateError("wrong-version", message, "version")
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in _CHECKERS:
        message = f"unknown kind {kind!r}; known: {', '.join(_CHECKERS)}"
        raise CertificateError("unknown-kind", message, "kind")
    checker: Callable[[dict[str, Any], Limits], Report]
    checker = import_module(_CHECKERS[kind]).check_certificate
    try:
        return checker(data, limits or Limits())
    except CertificateError:
        raise
    except ShefferError as error:
        raise CertificateError(error.reason, error.message, error.where) from None
    except RecursionError:
        raise CertificateError("too-deep", "its data is nested too deep") from None


def check_file(path: str | Path, limits: Limits | None = None) -> Report:
    """Loads a file and checks it; errors name the file."""
    data = load_certificate(path)
    try:
        return check(data, limits)
    except CertificateError as error:
        place = f"{path}: {error.where}" if error.where else str(path)
        raise CertificateError(error.reason, error.message, place) from None
