"""Competitive coevolution: sequences against the samples that are hard for them.

W. D. Hillis, Physica D 42 (1990), 228-234: a sequence is good if it passes its tests, a test if
sequences fail it. Testing on a few hard samples costs a fraction of a whole evaluation; it pays
where samples are many and most of them easy. A champion by the tests is *audited* by a whole
evaluation, and only that counts as a result. Samples on which many failed enter an *archive*, so
that what was learnt against them is not lost when the hosts have moved on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.heuristics.gate import Gate
from solvers.heuristics.settings import at_least, chance_of_more, share
from solvers.heuristics.space import Space
from solvers.heuristics.variation import Variation

KEPT = 0.9
"""What is left of a sample's score from one generation to the next."""


class Competitive:
    """Coevolution of sequences (hosts) and samples (parasites).

    Args:
        space, rng: where to search, and the run's only source of randomness.
        samples: number of the problem's samples; the run sets it.
        population: sequences that survive a generation.
        offspring: children made in a generation.
        parasites: samples of a generation that are kept for having been hardest of late.
        fresh: samples drawn at random beside them.
        archive: samples hardest over the whole run that are tested always.
        audits: champions of a generation that are evaluated whole.
        tournament, crossover, shifted, extra, retries: as in `Genetic`.
        patience: generations without a better audit before the sequences start again.
    """

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        samples: int,
        population: int = 32,
        offspring: int = 32,
        parasites: int = 16,
        fresh: int = 8,
        archive: int = 8,
        audits: int = 2,
        tournament: int = 3,
        crossover: float = 0.3,
        shifted: float = 0.2,
        extra: float = 0.0,
        retries: int = 3,
        patience: int = 200,
    ) -> None:
        at_least(1, samples=samples, population=population, offspring=offspring, audits=audits)
        at_least(1, tournament=tournament, fresh=fresh, patience=patience)
        at_least(0, parasites=parasites, archive=archive, retries=retries)
        share(crossover=crossover, shifted=shifted)
        chance_of_more(extra=extra)
        self.space, self.rng = space, rng
        self.population, self.offspring, self.audits = population, offspring, audits
        self.parasites, self.fresh, self.archive = parasites, fresh, archive
        self.breeding = {
            "tournament": tournament, "crossover": crossover, "shifted": shifted, "extra": extra,
            "retries": retries,
        }  # fmt: skip
        self.patience = patience
        self.gate = Gate(space)
        self.variation = Variation(space)
        self.genomes = np.empty((0, space.width), dtype=np.int32)
        self.children = self.genomes
        self.errors = np.empty(0)
        self.audited = np.empty(0, dtype=np.bool_)
        self.recent = np.zeros(samples)
        self.overall = np.zeros(samples)
        self.tested = False
        self.best = np.inf
        self.stagnant = 0
        self.auditing = np.empty(0, dtype=np.int64)

    def ask_tests(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """All sequences, old and new, on the samples of this generation."""
        if self.tested or self.gate.exhausted:
            return self.genomes[:0], np.empty(0, dtype=np.int64)
        if not len(self.genomes) or not self.variation.possible:
            self.children = self.gate.sample(self.rng, self.population)
        else:
            self.children = self.variation.breed(
                self.rng, self.genomes, self.errors, self.offspring, self.gate.seen,
                **self.breeding,  # type: ignore[arg-type]
            )  # fmt: skip
        return np.concatenate([self.children, self.genomes]), self._samples()

    def tell_tests(
        self,
        genomes: NDArray[np.int32],
        samples: NDArray[np.int64],
        errors: NDArray[np.float64],
        /,
    ) -> None:
        """The sequences with least errors on the tests survive; the samples are scored."""
        failed = (errors > 0).mean(axis=0)
        self.recent *= KEPT
        self.recent[samples] = failed
        self.overall[samples] += failed
        sums = errors.sum(axis=1)
        order = np.argsort(sums, kind="stable")[: self.population]
        audited = np.concatenate([np.zeros(len(self.children), dtype=np.bool_), self.audited])
        self.genomes, self.errors, self.audited = genomes[order], sums[order], audited[order]
        self.tested = True

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """The champions that have not been audited yet; the best of all if there are none."""
        self.tested = False
        if not len(self.genomes):
            return self.gate.sample(self.rng, 1)
        left = np.flatnonzero(~self.audited)
        self.auditing = left[: min(n, self.audits)]
        if not len(self.auditing):
            # Everything alive has been audited: look at something new rather than again.
            return self.gate.sample(self.rng, 1)
        self.audited[self.auditing] = True
        return self.genomes[self.auditing]

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """Start the sequences again when no audit has been better for long."""
        if not len(errors):
            return
        better = float(errors.min()) < self.best
        self.best = min(self.best, float(errors.min()))
        self.stagnant = 0 if better else self.stagnant + 1
        if self.stagnant > self.patience:
            self.genomes, self.errors = self.genomes[:0], self.errors[:0]
            self.audited = self.audited[:0]
            self.best, self.stagnant = np.inf, 0

    def _samples(self) -> NDArray[np.int64]:
        """The hardest of late, the hardest of all, and some at random; ties at random."""
        count = len(self.recent)
        order = self.rng.permutation(count)
        hardest = order[np.argsort(-self.recent[order], kind="stable")[: self.parasites]]
        archive = order[np.argsort(-self.overall[order], kind="stable")[: self.archive]]
        return np.unique(np.concatenate([hardest, archive, order[: self.fresh]]))
