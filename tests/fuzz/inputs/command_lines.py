"""Command lines with hostile arguments: numbers out of all range, names with control characters,
paths that lead elsewhere, files that are folders, options that do not exist.

A command is called in process, in a folder with a file of each kind. It must end with one of the
four exit codes; a refusal is one line on standard error; what it prints is printable, whatever
names it was given; and it writes in its folder alone. Ctrl-C comes after two seconds, and again
after three, and it must end as it does for people.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import IO

import solvers.reports.document
from solvers.cli import app
from tests.fuzz.inputs import seeds, studies
from tests.fuzz.inputs.changes import EXTREMES, HOSTILE
from tests.fuzz.inputs.watching import DEADLINE_S, INTERRUPTED, FoundFaultError, Given

CODES = {0, 1, 2, 3}
INTERRUPT_S = 2.0

GATES, ADDER, TABLE, SYGUS, MACHINE, CLAIM = (
    "gates.smt2", "adder.csv", "loss.csv", "max2.sl", "machine.yaml", "claim.json",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Command:
    """Arguments that do little and end well, and the options that may be put beside them."""

    arguments: tuple[str, ...]
    options: tuple[str, ...] = ()
    flags: tuple[str, ...] = field(default=())


COMMANDS = {
    "verify": _Command(
        (GATES, "--seconds", "0.2", "--length", "2", "--out", "v.json"),
        ("--for", "--regime", "--seconds", "--length", "--run", "--draw", "--out"),
        ("--repair", "--minimal", "--equivalent", "--json"),
    ),
    "describe": _Command(
        (GATES, "--length", "1", "--inputs", "1", "--seconds", "0.2"),
        ("--length", "--inputs", "--seconds"), ("--json",),
    ),
    "solve": _Command(
        (TABLE, "--seconds", "0.5", "--out", "s.json"),
        ("--components", "--length", "--measure", "--wiring", "--cost", "--engine", "--seconds",
         "--max-states", "--max-memory", "--recount", "--resume", "--out", "--graph"),
        ("--prove", "--least-length", "--latex", "--sygus", "--json"),
    ),
    "functions": _Command(
        ("--inputs", "2", "--length", "1", "--seconds", "0.5"),
        ("--inputs", "--length", "--function", "--seconds", "--out"),
        ("--inputs-only", "--classes", "--json"),
    ),
    "evolve": _Command(
        (TABLE, "--search", "random", "--evaluations", "5"),
        ("--search", "--evaluations", "--seed", "--components", "--length", "--measure",
         "--wiring"), ("--json",),
    ),
    "compare": _Command(
        (TABLE, "--search", "random", "--search", "genetic", "--repetitions", "1",
         "--evaluations", "5", "--count", "0", "--workers", "1", "--out", "results"),
        ("--suite", "--repetitions", "--evaluations", "--search", "--contrast", "--seed",
         "--workers", "--scheduler", "--count", "--checkpoint", "--components", "--length",
         "--measure", "--wiring", "--out"), ("--json",),
    ),
    "report": _Command(("study",), ("--out",), ("--json",)),
    "growth": _Command(
        ("sorting", "--lengths", "1-2", "--size", "3", "--sizes", "none", "--repetitions", "1",
         "--evaluations", "5", "--seconds", "0.2", "--out", "growth"),
        ("--size", "--lengths", "--length", "--sizes", "--search", "--repetitions",
         "--evaluations", "--seconds", "--seed", "--out"), ("--json",),
    ),
    "check": _Command(
        (CLAIM, "--timeout", "2"),
        ("--timeout", "--max-nodes", "--max-memory", "--expect", "--components", "--length",
         "--regime", "--says", "--export"), ("--json",),
    ),
    "turing": _Command(
        (MACHINE, "--fuel", "50"), ("--tape", "--state", "--fuel", "--work", "--plot", "--to"),
        ("--follow", "--json"),
    ),
    "theorems": _Command((), (), ("--text", "--json")),
    "list": _Command((), (), ("--json",)),
}  # fmt: skip
_COSTLY = {"compare": 1, "growth": 1, "verify": 3, "describe": 3, "check": 3}
"""Weights of commands that take long; the others have 6."""

NUMBERS = (
    "nan", "inf", "-inf", "1e300", "-1", "0", "-0.0", "1e999", "9" * 400, "1" + "0" * 30, "0.5",
    "1e-300", "2147483648", "9223372036854775807", "18446744073709551616", "1,5", "1 2", "0x10",
)  # fmt: skip
PATHS = (
    "", "/", ".", "..", "../beside", "../../beside/x", "folder", "folder/", "missing.csv",
    "missing.smt2", "missing/deep/file.json", "/dev/null/x", "/proc/self/mem", "/dev/zero",
    "/dev/null", "a" * 300, "a" * 300 + ".csv", "b/" * 500 + "c", "x\ty.csv", "\x1b[31m.csv",
    "a\nb.smt2", "~", "*", "gates.smt2/x", "con.csv", "loop", "fifo", "noread.csv",
    "gates.smt2", "adder.csv", "loss.csv", "max2.sl", "claim.json", "study", "machine.yaml",
    "empty.csv", "empty.smt2", "empty.sl", "empty.json", "\u202e.sl", "bad\ufffdname.csv",
)  # fmt: skip
NAMES = (
    "xor", "sorting-4", "sorting-99999999999", "sorting-0", "sorting--1", "nk-1-1", "two-stacks",
    "os:system", "os.path:join", ":", "a:", ":b", "solvers:nothing", "missing.py:X", "genetic",
    "random", "random:genetic", "random:random", "chain", "dag", "tree", "while", "loop", "smt",
    "table", "absolute", "greatest", "1RB1LB_1LA1RZ", "1RB1LB_1LA1R", "yaml", "bbchallenge",
    "1-3", "3-1", "1-99999999", "none", "-", "--", "--nothing", "-q", "--json=1", "@file",
    "tcp://1.2.3.4:5", "functions", "turing", "optimal", "complete", "0x96", "0x" + "f" * 99,
)  # fmt: skip


@cache
def _files() -> dict[str, bytes]:
    examples = seeds.ROOT / "docs" / "examples"
    found = {name: (examples / name).read_bytes() for name in (GATES, ADDER, TABLE, SYGUS)}
    found |= {f"study/{name}": data for name, data in studies.result_files().items()}
    found |= {f"empty.{suffix}": b"" for suffix in ("csv", "smt2", "sl", "json")}
    found[MACHINE] = seeds.MACHINES[-1].encode()
    found[CLAIM] = next(t for t in seeds.certificates() if '"kind": "functional"' in t).encode()
    return found


def prepare() -> None:
    """Makes the files, and loads and compiles what the commands do, before processes are forked."""
    studies.prepare()
    seeds.certificates()
    _files()
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        there = Path.cwd()
        _furnish(Path(name))
        os.chdir(name)
        try:
            for command, given in COMMANDS.items():
                if command not in ("check", "theorems"):
                    _called([command, *given.arguments])
        finally:
            os.chdir(there)


def _furnish(folder: Path) -> None:
    """The folder that a command finds itself in."""
    for name, data in _files().items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")


def command_line(rng: Random, folder: Path) -> Given:
    """A command line that was sound before one to three of its words were changed."""
    names = list(COMMANDS)
    name = rng.choices(names, [_COSTLY.get(name, 6) for name in names])[0]
    command = COMMANDS[name]
    words = list(command.arguments)
    if rng.random() < 0.3 and name in ("solve", "evolve"):
        words[0] = rng.choice((ADDER, SYGUS, GATES, "sorting-4"))
        words += ["--components", GATES] if words[0] == ADDER else []
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        way = rng.random()
        if way < 0.45 and words:
            words[rng.randrange(len(words))] = _word(rng)
        elif way < 0.85 and command.options:
            words += [rng.choice(command.options), _word(rng)]
        elif way < 0.93 and command.flags:
            words.append(rng.choice(command.flags))
        else:
            words.insert(rng.randrange(len(words) + 1), _word(rng))
    words.insert(0, name if rng.random() < 0.98 else _word(rng))
    # The system passes no NUL, and gives odd bytes as lone surrogates.
    words = [
        word.replace("\x00", "").encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
        for word in words
    ]
    _furnish(folder)
    (folder / "words.json").write_text(json.dumps(words))
    return Given(partial(_tried, words), places=tuple(words))


def _word(rng: Random) -> str:
    return rng.choice((*rng.choice((NUMBERS, PATHS, NAMES)), *EXTREMES, *HOSTILE))


def _tried(words: list[str]) -> str:
    """Calls the command; whatever is wrong with what it did is a fault."""
    overdue, left = signal.getsignal(signal.SIGALRM), [2]

    def interrupt(*_: object) -> None:
        left[0] -= 1
        if not left[0]:
            signal.signal(signal.SIGALRM, overdue)
        signal.setitimer(signal.ITIMER_REAL, 1.0 if left[0] else DEADLINE_S)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, INTERRUPT_S)
    try:
        code, out, err = _called(words)
    finally:
        signal.signal(signal.SIGALRM, overdue)
    interrupted = left[0] < 2
    label = words[0] if words[0] in COMMANDS else "?"
    lines = err.splitlines()
    if code not in CODES:
        raise FoundFaultError(f"{label}: exit code {code}", err[-2_000:])
    if "Traceback" in err:
        raise FoundFaultError(f"{label}: a traceback", err[-4_000:])
    # `check` says of each of its files what it found.
    most = len(words) if label == "check" else 1
    least = 0 if label == "check" and "--json" in words else 1
    ours = all(line.startswith(("sheffer", "Usage")) for line in lines)
    if code == 2 and not (ours and least <= len(lines) <= most):
        raise FoundFaultError(f"{label}: a refusal of {min(len(lines), 9)} lines", err[-2_000:])
    for stream, text in (("output", out), ("errors", err)):
        odd = next((line for line in text.split("\n") if not line.isprintable()), None)
        if odd is not None:
            raise FoundFaultError(f"{label}: raw characters in its {stream}", ascii(odd[:600]))
    if max(map(len, lines), default=0) > 1_200:
        raise FoundFaultError(f"{label}: a long line", err[:2_000])
    return INTERRUPTED if interrupted else f"exit {code}"


def _called(words: list[str]) -> tuple[int, str, str]:
    """Exit code, output and errors of a command."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _without_pictures():
        try:
            app(args=words, prog_name="sheffer")
        except SystemExit as end:
            code = 0 if end.code is None else end.code
    return code if isinstance(code, int) else -1, out.getvalue(), err.getvalue()


@contextlib.contextmanager
def _without_pictures() -> Iterator[None]:
    """Drawing takes a second a picture, whatever is drawn."""
    from matplotlib.figure import Figure

    kept, saved = solvers.reports.document._draw, Figure.savefig

    def save(self: Figure, fname: IO[bytes], *_: object, **__: object) -> None:
        fname.write(b"a picture")

    solvers.reports.document._draw = lambda *_: ({}, [], [])
    Figure.savefig = save  # type: ignore[method-assign]
    try:
        yield
    finally:
        solvers.reports.document._draw, Figure.savefig = kept, saved  # type: ignore[method-assign]
