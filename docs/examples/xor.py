"""A component set, a problem, its exact optimum, one search, and a comparison, in Python."""

import z3

from solvers import Settings, compare, evolve, solve, with_evidence
from theory import BOOL, ComponentSet, component, problem
from theory.formats.sequence_text import one_line

nand = component("nand", lambda a, b: z3.Not(z3.And(a, b)), BOOL)
xor = problem("xor", ComponentSet("gates", (nand,)), lambda x, y: z3.Not(x == y), BOOL, length=4)
frontier = with_evidence(solve(xor))
print(frontier.evidence, [int(line.error) for line in frontier.lines])
print(one_line(frontier.best.sequence))
print("found error", evolve(xor, "local-search", evaluations=20_000, seed=1).error)
print(compare([xor], "results/xor", Settings(repetitions=20, workers=1)).table())
