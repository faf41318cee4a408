"""A command line in a session of its own, so that all of its processes can be found and killed.

- `start(arguments, folder)`: begins it. `Running`: its processes, its end, what it printed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

ROOT = Path(__file__).parents[2]

DEADLINE_S = 300.0
"""A command that takes longer hangs."""

ORPHAN_S = 20.0
"""How long processes may take to notice that their parent is gone."""

SAVE_OFTEN = (
    "from solvers.exact.chains import chain, subsumption\n"
    "chain.SAVE_EVERY = subsumption.SAVE_EVERY = 0.0\n"
)
"""An exact search is saved at every boundary, not once a minute."""

_MAIN = """
import sys
try:
{before}
    from solvers.__main__ import main
    main()
except KeyboardInterrupt:
    print("sheffer: interrupted", file=sys.stderr)
    sys.exit(3)
"""


@dataclass
class Ended:
    """What came of a command; `code` is negative where a signal ended it."""

    code: int
    out: str
    err: str

    @property
    def one_line(self) -> bool:
        """Whether the last line on standard error is ours, and there is no traceback."""
        lines = self.err.splitlines()
        ours = [line for line in lines if line.startswith("sheffer: ")]
        return "Traceback" not in self.err and len(ours) == 1 and lines[-1] == ours[0]


class Running:
    """A command that runs, with all of its processes."""

    def __init__(self, process: subprocess.Popen[bytes], logs: Path) -> None:
        self.process = process
        self.logs = logs

    def processes(self) -> dict[int, int]:
        """All processes of the session that are alive, each with its parent."""
        found = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    text = Path("/proc", entry, "stat").read_text()
                except OSError:
                    continue  # it ended meanwhile
                state, parent, _, session, *_ = text.rpartition(")")[2].split()
                if int(session) == self.process.pid and state not in "ZX":
                    found[int(entry)] = int(parent)
        return found

    def workers(self) -> list[int]:
        """The processes that do jobs: children of the server they are forked from."""
        found = self.processes()
        servers = {pid for pid, parent in found.items() if parent == self.process.pid}
        return sorted(pid for pid, parent in found.items() if parent in servers)

    def said(self) -> str:
        """What stands on standard error so far."""
        return (self.logs / "err").read_text(errors="replace")

    def alive(self) -> bool:
        """Whether the command itself runs."""
        return self.process.poll() is None

    def wait_until(self, happened: Callable[[], bool], pause: float = 0.002) -> bool:
        """Waits for something, or for the end; whether it happened."""
        while self.alive():
            if happened():
                return True
            if pause:
                time.sleep(pause)
        return False

    def wait_seconds(self, seconds: float) -> bool:
        """Waits so long, or for the end; whether it still runs."""
        ends = time.monotonic() + seconds
        return self.wait_until(lambda: time.monotonic() >= ends)

    def send(self, number: signal.Signals, whom: Iterable[int] | None = None) -> None:
        """Sends a signal to these processes, or to all of the group, as a terminal does."""
        for pid in [-self.process.pid] if whom is None else whom:
            try:
                (os.killpg if pid < 0 else os.kill)(abs(pid), number)
            except ProcessLookupError:
                continue

    def end(self) -> Ended:
        """Waits for the end of the command, and for that of each of its processes."""
        try:
            code = self.process.wait(DEADLINE_S)
            ends = time.monotonic() + ORPHAN_S
            while (left := self.processes()) and time.monotonic() < ends:
                time.sleep(0.02)
            assert not left, f"processes stayed: {left}"
        finally:
            self.send(signal.SIGKILL)
        out, err = ((self.logs / name).read_text(errors="replace") for name in ("out", "err"))
        return Ended(code, out, err)


def start(
    arguments: Iterable[str], folder: Path, *, before: str = "", **environment: str
) -> Running:
    """Begins `sheffer` with these arguments in the folder.

    Args:
        before: code that is run first.
        environment: variables set for it.
    """
    logs = folder.with_name(folder.name + ".logs")
    logs.mkdir(exist_ok=True)
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **environment}
    with open(logs / "out", "wb") as out, open(logs / "err", "wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", _MAIN.format(before=indent(before, "    ")), *arguments],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    return Running(process, logs)


def run(arguments: Iterable[str], folder: Path, *, before: str = "", **environment: str) -> Ended:
    """Runs it to its end."""
    return start(arguments, folder, before=before, **environment).end()
