"""Heuristics against exact optima, from problems to a folder of results.

`compare` is the one path that every study takes: solve each problem exactly, run the searches
against what was found, have the lower bounds recounted meanwhile, and write tables, pictures and
certificates. What is already in the folder's `study.sqlite` is not run again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from solvers.comparisons.later import Later
from solvers.comparisons.request import STORE, Settings, check_request, study_name
from solvers.evaluation.evaluators import ProblemEvaluator, evaluator_for
from solvers.exact import Frontier, Limits, solve
from solvers.exact.counting.count import BehaviourCount
from solvers.reports.contrasts import ideal_rows
from solvers.reports.document import write_report
from solvers.reports.iohprofiler import write_iohprofiler
from solvers.reports.tables_of_runs import main_table, study_rows, to_text
from solvers.searches import OPTIMUM
from solvers.studies.executors import executor_for
from solvers.studies.plan import Benchmark, StudyResult, StudySpec
from solvers.studies.results import Ideal, Results, read_results, write_results
from solvers.studies.study import run_study
from solvers.suites import family_of, find_problem
from theory.formats.certificates import problem_to_json, write_certificate
from theory.formats.files import file_name, folder_in, replacing
from theory.formats.media import json_text
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error, error_text
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.problem_json import problem_from_json
from theory.kernel.problems.targets import Table

CERTIFICATES = "certificates"

Say = Callable[[str], None]
Tick = Callable[[int, int], None]

SHARES = {"best 1 %": 0.01, "best 0.1 %": 0.001}
"""Targets of tables: the best so much of the entries."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A finished comparison: the runs, the exact frontiers, notes for people, and the files."""

    study: StudyResult
    frontiers: Mapping[str, Frontier]
    notes: tuple[str, ...]
    paths: tuple[Path, ...]
    results: Results

    def table(self) -> str:
        """The main table as plain text: a row for each problem and search."""
        return to_text(main_table(study_rows(self.study), ideal_rows(self.results)))


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
        say: called with a line for each exact result, for each run that did not continue from its
            checkpoint or could not be saved, and when only recounts are left.
        tick: called with (finished runs, all runs).

    Raises:
        ShefferError: what `check_request` refuses at once, or a problem that cannot be searched.
    """
    chosen = settings or Settings()
    place = Path(folder)
    check_request(problems, place, chosen)
    with executor_for(chosen.workers, chosen.scheduler) as executor:
        folder_in(place, CERTIFICATES)
        found: dict[str, Frontier] = {}
        notes: list[str] = []
        benchmarks: list[Benchmark] = []
        for problem in problems:
            frontier = solve(problem, Limits(seconds=chosen.exact_s))
            if frontier.stopped == "interrupted":
                raise KeyboardInterrupt  # a bound found by chance is no target of a study
            found[problem.name] = frontier
            benchmark, remarks = _benchmark(frontier, chosen.evaluations)
            benchmarks.append(benchmark)
            notes += remarks
            say(f"{problem.name}: {_outcome(frontier)} ({frontier.seconds:.1f} s)")
        spec = StudySpec(
            study_name(place), chosen.seed, tuple(benchmarks), chosen.chosen_searches(),
            chosen.repetitions, contrasts=chosen.chosen_contrasts(),
        )  # fmt: skip
        later = Later(executor, found, recount_s=chosen.recount_s, count_states=chosen.count_states)
        study = run_study(
            spec, place / STORE, executor=executor, workers=1, progress=tick,
            checkpoint_s=chosen.checkpoint_s, say=say,
        )  # fmt: skip
        counts: Mapping[str, BehaviourCount] = {}
        if study.complete:
            recounted, counts = later.results(say)
            found |= recounted
        later.cancel()
    study = replace(
        study,
        benchmarks=tuple(replace(b, evidence=_evidence(found[b.name])) for b in study.benchmarks),
    )
    results = _results(study, chosen, found, counts, notes)
    paths = _write(place, results, found)
    return Comparison(study, found, tuple(notes), tuple(paths), results)


def _results(
    study: StudyResult,
    chosen: Settings,
    found: Mapping[str, Frontier],
    counts: Mapping[str, BehaviourCount],
    notes: Sequence[str],
) -> Results:
    """What the report is made of."""
    ladders = {b.name: ladder(found[b.name], b.targets) for b in study.benchmarks}
    ideals = {}
    for benchmark in study.benchmarks:
        count = counts.get(benchmark.name)
        if count is not None:
            wanted = {*benchmark.targets.values(), *ladders[benchmark.name]}
            within = [(error, count.within(error)) for error in sorted(wanted)]
            known = tuple((error, number) for error, number in within if number is not None)
            ideals[benchmark.name] = Ideal(count.distinct, count.exact, known, count.stopped)
    lines = {
        name: tuple((x.length, float(x.error), float(x.at_least)) for x in frontier.lines)
        for name, frontier in found.items()
        if frontier.engine != "table"
    }
    return Results(study, chosen.repetitions, chosen.seed, ideals, ladders, lines, tuple(notes))


def ladder(frontier: Frontier, targets: Mapping[str, float]) -> tuple[float, ...]:
    """The errors whose reaching is profiled: a table's targets, else the frontier's values.

    The error of the empty sequence is left out where there are others: it costs nothing.
    """
    if frontier.engine == "table":
        values = set(targets.values())
    else:
        values = {float(line.error) for line in frontier.lines[1:] or frontier.lines}
        values -= {float(frontier.lines[0].error)} if len(values) > 1 else set()
    finite = sorted((value for value in values if math.isfinite(value)), reverse=True)
    return tuple(finite)


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
        targets |= _best_shares(problem.target, targets)
    family = family_of(problem.name) if _is_shipped(problem) else problem.name
    # The tables of a family hold the same architectures, measured on several data sets.
    data = family if isinstance(problem.target, Table) and _is_shipped(problem) else ""
    make: Callable[[], ProblemEvaluator] = (
        partial(shipped_evaluator, problem.name, problem.length)
        if _is_shipped(problem)
        else partial(evaluator_from_json, json.dumps(problem_to_json(problem)))
    )
    evidence = _evidence(frontier)
    return (
        Benchmark(problem.name, family, make, optimum, text, evidence, targets, cap, data),
        remarks,
    )


def _best_shares(table: Table, targets: Mapping[str, float]) -> dict[str, float]:
    """The errors of the best 1 % and 0.1 % of a table's entries, where that is a target more."""
    ordered = sorted(table.errors.values())
    found: dict[str, float] = {}
    for name, share in SHARES.items():
        error = float(ordered[max(0, math.ceil(share * len(ordered)) - 1)])
        if error not in targets.values() and error not in found.values():
            found[name] = error
    return found


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


def _write(place: Path, results: Results, found: Mapping[str, Frontier]) -> list[Path]:
    certificates = folder_in(place, CERTIFICATES)
    for name, frontier in found.items():
        write_certificate(frontier.certificate(), certificates / file_name(name, ".json"))
    raw = write_results(results, place)
    paths = write_report(read_results(place), place)  # so all figures come from what was written
    summary = place / "frontiers.json"
    lines = {
        name: [[line.length, str(line.error), str(line.at_least)] for line in f.lines]
        for name, f in found.items()
    }
    with replacing(summary) as stream:
        stream.write(json_text(lines, 1))
    exported = write_iohprofiler(results, folder_in(place, "ioh"))
    return [*paths, *raw, summary, exported, certificates, place / STORE]
