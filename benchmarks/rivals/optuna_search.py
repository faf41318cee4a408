"""Optuna's samplers, through its own ask and tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import optuna
from numpy.typing import NDArray

from benchmarks.rivals.genes import to_genomes, value_counts
from solvers.evaluation.space import Space

optuna.logging.set_verbosity(optuna.logging.ERROR)


class OptunaSearch:
    """The tree-structured Parzen estimator on categorical choices, one trial at a time."""

    SETTINGS: ClassVar[dict[str, Sequence[Any]]] = {
        "startup": (5, 10, 20, 40),
        "candidates": (8, 24, 48),
        "multivariate": (False, True),
        "prior_weight": (0.3, 1.0, 3.0),
    }

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        startup: int = 10,
        candidates: int = 24,
        multivariate: bool = False,
        prior_weight: float = 1.0,
    ) -> None:
        self.space = space
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=startup,
            n_ei_candidates=candidates,
            multivariate=multivariate,
            prior_weight=prior_weight,
            seed=int(rng.integers(2**31)),
            warn_independent_sampling=False,
        )
        self.study = optuna.create_study(sampler=sampler)
        self.choices: dict[str, optuna.distributions.BaseDistribution] = {
            f"gene{k}": optuna.distributions.CategoricalDistribution(range(count))
            for k, count in enumerate(value_counts(space).tolist())
        }
        self.trial: Any = None

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """One trial: the sampler learns from every result."""
        self.trial = self.study.ask(self.choices)
        return to_genomes(self.space, [[self.trial.params[name] for name in self.choices]])

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """The error of the trial; an infinite one as a very large number."""
        self.study.tell(self.trial, min(float(errors[0]), 1e300))
