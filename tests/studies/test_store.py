"""The file of a study: what it keeps, and what it refuses."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from solvers.searches import RunResult, StudyError
from solvers.studies.store import StoredRun, open_store, read_store

DESCRIPTION = {"name": "test", "seed": 1, "searches": [["random", {}]]}


def stored(repetition: int, error: float = 0.1 + 0.2) -> StoredRun:
    steps = ((1, math.inf), (3, error)) if error < math.inf else ((1, error),)
    result = RunResult(7, 6, {"optimum": None, "low": 3}, steps, (2, -1), error)
    return StoredRun("p", "random", repetition, result, 0.25)


def test_runs_come_back_exactly_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "study.db"
    runs = [stored(1), stored(0, math.inf), stored(2, 1 / 3)]
    with open_store(path, DESCRIPTION) as store:
        store.save(runs)
    with open_store(path, DESCRIPTION) as store:
        assert store.finished() == {("p", "random", i) for i in range(3)}
    with read_store(path) as store:
        assert list(store.runs()) == sorted(runs, key=lambda run: run.repetition)
        assert store.description() == DESCRIPTION


def test_a_job_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with open_store(path, DESCRIPTION) as store:
        store.save([stored(0)])
    with pytest.raises(StudyError), open_store(path, DESCRIPTION) as store:
        store.save([stored(1), stored(0)])
    with read_store(path) as store:
        assert store.finished() == {("p", "random", 0)}


def refused(attempt: object) -> StudyError:
    with pytest.raises(StudyError) as caught, attempt:  # type: ignore[attr-defined]
        pass
    assert "\n" not in str(caught.value)
    return caught.value


def test_another_study_is_refused_and_the_difference_named(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with open_store(path, DESCRIPTION):
        pass
    error = refused(open_store(path, {**DESCRIPTION, "seed": 2}))
    assert error.reason == "other-study"
    assert "different: seed" in error.message
    assert str(path) in str(error)


def test_a_second_writer_or_reader_is_refused_while_the_first_is_open(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with open_store(path, DESCRIPTION) as store:
        store.save([stored(0)])
        assert refused(open_store(path, DESCRIPTION)).reason == "in-use"
        assert refused(read_store(path)).reason == "in-use"
        code = (
            "from solvers.studies.store import open_store\n"
            "from solvers.searches import StudyError\n"
            "try:\n"
            f"    with open_store({str(path)!r}, {DESCRIPTION!r}): pass\n"
            "except StudyError as error:\n"
            "    print(error.reason)\n"
        )
        other = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert other.stdout == "in-use\n"
    with open_store(path, DESCRIPTION) as store:
        assert len(store.finished()) == 1


def test_files_that_are_no_study_are_refused(tmp_path: Path) -> None:
    assert refused(read_store(tmp_path / "none.db")).reason == "no-study"
    text = tmp_path / "text.db"
    text.write_text("not a database, but long enough to be read as one" * 40)
    assert refused(open_store(text, DESCRIPTION)).reason == "bad-store"
    assert refused(read_store(text)).reason == "bad-store"
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE runs (x)")
    connection.close()
    assert refused(open_store(foreign, DESCRIPTION)).reason == "bad-store"
    assert refused(open_store(tmp_path, DESCRIPTION)).reason == "bad-store"
    assert refused(open_store(text / "study.db", DESCRIPTION)).reason == "bad-store"


def test_the_first_format_can_be_read_but_not_continued(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with open_store(path, DESCRIPTION) as store:
        store.save([stored(0)])
    with sqlite3.connect(path) as connection:  # as version 1 made it
        connection.execute("ALTER TABLE runs DROP COLUMN behaviours")
        connection.execute("ALTER TABLE runs DROP COLUMN cpu_seconds")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    with read_store(path) as store:
        assert list(store.runs()) == [stored(0)]
    error = refused(open_store(path, DESCRIPTION))
    assert error.reason == "bad-store"
    assert "format 1" in error.message
    assert "sheffer report" in error.message


def test_other_formats_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with open_store(path, DESCRIPTION):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    error = refused(read_store(path))
    assert error.reason == "bad-store"
    assert "format 99" in error.message
