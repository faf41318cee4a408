"""PyGAD's genetic algorithm, run natively: it has no ask and tell, but evaluates in batches."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pygad

from benchmarks.rivals.genes import to_genomes, value_counts
from solvers.evaluation.space import Space

if TYPE_CHECKING:
    from benchmarks.rivals.contest import Counter

SETTINGS: dict[str, Sequence[Any]] = {
    "population": (20, 50, 100, 300, 1000),
    "parents": (0.1, 0.3, 0.5, 1.0),
    "selection": ("tournament", "sss", "rank"),
    "tournament": (2, 3, 5, 7),
    "crossover": ("single_point", "two_points", "uniform"),
    "crossover_probability": (0.5, 0.7, 0.9),
    "genes": (0.5, 1.0, 2.0, 4.0),
    "elite": (1, 2, 5),
}


def search(
    space: Space,
    seed: int,
    counter: Counter,
    *,
    population: int = 100,
    parents: float = 0.5,
    selection: str = "tournament",
    tournament: int = 3,
    crossover: str = "two_points",
    crossover_probability: float = 0.9,
    genes: float = 1.0,
    elite: int = 1,
) -> None:
    """Runs until the counter says that the run is over, looked at after each generation.

    The chance that a gene is replaced is `genes` / width; PyGAD remembers no earlier solution but
    the elite, whose fitness it keeps.
    """

    def fitness(_: Any, solutions: Any, __: Any) -> Any:
        return -np.minimum(counter(to_genomes(space, np.atleast_2d(solutions))), 1e300)

    counts = value_counts(space).tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        algorithm = pygad.GA(
            num_generations=10**9,
            num_parents_mating=max(2, round(population * parents)),
            fitness_func=fitness,
            fitness_batch_size=population,
            sol_per_pop=population,
            num_genes=len(counts),
            gene_space=[list(range(count)) for count in counts],
            gene_type=int,
            parent_selection_type=selection,
            K_tournament=tournament,
            keep_elitism=elite,
            crossover_type=crossover if len(counts) > 2 else "uniform",
            crossover_probability=crossover_probability,
            mutation_type="random",
            mutation_probability=min(1.0, genes / len(counts)),
            random_seed=seed,
            suppress_warnings=True,
            on_generation=lambda _: "stop" if counter.over else None,
        )
        algorithm.run()
