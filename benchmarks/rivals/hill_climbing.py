"""Local search with restarts in plain Python: the textbook's, over single changed genes.

The neighbours of a place are tried in random order. First improvement takes the first better one,
best improvement looks at all of them. At a local optimum it starts again at a random place.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.rivals.genes import to_genomes, value_counts
from solvers.evaluation.space import Space


class HillClimbing:
    """Hill climbing; `sideways` equal steps in a row are accepted before a restart."""

    SETTINGS: ClassVar[dict[str, Sequence[Any]]] = {
        "best_improvement": (False, True),
        "sideways": (0, 10, 100, 1000),
    }

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        best_improvement: bool = False,
        sideways: int = 0,
    ) -> None:
        self.space, self.best_improvement, self.sideways = space, best_improvement, sideways
        self.counts: list[int] = value_counts(space).tolist()
        self.draw = random.Random(int(rng.integers(2**63)))
        self.place: list[int] | None = None
        self.error = math.inf
        self.left = sideways
        self.waiting: list[tuple[int, int]] = []
        self.best: tuple[float, list[int]] | None = None
        self.asked: list[list[int]] = []

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """A start, or the next neighbour; with best improvement the next neighbours, at most n."""
        if self.place is not None and not self.waiting and not self._moved():
            self.place = None
        if self.place is None:
            self.asked = [[self.draw.randrange(count) for count in self.counts]]
        else:
            number = n if self.best_improvement else 1
            taken, self.waiting = self.waiting[-number:], self.waiting[:-number]
            self.asked = [self._changed(gene, value) for gene, value in taken]
        return to_genomes(self.space, self.asked)

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """Moves, or remembers the best neighbour so far."""
        for error, asked in zip(errors.tolist(), self.asked, strict=True):
            if self.place is None:
                self.left = self.sideways
                self._go(error, asked)
            elif self.best is None or error < self.best[0]:
                self.best = (error, asked)
        if self.best is not None and not self.best_improvement:
            self._moved()

    def _moved(self) -> bool:
        """Goes to the best neighbour seen, if it is good enough."""
        best, self.best = self.best, None
        if best is None or best[0] > self.error or (best[0] == self.error and self.left <= 0):
            return False
        self.left = self.sideways if best[0] < self.error else self.left - 1
        self._go(*best)
        return True

    def _go(self, error: float, place: list[int]) -> None:
        self.place, self.error, self.best = place, error, None
        self.waiting = [
            (gene, value)
            for gene, count in enumerate(self.counts)
            for value in range(count)
            if value != place[gene]
        ]
        self.draw.shuffle(self.waiting)

    def _changed(self, gene: int, value: int) -> list[int]:
        assert self.place is not None
        return [*self.place[:gene], value, *self.place[gene + 1 :]]
