"""NAS-Bench-201: evaluations to the table optimum, each of our searches and each rival.

The cap is a million evaluations, and a capped run is a failure. Nevergrad and Optuna take 0.3 and
several milliseconds an evaluation, so their runs are fewer and end earlier; what they spent counts
in their ERT, whose interval shows how little is known. The contrast named beforehand is that of our
default search with the rival of least ERT; the interval does not correct for that choice, which
makes the rival look better than it is.
"""

from __future__ import annotations

from benchmarks.rivals.contest import RIVALS, Outcome, play
from benchmarks.rivals.figures import ert, ert_text, ratio, success_text
from benchmarks.rivals.tuning import frozen
from solvers import find_problem, solve
from solvers.evaluators import evaluator_for
from solvers.heuristics import LEAGUE
from solvers.statistics import LEAST_SUCCESSES, random_expectation
from theory.problems import Table

DEFAULT = "genetic"
SETS = ("cifar10", "cifar100", "imagenet")
CAP = 1_000_000
CAPS = {"nevergrad": {"quick": 10_000, "full": 50_000}, "optuna": {"quick": 400, "full": 2_000}}
REPETITIONS = {"quick": 100, "full": 1000}
FEWER = {"nevergrad": {"quick": 10, "full": 100}, "optuna": {"quick": 2, "full": 20}}


def main(form: str) -> None:
    """Prints a table for each set."""
    settings = frozen()
    for data_set in SETS:
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
        for name in (*LEAGUE, *RIVALS):
            cap = CAPS.get(name, {}).get(form, CAP)
            number = FEWER.get(name, {}).get(form, REPETITIONS[form])
            try:
                results[name] = [
                    play(name, evaluator, optimum, cap, (201, k), settings.get(name, {}))
                    for k in range(number)
                ]
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
    for name in LEAGUE:
        value, interval = ratio(results[name], rivals[best])
        ends = f" [{interval.lower:.2f}, {interval.upper:.2f}]" if interval else ""
        default = ", the default" if name == DEFAULT else ""
        print(f"  ERT of {name}{default} / {best}, the best rival: {value:.2f}{ends}")
