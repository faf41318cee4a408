"""How fast sequences are evaluated and searched: n = 8 wires, 25 comparators, population 1,000.

The kernel alone, beside plain NumPy; what a search costs where fitness is free; and both together,
beside DEAP, pymoo and PyGAD with our kernel. CPU seconds, medians of several rounds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import combinations, product
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rivals.contest import play
from solvers import find_problem
from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import LEAGUE, make_search

WIRES, LENGTH, POPULATION = 8, 25, 1000
ROUNDS = {"quick": 5, "full": 15}
EVALUATIONS = {"quick": 40_000, "full": 200_000}


def cpu_seconds(work: Callable[[], object], rounds: int) -> float:
    """The median CPU time of some rounds, after one that is not counted."""
    work()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def plain_numpy(genomes: NDArray[np.int32]) -> NDArray[np.float64]:
    """The number of inputs left unsorted: (n, wires, 256 bits in 4 words), a step at a time."""
    inputs = np.array(list(product((0, 1), repeat=WIRES)), dtype=np.uint8)  # (256, wires)
    bits = np.packbits(np.ascontiguousarray(inputs.T), axis=1)
    packed = np.ascontiguousarray(bits).view(np.uint64)  # (wires, 4)
    state = np.repeat(packed[None], len(genomes), axis=0)
    pairs = np.array(list(combinations(range(WIRES), 2)))
    rows = np.arange(len(genomes))
    for step in range(genomes.shape[1]):
        used = genomes[:, step] >= 0
        low, high = pairs[np.where(used, genomes[:, step], 0)].T
        first, second = state[rows, low], state[rows, high]
        least = np.where(used[:, None], first & second, first)
        state[rows, high] = np.where(used[:, None], first | second, second)
        state[rows, low] = least
    wrong = np.zeros((len(genomes), state.shape[2]), dtype=np.uint64)
    for wire in range(WIRES - 1):
        wrong |= state[:, wire] & ~state[:, wire + 1]
    return np.unpackbits(wrong.view(np.uint8), axis=1).sum(axis=1).astype(np.float64)


def search_overhead(name: str, space: Any, rounds: int, generations: int) -> float:
    """CPU seconds an individual where errors are drawn beforehand."""
    rng = np.random.default_rng(1)
    errors = rng.integers(1, 200, 1 << 16).astype(np.float64)
    settings = {"population": POPULATION} if name in ("genetic", "regularised-evolution") else {}
    search = make_search(name, SimpleNamespace(space=space), rng, settings)
    times = []
    for round_ in range(rounds + 1):
        done, start = 0, time.process_time()
        while done < POPULATION * generations:
            genomes = search.ask(POPULATION)
            search.tell(genomes, errors[done % 1000 : done % 1000 + len(genomes)])
            done += len(genomes)
        if round_:
            times.append((time.process_time() - start) / done)
    return statistics.median(times)


def main(form: str) -> None:
    """Prints all rates."""
    rounds, cap = ROUNDS[form], EVALUATIONS[form]
    evaluator = evaluator_for(find_problem(f"sorting-{WIRES}", LENGTH))
    genomes = evaluator.space.sample(np.random.default_rng(0), POPULATION)
    print(f"n = {WIRES}, L = {LENGTH}, population {POPULATION}; CPU seconds, medians of {rounds}")
    same = bool((evaluator(genomes) == plain_numpy(genomes)).all())
    for label, kernel in ((type(evaluator).__name__, evaluator), ("plain NumPy", plain_numpy)):
        many = [genomes] * 20
        took = cpu_seconds(lambda k=kernel, m=many: [k(g) for g in m], rounds)  # type: ignore[misc]
        print(f"  kernel {label:<20} {20 * POPULATION / took / 1e6:7.2f} million/s, agree: {same}")
    for name in LEAGUE:
        took = search_overhead(name, evaluator.space, rounds, 5)
        print(f"  search {name:<22} {1e6 * took:7.2f} us an individual, fitness free", flush=True)
    for name in ("genetic", "deap", "pymoo", "pygad"):
        rates = []
        try:
            for k in range(3 if form == "quick" else rounds):
                done = play(name, evaluator, -1.0, cap, (9, k), {"population": POPULATION})
                rates.append(done.evaluations / done.cpu_s)
        except ImportError as error:
            print(f"  end to end {name:<12} not run: {error} (extra rivals)")
            continue
        print(
            f"  end to end {name:<16} {statistics.median(rates) / 1e3:9.1f} thousand/s", flush=True
        )
