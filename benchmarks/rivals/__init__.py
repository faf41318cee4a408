"""Searches of other libraries, and two written independently, on the same problems.

| name | what it is | module |
|---|---|---|
| `deap` | generational genetic algorithm of DEAP | `deap_search` |
| `pymoo` | genetic algorithm of pymoo, without duplicates | `pymoo_search` |
| `pygad` | genetic algorithm of PyGAD, run natively | `pygad_search` |
| `optuna` | an Optuna sampler, through its own ask and tell | `optuna_search` |
| `nevergrad` | a Nevergrad optimiser over choices | `nevergrad_search` |
| `aging-evolution` | Real et al. 2019, in plain Python | `aging_evolution` |
| `hill-climbing` | local search with restarts, in plain Python | `hill_climbing` |

All but `pygad` are ask/tell searches, made as `Name(space, rng, **settings)` and named
`benchmarks.rivals.MODULE:Name` in a study; each declares in `SETTINGS` the values its settings were
tuned over. `contest` runs any of them and counts; nothing here comes from `solvers.searches`
beyond the description of the space. The libraries are the extra `rivals`.
"""

from __future__ import annotations

import warnings


def main(form: str) -> None:
    """Prints all figures: `quick` takes some minutes, `full` hours."""
    from benchmarks.rivals import evaluation, ideal, nas, sorting8

    with warnings.catch_warnings():  # of the libraries
        warnings.simplefilter("ignore")
        for part in (evaluation, sorting8, nas, ideal):
            part.main(form)
            print(flush=True)
