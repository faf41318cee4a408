"""Search by a model: a Gaussian process predicts what has not been evaluated.

The covariance of two genomes is rho**h, h the number of genes in which they differ: a product over
genes, so that single genes, pairs and larger groups all count, the larger the less. rho maximises
the likelihood of what is known, among a few values. Errors enter by their ranks, turned into normal
scores, so that neither their scale nor a few enormous ones matter. The next genome has the greatest
expected improvement (J. Mockus 1974; D. R. Jones, M. Schonlau & W. J. Welch, J. Global Optimization
13, 1998) among *all* genomes not evaluated yet.

That needs a list of all genomes. In a space too large for one, and for a chain, whose genes mean
little by their places, the search is `Annealing` with its defaults.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.evaluation.space import Space
from solvers.searches.annealing import Annealing
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import (
    are_errors,
    array,
    mapping,
    member,
    numbers_below,
    require,
    set_state,
    state_of,
)
from solvers.searches.settings import at_least, positive

RHOS = (0.2, 0.4, 0.6, 0.8)
"""The values of rho to choose from."""

REFIT = 1.5
"""rho is chosen again whenever the evaluations have grown by this factor."""

Matrix = NDArray[np.float64]
Rows = NDArray[np.float32]


STATE = ("places", "rho", "next_fit")
"""The attributes that change in a run, but for what is known."""


class GaussianProcess:
    """Expected improvement under a Gaussian process over all genomes of the space.

    Args:
        space, rng: where to search, and the run's only source of randomness.
        start: random genomes before the model is used.
        noise: variance that the model leaves unexplained, as a share of all.
        memory: most evaluations the model rests on; after so many the search goes on by
            annealing from the best. It takes 4 * memory * (genomes of the space) bytes.
        listed: greatest space that is listed; in a larger one, and in chains, the search anneals.
    """

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        start: int = 10,
        noise: float = 1e-3,
        memory: int = 300,
        listed: int = 2**16,
    ) -> None:
        at_least(2, start=start, memory=memory)
        at_least(0, listed=listed)
        positive(noise=noise)
        self.other: Annealing | None = None
        self.space = space
        if space.chain or space.size() > listed:
            self.other = Annealing(space, rng)
            return
        self.rng = rng
        self.start = start
        self.noise = noise
        self.memory = memory
        size = space.size()
        self.places = rng.permutation(size)[: min(start, size)]
        self.free = np.ones(size, dtype=np.bool_)
        self.members: list[int] = []
        self.values: list[float] = []
        self.rho = 0.5
        self.next_fit = 0
        self.pending = np.zeros(0, dtype=np.int64)
        self._prepare()

    def _prepare(self) -> None:
        """The model of no evaluation."""
        size = self.space.size()
        self.everything = self.space.unrank(np.arange(size, dtype=np.int64))
        self.rows = np.zeros((16, size), dtype=np.float32)
        self.variance = np.ones(size)
        self.modelled = 0

    def state(self) -> State:
        """What is known, or the state of the search that has taken over; not the model."""
        if self.other is not None:
            return {"other": self.other.state()}
        known = {"members": np.array(self.members, np.int64), "values": np.array(self.values)}
        return {"other": None, **state_of(self, STATE), **known}

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        if member(state, "other") is not None:
            self.other = self.other or Annealing(self.space, self.rng)
            self.other.restore(mapping(state["other"]))
            return
        require(self.other is None)
        set_state(self, STATE, state)
        members = array(member(state, "members"), np.int64, None)
        values = array(member(state, "values"), np.float64, len(members))
        numbers = np.concatenate([members, self.places])
        require(
            numbers_below(len(self.free), numbers, distinct=True),
            are_errors(values),
            len(values) < self.memory,
            self.rho in (*RHOS, 0.5),
            self.next_fit == 0 or len(members) > 0,
        )
        self.members, self.values = members.tolist(), values.tolist()
        self.free[members] = False
        if self.next_fit:
            self._extend()

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """The random genomes first, then one at a time."""
        if self.other is not None:
            return self.other.ask(n)
        if len(self.places):
            self.pending, self.places = self.places[:n], self.places[n:]
        elif not self.free.any():
            return self.everything[:0]
        else:
            self.pending = np.array([self._most_promising()])
        self.free[self.pending] = False
        return self.everything[self.pending]

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """Remember the errors; the model follows when it is asked."""
        if self.other is not None:
            self.other.tell(genomes, errors)
            return
        self.members += self.pending[: len(errors)].tolist()
        self.values += errors.tolist()
        if len(self.values) >= self.memory:
            self.other = Annealing(self.space, self.rng)
            self.other.learn(self.everything[np.array(self.members)], np.array(self.values))

    def _most_promising(self) -> int:
        if len(self.members) >= self.next_fit:
            chosen = self.everything[np.array(self.members)]
            scores = _scores(self.values)
            fits = [_likelihood(chosen, scores, rho, self.noise) for rho in RHOS]
            self.rho = RHOS[int(np.argmax(fits))]
            self.next_fit = int(REFIT * len(self.members)) + 1
            self.variance[:] = 1.0
            self.modelled = 0
        self._extend()
        scores = _scores(self.values)
        members = np.array(self.members)
        return _best(
            self.rows, self.modelled, self.variance, members, scores, self.noise, self.free
        )

    def _extend(self) -> None:
        """Take the evaluations that the model does not hold yet into it, one by one.

        Always in the same order and by the same steps, so that a model made again from what a
        checkpoint holds is the same to the last bit.
        """
        while len(self.rows) < len(self.members):
            self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
        powers = (self.rho ** np.arange(self.space.width + 1)).astype(np.float32)
        for k in range(self.modelled, len(self.members)):
            _add(self.everything, self.members[k], powers, self.noise, self.rows, k, self.variance)
        self.modelled = len(self.members)


def _scores(values: list[float]) -> Matrix:
    """Normal scores of the ranks (n,), mean 0 and variance 1; equal values share theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    quantile = NormalDist().inv_cdf
    scores = np.array([quantile(m / len(values)) for m in middle])[place]
    scores -= scores.mean()
    spread = math.sqrt(float((scores**2).mean()))
    return scores / spread if spread > 0 else scores


@compiled
def _covariances(everything: NDArray[np.int32], one: int, powers: Rows, result: Rows) -> None:
    for i in range(len(everything)):
        different = 0
        for gene in range(everything.shape[1]):
            different += int(everything[i, gene] != everything[one, gene])
        result[i] = powers[different]


@compiled
def _add(
    everything: NDArray[np.int32],
    one: int,
    powers: Rows,
    noise: float,
    rows: Rows,
    count: int,
    variance: Matrix,
) -> None:
    """Row `count` of L**-1 K for all genomes, K their covariances with the evaluated ones.

    L is the Cholesky factor of the covariance of the evaluated ones with noise; its rows are
    columns of `rows`.
    """
    row = rows[count]
    _covariances(everything, one, powers, row)
    squares = 0.0
    for k in range(count):
        factor = rows[k, one]
        squares += np.float64(factor) * np.float64(factor)
        for i in range(len(row)):
            row[i] -= factor * rows[k, i]
    scale = np.float32(1.0 / np.sqrt(max(1.0 + noise - squares, 1e-9)))
    for i in range(len(row)):
        row[i] *= scale
        variance[i] -= row[i] * row[i]


@compiled
def _best(
    rows: Rows,
    count: int,
    variance: Matrix,
    members: NDArray[np.int64],
    scores: Matrix,
    noise: float,
    free: NDArray[np.bool_],
) -> int:
    """The free genome of greatest expected improvement."""
    mean = np.zeros(len(free), dtype=np.float32)
    solved = np.zeros(count)
    total = 0.0
    for k in range(count):
        rest = scores[k]  # forward substitution: L[k, j] = rows[j, members[k]]
        squares = 0.0
        for j in range(k):
            factor = np.float64(rows[j, members[k]])
            rest -= factor * solved[j]
            squares += factor * factor
        solved[k] = rest / np.sqrt(max(1.0 + noise - squares, 1e-9))
        total += solved[k] * solved[k]
        weight = np.float32(solved[k])
        for i in range(len(mean)):
            mean[i] += weight * rows[k, i]
    scale = max(total / count, 1e-12)  # 0 where all errors are equal
    best = scores.min()
    chosen = -1
    most = -1.0
    for i in range(len(mean)):
        if free[i]:
            deviation = np.sqrt(max(variance[i], 1e-9) * scale)
            u = (best - mean[i]) / deviation
            below = 0.5 * math.erfc(-u / math.sqrt(2.0))
            gain = deviation * (u * below + math.exp(-0.5 * u * u) / math.sqrt(2.0 * math.pi))
            if gain > most:
                most = gain
                chosen = i
    return int(chosen)


@compiled
def _likelihood(genomes: NDArray[np.int32], scores: Matrix, rho: float, noise: float) -> float:
    """The logarithm of the likelihood, up to a constant, with the best overall scale."""
    n = len(genomes)
    lower = np.zeros((n, n))
    solved = np.zeros(n)
    logarithm = 0.0
    total = 0.0
    for i in range(n):
        for j in range(i + 1):
            different = 0
            for gene in range(genomes.shape[1]):
                different += int(genomes[i, gene] != genomes[j, gene])
            rest = rho**different
            if i == j:
                rest += noise
            for k in range(j):
                rest -= lower[i, k] * lower[j, k]
            lower[i, j] = np.sqrt(max(rest, 1e-12)) if i == j else rest / lower[j, j]
        rest = scores[i]
        for k in range(i):
            rest -= lower[i, k] * solved[k]
        solved[i] = rest / lower[i, i]
        total += solved[i] * solved[i]
        logarithm += np.log(lower[i, i])
    return float(-0.5 * n * np.log(max(total / n, 1e-300)) - logarithm)
