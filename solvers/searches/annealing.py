"""Simulated annealing that finds its own temperature and never pays twice for a genome.

A chain proposes one mutation of its genome and moves there if it is no worse, or with probability
exp(-difference / T) if it is (Metropolis et al. 1953; Kirkpatrick, Gelatt & Vecchi 1983). There is
no schedule: T is steered so that a fixed, small share of the worse proposals is taken: the same
setting then fits errors of any scale, and a chain that is stuck grows hotter until it leaves.

Proposals whose error is known are decided from memory and cost no evaluation: in a small space the
chain walks freely through what it knows until it finds something new. Chains become more as a run
grows longer, so that a short run climbs once and a long one works on many places at a time.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.evaluation.space import Space
from solvers.searches.gate import Gate
from solvers.searches.kernels import mutate
from solvers.searches.random_streams import GOLDEN, unit
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import are_errors, are_genomes, require, set_state, state_of
from solvers.searches.seen import Table, Words, insert
from solvers.searches.settings import at_least, chance_of_more, positive, share
from solvers.searches.variation import Variation

STATE = (
    "gate", "known", "genomes", "errors", "best", "vain", "fresh", "temperature", "told", "turn",
)  # fmt: skip
"""The attributes that change in a run."""


class Annealing:
    """Simulated annealing in several chains.

    Args:
        space, rng: where to search, and the run's only source of randomness.
        acceptance: share of the worse proposals that are taken.
        gain: how fast the temperature follows; its logarithm changes by at most this at a time.
        chains: most chains.
        growth: evaluations after which there is one chain more.
        patience: evaluations of a chain without a better best before it starts again at random.
        extra: probability of another mutation after each one.
        walk: most proposals decided from memory in a row; then the chain starts again.
    """

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        acceptance: float = 0.002,
        gain: float = 0.01,
        chains: int = 32,
        growth: int = 10_000,
        patience: int = 10_000,
        extra: float = 0.0,
        walk: int = 200,
    ) -> None:
        at_least(1, chains=chains, growth=growth, patience=patience, walk=walk)
        share(acceptance=acceptance)
        positive(gain=gain)
        chance_of_more(extra=extra)
        self.space = space
        self.rng = rng
        self.acceptance = acceptance
        self.gain = gain
        self.growth = growth
        self.patience = patience
        self.extra = extra
        self.walk = walk
        self.gate = Gate(space)
        self.variation = Variation(space)
        self.known = np.full(64, np.nan)
        self.genomes = np.full((chains, space.width), -1, dtype=np.int32)
        self.errors = np.full(chains, np.inf)
        self.best = np.full(chains, np.inf)
        self.vain = np.zeros(chains, dtype=np.int64)
        self.fresh = np.ones(chains, dtype=np.bool_)
        self.temperature = np.full(chains, math.nan)
        self.owners = np.zeros(0, dtype=np.int64)
        self.numbers = np.zeros(0, dtype=np.int64)
        self.told = 0
        self.turn = 0

    def learn(self, genomes: NDArray[np.int32], errors: NDArray[np.float64]) -> None:
        """Begin with distinct genomes (n, width) that are known; the first chain at the best."""
        self._reserve(len(genomes))
        first = self.gate.seen.count
        self.gate.admit(genomes)
        self.known[first : first + len(genomes)] = errors
        best = int(errors.argmin())
        self.genomes[0], self.errors[0], self.best[0] = genomes[best], errors[best], errors[best]
        self.fresh[0] = False

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """One new neighbour, or start, for each chain whose turn it is."""
        active = min(len(self.errors), 1 + self.told // self.growth)
        order = (self.turn + np.arange(min(n, active))) % active
        self.turn = int(self.turn + len(order)) % active
        if self.gate.exhausted:
            return self.genomes[:0]
        self._reserve(len(order))
        seen = self.gate.seen
        proposals = np.empty((len(order), self.space.width), dtype=np.int32)
        self.numbers = np.full(len(order), -1, dtype=np.int64)
        if self.variation.possible:
            seen.count = _propose(
                order, self.genomes, self.errors, self.fresh,
                self.temperature, self.known, seen.bits, seen.rows, seen.table, seen.count,
                self.space.options, self.space.optional, self.space.chain, self.variation.weights,
                self.acceptance, self.gain, self.extra, self.walk,
                self.rng.integers(2**64, dtype=np.uint64), proposals, self.numbers,
            )  # fmt: skip
        found = self.numbers >= 0
        missing = np.flatnonzero(~found)
        if len(missing):
            self._reserve(len(missing))
            first = seen.count
            starts = self.gate.sample(self.rng, len(missing))[: seen.count - first]
            places = missing[: len(starts)]
            proposals[places] = starts
            self.numbers[places] = first + np.arange(len(starts))
            self.fresh[order[places]] = True
            found[places] = True
        self.owners, self.numbers = order[found], self.numbers[found]
        return proposals[found]

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """Each chain moves to its proposal or stays."""
        if not len(errors):
            return
        self.known[self.numbers] = errors
        self.told += len(errors)
        _decide(
            genomes, errors, self.owners, self.genomes, self.errors, self.best, self.vain,
            self.fresh, self.temperature, self.acceptance, self.gain, self.patience,
            self.rng.integers(2**64, dtype=np.uint64),
        )  # fmt: skip

    def state(self) -> State:
        """What changes in a run, but for the generator."""
        return {**state_of(self, STATE), "known": self.known[: self.gate.seen.count]}

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        chains = len(self.errors)
        set_state(self, STATE, state)
        each = (self.genomes, self.errors, self.best, self.vain, self.fresh, self.temperature)
        require(all(len(values) == chains for values in each))
        require(
            len(self.known) == self.gate.seen.count,
            self.turn < chains,
            are_genomes(self.space, self.genomes[~self.fresh]),
            are_errors(self.errors),
            are_errors(self.best),
            not (self.vain < 0).any(),
            not (self.temperature < 0).any(),
        )
        self._reserve(0)

    def _reserve(self, more: int) -> None:
        self.gate.seen.reserve(more)
        missing = len(self.gate.seen.rows) - len(self.known)
        if missing > 0:
            self.known = np.concatenate([self.known, np.full(missing, np.nan)])


@compiled
def accepts(
    chain: int,
    error: float,
    errors: NDArray[np.float64],
    temperature: NDArray[np.float64],
    acceptance: float,
    gain: float,
    u: float,
) -> bool:
    """Whether the chain moves to a genome of that error; its temperature follows."""
    if error <= errors[chain]:
        return True
    difference = error - errors[chain]
    if difference == np.inf:
        return False
    if not temperature[chain] > 0.0:
        temperature[chain] = difference / -np.log(acceptance) if 0 < acceptance < 1 else difference
    chance = np.exp(-difference / temperature[chain])
    temperature[chain] *= np.exp(gain * (acceptance - chance))
    return bool(u < chance)


@compiled
def _propose(
    order: NDArray[np.int64],
    genomes: NDArray[np.int32],
    errors: NDArray[np.float64],
    fresh: NDArray[np.bool_],
    temperature: NDArray[np.float64],
    known: NDArray[np.float64],
    bits: int,
    rows: Words,
    table: Table,
    count: int,
    options: NDArray[np.int64],
    optional: NDArray[np.bool_],
    chain_space: bool,
    weights: NDArray[np.float64],
    acceptance: float,
    gain: float,
    extra: float,
    walk: int,
    state: np.uint64,
    proposals: NDArray[np.int32],
    numbers: NDArray[np.int64],
) -> int:
    """A new proposal for each chain of `order`, with its row's number, or -1; returns the count."""
    before = np.empty(genomes.shape[1], dtype=np.int32)
    for place in range(len(order)):
        chain = order[place]
        if fresh[chain]:
            continue
        for _ in range(walk):
            proposal = proposals[place]
            proposal[:] = genomes[chain]
            state = mutate(proposal, options, optional, chain_space, weights, extra, before, state)
            number = insert(proposal, bits, rows, table, count)
            if number == count:
                known[count] = np.nan
                numbers[place] = number
                count += 1
                break
            error = known[number]
            state += GOLDEN
            if not np.isnan(error) and accepts(
                chain, error, errors, temperature, acceptance, gain, unit(state)
            ):
                genomes[chain] = proposal
                errors[chain] = error
    return count


@compiled
def _decide(
    proposals: NDArray[np.int32],
    values: NDArray[np.float64],
    owners: NDArray[np.int64],
    genomes: NDArray[np.int32],
    errors: NDArray[np.float64],
    best: NDArray[np.float64],
    vain: NDArray[np.int64],
    fresh: NDArray[np.bool_],
    temperature: NDArray[np.float64],
    acceptance: float,
    gain: float,
    patience: int,
    state: np.uint64,
) -> None:
    for place in range(len(owners)):
        chain = owners[place]
        state += GOLDEN
        if fresh[chain]:
            fresh[chain] = False
            moves = True
            best[chain] = np.inf
            vain[chain] = 0
        else:
            moves = accepts(
                chain, values[place], errors, temperature, acceptance, gain, unit(state)
            )
        if moves:
            genomes[chain] = proposals[place]
            errors[chain] = values[place]
        vain[chain] += 1
        if values[place] < best[chain]:
            best[chain] = values[place]
            vain[chain] = 0
        if vain[chain] >= patience:
            fresh[chain] = True
