"""The plain reference enumerator for the costs tree and depth: by formulas, cost by cost.

A *formula* is an input, or a component at a parameter setting applied to formulas. Its value is the
vector of its results on the samples, None where it or a part of it blocks. Two ideas, stated in
TRUST.md, make it enough to keep one formula of least cost for each value:

- A step on which no output depends adds nothing to either cost. Without it a sample can only
  cease to be blocked, and a blocked sample is at least as wrong as any other, in every measure.
- In a formula, a part may be replaced by one with the same value and no greater cost.

The costs of the parts say what a formula costs: 1 and their sum (tree), or 1 and the greatest
(depth); several outputs cost their sum, or the greatest. `splits` lists the possible costs of the
parts, and all else is the same for both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product

from theory.kernel.components.placements import instances
from theory.kernel.deadline import tick
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost, step_function
from theory.kernel.problems.targets import total

Vector = tuple[Value | None, ...]
Layer = dict[Sort, list[Vector]]  # the values whose least cost is the same, by sort


def splits(cost: Cost, whole: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The costs of so many parts that together have cost `whole`: their sum, or their greatest."""
    if cost is Cost.DEPTH:
        for choice in product(range(whole + 1), repeat=parts):
            tick()
            if max(choice, default=0) == whole:
                yield choice
    elif parts == 0:
        yield from [()] if whole == 0 else []
    else:
        for first in range(whole + 1):
            for rest in splits(cost, whole - first, parts - 1):
                yield (first, *rest)


def formula_layers(
    problem: Problem, longest: int, check: Callable[[int], None]
) -> Iterator[tuple[Error, int]]:
    """The least error of cost exactly 0, 1, 2, ..., and how many values there are so far.

    Ends before `longest` where no greater cost can bring a new choice of outputs.

    Args:
        check: called with the number of values; raises where limits are reached.
    """
    assert problem.components is not None
    choices = instances(problem.components)
    arity = max((len(c.inputs) for c, _ in choices), default=0)
    fan = max(arity, len(problem.outputs)) if problem.cost is Cost.TREE else 1
    layers = [_inputs(problem)]
    known = {(sort, vector) for sort, found in layers[0].items() for vector in found}
    last = 0
    for whole in range(longest + 1):
        if whole > fan * last + 1:
            return
        if whole > 0:
            layer: Layer = {}
            for sort, vector in _values(problem, layers, whole, lambda: check(len(known))):
                if (sort, vector) not in known:
                    known.add((sort, vector))
                    layer.setdefault(sort, []).append(vector)
                    last = whole
            layers.append(layer)
        yield _least_output(problem, layers, whole, lambda: check(len(known))), len(known)


def _inputs(problem: Problem) -> Layer:
    rows = problem.rows()
    layer: Layer = {}
    for k, v in enumerate(problem.inputs):
        column: Vector = tuple(row.inputs[k] for row in rows)
        if column not in layer.setdefault(v.sort, []):
            layer[v.sort].append(column)
    return layer


def _values(
    problem: Problem, layers: list[Layer], whole: int, check: Callable[[], None]
) -> Iterator[tuple[Sort, Vector]]:
    """What all formulas of cost `whole` compute whose parts are kept ones."""
    assert problem.components is not None
    samples = len(problem.rows())
    for component, setting in instances(problem.components):
        function = step_function(component, setting)
        sorts = component.input_sorts
        for costs in splits(problem.cost, whole - 1, len(sorts)):
            pools = [layers[c].get(sort, []) for c, sort in zip(costs, sorts, strict=True)]
            for parts in product(*pools):
                check()
                results = []
                for k in range(samples):
                    given = [vector[k] for vector in parts]
                    results.append(None if None in given else function(*given))
                for j, sort in enumerate(component.output_sorts):
                    yield sort, tuple(None if r is None else r[j] for r in results)


def _least_output(
    problem: Problem, layers: list[Layer], whole: int, check: Callable[[], None]
) -> Error:
    """The least error of outputs that together cost `whole`; infinite where there are none."""
    rows = problem.rows()
    least: Error = math.inf
    for costs in splits(problem.cost, whole, len(problem.outputs)):
        pools = [layers[c].get(v.sort, []) for c, v in zip(costs, problem.outputs, strict=True)]
        for chosen in product(*pools):
            check()
            errors = []
            for k, row in enumerate(rows):
                given = tuple(vector[k] for vector in chosen)
                values = None if None in given else given
                errors.append(problem.sample_error(row, values))  # type: ignore[arg-type]
            least = min(least, total(problem.measure, errors))
    return least
