"""Runs in progress: killed at any moment they go on from their checkpoint, bit for bit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from solvers.evaluators import evaluator_for
from solvers.heuristics import SEARCHES, Evaluator, RunResult, StudyError, run
from solvers.heuristics import run as heuristics_run
from solvers.study import run_study
from solvers.suites import find_problem
from solvers.suites.nk import nk
from tests.solvers.test_study import spec

CAPS = {"gaussian-process": 150, "semantic-annealing": 600, "portfolio": 600}
"""Evaluations of a run; the other searches make 5,000."""


def problem_of(name: str) -> Evaluator:
    """A problem on which the search has much to remember."""
    if name in ("semantic-annealing", "portfolio"):
        return evaluator_for(find_problem("gates-nand-prime4"))
    return evaluator_for(nk(4, 1) if name == "gaussian-process" else find_problem("sorting-6", 10))


def whole(name: str, checkpoint: Path | None = None, every_s: float = 0.0) -> RunResult:
    """A run that cannot succeed, so that it uses its cap."""
    return run(
        problem_of(name), name, {}, np.random.SeedSequence([5, 1]), CAPS.get(name, 5000),
        {"optimum": -1.0, "half": 20.0}, 64, checkpoint=checkpoint, checkpoint_s=every_s,
    )  # fmt: skip


class StopError(Exception):
    """Ends a run where a test wants it to end."""


@pytest.mark.parametrize("name", SEARCHES)
def test_a_run_goes_on_from_its_checkpoint(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = whole(name)
    file = tmp_path / "one.run"
    module = sys.modules[heuristics_run.__module__]
    write = module._write
    for stop in (3, 11, 6):
        left = [stop]

        def count(path: Path, state: object, left: list[int] = left) -> None:
            write(path, state)
            left[0] -= 1
            if left[0] == 0:
                raise StopError

        monkeypatch.setattr(module, "_write", count)
        with pytest.raises(StopError):
            whole(name, file)
        assert file.is_file()
    monkeypatch.setattr(module, "_write", write)
    found = whole(name, file, every_s=1e9)
    assert asdict(found) == asdict(expected)  # the tests on single samples too
    assert not file.exists()


def test_a_checkpoint_of_another_run_or_a_broken_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "one.run"
    module = sys.modules[heuristics_run.__module__]
    evaluator = problem_of("genetic")
    state = module._State(("other",), None, None, {}, {}, 1, None)
    module._write(file, state)
    for content in (None, b"half a pick", b""):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(StudyError, match=r"one\.run|remove it") as caught:
            run(evaluator, "genetic", {}, np.random.SeedSequence(1), 10, {}, checkpoint=file)
        assert caught.value.reason == "bad-checkpoint"


PROGRAM = """
import sys
from pathlib import Path
from tests.solvers.test_checkpoints import whole
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
    often = run_study(one, tmp_path / "often.db", workers=1, checkpoint_s=0.0)
    never = run_study(one, tmp_path / "never.db", workers=1)
    assert often == never
    assert not (tmp_path / "often.db.runs").exists()
