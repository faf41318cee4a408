"""How genomes vary: mutation, crossover and breeding, a batch at a time, inside the space.

- `Variation.mutate`: every child differs from its parent as a sequence.
- `Variation.cross`: one- and two-point crossover of aligned parents.
- `Variation.breed`: tournaments, crossover and mutation in one step.

In a chain a mutation is one of: *point* (another option for one step), *insert*, *delete* (where
no-ops are allowed), *swap* (exchange two steps), *move* (take a step out and put it elsewhere). In
other spaces a mutation gives one gene another value.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.kernels import breed_rows, cross_rows, mutate_rows
from solvers.searches.seen import Seen

KINDS = ("point", "insert", "delete", "swap", "move")

WEIGHTS: Mapping[str, float] = {
    "point": 0.4,
    "insert": 0.15,
    "delete": 0.15,
    "swap": 0.15,
    "move": 0.15,
}
"""Relative frequencies of the mutations of a chain, among those possible for the genome."""


class Variation:
    """Mutation and crossover in one space; holds only what is computed from the space.

    Attributes:
        possible: whether anything can vary, that is, the space has a second genome.

    Raises:
        ValueError: `weights` names an unknown mutation, or a weight is not positive (every
            mutation that can be the only possible one must have a chance).
    """

    def __init__(self, space: Space, weights: Mapping[str, float] | None = None) -> None:
        weights = {**WEIGHTS, **(weights or {})}
        if set(weights) != set(KINDS) or min(weights.values()) <= 0:
            raise ValueError(f"weights must be positive and for {', '.join(KINDS)} only")
        self.space = space
        self.weights = np.array([weights[kind] for kind in KINDS])
        self.possible = bool((space.options + space.optional > 1).any())

    def mutate(
        self, rng: np.random.Generator, genomes: NDArray[np.int32], extra: float = 0.0
    ) -> NDArray[np.int32]:
        """Children (n, width) of canonical genomes (n, width), canonical, each unlike its parent.

        After the first mutation another follows with probability `extra` < 1, and so on.

        Raises:
            ValueError: the space has one genome only, so nothing can differ.
        """
        self._require_possible()
        children = genomes.copy()
        space = self.space
        seeds = _seeds(rng, len(genomes))
        mutate_rows(
            children, space.options, space.optional, space.chain, self.weights, extra, seeds
        )
        return children

    def cross(
        self,
        rng: np.random.Generator,
        first: NDArray[np.int32],
        second: NDArray[np.int32],
        two_point: float = 0.5,
        shifted: float = 0.0,
    ) -> NDArray[np.int32]:
        """Children (n, width): `first` with one run of genes replaced by that of `second`.

        The run starts at a random gene and goes on to the end (one-point), or, with probability
        `two_point`, to a second random place. In a chain with no-ops it is, with probability
        `shifted`, a tail that begins at another place of `second`, cut at the bound. Children are
        canonical; they may equal a parent.
        """
        children = first.copy()
        seeds = _seeds(rng, len(first))
        cross_rows(children, second, self.space.compressible, two_point, shifted, seeds)
        return children

    def breed(
        self,
        rng: np.random.Generator,
        genomes: NDArray[np.int32],
        errors: NDArray[np.float64],
        n: int,
        seen: Seen,
        *,
        tournament: int,
        crossover: float = 0.0,
        two_point: float = 0.5,
        shifted: float = 0.0,
        mutation: float = 1.0,
        extra: float = 0.0,
        retries: int = 3,
        keep: bool = False,
    ) -> NDArray[np.int32]:
        """Up to n children (m, width) of a population (k, width) with errors (k,).

        Each parent is the best of `tournament` distinct individuals. With probability `crossover`
        a child has a second parent, and is then mutated with probability `mutation`; a child
        of one parent always is. A child that `seen` holds is made anew up to `retries` times, and
        then kept if `keep`, else left out; all children are added to `seen`.

        Raises:
            ValueError: the space has one genome only, or the population none.
        """
        self._require_possible()
        if not 0 < len(genomes) == len(errors):
            raise ValueError("children need parents, each with an error")
        space = self.space
        seen.reserve(n)
        children, made, seen.count = breed_rows(
            genomes, errors, space.options, space.optional, space.chain, self.weights,
            tournament, crossover, two_point, shifted, mutation, extra, n,
            rng.integers(2**64, dtype=np.uint64),
            seen.bits, seen.rows, seen.table, seen.count, retries, keep,
        )  # fmt: skip
        return children[:made]

    def _require_possible(self) -> None:
        if not self.possible:
            raise ValueError("a space of one genome has no mutations")


def _seeds(rng: np.random.Generator, n: int) -> NDArray[np.uint64]:
    return rng.integers(0, 2**64, n, dtype=np.uint64)
