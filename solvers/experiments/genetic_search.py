"""Simulated genetic algorithms against the exact chains of `theory.theorems`.

The simulation is written anew with NumPy, many runs at once, from the description of the algorithm;
it shares the fitness with the exact side and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from solvers.experiments.drawing import panels
from solvers.reports.plots import COLOURS
from solvers.statistics import wilson
from theory.theorems import Claim, refute
from theory.theorems.evolution_times import (
    Fitness,
    expected_steps,
    leading_ones,
    one_max,
)
from theory.theorems.genetic_chains import TWO_BITS, Settings, generation, with_best
from theory.theorems.markov import laws, stationary

RUNS = 20_000
GENERATIONS = 30
SEED = 1994
MOST_DEVIATIONS = 4.5
"""A frequency further than so many standard errors from the exact probability refutes. With some
hundred comparisons that happens by chance in one seed of a thousand."""

Words = NDArray[np.int64]


def simulated(s: Settings, runs: int, generations: int, seed: int) -> tuple[Words, Words]:
    """How many runs hold the optimum after 0, 1, ... generations: population, and best kept."""
    rng = np.random.Generator(np.random.PCG64(seed))
    fitness = np.array(s.fitness)
    pair = rng.integers(0, 1 << s.bits, size=(runs, 2))
    best = pair[np.arange(runs), np.argmax(fitness[pair], axis=1)]
    held, kept = [], []
    for _ in range(generations + 1):
        held.append(int(np.any(pair == s.optimum, axis=1).sum()))
        kept.append(int((best == s.optimum).sum()))
        pair = _selected(_mutated(_crossed(pair, s, rng), s, rng), fitness, rng)
        candidates = np.column_stack([best, pair])
        best = candidates[np.arange(runs), np.argmax(fitness[candidates], axis=1)]
    return np.array(held), np.array(kept)


def _crossed(pair: Words, s: Settings, rng: np.random.Generator) -> Words:
    places = rng.integers(1, s.bits, size=len(pair))
    crosses = rng.random(len(pair)) < float(s.crossing)
    tails = np.where(crosses, (1 << places) - 1, 0)
    exchanged = (pair[:, 0] ^ pair[:, 1]) & tails
    return pair ^ exchanged[:, None]


def _mutated(pair: Words, s: Settings, rng: np.random.Generator) -> Words:
    flips = rng.random((*pair.shape, s.bits)) < float(s.rate)
    flipped: Words = (flips << np.arange(s.bits)).sum(axis=2)
    return pair ^ flipped


def _selected(pair: Words, fitness: Words, rng: np.random.Generator) -> Words:
    weights = fitness[pair]
    first = rng.random(pair.shape) * weights.sum(axis=1, keepdims=True) < weights[:, :1]
    return np.where(first, pair[:, :1], pair[:, 1:])


@cache
def exact(s: Settings = TWO_BITS, generations: int = GENERATIONS) -> tuple[list[Fraction], ...]:
    """The same probabilities, from the chains and a uniform start."""
    pairs, strings = s.populations(), 1 << s.bits
    uniform = [Fraction(1, len(pairs))] * len(pairs)
    at, chain = s.holding(), generation(s)
    held = [sum((law[k] for k in at), Fraction(0)) for law in laws(uniform, chain, generations)]
    begin = [Fraction(0)] * (len(pairs) * strings)
    for k, pair in enumerate(pairs):
        best = max(pair, key=lambda x: s.fitness[x])
        begin[best * len(pairs) + k] += uniform[k]
    goal = slice(s.optimum * len(pairs), None)
    kept = [sum(law[goal], Fraction(0)) for law in laws(begin, with_best(s), generations)]
    return held, kept


Simulate = Callable[[Settings, int, int, int], tuple[Words, Words]]


def frequencies_agree(simulate: Simulate = simulated) -> str:
    """How often the optimum is held, simulated and exact, after each generation."""
    counts, probabilities = simulate(TWO_BITS, RUNS, GENERATIONS, SEED), exact()
    farthest = 0.0
    for counted, expected in zip(counts, probabilities, strict=True):
        for t, (count, probability) in enumerate(zip(counted, expected, strict=True)):
            p = float(probability)
            deviation = abs(count / RUNS - p) / (p * (1 - p) / RUNS) ** 0.5
            farthest = max(farthest, deviation)
            if deviation > MOST_DEVIATIONS:
                refute("frequencies", f"generation {t}: {count} of {RUNS} runs, exactly {p:.6f}")
    held, kept = (float(series[-1]) for series in probabilities)
    return (
        f"{RUNS:,} runs, {GENERATIONS} generations: simulated within {farthest:.1f} standard "
        "errors of the chains; after the last the optimum is held with probability "
        f"{held:.4f} without elitism and {kept:.4f} with it"
    )


def steps_of_one_plus_one(fitness: Fitness, n: int, runs: int, seed: int) -> Words:
    """Steps of the (1+1) evolutionary algorithm with p = 1/n until the optimum, run by run."""
    rng = np.random.Generator(np.random.PCG64(seed))
    table = np.array([fitness(x, n) for x in range(1 << n)])
    current = rng.integers(0, 1 << n, size=runs)
    steps = np.zeros(runs, dtype=np.int64)
    running = np.flatnonzero(table[current] < n)
    while running.size:
        flips = (rng.random((running.size, n)) < 1 / n) << np.arange(n)
        offspring = current[running] ^ flips.sum(axis=1)
        better = table[offspring] >= table[current[running]]
        current[running] = np.where(better, offspring, current[running])
        steps[running] += 1
        running = running[table[current[running]] < n]
    return steps


Times = Callable[[int, Fraction, Fitness], Fraction]


def times_agree(times: Times = expected_steps) -> str:
    """Mean simulated steps against the exact expectation."""
    said = []
    for name, fitness, sizes in (
        ("LeadingOnes", leading_ones, (3, 4, 6)),
        ("OneMax", one_max, (3, 6)),
    ):
        for n in sizes:
            steps = steps_of_one_plus_one(fitness, n, RUNS, SEED + n)
            mean, error = float(steps.mean()), float(steps.std(ddof=1)) / RUNS**0.5
            wanted = times(n, Fraction(1, n), fitness)
            if abs(mean - float(wanted)) > MOST_DEVIATIONS * error:
                refute("times", f"{name}, n = {n}: {mean:.4f} ± {error:.4f}, exactly {wanted}")
            said.append(f"{name} {n}: {mean:.3f} ± {error:.3f} ({float(wanted):.3f})")
    return f"mean steps of {RUNS:,} runs, standard error, exact in brackets: " + "; ".join(said)


def draw(path: str | Path) -> None:
    """The probability of holding the optimum by generation, exact and simulated."""
    counts, (held, kept) = simulated(TWO_BITS, 1000, GENERATIONS, SEED), exact()
    limit = sum(stationary(generation(TWO_BITS))[k] for k in TWO_BITS.holding())
    with panels(1, path, 6.0) as (axes,):
        names = ("without elitism", "the best kept")
        for k, (name, series, counted) in enumerate(zip(names, (held, kept), counts, strict=True)):
            colour = COLOURS[1 + k]
            axes.plot(
                range(len(series)),
                [float(p) for p in series],
                color=colour,
                lw=1.6,
                label=f"{name}, exact",
            )
            spans = [wilson(int(c), 1000) for c in counted]
            shares = [int(c) / 1000 for c in counted]
            low = [max(0.0, p - i.lower) for p, i in zip(shares, spans, strict=True)]
            high = [max(0.0, i.upper - p) for p, i in zip(shares, spans, strict=True)]
            axes.errorbar(
                range(len(shares)),
                shares,
                yerr=(low, high),
                fmt="o",
                ms=3,
                lw=0.8,
                color=colour,
                label=f"{name}, 1000 runs [95 %]",
            )
        axes.axhline(
            float(limit), color=COLOURS[0], ls=":", lw=1.2, label=f"limit {float(limit):.4f}"
        )
        axes.set(xlabel="generation", ylabel="probability of holding the optimum", ylim=(0.3, 1.02))
        axes.set_title("Two bits, two strings, mutation rate 1/4")
        axes.legend(frameon=False, loc="center right", fontsize=8)


CLAIMS = (Claim("frequencies", frequencies_agree), Claim("times", times_agree))
