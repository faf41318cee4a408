"""CPU seconds to the optimum of the n = 8 sorting network with 19 comparators.

Our default search on chains, and our genetic search, against the genetic algorithms of DEAP, pymoo
and PyGAD, all with our evaluator in batch and the same cap. The rivals run with the settings frozen
for long runs on chains, and, as in large populations a batch costs less, with a population of 1,000
too. `python -m benchmarks.rivals.sorting8 [quick|full] [--keep FOLDER]` runs it alone; with
`--keep` a killed command continues where it was.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.rivals.contest import Outcome, defaults, play
from benchmarks.rivals.default import CHAINS as DEFAULT
from benchmarks.rivals.figures import cpu_per_success, success_text
from benchmarks.rivals.kept import kept_runs
from benchmarks.rivals.tuning import frozen
from solvers import find_problem
from solvers.evaluation.evaluators import evaluator_for

CAP = 1_000_000
OURS = (DEFAULT, "genetic")
RIVALS = ("deap", "pymoo", "pygad")
LARGE = 1000
RUNS = {"quick": (20, 3), "full": (100, 30)}
"""Runs of our default, and of our genetic search."""

THEIRS = {
    "quick": {"deap": (1, 0), "pymoo": (1, 0), "pygad": (1, 0)},
    "full": {"deap": (3, 12), "pymoo": (1, 1), "pygad": (2, 2)},
}
"""Runs of each rival with its frozen settings, and with a population of 1,000.

A run without success that takes 100 CPU seconds says enough alone; where there are successes, more
runs are needed.
"""


def main(form: str, folder: Path | None = None) -> None:
    """Prints a row for each search, its runs kept in `folder` if one is given."""
    number, genetic = RUNS[form]
    evaluator = evaluator_for(find_problem("sorting-8", 19))

    def runs(name: str, settings: Mapping[str, Any], many: int) -> list[Outcome]:
        conditions = {"cap": CAP, "settings": settings, "defaults": defaults(name)}
        large = "-large" if settings.get("population") == LARGE else ""
        path = None if folder is None else folder / f"sorting-8-{name}{large}.jsonl"
        return kept_runs(
            path, conditions, many, lambda k: play(name, evaluator, 0.0, CAP, (8, k), settings)
        )

    for name in OURS:
        play(name, evaluator, 0.0, 3000, (0,), {})  # compiles
    base = runs(DEFAULT, {}, number)
    seconds, _ = cpu_per_success(base)
    print(f"sorting-8, width 19, cap {CAP:,} evaluations; CPU seconds of whole runs")
    print(f"  {'search':<24} {'success [95 %]':<22} {'CPU s/run':>9} {'CPU s/success':>14} ratio")
    _row(f"{DEFAULT}, the default", base, seconds)
    _row("genetic", runs("genetic", {}, genetic), seconds)
    settings = frozen("long")
    for name in RIVALS:
        chosen = settings[name]
        labels = ((name, {}), (f"{name}, population 1000", {"population": LARGE}))
        for (label, more), theirs in zip(labels, THEIRS[form][name], strict=True):
            if not theirs or (more and chosen.get("population") == LARGE):
                continue
            try:
                found = runs(name, {**chosen, **more}, theirs)
            except ImportError as error:
                print(f"  {label:<24} not run: {error} (extra rivals)")
                continue
            _row(label, found, seconds)


def _row(label: str, runs: list[Outcome], base: float) -> None:
    seconds, bound = cpu_per_success(runs)
    sign = "> " if bound else ""
    each = sum(run.cpu_s for run in runs) / len(runs)
    print(
        f"  {label:<24} {success_text(runs):<22} {each:>9.2f} {sign + format(seconds, '.2f'):>14} "
        f"{sign}{seconds / base:.1f}x",
        flush=True,
    )


def _command() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals.sorting8")
    parser.add_argument("form", nargs="?", choices=("quick", "full"), default="full")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # of the libraries
    main(given.form, given.keep)


if __name__ == "__main__":
    _command()
