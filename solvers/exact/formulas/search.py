"""The formula engine: least error of dags by formula size (cost tree) or by depth.

Both costs are those of formulas: a step on which no output depends costs nothing and can only do
harm, by blocking, so that it is left out; and in a formula a part may be replaced by a cheaper one
of the same value. So values are found cost by cost, each once, with the cheapest formula that has
it: a component applied to values whose costs make up the cost at hand. What is read off as outputs
is chosen by `output_choice`.

The witness is a dag in which equal parts are one step; its tree cost counts a step at every use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate
from math import prod

import numpy as np
from numpy.typing import NDArray

from solvers.exact.formulas.output_choice import OutputChoice, cost_splits
from solvers.exact.formulas.values import Applied, ExactValues, Numbers, Values
from solvers.exact.formulas.words import make_values
from solvers.exact.frontiers.frontier import Frontier, FrontierBuilder
from solvers.points.machine_points import WordOverflowError
from solvers.stopping.limits import STOPS, Limits, Meter, stop_reason
from theory.kernel.components.placements import Step, instances
from theory.kernel.errors import ProblemError
from theory.kernel.language.sorts import Sort
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost, Sequence
from theory.kernel.problems.targets import Relation

Progress = Callable[[str], None]


def solve_formulas(
    problem: Problem, limits: Limits | None = None, progress: Progress | None = None
) -> Frontier:
    """The frontier of a dag problem with cost tree or depth and finitely many samples.

    Ctrl-C, and limits that are reached, end it with bounds.
    """
    if isinstance(problem.target, Relation):
        message = f"relations are solved for cost length, not {problem.cost}"
        raise ProblemError("unsupported-cost", message, problem.name)
    meter = Meter(limits or Limits())
    builder = FrontierBuilder(problem.length)
    stopped: str | None = None
    try:
        try:
            FormulaSearch(problem, make_values(problem), meter).run(builder, progress)
        except WordOverflowError:
            assert problem.components is not None
            builder = FrontierBuilder(problem.length)
            values = ExactValues(problem, instances(problem.components))
            FormulaSearch(problem, values, meter).run(builder, progress)
    except STOPS as stop:
        stopped = stop_reason(stop)
    if not builder.lines:
        _add_inputs(problem, builder)
    return Frontier(
        problem, "formulas", builder.fill(exact=stopped is None), tuple(builder.counts),
        meter.seconds, stopped,
    )  # fmt: skip


def _add_inputs(problem: Problem, builder: FrontierBuilder) -> None:
    """An upper bound for a search that was stopped before its first line: any inputs will do."""
    slots = [[k for k, v in enumerate(problem.inputs) if v.sort == o.sort] for o in problem.outputs]
    if all(slots):
        sequence = problem.sequence((), tuple(found[0] for found in slots))
        builder.add(problem.error(sequence), sequence, exact=False)


class FormulaSearch:
    """Values by their least costs, and how each is made."""

    def __init__(self, problem: Problem, values: Values, meter: Meter) -> None:
        assert problem.components is not None
        self.problem, self.values, self.meter = problem, values, meter
        self.instances = instances(problem.components)
        arity = max((len(op.operands) for op in values.operations), default=0)
        self.fan = max(arity, len(problem.outputs)) if problem.cost is Cost.TREE else 1
        # Of each value: the operation that makes it, which of its outputs, the operands.
        self.made = np.full((1 << 10, 2 + arity), -1, dtype=np.int32)
        self.layers: list[dict[Sort, Numbers]] = []
        self.last = 0  # the greatest cost that brought a value

    def run(self, builder: FrontierBuilder, progress: Progress | None = None) -> None:
        """Adds all lines, until greater costs can bring no better choice of outputs.

        Raises:
            LimitReachedError, NumberTooLargeError, WordOverflowError: finished lines are added.
        """
        choice = OutputChoice(self.problem, self.values, self.meter)
        for cost in range(self.problem.length + 1):
            if not self.grow(cost):
                return
            best = choice.best(cost, self.layers[cost], builder.least)
            if best is None:
                builder.add(builder.least, None)
            else:
                error, chosen = best
                builder.add(error, self.sequence(chosen))
            if progress:
                kind = "size" if self.problem.cost is Cost.TREE else "depth"
                text = f"{kind} {cost}: least error {builder.least}, {len(self.values):,} values"
                progress(text)
            if builder.least == 0:
                return

    def grow(self, cost: int) -> bool:
        """Finds the values whose least cost is `cost`; False where no greater cost can matter.

        Called for 0, 1, 2, ... in turn.
        """
        if cost > self.fan * self.last + 1:
            return False
        found: dict[Sort, list[int]] = {}
        if cost == 0:
            for v, number in zip(self.problem.inputs, self.values.inputs, strict=True):
                if number not in found.setdefault(v.sort, []):
                    found[v.sort].append(number)
        else:
            for k, op in enumerate(self.values.operations):
                for operands, count in self._applications(op, cost):
                    if len(self.values) >= self.values.most:
                        break
                    self._apply(k, operands, count, found)
            self.last = cost if found else self.last
        self.layers.append({sort: np.array(n, dtype=np.int32) for sort, n in found.items()})
        return True

    def _applications(self, op: Applied, cost: int) -> Iterator[tuple[list[Numbers], int]]:
        """Operands, some at a time, such that the operation on them costs `cost`."""
        none = np.zeros(0, dtype=np.int32)
        for costs in cost_splits(self.problem.cost, cost - 1, len(op.sorts)):
            if op.commutes and costs[0] > costs[1]:
                continue
            pools = [self.layers[c].get(s, none) for c, s in zip(costs, op.sorts, strict=True)]
            if not pools:
                yield [], 1
                continue
            sizes = [len(pool) for pool in pools]
            for grid in _product(sizes, self.values.chunk):
                half = op.commutes and costs[0] == costs[1]
                places = grid[:, grid[0] <= grid[1]] if half else grid
                operands = [pool[place] for pool, place in zip(pools, places, strict=True)]
                if places.shape[1]:
                    yield operands, places.shape[1]

    def _apply(
        self, k: int, operands: list[Numbers], count: int, found: dict[Sort, list[int]]
    ) -> None:
        before = len(self.values)
        numbers = self.values.apply(k, operands, count)
        after = len(self.values)
        self.meter.check(states=after, size=self.values.bytes + 2 * self.made.nbytes)
        if after == before:
            return
        fresh, first = np.unique(numbers, return_index=True)
        first = first[fresh >= before]
        rows, outputs = np.divmod(first, numbers.shape[1])
        if after > len(self.made):
            grown = np.full((max(after, 2 * len(self.made)), self.made.shape[1]), -1, np.int32)
            grown[:before] = self.made[:before]
            self.made = grown
        made = self.made[before:after]
        made[:, 0], made[:, 1] = k, outputs
        for i, column in enumerate(operands):
            made[:, 2 + i] = column[rows]
        results = self.values.operations[k].results
        for j, sort in enumerate(results):
            new = np.flatnonzero(outputs == j) + before
            if len(new):
                found.setdefault(sort, []).extend(new.tolist())

    def sequence(self, chosen: tuple[int, ...]) -> Sequence:
        """A dag that has these values as outputs, each made by its cheapest formula."""
        inputs = self.problem.inputs
        sorts = [v.sort for v in inputs]
        slots: dict[int, int] = {}
        for k, number in enumerate(self.values.inputs):
            slots.setdefault(number, k)
        steps: list[Step] = []
        done: dict[tuple[int, ...], int] = {}  # an operation on operands -> its first slot
        waiting = list(reversed(chosen))
        while waiting:
            number = waiting[-1]
            if number in slots:
                waiting.pop()
                continue
            k, output, *rest = self.made[number].tolist()
            op = self.values.operations[k]
            operands = tuple(rest[: len(op.operands)])
            missing = [value for value in operands if value not in slots]
            if missing:
                waiting += missing
                continue
            component, setting = self.instances[op.instance]
            if (k, *operands) not in done:
                known = dict(zip(op.operands, (slots[v] for v in operands), strict=True))
                reads = tuple(
                    known[i] if i in known else sorts.index(sort)
                    for i, sort in enumerate(component.input_sorts)
                )
                done[k, *operands] = len(inputs) + self._width(steps)
                steps.append(Step(component.name, reads, (), setting))
            slots[number] = done[k, *operands] + output
        return self.problem.sequence(steps, tuple(slots[number] for number in chosen))

    def _width(self, steps: list[Step]) -> int:
        components = self.problem.components
        assert components is not None
        return sum(len(components[step.component].outputs) for step in steps)


def _product(sizes: list[int], chunk: int) -> Iterator[NDArray[np.intp]]:
    """All tuples of places below the sizes, as columns (len(sizes), n), some at a time."""
    strides = list(accumulate(reversed(sizes), initial=1, func=lambda a, b: a * b))
    strides = list(reversed(strides[:-1]))
    for start in range(0, prod(sizes), chunk):
        flat = np.arange(start, min(start + chunk, prod(sizes)))
        yield np.stack([flat // s % size for s, size in zip(strides, sizes, strict=True)])
