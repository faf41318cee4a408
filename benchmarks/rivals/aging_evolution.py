"""Aging evolution in plain Python, written from the paper alone.

E. Real, A. Aggarwal, Y. Huang & Q. V. Le: Regularized Evolution for Image Classifier Architecture
Search, AAAI 2019, algorithm 1: a queue of individuals; the best of a random sample has a mutated
child, which enters at the right, and the oldest leaves at the left.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.rivals.genes import to_genomes, value_counts
from solvers.evaluation.space import Space


class AgingEvolution:
    """One mutation is another value for one random gene; no crossover; repeats are evaluated."""

    SETTINGS: ClassVar[dict[str, Sequence[Any]]] = {
        "population": (10, 20, 50, 100, 300, 1000),
        "sample": (2, 3, 5, 10, 20, 50),
    }

    def __init__(
        self, space: Space, rng: np.random.Generator, *, population: int = 100, sample: int = 25
    ) -> None:
        self.space, self.population = space, population
        self.sample = min(sample, population)
        self.counts: list[int] = value_counts(space).tolist()
        self.variable = [gene for gene, count in enumerate(self.counts) if count > 1]
        self.draw = random.Random(int(rng.integers(2**63)))
        self.queue: deque[tuple[float, list[int]]] = deque()
        self.asked: list[list[int]] = []

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """Random individuals until the population is full; then one child."""
        missing = self.population - len(self.queue)
        if missing > 0:
            self.asked = [
                [self.draw.randrange(count) for count in self.counts]
                for _ in range(min(n, missing))
            ]
        else:
            _, parent = min(self.draw.sample(self.queue, self.sample), key=lambda pair: pair[0])
            self.asked = [self._mutated(parent)]
        return to_genomes(self.space, self.asked)

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """They enter the queue; the oldest leave it."""
        for error, individual in zip(errors.tolist(), self.asked, strict=True):
            self.queue.append((error, individual))
            if len(self.queue) > self.population:
                self.queue.popleft()

    def _random(self) -> list[int]:
        return [self.draw.randrange(count) for count in self.counts]

    def _mutated(self, parent: list[int]) -> list[int]:
        child = parent.copy()
        if self.variable:
            gene = self.draw.choice(self.variable)
            value = self.draw.randrange(self.counts[gene] - 1)
            child[gene] = value + (value >= parent[gene])
        return child
