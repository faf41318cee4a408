"""The gate every candidate of a remembering search passes: canonical, and not proposed before.

Genetic search in small spaces loses to plain random search mostly because it evaluates the same
sequences again and again (Kronberger et al., PPSN 2024). A search that asks this gate does not.

- `Gate.admit(genomes)`: which rows are new; they count as proposed from then on.
- `Gate.sample(rng, n)`: new random genomes, or none when the whole space has been proposed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import set_state, state_of
from solvers.searches.seen import Seen

ENUMERABLE = 2**22
"""Greatest size of a space whose remaining genomes are listed when random draws find none."""

ATTEMPTS = 8
"""Rounds of random draws before that."""


STATE = ("seen",)
"""The attributes that change."""


class Gate:
    """Remembers the canonical genomes a search has proposed."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.size = space.size()
        self.seen = Seen(space)

    @property
    def exhausted(self) -> bool:
        """Whether every genome of the space has been proposed."""
        return len(self.seen) >= self.size

    def admit(self, genomes: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Mark which of the canonical genomes (n, width) are new, (n,); remember those."""
        return self.seen.add(genomes)

    def sample(self, rng: np.random.Generator, n: int) -> NDArray[np.int32]:
        """Up to n new random genomes (m, width), remembered; m = 0 only if none is left.

        In a space too large to list, where draws keep failing only by freak chance, the last
        draw is returned as it is.
        """
        for _ in range(ATTEMPTS):
            genomes = self.space.sample(rng, n)
            new = self.admit(genomes)
            if new.any():
                return genomes[new]
            if self.exhausted:
                return genomes[:0]
        if self.size > ENUMERABLE:
            return genomes
        everything = self.space.unrank(np.arange(self.size, dtype=np.int64))
        left = np.flatnonzero(~self.seen.has(everything))
        chosen: NDArray[np.int32] = everything[rng.permutation(left)[:n]]
        self.admit(chosen)
        return chosen

    def state(self) -> State:
        """What has been proposed."""
        return state_of(self, STATE)

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        set_state(self, STATE, state)
