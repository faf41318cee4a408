"""The path that every study takes: results are complete, repeatable, and survive kill -9."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from solvers import Settings, compare, find_problem
from solvers.comparisons.comparison import Comparison
from solvers.studies.study import read_study
from theory.formats.problem_files import load_problem
from theory.kernel.checks.certificates import check_file
from theory.kernel.errors import ShefferError

ROOT = Path(__file__).parents[2]
Process = subprocess.Popen[str]
PROBLEMS = ("sorting-4", "pancakes-5", "set-cover-1")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, Path]:
    """One comparison, and its folder, for all that looks at results."""
    folder = tmp_path_factory.mktemp("comparison")
    return run(folder, repetitions=10, evaluations=2000), folder


def run(folder: Path, **settings: int) -> Comparison:
    return compare(
        [find_problem(name) for name in PROBLEMS], folder, Settings(workers=1, **settings)
    )


def test_a_comparison_writes_tables_pictures_and_certificates_that_check(
    finished: tuple[Comparison, Path],
) -> None:
    result, folder = finished
    assert result.study.complete
    assert {b.evidence for b in result.study.benchmarks} == {"recounted"}
    for name in PROBLEMS:
        report = check_file(folder / "certificates" / f"{name}.json")
        assert report.complete
        assert not report.unchecked
    for file in ("table.md", "table.csv", "convergence.png", "frontiers.png"):
        assert (folder / file).stat().st_size > 100
    assert all(
        min(point[1] for point in runs[0].trajectory) == runs[0].best_error
        for runs in result.study.runs.values()
    )


def test_no_run_is_better_than_the_exact_optimum(finished: tuple[Comparison, Path]) -> None:
    result, _ = finished
    for (problem, _), runs in result.study.runs.items():
        least = float(result.frontiers[problem].lines[-1].error)
        assert all(r.best_error >= least for r in runs)
        assert all(r.hits["optimum"] is not None or r.best_error > least for r in runs)


def test_another_study_in_the_same_folder_is_refused(finished: tuple[Comparison, Path]) -> None:
    with pytest.raises(ShefferError, match="holds another study"):
        run(finished[1], repetitions=10, evaluations=2010)


def test_a_problem_from_a_file_is_one_of_its_own(tmp_path: Path) -> None:
    table = load_problem(ROOT / "docs" / "examples" / "loss.csv")
    result = compare([table], tmp_path, Settings(repetitions=4, workers=1))
    assert result.study.benchmarks[0].targets == {"optimum": 0.29, "one-SE set": 0.31}
    assert "2 of 4 entries lie within one standard error" in result.notes[0]


@pytest.mark.slow
def test_killed_twice_at_random_the_tables_are_the_same(tmp_path: Path) -> None:
    whole = tmp_path / "whole" / "study"
    broken = tmp_path / "broken" / "study"
    _compare(whole).communicate(timeout=120)
    pause = random.Random(os.getpid())
    for _ in range(2):
        process = _compare(broken)
        end = time.monotonic() + pause.uniform(2.5, 6.0)
        while time.monotonic() < end and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    out, _ = _compare(broken).communicate(timeout=120)
    assert "PARTIAL" not in out
    for file in ("table.csv", "table.md", "frontiers.json"):
        assert (broken / file).read_bytes() == (whole / file).read_bytes()


LONG = """
import time
from pathlib import Path

from solvers.searches.genetic import Genetic


class Slow(Genetic):
    def ask(self, n):
        time.sleep(0.005)
        with Path(__file__).with_name("asked").open("a") as file:
            file.write("x")
        return super().ask(min(n, 16))
"""
"""A search whose runs take seconds and little work, and that leaves a mark at each step."""


@pytest.mark.slow
def test_killed_inside_a_run_it_continues_there_and_the_runs_are_the_same(tmp_path: Path) -> None:
    search, asked = tmp_path / "long.py", tmp_path / "asked"
    search.write_text(LONG, encoding="utf-8")
    request = ("pancakes-4", "nk5-1", "-r", "2", "-s", "genetic", "-s", f"{search}:Slow")
    command = (*request, "--checkpoint", "0.1", "--workers", "2", "--count", "0")
    whole, broken = tmp_path / "whole" / "study", tmp_path / "broken" / "study"
    _compare(whole, command).communicate(timeout=120)
    steps = asked.stat().st_size

    before: set[bytes] = set()
    for _ in range(2):  # the second time in what has been continued
        process = _compare(broken, command)
        while not (saved := _checkpoints(broken) - before):
            assert process.poll() is None, "the study ended before it could be killed"
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        before |= saved | _checkpoints(broken)
    assert not read_study(broken / "study.sqlite").complete
    asked.unlink()
    out, _ = _compare(broken, command).communicate(timeout=120)
    assert "PARTIAL" not in out
    assert asked.stat().st_size < steps  # it did not begin the runs anew
    assert not _checkpoints(broken)
    for file in ("runs.csv", "study.json", "table.csv"):
        assert (broken / file).read_bytes() == (whole / file).read_bytes()


def _checkpoints(folder: Path) -> set[bytes]:
    return {file.read_bytes() for file in (folder / "study.sqlite.runs").glob("*.run")}


def _compare(folder: Path, request: Sequence[str] = (*PROBLEMS, "-r", "40")) -> Process:
    command = [sys.executable, "-m", "solvers.cli", "compare", *request]
    return subprocess.Popen(
        [*command, "--out", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
