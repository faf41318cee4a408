"""The commands that are disturbed, what an undisturbed one leaves, and how they are disturbed.

- `TRIALS`: the commands by name. `Reference`: what each leaves when nothing happens.
- `disturbances(...)`: a killing, or a Ctrl-C, at a moment drawn by a seed.
"""

from __future__ import annotations

import json
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from solvers.studies.study import read_study
from tests.durability.commands import SAVE_OFTEN, Ended, Running, run, start
from tests.durability.whole_files import check_whole, parts
from theory.kernel.checks.certificates import check

STUDY = "study"
_COMPARE = (
    *("compare", "sorting-5", "-s", "random", "-s", "genetic", "-r", "6", "-n", "20000"),
    *("--checkpoint", "0", "--count", "1000", "-o", STUDY),
)


COMPILED_S = 20.0
"""No trial takes that long where compiled code is at hand."""


@dataclass(frozen=True)
class Trial:
    """A command, and the one that completes it.

    Attributes:
        first: what is disturbed.
        last: what completes it; the same command, or one without a limit.
        before: code that is run first.
        needs_study: whether it starts from the folder of a study.
    """

    first: tuple[str, ...]
    last: tuple[str, ...]
    before: str = ""
    needs_study: bool = False


def _same(*arguments: str, before: str = "", needs_study: bool = False) -> Trial:
    return Trial(arguments, arguments, before, needs_study)


_DAG = ("solve", "gates-any-greater2", "--recount", "0", "--resume", "search.json", "-o", "c.json")

TRIALS = {
    "compare, one process": _same(*_COMPARE, "--workers", "1"),
    "compare": _same(*_COMPARE, "--workers", "2"),
    "chain": _same(
        *("solve", "sorting-6", "--recount", "0", "--resume", "search.npz", "-o", "c.json"),
        before=SAVE_OFTEN,
    ),
    "small chain": _same(
        *("solve", "sorting-5", "--recount", "0", "--resume", "search.npz", "-o", "c.json"),
        before=SAVE_OFTEN,
    ),
    "dag": Trial((*_DAG, "--seconds", "1.5"), _DAG),
    "evolve": _same("evolve", "sorting-6", "--seed", "3", "-n", "200000"),
    "verify": _same("verify", "three-counters", "-o", "c.json"),
    "report": _same("report", STUDY, needs_study=True),
    "report elsewhere": _same("report", STUDY, "-o", "elsewhere", needs_study=True),
}


@dataclass(frozen=True)
class Reference:
    """What a trial leaves that nothing disturbs."""

    trial: Trial
    folder: Path
    ended: Ended
    seconds: float


def reference(trial: Trial, folder: Path, study: Path | None = None) -> Reference:
    """Runs a trial without disturbing it; again, if the first seems to have compiled much.

    Args:
        study: the folder that it starts from, if it needs one.
    """
    for place in ("compiling", "undisturbed"):
        fresh = prepared(trial, folder / place, study)
        began = time.monotonic()
        ended = run(trial.last, fresh, before=trial.before)
        assert ended.code == 0, ended.err
        seconds = time.monotonic() - began
        if seconds < COMPILED_S:
            break
    check_whole(fresh)
    assert not parts(fresh)
    return Reference(trial, fresh, ended, seconds)


def prepared(trial: Trial, folder: Path, study: Path | None) -> Path:
    """A new folder, with what the trial starts from."""
    folder.mkdir(parents=True)
    if trial.needs_study:
        assert study is not None
        shutil.copytree(study, folder / STUDY)
    return folder


def check_same(folder: Path, wanted: Reference, ended: Ended) -> None:
    """The folder and the output are as if nothing had happened."""
    assert ended.code == 0, ended.err
    assert "Traceback" not in ended.err
    check_whole(folder)
    assert not parts(folder)
    assert not list(folder.rglob("*.runs"))
    if wanted.trial.last[0] == "evolve":
        assert ended.out == wanted.ended.out
    for path in wanted.folder.rglob("*"):
        place = path.relative_to(wanted.folder)
        if path.suffix == ".sqlite":
            found, whole = read_study(folder / place), read_study(path)
            assert found.complete
            assert found.runs == whole.runs
        elif path.name == "c.json":
            found, whole = (json.loads(p.read_text()) for p in (folder / place, path))
            assert check(found).complete
            assert found.get("frontier") == whole.get("frontier")
        elif path.is_file() and path.name not in ("times.csv", "search.npz", "search.json"):
            assert (folder / place).read_bytes() == path.read_bytes(), place


def disturb(running: Running, how: str, random: Random, seconds: float, folder: Path) -> bool:
    """Kills or interrupts at a moment within the seconds; whether it still ran then.

    Args:
        how: `kill`, `kill the parent`, `kill a worker`, `kill at a part` (while a file is being
            written), `ctrl-c` (to all, as a terminal does) or `ctrl-c to the parent`.
    """
    if how == "kill at a part":
        # Not always the first: so many are let pass.
        for _ in range(random.randrange(12)):
            running.wait_until(lambda: bool(parts(folder)), pause=0)
            running.wait_seconds(random.uniform(0, 0.02))
        running.wait_until(lambda: bool(parts(folder)), pause=0)
    elif how == "kill a worker":
        if running.wait_until(lambda: bool(running.workers()), pause=0.01):
            running.wait_seconds(random.uniform(0, 0.6 * seconds))
    else:
        # Python itself does not take a Ctrl-C well before it has begun.
        running.wait_seconds(random.uniform(0.3 if "ctrl" in how else 0, seconds))
    ran = running.alive()
    number = signal.SIGINT if "ctrl" in how else signal.SIGKILL
    whom = [running.process.pid] if how.endswith("parent") else None
    if how == "kill a worker":
        workers = running.workers()
        whom = [random.choice(workers)] if workers else []
        ran = bool(whom)
    running.send(number, whom)
    return ran


def begin(trial: Trial, folder: Path) -> Running:
    """Starts what is disturbed."""
    return start(trial.first, folder, before=trial.before)
