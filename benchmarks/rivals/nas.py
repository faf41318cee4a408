"""NAS-Bench-201: evaluations to the table optimum, each of our searches and each rival.

`python -m benchmarks.rivals.nas [--repetitions N] [--searches NAME ...] [--sets NAME ...]` runs it
alone; with `--keep FOLDER` every run is written down as it ends, a killed command continues where
it was, and runs kept before are read instead of made again.

The cap is a million evaluations, and a capped run is a failure. Nevergrad and Optuna take 0.3 and
several milliseconds an evaluation, so their runs are fewer and end earlier; what they spent counts
in their ERT, whose interval shows how little is known. The contrast named beforehand is that of our
default search with the rival of least ERT; the interval does not correct for that choice, which
makes the rival look better than it is.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from pathlib import Path

from benchmarks.rivals.contest import RIVALS, Outcome, defaults, play
from benchmarks.rivals.default import TABLES as DEFAULT
from benchmarks.rivals.figures import ert, ert_text, ratio, success_text
from benchmarks.rivals.kept import kept_runs
from benchmarks.rivals.tuning import frozen
from solvers import find_problem, solve
from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import LEAGUE
from solvers.statistics import LEAST_SUCCESSES, random_expectation
from theory.kernel.problems.targets import Table

ELSEWHERE = ("pymoo", "pygad")
"""Rivals that take part only if named: they are tuned for long runs on chains, in `sorting8`."""

SETS = ("cifar10", "cifar100", "imagenet")
CAP = 1_000_000
CAPS = {"nevergrad": {"quick": 5_000, "full": 10_000}, "optuna": {"quick": 300, "full": 600}}
REPETITIONS = {"quick": 50, "full": 1000}
FEWER = {"nevergrad": {"quick": 4, "full": 20}, "optuna": {"quick": 2, "full": 20}}
"""Of the slow ones."""


def main(
    form: str,
    sets: Sequence[str] | None = None,
    searches: Sequence[str] = (),
    repetitions: int | None = None,
    folder: Path | None = None,
) -> None:
    """Prints a table for each set.

    Args:
        form: `quick` or `full`, for what is not said otherwise.
        sets: the data sets; all.
        searches: which searches; ours of the league and every rival but those of `ELSEWHERE`.
        repetitions: runs of each, except of the slow ones, which make no more than the form says.
        folder: where runs are kept.
    """
    settings = frozen()
    for data_set in sets or SETS:
        problem = find_problem(f"nas201-{data_set}")
        assert isinstance(problem.target, Table)
        evaluator = evaluator_for(problem)
        optimum = float(solve(problem).best.error)
        winners = sum(float(error) == optimum for error in problem.target.errors.values())
        exact = random_expectation(len(problem.target.errors), winners)
        print(
            f"{problem.name}: ERT to the table optimum; random without repeats {float(exact):,.0f}"
        )
        print(f"  {'search':<22} {'success [95 %]':<26} {'ERT [95 %]':<24} CPU us/evaluation")
        results: dict[str, list[Outcome]] = {}
        for name in searches or (*LEAGUE, *(r for r in RIVALS if r not in ELSEWHERE)):
            cap = CAPS.get(name, {}).get(form, CAP)
            number = min(
                repetitions or REPETITIONS[form], FEWER.get(name, {}).get(form, 1_000_000_000)
            )
            chosen = settings.get(name, {})
            try:
                results[name] = kept_runs(
                    None if folder is None else folder / f"{problem.name}-{name}.jsonl",
                    {"cap": cap, "settings": chosen, "defaults": defaults(name)},
                    number,
                    lambda k, n=name, c=cap, s=chosen, e=evaluator, o=optimum: play(  # type: ignore[misc]
                        n, e, o, c, (201, k), s
                    ),
                )
            except ImportError as error:
                print(f"  {name:<22} not run: {error} (extra rivals)")
                continue
            _row(name, results[name], cap)
        _contrast(results)


def _row(name: str, runs: list[Outcome], cap: int) -> None:
    each = 1e6 * sum(run.cpu_s for run in runs) / sum(run.evaluations for run in runs)
    note = "" if cap == CAP else f"  (cap {cap:,})"
    print(
        f"  {name:<22} {success_text(runs):<26} {ert_text(runs):<24} {each:8.1f}{note}", flush=True
    )


def _contrast(results: dict[str, list[Outcome]]) -> None:
    rivals = {
        name: runs
        for name, runs in results.items()
        if name in RIVALS and sum(run.reached for run in runs) >= LEAST_SUCCESSES
    }
    if not rivals:
        return
    best = min(rivals, key=lambda name: ert(rivals[name]))
    for name in [name for name in LEAGUE if name in results]:
        value, interval = ratio(results[name], rivals[best])
        ends = f" [{interval.lower:.2f}, {interval.upper:.2f}]" if interval else ""
        default = ", the default" if name == DEFAULT else ""
        print(f"  ERT of {name}{default} / {best}, the best rival: {value:.2f}{ends}")


def _command() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals.nas")
    parser.add_argument("form", nargs="?", choices=("quick", "full"), default="full")
    parser.add_argument("--sets", nargs="+", choices=SETS)
    parser.add_argument("--searches", nargs="+", choices=(*LEAGUE, *RIVALS), default=())
    parser.add_argument("--repetitions", type=int)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # of the libraries
    main(given.form, given.sets, given.searches, given.repetitions, given.keep)


if __name__ == "__main__":
    _command()
