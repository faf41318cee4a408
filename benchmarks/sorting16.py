"""Sorting 16 wires: `python -m benchmarks.sorting16 [--runs 6] [--minutes 15] [--scratch]`.

W. D. Hillis (1990) evolved networks that begin with the first 32 comparators of M. W. Green's
network of 60: 65 in all without parasites, 61 with. The best known is 60.
Here each run of a search has the same CPU time. It asks for a network of one comparator less each
time it has found one, starting anew with what it is given, and the best is reported. A run that has
found 60 ends.

The settings of annealing were chosen on this very problem, in some two minutes with other seeds: a
run here says what a search can be made to find, not what its defaults find elsewhere. The other
searches run with their defaults.

After Green's 32 comparators, four levels over the bits of the wires' numbers, only 168 different
outputs remain of 65,536 inputs of zeros and ones; a suffix is tested on those, exactly.
Every network found is run on all 65,536 inputs before it is written down. `--scratch` begins with
no comparator and tests on all inputs. Runs of both kinds are kept in one file; that of the
documentation is `docs/data/sorting16.json`.

A killed program continues: finished runs are kept in the result file, a run in progress in a
checkpoint beside it, written between attempts; the attempt that was killed is made again. Times are
CPU seconds of this process, without those that make a problem and compile its kernel.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np

from solvers.evaluation.evaluators import ProblemEvaluator, evaluator_for
from solvers.searches import run
from solvers.suites.sorting import comparators
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples

WIRES = 16
GREEN = tuple((i, i | 1 << bit) for bit in range(4) for i in range(WIRES) if not i >> bit & 1)
"""Green's first 32 comparators, the lesser first."""

SLICE, SCRATCH_SLICE = 50_000, 2000
"""Evaluations of the first attempt at a size, fewer where they take longer; each further attempt
has twice as many.

The clock is read, and the checkpoint written, between attempts. An attempt's cap is also the
number of evaluations that the time left allows at the rate so far, so a run may end a little early
or late.
"""

MOST_DOUBLINGS = 7
"""A run remembers every sequence of an attempt; this many doublings take about a gigabyte."""

BEST_KNOWN = 60
"""Green's network has so many comparators, and none with fewer is known."""

SEARCHES: dict[str, dict[str, object]] = {
    "annealing": {
        "chains": 64, "growth": 1, "acceptance": 0.002, "gain": 0.1, "patience": 100_000,
        "extra": 0.0, "walk": 2000,
    },
    "genetic": {},
    "competitive": {},
    "cooperative": {},
}  # fmt: skip
"""The searches with their settings."""


def applied(network: tuple[tuple[int, int], ...], inputs: np.ndarray) -> np.ndarray:
    """The outputs (n, wires) of a network on rows of zeros and ones."""
    rows = inputs.copy()
    for i, j in network:
        low, high = np.minimum(rows[:, i], rows[:, j]), np.maximum(rows[:, i], rows[:, j])
        rows[:, i], rows[:, j] = low, high
    return rows


def everything() -> np.ndarray:
    """All inputs (65536, 16)."""
    return np.array(list(product((0, 1), repeat=WIRES)), dtype=np.uint8)


def left_by(prefix: tuple[tuple[int, int], ...]) -> np.ndarray:
    """The different outputs (n, 16) of a prefix."""
    return np.unique(applied(prefix, everything()), axis=0)


def suffix_problem(prefix: tuple[tuple[int, int], ...], length: int, left: np.ndarray) -> Problem:
    """Sort what the prefix leaves: a sample for each different output of it."""
    samples = tuple(
        Sample(tuple(bool(b) for b in row), tuple(bool(b) for b in sorted(row))) for row in left
    )
    components = comparators(WIRES)
    wires = components.registers
    name = f"sorting-16 after {len(prefix)}"
    return Problem(name, components, Wiring.CHAIN, wires, wires, Samples(samples), length)


@cache
def evaluator_of(prefix: tuple[tuple[int, int], ...], length: int) -> ProblemEvaluator:
    """The evaluator of `suffix_problem`, its kernel compiled."""
    evaluator = evaluator_for(suffix_problem(prefix, length, left_by(prefix)))
    evaluator(evaluator.space.sample(np.random.default_rng(0), 1))
    return evaluator


def pairs_of(steps: tuple[Step, ...]) -> list[list[int]]:
    """The comparators of steps."""
    return [list(step.reads) for step in steps]


def is_network(network: list[list[int]]) -> bool:
    """Whether it sorts all inputs; plain NumPy, apart from all that searched."""
    rows = applied(tuple((i, j) for i, j in network), everything())
    return bool((rows[:, :-1] <= rows[:, 1:]).all())


def one_run(
    search: str,
    settings: dict[str, object],
    seed: int,
    cpu_s: float,
    prefix: tuple[tuple[int, int], ...],
    first: int,
    checkpoint: Path,
) -> dict[str, object]:
    """One run of a search within its CPU time; what it found, smallest last.

    Args:
        first: comparators, prefix included, that the first network may have.
        checkpoint: the run's state as JSON, between two slices.
    """
    state: dict[str, object] = {"size": first, "attempt": 0, "cpu_s": 0.0, "evaluations": 0}
    state |= {"found": [], "least_error": None}
    if checkpoint.is_file():
        state = json.loads(checkpoint.read_text())
    found: list[dict[str, object]] = state["found"]  # type: ignore[assignment]
    size, attempt = int(str(state["size"])), int(str(state["attempt"]))
    spent, evaluations = float(str(state["cpu_s"])), int(str(state["evaluations"]))
    least: dict[str, float] = state.get("least") or {}  # type: ignore[assignment]
    smallest: list[list[int]] | None = state.get("network")  # type: ignore[assignment]
    while spent < cpu_s and size >= BEST_KNOWN:
        evaluator = evaluator_of(prefix, size - len(prefix))
        start = time.process_time()
        # Attempts last longer and longer, within the time left.
        cap = (SLICE if prefix else SCRATCH_SLICE) * 2 ** min(attempt, MOST_DOUBLINGS)
        if spent > 0:
            cap = max(1000, min(cap, int(evaluations / spent * (cpu_s - spent))))
        seeds = np.random.SeedSequence([16, seed, size, attempt])
        result = run(evaluator, search, settings, seeds, cap, {"optimum": 0.0})
        spent += time.process_time() - start
        evaluations += result.evaluations
        attempt += 1
        best = least.get(str(size), float("inf"))
        least[str(size)] = min(best, result.best_error)
        if result.best_error == 0.0:
            steps = evaluator.sequence(np.array(result.best_genome, dtype=np.int32)).steps
            network = [list(pair) for pair in prefix] + pairs_of(steps)
            if not is_network(network):
                raise AssertionError("a network that was found does not sort")
            found.append({"comparators": len(network), "cpu_s": round(spent, 2)})
            smallest = network
            size, attempt = len(network) - 1, 0
        state = {
            "size": size, "attempt": attempt, "cpu_s": spent, "evaluations": evaluations,
            "found": found, "least": least, "network": smallest,
        }  # fmt: skip
        part = checkpoint.with_suffix(".part")
        part.write_text(json.dumps(state))
        os.replace(part, checkpoint)
    checkpoint.unlink(missing_ok=True)
    sizes = [int(str(entry["comparators"])) for entry in found]
    return {
        "search": search, "settings": settings, "seed": seed, "best": min(sizes, default=None),
        "cpu_s": round(spent, 1), "evaluations": evaluations, "found": found,
        "least_error_by_size": least, "network": smallest,
    }  # fmt: skip


def main(form: str = "full") -> None:
    """Runs what the result file does not hold yet, and prints the best of each search.

    The quick form is one run of annealing of at most a CPU minute.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sorting16")
    quick = form == "quick"
    parser.add_argument("--runs", type=int, default=1 if quick else 6)
    parser.add_argument(
        "--minutes", type=float, default=1.0 if quick else 15.0, help="CPU minutes of a run"
    )
    parser.add_argument("--searches", nargs="+", default=list(SEARCHES)[: 1 if quick else None])
    parser.add_argument("--scratch", action="store_true", help="begin with no comparator")
    parser.add_argument("--out", type=Path, default=Path("results/sorting16.json"))
    chosen, _ = parser.parse_known_args()
    prefix = () if chosen.scratch else GREEN
    kind = "scratch" if chosen.scratch else "green"
    file = chosen.out
    file.parent.mkdir(parents=True, exist_ok=True)
    results = json.loads(file.read_text()) if file.is_file() else {}
    for search in chosen.searches:
        for seed in range(1, chosen.runs + 1):
            key = f"{kind} {search} {chosen.minutes:g} {seed}"
            if key not in results:
                checkpoint = file.with_name(f"{file.stem}-{key.replace(' ', '-')}.json")
                first = 76 if chosen.scratch else 66
                cpu_s = 60 * chosen.minutes
                one = one_run(search, SEARCHES[search], seed, cpu_s, prefix, first, checkpoint)
                results[key] = {"kind": kind, "minutes": chosen.minutes, **one}
                write(results, file)
            one = results[key]
            print(
                f"{kind:<8} {search:<12} seed {seed}: best {one['best']}, "
                f"{one['evaluations']:,} evaluations, {one['cpu_s']:.1f} CPU s",
                flush=True,
            )


def write(results: dict[str, dict[str, object]], file: Path) -> None:
    """Keep the runs, a line for each; the file is replaced as a whole."""
    lines = (f"{json.dumps(key)}: {json.dumps(run)}" for key, run in results.items())
    part = file.with_suffix(".part")
    part.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    os.replace(part, file)


if __name__ == "__main__":
    main()
