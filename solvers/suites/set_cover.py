"""Set cover: the shortest sequence of steps x -> x OR S that reaches the whole universe.

Its decision version is NP-complete (Karp 1972), and so is the search for a shortest sequence. The
error is the number of elements not yet covered, so the frontier is 'most covered with k sets'.
"""

from __future__ import annotations

import random

from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import bitvec
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

ELEMENTS = 36
SETS = 20
CHANCE = 0.25


def covering_sets(seed: int, elements: int = ELEMENTS, sets: int = SETS) -> list[int]:
    """Sets as bit masks: an element is in each with chance 1/4, and in at least one."""
    draw = random.Random(seed)
    masks = [sum(1 << e for e in range(elements) if draw.random() < CHANCE) for _ in range(sets)]
    for e in range(elements):
        if not any(mask >> e & 1 for mask in masks):
            masks[draw.randrange(sets)] |= 1 << e
    return masks


def set_cover(seed: int, length: int | None = None) -> Problem:
    """Cover as many of 36 elements as possible with at most 6 (or `length`) of 20 drawn sets."""
    if not 0 <= seed < 10**9:
        raise ProblemError("unknown-problem", f"set-cover-SEED takes 0 to 999999999, not {seed}")
    sort = bitvec(ELEMENTS)
    x = Variable("x", sort)
    components = ComponentSet(
        f"sets-{seed}",
        tuple(
            Component(f"take{k}", (x,), (apply("bvor", var("x", sort), const(mask, sort)),))
            for k, mask in enumerate(covering_sets(seed), start=1)
        ),
        (Variable("x", sort),),
        source="drawn by seed; Karp 1972",
    )
    rows = (Sample((0,), ((1 << ELEMENTS) - 1,)),)
    return Problem(
        f"set-cover-{seed}",
        components,
        Wiring.CHAIN,
        components.registers,
        components.registers,
        Samples(rows),
        6 if length is None else length,
        Measure.BITS,
    )
