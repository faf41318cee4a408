"""The main job's figures: start-up, exact search against the reference, evaluations a second.

Run it with `python -m benchmarks.core`. Every row is the median of several rounds in one process
(start-up: of fresh processes); ratios compare what was measured side by side.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks._timing import seconds
from solvers import find_problem, solve
from solvers.evaluation.evaluators import WordEvaluator, evaluator_for
from theory.formats.certificates import write_certificate
from theory.kernel.checks.reference import recount

ROOT = Path(__file__).parents[1]


def start_up() -> None:
    """Whole processes: help, and the check of a small certificate."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = Path(folder) / "sorting-4.json"
        write_certificate(solve(find_problem("sorting-4")).certificate(), certificate)
        for label, command in (
            ("sheffer --help", ["solvers.cli", "--help"]),
            ("sheffer check FILE", ["solvers.cli", "check", str(certificate)]),
            ("python -m theory FILE", ["theory", str(certificate)]),
        ):
            line = [sys.executable, "-m", *command]
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            took = seconds(
                lambda line=line, env=environment: subprocess.run(  # type: ignore[misc]
                    line, env=env, stdout=subprocess.DEVNULL, check=True
                )
            )
            print(f"{label:<24} {took:6.3f} s")


def exact_search() -> None:
    """The chain engine on sorting networks, against the plain reference enumerator."""
    solve(find_problem("sorting-3"))  # loads the compiled kernels
    for n, rounds in ((5, 5), (6, 3)):
        problem = find_problem(f"sorting-{n}")
        frontier = solve(problem)
        engine = seconds(lambda p=problem: solve(p), rounds)  # type: ignore[misc]
        nodes = sum(frontier.counts)
        line = f"sorting-{n}: {nodes:,} behaviours, engine {engine:.3f} s"
        start = time.perf_counter()
        again = recount(problem, max_nodes=3_000_000, timeout_s=600)
        reference = time.perf_counter() - start
        agree = list(again.least) == [line.error for line in frontier.lines]
        print(f"{line}, reference {reference:.2f} s ({reference / engine:.0f}x), agree: {agree}")


def evaluations() -> None:
    """Sequences a second and core: the table of moves, the compiled kernel, exact Python."""
    rng = np.random.default_rng(1)
    for name in ("nas201-cifar10", "sorting-6", "pancakes-7", "set-cover-1"):
        problem = find_problem(name)
        fast = evaluator_for(problem)
        genomes = fast.space.sample(rng, 20_000)
        fast(genomes)
        rate = len(genomes) / seconds(lambda e=fast, g=genomes: e(g))  # type: ignore[misc]
        text = f"{name:<16} {type(fast).__name__} {rate / 1e6:6.2f} million/s"
        if not name.startswith("nas201"):
            words = WordEvaluator(problem)
            words(genomes)
            other = len(genomes) / seconds(lambda e=words, g=genomes: e(g))  # type: ignore[misc]
            text += f", WordEvaluator {other / 1e6:6.2f} million/s"
            exact = seconds(lambda e=fast, p=problem, g=genomes: _exactly(e, p, g[:50]), 3) / 50  # type: ignore[misc]
            text += f", exact Python {1e-6 / exact:8.4f} million/s"
        print(text)


def _exactly(evaluator: object, problem: object, genomes: object) -> None:
    for genome in genomes:  # type: ignore[attr-defined]
        problem.error(evaluator.sequence(genome))  # type: ignore[attr-defined]


def main() -> None:
    """Prints all figures."""
    start_up()
    exact_search()
    evaluations()


if __name__ == "__main__":
    main()
