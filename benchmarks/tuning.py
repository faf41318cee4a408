"""Random search over each search's settings: `python -m benchmarks.tuning [--trials N] [...]`.

Every search gets the same number of trials, its defaults the first of them. A trial's score is the
geometric mean, over the tuning problems, of the ERT to the optimum; a problem without success
counts twice its evaluations. All trials of a search see the same seeds.
The noise of a trial is some 20 %, so the best three and the defaults are then scored again, with
other seeds and five times the runs; only that second score decides.

The tuning problems are generated and small: NK landscapes, sorting networks on up to six wires,
pancakes. No problem that the searches are reported on is among them, and none may be added.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import numpy as np

from solvers.evaluators import evaluator_for
from solvers.heuristics import Evaluator, StudyError, run
from solvers.suites import find_problem
from theory.problems import Table

Draw = Callable[[Random], object]

PROBLEMS = ("nk1-1", "nk1-2", "nk2-1", "nk2-2", "nk3-1", "sorting-5", "sorting-6", "pancakes-6",
            "pancakes-7")  # fmt: skip


def _whole(low: int, high: int) -> Draw:
    """A whole number, its logarithm uniform."""
    return lambda r: round(math.exp(r.uniform(math.log(low), math.log(high))))


def _real(low: float, high: float) -> Draw:
    """A number, its logarithm uniform."""
    return lambda r: float(f"{math.exp(r.uniform(math.log(low), math.log(high))):.3g}")


def _share(low: float = 0.0, high: float = 1.0) -> Draw:
    return lambda r: round(r.uniform(low, high), 2)


SPACES: Mapping[str, Mapping[str, Draw]] = {
    "local-search": {
        "plateau": _whole(3, 1000), "kicks": _whole(1, 50), "strength": _whole(1, 12),
        "stride": _whole(1, 8),
    },
    "regularised-evolution": {
        "population": _whole(10, 200), "tournament": _whole(2, 40), "batch": _whole(1, 16),
        "extra": _share(0, 0.4), "retries": _whole(1, 10),
    },
    "genetic": {
        "population": _whole(5, 200), "offspring": _whole(1, 100), "tournament": _whole(1, 8),
        "crossover": _share(), "shifted": _share(), "extra": _share(0, 0.4),
        "retries": _whole(1, 10), "patience": _whole(3, 300),
    },
    "annealing": {
        "acceptance": _real(0.0005, 0.1), "gain": _real(0.01, 1.0), "chains": _whole(1, 32),
        "growth": _whole(100, 10_000), "patience": _whole(200, 100_000), "extra": _share(0, 0.3),
        "walk": _whole(50, 5000),
    },
    "gaussian-process": {
        "start": _whole(3, 50), "noise": _real(1e-5, 0.3), "memory": _whole(64, 300),
    },
    "competitive": {
        "population": _whole(5, 100), "offspring": _whole(2, 100), "tests": _whole(8, 128),
        "archive": _whole(128, 2048), "lessons": _whole(1, 16), "period": _whole(10, 1000),
        "tournament": _whole(1, 8), "crossover": _share(), "shifted": _share(),
        "patience": _whole(20, 1000),
    },
    "cooperative": {
        "parts": _whole(1, 6), "population": _whole(2, 50), "offspring": _whole(1, 50),
        "tournament": _whole(1, 8), "mix": _share(), "extra": _share(0, 0.4),
        "patience": _whole(10, 500),
    },
}  # fmt: skip
"""What may be drawn for each search."""


def make(name: str) -> tuple[Evaluator, float]:
    """A tuning problem and its optimum."""
    problem = find_problem(name)
    if isinstance(problem.target, Table):
        return evaluator_for(problem), float(min(problem.target.errors.values()))
    return evaluator_for(problem), 0.0


def score(
    search: str,
    settings: Mapping[str, object],
    problems: Mapping[str, tuple[Evaluator, float]],
    runs: int,
    cap: int,
    stream: int = 2024,
) -> dict[str, float]:
    """The ERT of one trial on each problem; a problem that the search refuses is left out."""
    found = {}
    for name, (evaluator, optimum) in problems.items():
        total = successes = 0
        try:
            for k in range(runs):
                seed = np.random.SeedSequence([stream, k])
                result = run(evaluator, search, settings, seed, cap, {"optimum": optimum})
                total += result.evaluations
                successes += result.hits["optimum"] is not None
        except StudyError as error:
            if error.reason != "no-samples":
                raise
            continue
        found[name] = total / successes if successes else 2.0 * total
    return found


def mean(scores: Mapping[str, float]) -> float:
    """The geometric mean."""
    return math.exp(sum(map(math.log, scores.values())) / len(scores))


def main() -> None:
    """Prints each trial's score, and the best settings of each search beside its defaults."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tuning")
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cap", type=int, default=10_000)
    parser.add_argument("--searches", nargs="+", default=list(SPACES))
    parser.add_argument("--problems", nargs="+", default=list(PROBLEMS))
    parser.add_argument("--out", type=Path, default=Path("results/tuning.json"))
    chosen, _ = parser.parse_known_args()
    problems = {name: make(name) for name in chosen.problems}
    report = {}
    for search in chosen.searches:
        start = time.process_time()
        trials = []
        for trial in range(chosen.trials):
            draw = Random(f"{search} {trial}")
            settings = {name: pick(draw) for name, pick in SPACES[search].items()} if trial else {}
            scores = score(search, settings, problems, chosen.runs, chosen.cap)
            trials.append({"settings": settings, "mean": mean(scores), "scores": scores})
            print(f"{search:<22} {mean(scores):9.1f}  {settings or 'defaults'}", flush=True)
        finals = [trials[0], *sorted(trials[1:], key=lambda t: float(str(t["mean"])))[:3]]
        for trial_ in finals:
            settings = dict(trial_["settings"])  # type: ignore[call-overload]
            again = score(search, settings, problems, 5 * chosen.runs, chosen.cap, 2025)
            trial_["final"] = mean(again)
            print(f"{search:<22} {mean(again):9.1f}  final: {settings or 'defaults'}", flush=True)
        best = min(finals, key=lambda t: float(str(t["final"])))
        report[search] = {"trials": trials, "cpu_s": round(time.process_time() - start, 1)}
        default, least = float(str(trials[0]["final"])), float(str(best["final"]))
        cpu = report[search]["cpu_s"]
        print(f"{search:<22} best {least:.1f}, defaults {default:.1f}, {cpu} CPU s", flush=True)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
