"""A Nevergrad optimiser as a Sheffer search."""

import nevergrad
import numpy as np


class Nevergrad:
    """One bounded integer a gene; any optimiser of `nevergrad.optimizers.registry`."""

    def __init__(self, space, rng, optimiser="DiscreteOnePlusOne", spread=0.7):
        low = -space.optional.astype(float)
        high = np.maximum(space.options - 1.0, low + 1)  # Nevergrad wants low < high
        self.highest = space.options - 1
        genes = nevergrad.p.Array(init=np.floor((low + high) / 2))
        genes.set_mutation(sigma=spread * (high - low))  # components have no order: leap far
        genes.set_bounds(low, high, method="bouncing").set_integer_casting()
        genes.random_state.seed(int(rng.integers(2**32)))
        self.optimiser = nevergrad.optimizers.registry[optimiser](genes, budget=10_000)

    def ask(self, n, /):
        self.candidate = self.optimiser.ask()
        return np.minimum(self.candidate.value, self.highest)[None].astype(np.int32)

    def tell(self, genomes, errors, /):
        self.optimiser.tell(self.candidate, min(float(errors[0]), 1e300))
