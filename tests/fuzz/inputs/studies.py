"""Result folders and study databases, and their changes.

The seeds are two searches on two small problems, three runs each; nothing in them differs from one
process to the next. Reading a folder or a database goes as far as `sheffer report` goes, without
the pictures; a database is also opened to continue the study.
"""

from __future__ import annotations

import csv
import io
import json
import math
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing, suppress
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import solvers.reports.document
from solvers.reports.document import write_report
from solvers.reports.profiles import profiles
from solvers.searches import OPTIMUM
from solvers.studies.plan import Benchmark, StudyResult, StudySpec
from solvers.studies.results import (
    RUNS,
    STUDY,
    TIMES,
    Ideal,
    Results,
    read_results,
    write_results,
)
from solvers.studies.study import read_study, run_study
from tests.fuzz.inputs.changes import (
    EXTREMES,
    HOSTILE,
    change_data,
    changed_file,
    json_text,
    odd_value,
)
from tests.fuzz.inputs.watching import Given
from tests.support import toy

DATABASE = "study.sqlite"
_COLUMNS = (
    "problem", "search", "repetition", "evaluations", "distinct_evaluations", "best_error",
    "best_genome", "hits", "trajectory", "seconds", "behaviours", "cpu_seconds",
)  # fmt: skip


@cache
def _spec() -> StudySpec:
    nk = toy.nk_landscape(5, 3, 2, 1).optimum()
    targets = {OPTIMUM: nk, "near": nk + 0.05}
    first = Benchmark(
        "nk", "nk", partial(toy.nk_landscape, 5, 3, 2, 1), nk, f"{nk:.4f}", "table optimum",
        targets, 40, "drawn",
    )  # fmt: skip
    second = Benchmark(
        "sorting", "sorting", partial(toy.sorting, 4, 5), None, "0 to 3", "bounds", {"half": 6.0},
        30,
    )  # fmt: skip
    searches: Mapping[str, Mapping[str, Any]] = {"random": {}, "genetic": {}}
    return StudySpec(
        "toy", 7, (first, second), searches, 3, batch=8, contrasts=(("genetic", "random"),)
    )


@cache
def study_and_database() -> tuple[StudyResult, bytes]:
    """The study, and its database."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / DATABASE
        study = run_study(_spec(), path, workers=1)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE runs SET seconds = 0.25, cpu_seconds = 0.125")
            connection.execute("UPDATE runs SET behaviours = distinct_evaluations")
            connection.commit()
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        data = path.read_bytes()
        study = read_study(path)
    return study, data


@cache
def result_files() -> dict[str, bytes]:
    """The three files of the study's results."""
    study, _ = study_and_database()
    nk = study.benchmarks[0]
    ladder = (0.9, nk.targets["near"], nk.targets[OPTIMUM])
    ideal = Ideal(243, True, tuple((error, 5 - k) for k, error in enumerate(ladder)))
    results = Results(
        study, 3, 7, {"nk": ideal}, {"nk": ladder, "sorting": (6.0, 3.0)},
        {"sorting": ((0, 24.0, 24.0), (1, 12.0, 12.0), (2, math.inf, 0.0))}, ("a note",),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        write_results(results, name)
        return {file: (Path(name) / file).read_bytes() for file in (RUNS, TIMES, STUDY)}


def prepare() -> None:
    """Makes the seeds, and compiles what they compile, before processes are forked."""
    result_files()


# Result folders


def result_folder(rng: Random, folder: Path) -> Given:
    """A result folder with one or two changes."""
    files = dict(result_files())
    for _ in range(rng.choice((1, 1, 1, 2))):
        _change_folder(rng, files)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return Given(partial(report, folder, folder), str(folder))


def report(folder: Path, out: Path) -> None:
    """All that `sheffer report` does, but for the pictures."""
    results = read_results(folder)
    _report(results, out)


def _report(results: Results, out: Path) -> None:
    drawn = solvers.reports.document._draw
    solvers.reports.document._draw = lambda *_: ({}, [], [])
    try:
        write_report(results, out)
    finally:
        solvers.reports.document._draw = drawn
    profiles(results)


def _change_folder(rng: Random, files: dict[str, bytes]) -> None:
    way = rng.randrange(10)
    if way == 0:
        name = rng.choice(sorted(files))
        files[name] = changed_file(rng, files[name], list(files.values()))
    elif way == 1 and len(files) > 1:
        del files[rng.choice(sorted(files))]
    elif way == 2:
        _rename(rng, files)
    elif way <= 6:
        name = rng.choice((RUNS, RUNS, TIMES))
        if name in files:
            files[name] = _changed_table(rng, files[name])
    elif STUDY in files:
        with suppress(ValueError):
            data = json.loads(files[STUDY])
            change_data(rng, data)
            files[STUDY] = json_text(rng, data).encode("utf-8", "surrogatepass")


def _rename(rng: Random, files: dict[str, bytes]) -> None:
    """A hostile name for a problem, a search or a family, wherever it stands."""
    old, new = (
        rng.choice(("nk", "random", "sorting", "toy", "a note", "drawn")),
        rng.choice(HOSTILE),
    )
    for name, data in files.items():
        text = data.decode("utf-8", "replace")
        if name == STUDY:
            text = text.replace(json.dumps(old), json.dumps(new))
        else:
            rows = [[new if cell == old else cell for cell in row]
                    for row in csv.reader(io.StringIO(text))]  # fmt: skip
            text = _csv(rows)
        files[name] = text.encode("utf-8", "surrogatepass")


def _changed_table(rng: Random, data: bytes) -> bytes:
    """A CSV file with a change of a cell or of rows."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8", "replace"))))
    except csv.Error:
        return data
    if len(rows) < 2:
        return data
    k, j = rng.randrange(len(rows)), rng.randrange(len(rows))
    match rng.randrange(8):
        case 0:
            rows[k], rows[j] = rows[j], rows[k]
        case 1:
            del rows[k]
        case 2:
            rows.insert(j, list(rows[k]))
        case 3 if rows[k]:
            rows[k][rng.randrange(len(rows[k]))] = str(odd_value(rng))
        case 4 if rows[k] and rows[j]:
            cell = rng.randrange(min(len(rows[k]), len(rows[j])))
            rows[k][cell] = rows[j][rng.randrange(len(rows[j]))]
        case _ if rows[k]:
            column = rng.randrange(len(rows[k]))
            cell, part = rows[k][column], rng.choice(EXTREMES)
            parts = cell.split(" ")
            if len(parts) > 1:
                i = rng.randrange(len(parts))
                at, _, error = parts[i].partition(":")
                parts[i] = rng.choice((f"{part}:{error}", f"{at}:{part}", part))
                part = " ".join(parts)
            rows[k][column] = part
        case _:
            pass
    return _csv(rows).encode("utf-8", "surrogatepass")


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    try:
        csv.writer(out, lineterminator="\n").writerows(rows)
    except csv.Error:
        return "\n".join(",".join(row) for row in rows)
    return out.getvalue()


# Databases


def study_database(rng: Random, folder: Path) -> Given:
    """A study's database with changes, to be read, reported or continued."""
    data = study_and_database()[1]
    change = _changed_database if rng.random() < 0.7 else _changed_bytes
    data = change(rng, data)
    path = folder / DATABASE
    path.write_bytes(data)
    return Given(partial(rng.choice((_read, _read, _continue)), path, folder), DATABASE)


def _changed_bytes(rng: Random, data: bytes) -> bytes:
    return changed_file(rng, data, [data])


def _read(path: Path, folder: Path) -> None:
    study = read_study(path)
    most = max((len(runs) for runs in study.runs.values()), default=0)
    _report(Results(study, most), folder)


def _continue(path: Path, folder: Path) -> None:
    study = run_study(_spec(), path, workers=1)
    if not study.complete:
        raise AssertionError("a study that was continued to its end is complete")


_SCHEMES = (
    "CREATE VIEW more AS SELECT * FROM runs",
    "CREATE TABLE more (x)",
    "CREATE INDEX more ON runs (evaluations)",
    "CREATE TRIGGER more AFTER INSERT ON runs BEGIN DELETE FROM runs; END",
    "DROP TABLE runs",
    "DROP TABLE facts",
    "ALTER TABLE runs RENAME TO run",
    "ALTER TABLE runs RENAME COLUMN hits TO hit",
    "ALTER TABLE runs DROP COLUMN cpu_seconds",
    "ALTER TABLE runs ADD COLUMN more",
    "ALTER TABLE facts ADD COLUMN more",
    "PRAGMA application_id = 1",
    "PRAGMA user_version = 1",
    "PRAGMA user_version = 3",
    "PRAGMA user_version = -1",
    "PRAGMA encoding = 'UTF-16'",
    "DELETE FROM facts",
    "DELETE FROM runs",
    "INSERT INTO facts VALUES ('more', '{}')",
    "UPDATE facts SET name = 'more'",
)
_VIEW = (
    "ALTER TABLE runs RENAME TO kept",
    "CREATE VIEW runs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT 'nk' AS problem, 'random' AS search, i AS repetition, 1 AS evaluations, "
    "1 AS distinct_evaluations, 0.5 AS best_error, '[0]' AS best_genome, '{}' AS hits, "
    "'[[1, 0.5]]' AS trajectory, 0.1 AS seconds, NULL AS behaviours, NULL AS cpu_seconds FROM n",
)


def _changed_database(rng: Random, data: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(data)
        connection.set_progress_handler(lambda: 1, 100_000)  # a change of a view without an end
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            with suppress(sqlite3.Error, OverflowError, TypeError, ValueError):
                _change_database(rng, connection)
        return connection.serialize()


def _change_database(rng: Random, connection: sqlite3.Connection) -> None:
    way = rng.randrange(20)
    chosen = (
        "(problem, search, repetition) IN (SELECT problem, search, repetition FROM runs "
        f"ORDER BY problem, search, repetition LIMIT 1 OFFSET {rng.randrange(12)})"
    )
    if way == 0:
        connection.execute(rng.choice(_SCHEMES))
    elif way == 1:
        for statement in _VIEW:
            connection.execute(statement)
    elif way == 2:  # without its constraints: values that are missing, keys that stand twice
        connection.execute("CREATE TABLE copy AS SELECT * FROM runs")
        connection.execute("DROP TABLE runs")
        connection.execute("ALTER TABLE copy RENAME TO runs")
    elif way == 3:
        connection.execute(f"DELETE FROM runs WHERE {chosen}")
    elif way == 4:
        columns = ", ".join(c if c != "repetition" else "repetition + ?" for c in _COLUMNS)
        more = rng.choice((1, 2, 3, 10**6, -1, 0.5))
        connection.execute(f"INSERT INTO runs SELECT {columns} FROM runs WHERE {chosen}", (more,))
    elif way <= 8:
        query = "SELECT value FROM facts WHERE name = 'description'"
        facts = json.loads(connection.execute(query).fetchone()[0])
        for _ in range(rng.choice((1, 1, 2))):
            change_data(rng, facts)
        text = json_text(rng, facts)
        connection.execute("UPDATE facts SET value = ?", (text,))
    elif way <= 12:
        column = rng.choice(("best_genome", "hits", "trajectory", "trajectory"))
        found = connection.execute(f"SELECT {column} FROM runs WHERE {chosen}").fetchone()
        data = [json.loads(found[0])]
        change_data(rng, data)
        text = json_text(rng, data[0] if data else None)
        connection.execute(f"UPDATE runs SET {column} = ? WHERE {chosen}", (text,))
    else:
        column = rng.choice(_COLUMNS)
        value = odd_value(rng)
        if isinstance(value, dict | list):
            value = json.dumps(value).encode()
        where = chosen if rng.random() < 0.9 else "1"
        connection.execute(f"UPDATE OR IGNORE runs SET {column} = ? WHERE {where}", (value,))
