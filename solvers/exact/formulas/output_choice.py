"""Which values to read off as outputs, when they may together cost only so much.

With cost tree the outputs' costs add up, with cost depth the greatest counts. For the numeric
measures the error is a sum over the outputs (or their greatest), so that the best value of each
output at each cost is enough. It is not for wrong samples, where one wrong output is as bad as two,
nor for wrong bits where components block. There values are told apart by their *losses*, one number
a sample; they add up, and no sample counts more than `_cap`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.exact.formulas.values import Numbers, Values
from solvers.stopping.limits import Meter
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, sample_error, total

Choice = tuple[Error, tuple[int, ...]]  # an error, and the value of each output

_CHUNK = 1 << 21  # losses added at once


def cost_splits(cost: Cost, whole: int, parts: int) -> Iterator[tuple[int, ...]]:
    """What so many parts may cost if their sum (tree) or their greatest (depth) is `whole`."""
    if parts == 0:
        if whole == 0:
            yield ()
        return
    if cost is Cost.TREE:
        for last in range(whole, -1, -1):
            for others in cost_splits(cost, whole - last, parts - 1):
                yield (*others, last)
        return
    # The first part that has the greatest cost, those before it having less.
    for first in range(parts):
        low = [range(whole)] * first + [range(whole, whole + 1)]
        yield from _grid(low + [range(whole + 1)] * (parts - first - 1))


def _grid(ranges: list[range]) -> Iterator[tuple[int, ...]]:
    if not ranges:
        yield ()
        return
    for others in _grid(ranges[:-1]):
        for last in ranges[-1]:
            yield (*others, last)


class OutputChoice:
    """The values met so far, by cost, as candidates for the outputs."""

    def __init__(self, problem: Problem, values: Values, meter: Meter) -> None:
        assert problem.components is not None
        self.problem, self.values, self.meter = problem, values, meter
        measure = problem.measure
        blocks = any(c.guard is not None for c in problem.components.components)
        self.separable = (
            len(problem.outputs) == 1
            or measure not in (Measure.WRONG, Measure.BITS)
            or (measure is Measure.BITS and not blocks)
        )
        self._least: list[list[tuple[Error, int] | None]] = [[] for _ in problem.outputs]
        self._losses: list[list[tuple[NDArray[np.int64], Numbers]]] = [[] for _ in problem.outputs]
        worst = sample_error(measure, problem.outputs, (), None)
        # Only wrong samples and bits are counted by losses, where the worst is finite.
        self._cap = 0 if worst == math.inf else int(worst)

    def best(self, cost: int, fresh: dict[Sort, Numbers], below: Error) -> Choice | None:
        """The best choice that costs exactly `cost`, if its error is below `below`.

        Args:
            fresh: the values whose own least cost is `cost`, by sort; called for 0, 1, 2, ...
        """
        none = np.zeros(0, dtype=np.int32)
        for k, v in enumerate(self.problem.outputs):
            numbers = fresh.get(v.sort, none)
            if self.separable:
                self._least[k].append(self._best_value(numbers, k))
            else:
                self._losses[k].append(self._distinct(numbers, k, below))
        found: Choice | None = None
        for costs in cost_splits(self.problem.cost, cost, len(self.problem.outputs)):
            self.meter.check()
            one = (
                self._sum(costs)
                if self.separable
                else self._together(costs, below if found is None else found[0])
            )
            if one is not None and one[0] < (below if found is None else found[0]):
                found = one
        return found

    def _best_value(self, numbers: Numbers, output: int) -> tuple[Error, int] | None:
        best: tuple[Error, int] | None = None
        for start in range(0, len(numbers), 1 << 16):
            self.meter.check()
            part = numbers[start : start + (1 << 16)]
            errors = self.values.errors(part, output)
            k = min(range(len(errors)), key=errors.__getitem__)
            if best is None or errors[k] < best[0]:
                best = (errors[k], int(part[k]))
        return best

    def _sum(self, costs: tuple[int, ...]) -> Choice | None:
        chosen = [self._least[k][c] for k, c in enumerate(costs)]
        parts = [one for one in chosen if one is not None]
        if len(parts) < len(chosen):
            return None
        error = total(self.problem.measure, [error for error, _ in parts])
        return error, tuple(number for _, number in parts)

    def _distinct(
        self, numbers: Numbers, output: int, below: Error
    ) -> tuple[NDArray[np.int64], Numbers]:
        """Different losses that may still lead below, the least ones first, with a value each."""
        if len(numbers) == 0:
            return np.zeros((0, 1), dtype=np.int64), numbers
        losses, first = np.unique(self.values.losses(numbers, output), axis=0, return_index=True)
        own = np.minimum(losses, self._cap).sum(axis=1)
        order = np.argsort(own, kind="stable")
        order = order[own[order] < below]
        return losses[order], numbers[first[order]]

    def _together(self, costs: tuple[int, ...], below: Error) -> Choice | None:
        """The best choice with these costs; every choice that may be below is looked at."""
        pools = [self._losses[k][c] for k, c in enumerate(costs)]
        if not all(len(numbers) for _, numbers in pools):
            return None
        best: Choice | None = None
        bound = below
        stack: list[tuple[tuple[int, ...], Any]] = [((), 0)]
        while stack:
            chosen, so_far = stack.pop()
            losses, numbers = pools[len(chosen)]
            self.meter.check()
            step = max(1, _CHUNK // losses.shape[1])
            for start in range(0, len(numbers), step):
                joined = so_far + losses[start : start + step]
                errors = np.minimum(joined, self._cap).sum(axis=1)
                if len(chosen) == len(pools) - 1:
                    k = int(errors.argmin())
                    if errors[k] < bound:
                        bound = int(errors[k])
                        best = (bound, (*chosen, int(numbers[start + k])))
                    continue
                # Errors only grow as outputs are added.
                good = np.flatnonzero(errors < bound)
                good = good[np.argsort(-errors[good], kind="stable")]
                stack += [((*chosen, int(numbers[start + k])), joined[k]) for k in good]
        return best
