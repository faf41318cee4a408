"""Runs kept in the repository, and how they are checked against the code that makes them.

    python -m _building.committed --write      makes `docs/data/runs.csv` anew

`docs/data/runs.csv` has a line for each run of a small comparison. Its seeds derive from names, so
any run can be made again; `checked_runs` makes one of each search on each problem, and demands the
same line bit for bit. The exact optima are solved anew. A line that differs, is missing or is
unknown ends the program, and with it the build: then the file is to be written again.
"""

from __future__ import annotations

import csv
import sys
from functools import partial
from pathlib import Path

from solvers.comparisons.comparison import shipped_evaluator
from solvers.exact import Frontier, solve, with_evidence
from solvers.searches import BATCH, LEAGUE, OPTIMUM, RunResult
from solvers.studies.jobs import Job, run_job
from solvers.studies.plan import Benchmark, StudyResult, StudySpec
from solvers.studies.study import run_study
from solvers.suites import family_of, find_problem

FILE = Path(__file__).resolve().parent.parent / "data" / "runs.csv"
PROBLEMS = (
    "nas201-cifar100",
    "sorting-3",
    "sorting-4",
    "sorting-5",
    "sorting-6",
    "pancakes-5",
    "pancakes-6",
    "set-cover-1",
    "gates-nand-greater2",
    "bits-saturate",
)
LEFT_OUT = ("exhaustive", "table-order")
REPETITIONS, EVALUATIONS, SEED = 40, 20_000, 7
HEADER = ("problem", "search", "repetition", "evaluations", "distinct", "best_error", "hit")
AGAIN = 3  # the repetition that every build makes again

Line = tuple[str, ...]


def searches() -> tuple[str, ...]:
    """The searches of the comparison: those in the file, or all that there are for a new one."""
    return tuple(name for name in LEAGUE if name not in LEFT_OUT)


def benchmark(name: str) -> tuple[Benchmark, Frontier]:
    """A shipped problem with its optimum, solved anew."""
    problem = find_problem(name)
    frontier = solve(problem)
    if not frontier.optimal:
        raise SystemExit(f"{name}: not solved")
    least = float(frontier.lines[-1].error)
    if least == 0:
        # No error is below 0, so the witness alone settles it; it is evaluated by `theory`.
        witness = frontier.best.sequence
        if witness is None or problem.error(witness) != 0:
            raise SystemExit(f"{name}: the witness is wrong")
        evidence = "witness"
    else:
        frontier = with_evidence(frontier)
        evidence = frontier.evidence
        if evidence == "attested":
            raise SystemExit(f"{name}: the lower bound is not recounted")
    return (
        Benchmark(
            name,
            family_of(name),
            partial(shipped_evaluator, name, problem.length),
            least,
            f"{least:.6g}",
            evidence,
            {OPTIMUM: least},
            EVALUATIONS,
        ),
        frontier,
    )


def line_of(problem: str, search: str, repetition: int, result: RunResult) -> Line:
    """A run as it is kept; floats as Python writes them, so that they are read back exactly."""
    hit = result.hits[OPTIMUM]
    return (
        problem,
        search,
        str(repetition),
        str(result.evaluations),
        str(result.distinct),
        repr(float(result.best_error)),
        "" if hit is None else str(hit),
    )


def run_again(made: Benchmark, search: str, repetition: int) -> Line:
    """One run of the comparison, made now."""
    job = Job(made, search, {}, (repetition,), SEED, BATCH, made.name)
    (stored,) = run_job(job)
    return line_of(made.name, search, repetition, stored.result)


def checked_runs(wanted: tuple[str, ...] = PROBLEMS) -> tuple[StudyResult, dict[str, Frontier]]:
    """The kept runs on these problems, and their frontiers.

    Raises:
        SystemExit: the file is not what the code gives.
    """
    lines = _read()
    made = {name: benchmark(name) for name in wanted}
    kinds = tuple(dict.fromkeys(line[1] for line in lines.values()))
    for name in wanted:
        for search in kinds:
            kept = [lines.get((name, search, k)) for k in range(REPETITIONS)]
            if None in kept:
                raise SystemExit(f"{FILE.name}: runs of {search} on {name} are missing; {REMEDY}")
            again = run_again(made[name][0], search, AGAIN)
            if again != kept[AGAIN]:
                raise SystemExit(
                    f"{FILE.name} is stale: {search} on {name}, repetition {AGAIN}, now gives "
                    f"{','.join(again)}, not {','.join(kept[AGAIN] or ())}; {REMEDY}"
                )
    runs = {
        (name, search): tuple(_result(lines[name, search, k]) for k in range(REPETITIONS))
        for name in wanted
        for search in kinds
    }
    study = StudyResult("runs", tuple(b for b, _ in made.values()), kinds, runs, True)
    return study, {name: frontier for name, (_, frontier) in made.items()}


REMEDY = "write it again: PYTHONPATH=.:docs python -m _building.committed --write"


def _read() -> dict[tuple[str, str, int], Line]:
    with FILE.open(encoding="utf-8", newline="") as stream:
        header, *lines = (tuple(line) for line in csv.reader(stream))
    if header != HEADER:
        raise SystemExit(f"{FILE.name} has columns {header}; {REMEDY}")
    found = {(line[0], line[1], int(line[2])): line for line in lines}
    unknown = sorted({line[0] for line in lines} - {*PROBLEMS})
    if len(found) != len(lines) or unknown:
        raise SystemExit(f"{FILE.name} has lines twice, or unknown problems {unknown}; {REMEDY}")
    return found


def _result(line: Line) -> RunResult:
    evaluations, distinct, best, hit = line[3:]
    return RunResult(
        evaluations=int(evaluations),
        distinct=int(distinct),
        hits={OPTIMUM: int(hit) if hit else None},
        trajectory=(),
        best_genome=(),
        best_error=float(best),
    )


def write() -> None:
    """Makes all runs and writes the file."""
    import tempfile

    spec = StudySpec(
        "runs",
        SEED,
        tuple(benchmark(name)[0] for name in PROBLEMS),
        {name: {} for name in searches()},
        REPETITIONS,
    )
    with tempfile.TemporaryDirectory() as folder:
        study = run_study(spec, Path(folder) / "study.sqlite")
    with FILE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for (problem, search), results in sorted(study.runs.items()):
            writer.writerows(
                line_of(problem, search, k, result) for k, result in enumerate(results)
            )


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(REMEDY)
    write()
