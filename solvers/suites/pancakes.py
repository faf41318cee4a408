"""Shortest generator sequences: sort a stack of pancakes by reversing its top part.

The stack is a hardest one, found by a breadth-first search from the sorted stack: a reversal undoes
itself, so its distance is the number of flips it needs. The error of a stack is how far its
pancakes are from their places, added up, which also tells a search whether it comes closer.
"""

from __future__ import annotations

from functools import lru_cache

from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples


def flips(n: int) -> ComponentSet:
    """Components flip2 .. flipN: the reversals of the first 2 .. n registers."""
    made = []
    for k in range(2, n + 1):
        inputs = tuple(Variable(f"p{j}", INT) for j in range(k))
        outputs = tuple(var(f"p{j}", INT) for j in reversed(range(k)))
        names = tuple(f"flip{k}.{j}" for j in range(k))
        place = (tuple(range(k)),)
        made.append(Component(f"flip{k}", inputs, outputs, names, placements=place))
    stack = tuple(Variable(f"p{j}", INT) for j in range(n))
    return ComponentSet(f"flips-{n}", tuple(made), stack, source="Gates & Papadimitriou 1979")


@lru_cache(maxsize=16)
def hardest_stack(n: int) -> tuple[tuple[int, ...], int]:
    """The first stack, in lexicographic order, of those that need most flips; and how many."""
    layer = {tuple(range(1, n + 1))}
    seen = set(layer)
    distance = 0
    while True:
        following = {
            (*reversed(stack[:k]), *stack[k:]) for stack in layer for k in range(2, n + 1)
        } - seen
        if not following:
            return min(layer), distance
        seen |= following
        layer = following
        distance += 1


def pancakes(n: int, length: int | None = None) -> Problem:
    """Sort a hardest stack of n pancakes with at most `length` flips."""
    if not 2 <= n <= 8:
        raise ProblemError("unknown-problem", f"pancakes-N takes N from 2 to 8, not {n}")
    components = flips(n)
    stack, distance = hardest_stack(n)
    rows = (Sample(stack, tuple(range(1, n + 1))),)
    registers = components.registers
    return Problem(
        f"pancakes-{n}",
        components,
        Wiring.CHAIN,
        registers,
        registers,
        Samples(rows),
        distance if length is None else length,
        Measure.ABSOLUTE,
    )
