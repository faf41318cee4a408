"""Local search: climb by single changes, start again at a local optimum.

The neighbours of a genome are all that differ in one gene; in a chain also those with one step
inserted, deleted, or two steps exchanged. They are tried in a random order and the first that is
better is taken (first improvement); equal ones are taken too, a limited number of times in a row,
since the problems here have wide plateaus. A remembering search skips what it has proposed
before, which also keeps it from walking a plateau in circles.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.gate import Gate
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import (
    are_genomes,
    array,
    member,
    numbers_below,
    require,
    set_state,
    state_of,
)
from solvers.searches.settings import at_least
from solvers.searches.variation import Variation

SET, INSERT, DELETE, SWAP = range(4)
Move = tuple[int, int, int]

STATE = ("error", "position", "level", "base_error", "kicks_left")
"""The attributes that change in a run, but for the memory and three lists of numbers."""


class LocalSearch:
    """First-improvement local search with restarts.

    Args:
        space, rng: where to search, and the run's only source of randomness.
        plateau: equal neighbours accepted in a row before the place counts as a local optimum.
        kicks: restarts made by changing the last local optimum before one is made from a random
            genome; a kick that ends in a better local optimum gives the count back.
        strength: random changes a kick makes.
        stride: neighbours proposed at once; the best of them is taken. 1 is strict first
            improvement, more spends a few evaluations to save time.
        remember: never propose a genome twice in a run.
    """

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        plateau: int = 100,
        kicks: int = 10,
        strength: int = 5,
        stride: int = 2,
        remember: bool = True,
    ) -> None:
        at_least(0, plateau=plateau, kicks=kicks)
        at_least(1, strength=strength, stride=stride)
        self.space = space
        self.rng = rng
        self.plateau = plateau
        self.kicks = kicks
        self.strength = strength
        self.stride = stride
        self.gate = Gate(space) if remember else None
        self.variation = Variation(space)
        self.moves = _moves(space)
        self.current: list[int] | None = None
        self.error = math.inf
        self.order: list[int] = []
        self.position = 0
        self.level = plateau
        self.base: list[int] | None = None
        self.base_error = math.inf
        self.kicks_left = kicks

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """The next neighbours, at most `stride`; or one start. None when all have been seen."""
        if self.current is not None:
            neighbours = self._neighbours(self.current, min(n, self.stride))
            if neighbours:
                return np.array(neighbours, dtype=np.int32)
            self._leave()
        return self._start()

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """Move to the best of the batch if it is better, or equal and the plateau allows it."""
        if not len(errors):
            return
        best = int(errors.argmin())
        error = float(errors[best])
        if self.current is not None:
            if error > self.error or (error == self.error and self.level <= 0):
                return
            self.level = self.plateau if error < self.error else self.level - 1
        else:
            self.level = self.plateau
        self.current = genomes[best].tolist()
        self.error = error
        self.order = self.rng.permutation(len(self.moves)).tolist()
        self.position = 0

    def state(self) -> State:
        """What changes in a run, but for the generator."""
        lists = {"current": self.current, "base": self.base, "order": self.order}
        arrays = {n: np.array(v or (), dtype=np.int32) for n, v in lists.items()}
        gate = {} if self.gate is None else {"gate": self.gate.state()}
        return {**state_of(self, STATE), **arrays, **gate}

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        set_state(self, STATE, state)
        if self.gate is not None:
            set_state(self, ("gate",), state)
        self.current, self.base = self._genome(state, "current"), self._genome(state, "base")
        order = array(member(state, "order"), np.int32, None)
        require(
            len(order) == len(self.moves) or self.current is None,
            numbers_below(len(self.moves), order, distinct=True),
            self.position <= len(order),
            self.level <= self.plateau,
            self.kicks_left <= self.kicks,
        )
        self.order = order.tolist()

    def _genome(self, state: State, name: str) -> list[int] | None:
        genome = array(member(state, name), np.int32, None)
        if not len(genome):
            return None
        require(len(genome) == self.space.width)
        require(are_genomes(self.space, genome[None]))
        genes: list[int] = genome.tolist()
        return genes

    def _neighbours(self, genome: list[int], most: int) -> list[list[int]]:
        """The next up to `most` neighbours in the random order."""
        found: list[list[int]] = []
        length = sum(gene >= 0 for gene in genome) if self.space.compressible else len(genome)
        while self.position < len(self.order) and len(found) < most:
            move = self.moves[self.order[self.position]]
            self.position += 1
            neighbour = _apply(genome, length, move)
            if neighbour is None:
                continue
            if self.gate is None or self.gate.admit(np.array([neighbour], dtype=np.int32))[0]:
                found.append(neighbour)
        return found

    def _leave(self) -> None:
        """The climb is over: keep its end as the base of the next kicks if it is no worse."""
        if self.base is None or self.error <= self.base_error:
            if self.base is None or self.error < self.base_error:
                self.kicks_left = self.kicks
            self.base, self.base_error = self.current, self.error
        self.current, self.error = None, math.inf

    def _start(self) -> NDArray[np.int32]:
        if self.base is not None and self.kicks_left > 0 and self.variation.possible:
            self.kicks_left -= 1
            genome = np.array([self.base], dtype=np.int32)
            for _ in range(self.strength):
                genome = self.variation.mutate(self.rng, genome)
            if self.gate is None or self.gate.admit(genome)[0]:
                return genome
            return self._start()
        self.base, self.kicks_left = None, self.kicks
        if self.gate is None:
            return self.space.sample(self.rng, 1)
        return self.gate.sample(self.rng, 1)


def _moves(space: Space) -> list[Move]:
    """Every move that is possible for some genome of the space, as (kind, place, value)."""
    moves = [
        (SET, gene, value)
        for gene in range(space.width)
        for value in range(0 if space.chain else -int(space.optional[gene]), space.options[gene])
    ]
    if space.compressible:
        values = range(int(space.options[0]))
        moves += [(INSERT, place, value) for place in range(space.width) for value in values]
        moves += [(DELETE, place, 0) for place in range(space.width)]
    if space.chain:
        moves += [(SWAP, i, j) for i, j in combinations(range(space.width), 2)]
    return moves


def _apply(genome: list[int], length: int, move: Move) -> list[int] | None:
    """The canonical neighbour, or None if the move is impossible here or changes nothing."""
    kind, place, value = move
    if kind == INSERT:
        if place > length or length == len(genome):
            return None
        return [*genome[:place], value, *genome[place:-1]]
    if place >= length:
        return None
    if kind == SET:
        if genome[place] == value:
            return None
        return [*genome[:place], value, *genome[place + 1 :]]
    if kind == DELETE:
        return [*genome[:place], *genome[place + 1 :], -1]
    if value >= length or genome[place] == genome[value]:
        return None
    neighbour = genome.copy()
    neighbour[place], neighbour[value] = neighbour[value], neighbour[place]
    return neighbour
