"""Which test runs which line of the kernel, and how long each test takes.

- `Tested`: that, for the tests that are quick and pass. `measure` finds it out in a process of its
  own, so that nothing that a test leaves in memory can hide a mutant from the tests after it.
"""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import coverage
import pytest
from _pytest.runner import runtestprotocol

SLOWEST_S = 6.0  # a test that takes longer, traced, is not among the quick ones


@dataclass(frozen=True, slots=True)
class Tested:
    """Seconds by test, and by file and line the tests that run it."""

    seconds: dict[str, float]
    tests: dict[str, dict[int, list[str]]]

    def of(self, path: Path, lines: range) -> list[str]:
        """The tests that run one of the lines, the quickest first."""
        by_line = self.tests.get(str(path), {})
        found = {name for line in lines for name in by_line.get(line, ())}
        return sorted(found & self.seconds.keys(), key=lambda name: (self.seconds[name], name))


class TooSlowError(BaseException):
    """A test was stopped since it is not a quick one."""


def passes(item: pytest.Item) -> bool:
    """Runs a test; whether it and what it sets up passed."""
    return all(not r.failed for r in runtestprotocol(item, nextitem=None, log=False))


def measure(items: list[pytest.Item], folder: Path, kept: Path) -> Tested:
    """What the tests run of the Python files in a folder.

    It is kept in a file, to which only the tests that it does not know are added: a test that
    changed and kept its name keeps its old lines there, until the file is removed.
    """
    seconds: dict[str, float | None] = {}
    tests: dict[str, dict[int, list[str]]] = {}
    if kept.exists():
        seconds, found = json.loads(kept.read_text(encoding="utf-8"))
        tests = {f: {int(k): names for k, names in lines.items()} for f, lines in found.items()}
    unknown = [item for item in items if item.nodeid not in seconds]
    if unknown:
        kept.parent.mkdir(parents=True, exist_ok=True)
        child = os.fork()
        if child == 0:
            try:
                new_seconds, new_tests = _measured(unknown, folder)
                for file, lines in new_tests.items():
                    for line, names in lines.items():
                        tests.setdefault(file, {}).setdefault(line, []).extend(names)
                kept.write_text(json.dumps([seconds | new_seconds, tests]), encoding="utf-8")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        return measure(items, folder, kept)
    return Tested({name: s for name, s in seconds.items() if s is not None}, tests)


def _measured(
    items: list[pytest.Item], folder: Path
) -> tuple[dict[str, float | None], dict[str, dict[int, list[str]]]]:
    """Seconds by test, None for one that is slow or fails; and by file and line the tests."""
    signal.signal(signal.SIGALRM, _too_slow)
    tracer = coverage.Coverage(data_file=None, include=[f"{folder}/*"], messages=False)
    tracer.start()
    seconds: dict[str, float | None] = {}
    for item in items:
        tracer.switch_context(item.nodeid)
        begun = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, SLOWEST_S)
        try:
            passed = passes(item)
        except TooSlowError:
            passed = False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        seconds[item.nodeid] = round(time.monotonic() - begun, 4) if passed else None
    tracer.switch_context("")
    tracer.stop()
    data = tracer.get_data()
    return seconds, {
        file: {
            line: [name for name in names if name]
            for line, names in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlowError
