"""Studies: problems x searches x repetitions, measured against exact optima.

Each run has its own seed, drawn from the study's seed and the names of problem, search and
repetition alone, so adding a search or a problem changes no other run, and neither the number of
processes nor an interruption changes any result.

- `Benchmark`: a problem with what is known about its optimum. `StudySpec`: what to run.
- `run_study(spec, path)`: runs what the file does not hold yet; `read_study(path)` only reads.
- `StudyResult`: the runs, by problem and search.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import Executor, Future, as_completed
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from solvers.searches import (
    CHECKPOINT_S,
    RunResult,
    StudyError,
)
from solvers.studies.executors import told_if_workers_die
from solvers.studies.identity import describe, stamp
from solvers.studies.jobs import Job, run_job
from solvers.studies.plan import Benchmark, StudyResult, StudySpec, check_contrasts, not_stored
from solvers.studies.pool import process_pool
from solvers.studies.recorded import (
    hits_of,
    integer,
    listed,
    mapping,
    member,
    name,
    real,
    text,
    tuples,
)
from solvers.studies.store import Store, StoredRun, open_store, read_store
from theory.formats.files import folder_in

CHUNK = 5
"""Repetitions in one job: what a killed study may lose for each process."""

Progress = Callable[[int, int], None]
Say = Callable[[str], None]


def run_study(
    spec: StudySpec,
    path: str | Path,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    checkpoint_s: float = CHECKPOINT_S,
    say: Say = lambda _: None,
) -> StudyResult:
    """Run a study, or what is missing of it, and keep the results in the file `path`.

    Only this process writes the file. Ctrl-C stops the work and returns what is there, with
    `complete` false; the same call continues it, as it does after the process was killed.

    Args:
        spec: what to run.
        path: the study's file (SQLite); made if missing.
        executor: where jobs run; any executor whose workers can import this package. Default: a
            process pool (scripts that start one need `if __name__ == "__main__":`).
        workers: processes of the default pool; 1 runs everything in this process. Default: the
            number of processors, at least 2.
        progress: called with (finished runs, all runs) at the start and after each job.
        checkpoint_s: seconds after which a run in progress is saved beside the file, in a folder
            of the same name with `.runs` added, so that it continues where it was.
        say: called with a line for each run that started anew in spite of its checkpoint, or could
            not be saved; after its job.

    Raises:
        StudyError: the file is in use or holds another study, or a run failed.
        ProblemError: a link or a file stands where the folder should.
    """
    stamps = {benchmark.name: stamp(benchmark.make) for benchmark in spec.benchmarks}
    with open_store(path, describe(spec)) as store:
        stored = _stored(store, spec.benchmarks, spec.searches, spec.repetitions)
        finished = {(run.problem, run.search, run.repetition) for run in stored}
        # Absolute: the workers of a cluster may have been started elsewhere on this machine.
        folder = folder_in(Path(path).absolute().parent, f"{Path(path).name}.runs")
        jobs = _jobs(spec, stamps, finished, folder, checkpoint_s)
        total, done = len(spec.benchmarks) * len(spec.searches) * spec.repetitions, len(finished)
        report = progress or _silent
        try:
            report(done, total)
            with closing(_results(jobs, executor, workers)) as results:
                for runs in results:
                    store.save(runs)
                    for run in runs:
                        for remark in run.remarks:
                            say(f"{run.problem}, {run.search}, {run.repetition}: {remark}")
                    done += len(runs)
                    report(done, total)
        except KeyboardInterrupt:
            pass  # every finished job is stored; the result says that it is partial
        if done == total:
            shutil.rmtree(folder, ignore_errors=True)
        searches = tuple(spec.searches)
        stored = _stored(store, spec.benchmarks, searches, spec.repetitions)
        return _collect(spec.name, spec.benchmarks, searches, spec.contrasts, total, stored)


def read_study(path: str | Path) -> StudyResult:
    """The results a study's file holds; its problems can be named, but not evaluated.

    Raises:
        StudyError: there is no such file, it is in use, or it holds no study.
    """
    with read_store(path) as store:
        facts = store.description()
        try:
            title = text(member(facts, "name"), "the name")
            benchmarks = recorded_benchmarks(member(facts, "problems"))
            pairs = tuples(member(facts, "searches"), "searches", 2)
            searches = recorded_names([label for label, _ in pairs])
            contrasts = recorded_contrasts(facts.get("contrasts", []), searches)
            repetitions = integer(member(facts, "repetitions"), "repetitions", 1)
        except ValueError as error:
            message = f"holds no study that can be read ({error}); run it again in another folder"
            raise StudyError("bad-store", message, str(path)) from None
        total = len(benchmarks) * len(searches) * repetitions
        stored = _stored(store, benchmarks, searches, repetitions)
        return _collect(title, benchmarks, searches, contrasts, total, stored)


def recorded_benchmarks(data: Any) -> tuple[Benchmark, ...]:
    """The problems of a description; they can be named, but not evaluated.

    Raises:
        ValueError: a value is not what it must be.
    """
    found = tuple(_recorded_benchmark(item) for item in listed(data, "problems"))
    recorded_names([benchmark.name for benchmark in found])
    return found


def _recorded_benchmark(data: Any) -> Benchmark:
    title = name(member(data, "name", "a problem"), "a problem's name")
    what = f"of problem {title}"

    def word(key: str) -> str:
        return text(member(data, key, title), f"{key} {what}")

    optimum = member(data, "optimum", title)
    targets = mapping(member(data, "targets", title), f"targets {what}")
    try:
        return Benchmark(
            title,
            word("family"),
            partial(not_stored, title),
            None if optimum is None else real(optimum, f"the optimum {what}"),
            word("optimum_text"),
            word("evidence"),
            {
                name(target, f"a target {what}"): real(error, f"a target {what}", infinite=True)
                for target, error in targets.items()
            },
            integer(member(data, "cap", title), f"the cap {what}", 1),
            text(mapping(data, title).get("data", ""), f"data {what}"),
        )
    except StudyError as error:
        raise ValueError(f"problem {title} {error.message}") from None


def recorded_names(data: Any) -> tuple[str, ...]:
    """Different names, at least one.

    Raises:
        ValueError: there is none, or one is no name or stands twice.
    """
    found = tuple(name(item, "a name") for item in listed(data, "a list of names"))
    if not found or len(set(found)) < len(found):
        raise ValueError("there are no names, or one stands twice")
    return found


def recorded_contrasts(data: Any, searches: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The contrasts of a description.

    Raises:
        ValueError: one is no pair of different searches, or stands twice.
    """
    pairs = tuples(data, "contrasts", 2)
    found = tuple((name(a, "a contrast"), name(b, "a contrast")) for a, b in pairs)
    try:
        check_contrasts(found, searches)
    except StudyError as error:
        raise ValueError(str(error)) from None
    return found


def _jobs(
    spec: StudySpec,
    stamps: Mapping[str, str],
    finished: set[tuple[str, str, int]],
    folder: Path,
    checkpoint_s: float,
) -> list[Job]:
    jobs = []
    for benchmark in spec.benchmarks:
        for label, settings in spec.searches.items():
            missing = [
                repetition
                for repetition in range(spec.repetitions)
                if (benchmark.name, label, repetition) not in finished
            ]
            jobs += [
                Job(
                    benchmark,
                    label,
                    settings,
                    tuple(missing[start : start + CHUNK]),
                    spec.seed,
                    spec.batch,
                    stamps[benchmark.name],
                    spec.count_behaviours,
                    folder,
                    checkpoint_s,
                )
                for start in range(0, len(missing), CHUNK)
            ]
    return jobs


def _results(
    jobs: list[Job], executor: Executor | None, workers: int | None
) -> Generator[list[StoredRun], None, None]:
    """The results of each job as it ends; what has not begun is cancelled when closed."""
    if executor is None and workers == 1:
        yield from map(run_job, jobs)
    elif executor is None and jobs:
        with process_pool(workers or max(2, os.cpu_count() or 2)) as pool:
            yield from _results(jobs, pool, None)
    elif executor is not None:
        futures: list[Future[list[StoredRun]]] = []
        try:
            with told_if_workers_die():
                futures += [executor.submit(run_job, job) for job in jobs]
                for future in as_completed(futures):
                    yield future.result()
        finally:
            for future in futures:
                future.cancel()


def _stored(
    store: Store, benchmarks: Iterable[Benchmark], searches: Iterable[str], repetitions: int
) -> list[StoredRun]:
    """The runs of a file, all of which are of this study.

    Raises:
        StudyError: one is not, or its targets were not reached when it says.
    """
    known = {benchmark.name: benchmark for benchmark in benchmarks}
    labels = set(searches)
    found: list[StoredRun] = []
    seen: set[tuple[str, str, int]] = set()
    for run in store.runs():
        key = run.problem, run.search, run.repetition
        if run.problem not in known or run.search not in labels or run.repetition >= repetitions:
            wrong = "is of another study"
        elif key in seen:
            wrong = "stands there twice"
        elif run.result.hits != hits_of(run.result, known[run.problem].targets):
            wrong = "reached its targets at other evaluations than it says"
        else:
            seen.add(key)
            found.append(run)
            continue
        place = f"{store.path}: row {len(found) + 1}"
        message = f"run {run.repetition} of {run.search} on {run.problem} {wrong}"
        raise StudyError("bad-store", f"{message}; run it again in another folder", place)
    return found


def _collect(
    name: str,
    benchmarks: tuple[Benchmark, ...],
    searches: tuple[str, ...],
    contrasts: tuple[tuple[str, str], ...],
    total: int,
    found: Iterable[StoredRun],
) -> StudyResult:
    runs: dict[tuple[str, str], list[RunResult]] = {}
    seconds: dict[tuple[str, str], list[tuple[float, float | None]]] = {}
    count = 0
    for stored in found:
        key = stored.problem, stored.search
        runs.setdefault(key, []).append(stored.result)
        seconds.setdefault(key, []).append((stored.seconds, stored.cpu_seconds))
        count += 1
    whole = {key: tuple(results) for key, results in runs.items()}
    times = {key: tuple(pairs) for key, pairs in seconds.items()}
    return StudyResult(name, benchmarks, searches, whole, count == total, contrasts, times)


def _silent(done: int, total: int) -> None:
    """Report no progress."""
