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
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from solvers.heuristics import RunResult, StudyError
from solvers.statistics import random_expectation
from solvers.study import Benchmark, StudyResult, not_stored
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


def hit(result: RunResult, threshold: float) -> int | None:
    """The evaluation at which a run first had at most that error."""
    return next((at for at, error in result.trajectory if error <= threshold), None)


def write_results(results: Results, folder: str | Path) -> list[Path]:
    """Write the three files into a folder, made if missing; their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        folder / RUNS: _table(RUN_COLUMNS, _run_rows(results.study)),
        folder / TIMES: _table(TIME_COLUMNS, _time_rows(results.study)),
        folder / STUDY: json_text(_facts(results), 1) + "\n",
    }
    for path, text in texts.items():
        with replacing(path) as stream:
            stream.write(text)
    return list(texts)


def read_results(folder: str | Path) -> Results:
    """Read the three files of a folder.

    Raises:
        StudyError: a file is missing, of another format, or malformed; it names the place.
    """
    folder = Path(folder)
    facts = _read_facts(folder / STUDY)
    try:
        results = _results(facts)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"is not as it was written ({type(error).__name__}: {error}); run compare again"
        raise StudyError("bad-results", message, str(folder / STUDY)) from None
    benchmarks = {benchmark.name: benchmark for benchmark in results.study.benchmarks}
    runs: dict[Keys, list[RunResult]] = {}
    for place, row in _read(folder / RUNS, RUN_COLUMNS):
        try:
            key = (benchmarks[row["problem"]].name, row["search"])
            found = runs.setdefault(key, [])
            if int(row["repetition"]) < len(found) or row["search"] not in results.study.searches:
                raise ValueError("a run out of order, or of another study")
            found.append(_run(row, benchmarks[key[0]].targets))
        except (KeyError, ValueError, IndexError) as error:
            message = f"is no run of this study ({error}); run compare again"
            raise StudyError("bad-results", message, place) from None
    seconds: dict[Keys, list[tuple[float, float | None]]] = {}
    if (folder / TIMES).is_file():
        for place, row in _read(folder / TIMES, TIME_COLUMNS):
            try:
                cpu = float(row["cpu_seconds"]) if row["cpu_seconds"] else None
                pair = (float(row["seconds"]), cpu)
            except ValueError as error:
                raise StudyError("bad-results", f"is no time ({error})", place) from None
            seconds.setdefault((row["problem"], row["search"]), []).append(pair)
    study = replace(
        results.study,
        runs={key: tuple(found) for key, found in runs.items()},
        seconds={key: tuple(pairs) for key, pairs in seconds.items()},
    )
    return replace(results, study=study)


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


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = "is missing: this folder holds no results; `sheffer compare --out` makes one"
        raise StudyError("no-results", message, str(path)) from None
    except (OSError, ValueError) as error:
        raise StudyError("bad-results", f"cannot be read ({error})", str(path)) from None
    found = facts.get("format") if isinstance(facts, dict) else None
    if found != FORMAT:
        message = f"has format {found}, this program reads {FORMAT}; run compare again"
        raise StudyError("bad-results", message, str(path))
    return facts  # type: ignore[no-any-return]


def _results(facts: Mapping[str, Any]) -> Results:
    problems = facts["problems"]
    benchmarks = tuple(
        Benchmark(
            p["name"], p["family"], partial(not_stored, p["name"]), p["optimum"],
            p["optimum_text"], p["evidence"], p["targets"], p["cap"], p["data"],
        )
        for p in problems
    )  # fmt: skip
    contrasts = tuple((first, second) for first, second in facts["contrasts"])
    study = StudyResult(
        facts["name"], benchmarks, tuple(facts["searches"]), {}, facts["complete"], contrasts
    )
    ideals = {
        p["name"]: Ideal(
            ideal["distinct"], ideal["exact"],
            tuple((float(e), n) for e, n in ideal["within"]), ideal["stopped"],
        )
        for p in problems if (ideal := p["ideal"]) is not None
    }  # fmt: skip
    ladders = {p["name"]: tuple(float(e) for e in p["ladder"]) for p in problems}
    frontiers = {
        p["name"]: tuple((length, float(e), float(least)) for length, e, least in p["frontier"])
        for p in problems
        if p["frontier"]
    }
    return Results(
        study, facts["repetitions"], facts["seed"], ideals, ladders, frontiers,
        tuple(facts["notes"]),
    )  # fmt: skip


def _read(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """(place, row) for each line of a CSV file with these columns."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError("bad-results", f"cannot be read ({error})", str(path)) from None
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != columns:
        message = f"needs the columns {', '.join(columns)}; run compare again"
        raise StudyError("bad-results", message, str(path))
    for row in reader:
        if None in row or None in row.values():
            message = f"has another number of cells than the {len(columns)} columns"
            raise StudyError("bad-results", message, f"{path}:{reader.line_num}")
        row |= {name: from_csv_cell(row[name]) for name in ("problem", "search")}
        yield f"{path}:{reader.line_num}", row


def _run(row: Mapping[str, str], targets: Mapping[str, float]) -> RunResult:
    steps = tuple(
        (int(at), float(error))
        for at, _, error in (step.partition(":") for step in row["improvements"].split(" "))
    )
    result = RunResult(
        int(row["evaluations"]),
        int(row["distinct"]),
        {},
        steps,
        tuple(int(gene) for gene in row["best_genome"].split()),
        float(row["best_error"]),
        int(row["behaviours"]) if row["behaviours"] else None,
    )
    if result.best_error != steps[-1][1] or steps[-1][0] > result.evaluations:
        raise ValueError("improvements that do not end at the best error")
    return replace(result, hits={name: hit(result, error) for name, error in targets.items()})
