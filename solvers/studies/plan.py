"""What a study is: problems, searches and repetitions before it runs, and its runs after.

- `Benchmark`: a problem with what is known about its optimum. `StudySpec`: what to run.
- `StudyResult`: the runs, by problem and search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from solvers.searches import BATCH, OPTIMUM, Evaluator, RunResult, StudyError


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A problem of a study, with what is known about its optimum.

    Attributes:
        name: unique in the study.
        family: problems that share data or structure, such as `nas-bench-201`.
        make: makes the evaluator; picklable, called once in each worker process.
        optimum: the exact least error, or None where only bounds are known.
        optimum_text: how it is printed.
        evidence: what the optimum rests on, such as `recounted`.
        targets: errors to reach, by name; `optimum` is among them where it is known.
        cap: most evaluations of a run.
        data: problems with the same text here are measured on the same things (three image sets
            for one set of architectures, say); together they weigh as one problem. Empty: alone.
    """

    name: str
    family: str
    make: Callable[[], Evaluator]
    optimum: float | None
    optimum_text: str
    evidence: str
    targets: Mapping[str, float]
    cap: int
    data: str = ""

    def __post_init__(self) -> None:
        known = self.optimum is not None
        if known != (OPTIMUM in self.targets) or not self.targets or self.cap < 1:
            message = (
                "needs a cap >= 1 and at least one target, "
                "and the target 'optimum' exactly where the optimum is known"
            )
            raise StudyError("bad-benchmark", message, self.name)


@dataclass(frozen=True, slots=True)
class StudySpec:
    """What a study runs.

    Attributes:
        name: the study's name.
        seed: every run's seed derives from it and the run's names.
        benchmarks: the problems, of different names.
        searches: settings by search; a setting `search` names the search where the key is only
            a label, so that one search can take part with several settings.
        repetitions: runs of each search on each problem.
        batch: most genomes evaluated at once.
        contrasts: the pairs of searches (first, second) that are tested against each other, named
            before the first run: they are stored with the study, and no other is tested.
        count_behaviours: whether runs count the distinct behaviours they evaluate, where the
            evaluator knows them; it changes no other figure, but takes time.
    """

    name: str
    seed: int
    benchmarks: tuple[Benchmark, ...]
    searches: Mapping[str, Mapping[str, Any]]
    repetitions: int
    batch: int = BATCH
    contrasts: tuple[tuple[str, str], ...] = ()
    count_behaviours: bool = True

    def __post_init__(self) -> None:
        names = [benchmark.name for benchmark in self.benchmarks]
        if len(set(names)) < len(names) or not names or not self.searches or self.repetitions < 1:
            message = "needs problems of different names, a search and a repetition"
            raise StudyError("bad-study", message, self.name)
        if self.seed < 0:
            raise StudyError("bad-study", "the seed must not be negative", self.name)
        check_contrasts(self.contrasts, self.searches)


def check_contrasts(contrasts: Iterable[tuple[str, str]], searches: Iterable[str]) -> None:
    """Refuse a contrast that is no pair of different searches, or that comes twice.

    A pair that is tested twice, either way round, would be corrected for as two tests.

    Raises:
        StudyError: `bad-contrast`.
    """
    names, seen = list(searches), set[frozenset[str]]()
    for first, second in contrasts:
        pair = frozenset((first, second))
        if len(pair) < 2 or not pair <= set(names):
            message = f"a contrast names two different searches of the study: {', '.join(names)}"
            raise StudyError("bad-contrast", message, f"{first}:{second}")
        if pair in seen:
            message = "these two are contrasted already; name each pair once"
            raise StudyError("bad-contrast", message, f"{first}:{second}")
        seen.add(pair)


@dataclass(frozen=True, slots=True)
class StudyResult:
    """The results of a study.

    Attributes:
        name: the study's name.
        benchmarks, searches: in the order of the study.
        runs: results by (problem, search), in the order of the repetitions; a search that has
            not finished a run yet is missing.
        complete: whether all runs are there.
        contrasts: the pairs of searches to be tested.
        seconds: (wall clock, processor or None) of each run, as `runs`; never part of a table of
            results, since no two runs of a study take the same time.
    """

    name: str
    benchmarks: tuple[Benchmark, ...]
    searches: tuple[str, ...]
    runs: Mapping[tuple[str, str], tuple[RunResult, ...]]
    complete: bool
    contrasts: tuple[tuple[str, str], ...] = ()
    seconds: Mapping[tuple[str, str], tuple[tuple[float, float | None], ...]] = field(
        default_factory=dict, compare=False
    )


def not_stored(name: str) -> Evaluator:
    """The evaluator of a problem of which only results were kept: there is none."""
    message = "was read from a study's file and can be reported, but not evaluated"
    raise StudyError("no-evaluator", message, name)
