"""Nevergrad's optimisers over one integer a gene, through its own ask and tell."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.rivals.genes import to_genomes, value_counts
from solvers.evaluation.space import Space

with warnings.catch_warnings():  # of the libraries it imports
    warnings.simplefilter("ignore")
    import nevergrad


class NevergradSearch:
    """A discrete optimiser of Nevergrad on an array with integer casting, one candidate at a time.

    A mutated gene is drawn with standard deviation `spread` times the range of the gene; 0.17 is
    Nevergrad's own choice, for ordered values. One `Choice` a gene is the other way to say it; it
    took 30 to 40 times as long here.
    """

    SETTINGS: ClassVar[dict[str, Sequence[Any]]] = {
        "optimiser": (
            "DiscreteOnePlusOne",
            "PortfolioDiscreteOnePlusOne",
            "DoubleFastGADiscreteOnePlusOne",
            "DiscreteLenglerOnePlusOne",
            "RecombiningPortfolioDiscreteOnePlusOne",
            "AnisotropicAdaptiveDiscreteOnePlusOne",
            "NGOpt",
            "TwoPointsDE",
        ),
        "spread": (0.17, 0.35, 0.7, 1.4),
    }

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        optimiser: str = "DiscreteOnePlusOne",
        spread: float = 0.7,
        budget: int = 10_000,
    ) -> None:
        self.space = space
        counts = value_counts(space)
        self.variable = np.flatnonzero(counts > 1)  # it takes no variable with one value
        highest = (counts[self.variable] - 1).astype(float)
        parameters = nevergrad.p.Array(init=highest // 2)
        parameters.set_mutation(sigma=spread * highest)
        parameters.set_bounds(np.zeros_like(highest), highest, method="bouncing")
        parameters.set_integer_casting()
        parameters.random_state.seed(int(rng.integers(2**32)))
        self.optimiser = nevergrad.optimizers.registry[optimiser](parameters, budget=budget)
        self.candidate: Any = None

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """One candidate."""
        row = np.zeros(self.space.width, dtype=np.int64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.candidate = self.optimiser.ask()
            row[self.variable] = self.candidate.value
        return to_genomes(self.space, row)

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """Its error; an infinite one as a very large number."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.optimiser.tell(self.candidate, min(float(errors[0]), 1e300))
