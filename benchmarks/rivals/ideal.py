"""Our default search against ideal random search over distinct behaviours, on the league.

With D behaviours of which m reach the optimum, drawing without repeats takes (D + 1) / (m + 1)
evaluations on average, and nothing is charged for the enumeration. A problem with D >= 10,000 is
won where the upper 95 % bootstrap bound of the ERT lies below that. Where the count of behaviours
ended at a limit, D is a lower bound, and so is what random search needs.

The problems of `DEVELOPED_ON` were looked at while `portfolio` and its search on dags were being
developed; the others were not, and are counted by themselves. Comparisons are dags of which
the search learned, without the target, which behaviours they have; ideal random search is given
that for all of them.

`python -m benchmarks.rivals.ideal [quick|full] [PROBLEM ...]`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.rivals.contest import play
from benchmarks.rivals.figures import ert_text
from solvers import Limits, find_problem, solve
from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import DEFAULT
from solvers.statistics import bootstrap_ert
from solvers.suites import SUITES
from theory.kernel.errors import ProblemError

DEVELOPED_ON = (
    *(f"gates-any-{f}" for f in ("greater2", "segmenta", "segmentg")),
    "gates-basic-greater2",
    *(f"gates-nand-{f}" for f in ("prime4", "segmentc")),
    "pancakes-8",
    "set-cover-1",
    "set-cover-2",
)
LEAST_BEHAVIOURS = 10_000
REPETITIONS = {"quick": 6, "full": 30}
COUNT_S = {"quick": 3.0, "full": 40.0}
"""Time limits of counting, a problem."""

LEAST_CAP, CAP_FACTOR, GREATEST_CAP = 20_000, 10, 1_000_000


@dataclass(frozen=True, slots=True)
class Random:
    """Ideal random search on a problem: behaviours, whether all were counted, winners."""

    behaviours: int
    exact: bool
    winners: int

    @property
    def expected(self) -> float:
        """Its mean number of evaluations, at least."""
        return (self.behaviours + 1) / (self.winners + 1)


NAMES = {
    "quick": ("pancakes-8", "set-cover-1", "gates-any-segmente", "gates-nand-greater2",
              "bits-saturate", "bits-distance", "integers-most-pair", "integers-norm"),
    "full": SUITES["league"],
}  # fmt: skip
"""The problems of each form."""


def main(form: str, names: Sequence[str] = ()) -> None:
    """Prints a row for each problem that counts, then how many are won, and every loss."""
    names = names or NAMES[form]
    print(f"{DEFAULT} against ideal random search over distinct behaviours, D >= 10,000")
    print(f"  {'problem':<24} {'D':>12} {'m':>3} {'random':>11}  {'ERT [95 %]':<26} ", end="")
    print("compared  CPU s/run")
    won: list[str] = []
    lost: list[str] = []
    for name in names:
        try:
            problem = find_problem(name)
        except ProblemError as error:
            print(f"  {name:<24} not run: {error}")
            continue
        frontier = solve(problem, Limits(seconds=60))
        optimum = float(frontier.lines[-1].error)
        random = ideal(name, optimum, COUNT_S[form])
        if not frontier.optimal or random is None:
            print(f"  {name:<24} left out: optimum or winners not known")
            continue
        if random.behaviours < LEAST_BEHAVIOURS:
            continue
        evaluator = evaluator_for(problem)
        cap = min(GREATEST_CAP, max(LEAST_CAP, int(CAP_FACTOR * random.expected)))
        runs = [
            play(DEFAULT, evaluator, optimum, cap, (4, k), {}) for k in range(REPETITIONS[form])
        ]
        costs, reached = [r.evaluations for r in runs], [r.reached for r in runs]
        interval = bootstrap_ert(costs, reached)
        better = interval is not None and interval.upper < random.expected
        (won if better else lost).append(name)
        counted = f"{'' if random.exact else '>= '}{random.behaviours:,}"
        compared = sum(run.comparisons for run in runs) / sum(costs)
        each = sum(run.cpu_s for run in runs) / len(runs)
        print(
            f"  {name:<24} {counted:>12} {random.winners:>3} {random.expected:>11,.0f}  "
            f"{ert_text(runs):<26} {compared:8.1f} {each:10.2f}{'' if better else '  NOT BELOW'}",
            flush=True,
        )
    clean = [name for name in won if name not in DEVELOPED_ON]
    total = len(clean) + sum(name not in DEVELOPED_ON for name in lost)
    print(f"  won {len(won)} of {len(won) + len(lost)}; of those not developed on ", end="")
    print(f"{len(clean)} of {total}; not won: {', '.join(lost) or 'none'}")


def ideal(name: str, optimum: float, seconds: float) -> Random | None:
    """Ideal random search on a shipped problem; None where the winners are not known."""
    from solvers.exact.counting.count import count_behaviours

    count = count_behaviours(find_problem(name), Limits(seconds=seconds))
    winners = count.within(optimum)
    if winners is None and optimum == 0 and count.one_at_zero:
        winners = 1  # it is reached, and the count ended before it was met
    return None if winners is None else Random(count.distinct, count.exact, winners)


if __name__ == "__main__":
    form, *chosen = sys.argv[1:] or ["quick"]
    main(form, chosen)
