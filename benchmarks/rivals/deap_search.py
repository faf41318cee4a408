"""DEAP's generational genetic algorithm (`deap.algorithms.varAnd`), with an elite."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from deap import base, creator, tools
from deap.algorithms import varAnd
from numpy.typing import NDArray

from benchmarks.rivals.genes import Queue, to_genomes, value_counts
from solvers.evaluation.space import Space

if not hasattr(creator, "RivalFitness"):
    creator.create("RivalFitness", base.Fitness, weights=(-1.0,))
    creator.create("RivalIndividual", list, fitness=creator.RivalFitness)


class DeapSearch:
    """Tournament selection, two-point or uniform crossover, uniform integer mutation, elite.

    Children that variation left unchanged keep their fitness and are not evaluated again, as in
    DEAP's own `eaSimple`.
    """

    SETTINGS: ClassVar[dict[str, Sequence[Any]]] = {
        "population": (20, 50, 100, 300, 1000),
        "crossover": (0.3, 0.5, 0.7, 0.9),
        "mutation": (0.2, 0.5, 0.8, 1.0),
        "genes": (0.5, 1.0, 2.0, 4.0),
        "tournament": (2, 3, 5, 7),
        "elite": (1, 2, 5),
        "uniform": (False, True),
    }

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        population: int = 100,
        crossover: float = 0.5,
        mutation: float = 0.8,
        genes: float = 1.0,
        tournament: int = 3,
        elite: int = 1,
        uniform: bool = False,
    ) -> None:
        self.space, self.population, self.elite = space, population, elite
        self.crossover, self.mutation = crossover, mutation
        self.seed = int(rng.integers(2**63))
        self.state: Any = None
        counts = value_counts(space).tolist()
        self.toolbox = base.Toolbox()
        if uniform:
            self.toolbox.register("mate", tools.cxUniform, indpb=0.5)
        else:
            self.toolbox.register("mate", tools.cxTwoPoint if len(counts) > 1 else _no_crossover)
        self.toolbox.register(
            "mutate", tools.mutUniformInt, low=[0] * len(counts),
            up=[count - 1 for count in counts], indpb=min(1.0, genes / len(counts)),
        )  # fmt: skip
        self.toolbox.register("select", tools.selTournament, tournsize=tournament)
        draws = rng.integers(0, counts, (population, len(counts))).tolist()
        self.parents: list[Any] = []
        self.children = [creator.RivalIndividual(row) for row in draws]
        self.queue = Queue()
        self.queue.put(self.children)

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """The next individuals of the generation that have no fitness yet."""
        while self.queue.done:
            self._breed()
        return to_genomes(self.space, self.queue.take(n))

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """The fitness of those asked for."""
        first = len(self.queue.errors)
        self.queue.told(errors)
        for individual, error in zip(self.queue.individuals[first:], errors, strict=False):
            individual.fitness.values = (float(error),)

    def _breed(self) -> None:
        elite = tools.selBest(self.parents, self.elite) if self.parents else []
        self.parents = [*elite, *self.children][: self.population]
        with_global_random(self, self._vary)

    def _vary(self) -> None:
        chosen = self.toolbox.select(self.parents, self.population - self.elite)
        self.children = varAnd(chosen, self.toolbox, self.crossover, self.mutation)
        self.queue.put([child for child in self.children if not child.fitness.valid])


def _no_crossover(first: Any, second: Any) -> tuple[Any, Any]:
    return first, second


def with_global_random(search: Any, work: Any) -> None:
    """Does the work with the search's own stream in Python's global generator, which DEAP uses."""
    before = random.getstate()
    if search.state is None:
        random.seed(search.seed)
    else:
        random.setstate(search.state)
    try:
        work()
        search.state = random.getstate()
    finally:
        random.setstate(before)
