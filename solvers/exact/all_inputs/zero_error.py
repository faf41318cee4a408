"""Is there a sequence without error? The driver of the compiled search in `zero_search`.

A `ZeroSearch` holds a dag problem on samples as arrays, over machine words (see `packed`), and
`find(length)` decides whether a sequence of exactly that many steps has error 0 on all of them,
given that no shorter one has. The measure does not matter: error 0 is right everywhere. Two
threads share the work of the longer lengths.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.array_code import is_machine
from solvers.compiled.interning import new_index
from solvers.compiled.row_operations import Operation, fits_rows, row_kernel, word_operation
from solvers.exact.all_inputs import zero_search as zs
from solvers.exact.all_inputs.backward import results_of, rule_of, useless_twice
from solvers.exact.dags import set_values as sv
from solvers.exact.dags.packed import MAX_CANDIDATES, UnpackableError, words_of
from solvers.stopping.limits import LimitReachedError, Meter
from theory.kernel.components.placements import Step, instances
from theory.kernel.language.sorts import Sort
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost, Sequence
from theory.kernel.problems.targets import Samples

_AIM_S = 0.1  # of one call of the compiled search, between two looks at the clock
_THREADS_FROM = 4  # length from which a search is shared between threads


def applies(problem: Problem) -> bool:
    """Whether a problem is one for this search, unless a value turns out not to fit a word."""
    assert problem.components is not None
    if problem.cost is not Cost.LENGTH:
        return False
    choices = instances(problem.components)
    variables = (*problem.inputs, *problem.outputs)
    sorts = {v.sort for v in variables} | {s for c, _ in choices for s in c.input_sorts}
    return (
        len(problem.outputs) == 1
        and len(problem.inputs) + problem.length <= zs.MAX_SLOTS
        and all(map(is_machine, sorts))
        and fits_rows(choices)
    )


class Operations:
    """The component set of a problem as arrays; the same for all its samples."""

    def __init__(self, problem: Problem) -> None:
        assert problem.components is not None
        self.instances = instances(problem.components)
        self.made = [word_operation(k, one) for k, one in enumerate(self.instances)]
        self.call = row_kernel(self.instances)
        listed = [v.sort for v in (*problem.inputs, *problem.outputs)]
        listed += [s for op in self.made for s in (*op.sorts, op.result)]
        self.sorts: dict[Sort, int] = {s: k for k, s in enumerate(dict.fromkeys(listed))}
        self.table = np.array(
            [self._row(op) for op in self.made], dtype=np.int32
        ).reshape(-1, zs.OPERATION_COLUMNS)  # fmt: skip
        self.arity = max([1, *(len(op.sorts) for op in self.made)])

    def _row(self, op: Operation) -> list[int]:
        sorts = [self.sorts[s] for s in op.sorts]
        padded = [*sorts, *[-1] * (3 - len(sorts))]
        component, setting = self.instances[op.instance]
        rule, width = rule_of(component, setting)
        head = [len(sorts), self.sorts[op.result], *padded, *map(int, op.commutes)]
        return [*head, rule, width, 1, int(not useless_twice(component, setting))]

    def lasting(self, wanted: NDArray[np.int64]) -> NDArray[np.int32]:
        """The table with LAST 0 where the results that an instance can have exclude the target."""
        table = self.table.copy()
        values = set(wanted.tolist())
        for row, op in zip(table, self.made, strict=True):
            possible = results_of(*self.instances[op.instance])
            if possible is not None:
                words = {int(w) - 2**64 if int(w) >= 2**63 else int(w) for w in possible}  # type: ignore[arg-type]
                row[zs.LAST] = values <= words
        return table


class ZeroSearch:
    """The search on one set of samples.

    Raises:
        UnpackableError: where an integer of the samples leaves 64 bits.
    """

    def __init__(self, problem: Problem, operations: Operations, meter: Meter) -> None:
        assert isinstance(problem.target, Samples)
        self.problem, self.operations, self.meter = problem, operations, meter
        rows = problem.target.rows
        columns = [[row.inputs[k] for row in rows] for k in range(len(problem.inputs))]
        self.wanted = words_of([row.outputs[0] for row in rows])
        self.inputs = [words_of(column) for column in columns]
        self.table = operations.lasting(self.wanted)
        self.nodes = 0
        # Inputs with equal values are one slot.
        self.slots: list[int] = []
        seen = set()
        for k, v in enumerate(problem.inputs):
            key = (v.sort, self.inputs[k].tobytes())
            if key not in seen:
                seen.add(key)
                self.slots.append(k)

    def find(self, length: int) -> Sequence | None:
        """A sequence of `length` steps without error, if there is one and no shorter one.

        Raises:
            UnpackableError: where a value does not fit; LimitReachedError.
        """
        self.nodes = 0
        output = self.problem.outputs[0].sort
        if length == 0:
            for k in self.slots:
                same = self.problem.inputs[k].sort == output
                if same and (self.inputs[k] == self.wanted).all():
                    return self.problem.sequence((), (k,))
            return None
        threads = min(2, os.cpu_count() or 1) if length >= _THREADS_FROM else 1
        stop = threading.Event()
        workers = [_Worker(self, length, k, threads, stop) for k in range(threads)]
        if threads == 1:
            steps = workers[0].run()
        else:
            with ThreadPoolExecutor(threads) as pool:
                jobs = [pool.submit(w.run) for w in workers]
                try:
                    found = [job.result() for job in jobs]
                finally:
                    stop.set()
            steps = next((s for s in found if s is not None), None)
        self.nodes = sum(int(w.control[sv.NODES]) for w in workers)
        return None if steps is None else self._sequence(steps)

    def _sequence(self, steps: list[list[int]]) -> Sequence:
        """The steps of the compiled search as those of the problem."""
        m = len(self.problem.inputs)
        made = []
        for k, *reads in steps:
            component, setting = self.operations.instances[self.operations.made[k].instance]
            own = [self.slots[r] if r < len(self.slots) else r - len(self.slots) + m for r in reads]
            made.append(Step(component.name, tuple(own[: len(component.inputs)]), (), setting))
        return self.problem.sequence(made, (m + len(made) - 1,))


class _Worker:
    """One thread's arrays."""

    def __init__(
        self, search: ZeroSearch, length: int, offset: int, stride: int, stop: threading.Event
    ) -> None:
        self.search, self.length, self.stop = search, length, stop
        self.offset, self.stride = offset, stride
        self.control: NDArray[np.int64] = np.zeros(zs.CONTROL_SIZE, dtype=np.int64)

    def run(self) -> list[list[int]] | None:
        """The steps of a sequence without error; None where this worker's share has none."""
        s, ops = self.search, self.search.operations
        inputs, length, control = len(s.slots), self.length, self.control
        slots = inputs + max(1, length - 2)
        arities = ops.table[:, sv.INPUT_COUNT].tolist()
        tuples = sum(slots**a for a in arities)
        capacity = inputs + tuples + 4
        width = len(s.wanted)
        row_bytes = 8 * width + 64
        if capacity > MAX_CANDIDATES or capacity * row_bytes > s.meter.limits.bytes:
            raise LimitReachedError("memory")
        control[sv.LENGTH], control[sv.INPUTS] = length, inputs
        control[sv.ARITY] = ops.arity
        control[zs.OUTPUT] = ops.sorts[s.problem.outputs[0].sort]
        most_states = s.meter.limits.states
        control[sv.MAX_ROWS] = min(most_states, capacity - 3)
        full = "states" if most_states <= capacity - 3 else "memory"
        control[zs.STRIDE], control[zs.OFFSET] = self.stride, self.offset
        rows = np.empty((capacity, width), dtype=np.int64)
        made = np.zeros((capacity, 5), dtype=np.int32)
        read_masks = np.zeros(capacity, dtype=np.int64)
        places = np.zeros(capacity, dtype=np.int64)
        index = new_index(2 * capacity)
        chosen, sorts, reads = (np.zeros(slots + 1, dtype=np.int64) for _ in range(3))
        todo = np.zeros((tuples + 1, 4), dtype=np.int32)
        most = sum((slots + 1) ** a for a in arities) + 1
        finals = (
            np.zeros((most, zs.FINAL_COLUMNS), dtype=np.int32),
            np.zeros((most, width), dtype=np.int64),
            np.zeros(most, dtype=np.int64),
            new_index(max(2 * most, 16 * len(arities) * slots)),
            np.zeros(most, dtype=np.int64),
            np.zeros(slots + 3, dtype=np.int64),
            np.zeros(slots + 3, dtype=np.int64),
        )
        polynomials = np.zeros((0, 8), dtype=np.int64)
        flags = np.zeros(2, dtype=np.bool_)
        for place, k in enumerate(s.slots):
            rows[place] = s.inputs[k]
            made[place] = (-1, 0, 0, 0, ops.sorts[s.problem.inputs[k].sort])
            chosen[place], sorts[place] = place, made[place, sv.SORT]
            sv.insert(rows, made, places, index, place)
        end = sv.extend(
            ops.call, s.table, polynomials, rows, made, places, index, chosen, sorts, todo,
            inputs, inputs - 1, True, control, flags,
        )  # fmt: skip
        if flags.any():
            raise UnpackableError
        if end < 0:
            raise LimitReachedError(full)
        if length == 1:
            for row in range(inputs, end):
                if made[row, sv.SORT] == control[zs.OUTPUT] and (rows[row] == s.wanted).all():
                    return [made[row, :4].tolist()]
            control[sv.NODES] = end - inputs
            return None
        for row in range(inputs, end):
            arity = arities[made[row, 0]]
            read_masks[row] = sum({1 << r for r in made[row].tolist()[sv.A : sv.A + arity]})
        for slot in range(-1, inputs):
            zs.push_finals(s.table, rows, chosen, sorts, s.wanted, control, finals, slot)
        position, ends = np.zeros(length, dtype=np.int64), np.zeros(length, dtype=np.int64)
        position[0], ends[0] = inputs, end
        steps = np.zeros((length, 4), dtype=np.int64)
        chunk = 20_000
        while True:
            s.meter.check()
            if self.stop.is_set():
                return None
            before = s.meter.seconds
            state = zs.search_zero(
                ops.call, s.table, polynomials, rows, made, read_masks, places, index, position,
                ends, chosen, sorts, reads, todo, finals, s.wanted, control, steps, flags, chunk,
            )  # fmt: skip
            if flags.any():
                raise UnpackableError
            if state == sv.FULL:
                raise LimitReachedError(full)
            if control[sv.FOUND]:
                self.stop.set()
                found: list[list[int]] = steps.tolist()
                return found
            if state == sv.DONE:
                return None
            took = s.meter.seconds - before
            chunk = max(2_000, int(chunk * min(4, _AIM_S / max(took, 1e-3))))
