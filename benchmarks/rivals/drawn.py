"""Drawn networks: hard chains made of nothing but a seed, for tuning searches on long runs.

A sequence of comparators is drawn at random; the target is what it does to every vector of zeros
and ones, so error 0 is attained, and the error counts the vectors treated otherwise. None of them
is a sorting network of the fewest comparators, the problem that long runs are reported on.
"""

from __future__ import annotations

from itertools import combinations, product
from random import Random

from solvers.suites.sorting import comparators
from theory.kernel.components.placements import Wiring
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples


def network(wires: int, length: int, seed: int) -> Problem:
    """Do what `length` drawn comparators do, no two neighbours equal, with as many at most."""
    draw = Random(f"network {wires} {length} {seed}")
    pairs = list(combinations(range(wires), 2))
    steps: list[tuple[int, int]] = []
    while len(steps) < length:
        pair = draw.choice(pairs)
        if not steps or pair != steps[-1]:
            steps.append(pair)
    rows = []
    for values in product((False, True), repeat=wires):
        state = list(values)
        for low, high in steps:
            state[low], state[high] = state[low] and state[high], state[low] or state[high]
        rows.append(Sample(values, tuple(state)))
    components = comparators(wires)
    registers = components.registers
    name = f"network-{wires}-{length}-{seed}"
    samples = Samples(tuple(rows))
    return Problem(name, components, Wiring.CHAIN, registers, registers, samples, length)


def named(name: str) -> Problem:
    """The problem called `network-WIRES-LENGTH-SEED`."""
    wires, length, seed = map(int, name.removeprefix("network-").split("-"))
    return network(wires, length, seed)
