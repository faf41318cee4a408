"""Where competitive coevolution pays: `python -m benchmarks.coevolution [--full]`.

Sorting networks of n wires have 2**n samples, so the cost of a full test grows with n. For each n,
runs of three searches go on until a network of at most 1.2 times the best known number of
comparators is found: `competitive`, which tests on few samples; the same genetic algorithm with
full tests (`genetic` with the same population, offspring, operators and patience); and `annealing`.

Work is counted twice: in evaluations, where a test on one of S samples is 1/S of one, and in CPU
seconds. With compiled tests of 64 samples a machine word, a full test is so cheap that the first
hardly matters for small n; `exact` problems are evaluated in exact Python instead, some hundred
times slower, as an expensive simulation would be.

From both follows the *break-even cost*: how much more a full test would have to cost, in CPU
seconds, for coevolution to be as quick, if CPU seconds are what they were and each evaluation costs
that much beside.

A killed program continues from the file of its runs (`docs/data/coevolution.json` is such a file).
Archive and audits of `competitive` were mended while looking at n = 10, 12 and 14 with other seeds;
its archive was enlarged, which changes no run below 16 wires, when a first run of 16 had failed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from solvers.evaluation.evaluators import evaluator_for
from solvers.evaluation.sample_evaluators import ExactEvaluator
from solvers.searches import Evaluator, run
from solvers.statistics import Interval, bootstrap_ratio, expected_running_time
from solvers.suites.sorting import sorting

BEST_KNOWN = {6: 12, 7: 16, 8: 19, 9: 25, 10: 29, 12: 39, 14: 51, 16: 60}
"""Comparators (Knuth, TAOCP 3, 5.3.4)."""

SEARCHES: dict[str, dict[str, object]] = {
    "competitive": {},
    "genetic": {
        "population": 32, "offspring": 32, "patience": 200, "tournament": 3, "crossover": 0.3,
        "shifted": 0.2, "mutation": 1.0, "extra": 0.0, "retries": 3,
    },
    "annealing": {
        "acceptance": 0.005, "gain": 0.1, "chains": 8, "growth": 1000, "patience": 100_000,
        "extra": 0.0, "walk": 2000,
    },
}  # fmt: skip
"""The searches and their settings; a generation of `genetic` is one of `competitive`."""

QUICK = (("compiled", 6), ("compiled", 8), ("compiled", 10), ("exact", 6))
FULL = (*QUICK, ("compiled", 12), ("compiled", 14), ("compiled", 16))

CAP = 400_000
"""Evaluations of a run at most."""

SAMPLED_CAP = 40_000
"""The same for `competitive`, whose evaluations are made of many tests and take longer."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `evaluations` and `cpu_s` until the network was found, or all of them."""

    kind: str
    wires: int
    length: int
    search: str
    seed: int
    evaluations: int
    cpu_s: float
    reached: bool


@dataclass(frozen=True, slots=True)
class Ratio:
    """Work of one search per success, divided by that of another; below 1 the first needs less.

    Attributes:
        interval: 95 %, bootstrap of whole runs; None with fewer than five successes.
    """

    value: float
    interval: Interval | None

    @property
    def verdict(self) -> str:
        """`less`, `more`, or `open` where the interval holds 1 or is missing."""
        if self.interval is None:
            return "open"
        return "less" if self.interval.upper < 1 else "more" if self.interval.lower > 1 else "open"


def length_of(wires: int) -> int:
    """Comparators allowed: 1.2 times the best known, rounded up."""
    return -(-BEST_KNOWN[wires] * 6 // 5)


def make(kind: str, wires: int) -> Evaluator:
    """The evaluator, compiled or in exact Python."""
    problem = sorting(wires, length_of(wires))
    return ExactEvaluator(problem) if kind == "exact" else evaluator_for(problem)


def measured(kind: str, wires: int, search: str, seed: int, evaluator: Evaluator) -> Run:
    """One run, timed."""
    cap = SAMPLED_CAP if search == "competitive" else CAP
    seeds = np.random.SeedSequence([6, wires, seed])
    start = time.process_time()
    result = run(evaluator, search, SEARCHES[search], seeds, cap, {"optimum": 0.0})
    spent = time.process_time() - start
    reached = result.hits["optimum"] is not None
    length = length_of(wires)
    return Run(
        kind, wires, length, search, seed, result.evaluations, round(spent, 5), reached
    )  # fmt: skip


def ratio(first: Sequence[Run], second: Sequence[Run], measure: str) -> Ratio:
    """The ratio of expected running times by `evaluations` or `cpu_s`; NaN if both are infinite."""
    costs = [[float(getattr(run, measure)) for run in runs] for runs in (first, second)]
    reached = [[run.reached for run in runs] for runs in (first, second)]
    above, below = (expected_running_time(c, r) for c, r in zip(costs, reached, strict=True))
    value = math.nan if math.isinf(above) and math.isinf(below) else above / below
    return Ratio(value, bootstrap_ratio(costs[0], reached[0], costs[1], reached[1]))


def break_even_s(first: Sequence[Run], second: Sequence[Run]) -> float:
    """CPU seconds more for each evaluation from which on `first` is quicker than `second`.

    0 if it already is; infinite if it needs no fewer evaluations.
    """
    more, fewer = (
        [
            expected_running_time([getattr(r, measure) for r in runs], [r.reached for r in runs])
            for runs in (first, second)
        ]
        for measure in ("cpu_s", "evaluations")
    )
    if more[0] <= more[1]:
        return 0.0
    return (more[0] - more[1]) / (fewer[1] - fewer[0]) if fewer[0] < fewer[1] else math.inf


def by_problem(runs: Iterable[Run]) -> dict[tuple[str, int], dict[str, list[Run]]]:
    """The runs of each problem (kind, wires) by search; problems sorted."""
    found: dict[tuple[str, int], dict[str, list[Run]]] = {}
    for one in sorted(runs, key=lambda r: (r.kind, r.wires, r.seed)):
        found.setdefault((one.kind, one.wires), {}).setdefault(one.search, []).append(one)
    return found


def read(file: Path) -> list[Run]:
    """The runs of a file; none if it is not there."""
    return [Run(**one) for one in json.loads(file.read_text())] if file.is_file() else []


def write(runs: Sequence[Run], file: Path) -> None:
    """Keep the runs, a line for each; the file is replaced as a whole."""
    part = file.with_suffix(".part")
    part.write_text("[\n" + ",\n".join(json.dumps(asdict(one)) for one in runs) + "\n]\n")
    os.replace(part, file)


def text(one: Ratio) -> str:
    """A ratio with its interval."""
    if one.interval is None:
        return f"{one.value:.3g}"
    return f"{one.value:.3g} [{one.interval.lower:.3g}, {one.interval.upper:.3g}]"


def main(form: str = "quick") -> None:
    """Makes the runs that the file does not hold yet, and prints the ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coevolution")
    parser.add_argument("--full", action="store_true", help="up to 16 wires: some 20 CPU minutes")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("results/coevolution.json"))
    chosen, _ = parser.parse_known_args()
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    runs = read(chosen.out)
    done = {(r.kind, r.wires, r.search, r.seed) for r in runs}
    for kind, wires in FULL if chosen.full or form == "full" else QUICK:
        evaluator = make(kind, wires)
        for search, settings in SEARCHES.items():
            # Compile what is to be compiled outside the time.
            run(evaluator, search, settings, np.random.SeedSequence(0), 100, {})
            for seed in range(1, chosen.runs + 1):
                if (kind, wires, search, seed) not in done:
                    runs.append(measured(kind, wires, search, seed, evaluator))
                    write(runs, chosen.out)
        mine = by_problem(runs)[kind, wires]
        print(f"{kind} {wires} wires, {2**wires:,} samples, {length_of(wires)} comparators")
        for search, of_search in mine.items():
            reached = [r.reached for r in of_search]
            evaluations = expected_running_time([r.evaluations for r in of_search], reached)
            cpu = expected_running_time([r.cpu_s for r in of_search], reached)
            print(
                f"  {search:<12} {sum(reached)} of {len(reached)}: "
                f"{evaluations:,.0f} evaluations, {cpu:.3g} CPU s"
            )
        for rival in ("genetic", "annealing"):
            pair = (mine["competitive"], mine[rival])
            print(
                f"  competitive / {rival:<9}: evaluations {text(ratio(*pair, 'evaluations'))}, "
                f"CPU {text(ratio(*pair, 'cpu_s'))}, "
                f"break-even {break_even_s(*pair) * 1e6:.3g} us",
                flush=True,
            )


if __name__ == "__main__":
    main()
