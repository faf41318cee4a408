"""An elitist genetic algorithm on sequences.

Parents are chosen by tournaments; children come from one-point, two-point or (in a chain) shifted
crossover, which joins two sequences cut at different places, and mutation
(in a chain: point, insert, delete, swap, move); the best of parents and children survive, no
genome twice. When many generations in a row improve nothing, the population starts again at
random beside its best. The best genome found is in the population at every moment, which is the
condition under which the probability of holding the optimum tends to one (Rudolph 1994).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.gate import Gate
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import are_errors, are_genomes, require, set_state, state_of
from solvers.searches.settings import at_least, chance_of_more, share
from solvers.searches.variation import Variation

STATE = ("gate", "genomes", "errors", "missing", "stagnant")
"""The attributes that change in a run."""


class Genetic:
    """Elitist (mu + lambda) genetic algorithm with restarts.

    Args:
        space, rng: where to search, and the run's only source of randomness.
        population: individuals that survive a generation (mu).
        offspring: most children made from the same population (lambda).
        tournament: distinct individuals drawn; the best of them is a parent.
        crossover: probability that a child has two parents.
        shifted: probability that a crossover of sequences joins two that are cut at different
            places.
        mutation: probability that a child of two parents is mutated as well; a child of one
            always is.
        extra: probability of another mutation after each one.
        retries: how often a child that this run has proposed before is made anew before it is
            left out; where all are, a new random genome comes instead.
        patience: evaluations in a row, as a multiple of the population, without a better best
            before a restart.
    """

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        population: int = 20,
        offspring: int = 16,
        tournament: int = 3,
        crossover: float = 0.3,
        shifted: float = 0.2,
        mutation: float = 1.0,
        extra: float = 0.0,
        retries: int = 3,
        patience: int = 20,
    ) -> None:
        at_least(1, population=population, offspring=offspring, tournament=tournament)
        at_least(1, patience=patience)
        at_least(0, retries=retries)
        share(crossover=crossover, mutation=mutation, shifted=shifted)
        chance_of_more(extra=extra)
        self.space = space
        self.rng = rng
        self.size = population
        self.offspring = offspring
        self.tournament = tournament
        self.crossover = crossover
        self.shifted = shifted
        self.mutation = mutation
        self.extra = extra
        self.retries = retries
        self.patience = patience * population
        self.gate = Gate(space)
        self.variation = Variation(space)
        self.genomes = np.empty((0, space.width), dtype=np.int32)
        self.errors = np.empty(0)
        self.missing = population
        self.stagnant = 0

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """Random genomes until the population is full, then up to `offspring` children."""
        if self.missing > 0:
            found = self.gate.sample(self.rng, min(n, self.missing))
            self.missing -= len(found)
            if len(found):
                return found
            self.missing = 0
        if self.gate.exhausted or not self.variation.possible:
            return self.genomes[:0]
        children = self.variation.breed(
            self.rng,
            self.genomes,
            self.errors,
            min(n, self.offspring),
            self.gate.seen,
            tournament=self.tournament,
            crossover=self.crossover,
            shifted=self.shifted,
            mutation=self.mutation,
            extra=self.extra,
            retries=self.retries,
        )
        return children if len(children) else self.gate.sample(self.rng, 1)

    def state(self) -> State:
        """What changes in a run, but for the generator."""
        return state_of(self, STATE)

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        set_state(self, STATE, state)
        require(
            len(self.genomes) == len(self.errors) <= self.size,
            are_genomes(self.space, self.genomes),
            are_errors(self.errors),
            self.missing <= self.size,
            self.missing > 0 or len(self.errors) > 0,
        )

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """The best of all survive, the newest of equals; restart if nothing gets better."""
        if not len(errors):
            return
        genomes = np.concatenate([genomes[::-1], self.genomes])
        values = np.concatenate([errors[::-1], self.errors])
        order = np.argsort(values, kind="stable")[: self.size]
        better = not len(self.errors) or values[order[0]] < self.errors[0]
        self.genomes, self.errors = genomes[order], values[order]
        self.stagnant = 0 if better else self.stagnant + len(errors)
        if self.stagnant > self.patience:
            self.genomes, self.errors = self.genomes[:1], self.errors[:1]
            self.missing = self.size - 1
            self.stagnant = 0
