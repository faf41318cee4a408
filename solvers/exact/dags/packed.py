"""The compiled dag engine: components with one output each, over packed values.

It takes what most dag problems are: components with one output and at most three inputs that
nowhere block, values that are Booleans, bit vectors of up to 64 bits or integers within 64 bits. A
problem may have several outputs. Boolean values are packed, 64 samples a word; others are a word a
sample. `applies` says whether a problem is of this kind; where an integer leaves 64 bits or a guard
blocks on the way, `UnpackableError` hands the problem back to the plain engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.array_code import is_machine
from solvers.compiled.interning import new_index
from solvers.compiled.row_operations import (
    MAX_ARITY,
    Operation,
    boolean_operation,
    fits_rows,
    no_rows,
    packed_bits,
    row_kernel,
    word_operation,
)
from solvers.exact.dags import set_search as ss
from solvers.exact.dags import set_values as sv
from solvers.exact.dags.set_outputs import KEPT, MAX_OUTPUTS, apart, choose_outputs, enter_slot
from solvers.exact.frontiers.frontier import FrontierBuilder, bounds_text
from solvers.stopping.limits import STOPS, LimitReachedError, Meter
from theory.kernel.components.placements import Instance, Step, instances
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import BOOL, Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.targets import Measure, Relation

Progress = Callable[[str], None]
MAX_CANDIDATES = 1 << 24
_AIM_S = 0.1  # of one call of the compiled search, between two looks at the clock


class UnpackableError(Exception):
    """A value does not fit its word, or a guard blocks: only the plain engine can go on."""


def applies(problem: Problem) -> bool:
    """Whether the problem is one for this engine, unless a value turns out not to fit."""
    assert problem.components is not None
    if len(problem.outputs) > MAX_OUTPUTS or isinstance(problem.target, Relation):
        return False
    variables = (*problem.inputs, *problem.outputs)
    choices = instances(problem.components)
    sorts = {v.sort for v in variables} | {s for c, _ in choices for s in c.input_sorts}
    if not all(map(is_machine, sorts)) or not choices:
        return False
    return _all_boolean(problem, choices) or fits_rows(choices)


def _all_boolean(problem: Problem, choices: list[Instance]) -> bool:
    """Whether values can be packed; constants need a slot to read where they have an input."""
    return (
        bool(problem.inputs)
        and all(v.sort == BOOL for v in (*problem.inputs, *problem.outputs))
        and all(
            c.output_sorts == (BOOL,)
            and len(c.inputs) <= MAX_ARITY
            and all(s == BOOL for s in c.input_sorts)
            and c.guard is None
            for c, _ in choices
        )
    )


@dataclass(frozen=True, slots=True)
class Packing:
    """A problem as arrays.

    Attributes:
        instances: the components and settings.
        operations: what a step applies; fewer than instances where Boolean ones are equal.
        sorts: all sorts, numbered by their places.
        call: the compiled operations; unused for packed Booleans.
        inputs: (inputs, width) the inputs' values. wanted: (outputs, width) the outputs'.
        last_mask: the bits of the last word that are samples; -1 where words are samples.
    """

    instances: list[Instance]
    operations: list[Operation]
    sorts: list[Sort]
    call: Any
    inputs: NDArray[np.int64]
    wanted: NDArray[np.int64]
    last_mask: int


def pack(problem: Problem) -> Packing:
    """The arrays of a problem to which the engine applies.

    Raises:
        UnpackableError: where an integer of the samples leaves 64 bits.
    """
    assert problem.components is not None
    choices = instances(problem.components)
    rows = problem.rows()
    columns = [[row.inputs[k] for row in rows] for k in range(len(problem.inputs))]
    targets = [[row.outputs[k] for row in rows] for k in range(len(problem.outputs))]
    m = len(columns)
    if _all_boolean(problem, choices):
        made = (boolean_operation(k, one) for k, one in enumerate(choices))
        # Operations with equal polynomials make equal values, and what an operation hands
        # through is a value that is there.
        distinct = {op.polynomial: op for op in made if op is not None}
        through = (0, -1, 0, 0, 0, 0, 0, 0)
        operations = [op for key, op in distinct.items() if key != through]
        bits = packed_bits([[bool(v) for v in column] for column in [*columns, *targets]])
        spare = len(rows) % 64
        mask = (1 << spare) - 1 if spare or not rows else -1
        return Packing(choices, operations, [BOOL], no_rows, bits[:m], bits[m:], mask)
    words = np.array([words_of(column) for column in [*columns, *targets]], dtype=np.int64)
    operations = [word_operation(k, one) for k, one in enumerate(choices)]
    variables = (*problem.inputs, *problem.outputs)
    listed = [v.sort for v in variables] + [s for op in operations for s in (*op.sorts, op.result)]
    sorts = list(dict.fromkeys(listed))
    return Packing(choices, operations, sorts, row_kernel(choices), words[:m], words[m:], -1)


def words_of(column: list[Value]) -> NDArray[np.int64]:
    """Values as 64-bit words.

    Raises:
        UnpackableError: for an integer outside 64 bits.
    """
    numbers = [int(v) for v in column]  # type: ignore[arg-type]
    if any(not -(2**63) <= n < 2**64 for n in numbers):
        raise UnpackableError
    return np.array([n - 2**64 if n >= 2**63 else n for n in numbers], dtype=np.int64)


def continue_packed(
    problem: Problem, builder: FrontierBuilder, meter: Meter, progress: Progress | None
) -> None:
    """Adds to a frontier that has at least its line of length 0 all those that follow.

    Raises:
        UnpackableError: see there; lines that were added are exact all the same.
        LimitReachedError: lines of the lengths that were finished have been added.
    """
    search = _Search(problem, pack(problem), builder, meter)
    for length in range(len(builder.lines), problem.length + 1):
        if builder.least == 0:
            return
        search.run(length)
        if progress:
            nodes = sum(builder.counts)
            progress(f"{bounds_text(builder.lines[-1])}; {nodes:,} nodes")


class _Search:
    def __init__(
        self, problem: Problem, packing: Packing, builder: FrontierBuilder, meter: Meter
    ) -> None:
        self.problem, self.packing = problem, packing
        self.builder, self.meter = builder, meter
        self.chunk = 20_000
        self.number = {sort: k for k, sort in enumerate(packing.sorts)}
        self.operations = np.array(
            [self._operation_row(op) for op in packing.operations], dtype=np.int32
        ).reshape(-1, 8)
        self.polynomials = np.array(
            [op.polynomial for op in packing.operations if op.polynomial], dtype=np.int64
        ).reshape(-1, 8)
        self.flags = np.zeros(2, dtype=np.bool_)
        self.outputs = np.array(
            [[self.number.get(v.sort, -1), v.sort.kind == "BitVec"] for v in problem.outputs],
            dtype=np.int64,
        )
        self.apart = apart(problem)
        # Inputs with equal values are one slot.
        self.slots: list[int] = []
        seen = set()
        for k, v in enumerate(problem.inputs):
            key = (v.sort, packing.inputs[k].tobytes())
            if key not in seen:
                seen.add(key)
                self.slots.append(k)

    def _operation_row(self, op: Operation) -> list[int]:
        sorts = [self.number[s] for s in op.sorts]
        padded = [*sorts, *[-1] * (3 - len(sorts))]
        return [len(sorts), self.number[op.result], *padded, *map(int, op.commutes)]

    def run(self, length: int) -> None:
        """Adds the line of one length."""
        control = self._control(length)
        packed = not self.packing.operations or bool(len(self.polynomials))
        slots = len(self.slots) + length
        tuples = sum(slots ** len(op.sorts) for op in self.packing.operations)
        capacity = len(self.slots) + tuples + 2
        if capacity > MAX_CANDIDATES:
            raise LimitReachedError("memory")
        several, width = self.packing.wanted.shape
        row_bytes = 8 * width + 48
        most = min(self.meter.limits.states, self.meter.limits.bytes // row_bytes)
        control[sv.MAX_ROWS] = min(most, capacity - 1)
        rows = np.empty((capacity, width), dtype=np.int64)
        made = np.zeros((capacity, 5), dtype=np.int32)
        places = np.zeros(capacity, dtype=np.int64)
        index = new_index(2 * capacity)
        chosen = np.zeros(slots + 1, dtype=np.int64)
        sorts = np.zeros(slots + 1, dtype=np.int64)
        reads = np.zeros(slots + 1, dtype=np.int64)
        todo = np.zeros((tuples + 1, 4), dtype=np.int32)
        end = len(self.slots)
        for place, k in enumerate(self.slots):
            rows[place] = self.packing.inputs[k]
            made[place] = (-1, 0, 0, 0, self.number[self.problem.inputs[k].sort])
            chosen[place], sorts[place] = place, made[place, sv.SORT]
            sv.insert(rows, made, places, index, place)
        arrays = (self.packing.call, self.operations, self.polynomials, rows, made, places, index)
        end = sv.extend(
            *arrays, chosen, sorts, todo, end, end - 1, True, control, self.flags
        )  # fmt: skip
        self._check_flags()
        if end < 0:
            self._full(row_bytes)
        best_steps = np.zeros((length + 1, 4), dtype=np.int64)
        best_outputs = np.zeros(several, dtype=np.int64)
        errors = np.full((slots + 1, several), sv.NONE, dtype=np.int64)
        least = np.full((slots + 1, several, 2), sv.NONE, dtype=np.int64)
        scratch = np.zeros((4, several), dtype=np.int64)
        choice = (self.packing.wanted, self.outputs, packed, control, errors, least)
        for place in range(len(self.slots)):
            enter_slot(rows, place, place, sorts, *choice)
        if length == 1:
            newest = len(self.slots) - 1
            joined = np.zeros((several, width), dtype=np.int64)
            for row in range(len(self.slots), end):
                error = choose_outputs(
                    rows, row, made[row, sv.SORT], newest, chosen, self.packing.wanted,
                    self.outputs, packed, errors, least, scratch, joined, control,
                )  # fmt: skip
                if error < control[sv.BEST]:
                    control[sv.BEST], control[sv.FOUND] = error, 1
                    best_steps[0] = made[row, :4]
                    best_outputs[:] = scratch[KEPT]
            control[sv.NODES] = end - len(self.slots)
            self._finish(control, best_steps, best_outputs, length)
            return
        position = np.zeros(length, dtype=np.int64)
        ends = np.zeros(length, dtype=np.int64)
        position[0], ends[0] = len(self.slots), end
        best = np.zeros((slots + 1, 4), dtype=np.int64)
        try:
            while True:
                self.meter.check()
                before = self.meter.seconds
                state = ss.search(
                    *arrays, position, ends, chosen, sorts, reads, todo, self.packing.wanted,
                    self.outputs, self.apart, errors, least, scratch, control, best, best_steps,
                    best_outputs, self.flags, self.chunk,
                )  # fmt: skip
                self._check_flags()
                if state == ss.FULL:
                    self._full(row_bytes)
                if state == ss.DONE:
                    break
                took = self.meter.seconds - before
                self.chunk = max(2_000, int(self.chunk * min(4, _AIM_S / max(took, 1e-3))))
        except STOPS:
            if control[sv.FOUND] and control[sv.BEST] < sv.BIG:
                self._finish(control, best_steps, best_outputs, length, exact=False)
            raise
        self._finish(control, best_steps, best_outputs, length)

    def _control(self, length: int) -> NDArray[np.int64]:
        least = self.builder.least
        control = np.zeros(sv.CONTROL_SIZE, dtype=np.int64)
        if least == math.inf:
            control[sv.BEST] = sv.BIG + 1
        elif least < sv.BIG:
            control[sv.BEST] = int(least)
        else:
            raise UnpackableError
        control[sv.LENGTH], control[sv.INPUTS] = length, len(self.slots)
        control[sv.ARITY] = max([1, *(len(op.sorts) for op in self.packing.operations)])
        control[sv.LAST_MASK] = self.packing.last_mask
        control[sv.MEASURE] = list(Measure).index(self.problem.measure)
        return control

    def _check_flags(self) -> None:
        if self.flags.any():
            raise UnpackableError

    def _full(self, row_bytes: int) -> None:
        states = self.meter.limits.states <= self.meter.limits.bytes // row_bytes
        raise LimitReachedError("states" if states else "memory")

    def _finish(
        self,
        control: NDArray[np.int64],
        steps: NDArray[np.int64],
        outputs: NDArray[np.int64],
        length: int,
        *,
        exact: bool = True,
    ) -> None:
        if exact:
            self.builder.counts.append(int(control[sv.NODES]))
        if not control[sv.FOUND]:
            self.builder.add(self.builder.least, None, exact=exact)
            return
        if control[sv.BEST] >= sv.BIG:
            raise UnpackableError
        error: Error = int(control[sv.BEST])
        sequence = self._sequence(steps[:length].tolist(), outputs.tolist())
        self.builder.add(error, sequence, exact=exact)

    def _sequence(self, steps: list[list[int]], outputs: list[int]) -> Sequence:
        """The steps of the compiled search as those of the problem."""
        sorts = [v.sort for v in self.problem.inputs]
        made = []
        for k, *reads in steps:
            op = self.packing.operations[k]
            component, setting = self.packing.instances[op.instance]
            own = [self._slot(r) for r in reads]
            known = dict(zip(op.operands, own, strict=False))
            slots = tuple(
                known[i] if i in known else sorts.index(sort)
                for i, sort in enumerate(component.input_sorts)
            )
            made.append(Step(component.name, slots, (), setting))
            sorts.append(component.output_sorts[0])
        return self.problem.sequence(made, tuple(self._slot(r) for r in outputs))

    def _slot(self, number: int) -> int:
        """A slot of the search, where equal inputs are one, as one of the sequence."""
        if number < len(self.slots):
            return self.slots[number]
        return number - len(self.slots) + len(self.problem.inputs)
