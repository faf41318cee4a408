"""What a comparison leaves in its folder: raw runs as CSV, and what is known of its problems.

| file | holds |
|---|---|
| `runs.csv` | a row a run: evaluations, distinct genomes and behaviours, every improvement |
| `times.csv` | seconds of each run, which differ from one execution to the next |
| `study.json` | problems, targets, bounds of the optimum, ideal random search, contrasts, notes |

Every figure of a report is computed from these three, by `read_results` and nothing else.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from solvers.searches import RunResult, StudyError
from solvers.statistics import random_expectation
from solvers.studies.plan import StudyResult
from solvers.studies.recorded import (
    error_value,
    hits_of,
    integer,
    integer_cell,
    listed,
    member,
    parsed,
    real_cell,
    recorded_run,
    shown,
    text,
    truth,
    tuples,
)
from solvers.studies.study import recorded_benchmarks, recorded_contrasts, recorded_names
from theory.formats.files import replacing
from theory.formats.media import csv_cell, from_csv_cell, json_text

FORMAT = 1
RUNS, TIMES, STUDY = "runs.csv", "times.csv", "study.json"
RUN_COLUMNS = (
    "problem",
    "search",
    "repetition",
    "evaluations",
    "distinct",
    "behaviours",
    "best_error",
    "improvements",
    "best_genome",
)
TIME_COLUMNS = ("problem", "search", "repetition", "seconds", "cpu_seconds")

MAX_BYTES = 500_000_000
MOST_LINES = 10_000
MOST_SEED = 10**400

Keys = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ideal:
    """Ideal random search over the distinct behaviours of a problem.

    Attributes:
        distinct: how many behaviours there are, or a lower bound.
        exact: whether it is the number itself.
        within: (error, behaviours with at most that error), where known.
        stopped: why the count ended early; None if it did not.
    """

    distinct: int
    exact: bool
    within: tuple[tuple[float, int], ...]
    stopped: str | None = None

    def winners(self, threshold: float) -> int | None:
        """Behaviours with at most that error; None where not known or none."""
        return dict(self.within).get(threshold) or None

    def expected(self, threshold: float) -> float | None:
        """Expected evaluations until that error, a lower bound unless `exact`; None: not known."""
        winners = self.winners(threshold)
        return None if winners is None else float(random_expectation(self.distinct, winners))


@dataclass(frozen=True, slots=True)
class Results:
    """All that a report is made of.

    Attributes:
        study: problems, searches and runs.
        repetitions: runs asked for, of each search on each problem.
        seed: the study's.
        ideals: ideal random search by problem; a problem without one was not counted.
        ladders: the errors whose reaching is profiled, greatest first, by problem.
        frontiers: (length, least error found, lower bound) by problem; none for tables.
        notes: remarks for people.
    """

    study: StudyResult
    repetitions: int = 0
    seed: int = 0
    ideals: Mapping[str, Ideal] = field(default_factory=dict)
    ladders: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    frontiers: Mapping[str, tuple[tuple[int, float, float], ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def write_results(results: Results, folder: str | Path) -> list[Path]:
    """Write the three files into a folder, made if missing; their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        folder / RUNS: _table(RUN_COLUMNS, _run_rows(results.study)),
        folder / TIMES: _table(TIME_COLUMNS, _time_rows(results.study)),
        folder / STUDY: json_text(_facts(results), 1) + "\n",
    }
    for path, content in texts.items():
        with replacing(path) as stream:
            stream.write(content)
    return list(texts)


def read_results(folder: str | Path) -> Results:
    """Read the three files of a folder.

    Raises:
        StudyError: a file is missing, of another format, or malformed; it names the place.
    """
    folder = Path(folder)
    results = _read_facts(folder / STUDY)
    study = results.study
    benchmarks = {benchmark.name: benchmark for benchmark in study.benchmarks}
    runs: dict[Keys, list[RunResult]] = {}
    for place, row in _read(folder / RUNS, RUN_COLUMNS):
        try:
            key = _key(row, study, runs, results.repetitions)
            run = _run(row)
            hits = hits_of(run, benchmarks[key[0]].targets)
        except ValueError as error:
            message = f"is no run of this study ({error}); run compare again"
            raise StudyError("bad-results", message, place) from None
        runs.setdefault(key, []).append(replace(run, hits=hits))
    if study.complete and any(
        len(runs.get((benchmark, search), ())) != results.repetitions
        for benchmark in benchmarks
        for search in study.searches
    ):
        message = f"lacks runs of a study that {STUDY} calls complete; run compare again"
        raise StudyError("bad-results", message, str(folder / RUNS))
    seconds: dict[Keys, list[tuple[float, float | None]]] = {}
    if (folder / TIMES).is_file():
        for place, row in _read(folder / TIMES, TIME_COLUMNS):
            try:
                key = _key(row, study, seconds, len(runs.get((row["problem"], row["search"]), ())))
                cpu = row["cpu_seconds"]
                pair = (
                    real_cell(row["seconds"], "seconds", 0.0),
                    real_cell(cpu, "cpu_seconds", 0.0) if cpu else None,
                )
            except ValueError as error:
                message = f"is no time of a run ({error}); run compare again"
                raise StudyError("bad-results", message, place) from None
            seconds.setdefault(key, []).append(pair)
    study = replace(
        study,
        runs={key: tuple(found) for key, found in runs.items()},
        seconds={key: tuple(pairs) for key, pairs in seconds.items()},
    )
    return replace(results, study=study)


def _key(
    row: Mapping[str, str], study: StudyResult, found: Mapping[Keys, Sequence[object]], most: int
) -> Keys:
    """The problem and search of a row, which is the next of theirs.

    Raises:
        ValueError: it is of another study, or its repetition is not the one that comes next.
    """
    key = row["problem"], row["search"]
    if key[0] not in {b.name for b in study.benchmarks} or key[1] not in study.searches:
        raise ValueError(f"the study has no search {shown(key[1])} on {shown(key[0])}")
    wanted = len(found.get(key, ()))
    if integer_cell(row["repetition"], "the repetition") != wanted or wanted >= most:
        last = f", and {most} are all" if wanted >= most else f"; {wanted} comes next"
        raise ValueError(f"repetition {row['repetition']} is out of order{last}")
    return key


def _run_rows(study: StudyResult) -> Iterator[Sequence[object]]:
    for (problem, search), runs in study.runs.items():
        for repetition, run in enumerate(runs):
            steps = " ".join(f"{at}:{error!r}" for at, error in run.trajectory)
            genome = " ".join(map(str, run.best_genome))
            behaviours = "" if run.behaviours is None else run.behaviours
            names = csv_cell(problem), csv_cell(search)
            yield (*names, repetition, run.evaluations, run.distinct, behaviours,
                   repr(run.best_error), steps, genome)  # fmt: skip


def _time_rows(study: StudyResult) -> Iterator[Sequence[object]]:
    for (problem, search), pairs in study.seconds.items():
        for repetition, (seconds, cpu) in enumerate(pairs):
            names = csv_cell(problem), csv_cell(search)
            yield *names, repetition, seconds, "" if cpu is None else cpu


def _table(header: Sequence[str], rows: Iterator[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _facts(results: Results) -> dict[str, Any]:
    study = results.study
    return {
        "format": FORMAT,
        "name": study.name,
        "seed": results.seed,
        "repetitions": results.repetitions,
        "complete": study.complete,
        "searches": list(study.searches),
        "contrasts": [list(pair) for pair in study.contrasts],
        "problems": [
            {
                "name": b.name,
                "family": b.family,
                "data": b.data,
                "optimum": b.optimum,
                "optimum_text": b.optimum_text,
                "evidence": b.evidence,
                "targets": dict(b.targets),
                "cap": b.cap,
                "ideal": _ideal_facts(results.ideals.get(b.name)),
                "ladder": [_number(e) for e in results.ladders.get(b.name, ())],
                "frontier": [
                    [length, _number(error), _number(least)]
                    for length, error, least in results.frontiers.get(b.name, ())
                ],
            }
            for b in study.benchmarks
        ],
        "notes": list(results.notes),
    }


def _ideal_facts(ideal: Ideal | None) -> dict[str, Any] | None:
    if ideal is None:
        return None
    within = [[_number(e), n] for e, n in ideal.within]
    return {
        "distinct": ideal.distinct,
        "exact": ideal.exact,
        "within": within,
        "stopped": ideal.stopped,
    }


def _number(value: float) -> float | str:
    """JSON has no infinity."""
    return "inf" if value == math.inf else value


def _read_facts(path: Path) -> Results:
    """What `study.json` says; the runs are still missing."""
    try:
        facts = parsed(_text(path), "the file")
        found = facts.get("format") if isinstance(facts, dict) else None
        if found != FORMAT:
            raise ValueError(f"format {shown(found)}, and this program reads {FORMAT}")
        return _results(facts)
    except ValueError as error:
        message = f"is not as it was written: {error}; run compare again"
        raise StudyError("bad-results", message, str(path)) from None


def _text(path: Path) -> str:
    """The text of a file of results."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES} bytes")
        return data.decode("utf-8")
    except FileNotFoundError:
        message = "is missing: this folder holds no results; `sheffer compare --out` makes one"
        raise StudyError("no-results", message, str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StudyError("bad-results", f"cannot be read ({reason})", str(path)) from None


def _results(facts: Mapping[str, Any]) -> Results:
    problems = listed(member(facts, "problems"), "problems")
    benchmarks = recorded_benchmarks(problems)
    searches = recorded_names(member(facts, "searches"))
    study = StudyResult(
        text(member(facts, "name"), "the name"),
        benchmarks,
        searches,
        {},
        truth(member(facts, "complete"), "complete"),
        recorded_contrasts(member(facts, "contrasts"), searches),
    )
    named = list(zip((b.name for b in benchmarks), problems, strict=True))
    ideals = {title: _ideal(p["ideal"]) for title, p in named if member(p, "ideal") is not None}
    ladders = {
        title: tuple(
            error_value(e, "a rung of a ladder")
            for e in listed(member(p, "ladder"), "a ladder", MOST_LINES)
        )
        for title, p in named
    }
    frontiers = {title: _frontier(p["frontier"]) for title, p in named if member(p, "frontier")}
    notes = [text(note, "a note") for note in listed(member(facts, "notes"), "notes", MOST_LINES)]
    return Results(
        study,
        integer(member(facts, "repetitions"), "repetitions"),
        integer(member(facts, "seed"), "the seed", 0, MOST_SEED),
        ideals,
        ladders,
        frontiers,
        tuple(notes),
    )


def _ideal(data: Any) -> Ideal:
    distinct = integer(member(data, "distinct"), "distinct behaviours", 1)
    stopped = member(data, "stopped")
    return Ideal(
        distinct,
        truth(member(data, "exact"), "exact"),
        tuple(
            (error_value(error, "an error"), integer(n, "behaviours within it", 0, distinct))
            for error, n in tuples(member(data, "within"), "behaviours within an error", 2)
        ),
        None if stopped is None else text(stopped, "stopped"),
    )


def _frontier(data: Any) -> tuple[tuple[int, float, float], ...]:
    found: list[tuple[int, float, float]] = []
    for length, error, least in tuples(data, "a frontier", 3):
        line = (
            integer(length, "a length", 0, MOST_LINES),
            error_value(error, "an error"),
            error_value(least, "a bound"),
        )
        if line[2] > line[1] or (found and line[0] <= found[-1][0]):
            raise ValueError(f"a frontier has rising lengths and bounds below errors, not {line}")
        found.append(line)
    return tuple(found)


def _read(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """(place, row) for each line of a CSV file with these columns."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    usual = csv.field_size_limit(MAX_BYTES)  # a run may have any number of improvements
    try:
        if tuple(next(reader, ())) != columns:
            message = f"needs the columns {', '.join(columns)}; run compare again"
            raise StudyError("bad-results", message, str(path))
        for cells in reader:
            place = f"{path}:{reader.line_num}"
            if len(cells) != len(columns):
                message = f"has {len(cells)} cells, and there are {len(columns)} columns"
                raise StudyError("bad-results", message, place)
            row = dict(zip(columns, cells, strict=True))
            row |= {title: from_csv_cell(row[title]) for title in ("problem", "search")}
            yield place, row
    except csv.Error as error:
        place = f"{path}:{reader.line_num}"
        raise StudyError("bad-results", f"is no CSV ({error})", place) from None
    finally:
        csv.field_size_limit(usual)


def _run(row: Mapping[str, str]) -> RunResult:
    """The run of a row, its hits left out.

    Raises:
        ValueError: a cell is not what it must be.
    """
    steps = [step.partition(":")[::2] for step in row["improvements"].split()]
    kinds = row["behaviours"]
    return recorded_run(
        integer_cell(row["evaluations"], "evaluations"),
        integer_cell(row["distinct"], "distinct"),
        integer_cell(kinds, "behaviours") if kinds else None,
        real_cell(row["best_error"], "best_error", infinite=True),
        [integer_cell(gene, "a gene", -1) for gene in row["best_genome"].split()],
        [
            (
                integer_cell(at, "the evaluation of an improvement"),
                real_cell(error, "the error of an improvement", infinite=True),
            )
            for at, error in steps
        ],
    )
