"""Searches: evaluations a second, overhead, sorting networks on eight wires, and tables.

`python -m benchmarks searching [quick|full]`. All times are CPU seconds of one process on one core.
The quick form makes 10 runs where the full one makes 100 (sorting) or 1000 (tables).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from solvers.evaluation.bit_evaluator import BitEvaluator
from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import SEARCHES, Evaluator, RunResult, Space, run
from solvers.searches.protocol import Genomes
from solvers.statistics import wilson
from solvers.suites import find_problem
from theory.kernel.problems.targets import Table

WHOLE = {"population": 1000, "offspring": 1000}
"""Settings of the genetic search for whole batches."""


class Free:
    """Errors that cost next to nothing, so that what is left is the search."""

    def __init__(self, space: Space) -> None:
        self.space = space

    def __call__(self, genomes: Genomes) -> np.ndarray:
        return genomes[:, 0] + genomes[:, -2] + 0.5 * genomes[:, 3] + 100.0


def cpu(work: Callable[[], object], rounds: int = 15) -> float:
    """The least CPU time of some rounds: other processes can only add to it."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def rates() -> None:
    """The kernel alone, the evaluator, the search with free fitness, and all together."""
    evaluator = evaluator_for(find_problem("sorting-8", 25))
    assert isinstance(evaluator, BitEvaluator)
    options = int(evaluator.space.options[0])
    genomes = np.random.default_rng(1).integers(0, options, (1000, 25)).astype(np.int32)
    out = np.empty(1000, dtype=np.int64)
    evaluator(genomes)
    kernel, places, arrays = evaluator._kernel.errors, evaluator._places, evaluator._arrays
    alone = cpu(lambda: kernel(genomes, places, *arrays, out))
    whole = cpu(lambda: evaluator(genomes))
    print(f"n = 8, L = 25, 1000 sequences: kernel {1e-3 / alone:.1f} million/s, ", end="")
    print(f"evaluator {1e-3 / whole:.1f} million/s")
    for label, problem in (("free fitness", Free(evaluator.space)), ("sorting-8", evaluator)):
        search = SEARCHES["genetic"](evaluator.space, np.random.default_rng(1), **WHOLE)
        inside, count = 0.0, 0
        for k in range(300):
            start = time.process_time()
            batch = search.ask(1000)
            asked = time.process_time()
            errors = problem(batch)
            told = time.process_time()
            search.tell(batch, errors)
            if k >= 20:
                inside += asked - start + time.process_time() - told
                count += len(batch)
        seeds = np.random.SeedSequence(2)
        total = cpu(partial(run, problem, "genetic", WHOLE, seeds, 300_000, {"x": -1.0}), 3)
        print(f"genetic, {label}: search {1e6 * inside / count:.2f} us an individual, ", end="")
        print(f"run {0.3 / total:.2f} million/s")


def repeated(evaluator: Evaluator, search: str, optimum: float, runs: int, cap: int) -> str:
    """Some runs, as a line of text."""
    run(evaluator, search, {}, np.random.SeedSequence(0), 2000, {"optimum": optimum})  # compiles
    start = time.process_time()
    results: list[RunResult] = [
        run(evaluator, search, {}, np.random.SeedSequence([9, k]), cap, {"optimum": optimum})
        for k in range(runs)
    ]
    seconds = time.process_time() - start
    successes = sum(r.hits["optimum"] is not None for r in results)
    evaluations = sum(r.evaluations for r in results)
    low = wilson(successes, runs).lower
    ert = f"{evaluations / successes:,.0f}" if successes else "-"
    each = f"{seconds / successes:.3f}" if successes else "-"
    return (
        f"{search:<22} {successes}/{runs} (at least {100 * low:.0f} %), ERT {ert}, "
        f"{each} CPU s a success"
    )


def main(form: str = "quick") -> None:
    """Prints all figures."""
    rates()
    print("sorting-8, 19 comparators, at most 1,000,000 evaluations")
    evaluator = evaluator_for(find_problem("sorting-8"))
    for search in ("annealing", "genetic"):
        runs = 100 if form == "full" else 10
        print(f"  {repeated(evaluator, search, 0.0, runs, 10**6)}", flush=True)
    for name in ("nas201-cifar10", "nas201-cifar100", "nas201-imagenet"):
        problem = find_problem(name)
        assert isinstance(problem.target, Table)
        optimum = float(min(problem.target.errors.values()))
        print(name)
        for search in ("portfolio", "annealing", "local-search", "regularised-evolution",
                       "genetic"):  # fmt: skip
            runs = 1000 if form == "full" else 30
            line = repeated(evaluator_for(problem), search, optimum, runs, 10**6)
            print(f"  {line}", flush=True)
