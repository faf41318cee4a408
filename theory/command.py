"""`sheffer-check CERTIFICATE.json ...`: checks certificates, and loads no search.

Exit codes: 0 accepted, 1 refused, 2 a file or an option cannot be read, 3 unknown: the checker ran
out of time or memory, was interrupted, could not write its report, or failed itself.

Each file is checked in a process of its own, under one limit of time and one of memory. A bug, a
solver that does not stop, a number without end: whatever happens there can neither accept nor
refuse.
"""

from __future__ import annotations

import argparse
import errno
import io
import json
import math
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from theory.kernel.checks.certificates import InternalError, Limits, check, load_certificate
from theory.kernel.components.programs import Regime
from theory.kernel.errors import CertificateError, ProblemError, ShefferError
from theory.kernel.text import printable

ACCEPTED, REFUSED, BAD_INPUT, UNKNOWN = range(4)

GRACE_S = 1.0  # how long after its time a check may take to say so
DEFAULT_MEMORY_GB = 8.0

_UNREADABLE = {"no-file", "not-json", "not-a-certificate", "too-large", "wrong-version"}
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # a full one, or one that fails
_CODES = {"accepted": ACCEPTED, "refused": REFUSED, "unreadable": BAD_INPUT, "unknown": UNKNOWN}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of each certificate.

    Attributes:
        limits: for the check, reading included.
        memory_gb: the most memory a check may take; where the system can hold it to that.
        own: the reader's own set or problem, which the certificate must be about.
        regime: the regime asked about, with `own`; None for the set's own.
        says: a word that the statement must say.
        export: a folder for the proofs in standard formats.
    """

    limits: Limits = field(default_factory=Limits)
    memory_gb: float = DEFAULT_MEMORY_GB
    own: Any = None
    regime: str | None = None
    says: str | None = None
    export: Path | None = None


def request_of(
    *,
    timeout: float,
    max_nodes: int,
    memory_gb: float,
    second_opinion: bool,
    own: Any = None,
    regime: str | None = None,
    says: str | None = None,
    export: Path | None = None,
) -> Request:
    """A request from what a command line says.

    Raises:
        ProblemError: `bad-option`.
    """
    for name, number in (("timeout", timeout), ("max-nodes", max_nodes), ("max-memory", memory_gb)):
        if not 0 < number < math.inf:
            raise ProblemError("bad-option", f"--{name} takes a number above 0, not {number}")
    if says is not None and says not in WORDS:
        raise ProblemError("bad-option", f"--says takes one of {', '.join(WORDS)}, not {says!r}")
    if regime is not None and (own is None or regime not in set(Regime)):
        raise ProblemError("bad-option", f"--regime goes with --expect: {', '.join(Regime)}")
    opinion: Callable[[str], str] | None = None
    if second_opinion:
        from theory.formats.second_opinion import run_cvc5 as opinion
    limits = Limits(timeout, max_nodes, opinion)
    return Request(limits, memory_gb, own, regime, says, export)


WORDS = ("complete", "weakly-complete", "incomplete", "optimal", "zero", "bounded", "found")


def run(paths: list[str], request: Request, *, as_json: bool = False) -> int:
    """Checks files, prints what came out, and returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    found = [_outcome(path, request, as_json=as_json) for path in paths]
    code = max(_CODES[data["outcome"]] for data in found)
    if as_json:
        code = max(code, _print(json.dumps(found, indent=2)))
    return code


def _outcome(path: str, request: Request, *, as_json: bool) -> dict[str, Any]:
    data = guarded(lambda: examine(path, request), request.limits.timeout_s, request.memory_gb)
    data = {"file": printable(path), **data}
    if not as_json:
        stream = sys.stderr if data["outcome"] == "unreadable" else sys.stdout
        if _print("\n".join(lines(data)), stream):
            data["outcome"] = "unknown"
    return data


def _print(text: str, stream: Any = None) -> int:
    """Prints; a report that cannot be delivered leaves the caller without an answer."""
    try:
        print(text, file=stream or sys.stdout, flush=True)
    except OSError as error:
        # What is still buffered would fail again, with a traceback, when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())
        if not isinstance(error, BrokenPipeError):
            message = f"the report could not be written: {error.strerror or error}"
            os.write(2, f"sheffer-check: {message}\n".encode())
        return UNKNOWN
    return ACCEPTED


def examine(path: str, request: Request) -> dict[str, Any]:
    """Checks one file; the outcome as plain data."""
    try:
        data = load_certificate(path)
        report = check(data, request.limits)
        found = report.data()
        if report.complete:
            found["checked"] += _expected(data, found, request)
        if request.export is not None:
            from theory.formats.export import export

            found["exported"] = [printable(str(file)) for file in export(data, request.export)]
        return found
    except CertificateError as error:
        outcome = "unreadable" if error.reason in _UNREADABLE else "refused"
        return _failure(outcome, error.reason, error.message, _place(path, error))
    except ShefferError as error:
        return _failure("unreadable", error.reason, error.message, _place(path, error))
    except MemoryError:
        return _failure("unknown", "memory", "the memory ran out", path)
    except OSError as error:
        message, where = error.strerror or str(error), str(error.filename or path)
        if error.errno in _DISK:
            return _failure("unknown", "disk", message, where)
        return _failure("unreadable", "no-file", message, where)
    except InternalError as error:
        message = f"the checker failed: {_reported(error.__cause__ or error)}"
        return _failure("unknown", "internal-error", message, path)


def _reported(error: BaseException) -> str:
    from theory.faults import fault_line

    return fault_line(error)


def _place(path: str, error: ShefferError) -> str:
    where = error.where if error.where.startswith(path) else f"{path}: {error.where}"
    return where.removesuffix(": ")


def _failure(outcome: str, reason: str, message: str, where: str) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "reason": reason,
        "where": printable(where),
        "message": printable(" ".join(message.split())),
    }


def _expected(data: dict[str, Any], found: dict[str, Any], request: Request) -> list[str]:
    """Holds an accepted statement against what the caller wanted to know."""
    checked = []
    if request.own is not None:
        from theory.expectation import differences

        wrong = differences(data, request.own, request.regime)
        if wrong:
            message = f"the certificate is about something else: {'; '.join(wrong[:5])}"
            raise CertificateError("other-subject", message)
        checked.append("it is about exactly what was expected")
    if request.says is not None and request.says not in found["says"]:
        message = f"it does not say {request.says}; it says {', '.join(found['says'])}"
        raise CertificateError("other-statement", message)
    return checked


def lines(data: dict[str, Any]) -> list[str]:
    """An outcome as text: one line, then what was and what was not checked."""
    if data["outcome"] == "unreadable":
        return [f"sheffer-check: {_placed(data)}"]
    if data["outcome"] == "refused":
        return [f"REFUSED  {_placed(data)}"]
    if "statement" not in data:
        return [f"UNKNOWN  {_placed(data)}"]
    word = "ACCEPTED" if data["outcome"] == "accepted" else "UNKNOWN "
    text = [f"{word}  {data['statement']}  ({data['seconds']:.2f} s)"]
    text += [f"  checked      {item}" for item in data["checked"]]
    text += [f"  not checked  {item}" for item in data["unchecked"]]
    if "exported" in data:
        text.append(f"  exported     {len(data['exported'])} files")
    return text


def _placed(data: dict[str, Any]) -> str:
    return f"{data['where']}: {data['message']}" if data["where"] else str(data["message"])


def guarded(work: Callable[[], dict[str, Any]], seconds: float, memory_gb: float) -> dict[str, Any]:
    """Does the work in a process of its own, which ends with its time or its memory.

    Where the system cannot fork, the work is done here, under its own deadline alone.
    """
    if not hasattr(os, "fork"):
        return work()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, writing, seconds, memory_gb)
    os.close(writing)
    ends = time.monotonic() + seconds + GRACE_S
    pieces: list[bytes] = []
    reason, message = "time", "the time limit was reached"
    try:
        while (left := ends - time.monotonic()) > 0:
            if not select.select([reading], [], [], min(left, 3600))[0]:
                continue
            piece = os.read(reading, 1 << 16)
            if not piece:
                reason, message = "ended", "the process of the check ended; perhaps out of memory"
                break
            pieces.append(piece)
    except KeyboardInterrupt:
        reason, message = "interrupted", "interrupted before the check was complete"
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    try:
        found: dict[str, Any] = json.loads(b"".join(pieces))
    except ValueError:
        return _failure("unknown", reason, message, "")
    return found


def _work(
    work: Callable[[], dict[str, Any]], writing: int, seconds: float, memory_gb: float
) -> NoReturn:
    """The child's whole life. It never returns: its parent's stack is not its own."""
    try:
        try:
            import resource

            size = int(memory_gb * 2**30)
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
            ends = int(seconds + GRACE_S) + 60  # where the parent was killed, the child ends too
            resource.setrlimit(resource.RLIMIT_CPU, (ends, ends))
        except (ImportError, ValueError, OSError, OverflowError):
            pass  # the system does not limit memory
        try:
            found = work()
        except MemoryError:
            found = _failure("unknown", "memory", "the memory ran out", "")
        except Exception as error:
            message = f"the checker failed: {_reported(error)}"
            found = _failure("unknown", "internal-error", message, "")
        with os.fdopen(writing, "wb") as stream:
            stream.write(json.dumps(found).encode())
    finally:
        os._exit(0)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, and the exit code of bad input."""
        _complain(f"{message} (see sheffer-check --help)")
        sys.exit(BAD_INPUT)


def _complain(message: str) -> None:
    print(f"sheffer-check: {message}", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """The command line of the checker."""
    given = _options().parse_args(arguments)
    try:
        own = None
        if given.expect is not None:
            from theory.expectation import own_subject
            from theory.formats.problem_files import Options

            own = own_subject(given.expect, given.components, Options(length=given.length))
        request = request_of(
            timeout=given.timeout,
            max_nodes=given.max_nodes,
            memory_gb=given.max_memory,
            second_opinion=given.second_opinion,
            own=own,
            regime=given.regime,
            says=given.says,
            export=given.export,
        )
    except ShefferError as error:
        _complain(str(error))
        return BAD_INPUT
    return run(given.certificates, request, as_json=given.json)


def _options() -> argparse.ArgumentParser:
    parser = _Parser(prog="sheffer-check", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add, limits = parser.add_argument, Limits()
    add("certificates", nargs="+", metavar="CERTIFICATE.json")
    add("--timeout", type=float, default=limits.timeout_s, metavar="SECONDS", help="for each file")
    add(
        "--max-nodes",
        type=int,
        default=limits.max_nodes,
        metavar="N",
        help="behaviours that the recount may keep",
    )
    add("--max-memory", type=float, default=DEFAULT_MEMORY_GB, metavar="GB", help="for each file")
    add("--second-opinion", action="store_true", help="ask cvc5 as well as z3")
    add("--expect", metavar="FILE", help="the set or problem that the certificate must be about")
    add("--components", metavar="SET", help="with --expect FILE.csv: its component set")
    add("--length", type=int, metavar="N", help="with --expect: the length asked about")
    add("--regime", metavar="REGIME", help="with --expect: the regime asked about")
    add("--says", metavar="WORD", help=f"what the statement must say: {', '.join(WORDS)}")
    add("--export", type=Path, metavar="FOLDER", help="write its proofs in standard formats")
    add("--json", action="store_true", help="print JSON")
    return parser
