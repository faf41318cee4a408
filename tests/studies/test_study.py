"""Studies: equal results however they are run, interrupted or killed; their tables and pictures."""

from __future__ import annotations

import csv
import io
import math
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from solvers.reports.document import write_report
from solvers.reports.plots import convergence, frontiers
from solvers.reports.tables_of_runs import (
    main_table,
    study_rows,
    to_rich,
)
from solvers.searches import OPTIMUM, StudyError
from solvers.studies.identity import stamp
from solvers.studies.jobs import seed_of
from solvers.studies.plan import Benchmark, StudyResult, StudySpec
from solvers.studies.results import Results
from solvers.studies.study import read_study, run_study
from tests.support import toy
from tests.support.small_studies import FIRST, benchmarks, spec, tables


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> tuple[StudyResult, Path]:
    path = tmp_path_factory.mktemp("study") / "serial.db"
    return run_study(spec(), path, workers=1), path


def test_a_study_gives_all_runs(serial: tuple[StudyResult, Path]) -> None:
    result, path = serial
    assert result.complete
    assert set(result.runs) == {(b, s) for b in (FIRST, "sorting-4") for s in result.searches}
    assert all(len(runs) == 12 for runs in result.runs.values())
    again = read_study(path)
    assert again.runs == result.runs
    assert tables(again) == tables(result)
    with pytest.raises(StudyError, match="not evaluated"):
        again.benchmarks[0].make()


def test_processes_threads_and_order_change_nothing(
    serial: tuple[StudyResult, Path], tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    processes = run_study(
        spec(),
        tmp_path / "p.db",
        workers=2,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert processes == replace(serial[0], benchmarks=processes.benchmarks)
    assert tables(processes) == tables(serial[0])
    assert seen[0] == (0, 96)
    assert seen[-1] == (96, 96)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    with ThreadPoolExecutor(3) as executor:
        threads = run_study(spec(), tmp_path / "t.db", executor=executor)
    assert threads.runs == processes.runs


def test_adding_a_search_or_repetitions_changes_no_other_run(
    serial: tuple[StudyResult, Path], tmp_path: Path
) -> None:
    less = run_study(spec(4, searches=("genetic",)), tmp_path / "less.db", workers=1)
    for (problem, search), runs in less.runs.items():
        assert runs == serial[0].runs[problem, search][:4]
    states = {
        tuple(seed_of(1, problem, search, i).generate_state(2))
        for problem in ("a", "b")
        for search in ("c", "d")
        for i in range(50)
    }
    assert len(states) == 200
    assert (seed_of(1, "a", "b", 2).generate_state(3) == [2489636862, 99168643, 3566756913]).all()


def test_labels_let_one_search_take_part_twice(tmp_path: Path) -> None:
    searches = {"genetic": {}, "small": {"search": "genetic", "population": 5}}
    result = run_study(replace(spec(3), searches=searches), tmp_path / "s.db", workers=1)
    assert result.complete
    assert result.runs[FIRST, "small"] != result.runs[FIRST, "genetic"]


def test_an_interrupted_study_is_partial_and_continues(
    serial: tuple[StudyResult, Path], tmp_path: Path
) -> None:
    def interrupt(done: int, total: int) -> None:
        if done >= 30:
            raise KeyboardInterrupt  # as Ctrl-C does, wherever the program is

    path = tmp_path / "study.db"
    partial_result = run_study(spec(), path, workers=1, progress=interrupt)
    assert not partial_result.complete
    assert 30 <= sum(map(len, partial_result.runs.values())) < 96
    paths = write_report(Results(partial_result, 12, 7), tmp_path)
    assert all("nterrupted" in path.read_text() for path in paths[:3])
    assert convergence(partial_result, tmp_path / "partial.png").stat().st_size > 0
    result = run_study(spec(), path, workers=1)
    assert result.complete
    assert tables(result) == tables(serial[0])


def test_what_a_study_refuses(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    run_study(spec(2), path, workers=1)
    for other, word in (
        (spec(3), "repetitions"),
        (replace(spec(2), seed=8), "seed"),
        (spec(2, cap=301), "problems"),
        (spec(2, searches=("random",)), "searches"),
    ):
        with pytest.raises(StudyError, match=word) as caught:
            run_study(other, path, workers=1)
        assert caught.value.reason == "other-study"
    with pytest.raises(StudyError, match="no search of this name"):
        run_study(spec(2, searches=("rendom",)), tmp_path / "x.db", workers=1)
    with pytest.raises(StudyError, match="JSON"):
        run_study(replace(spec(), searches={"genetic": {"population": {1}}}), tmp_path / "y.db")
    with pytest.raises(StudyError, match="different names"):
        replace(spec(), benchmarks=benchmarks(10) * 2)
    with pytest.raises(StudyError, match="exactly where the optimum is known"):
        replace(benchmarks(10)[0], optimum=None)
    broken = replace(benchmarks(10)[0], make=partial(toy.nk_landscape, 5, 3, 9, 1))
    with pytest.raises(StudyError, match="nk, random"):
        run_study(replace(spec(), benchmarks=(broken,)), tmp_path / "z.db", workers=2)


def test_evaluators_are_told_apart_by_their_data() -> None:
    first, second = (partial(toy.Table, toy.uniform(1, 2), np.array([0.0, x])) for x in (1.0, 2.0))
    assert stamp(first) == stamp(partial(toy.Table, toy.uniform(1, 2), np.array([0.0, 1.0])))
    assert stamp(first) != stamp(second)
    assert stamp(toy.sorting) != stamp(toy.pancakes)
    assert stamp(toy.one_max(3)) != stamp(toy.one_max(4))


PROGRAM = """
from pathlib import Path
import sys
from solvers.studies.study import run_study
from tests.support.small_studies import spec, tables
if __name__ == "__main__":
    show = lambda done, total: print(done, flush=True)
    result = run_study(spec(cap=600), sys.argv[1], progress=show)
    Path(sys.argv[2]).write_text(tables(result))
"""


def start(*arguments: object) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX signals")
def test_a_study_killed_twice_gives_the_same_tables(tmp_path: Path) -> None:
    expected = tables(run_study(spec(cap=600), tmp_path / "whole.db", workers=1))
    luck = random.Random()
    for _ in range(2):
        process = start(tmp_path / "killed.db", tmp_path / "tables")
        assert process.stdout is not None
        finished = int(process.stdout.readline())
        for _ in range(luck.randint(0, 5)):
            finished = int(process.stdout.readline() or finished)
        time.sleep(luck.uniform(0, 0.05))
        process.kill()
        process.communicate()
        kept = read_study(tmp_path / "killed.db")  # readable as it lies
        assert finished <= sum(map(len, kept.runs.values())) <= 96
    deadline = time.monotonic() + 20
    while True:  # the lock has died with its holder; workers notice within moments
        process = start(tmp_path / "killed.db", tmp_path / "tables")
        output, errors = process.communicate(timeout=60)
        if process.returncode == 0 or time.monotonic() > deadline:
            break
    assert process.returncode == 0, errors
    assert output.splitlines()[-1] == "96"
    assert (tmp_path / "tables").read_text() == expected


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    process = start(tmp_path / "study.db", tmp_path / "tables")
    assert process.stdout is not None
    for _ in range(2):
        process.stdout.readline()
    session = process.pid
    process.send_signal(signal.SIGKILL)
    process.wait()

    def alive() -> list[str]:
        found = []
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _, _, sid = entry.read_text().rpartition(")")[2].split()[:4]
            except OSError:
                continue
            if int(sid) == session and state != "Z":
                found.append(entry.parent.name)
        return found

    deadline = time.monotonic() + 10
    while alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive() == []


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX signals")
def test_ctrl_c_stops_all_processes_quietly(tmp_path: Path) -> None:
    process = start(tmp_path / "study.db", tmp_path / "tables")
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert errors == ""
    result = read_study(tmp_path / "study.db")
    assert 0 < sum(map(len, result.runs.values())) <= 96


def test_tables_leave_no_cell_blank(tmp_path: Path) -> None:
    hard = Benchmark(
        "hard", "sorting", partial(toy.sorting, 6, 12), 0.0, "0", "recounted", {OPTIMUM: 0.0}, 60
    )
    bounds = Benchmark(
        "open", "x", partial(toy.sorting, 4, 4), None, ">= 1, <= 2", "bounds", {"two": 2.0}, 200
    )
    study = StudySpec("t", 1, (hard, bounds), {"random": {}, "genetic": {}}, 10)
    result = run_study(study, tmp_path / "s.db", workers=1)
    rows = study_rows(result)
    cells = main_table(rows).rows
    assert all(cell.strip() for row in cells for cell in row)
    failed = rows[0]
    assert failed.successes == 0
    assert failed.ert == math.inf
    assert failed.ert_bound == pytest.approx(60 / failed.success_upper, rel=0.5)
    assert cells[0][4].startswith("> ")
    assert cells[2][3].endswith("of two")
    assert cells[2][7].startswith("best ")
    few = replace(rows[0], successes=3, ert=190.0)
    assert main_table([few]).rows[0][4] == "190 [< 5 successes]"
    paths = write_report(Results(result, 10, 1), tmp_path / "out")
    read = list(csv.DictReader(paths[3].open()))
    assert len(read) == 4
    assert all(value for row in read for value in row.values())
    assert float(read[0]["ert"]) == math.inf


def test_tables_in_a_terminal(serial: tuple[StudyResult, Path]) -> None:
    from rich.console import Console

    console = Console(width=120, record=True, file=io.StringIO())
    table = main_table(study_rows(serial[0]))
    console.print(to_rich(table))
    shown = console.export_text()
    for row in table.rows:
        for cell in row:
            assert cell in shown


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_pictures_are_the_same_every_time(
    serial: tuple[StudyResult, Path], tmp_path: Path, suffix: str
) -> None:
    pictures = [convergence(serial[0], tmp_path / f"{i}.{suffix}").read_bytes() for i in range(2)]
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) > 10_000
    curves = {"a": [(0, 3.0), (1, 1.0)], "b": [(0, 2.0)], "c": [(0, math.inf), (1, 2.0), (2, 2.0)]}
    pictures = [frontiers(curves, tmp_path / f"f{i}.{suffix}").read_bytes() for i in range(2)]
    assert pictures[0] == pictures[1]
