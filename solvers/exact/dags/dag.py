"""The dag engine: least error of straight-line programs with fan-out, at every length.

A *value* is the vector of what a slot holds on all samples; an *item* is what one step adds: its
output values and the samples on which it blocks. Iterative deepening over the number of steps
visits each set of items once: at a node, candidates are taken in order, and one that was passed
over stays excluded below. The last step is never made a node: its candidates are only looked at.

This plain search takes every problem. What it has not finished after a little work goes on in the
compiled engine of `solvers.exact.dags.packed`, where that applies; the results are the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from solvers.compiled.term_code import step_function
from solvers.exact.frontiers.frontier import Frontier, FrontierBuilder, Line, bounds_text
from solvers.stopping.limits import STOPS, Limits, Meter, stop_reason
from theory.kernel.components.placements import Step, instances
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import total

PLAIN_WORK = 20_000  # steps on samples before the compiled engine takes over
_NODE_WORK = 25  # what a node counts in them

_ITEM, _ERROR, _VECTOR, _VALUE = 450, 300, 300, 40
"""Bytes of an entry of the tables, and of a value in a vector, at most about so many."""

Progress = Callable[[str], None]
Vector = tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """What a step adds: value numbers, and the samples on which it blocks as a bit mask."""

    values: tuple[int, ...]
    blocked: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that could come next, and what it would add."""

    item: Item
    step: Step


def solve_dag(
    problem: Problem,
    limits: Limits | None = None,
    progress: Progress | None = None,
    settled: Sequence[Line] = (),
) -> Frontier:
    """The frontier of a dag problem with finitely many samples.

    Ctrl-C, and limits that are reached, end it with bounds.

    Args:
        settled: lines from length 0 on that need not be searched again.
    """
    meter = Meter(limits or Limits())
    builder = FrontierBuilder(problem.length)
    builder.lines = list(settled)
    plain = _Search(problem, builder, meter, progress)
    stopped: str | None = None
    try:
        try:
            plain.run(PLAIN_WORK)
        except _WorkDoneError:
            _go_on(plain, progress)
    except STOPS as stop:
        stopped = stop_reason(stop)
    if stopped and plain.best[0] < builder.least:
        plain.add(exact=False)
    return Frontier(
        problem, "dag", builder.fill(exact=stopped is None), tuple(builder.counts),
        meter.seconds, stopped,
    )  # fmt: skip


def _go_on(plain: _Search, progress: Progress | None) -> None:
    """The lengths not finished yet: compiled where that is possible, else plainly."""
    from solvers.exact.dags.packed import UnpackableError, applies, continue_packed

    if applies(plain.problem):
        try:
            return continue_packed(plain.problem, plain.builder, plain.meter, progress)
        except UnpackableError:
            pass
    return plain.run()


class _WorkDoneError(Exception):
    """The plain search has spent the work it was given."""


class _Search:
    def __init__(
        self, problem: Problem, builder: FrontierBuilder, meter: Meter, progress: Progress | None
    ) -> None:
        assert problem.components is not None
        self.problem, self.builder = problem, builder
        self.meter, self.progress = meter, progress
        self.rows = problem.rows()
        self.instances = instances(problem.components)
        self.functions = [step_function(c, setting) for c, setting in self.instances]
        self.numbers: dict[tuple[Sort, Vector], int] = {}
        self.vectors: list[tuple[Sort, Vector]] = []
        self.items: dict[tuple[int, tuple[int, ...]], Item] = {}
        self.known_errors: dict[tuple[tuple[int, ...], int], Error] = {}
        self.nodes = 0
        self.most_work = math.inf
        self.best: tuple[Error, tuple[Step, ...], tuple[int, ...]] = (math.inf, (), ())

    def run(self, most_work: float = math.inf) -> None:
        """Adds the lines that the frontier does not have yet.

        Raises:
            _WorkDoneError: after `most_work` steps on samples and nodes.
            LimitReachedError, NumberTooLargeError: lines of finished lengths have been added.
        """
        problem, builder = self.problem, self.builder
        self.most_work = most_work
        inputs = [
            self._number(v.sort, tuple(row.inputs[k] for row in self.rows))
            for k, v in enumerate(problem.inputs)
        ]
        slots = {value: k for k, value in reversed(list(enumerate(inputs)))}
        if not builder.lines:
            self._finish((), slots, 0)
            self.add()
        if builder.sequence is not None and builder.least < self.best[0]:
            self.best = (builder.least, builder.sequence.steps, builder.sequence.outputs)
        if builder.least == 0:
            return
        first = list(self._fresh(list(slots), set(slots), slots, set(), everything=True))
        for length in range(len(builder.lines), problem.length + 1):
            before = self.nodes
            self._visit([], slots, len(inputs), 0, first, length)
            builder.counts.append(self.nodes - before)
            self.add()
            if self.progress:
                self.progress(f"{bounds_text(builder.lines[-1])}; {self.nodes:,} nodes")
            if builder.least == 0:
                return

    def add(self, *, exact: bool = True) -> None:
        """Adds the best so far as the line of the next length."""
        error, steps, outputs = self.best
        sequence = (
            None if error == math.inf and not outputs else self.problem.sequence(steps, outputs)
        )
        self.builder.add(error, sequence, exact=exact)

    def _watch(self) -> None:
        looked_at = (len(self.items) + len(self.known_errors)) * len(self.rows)
        if looked_at + _NODE_WORK * self.nodes > self.most_work:
            raise _WorkDoneError

    def _number(self, sort: Sort, vector: Vector) -> int:
        number = self.numbers.setdefault((sort, vector), len(self.vectors))
        if number == len(self.vectors):
            self.vectors.append((sort, vector))
        return number

    def _item(self, k: int, operands: tuple[int, ...]) -> Item:
        """What instance k adds when it reads these values; computed once."""
        item = self.items.get((k, operands))
        if item is None:
            function = self.functions[k]
            columns = [self.vectors[v][1] for v in operands]
            results: list[tuple[Value, ...] | None] = []
            blocked = 0
            for j in range(len(self.rows)):
                arguments = [column[j] for column in columns]
                dead = any(a is None for a in arguments)
                results.append(None if dead else function(*arguments))
                if results[-1] is None:
                    blocked |= 1 << j
            values = tuple(
                self._number(sort, tuple(None if r is None else r[i] for r in results))
                for i, sort in enumerate(self.instances[k][0].output_sorts)
            )
            item = self.items[k, operands] = Item(values, blocked)
            self.meter.check(states=len(self.items), size=self._bytes())
            self._watch()
        return item

    def _fresh(
        self,
        available: list[int],
        new: set[int],
        slots: dict[int, int],
        seen: set[Item],
        *,
        everything: bool = False,
    ) -> Iterator[Candidate]:
        """Candidates that read at least one new value and add an item not seen yet."""
        by_sort: dict[Sort, list[int]] = {}
        for value in available:
            by_sort.setdefault(self.vectors[value][0], []).append(value)
        for k, (component, setting) in enumerate(self.instances):
            for operands in product(*(by_sort.get(s, ()) for s in component.input_sorts)):
                if not everything and new.isdisjoint(operands):
                    continue
                item = self._item(k, operands)
                if item not in seen:
                    seen.add(item)
                    reads = tuple(slots[v] for v in operands)
                    yield Candidate(item, Step(component.name, reads, (), setting))

    def _visit(
        self,
        steps: list[Step],
        slots: dict[int, int],
        slot_count: int,
        blocked: int,
        candidates: list[Candidate],
        remaining: int,
    ) -> None:
        self.nodes += 1
        if not self.nodes & 255:
            self.meter.check()
            self._watch()
        for k, candidate in enumerate(candidates):
            if self.best[0] == 0:
                return
            item = candidate.item
            fresh = {v for v in item.values if v not in slots}
            if not fresh and not item.blocked & ~blocked:
                continue
            after = dict(slots)
            for j, value in enumerate(item.values):
                after.setdefault(value, slot_count + j)
            done = [*steps, candidate.step]
            if remaining == 1:
                self._finish(tuple(done), after, blocked | item.blocked, fresh)
                continue
            seen = {c.item for c in candidates}
            following = candidates[k + 1 :]
            following += self._fresh(list(after), fresh, after, seen)
            count = slot_count + len(item.values)
            self._visit(done, after, count, blocked | item.blocked, following, remaining - 1)

    def _finish(
        self,
        steps: tuple[Step, ...],
        slots: dict[int, int],
        blocked: int,
        fresh: set[int] | None = None,
    ) -> None:
        """Keeps these steps if some choice of outputs makes them the best so far.

        With one output only the `fresh` values need a look: older ones had theirs at a shorter
        length.
        """
        outputs = self.problem.outputs
        pool = list(slots) if fresh is None or len(outputs) > 1 else list(fresh)
        options = [[v for v in pool if self.vectors[v][0] == o.sort] for o in outputs]
        for chosen in product(*options):
            error = self._error(chosen, blocked)
            if error < self.best[0] or not self.best[2]:
                self.best = (error, steps, tuple(slots[v] for v in chosen))

    def _error(self, chosen: tuple[int, ...], blocked: int) -> Error:
        key = (chosen, blocked)
        if key not in self.known_errors:
            p = self.problem
            errors = []
            for j, row in enumerate(self.rows):
                given = [self.vectors[v][1][j] for v in chosen]
                values = tuple(x for x in given if x is not None)
                dead = blocked >> j & 1 or len(values) < len(given)
                errors.append(p.sample_error(row, None if dead else values))
            self.known_errors[key] = total(p.measure, errors)
            if not len(self.known_errors) & 255:
                self.meter.check(size=self._bytes())
                self._watch()
        return self.known_errors[key]

    def _bytes(self) -> int:
        vectors = len(self.vectors) * (_VECTOR + _VALUE * len(self.rows))
        return _ITEM * len(self.items) + _ERROR * len(self.known_errors) + vectors
