"""An Optuna sampler as a Sheffer search."""

import numpy as np
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Optuna:
    """Trials of the tree-structured Parzen estimator, one categorical parameter a gene."""

    def __init__(self, space, rng, startup=10):
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=startup, seed=int(rng.integers(2**31))
        )
        self.study = optuna.create_study(sampler=sampler)
        self.genes = {
            f"gene{k}": optuna.distributions.CategoricalDistribution(range(-int(none), options))
            for k, (options, none) in enumerate(
                zip(space.options.tolist(), space.optional.tolist(), strict=True)
            )
        }

    def ask(self, n, /):
        self.trials = [self.study.ask(self.genes)]  # one at a time: it learns from each
        rows = [[trial.params[name] for name in self.genes] for trial in self.trials]
        return np.array(rows, dtype=np.int32)

    def tell(self, genomes, errors, /):
        for trial, error in zip(self.trials, errors, strict=True):
            self.study.tell(trial, min(float(error), 1e300))  # Optuna takes no infinity
