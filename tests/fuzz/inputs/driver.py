"""Many inputs in worker processes: counts, failures, and how to make each failure again.

- `campaign(counts, folder)`: so many inputs of each format; a `Tally`.
- `replay(name, number)`: one input again, in this process.

Each worker makes and opens the inputs of one format, number after number, and says beforehand which
it begins. So a worker that dies, or that no alarm can stop, has a number, and another goes on after
it. Failures of one signature are one; the smallest input is kept.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.inputs.formats import FORMATS
from tests.fuzz.inputs.watching import (
    DEADLINE_S,
    INTERRUPTED,
    FoundFaultError,
    Given,
    Verdict,
    guard_process,
    watch,
)

WORKERS = 2
BLOCK = 500  # inputs after which a worker reports
STUCK_S = 20.0  # no alarm has stopped it by then


@dataclass(slots=True)
class Failure:
    """A fault, how often it was seen, and its smallest input."""

    format: str
    number: int
    reason: str
    detail: str
    size: int
    files: dict[str, bytes]
    seen: int = 1

    def text(self, folder: Path) -> str:
        """In a few lines: what, how often, where, and how to make it again."""
        return (
            f"{self.format}: {self.reason}  ({self.seen} times, {self.size} bytes)\n"
            f"    python -m tests.fuzz.inputs replay {self.format} {self.number}\n"
            f"    {folder}\n    {self.detail.strip().splitlines()[-1][:300] if self.detail else ''}"
        )


@dataclass(slots=True)
class Tally:
    """Inputs by format and word, refusals by reason, seconds by format, failures by signature."""

    words: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, tuple[float, int]] = field(default_factory=dict)
    failures: dict[tuple[str, str], Failure] = field(default_factory=dict)
    wall: float = 0.0

    def count(self, name: str, *words: str) -> int:
        """Inputs of a format, of some words or all."""
        return sum(n for (f, w), n in self.words.items() if f == name and (not words or w in words))

    def add(self, name: str, report: Mapping[str, Any]) -> None:
        """Takes in what a worker reports of a block."""
        for word, n in report["words"].items():
            self.words[name, word] += n
        for reason, n in report["reasons"].items():
            self.reasons[name, reason] += n
        self.seconds[name] += report["seconds"]
        self.slowest[name] = max(self.slowest.get(name, (0.0, 0)), report["slowest"])
        for failure in report["failures"]:
            self.remember(failure)

    def remember(self, failure: Failure) -> None:
        """Counts a failure; the smallest of its signature is kept."""
        key = failure.format, failure.reason
        known = self.failures.get(key)
        seen = failure.seen + (known.seen if known else 0)
        if known is None or failure.size < known.size:
            self.failures[key] = failure
        self.failures[key].seen = seen

    def text(self) -> str:
        """A line a format: inputs, accepted, refused, faults, seconds, inputs a second."""
        lines = [f"{'format':16}{'inputs':>9}{'accepted':>10}{'refused':>9}{'faults':>8}"
                 f"{'seconds':>9}{'a second':>10}{'slowest':>9}"]  # fmt: skip
        for name in (n for n in FORMATS if self.count(n)):
            count, seconds = self.count(name), self.seconds[name]
            lines.append(
                f"{name:16}{count:9,}{self.count(name, 'accepted'):10,}"
                f"{self.count(name, 'refused'):9,}{self.count(name, 'fault'):8,}"
                f"{seconds:9.1f}{count / max(seconds, 1e-9):10,.0f}{self.slowest[name][0]:8.2f}s"
            )
        total = sum(self.words.values())
        lines.append(f"{total:,} inputs in {self.wall:.0f} s, {total / self.wall:,.0f} a second")
        return "\n".join(lines)


def counts_of(total: int, names: Iterable[str] = FORMATS) -> dict[str, int]:
    """How many inputs of each format there are among so many."""
    return {name: total * FORMATS[name].share // 1_000 for name in names}


def campaign(counts: Mapping[str, int], folder: Path, start: int = 0) -> Tally:
    """Tries so many inputs of each format, from a number on; failures go to the folder."""
    for name in counts:
        FORMATS[name].prepare()
    tally = Tally()
    begun = time.monotonic()
    work = [
        (name, number, min(number + BLOCK, start + count))
        for name, count in counts.items()
        for number in range(start, start + count, BLOCK)
    ]
    with tempfile.TemporaryDirectory() as place:
        _share_out(work, tally, Path(place))
    tally.wall = time.monotonic() - begun
    for failure in tally.failures.values():
        write(failure, folder)
    return tally


def failure_folder(failure: Failure, folder: Path) -> Path:
    """Where the files of a failure are kept."""
    safe = "".join(c if c.isalnum() else "-" for c in failure.reason)[:60].strip("-")
    return folder / f"{failure.format}-{safe}"


def write(failure: Failure, folder: Path) -> None:
    """The files of a failure, and what was seen."""
    place = failure_folder(failure, folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, data in failure.files.items():
        (place / name.replace("/", "_")).write_bytes(data)
    (place / "failure.txt").write_text(
        f"{failure.text(place)}\n\n{failure.detail}\n", encoding="utf-8", errors="backslashreplace"
    )


@dataclass(slots=True)
class _Worker:
    """A process with its block, and the number it is at."""

    process: Any
    receiver: Connection
    current: Any
    since: float
    block: tuple[str, int, int]


def _share_out(work: list[tuple[str, int, int]], tally: Tally, place: Path) -> None:
    context = multiprocessing.get_context("fork")
    waiting = list(reversed(work))
    running: list[_Worker] = []
    made = 0
    try:
        while waiting or running:
            while waiting and len(running) < WORKERS:
                made += 1
                running.append(_start(context, waiting, place / str(made)))
            wait([worker.receiver for worker in running], timeout=1.0)
            for worker in list(running):
                if worker.receiver.poll():
                    _receive(worker, waiting, tally, running)
                else:
                    _watch_over(worker, waiting, tally, running)
    finally:
        for worker in running:  # a mistake of the driver ends it; nothing is to go on behind it
            worker.process.kill()


def _start(context: Any, waiting: list[tuple[str, int, int]], place: Path) -> _Worker:
    place.mkdir()
    receiver, sender = context.Pipe(duplex=False)
    current = context.Array("d", [-1.0, time.monotonic()], lock=False)
    block = waiting.pop()
    process = context.Process(target=_run, args=(block, place, sender, current), daemon=False)
    process.start()
    sender.close()
    return _Worker(process, receiver, current, time.monotonic(), block)


def _receive(
    worker: _Worker, waiting: list[tuple[str, int, int]], tally: Tally, running: list[_Worker]
) -> None:
    try:
        report = worker.receiver.recv()
    except EOFError:
        _lost(worker, waiting, tally, running, "")
        return
    name, _, end = worker.block
    tally.add(name, report)
    if report["end"] < end:
        waiting.append((name, report["end"], end))
    worker.process.join()
    running.remove(worker)


def _watch_over(
    worker: _Worker, waiting: list[tuple[str, int, int]], tally: Tally, running: list[_Worker]
) -> None:
    begun = worker.current[1]
    if worker.current[0] >= 0 and time.monotonic() - begun > STUCK_S:
        worker.process.kill()
        _lost(worker, waiting, tally, running, f"no alarm stopped it in {STUCK_S:.0f} s")


def _lost(
    worker: _Worker,
    waiting: list[tuple[str, int, int]],
    tally: Tally,
    running: list[_Worker],
    why: str,
) -> None:
    """A worker died at a number: that is a failure, and the rest of its block is done again."""
    worker.process.join()
    running.remove(worker)
    name, first, end = worker.block
    number = int(worker.current[0])
    reason = why or f"the process died ({worker.process.exitcode})"
    if number < 0:
        raise RuntimeError(f"a worker could not begin: {name}, {reason}")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with suppress(Exception):
            _make(name, number, folder)
        files = _files(folder)
    size = sum(map(len, files.values()))
    tally.remember(Failure(name, number, reason, "", size, files))
    tally.words[name, "fault"] += 1
    # The numbers before it had reported nothing yet.
    waiting += [block for block in ((name, first, number), (name, number + 1, end))
                if block[1] < block[2]]  # fmt: skip


def _make(name: str, number: int, folder: Path) -> Any:
    return FORMATS[name].make(Random(f"{name} {number}"), folder)


def _not_made(why: str) -> None:
    raise FoundFaultError("an input could not be made", why)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()[:1_000_000]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _run(block: tuple[str, int, int], place: Path, sender: Connection, current: Any) -> None:
    """A worker: makes and opens the inputs of its block, and reports once."""
    name, first, end = block
    around, folder = place / "around", place / "around" / "work"
    folder.mkdir(parents=True)
    (around / "neighbour.txt").write_text("not to be touched")
    os.chdir(folder)
    os.environ |= {"HOME": str(around), "XDG_CACHE_HOME": str(around / ".cache")}
    guard_process(folder, place / "crash.txt")
    words: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    failures: dict[str, Failure] = {}
    slowest, begun = (0.0, first), time.monotonic()
    for number in range(first, end):
        current[1] = time.monotonic()
        current[0] = float(number)
        try:
            given = _make(name, number, folder)
        except Exception:  # the driver's own mistake, to be mended like any other
            given = Given(partial(_not_made, traceback.format_exc(limit=-3)))
        files = _files(folder)
        found = watch(given)
        found = _surroundings(found, around)
        words[found.word] += 1
        slowest = max(slowest, (found.seconds, number))
        if found.word == "refused":
            reasons[found.reason] += 1
        if found.word == "fault":
            size = sum(map(len, files.values()))
            known = failures.get(found.reason)
            if known is None or size < known.size:
                failures[found.reason] = Failure(
                    name, number, found.reason, found.detail, size, files,
                    1 + (known.seen if known else 0),
                )  # fmt: skip
            else:
                known.seen += 1
        _empty(folder)
        if found.reason == INTERRUPTED or found.reason.startswith("overdue"):
            end = number + 1
            break
    sender.send({
        "end": end,
        "words": dict(words), "reasons": dict(reasons), "failures": list(failures.values()),
        "seconds": time.monotonic() - begun, "slowest": slowest,
    })  # fmt: skip
    sender.close()
    os._exit(0)  # nothing that the readers left behind is to run now


def _surroundings(found: Verdict, around: Path) -> Verdict:
    """What lies around the folder must be as it was: code that no hook sees writes as well."""
    there = sorted(entry.name for entry in os.scandir(around))
    if [name for name in there if name != ".cache"] == ["neighbour.txt", "work"]:
        return found
    for name in there:
        if name not in ("neighbour.txt", "work", ".cache"):
            shutil.rmtree(around / name, ignore_errors=True)
            (around / name).unlink(missing_ok=True)
    return Verdict("fault", "written beside the folder", found.seconds, str(there))


def _empty(folder: Path) -> None:
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            os.unlink(entry.path)


def replay(name: str, number: int) -> Verdict:
    """Makes one input again and opens it here; prints what it is and what becomes of it."""
    FORMATS[name].prepare()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "around" / "work"
        folder.mkdir(parents=True)
        os.chdir(folder)
        guard_process(folder, Path(place) / "crash.txt")
        given = _make(name, number, folder)
        for file, data in _files(folder).items():
            print(f"--- {file}, {len(data)} bytes\n{data[:3_000].decode('utf-8', 'replace')!a}")
        found = watch(given)
        os.chdir("/")
    print(json.dumps([found.word, found.reason, round(found.seconds, 3)]))
    print(found.detail, file=sys.stderr)
    return found


__all__ = ["DEADLINE_S", "FORMATS", "Tally", "campaign", "counts_of", "replay"]
