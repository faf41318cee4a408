"""CPU seconds to the optimum of the n = 8 sorting network with 19 comparators.

Our genetic search against the genetic algorithms of DEAP, pymoo and PyGAD, all with our evaluator
in batch and the same cap. The rivals run with their frozen settings and, since those were tuned on
short runs, with a population of 1,000 too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.rivals.contest import Outcome, play
from benchmarks.rivals.figures import cpu_per_success, success_text
from benchmarks.rivals.tuning import frozen
from solvers import find_problem
from solvers.evaluators import evaluator_for

CAP = 1_000_000
RIVALS = ("deap", "pymoo", "pygad")
LARGE = 1000
RUNS = {"quick": (10, 1), "full": (100, 10)}
"""Runs of ours, and of each rival at each of its settings."""


def main(form: str) -> None:
    """Prints a row for each search."""
    ours, theirs = RUNS[form]
    evaluator = evaluator_for(find_problem("sorting-8", 19))

    def runs(name: str, settings: Mapping[str, Any], number: int) -> list[Outcome]:
        return [play(name, evaluator, 0.0, CAP, (8, k), settings) for k in range(number)]

    play("genetic", evaluator, 0.0, 3000, (0,), {})  # compiles
    base = runs("genetic", {}, ours)
    seconds, _ = cpu_per_success(base)
    print(f"sorting-8, width 19, cap {CAP:,} evaluations; CPU seconds of whole runs")
    print(f"  {'search':<24} {'success [95 %]':<22} {'CPU s/run':>9} {'CPU s/success':>14} ratio")
    _row("genetic", base, seconds)
    settings = frozen()
    for name in RIVALS:
        for label, more in ((name, {}), (f"{name}, population 1000", {"population": LARGE})):
            if form == "quick" and more:
                continue
            try:
                found = runs(name, {**settings[name], **more}, theirs)
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
