"""Competitive coevolution: sequences against the samples that are hard for them.

W. D. Hillis, Physica D 42 (1990), 228-234: a sequence (host) is good if it passes its tests, a test
(parasite) if sequences fail it. Testing on a few hard samples costs a fraction of a whole
evaluation; it pays where samples are many.

Hosts evolve as in `Genetic`, with the errors on the present tests. A host that passes all of them
is *audited*: tested on the other samples, in a random order, a part at a time, until it fails some.
Those enter the tests, and where the tests have become too many, those that were failed least of
late leave. So the tests change only when they have been beaten, and survivors need not be tested
again in between. A host that fails nothing is evaluated whole, and only that counts as a result;
now and then the best host is audited and evaluated whole though it fails tests, since not every
problem has a sequence without error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.gate import Gate
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import (
    are_errors,
    are_genomes,
    numbers_below,
    require,
    set_state,
    state_of,
)
from solvers.searches.settings import at_least, chance_of_more, share
from solvers.searches.variation import Variation

KEPT = 0.9
"""What is left of a test's score from one generation to the next."""

PART = 256
"""Least samples of a part of an audit."""

BREED, RETEST, AUDIT = range(3)

STATE = (
    "gate", "genomes", "errors", "evaluated", "tests", "scores", "phase", "missing", "whole",
    "champion", "order", "unevaluated", "least", "stagnant",
)  # fmt: skip
"""The attributes that change in a run."""


class Competitive:
    """Coevolution of sequences (hosts) and samples (parasites).

    Args:
        space, rng: where to search, and the run's only source of randomness.
        samples: number of the problem's samples; the run sets it.
        population: sequences that survive a generation.
        offspring: children made in a generation.
        tests: samples drawn at random that are the first tests.
        archive: most tests; more than `tests` leaves room for hard samples beside them.
        lessons: most samples that an audit adds to the tests.
        parts: parts of an audit, which ends after the part in which the host failed.
        period: whole evaluations' worth of tests after the last whole evaluation before the best
            host is audited and evaluated whole although it fails tests.
        tournament, crossover, shifted, extra, retries: as in `Genetic`.
        patience: generations without fewer errors on the tests before the sequences start again
            beside their best.
    """

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        samples: int,
        population: int = 32,
        offspring: int = 32,
        tests: int = 64,
        archive: int = 4096,
        lessons: int = 4,
        parts: int = 16,
        period: int = 16,
        tournament: int = 3,
        crossover: float = 0.3,
        shifted: float = 0.2,
        extra: float = 0.0,
        retries: int = 3,
        patience: int = 200,
    ) -> None:
        at_least(1, samples=samples, population=population, offspring=offspring, tests=tests)
        at_least(1, lessons=lessons, parts=parts, period=period)
        at_least(1, tournament=tournament, patience=patience)
        at_least(tests, archive=archive)
        at_least(0, retries=retries)
        share(crossover=crossover, shifted=shifted)
        chance_of_more(extra=extra)
        self.space, self.rng, self.samples = space, rng, samples
        self.population, self.offspring = population, offspring
        self.archive, self.lessons, self.period = archive, lessons, period
        self.part = max(PART, -(-samples // parts))
        self.breeding = {
            "tournament": tournament, "crossover": crossover, "shifted": shifted, "extra": extra,
            "retries": retries,
        }  # fmt: skip
        self.patience = patience
        self.gate = Gate(space)
        self.variation = Variation(space)
        self.genomes = np.empty((0, space.width), dtype=np.int32)
        self.errors = np.empty(0)
        self.evaluated = np.empty(0, dtype=np.bool_)
        self.tests = rng.permutation(samples)[:tests]
        self.scores = np.zeros(len(self.tests))
        self.phase = BREED
        self.missing = population
        # The first genome is evaluated whole at once: a run always has a best.
        self.whole = self.gate.sample(rng, 1)
        self.champion = 0
        self.order = np.empty(0, dtype=np.int64)
        self.unevaluated = 0
        self.least = np.inf
        self.stagnant = 0

    def ask_tests(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Children on the tests; survivors, if the tests have changed; or a part of an audit."""
        if len(self.whole):
            return self.genomes[:0], self.order[:0]
        if self.phase == AUDIT:
            return self.genomes[self.champion : self.champion + 1], self.order[: self.part]
        if self.phase == RETEST:
            return self.genomes, self.tests
        return self._children(), self.tests

    def tell_tests(
        self,
        genomes: NDArray[np.int32],
        samples: NDArray[np.int64],
        errors: NDArray[np.float64],
        /,
    ) -> None:
        """The sequences with least errors survive; beaten tests are joined by harder ones."""
        if self.phase == AUDIT:
            self._audited(samples[errors[0] > 0])
        elif self.phase == RETEST:
            self._survive(genomes, errors.sum(axis=1), self.evaluated)
            self.phase = BREED
            self.least = self.errors[0]
        else:
            self.unevaluated += errors.size
            self.scores = KEPT * self.scores + (errors > 0).mean(axis=0)
            new = np.zeros(len(genomes), dtype=np.bool_)
            self._survive(
                np.concatenate([genomes[::-1], self.genomes]),
                np.concatenate([errors[::-1].sum(axis=1), self.errors]),
                np.concatenate([new, self.evaluated]),
            )
            self._generation()

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """The host to evaluate whole; where nothing new can be made, those not evaluated yet."""
        if len(self.whole):
            return self.whole
        left = np.flatnonzero(~self.evaluated)[:n]
        self.evaluated[left] = True
        return self.genomes[left]

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """The hosts go on; errors on all samples do not decide who survives."""
        self.whole = self.whole[:0]
        self.unevaluated = 0

    def state(self) -> State:
        """What changes in a run, but for the generator."""
        return state_of(self, STATE)

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        set_state(self, STATE, state)
        hosts = len(self.genomes)
        require(
            len(self.errors) == len(self.evaluated) == hosts <= self.population,
            are_genomes(self.space, self.genomes),
            are_errors(self.errors),
            0 < len(self.tests) == len(self.scores),
            numbers_below(self.samples, self.tests),
            np.isfinite(self.scores).all(),
            self.phase in (BREED, RETEST, AUDIT),
            self.missing <= self.population,
            self.missing > 0 or hosts > 0,
            self.phase == BREED or hosts > 0,
            len(self.whole) <= 1,
            are_genomes(self.space, self.whole),
            self.champion < max(1, hosts),
            numbers_below(self.samples, self.order),
            self.phase != AUDIT or len(self.order) > 0,
        )

    def _children(self) -> NDArray[np.int32]:
        """Children, or random sequences where the population is to be filled; none at the end."""
        if self.missing or not self.variation.possible:
            children = self.gate.sample(self.rng, max(1, self.missing))
            self.missing = 0
            return children
        if self.gate.exhausted:
            return self.genomes[:0]
        children = self.variation.breed(
            self.rng, self.genomes, self.errors, self.offspring, self.gate.seen,
            **self.breeding,  # type: ignore[arg-type]
        )  # fmt: skip
        return children if len(children) else self.gate.sample(self.rng, 1)

    def _survive(
        self,
        genomes: NDArray[np.int32],
        errors: NDArray[np.float64],
        evaluated: NDArray[np.bool_],
    ) -> None:
        """The best of all survive, the first of equals."""
        order = np.argsort(errors, kind="stable")[: self.population]
        self.genomes, self.errors = genomes[order], errors[order]
        self.evaluated = evaluated[order]

    def _generation(self) -> None:
        """What follows a generation: an audit, a restart, or the next one."""
        better = bool(self.errors[0] < self.least)
        self.least = min(self.least, float(self.errors[0]))
        self.stagnant = 0 if better else self.stagnant + 1
        left = np.flatnonzero(~self.evaluated)
        beaten = len(left) > 0 and self.errors[left[0]] == 0
        if len(left) and (beaten or self.unevaluated >= self.period * self.samples):
            self.champion = int(left[0])
            others = np.ones(self.samples, dtype=np.bool_)
            others[self.tests] = False
            self.order = self.rng.permutation(np.flatnonzero(others))
            self.phase = AUDIT
            if not len(self.order):
                self._audited(self.order)
        elif self.stagnant > self.patience:
            self.genomes, self.errors = self.genomes[:1], self.errors[:1]
            self.evaluated = self.evaluated[:1]
            self.missing = max(1, self.population - 1)
            self.least, self.stagnant = np.inf, 0

    def _audited(self, failed: NDArray[np.int64]) -> None:
        """A part of an audit is done: learn from it, or go on with the next part."""
        self.order = self.order[self.part :]
        if len(failed):
            self._learn(failed[self.rng.permutation(len(failed))[: self.lessons]])
        elif len(self.order):
            return
        passed = self.errors[self.champion] == 0
        if passed:
            self.stagnant = 0
        if not len(failed) or not passed:
            self.evaluated[self.champion] = True
            self.whole = self.genomes[self.champion : self.champion + 1]
        self.phase = RETEST if len(failed) else BREED

    def _learn(self, samples: NDArray[np.int64]) -> None:
        """Add tests; those failed least of late leave if there are too many."""
        room = max(0, self.archive - len(samples))
        kept = np.sort(np.argsort(-self.scores, kind="stable")[:room])
        self.tests = np.concatenate([self.tests[kept], samples])
        self.scores = np.concatenate([self.scores[kept], np.ones(len(samples))])
