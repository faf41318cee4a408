"""What a comparison is asked for, and what is refused before any of it is done.

An exact search may take a minute a problem; a slip of the pen should not wait for it. All that
can be known to fail, fails here: numbers out of range, an unknown search or setting, a contrast
of searches that do not take part, a folder that cannot be written or holds another study.

- `Settings`: searches, repetitions, limits, where it runs.
- `check_request(problems, folder, settings)`.
"""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solvers.searches import CHECKPOINT_S, LEAGUE, StudyError
from solvers.searches.registry import find_search
from solvers.studies.executors import check_address
from solvers.studies.identity import describe_searches
from solvers.studies.plan import check_contrasts
from solvers.studies.recorded import MOST_LETTERS
from solvers.studies.store import check_store
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Samples, Table
from theory.kernel.text import quoted

STORE = "study.sqlite"
"""The study's file in the folder of a comparison."""

MOST_REPETITIONS, MOST_EVALUATIONS, MOST_WORKERS = 10**6, 10**15, 10**4
"""Beyond these no study ends; evaluations stay exact as floats."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a comparison runs.

    Attributes:
        searches: settings by search name, of `solvers.searches.SEARCHES`; None for its LEAGUE.
        repetitions: runs of each search on each problem.
        evaluations: most evaluations of a run.
        seed: every run's seed derives from it and the run's names.
        exact_s: time limit of the exact search of each problem.
        recount_s: time limit of each recount by the reference enumerator.
        workers: processes; None for the number of processors, at least 2.
        contrasts: the pairs of searches (first, second) to test; None for `genetic` (if it takes
            part, else the first search) against each other one.
        count_states: most behaviours counted for ideal random search; 0 leaves it out.
        scheduler: address of a Dask cluster whose workers do all of it; None for processes here.
        checkpoint_s: seconds after which a run in progress is saved, to continue if it is killed.

    Raises:
        StudyError: `bad-settings`, a number out of its range.
    """

    searches: Mapping[str, Mapping[str, Any]] | None = None
    repetitions: int = 100
    evaluations: int = 20_000
    seed: int = 1
    exact_s: float = 60.0
    recount_s: float = 150.0
    workers: int | None = None
    contrasts: tuple[tuple[str, str], ...] | None = None
    count_states: int = 2_000_000
    scheduler: str | None = None
    checkpoint_s: float = CHECKPOINT_S

    def __post_init__(self) -> None:
        workers = 1 if self.workers is None else self.workers
        for name, value, least, most in (
            ("repetitions", self.repetitions, 1, MOST_REPETITIONS),
            ("evaluations", self.evaluations, 1, MOST_EVALUATIONS),
            ("workers", workers, 1, MOST_WORKERS),
            ("seed", self.seed, 0, math.inf),
            ("count_states", self.count_states, 0, math.inf),
            ("exact_s", self.exact_s, 0, math.inf),
            ("recount_s", self.recount_s, 0, math.inf),
            ("checkpoint_s", self.checkpoint_s, 0, math.inf),
        ):
            if not least <= value <= most:
                upper = "" if most == math.inf else f" and at most {most}"
                raise StudyError("bad-settings", f"{name} is at least {least}{upper}, not {value}")

    def chosen_searches(self) -> Mapping[str, Mapping[str, Any]]:
        """The searches that take part, with their settings."""
        return self.searches or {name: {} for name in LEAGUE}

    def chosen_contrasts(self) -> tuple[tuple[str, str], ...]:
        """The pairs that are tested."""
        given = self.contrasts
        return default_contrasts(self.chosen_searches()) if given is None else given


def default_contrasts(searches: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """`genetic`, or without it the first search, against each other one."""
    names = list(searches)
    first = "genetic" if "genetic" in names else names[0]
    return tuple((first, other) for other in names if other != first)


def check_request(problems: Sequence[Problem], folder: str | Path, settings: Settings) -> None:
    """Refuse at once a comparison that is known to fail later.

    Raises:
        ShefferError: no problem or two of one name; a name that cannot be shown; an unknown
            search, a setting it does not take, one that needs samples on a table; a contrast of
            other searches; a scheduler's address that is none; a folder that cannot be written or
            holds another study.
    """
    if not problems:
        raise ProblemError("no-problem", "a comparison needs a problem")
    if len({p.name for p in problems}) < len(problems):
        raise ProblemError("duplicate-name", "two problems have the same name; rename a file")
    searches, contrasts = settings.chosen_searches(), settings.chosen_contrasts()
    for name in (*(p.name for p in problems), *searches):
        _check_name(name)
    for label, values in searches.items():
        _check_search(label, values, problems)
    check_contrasts(contrasts, searches)
    if settings.scheduler is not None:
        check_address(settings.scheduler)
    place = Path(folder)
    _check_folder(place)
    facts = {
        "name": study_name(place),
        "seed": settings.seed,
        "repetitions": settings.repetitions,
        "contrasts": contrasts,
        "problems": [{"name": p.name, "cap": settings.evaluations} for p in problems],
    }
    check_store(place / STORE, {**facts, **describe_searches(searches)})


def _check_search(label: str, values: Mapping[str, Any], problems: Sequence[Problem]) -> None:
    settings = dict(values)
    name = settings.pop("search", label)
    factory = find_search(name)
    if hasattr(factory, "ask_tests"):
        settings["samples"] = 1
        for problem in problems:
            if isinstance(problem.target, Table):
                message = f"tests on single samples, and the table {problem.name} has none"
                raise StudyError("no-samples", f"{message}; choose another search", name)
    if hasattr(factory, "ask_comparisons"):
        for problem in problems:
            dag = problem.wiring is Wiring.DAG and len(problem.outputs) == 1
            target = problem.target
            if not dag and not (isinstance(target, Samples) and len(target.rows) == 1):
                message = f"compares dags with one output, or chains on one sample; {problem.name} "
                raise StudyError("no-slots", f"{message}is neither; choose another search", name)
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):
        return  # a compiled one does not always say what it takes
    try:
        signature.bind("space", "rng", **settings)
    except TypeError as error:
        message = f"is made as {name.rpartition(':')[2]}(space, rng, **settings): {error}"
        raise StudyError("bad-setting", message, name) from None


def study_name(place: Path) -> str:
    """A study is named as its folder is."""
    return place.name or place.resolve().name


def _check_name(name: str) -> None:
    """Refuse a name that tables, files and pictures cannot show, before any run is made."""
    if not name or len(name) > MOST_LETTERS or not name.isprintable():
        message = f"a name in a study has 1 to {MOST_LETTERS} printable characters; rename it"
        raise StudyError("bad-name", message, quoted(name))


def _check_folder(place: Path) -> None:
    """Refuse a folder that cannot be made or written in."""
    if not study_name(place):
        raise StudyError("bad-folder", "is no place for results; name another folder", str(place))
    there = next(path for path in (place, *place.absolute().parents) if path.exists())
    if not there.is_dir():
        message = "is a file, and the results need a folder; name another one"
        raise StudyError("bad-folder", message, str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise StudyError("bad-folder", "cannot be written in; name another folder", str(there))
