"""Heuristics against exact optima, from problems to a folder of results.

`compare` is the one path that every study takes: solve each problem exactly, run the searches
against what was found, have the lower bounds recounted meanwhile, and write tables, pictures and
certificates. What is already in the folder's `study.sqlite` is not run again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from solvers.evaluators import ProblemEvaluator, evaluator_for
from solvers.exact import Frontier, Limits, solve, with_evidence
from solvers.heuristics import LEAGUE, OPTIMUM
from solvers.plots import convergence, frontiers
from solvers.pool import process_pool
from solvers.report import main_table, study_rows, to_text, write_tables
from solvers.study import Benchmark, StudyResult, StudySpec, run_study
from solvers.suites import family_of, find_problem
from theory.certificates import write_certificate
from theory.errors import ProblemError
from theory.problem_json import problem_from_json, problem_to_json
from theory.problems import Error, Problem, Table, error_text

Say = Callable[[str], None]
Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a comparison runs.

    Attributes:
        searches: settings by search name, of `solvers.heuristics.SEARCHES`; None for its LEAGUE.
        repetitions: runs of each search on each problem.
        evaluations: most evaluations of a run.
        seed: every run's seed derives from it and the run's names.
        exact_s: time limit of the exact search of each problem.
        recount_s: time limit of each recount by the reference enumerator.
        workers: processes; None for the number of processors, at least 2.
    """

    searches: Mapping[str, Mapping[str, Any]] | None = None
    repetitions: int = 100
    evaluations: int = 20_000
    seed: int = 1
    exact_s: float = 60.0
    recount_s: float = 150.0
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A finished comparison: the runs, the exact frontiers, notes for people, and the files."""

    study: StudyResult
    frontiers: Mapping[str, Frontier]
    notes: tuple[str, ...]
    paths: tuple[Path, ...]

    def table(self) -> str:
        """The main table as plain text: a row for each problem and search."""
        return to_text(main_table(study_rows(self.study)))


def compare(
    problems: Sequence[Problem],
    folder: str | Path,
    settings: Settings | None = None,
    *,
    say: Say = lambda _: None,
    tick: Tick | None = None,
) -> Comparison:
    """Solves the problems exactly, runs the searches on them and writes all results.

    Ctrl-C ends it with what is done; the same call continues it.

    Args:
        problems: of different names.
        folder: where `study.sqlite`, tables, pictures and certificates go.
        say: called with a line for each exact result, and when only recounts are left.
        tick: called with (finished runs, all runs).

    Raises:
        ShefferError: a problem that cannot be searched, or a folder that holds another study.
    """
    chosen = settings or Settings()
    place = Path(folder)
    (place / "certificates").mkdir(parents=True, exist_ok=True)
    found: dict[str, Frontier] = {}
    notes: list[str] = []
    benchmarks: list[Benchmark] = []
    for problem in problems:
        frontier = solve(problem, Limits(seconds=chosen.exact_s))
        found[problem.name] = frontier
        benchmark, remarks = _benchmark(frontier, chosen.evaluations)
        benchmarks.append(benchmark)
        notes += remarks
        say(f"{problem.name}: {_outcome(frontier)} ({frontier.seconds:.1f} s)")
    spec = StudySpec(
        place.name,
        chosen.seed,
        tuple(benchmarks),
        chosen.searches or {name: {} for name in LEAGUE},
        chosen.repetitions,
    )
    workers = chosen.workers or max(2, os.cpu_count() or 2)
    settled = {name: frontier for name, frontier in found.items() if not frontier.stopped}
    store = place / "study.sqlite"
    if workers == 1:
        study = run_study(spec, store, workers=1, progress=tick)
        if study.complete:
            found |= {n: with_evidence(f, timeout_s=chosen.recount_s) for n, f in settled.items()}
    else:
        with process_pool(workers) as pool:
            recounts: dict[str, Future[Frontier]] = {
                name: pool.submit(with_evidence, frontier, timeout_s=chosen.recount_s)
                for name, frontier in settled.items()
            }
            study = run_study(spec, store, executor=pool, progress=tick)
            waiting = [name for name, recount in recounts.items() if not recount.done()]
            if study.complete and waiting:
                say(f"recounting lower bounds: {', '.join(waiting)}")
            if study.complete:
                found |= {name: recount.result() for name, recount in recounts.items()}
            for recount in recounts.values():
                recount.cancel()
    study = replace(
        study,
        benchmarks=tuple(replace(b, evidence=_evidence(found[b.name])) for b in study.benchmarks),
    )
    paths = _write(place, study, found, notes)
    return Comparison(study, found, tuple(notes), tuple(paths))


def _outcome(frontier: Frontier) -> str:
    best, last = frontier.best, frontier.lines[-1]
    if frontier.optimal:
        word = "table optimum" if frontier.engine == "table" else "optimum"
        return f"{word} {error_text(best.error)} at length {best.length}"
    return f"least error between {error_text(last.at_least)} and {error_text(last.error)}"


def _evidence(frontier: Frontier) -> str:
    if not frontier.optimal:
        return "bounds"
    return (
        f"table optimum, {frontier.evidence}" if frontier.engine == "table" else frontier.evidence
    )


def _benchmark(frontier: Frontier, cap: int) -> tuple[Benchmark, list[str]]:
    """The problem as a study sees it, and remarks on how far its optimum can be trusted."""
    problem = frontier.problem
    last = frontier.lines[-1]
    remarks: list[str] = []
    optimum = float(last.error) if frontier.optimal else None
    text = (
        error_text(last.error)
        if frontier.optimal
        else f"{error_text(last.at_least)}..{error_text(last.error)}"
    )
    targets = {OPTIMUM if frontier.optimal else "best known": float(last.error)}
    if isinstance(problem.target, Table):
        blur = _table_noise(problem, problem.target, last.error)
        if blur is not None:
            targets["one-SE set"], remark = blur
            remarks.append(remark)
        if cap > 1:
            _check_floats(problem, problem.target, last.error)
    family = family_of(problem.name) if _is_shipped(problem) else problem.name
    make: Callable[[], ProblemEvaluator] = (
        partial(shipped_evaluator, problem.name, problem.length)
        if _is_shipped(problem)
        else partial(evaluator_from_json, json.dumps(problem_to_json(problem)))
    )
    return (
        Benchmark(problem.name, family, make, optimum, text, _evidence(frontier), targets, cap),
        remarks,
    )


def _is_shipped(problem: Problem) -> bool:
    try:
        return find_problem(problem.name, problem.length) == problem
    except ProblemError:
        return False


def shipped_evaluator(name: str, length: int) -> ProblemEvaluator:
    """The evaluator of a shipped problem; what worker processes call."""
    return evaluator_for(find_problem(name, length))


def evaluator_from_json(text: str) -> ProblemEvaluator:
    """The evaluator of a problem in JSON; what worker processes call."""
    return evaluator_for(problem_from_json(json.loads(text)))


def _check_floats(problem: Problem, table: Table, least: Error) -> None:
    """Refuses a table whose second best error is the same float as its best."""
    second = min((e for e in table.errors.values() if e > least), default=None)
    if second is not None and float(second) <= float(least):
        message = "the two least errors differ by less than a float can tell; scale the errors"
        raise ProblemError("too-close", message, problem.name)


def _table_noise(problem: Problem, table: Table, least: Error) -> tuple[float, str] | None:
    """The error that counts as not worse than the winner, and a remark; None without noise data."""
    if problem.name.startswith("nas201-") and _is_shipped(problem):
        from solvers.suites.nas201 import noise

        measured = noise(problem.name.removeprefix("nas201-"))
        runs = ", ".join(
            f"{count} have {number}" for number, count in sorted(measured.runs_per_entry.items())
        )
        return float(least) + measured.pooled_se, (
            f"{problem.name}: training runs per entry: {runs}; {measured.within_one_se} entries "
            f"lie within one pooled standard error ({measured.pooled_se:.3f}) of the winner; with "
            f"that noise drawn again the winner wins {100 * measured.win_share:.1f} % of "
            f"{measured.draws} tables"
        )
    if table.standard_errors is None:
        return None
    winner = min(table.errors, key=lambda entry: table.errors[entry])
    threshold = table.errors[winner] + table.standard_errors[winner]
    within = sum(error <= threshold for error in table.errors.values())
    return float(threshold), (
        f"{problem.name}: {within} of {len(table.errors)} entries lie within one standard error "
        f"({float(table.standard_errors[winner]):.4g}) of the winner"
    )


def _write(
    place: Path, study: StudyResult, found: Mapping[str, Frontier], notes: Sequence[str]
) -> list[Path]:
    for name, frontier in found.items():
        write_certificate(frontier.certificate(), place / "certificates" / f"{name}.json")
    paths = write_tables(study, place)
    if notes:
        text = paths[0].read_text(encoding="utf-8")
        listed = "\n".join(f"- {note}" for note in notes)
        paths[0].write_text(f"{text}\n**Notes**\n\n{listed}\n", encoding="utf-8")
    if study.runs:
        paths.append(convergence(study, place / "convergence.png"))
    curves = {
        name: [(line.length, float(line.error)) for line in frontier.lines]
        for name, frontier in found.items()
        if frontier.engine != "table"
    }
    if curves:
        paths.append(frontiers(curves, place / "frontiers.png"))
    summary = place / "frontiers.json"
    summary.write_text(
        json.dumps(
            {
                name: [[line.length, str(line.error), str(line.at_least)] for line in f.lines]
                for name, f in found.items()
            },
            indent=1,
        ),
        encoding="utf-8",
    )
    return [*paths, summary, place / "certificates", place / "study.sqlite"]
