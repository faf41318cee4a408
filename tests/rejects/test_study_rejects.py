"""Result folders and study databases that must be refused: each for the right reason and place."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from solvers.searches import StudyError
from solvers.studies.results import RUNS, STUDY, TIMES, read_results
from solvers.studies.study import read_study
from tests.fuzz.inputs.studies import DATABASE, result_files, study_and_database

DIGITS = "9" * 400


def refusal(folder: Path) -> StudyError:
    with pytest.raises(StudyError) as caught:
        read_results(folder)
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 1_100
    assert str(folder) in text
    return caught.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in result_files().items():
        (tmp_path / name).write_bytes(data)
    read_results(tmp_path)
    return tmp_path


def columns(folder: Path, name: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = [line.split(",") for line in (folder / name).read_text().splitlines()]
    return header, rows


# (column, cell, what the message says)
CELLS = [
    ("evaluations", DIGITS, "evaluations is a whole number"),
    ("evaluations", "-1", "evaluations is a whole number"),
    ("evaluations", "1e3", "evaluations is a whole number"),
    ("evaluations", "nan", "evaluations is a whole number"),
    ("evaluations", "2", "distinct is a whole number, 0 to 2"),
    ("distinct", "41", "distinct is a whole number, 0 to 40"),
    ("behaviours", "41", "behaviours is a whole number"),
    ("best_error", "nan", "best_error is a number"),
    ("best_error", DIGITS, "best_error is a number"),
    ("best_error", "-inf", "best_error is a number"),
    ("best_error", "0.125", "the best error is 0.125"),
    ("best_genome", "0 1 x", "a gene is a whole number"),
    ("best_genome", DIGITS, "a gene is a whole number"),
    ("improvements", "", "the list of improvements is empty"),
    ("improvements", "1", "the error of an improvement is a number"),
    ("improvements", "1:0.5 1:0.25", "evaluations rise and errors fall"),
    ("improvements", "1:0.5 2:0.5", "evaluations rise and errors fall"),
    ("improvements", "3:0.5 2:0.25", "evaluations rise and errors fall"),
    ("repetition", "1", "repetition 1 is out of order; 0 comes next"),
    ("repetition", "x", "the repetition is a whole number"),
    ("problem", "\x1b[31m", "no search 'genetic' on '\\x1b[31m'"),
    ("search", "other", "no search 'other' on 'nk'"),
]


@pytest.mark.parametrize(("column", "cell", "says"), CELLS)
def test_a_damaged_cell(folder: Path, column: str, cell: str, says: str) -> None:
    header, rows = columns(folder, RUNS)
    rows[0][header.index(column)] = cell
    text = "\n".join(map(",".join, [header, *rows])) + "\n"
    (folder / RUNS).write_text(text)
    error = refusal(folder)
    assert (error.reason, error.where) == ("bad-results", f"{folder / RUNS}:2")
    assert says in str(error)


def test_rows_missing_twice_and_out_of_order(folder: Path) -> None:
    header, rows = columns(folder, RUNS)
    for changed, says in (
        (rows[:-1], "lacks runs"),
        ([*rows, rows[-1]], "3 are all"),
        ([rows[1], rows[0], *rows[2:]], "0 comes next"),
        ([rows[0], rows[0], *rows[1:]], "1 comes next"),
        ([rows[0][:-1], *rows[1:]], "8 cells"),
    ):
        (folder / RUNS).write_text("\n".join(map(",".join, [header, *changed])) + "\n")
        assert says in refusal(folder).message


@pytest.mark.parametrize("cell", ["", "nan", "-1", "inf", "1_0", DIGITS])
def test_a_damaged_time(folder: Path, cell: str) -> None:
    header, rows = columns(folder, TIMES)
    rows[0][header.index("seconds")] = cell
    (folder / TIMES).write_text("\n".join(map(",".join, [header, *rows])) + "\n")
    assert "seconds is a number from 0" in refusal(folder).message


# (where in study.json, the value, what the message says)
FACTS: list[tuple[tuple[Any, ...], Any, str]] = [
    (("format",), 2, "format 2"),
    (("name",), 1, "the name is a text"),
    (("name",), "x" * 20_000, "at most 10000 characters"),
    (("name",), "\ud800", "half a character"),
    (("seed",), -1, "the seed is a whole number"),
    (("repetitions",), 0.5, "repetitions is a whole number"),
    (("repetitions",), True, "repetitions is a whole number"),
    (("complete",), "yes", "complete is true or false"),
    (("searches",), [], "there are no names"),
    (("searches",), ["random", "random"], "stands twice"),
    (("contrasts",), [["random", "random"]], "two different searches"),
    (("contrasts",), [["random"]], "lists of 2"),
    (("problems",), {}, "problems is a list"),
    (("problems", 0, "targets"), [], "targets of problem nk is an object"),
    (("problems", 0, "targets", "near"), "a", "a target of problem nk is a number"),
    (("problems", 0, "targets", "optimum"), None, "a target of problem nk is a number"),
    (("problems", 0, "optimum"), None, "exactly where the optimum is known"),
    (("problems", 0, "cap"), 10**16, "the cap of problem nk is a whole number"),
    (("problems", 0, "name"), "sorting", "stands twice"),
    (("problems", 0, "ideal", "distinct"), 0, "distinct behaviours is a whole number"),
    (("problems", 0, "ideal", "within", 0, 1), 244, "behaviours within it is a whole number"),
    (("problems", 0, "ladder", 0), "nan", "a rung of a ladder is a number"),
    (("problems", 1, "frontier", 1), [0, 1.0, 0.0], "rising lengths"),
    (("problems", 1, "frontier", 1), [1, 1.0, 2.0], "bounds below errors"),
    (("notes",), [1], "a note is a text"),
]


@pytest.mark.parametrize(("path", "value", "says"), FACTS)
def test_a_damaged_fact(folder: Path, path: tuple[Any, ...], value: Any, says: str) -> None:
    facts = json.loads((folder / STUDY).read_text())
    holder = facts
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    (folder / STUDY).write_text(json.dumps(facts))
    error = refusal(folder)
    assert (error.reason, error.where) == ("bad-results", str(folder / STUDY))
    assert says in str(error)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot be read"),
        ("[" * 100_000, "nested too deeply"),
        ('{"format": 1, "format": 1}', "a key stands twice"),
        ('{"format": NaN}', "NaN is no number"),
        ('{"format": 1e999}', "too large a number"),
        ("1" * 5_000, "cannot be read"),
        ("[]", "format None"),
    ],
)
def test_a_file_that_holds_no_facts(folder: Path, text: str, says: str) -> None:
    (folder / STUDY).write_text(text)
    assert says in refusal(folder).message


# (statement, what the message says)
ROWS = [
    ("UPDATE runs SET evaluations = 'many' WHERE repetition = 0", "evaluations is a whole number"),
    ("UPDATE runs SET evaluations = 0.5 WHERE repetition = 0", "evaluations is a whole number"),
    ("UPDATE runs SET best_error = 'low' WHERE repetition = 0", "best_error is a number"),
    ("UPDATE runs SET best_error = 9e999 WHERE repetition = 0", "the best error is inf"),
    ("UPDATE runs SET best_genome = '[0, \"a\"]'", "a gene is a whole number"),
    ("UPDATE runs SET best_genome = x'00ff'", "best_genome is JSON text"),
    ("UPDATE runs SET trajectory = '[[1]]'", "trajectory is a list of lists of 2"),
    ("UPDATE runs SET trajectory = '[1, 2'", "trajectory cannot be read"),
    ("UPDATE runs SET trajectory = '[[1, 0.5], [1, 0.4]]'", "evaluations rise and errors fall"),
    ("UPDATE runs SET hits = '[]'", "hits is an object"),
    ("UPDATE runs SET hits = '{}'", "reached its targets at other evaluations"),
    ("UPDATE runs SET seconds = -1", "seconds is a number from 0"),
    ("UPDATE runs SET cpu_seconds = 'x'", "cpu_seconds is a number"),
    ("UPDATE runs SET problem = 'other' WHERE problem = 'nk'", "is of another study"),
    ("UPDATE runs SET search = 'other' WHERE search = 'random'", "is of another study"),
    ("UPDATE runs SET repetition = 7 WHERE repetition = 2", "is of another study"),
    ("UPDATE runs SET repetition = -1 WHERE repetition = 2", "the repetition is a whole number"),
    ("DELETE FROM facts", "the description is JSON text"),
    ("UPDATE facts SET value = 'x'", "the description cannot be read"),
    ("UPDATE facts SET value = '[]'", "the description is an object"),
    ("UPDATE facts SET value = '{}'", "it has no 'name'"),
    ("CREATE VIEW more AS SELECT * FROM runs", "tables facts and runs, and nothing else"),
    ("ALTER TABLE runs RENAME COLUMN hits TO hit", "tables facts and runs, and nothing else"),
]


@pytest.mark.parametrize(("statement", "says"), ROWS)
def test_a_damaged_database(tmp_path: Path, statement: str, says: str) -> None:
    path = tmp_path / DATABASE
    path.write_bytes(study_and_database()[1])
    read_study(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
    with pytest.raises(StudyError) as caught:
        read_study(path)
    assert caught.value.reason == "bad-store"
    assert caught.value.where.startswith(str(path))
    assert says in str(caught.value)


def test_somebody_elses_database_is_not_changed(tmp_path: Path) -> None:
    from solvers.studies.store import open_store

    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE runs (x)")
    before = path.read_bytes()
    with pytest.raises(StudyError, match="not a study's"), open_store(path, {"name": "x"}):
        pass
    assert path.read_bytes() == before
