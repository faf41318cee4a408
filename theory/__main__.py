"""`python -m theory CERTIFICATE.json ...`: checks certificates, and loads no search.

Exit codes: 0 accepted, 1 refused, 2 the file cannot be read, 3 the checker ran out of its limits.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from theory.kernel.checks.certificates import Limits, Report, check_file
from theory.kernel.errors import CertificateError

UNREADABLE = {"no-file", "not-json", "not-a-certificate", "too-large", "wrong-version"}


def main(arguments: list[str] | None = None) -> int:
    """The command line of the checker."""
    defaults = Limits()
    parser = argparse.ArgumentParser(prog="python -m theory", description=__doc__)
    parser.add_argument("certificates", nargs="+", metavar="CERTIFICATE.json")
    parser.add_argument("--timeout", type=float, default=defaults.timeout_s, metavar="SECONDS")
    parser.add_argument("--max-nodes", type=int, default=defaults.max_nodes, metavar="N")
    parser.add_argument("--second-opinion", action="store_true", help="ask cvc5 as well as z3")
    given = parser.parse_args(arguments)
    limits = Limits(given.timeout, given.max_nodes, given.second_opinion)
    return max(check_and_print(path, limits) for path in given.certificates)


def check_and_print(path: str, limits: Limits) -> int:
    """Checks one file, prints the outcome and returns its exit code."""
    try:
        report = check_file(path, limits)
    except CertificateError as error:
        if error.reason in UNREADABLE:
            print(error, file=sys.stderr)
            return 2
        print(f"REFUSED  {error}")
        return 1
    except KeyboardInterrupt:
        print(f"UNKNOWN  {path}: interrupted before the check was complete")
        return 3
    print(*lines(report), sep="\n")
    return 0 if report.complete else 3


def check_as_data(path: str, limits: Limits) -> tuple[int, dict[str, Any]]:
    """Checks one file; its exit code and the outcome as plain data."""
    try:
        report = check_file(path, limits)
    except CertificateError as error:
        code = 2 if error.reason in UNREADABLE else 1
        outcome = "unreadable" if code == 2 else "refused"
        found = {"reason": error.reason, "where": error.where, "message": error.message}
        return code, {"file": path, "outcome": outcome, **found}
    outcome = "accepted" if report.complete else "unknown"
    return 0 if report.complete else 3, {
        "file": path,
        "outcome": outcome,
        "kind": report.kind,
        "statement": report.statement,
        "checked": list(report.checked),
        "unchecked": list(report.unchecked),
        "seconds": round(report.seconds, 3),
    }


def lines(report: Report) -> list[str]:
    """The report as text: the outcome first, then what was and what was not checked."""
    word = "ACCEPTED" if report.complete else "UNKNOWN "
    text = [f"{word}  {report.statement}  ({report.seconds:.2f} s)"]
    text += [f"  checked      {item}" for item in report.checked]
    text += [f"  not checked  {item}" for item in report.unchecked]
    return text


if __name__ == "__main__":
    sys.exit(main())
