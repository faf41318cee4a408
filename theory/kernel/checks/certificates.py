"""Certificates: what a search hands over, and how they are checked.

A certificate is a JSON object with `format`, `version` and `kind`; the rest depends on the kind.
`check` looks up the kind's checker and returns a `Report`, or raises one `CertificateError` that
names the place in the certificate and the reason. Three things can come out, and no fourth:

- accepted: the report states what was checked;
- refused: `CertificateError`; the certificate is malformed or states something false;
- unknown: a report that is not `complete`; a limit was reached.

A fault of the checker itself is neither: it leaves as `InternalError`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from theory.kernel.checks.statement import Report
from theory.kernel.deadline import deadline
from theory.kernel.errors import CertificateError, OutOfLimitsError, ShefferError

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
        timeout_s: wall-clock seconds in total, reading included.
        max_nodes: behaviours that the reference enumerator may keep.
        second_opinion: asks another solver about an SMT-LIB script of an obligation that z3 has
            proved; its answer `sat` refuses the certificate, and any other is reported.
    """

    timeout_s: float = 300.0
    max_nodes: int = 3_000_000
    second_opinion: Callable[[str], str] | None = None


class InternalError(Exception):
    """A fault of the checker: it says nothing about the certificate."""


def check(data: dict[str, Any], limits: Limits | None = None) -> Report:
    """Checks a certificate of any kind.

    Raises:
        CertificateError: when it is malformed or states something false.
        InternalError: when the checker itself fails.
    """
    given, started = limits or Limits(), time.monotonic()
    kind = _kind(data)
    checker: Callable[[dict[str, Any], Limits], Report]
    checker = import_module(_CHECKERS[kind]).check_certificate
    try:
        with deadline(given.timeout_s):
            report = checker(data, given)
    except OutOfLimitsError as error:
        report = Report(kind, None, (), (str(error),))
    except ShefferError as error:
        if error.reason != "not-proved":
            raise CertificateError(error.reason, error.message, error.where) from None
        report = Report(kind, None, (), (str(error),))
    except RecursionError:
        raise CertificateError("too-deep", "its data is nested too deep") from None
    except MemoryError:
        report = Report(kind, None, (), ("the memory ran out",))
    except Exception as error:
        raise InternalError(f"{type(error).__name__}: {error}") from error
    return replace(report, seconds=time.monotonic() - started)


def _kind(data: dict[str, Any]) -> str:
    if data.get("format") != FORMAT:
        message = f'not a certificate: expected "format": "{FORMAT}"'
        raise CertificateError("not-a-certificate", message, "format")
    if type(data.get("version")) is not int or data["version"] != VERSION:
        message = f"version {str(data.get('version'))[:40]}; this checker reads version {VERSION}"
        raise CertificateError("wrong-version", message, "version")
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in _CHECKERS:
        message = f"unknown kind {str(kind)[:40]!r}; known: {', '.join(_CHECKERS)}"
        raise CertificateError("unknown-kind", message, "kind")
    return kind


def load_certificate(path: str | Path) -> dict[str, Any]:
    """The JSON object of a file.

    Raises:
        CertificateError: `no-file`, `not-json`, `duplicate-key`, `not-a-certificate`, `too-large`.
    """
    file = str(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
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
        message = f"the key {twice[:40]!r} stands twice in an object"
        raise CertificateError("duplicate-key", message)
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def check_file(path: str | Path, limits: Limits | None = None) -> Report:
    """Loads a file and checks it; errors name the file."""
    given, started = limits or Limits(), time.monotonic()
    data = load_certificate(path)
    left = given.timeout_s - (time.monotonic() - started)
    try:
        report = check(data, replace(given, timeout_s=left))
    except CertificateError as error:
        place = f"{path}: {error.where}" if error.where else str(path)
        raise CertificateError(error.reason, error.message, place) from None
    return replace(report, seconds=time.monotonic() - started)
