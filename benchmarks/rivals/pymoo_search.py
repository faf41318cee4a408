"""pymoo's genetic algorithm on integers, through its own ask and tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pymoo.algorithms.soo.nonconvex.ga import GA
from pymoo.core.mutation import Mutation
from pymoo.core.problem import Problem
from pymoo.core.termination import NoTermination
from pymoo.operators.crossover.pntx import PointCrossover
from pymoo.operators.crossover.ux import UniformCrossover
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.operators.selection.tournament import TournamentSelection

from benchmarks.rivals.genes import Queue, to_genomes, value_counts
from solvers.evaluation.space import Space


class Reset(Mutation):  # type: ignore[misc]
    """Gives each gene, with the probability of a variable, another value, all alike.

    pymoo's own integer mutation is for ordered values, which components are not.
    """

    def _do(self, problem: Any, X: Any, *, random_state: Any, **_: Any) -> Any:  # noqa: N803
        drawn = random_state.integers(problem.xl, problem.xu + 1, X.shape)
        chance = self.get_prob_var(problem, size=len(X))[:, None]
        return np.where(random_state.random(X.shape) < chance, drawn, X)


def _better(population: Any, contests: Any, **_: Any) -> Any:
    errors = population.get("F")[:, 0]
    winners = errors[contests].argmin(axis=1)
    return contests[np.arange(len(contests)), winners][:, None]


class PymooSearch:
    """The genetic algorithm of pymoo: mu + lambda survival, duplicates eliminated."""

    SETTINGS: ClassVar[dict[str, Sequence[Any]]] = {
        "population": (20, 50, 100, 300, 1000),
        "offspring": (0.2, 0.5, 1.0),
        "crossover": (0.3, 0.5, 0.7, 0.9),
        "genes": (0.5, 1.0, 2.0, 4.0),
        "tournament": (2, 3, 5, 7),
        "uniform": (False, True),
    }

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        population: int = 100,
        offspring: float = 1.0,
        crossover: float = 0.9,
        genes: float = 1.0,
        tournament: int = 2,
        uniform: bool = False,
    ) -> None:
        self.space = space
        width = space.width
        problem = Problem(
            n_var=width, n_obj=1, xl=np.zeros(width, int), xu=value_counts(space) - 1, vtype=int
        )
        mate = UniformCrossover if uniform or width < 3 else PointCrossover
        self.algorithm = GA(
            pop_size=population,
            n_offsprings=max(2, round(population * offspring)),
            sampling=IntegerRandomSampling(),
            selection=TournamentSelection(func_comp=_better, pressure=tournament),
            crossover=mate(prob=crossover, **({} if mate is UniformCrossover else {"n_points": 2})),
            mutation=Reset(prob=1.0, prob_var=min(1.0, genes / width)),
            eliminate_duplicates=True,
        )
        self.algorithm.setup(problem, termination=NoTermination(), seed=int(rng.integers(2**31)))
        self.infills: Any = None
        self.queue = Queue()

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """The next offspring; none when no new ones can be made."""
        if self.queue.done:
            if self.infills is not None:
                self.infills.set("F", np.array(self.queue.errors)[:, None])
                self.algorithm.evaluator.n_eval += len(self.infills)
                self.algorithm.tell(infills=self.infills)
            self.infills = self.algorithm.ask()
            if self.infills is None or len(self.infills) == 0:
                return to_genomes(self.space, [])
            self.queue.put(self.infills.get("X").tolist())
        return to_genomes(self.space, self.queue.take(n))

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """The errors of those asked for."""
        self.queue.told(errors)
