"""Regularised evolution: a population in which the oldest dies, not the worst.

E. Real, A. Aggarwal, Y. Huang, Q. V. Le: Regularized Evolution for Image Classifier Architecture
Search, AAAI 2019. A child is one mutation of the winner of a tournament and takes the place of
the oldest individual, so nothing survives on one lucky measurement: only lineages that keep doing
well do. It may lose its best; the run, not the search, remembers that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.gate import Gate
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import are_errors, are_genomes, require, set_state, state_of
from solvers.searches.settings import at_least, chance_of_more
from solvers.searches.variation import Variation

STATE = ("gate", "genomes", "errors", "alive", "oldest")
"""The attributes that change in a run."""


class RegularisedEvolution:
    """Aging evolution.

    Args:
        space, rng: where to search, and the run's only source of randomness.
        population: individuals alive.
        tournament: distinct individuals drawn; the best of them is the parent.
        batch: most children made from the same population; the paper has 1, a little more
            saves time and hardly changes the search.
        extra: probability of another mutation after each one; the paper has 0.
        retries: how often a child that this run has proposed before is made anew before it is
            evaluated again; the paper has 0.
    """

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        population: int = 50,
        tournament: int = 10,
        batch: int = 4,
        extra: float = 0.0,
        retries: int = 5,
    ) -> None:
        at_least(1, population=population, tournament=tournament, batch=batch)
        at_least(0, retries=retries)
        chance_of_more(extra=extra)
        self.space = space
        self.rng = rng
        self.tournament = tournament
        self.batch = batch
        self.extra = extra
        self.retries = retries
        self.gate = Gate(space)
        self.variation = Variation(space)
        self.genomes = np.full((population, space.width), -1, dtype=np.int32)
        self.errors = np.full(population, np.inf)
        self.alive = 0
        self.oldest = 0

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """Random genomes until the population is full, then up to `batch` children."""
        if self.alive < len(self.errors):
            found = self.gate.sample(self.rng, min(n, len(self.errors) - self.alive))
            if len(found) or not self.alive:
                return found
        if self.gate.exhausted or not self.variation.possible:
            return self.genomes[:0]
        return self.variation.breed(
            self.rng,
            self.genomes[: self.alive],
            self.errors[: self.alive],
            min(n, self.batch),
            self.gate.seen,
            tournament=self.tournament,
            extra=self.extra,
            retries=self.retries,
            keep=True,
        )

    def state(self) -> State:
        """What changes in a run, but for the generator."""
        return state_of(self, STATE)

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        size = len(self.errors)
        set_state(self, STATE, state)
        require(len(self.genomes) == len(self.errors) == size)
        require(
            self.alive <= size,
            self.oldest < size if self.alive == size else self.oldest == self.alive,
            are_genomes(self.space, self.genomes[: self.alive]),
            are_errors(self.errors),
        )

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """Each child takes the place of the oldest."""
        places = (self.oldest + np.arange(len(errors))) % len(self.errors)
        self.genomes[places], self.errors[places] = genomes, errors
        self.alive = min(self.alive + len(errors), len(self.errors))
        self.oldest = int(self.oldest + len(errors)) % len(self.errors)
