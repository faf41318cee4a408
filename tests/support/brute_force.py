"""The least error at every length by trying every single sequence: no merging, no cleverness."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from theory.kernel.components.placements import Step, Wiring, instances, placements
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence


def all_sequences(problem: Problem, length: int) -> Iterator[Sequence]:
    """Every sequence of exactly `length` steps, with every choice of outputs."""
    assert problem.components is not None
    if problem.wiring is Wiring.CHAIN:
        options = placements(problem.components, problem.inputs)
        for steps in product(options, repeat=length):
            yield problem.sequence(steps)
        return
    for steps, sorts in _dags(problem, length, (), [v.sort for v in problem.inputs]):
        slots = [[k for k, s in enumerate(sorts) if s == o.sort] for o in problem.outputs]
        for outputs in product(*slots):
            yield problem.sequence(steps, outputs)


def _dags(
    problem: Problem, length: int, steps: tuple[Step, ...], sorts: list[Sort]
) -> Iterator[tuple[tuple[Step, ...], list[Sort]]]:
    if length == 0:
        yield steps, sorts
        return
    assert problem.components is not None
    for component, setting in instances(problem.components):
        slots = [[k for k, s in enumerate(sorts) if s == want] for want in component.input_sorts]
        for reads in product(*slots):
            step = Step(component.name, reads, (), setting)
            grown = [*sorts, *component.output_sorts]
            yield from _dags(problem, length - 1, (*steps, step), grown)


def least_errors(problem: Problem, limit: int = 10**9) -> list[Error] | None:
    """The least error of at most 0, 1, ... steps; None beyond `limit` sequences."""
    found: list[Error] = []
    tried = 0
    for length in range(problem.length + 1):
        least: Error = found[-1] if found else math.inf
        for sequence in all_sequences(problem, length):
            tried += 1
            if tried > limit:
                return None
            least = min(least, problem.error(sequence))
        found.append(least)
    return found
