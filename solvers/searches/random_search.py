"""Random search: the yardstick every other search has to beat.

Without replacement its expected number of evaluations until one of m winners among D genomes is
exactly (D + 1) / (m + 1); see `solvers.statistics.random_expectation`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import require, set_state, state_of

LISTED = 2**22
"""Greatest size of a space that is searched in the order of one permutation."""


STATE = ("next",)
"""The attributes that change in a run."""


class RandomSearch:
    """Random genomes: *without replacement* in a space of at most 2**22 genomes, where the search
    ends when all have been proposed; *independent draws*, repeats possible, in a larger one.
    """

    def __init__(self, space: Space, rng: np.random.Generator) -> None:
        self.space = space
        self.rng = rng
        self.order: NDArray[np.int32] | None = None
        self.next = 0
        if space.size() <= LISTED:
            self.order = rng.permutation(np.arange(space.size(), dtype=np.int32))

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """The next n random genomes; fewer, at last none, when all have been proposed."""
        if self.order is None:
            return self.space.sample(self.rng, n)
        chosen = self.order[self.next : self.next + n]
        self.next += len(chosen)
        return self.space.unrank(chosen.astype(np.int64))

    def state(self) -> State:
        """How far it is; the order follows from the seed."""
        return state_of(self, STATE)

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        set_state(self, STATE, state)
        require(self.next <= (0 if self.order is None else len(self.order)))

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """Nothing is learnt."""
