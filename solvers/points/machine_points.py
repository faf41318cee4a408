"""Points of machine words: whole layers evaluated as array code, interned in compiled code.

Where an integer leaves 64 bits it raises `WordOverflowError`; the caller starts again with exact
points, so that a wrapped value never takes part.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.array_code import array_function, to_array
from solvers.compiled.interning import intern_rows, new_index
from solvers.points.error_arrays import INFINITE, LARGEST, exact_array, joined
from solvers.points.exact_points import UNKNOWN
from solvers.stopping.limits import Meter
from theory.kernel.components.placements import placements
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, sample_error

_CHUNK = 1 << 16


class WordOverflowError(Exception):
    """A machine integer left 64 bits; exact points must be used instead."""


class MachinePoints:
    """Points whose registers are machine words, evaluated a layer at a time."""

    def __init__(self, problem: Problem) -> None:
        assert problem.components is not None
        self.problem = problem
        self.steps = placements(problem.components, problem.inputs)
        self._compared = problem.compared()
        rows = problem.rows()
        wanted = list(dict.fromkeys(row.outputs for row in rows))
        place = {outputs: k for k, outputs in enumerate(wanted)}
        self._wanted = self._words(wanted, [v.sort for v in problem.outputs])
        registers = [v.sort for v in problem.inputs]
        states = self._words([row.inputs for row in rows], registers)
        targets = np.array([[place[row.outputs]] for row in rows], dtype=np.int64)
        # A row is the registers' words and the number of the wanted outputs; row 0 is blocked.
        blocked = np.full((1, len(registers) + 1), -1, dtype=np.int64)
        self._rows = blocked.copy()
        self._count = 0
        self._index = new_index(1 << 12)
        self._intern(blocked)
        self.moves = np.zeros((1, len(self.steps)), dtype=np.int32)
        self._moved = 1
        self.start = self._intern(np.concatenate([states, targets], axis=1))
        self._errors = self._row_errors(self._rows[: self._count])
        self._pad()

    def __len__(self) -> int:
        return self._count

    @staticmethod
    def _words(values: list[tuple[Value, ...]], sorts: list[Any]) -> NDArray[np.int64]:
        columns = [
            to_array(sort, [row[k] for row in values], exact=False).astype(np.int64)
            for k, sort in enumerate(sorts)
        ]
        if not columns:
            return np.zeros((len(values), 0), dtype=np.int64)
        return np.stack(columns, axis=1)

    def _intern(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        """The numbers of rows, new ones appended."""
        need = self._count + len(rows)
        if need > len(self._rows):
            grown = np.empty((max(need, 2 * len(self._rows)), self._rows.shape[1]), dtype=np.int64)
            grown[: self._count] = self._rows[: self._count]
            self._rows = grown
        if 2 * need > len(self._index):
            self._index = new_index(4 * need)
            intern_rows(self._rows, 0, self._index, self._rows[: self._count].copy())
        numbers, self._count = intern_rows(
            self._rows, self._count, self._index, np.ascontiguousarray(rows)
        )
        return numbers  # type: ignore[no-any-return]

    def _columns(self, rows: NDArray[np.int64]) -> list[NDArray[Any]]:
        """The registers of rows, in the dtypes that array code wants."""
        kinds = {"Bool": np.bool_, "Int": np.int64, "BitVec": np.uint64}
        return [rows[:, k].astype(kinds[v.sort.kind]) for k, v in enumerate(self.problem.inputs)]

    def _apply(self, rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        """The rows after placement k; rows of -1 where it blocks."""
        assert self.problem.components is not None
        step = self.steps[k]
        component = self.problem.components[step.component]
        outputs, guard = component.instantiate(step.parameters)
        names = tuple(v.name for v in component.inputs)
        registers = self._columns(rows)
        arguments = [registers[r] for r in step.reads]
        flags = np.zeros(1, dtype=np.bool_)
        result = rows.copy()
        admitted = np.ones(len(rows), dtype=np.bool_)
        with np.errstate(all="ignore"):
            if guard is not None:
                (holds,) = array_function((guard,), names, exact=False)(*arguments, flags)
                admitted &= holds
            if not admitted.all():
                arguments = [a[admitted] for a in arguments]
            values = array_function(outputs, names, exact=False)(*arguments, flags)
        for register, value in zip(step.writes, values, strict=False):
            result[admitted, register] = np.asarray(value).astype(np.int64)
        if flags[0]:
            raise WordOverflowError
        result[~admitted] = -1
        return result

    def _pad(self) -> None:
        ahead = np.full((self._count - len(self.moves), len(self.steps)), UNKNOWN, dtype=np.int32)
        self.moves = np.concatenate([self.moves, ahead])

    def expand(self, meter: Meter) -> bool:
        """See `Points`."""
        self._pad()  # an expansion that a limit broke off has left points behind
        first, last = self._moved, self._count
        moves = np.empty((last - first, len(self.steps)), dtype=np.int32)
        for low in range(first, last, _CHUNK):
            rows = self._rows[low : min(low + _CHUNK, last)].copy()
            for k in range(len(self.steps)):
                meter.check(states=self._count, size=self.bytes())
                numbers = self._intern(self._apply(rows, k))
                moves[low - first : low - first + len(rows), k] = numbers
        self.moves[first:last] = moves
        known = len(self._errors)
        fresh = self._row_errors(self._rows[known : self._count])
        self._errors = joined([self._errors, fresh])
        self._moved = last
        self._pad()
        return last > first

    def errors(self) -> NDArray[Any]:
        """See `Points`."""
        return self._errors

    def look_ahead(self) -> NDArray[Any]:
        """See `Points`."""
        known, moved = self._errors, self._moved
        if known.dtype != np.int64:
            return self._look_ahead_exactly()
        ahead = np.empty((self._count, len(self.steps)), dtype=np.int64)
        np.take(known, self.moves[:moved], out=ahead[:moved], mode="clip")  # with no copy between
        for low in range(moved, self._count, _CHUNK):
            rows = self._rows[low : min(low + _CHUNK, self._count)]
            for k in range(len(self.steps)):
                column = self._row_errors(self._apply(rows, k))
                if column.dtype != np.int64:
                    return self._look_ahead_exactly()
                ahead[low : low + len(rows), k] = column
        return ahead

    def bytes(self) -> int:
        """See `Points`."""
        size = self._rows.nbytes + self._index.nbytes + self._count * self._errors.itemsize
        return size + self._count * len(self.steps) * self.moves.itemsize

    def bytes_ahead(self) -> int:
        """See `Points`."""
        return self._count * len(self.steps) * 8

    def _look_ahead_exactly(self) -> NDArray[Any]:
        known = self._errors[self.moves[: self._moved]]
        ahead = []
        for low in range(self._moved, self._count, _CHUNK):
            rows = self._rows[low : min(low + _CHUNK, self._count)]
            columns = [self._row_errors(self._apply(rows, k)) for k in range(len(self.steps))]
            empty = np.zeros(0, dtype=np.int64)
            ahead.append(joined([empty, *columns]).reshape(len(columns), len(rows)).T)
        return joined([known, *ahead])

    def rows(self) -> NDArray[np.int64]:
        """See `Points`."""
        return self._rows[: self._count]

    def _row_errors(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """The exact errors of rows, vectorised where they surely fit 64 bits."""
        blocked = rows[:, -1] < 0
        given = [rows[:, k] for k in self._compared]
        targets = self._wanted[np.where(blocked, 0, rows[:, -1])]
        wanted = [targets[:, k] for k in range(len(given))]
        errors = np.zeros(len(rows), dtype=np.int64)
        measure = self.problem.measure
        pairs = list(zip(given, wanted, self.problem.outputs, strict=True))
        if measure is Measure.WRONG:
            for a, b, _ in pairs:
                errors |= a != b
        elif measure is Measure.BITS:
            for a, b, _ in pairs:
                errors += np.bitwise_count((a ^ b).view(np.uint64)).astype(np.int64)
        else:
            border = 2**30 if measure is not Measure.SQUARED else 2**14
            for a, b, v in pairs:
                low = 1 if v.sort.kind == "BitVec" else border  # words above 2**63 are negative
                known = ~blocked
                spread = np.concatenate([a[known], b[known]])
                if spread.size and not -low < spread.min() <= spread.max() < border:
                    return self._slow_errors(rows)
                distance = np.abs(a - b)
                if measure is Measure.SQUARED:
                    errors += distance * distance
                elif measure is Measure.GREATEST:
                    errors = np.maximum(errors, distance)
                else:
                    errors += distance
            if errors.size and errors.max() >= LARGEST:
                return self._slow_errors(rows)
        worst = sample_error(measure, self.problem.outputs, (), None)
        errors[blocked] = INFINITE if worst == math.inf else int(worst)
        return errors

    def _slow_errors(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """The same one by one, for values too large for the fast sums."""
        found: list[Error] = []
        outputs = self.problem.outputs
        for row in rows.tolist():
            if row[-1] < 0:
                found.append(sample_error(self.problem.measure, outputs, (), None))
                continue
            target = self._wanted[row[-1]].tolist()
            given = tuple(
                _value(v.sort, row[k]) for v, k in zip(outputs, self._compared, strict=True)
            )
            wanted = tuple(_value(v.sort, w) for v, w in zip(outputs, target, strict=True))
            found.append(sample_error(self.problem.measure, outputs, wanted, given))
        return exact_array(found)


def _value(sort: Any, word: int) -> Value:
    if sort.kind == "Bool":
        return bool(word)
    return word % (1 << sort.width) if sort.kind == "BitVec" else word
