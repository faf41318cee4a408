"""Points of any sorts: Python values, evaluated and interned one by one; the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.term_code import step_function
from solvers.points.error_arrays import exact_array
from solvers.stopping.limits import Meter
from theory.kernel.components.placements import placements
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import sample_error

BLOCKED = 0
UNKNOWN = -1


_POINT = 500
"""Bytes of a point: its key, two tuples, a place in a dictionary, its error and small numbers."""


class ExactPoints:
    """Points of any sorts, evaluated one by one in exact Python."""

    def __init__(self, problem: Problem) -> None:
        assert problem.components is not None
        self.problem = problem
        self.steps = placements(problem.components, problem.inputs)
        self._functions = [
            step_function(problem.components[s.component], s.parameters) for s in self.steps
        ]
        self._compared = problem.compared()
        rows = problem.rows()
        self._wanted = list(dict.fromkeys(row.outputs for row in rows))
        place = {outputs: k for k, outputs in enumerate(self._wanted)}
        self._keys: list[tuple[tuple[Value, ...] | None, int]] = [(None, 0)]
        self._numbers = {self._keys[0]: BLOCKED}
        self._errors: list[Error] = [self._error(None, 0)]
        self.moves = np.zeros((1, len(self.steps)), dtype=np.int32)
        self._moved = 1
        self.start = np.array(
            [self._number(row.inputs, place[row.outputs]) for row in rows], dtype=np.int32
        )
        self._pad()

    def __len__(self) -> int:
        return len(self._keys)

    def _error(self, state: tuple[Value, ...] | None, target: int) -> Error:
        given = None if state is None else tuple(state[k] for k in self._compared)
        p = self.problem
        return sample_error(p.measure, p.outputs, self._wanted[target], given)

    def _number(self, state: tuple[Value, ...] | None, target: int) -> int:
        if state is None:
            return BLOCKED
        number = self._numbers.setdefault((state, target), len(self._keys))
        if number == len(self._keys):
            self._keys.append((state, target))
            self._errors.append(self._error(state, target))
        return number

    def _moved_state(self, state: tuple[Value, ...] | None, k: int) -> tuple[Value, ...] | None:
        step = self.steps[k]
        result = None if state is None else self._functions[k](*(state[r] for r in step.reads))
        if state is None or result is None:
            return None
        slots = list(state)
        for register, value in zip(step.writes, result, strict=False):
            slots[register] = value
        return tuple(slots)

    def _pad(self) -> None:
        ahead = np.full((len(self) - len(self.moves), len(self.steps)), UNKNOWN, dtype=np.int32)
        self.moves = np.concatenate([self.moves, ahead])

    def expand(self, meter: Meter) -> bool:
        """See `Points`."""
        self._pad()  # an expansion that a limit broke off has left points behind
        first, last = self._moved, len(self)
        rows = []
        for point in range(first, last):
            if not point & 255:
                meter.check(states=len(self), size=self.bytes())
            state, target = self._keys[point]
            rows.append(
                [self._number(self._moved_state(state, k), target) for k in range(len(self.steps))]
            )
        if rows:
            self.moves[first:last] = rows
        self._moved = last
        self._pad()
        return last > first

    def errors(self) -> NDArray[Any]:
        """See `Points`."""
        return exact_array(self._errors)

    def look_ahead(self) -> NDArray[Any]:
        """See `Points`."""
        found: list[Error] = []
        for point, (state, target) in enumerate(self._keys):
            for k in range(len(self.steps)):
                if point < self._moved:
                    found.append(self._errors[self.moves[point, k]])
                else:
                    found.append(self._error(self._moved_state(state, k), target))
        return exact_array(found).reshape(len(self), len(self.steps))

    def bytes(self) -> int:
        """See `Points`."""
        return len(self) * (_POINT + 8 * len(self.problem.inputs)) + self.moves.nbytes

    def bytes_ahead(self) -> int:
        """See `Points`: of references, since most errors are met more than once."""
        return 2 * 8 * len(self) * len(self.steps)

    def rows(self) -> NDArray[np.int64]:
        """See `Points`."""
        registers = self.problem.inputs
        result = np.full((len(self), len(registers) + 1), -1, dtype=np.int64)
        words: dict[tuple[Sort, Value], int] = {}
        for point, (state, target) in enumerate(self._keys):
            if state is not None:
                values = [(v.sort, value) for v, value in zip(registers, state, strict=True)]
                result[point, :-1] = [words.setdefault(v, len(words)) for v in values]
                result[point, -1] = target
        return result
