"""Jobs of a study: some repetitions of one search on one problem, as a worker process runs them.

- `Job`: plain data, sent to a worker. `run_job`: what the worker does.
- `seed_of`: the seed of one run.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from solvers.evaluation.behaviours import BehaviourKeys, Genomes, behaviour_keys
from solvers.searches import CHECKPOINT_S, Evaluator, StudyError, run
from solvers.studies.plan import Benchmark
from solvers.studies.store import StoredRun
from theory.kernel.problems.problem import Problem


@dataclass(frozen=True, slots=True)
class Job:
    """Some repetitions of one search on one problem; what is sent to a worker."""

    benchmark: Benchmark
    label: str
    settings: Mapping[str, Any]
    repetitions: tuple[int, ...]
    seed: int
    batch: int
    stamp: str
    count_behaviours: bool = False
    checkpoints: Path | None = None
    checkpoint_s: float = CHECKPOINT_S

    def checkpoint(self, repetition: int) -> Path | None:
        """The file of a run in progress; None where the folder is not seen, on another machine."""
        if self.checkpoints is None:
            return None
        name = f"{self.benchmark.name}|{self.label}|{repetition}|{self.stamp}"
        file = self.checkpoints / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.run"
        return file if self.checkpoints.is_dir() else None


def seed_of(seed: int, problem: str, search: str, repetition: int) -> np.random.SeedSequence:
    """The seed of one run: from the study's seed and the run's names, never from their order."""
    digest = hashlib.sha256(f"{problem}|{search}|{repetition}".encode()).digest()
    return np.random.SeedSequence(seed, spawn_key=tuple(np.frombuffer(digest, "<u4").tolist()))


def run_job(job: Job) -> list[StoredRun]:
    """Run the repetitions of a job in this process.

    Raises:
        StudyError: a run failed; it names problem and search.
    """
    key = (job.benchmark.name, job.stamp)
    settings = dict(job.settings)
    name = settings.pop("search", job.label)
    runs = []
    try:
        if key not in _EVALUATORS:
            _EVALUATORS[key] = job.benchmark.make()
        keys = _keys_of(key) if job.count_behaviours else None
        for repetition in job.repetitions:
            seed = seed_of(job.seed, job.benchmark.name, job.label, repetition)
            remarks: list[str] = []
            timed = None if keys is None else _Timed(keys)
            start, cpu = time.perf_counter(), time.process_time()
            result = run(
                _EVALUATORS[key],
                name,
                settings,
                seed,
                job.benchmark.cap,
                job.benchmark.targets,
                job.batch,
                behaviours=timed,
                checkpoint=job.checkpoint(repetition),
                checkpoint_s=job.checkpoint_s,
                say=remarks.append,
            )
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
            if timed is not None:
                seconds, cpu = seconds - timed.seconds, cpu - timed.cpu_seconds
            said = tuple(remarks)
            runs.append(StoredRun(key[0], job.label, repetition, result, seconds, cpu, said))
    except Exception as error:
        where = f"{job.benchmark.name}, {job.label}"
        reason = error.reason if isinstance(error, StudyError) else "run-failed"
        text = str(error) if isinstance(error, StudyError) else f"{type(error).__name__}: {error}"
        raise StudyError(reason, text, where) from error
    return runs


_EVALUATORS: dict[tuple[str, str], Evaluator] = {}
"""The evaluators this process has made: tables are loaded and kernels compiled once."""


class _Timed:
    """Behaviour keys, and the time they took: it is no part of the search's."""

    def __init__(self, keys: BehaviourKeys) -> None:
        self.keys = keys
        self.seconds = self.cpu_seconds = 0.0

    def __call__(self, genomes: Genomes) -> list[bytes]:
        start, cpu = time.perf_counter(), time.process_time()
        found = self.keys(genomes)
        self.seconds += time.perf_counter() - start
        self.cpu_seconds += time.process_time() - cpu
        return found


_KEYS: dict[tuple[str, str], BehaviourKeys | None] = {}
"""How this process recognises behaviours, for each evaluator."""


def _keys_of(key: tuple[str, str]) -> BehaviourKeys | None:
    """The behaviour keys of an evaluator; None for one that is not Sheffer's own."""
    if key not in _KEYS:
        evaluator: Any = _EVALUATORS[key]
        problem = getattr(evaluator, "problem", None)
        if isinstance(problem, Problem):
            _KEYS[key] = behaviour_keys(problem, evaluator)
        else:
            _KEYS[key] = None
    return _KEYS[key]
