"""Tunes the rivals on generated problems, each with the same number of trials.

`python -m benchmarks.rivals.tuning [NAME ...]` draws settings at random from what a rival declares
in `SETTINGS` (the first trial is its default), runs each on the same problems from the same seeds,
and freezes the best in `frozen.json`, which the benchmarks read. The problems are NK landscapes,
sorting networks on five and six wires and pancakes: none that rivals are reported on.

A trial's score is the geometric mean over the problems of the evaluations a run took, a failed run
counting ten times the cap; equal scores are told apart by the errors reached.
"""

from __future__ import annotations

import json
import math
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rivals.contest import RIVALS, Outcome, play, settings_space
from solvers import find_problem
from solvers.evaluators import evaluator_for
from solvers.heuristics import Evaluator, Space

TRIALS = 20
RUNS = 3
CAP = 3_000
CAPS = {"optuna": 100}  # a trial of Optuna takes milliseconds, more with every trial before it
FROZEN = Path(__file__).with_name("frozen.json")
GENES, OPTIONS = 6, 5


class Landscape:
    """An NK landscape of six genes with five options each (Kauffman & Weinberger 1989).

    The error is a sum of one random whole number for each gene, chosen by its own option and those
    of `epistasis` others; it is tabulated.
    """

    def __init__(self, epistasis: int, seed: int) -> None:
        rng = np.random.default_rng([epistasis, seed])
        self.space = Space(np.full(GENES, OPTIONS), np.zeros(GENES, dtype=np.bool_))
        everything = np.array(list(product(range(OPTIONS), repeat=GENES)))
        self.errors = np.zeros(len(everything))
        for gene in range(GENES):
            others = rng.permutation([g for g in range(GENES) if g != gene])[:epistasis]
            shares = rng.integers(0, 10_000, (OPTIONS,) * (epistasis + 1)).astype(np.float64)
            self.errors += shares[tuple(everything[:, [gene, *others]].T)]
        self.strides = OPTIONS ** np.arange(GENES - 1, -1, -1)

    def __call__(self, genomes: NDArray[np.int32]) -> NDArray[np.float64]:
        return self.errors[genomes @ self.strides]


def problems() -> dict[str, tuple[Evaluator, float]]:
    """The problems of tuning: evaluator and least error, by name."""
    found: dict[str, tuple[Evaluator, float]] = {}
    for epistasis, seed in ((1, 1), (2, 2), (3, 3)):
        landscape = Landscape(epistasis, seed)
        found[f"nk{epistasis}-{seed}"] = (landscape, float(landscape.errors.min()))
    for name in ("sorting-5", "sorting-6", "pancakes-6"):
        found[name] = (evaluator_for(find_problem(name)), 0.0)
    return found


def draw(space: Mapping[str, Sequence[Any]], trial: int) -> dict[str, Any]:
    """The settings of a trial; none, that is, the defaults, for the first."""
    generator = Random(f"settings {trial}")
    return {name: generator.choice(list(values)) for name, values in space.items() if trial}


def score(runs: Mapping[str, Sequence[Outcome]], cap: int) -> tuple[float, float]:
    """The geometric mean of evaluations, failures as ten caps; then the mean of the errors."""
    logarithms = []
    for outcomes in runs.values():
        spent = [o.evaluations if o.reached else 10 * cap for o in outcomes]
        logarithms.append(math.log(sum(spent) / len(spent)))
    errors = [min(o.best, 1e300) for outcomes in runs.values() for o in outcomes]
    return math.exp(sum(logarithms) / len(logarithms)), sum(errors) / len(errors)


def tune(name: str) -> dict[str, Any]:
    """The best settings of a rival, with its score and that of the defaults."""
    cap = CAPS.get(name, CAP)
    given = problems()
    results: list[tuple[tuple[float, float], dict[str, Any]]] = []
    start = time.process_time()
    for trial in range(TRIALS):
        settings = draw(settings_space(name), trial)
        runs = {
            problem: [
                play(name, evaluator, least, cap, (trial_seed, number), settings)
                for trial_seed in range(RUNS)
            ]
            for number, (problem, (evaluator, least)) in enumerate(given.items())
        }
        results.append((score(runs, cap), settings))
    best_score, best = min(results, key=lambda result: result[0])
    return {
        "settings": best,
        "score": round(best_score[0], 1),
        "default_score": round(results[0][0][0], 1),
        "trials": TRIALS,
        "runs": RUNS,
        "cap": cap,
        "problems": list(given),
        "cpu_s": round(time.process_time() - start, 1),
    }


def frozen() -> dict[str, dict[str, Any]]:
    """The frozen settings of every rival; those of its defaults for one not tuned yet."""
    data = json.loads(FROZEN.read_text(encoding="utf-8")) if FROZEN.exists() else {}
    return {name: data.get(name, {}).get("settings", {}) for name in RIVALS}


def main() -> None:
    """Tunes the rivals named, or all."""
    warnings.simplefilter("ignore")
    for name in sys.argv[1:] or RIVALS:
        result = tune(name)
        # Read again each time, so that two rivals may be tuned side by side.
        known = json.loads(FROZEN.read_text(encoding="utf-8")) if FROZEN.exists() else {}
        known[name] = result
        ordered = {rival: known[rival] for rival in RIVALS if rival in known}
        FROZEN.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
        print(f"{name}: {result}", flush=True)


if __name__ == "__main__":
    main()
