"""Runs in progress: killed at any moment they go on from their checkpoint, bit for bit."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from solvers.evaluation.behaviours import behaviour_keys
from solvers.evaluation.evaluators import ProblemEvaluator, evaluator_for
from solvers.searches import SEARCHES, RunResult, StudyError, run
from solvers.searches import run as heuristics_run
from solvers.studies.study import run_study
from solvers.suites import find_problem
from solvers.suites.nk import nk
from tests.support.small_studies import spec

CAPS = {"gaussian-process": 150, "semantic-annealing": 600, "portfolio": 600}
"""Evaluations of a run; the other searches make 5,000."""

KINDS = {
    "chain": ("sorting-6", 10),
    "one sample": ("pancakes-6", None),
    "dag": ("gates-nand-prime4", None),
    "dag with two outputs": ("gates-nand-halfadder", None),
    "table": ("nk", None),
}
"""Kinds of spaces and evaluators: many samples, slots to compare, neither."""


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@cache
def evaluator_of(kind: str) -> ProblemEvaluator:
    name, length = KINDS[kind]
    return evaluator_for(nk(4, 1) if name == "nk" else find_problem(name, length))


def problem_of(name: str) -> ProblemEvaluator:
    """A problem on which the search has much to remember."""
    if name in ("semantic-annealing", "portfolio"):
        return evaluator_of("dag")
    return evaluator_of("table" if name == "gaussian-process" else "chain")


def whole(name: str, checkpoint: Path | None = None, every_s: float = 0.0) -> RunResult:
    """A run that cannot succeed, so that it uses its cap."""
    return run(
        problem_of(name), name, {}, np.random.SeedSequence([5, 1]), CAPS.get(name, 5000),
        {"optimum": -1.0, "half": 20.0}, 64, checkpoint=checkpoint, checkpoint_s=every_s,
    )  # fmt: skip


class StopError(BaseException):
    """Ends a run where a test wants it to end, as a kill would."""


class Stops:
    """Saves, and stops the run after so many times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        module = sys.modules[heuristics_run.__module__]
        self.write = module.save
        self.left = 0
        monkeypatch.setattr(module, "save", self)

    def __call__(self, *arguments: object) -> None:
        self.write(*arguments)
        self.left -= 1
        if self.left == 0:
            raise StopError


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch) -> Stops:
    return Stops(monkeypatch)


@pytest.mark.parametrize("name", SEARCHES)
def test_a_run_goes_on_from_its_checkpoint(name: str, tmp_path: Path, stops: Stops) -> None:
    expected = whole(name)
    file = tmp_path / "one.run"
    for stop in (3, 11, 6):
        stops.left = stop
        with pytest.raises(StopError):
            whole(name, file)
        assert file.is_file()
    found = whole(name, file, every_s=1e9)
    assert asdict(found) == asdict(expected)  # the tests on single samples too
    assert not file.exists()


SETTINGS = {
    "gaussian-process": {"memory": 60},  # then it hands over
    "competitive": {"population": 6, "offspring": 6, "period": 1, "tests": 8},
}
NEEDS = {
    "competitive": {"chain", "one sample", "dag", "dag with two outputs"},  # samples
    "semantic-annealing": {"one sample", "dag"},  # slots
}
FITTING = [(k, name) for k in KINDS for name in SEARCHES if k in NEEDS.get(name, KINDS)]
"""Every search with every kind of problem that it can search."""


@pytest.mark.parametrize(("kind", "name"), FITTING)
def test_a_run_can_be_stopped_after_any_batch(
    kind: str, name: str, tmp_path: Path, stops: Stops
) -> None:
    evaluator = evaluator_of(kind)
    keys = behaviour_keys(evaluator.problem, evaluator)
    said: list[str] = []

    def go(file: Path | None) -> RunResult:
        return run(
            evaluator, name, SETTINGS.get(name, {}), np.random.SeedSequence(7, spawn_key=(2,)), 130,
            {"optimum": -1.0, "half": 20.0}, 5, behaviours=keys, checkpoint=file,
            checkpoint_s=0.0, say=said.append,
        )  # fmt: skip

    expected = go(None)
    file = tmp_path / "one.run"
    lengths = np.random.default_rng(3).integers(1, 4, size=1000)
    for times in range(1000):
        stops.left = int(lengths[times])
        try:
            found = go(file)
        except StopError:
            continue
        break
    assert times > 3
    assert asdict(found) == asdict(expected)
    assert not said
    assert not file.exists()


def test_a_full_disk_does_not_end_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither at the first checkpoint nor later; no half file stays, and it is said once."""
    expected = whole("genetic")
    said: list[str] = []
    file = tmp_path / "one.run"

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    found = run(
        problem_of("genetic"), "genetic", {}, np.random.SeedSequence([5, 1]), 5000,
        {"optimum": -1.0, "half": 20.0}, 64, checkpoint=file, checkpoint_s=0.0, say=said.append,
    )  # fmt: skip
    assert found == expected
    assert len(said) == 1
    assert "not saved" in said[0]
    assert "No space left" in said[0]
    assert not list(tmp_path.glob("one*"))


PROGRAM = """
import sys
from pathlib import Path
from tests.searches.test_checkpoints import whole
print(repr(whole(sys.argv[1], Path(sys.argv[2]), 0.01)), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX signals")
@pytest.mark.parametrize(
    "name",
    [n if n == "annealing" else pytest.param(n, marks=pytest.mark.slow) for n in SEARCHES],
)
def test_a_killed_process_loses_nothing(name: str, tmp_path: Path) -> None:
    """SIGKILL, twice, each time after it has got further than the time before."""
    root, file, killed = Path(__file__).parents[2], tmp_path / "one.run", 0
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, name, str(file)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=subprocess.PIPE,
            text=True,
        )
        stamp = file.stat().st_mtime_ns if file.exists() else 0
        deadline = time.monotonic() + 100
        while process.poll() is None and not _is_newer(file, stamp):
            assert time.monotonic() < deadline
            time.sleep(0.001)
        process.kill()
        process.communicate()
        killed += process.returncode < 0
    assert killed > 0
    assert asdict(whole(name, file, 1e9)) == asdict(whole(name))


def _is_newer(file: Path, stamp: int) -> bool:
    try:
        return file.stat().st_mtime_ns > stamp
    except FileNotFoundError:
        return False


def test_a_study_that_saves_its_runs_has_the_same_results(tmp_path: Path) -> None:
    one = spec(2, cap=200)
    said: list[str] = []
    often = run_study(one, tmp_path / "often.db", workers=1, checkpoint_s=0.0, say=said.append)
    never = run_study(one, tmp_path / "never.db", workers=1)
    assert often == never
    assert not said
    assert not (tmp_path / "often.db.runs").exists()


def test_a_fault_of_the_search_is_told_also_after_a_checkpoint(
    tmp_path: Path, stops: Stops, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "one.run"
    stops.left = 2
    with pytest.raises(StopError):
        whole("genetic", file)
    monkeypatch.setattr(SEARCHES["genetic"], "ask", lambda self, n: self.space.sample(self.rng, 99))
    with pytest.raises(StudyError, match="asked for 64 genomes it gave 99"):
        whole("genetic", file)
