"""A genetic algorithm made of DEAP's operators, as a Sheffer search."""

import random

import numpy as np
from deap import base, creator, tools

creator.create("LeastError", base.Fitness, weights=(-1.0,))
creator.create("Genome", list, fitness=creator.LeastError)


class Deap:
    """Tournaments, two-point crossover, uniform integer mutation; the best one survives."""

    def __init__(self, space, rng, population=50, tournament=3, mutation=0.15):
        self.lowest = (-space.optional.astype(int)).tolist()  # -1 where a gene may be no step
        self.highest = (space.options - 1).tolist()
        self.size, self.tournament, self.mutation = population, tournament, mutation
        random.seed(int(rng.integers(2**63)))  # DEAP draws from Python's global generator
        self.parents, self.waiting = [], [self.drawn() for _ in range(population)]

    def ask(self, n, /):
        if not self.waiting:
            self.waiting = [self.child() for _ in range(self.size)]
        self.asked, self.waiting = self.waiting[:n], self.waiting[n:]
        return np.array(self.asked, dtype=np.int32)

    def tell(self, genomes, errors, /):
        for genome, error in zip(self.asked, errors, strict=True):
            genome.fitness.values = (float(error),)
        best = tools.selBest(self.parents + self.asked, 1)
        self.parents = best + (self.parents + self.asked)[-self.size :]

    def drawn(self):
        bounds = zip(self.lowest, self.highest, strict=True)
        return creator.Genome(random.randint(low, high) for low, high in bounds)

    def child(self):
        mother, father = tools.selTournament(self.parents, 2, self.tournament)
        one, two = creator.Genome(mother), creator.Genome(father)
        if len(one) > 1:
            tools.cxTwoPoint(one, two)
        tools.mutUniformInt(one, self.lowest, self.highest, indpb=self.mutation)
        return one
