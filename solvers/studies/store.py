"""The file of a study: one SQLite database, one writer, safe against being killed.

A finished job is written in one transaction, so whatever moment the process dies, the file holds
whole jobs and the study continues after them. The writer keeps the database locked exclusively; a
second process that opens it is refused at once, and the lock dies with its holder. Results are
kept apart from times: nothing that differs between two runs of the same study enters a table of
results.

- `Store`: `open_store(path, description)` to write, `read_store(path)` to read.
- `check_store(path, facts)`: whether a study of which only some facts are known may be written.
- `StoredRun`: one run as it is kept.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from solvers.searches import RunResult, StudyError
from solvers.studies.recorded import (
    integer,
    listed,
    mapping,
    name,
    parsed,
    real,
    recorded_run,
    text,
    tuples,
)

SCHEMA_VERSION = 2

RUN_COLUMNS = (
    "problem", "search", "repetition", "evaluations", "distinct_evaluations", "best_error",
    "best_genome", "hits", "trajectory", "seconds", "behaviours", "cpu_seconds",
)  # fmt: skip
"""Of the table of runs; the last two are not in format 1."""

READABLE = (1, 2)
"""Formats that can be read; version 1 had neither behaviours nor processor times."""

APPLICATION_ID = 0x53484652
"""Marks a database as a study of this program ("SHFR")."""

SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    problem TEXT NOT NULL, search TEXT NOT NULL, repetition INTEGER NOT NULL,
    evaluations INTEGER NOT NULL, distinct_evaluations INTEGER NOT NULL,
    best_error REAL NOT NULL, best_genome TEXT NOT NULL, hits TEXT NOT NULL,
    trajectory TEXT NOT NULL, seconds REAL NOT NULL, behaviours INTEGER, cpu_seconds REAL,
    PRIMARY KEY (problem, search, repetition)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run of a study.

    Attributes:
        problem, search, repetition: which.
        result: what it did.
        seconds: how long it took, without counting behaviours.
        cpu_seconds: processor time of the process meanwhile; None in old files.
        remarks: lines for people, about saving and continuing it; not kept.
    """

    problem: str
    search: str
    repetition: int
    result: RunResult
    seconds: float
    cpu_seconds: float | None = None
    remarks: tuple[str, ...] = ()


class Store:
    """An open study file. Use `open_store` or `read_store` to get one."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path

    def description(self) -> dict[str, Any]:
        """What the study is, as it was first stored.

        Raises:
            StudyError: there is none, or it is no JSON object.
        """
        query = "SELECT value FROM facts WHERE name = 'description'"
        found = self.connection.execute(query).fetchone() or (None,)
        try:
            return dict(mapping(parsed(found[0], "the description"), "the description"))
        except ValueError as error:
            message = f"holds no study that can be read ({error}); name another file"
            raise StudyError("bad-store", message, str(self.path)) from None

    def save(self, runs: Iterable[StoredRun]) -> None:
        """Write the runs of one finished job in one transaction."""
        rows = [
            (
                run.problem,
                run.search,
                run.repetition,
                run.result.evaluations,
                run.result.distinct,
                run.result.best_error,
                json.dumps(run.result.best_genome),
                json.dumps(run.result.hits),
                json.dumps(run.result.trajectory),
                run.seconds,
                run.result.behaviours,
                run.cpu_seconds,
            )
            for run in runs
        ]
        with self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(f"INSERT INTO runs VALUES ({','.join('?' * 12)})", rows)

    def finished(self) -> set[tuple[str, str, int]]:
        """Which (problem, search, repetition) are stored."""
        return set(self.connection.execute("SELECT problem, search, repetition FROM runs"))

    def runs(self) -> Iterator[StoredRun]:
        """All stored runs, by problem, search and repetition.

        Raises:
            StudyError: a row is no run; it names the row.
        """
        query = "SELECT * FROM runs ORDER BY problem, search, repetition"
        for number, row in enumerate(self.connection.execute(query), 1):
            try:
                yield _stored_run(dict(zip(RUN_COLUMNS, row, strict=False)))
            except ValueError as error:
                message = f"is no run of a study ({error}); name another file"
                raise StudyError("bad-store", message, f"{self.path}: row {number}") from None


def _stored_run(row: Mapping[str, Any]) -> StoredRun:
    """A row of the table as a run.

    Raises:
        ValueError: a value is not what it must be.
    """
    hits = mapping(parsed(row["hits"], "hits"), "hits")
    result = recorded_run(
        row["evaluations"],
        row["distinct_evaluations"],
        row.get("behaviours"),
        row["best_error"],
        listed(parsed(row["best_genome"], "best_genome"), "best_genome"),
        [(at, error) for at, error in tuples(parsed(row["trajectory"], "trajectory"),
                                             "trajectory", 2)],
    )  # fmt: skip
    reached = {
        name(target, "a target"): None if at is None else integer(at, "a hit", 1)
        for target, at in hits.items()
    }
    cpu = row.get("cpu_seconds")
    return StoredRun(
        text(row["problem"], "the problem"),
        text(row["search"], "the search"),
        integer(row["repetition"], "the repetition"),
        replace(result, hits=reached),
        real(row["seconds"], "seconds", 0.0),
        None if cpu is None else real(cpu, "cpu_seconds", 0.0),
    )


@contextmanager
def open_store(path: str | Path, description: Mapping[str, Any]) -> Iterator[Store]:
    """Open a study's file to write, make it if it is missing; locked until the block ends.

    Args:
        path: the file; missing folders are made.
        description: what the study is, as JSON data; everything that decides its results.

    Raises:
        StudyError: the file is in use, is no study, is of another version, or holds a study
            with another description.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"its folder cannot be made ({error.strerror}); name another file"
        raise StudyError("bad-store", message, str(path)) from error
    with _connection(path, path.as_posix()) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if not _is_empty(connection):  # somebody else's database stays as it is
            _check_kind(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")  # takes the lock, and fails if another holds it
        with connection:
            if _is_empty(connection):
                for statement in SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                text = json.dumps(description)
                connection.execute("INSERT INTO facts VALUES ('description', ?)", (text,))
        _check_kind(connection, path)
        store = Store(connection, path)
        _check_description(store, description)
        try:
            yield store
        finally:
            # One file again, which can be copied, and read where nothing can be written.
            with suppress(sqlite3.Error):
                connection.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def read_store(path: str | Path) -> Iterator[Store]:
    """Open a study's file to read.

    Raises:
        StudyError: there is none, it is being written, is no study, or is of another version.
    """
    path = Path(path)
    if not path.is_file():
        raise StudyError("no-study", "there is no such file", str(path))
    with _connection(path, f"{path.absolute().as_uri()}?mode=ro", uri=True) as connection:
        _check_kind(connection, path, READABLE)
        yield Store(connection, path)


def check_store(path: str | Path, facts: Mapping[str, Any]) -> None:
    """Refuse a file that `open_store` will refuse, as far as some facts of the study can tell.

    Args:
        path: the file; one that is missing or empty is fine.
        facts: part of the description, down to any depth; what is not in it is not compared.

    Raises:
        StudyError: as `open_store`.
    """
    path = Path(path)
    if not path.exists():
        return
    with _connection(path, path.as_posix()) as connection:
        if not _is_empty(connection):
            _check_kind(connection, path)
            stored, wanted = Store(connection, path).description(), json.loads(json.dumps(facts))
            _refuse_other([name for name in wanted if not _has(stored, {name: wanted[name]})], path)


def _has(stored: Any, wanted: Any) -> bool:
    """Whether all that is wanted is there; lists have the same length."""
    if isinstance(stored, dict) and isinstance(wanted, dict):
        return all(name in stored and _has(stored[name], wanted[name]) for name in wanted)
    if isinstance(stored, list) and isinstance(wanted, list):
        return len(stored) == len(wanted) and all(map(_has, stored, wanted))
    return bool(stored == wanted)


_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""What is wrong with the disk and not with the file."""

_FULL_BELOW = 2**16
"""Bytes left on a disk below which it counts as full: SQLite calls some of that an error too."""


@contextmanager
def _connection(path: Path, name: str, *, uri: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection that commits only where told, and whose errors name the file.

    Raises:
        StudyError: `in-use`, `bad-store`.
        OSError: the disk is full or fails; what was committed before stays.
    """
    connection = None
    try:
        connection = sqlite3.connect(name, timeout=0.2, isolation_level=None, uri=uri)
        yield connection
    except sqlite3.Error as error:
        if "locked" in str(error) or "busy" in str(error):
            message = "another process is working on this study; wait for it or stop it"
            raise StudyError("in-use", message, str(path)) from error
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the details
        if kind in _DISK:
            full = kind == sqlite3.SQLITE_FULL or shutil.disk_usage(path.parent).free < _FULL_BELOW
            number = errno.ENOSPC if full else errno.EIO
            raise OSError(number, os.strerror(number), str(path)) from error
        message = f"cannot be used as a study's file ({error}); name another file or remove it"
        raise StudyError("bad-store", message, str(path)) from error
    finally:
        if connection is not None:
            connection.close()


def _is_empty(connection: sqlite3.Connection) -> bool:
    """Whether nothing was ever put into a database."""
    return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _check_kind(
    connection: sqlite3.Connection, path: Path, versions: tuple[int, ...] = (SCHEMA_VERSION,)
) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        message = "a database, but not a study's; name another file"
        raise StudyError("bad-store", message, str(path))
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version not in versions:
        message = f"written in format {version}, this program writes {SCHEMA_VERSION}; "
        message += "choose another folder to start anew"
        message += ", or `sheffer report` to read it" if version in READABLE else ""
        raise StudyError("bad-store", message, str(path))
    _check_tables(connection, path, version)


def _check_tables(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Refuse tables that are not as they were made, among them views, which may never end."""
    connection.execute("PRAGMA trusted_schema = OFF")
    wanted = {
        ("facts", ("name", "value")),
        ("runs", RUN_COLUMNS if version > 1 else RUN_COLUMNS[:-2]),
    }
    found: set[tuple[str, tuple[str, ...]]] = set()
    for title, sql in connection.execute("SELECT name, sql FROM sqlite_master").fetchall():
        columns: tuple[str, ...] = ()
        if title in ("facts", "runs") and str(sql).startswith("CREATE TABLE"):
            query = f"SELECT name FROM pragma_table_xinfo('{title}') WHERE hidden = 0"
            columns = tuple(column for (column,) in connection.execute(query))
        found.add((title, columns))
    if found != wanted:
        message = "a study's database has the tables facts and runs, and nothing else"
        raise StudyError("bad-store", f"{message}; name another file", str(path))
    (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if sound != "ok":
        message = f"is damaged ({str(sound)[:200]}); name another file or remove it"
        raise StudyError("bad-store", message, str(path))


def _check_description(store: Store, description: Mapping[str, Any]) -> None:
    stored, wanted = store.description(), json.loads(json.dumps(description))
    names = {*stored, *wanted}
    _refuse_other([name for name in names if stored.get(name) != wanted.get(name)], store.path)


def _refuse_other(different: Sequence[str], path: Path) -> None:
    if different:
        raise StudyError(
            "other-study",
            f"holds another study (different: {', '.join(sorted(different))}); "
            "choose another folder to start anew, or remove this file",
            str(path),
        )
