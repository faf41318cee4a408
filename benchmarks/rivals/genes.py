"""Genomes as the other libraries see them: rows of integers from 0 on, all combinations allowed.

A gene that may be a no-op has one value more, the first; `to_genomes` shifts it back to -1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space


def value_counts(space: Space) -> NDArray[np.int64]:
    """How many values each gene has (width,), the no-op included."""
    return space.options + space.optional


def to_genomes(space: Space, rows: Sequence[Sequence[int]] | NDArray[Any]) -> NDArray[np.int32]:
    """Genomes (n, width) of rows of values from 0 on."""
    values = np.asarray(rows, dtype=np.int64).reshape(-1, space.width)
    return (values - space.optional).astype(np.int32)


class Queue:
    """A generation that is asked for in pieces.

    `put` the individuals, `take` some of them, `told` their errors; `done` once all are told.
    """

    def __init__(self) -> None:
        self.individuals: list[Any] = []
        self.errors: list[float] = []
        self.taken = 0

    def put(self, individuals: Sequence[Any]) -> None:
        """A new generation."""
        self.individuals, self.errors, self.taken = list(individuals), [], 0

    def take(self, n: int) -> list[Any]:
        """The next individuals, at most n."""
        chosen = self.individuals[self.taken : self.taken + n]
        self.taken += len(chosen)
        return chosen

    def told(self, errors: NDArray[np.float64]) -> None:
        """The errors of those taken last."""
        self.errors += errors.tolist()

    @property
    def done(self) -> bool:
        """Whether every individual has its error."""
        return len(self.errors) == len(self.individuals)
