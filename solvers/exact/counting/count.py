"""How many distinct behaviours the sequences of a problem have, and how many reach an error.

This is what ideal random search draws from (`solvers.statistics.ideal`). Unlike the engines, the
count never stops at error 0 and keeps the last layer. A *behaviour* is what the error depends on:

- chain: the multiset of (state, outputs wanted) that the samples end at, as in the chain engine;
- dag: what the outputs compute on each sample, with the samples on which a step blocks;
- table: the entry.

`count_behaviours(problem, limits)` gives a `BehaviourCount`. A count that ends at a limit is a
lower bound of D. The number within a target is then known only for error 0 where one behaviour
alone has it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np

from solvers.compiled.term_code import step_function
from solvers.exact.counting.behaviour_sets import count_chain
from solvers.stopping.ctrl_c import ended_by_ctrl_c
from solvers.stopping.limits import STOPS, LimitReachedError, Limits, Meter, stop_reason
from theory.kernel.components.partiality import domain_size
from theory.kernel.components.placements import Instance, Wiring, instances
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Table, sample_error, total

_MOST_BITS = 24  # of the outputs on all samples together, to know when all were found
_BOOLEAN_INPUTS = 4

Vector = tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class BehaviourCount:
    """The distinct behaviours of sequences of at most the problem's length.

    Attributes:
        distinct: how many were found.
        exact: whether these are all; else `distinct` is a lower bound.
        errors: (error, behaviours that have it), least error first.
        one_at_zero: whether at most one behaviour can have error 0.
        stopped: why the count ended early: time, states, memory, number size, interrupted or
            unsupported cost; None if it did not.
        seconds: wall-clock time.
    """

    distinct: int
    exact: bool
    errors: tuple[tuple[Error, int], ...]
    one_at_zero: bool
    stopped: str | None
    seconds: float

    def within(self, threshold: float) -> int | None:
        """How many behaviours have at most that error (as floats); None where not known."""
        found = sum(n for error, n in self.errors if float(error) <= threshold)
        if self.exact:
            return found
        return 1 if threshold == 0 and self.one_at_zero and found == 1 else None


@ended_by_ctrl_c()
def count_behaviours(problem: Problem, limits: Limits | None = None) -> BehaviourCount:
    """Count the behaviours of all sequences of at most the problem's length.

    Ctrl-C, and limits that are reached, end it with a lower bound.

    Raises:
        ProblemError: `no-samples` for an all-input problem over a large or infinite domain.
    """
    meter = Meter(limits or Limits())
    found: Counter[Error] = Counter()
    stopped: str | None = None
    if isinstance(problem.target, Table):
        found.update(problem.target.errors.values())
    elif problem.cost is not Cost.LENGTH:
        stopped = "unsupported cost"
    else:
        count = count_chain if problem.wiring is Wiring.CHAIN else _count_dag
        try:
            count(problem, meter, found)
        except STOPS as stop:
            stopped = stop_reason(stop)
    return BehaviourCount(
        sum(found.values()),
        stopped is None,
        tuple(sorted(found.items())),
        _one_at_zero(problem),
        stopped,
        meter.seconds,
    )


def _one_at_zero(problem: Problem) -> bool:
    """Whether error 0 fixes the behaviour: all that it is made of is compared."""
    if isinstance(problem.target, Table):
        return False
    return problem.wiring is Wiring.DAG or len(set(problem.compared())) == len(problem.inputs)


def _count_dag(problem: Problem, meter: Meter, found: Counter[Error]) -> None:
    if _is_boolean_function(problem):
        try:
            return _count_functions(problem, meter, found)
        except ProblemError:
            pass  # gates of another kind
    return _SetCount(problem, meter, found).run()


def _is_boolean_function(problem: Problem) -> bool:
    """One Boolean output on every assignment of few Boolean inputs, under a count of errors."""
    n = len(problem.inputs)
    return (
        1 <= n <= _BOOLEAN_INPUTS
        and len(problem.outputs) == 1
        and all(v.sort.kind == "Bool" for v in (*problem.inputs, *problem.outputs))
        and problem.measure in (Measure.WRONG, Measure.BITS)
        and sorted(row.inputs for row in problem.rows()) == list(product((False, True), repeat=n))
    )


def _count_functions(problem: Problem, meter: Meter, found: Counter[Error]) -> None:
    """By the engine that finds the least gates of all functions at once.

    Raises:
        ProblemError: the gates are not total Boolean functions of at most three inputs.
    """
    from solvers.exact.functions.all_functions import least_steps

    assert problem.components is not None
    n, limits = len(problem.inputs), meter.limits
    left = Limits(max(0.0, limits.seconds - meter.seconds), limits.states, limits.bytes)
    costs = least_steps(
        problem.components, n, free_complements=False, longest=problem.length, limits=left
    )
    functions = np.flatnonzero((costs.costs >= 0) & (costs.costs <= problem.length))
    # Bit i of a function is its value where input k is bit n - 1 - k of i.
    wanted = 0
    for row in problem.rows():
        place = sum(bool(x) << (n - 1 - k) for k, x in enumerate(row.inputs))
        wanted |= bool(row.outputs[0]) << place
    wrong = np.bitwise_count(functions.astype(np.uint64) ^ np.uint64(wanted))
    for error, count in zip(*np.unique(wrong, return_counts=True), strict=True):
        found[int(error)] += int(count)
    if costs.stopped:
        raise LimitReachedError(costs.stopped)
    if problem.length >= costs.settled and (costs.costs < 0).any():
        raise LimitReachedError("states")  # longer than the engine's greatest length


@dataclass(frozen=True, slots=True)
class _Item:
    """What a step adds: value numbers, and the samples on which it blocks as a bit mask."""

    values: tuple[int, ...]
    blocked: int


class _SetCount:
    """Breadth-first over sets of values, plainly: each set once, the last layer only looked at."""

    def __init__(self, problem: Problem, meter: Meter, found: Counter[Error]) -> None:
        assert problem.components is not None
        self.problem, self.meter, self.found = problem, meter, found
        self.rows = problem.rows()
        self.instances: list[Instance] = instances(problem.components)
        self.functions = [step_function(c, setting) for c, setting in self.instances]
        self.numbers: dict[tuple[Sort, Vector], int] = {}
        self.vectors: list[tuple[Sort, Vector]] = []
        self.items: dict[tuple[int, tuple[int, ...]], _Item] = {}
        self.behaviours: set[tuple[tuple[int, ...], int]] = set()
        self.all = _possible(problem)

    def run(self) -> None:
        inputs = frozenset(
            self._number(v.sort, tuple(row.inputs[k] for row in self.rows))
            for k, v in enumerate(self.problem.inputs)
        )
        layer: set[tuple[frozenset[int], int]] = {(inputs, 0)}
        self._record(inputs, 0, inputs)
        for length in range(1, self.problem.length + 1):
            following: set[tuple[frozenset[int], int]] = set()
            last = length == self.problem.length
            for values, blocked in layer:
                # A set takes the memory and time of many rows of a chain.
                self.meter.check(states=32 * len(following) + len(self.behaviours))
                for item in self._steps(values):
                    after = values.union(item.values)
                    mask = blocked | item.blocked
                    if (after, mask) == (values, blocked) or (after, mask) in following:
                        continue
                    if not last:
                        following.add((after, mask))
                    # Old values count again where more samples are blocked.
                    self._record(after, mask, after if mask != blocked else item.values)
                if self.all is not None and len(self.behaviours) == self.all:
                    return
            layer = following

    def _number(self, sort: Sort, vector: Vector) -> int:
        number = self.numbers.setdefault((sort, vector), len(self.vectors))
        if number == len(self.vectors):
            self.vectors.append((sort, vector))
        return number

    def _steps(self, values: frozenset[int]) -> Iterable[_Item]:
        by_sort: dict[Sort, list[int]] = {}
        for value in values:
            by_sort.setdefault(self.vectors[value][0], []).append(value)
        for k, (component, _) in enumerate(self.instances):
            for operands in product(*(by_sort.get(s, ()) for s in component.input_sorts)):
                yield self.items.get((k, operands)) or self._item(k, operands)

    def _item(self, k: int, operands: tuple[int, ...]) -> _Item:
        self.meter.check(size=8 * len(self.items) * len(self.rows))
        function, blocked = self.functions[k], 0
        results: list[tuple[Value, ...] | None] = []
        for j in range(len(self.rows)):
            arguments = [self.vectors[v][1][j] for v in operands]
            dead = any(a is None for a in arguments)
            results.append(None if dead else function(*arguments))
            blocked |= (results[-1] is None) << j
        made = tuple(
            self._number(sort, tuple(None if r is None else r[i] for r in results))
            for i, sort in enumerate(self.instances[k][0].output_sorts)
        )
        item = self.items[k, operands] = _Item(made, blocked)
        return item

    def _record(self, values: Iterable[int], blocked: int, fresh: Iterable[int]) -> None:
        """Counts the behaviours of these values that read a fresh one."""
        p = self.problem
        pool = list(fresh if len(p.outputs) == 1 else values)
        options = [[v for v in pool if self.vectors[v][0] == o.sort] for o in p.outputs]
        for chosen in product(*options):
            # What a slot holds on a blocked sample is not seen.
            seen = tuple(self._masked(v, blocked) for v in chosen)
            if (seen, blocked) in self.behaviours:
                continue
            self.behaviours.add((seen, blocked))
            errors = []
            for j, row in enumerate(self.rows):
                given = tuple(self.vectors[v][1][j] for v in chosen)
                dead = blocked >> j & 1
                values_ = None if dead else tuple(x for x in given if x is not None)
                errors.append(sample_error(p.measure, p.outputs, row.outputs, values_))
            self.found[total(p.measure, errors)] += 1

    def _masked(self, value: int, blocked: int) -> int:
        if not blocked:
            return value
        sort, vector = self.vectors[value]
        return self._number(
            sort, tuple(None if blocked >> j & 1 else x for j, x in enumerate(vector))
        )


def _possible(problem: Problem) -> int | None:
    """How many behaviours there can be at most, where that is a small number and none blocks."""
    assert problem.components is not None
    if any(c.guard is not None for c in problem.components.components):
        return None
    sizes = [domain_size(v.sort, problem.values) for v in problem.outputs]
    bits = 0.0
    for size in sizes:
        if size is None:
            return None
        bits += len(problem.rows()) * math.log2(size)
    if bits > _MOST_BITS:
        return None
    # Samples with equal inputs have equal outputs, so only different ones are free.
    free = len({row.inputs for row in problem.rows()})
    return int(math.prod(s for s in sizes if s is not None) ** free)
