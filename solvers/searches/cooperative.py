"""Cooperative coevolution: the parts of a sequence evolve in species of their own.

M. A. Potter & K. A. De Jong, PPSN III (1994), 249-257. The genes are cut into parts; each part has
a population. A member is judged together with the best members of the other parts, and, now and
then, with random ones. The best whole genome found is kept beside; parts are completed from it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.gate import Gate
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import (
    are_errors,
    array,
    listed,
    member,
    require,
    set_state,
    state_of,
)
from solvers.searches.settings import at_least, chance_of_more, share
from solvers.searches.variation import Variation

STATE = ("gate", "best", "error", "turn", "stagnant")
"""The attributes that change in a run, but for the members of the parts."""


class Cooperative:
    """Cooperative coevolution in turns: one part varies, the others stand still.

    Args:
        space, rng: where to search, and the run's only source of randomness.
        parts: species; at most one for each gene.
        population: members of each part that survive.
        offspring: children of a part in its turn.
        tournament, extra: as in `Genetic`.
        mix: probability that a child is completed by random members of the other parts instead of
            the best ones.
        patience: turns without a better best before all parts start again.
    """

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        parts: int = 3,
        population: int = 10,
        offspring: int = 10,
        tournament: int = 3,
        extra: float = 0.0,
        mix: float = 0.3,
        patience: int = 60,
    ) -> None:
        at_least(1, parts=parts, population=population, offspring=offspring)
        at_least(1, tournament=tournament, patience=patience)
        share(mix=mix)
        chance_of_more(extra=extra)
        self.space, self.rng = space, rng
        self.population, self.offspring, self.tournament = population, offspring, tournament
        self.extra, self.mix, self.patience = extra, mix, patience
        self.gate = Gate(space)
        genes = np.array_split(np.arange(space.width), min(parts, space.width))
        self.parts = [slice(int(g[0]), int(g[-1]) + 1) for g in genes]
        spaces = [Space(space.options[s], space.optional[s], space.chain) for s in self.parts]
        self.variations = [Variation(s) for s in spaces]
        self.members: list[NDArray[np.int32]] = []
        self.errors: list[NDArray[np.float64]] = []
        self.best = np.full(space.width, -1, dtype=np.int32)
        self.error = np.inf
        self.turn = 0
        self.stagnant = 0
        self.wholes = np.empty((0, space.width), dtype=np.int32)

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """Random genomes at first, whose parts found the species; then children of one part."""
        if self.gate.exhausted:
            return self.wholes[:0]
        if not self.members:
            self.wholes = self.gate.sample(self.rng, min(n, self.population))
            return self.wholes
        for _ in range(len(self.parts)):
            wholes = self._children(min(n, self.offspring))
            genomes = self.space.canonical(wholes)
            new = self.gate.admit(genomes)
            if new.any():
                self.wholes = wholes[new]
                return genomes[new]
            self._next()
        self.wholes = self.gate.sample(self.rng, 1)
        return self.wholes

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """A part's best members survive, each with the error of the whole it was judged in."""
        if not len(errors):
            return
        least = int(errors.argmin())
        better = bool(errors[least] < self.error) or not self.members
        if better:
            self.best, self.error = self.wholes[least].copy(), float(errors[least])
        if not self.members:
            self.members = [self.wholes[:, part].copy() for part in self.parts]
            self.errors = [errors.copy() for _ in self.parts]
            return
        part = self.parts[self.turn]
        members = np.concatenate([self.wholes[:, part], self.members[self.turn]])
        values = np.concatenate([errors, self.errors[self.turn]])
        _, first = np.unique(members, axis=0, return_index=True)
        first = np.sort(first)  # a member judged again keeps its newest error
        order = first[np.argsort(values[first], kind="stable")[: self.population]]
        self.members[self.turn], self.errors[self.turn] = members[order], values[order]
        self._next()
        self.stagnant = 0 if better else self.stagnant + 1
        if self.stagnant > self.patience:
            self.members, self.errors, self.error, self.stagnant = [], [], np.inf, 0

    def state(self) -> State:
        """What changes in a run, but for the generator."""
        return {**state_of(self, STATE), "members": self.members, "errors": self.errors}

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        set_state(self, STATE, state)
        members, errors = listed(member(state, "members")), listed(member(state, "errors"))
        require(len(members) == len(errors), len(members) in (0, len(self.parts)))
        require(self.best.shape == (self.space.width,), self.turn < len(self.parts))
        for variation, rows, values in zip(self.variations, members, errors, strict=False):
            found = array(rows, np.int32, None, variation.space.width)
            judged = array(values, np.float64, len(found))
            require(len(found) > 0, variation.space.contains(found).all(), are_errors(judged))
            self.members.append(found)
            self.errors.append(judged)
        require(not self.members or self.space.contains(self.best[None]).all())

    def _next(self) -> None:
        self.turn = (self.turn + 1) % len(self.parts)

    def _children(self, n: int) -> NDArray[np.int32]:
        """Wholes (n, width): children of the part whose turn it is, completed."""
        wholes = np.repeat(self.best[None], n, axis=0)
        mixed = np.flatnonzero(self.rng.random(n) < self.mix)
        for number, part in enumerate(self.parts):
            members = self.members[number]
            if number != self.turn:
                wholes[mixed, part] = members[self.rng.integers(len(members), size=len(mixed))]
                continue
            variation = self.variations[number]
            size = min(self.tournament, len(members))
            drawn = self.rng.integers(len(members), size=(n, size)).min(axis=1)  # sorted by error
            parents = variation.space.canonical(members[drawn])
            if variation.possible:
                parents = variation.mutate(self.rng, parents, self.extra)
            wholes[:, part] = parents
        return wholes
