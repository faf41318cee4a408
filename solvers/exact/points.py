"""Points: the single states of a chain, numbered, with every placement's move as a table.

A *point* is a pair (state of the registers, outputs wanted), as met from some sample; point 0 is
`blocked`, from where nothing leads away. Once placements are tables over points, a search never
evaluates a term again: behaviours are lists of point numbers.

- `ExactPoints` interns Python values: every sort, plain, the reference.
- `MachinePoints` evaluates whole layers as array code and interns rows of 64-bit words in compiled
  code. Where an integer leaves 64 bits it raises `WordOverflowError`; the caller starts again with
  exact points, so that a wrapped value never takes part.

Both grow by layers: `expand` makes the moves of all points met so far.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.exact.interning import intern_rows, new_index
from solvers.exact.limits import Meter
from solvers.kernels import array_function, is_machine, machine_terms, to_array
from theory.placements import Step, placements
from theory.problems import Error, Measure, Problem, sample_error
from theory.sequences import step_function
from theory.sorts import Sort, Value

BLOCKED = 0
UNKNOWN = -1
_CHUNK = 1 << 16


class WordOverflowError(Exception):
    """A machine integer left 64 bits; exact points must be used instead."""


class Points(Protocol):
    """What the chain engine and the evaluators use."""

    problem: Problem
    steps: list[Step]
    start: NDArray[np.int32]  # the point of each sample
    moves: NDArray[np.int32]  # (points, placements): where each placement leads; UNKNOWN ahead

    def __len__(self) -> int: ...

    def expand(self, meter: Meter) -> bool:
        """Makes the missing moves of all points met so far; False where none was missing."""
        ...

    def errors(self) -> NDArray[Any]:
        """The exact error of each point: int64 where all are such integers, else objects."""
        ...

    def look_ahead(self) -> NDArray[Any]:
        """(points, placements): the errors one move ahead, without keeping the points there."""
        ...

    def rows(self) -> NDArray[np.int64]:
        """(points, registers + 1): the registers' values and the number of the wanted outputs.

        Equal words stand for equal values of registers of one sort; the blocked point is all -1.
        """
        ...


def close(points: Points, meter: Meter, most: int) -> bool:
    """Makes the moves of every point that can be reached; False beyond `most` points."""
    while len(points) <= most:
        if not points.expand(meter):
            return True
    return False


def make_points(problem: Problem) -> Points:
    """Machine points where the components allow, else exact ones."""
    assert problem.components is not None
    components = problem.components.components
    terms = [t for c in components for t in (*c.outputs, c.guard) if t]
    weights = [abs(int(end)) for c in components for p in c.parameters for end in (p.low, p.high)]
    rows = problem.rows()
    words = all(is_machine(v.sort) for v in problem.inputs) and machine_terms(terms)
    small = all(
        not isinstance(v, int) or abs(v) < 2**63 or s.sort.kind != "Int"
        for row in rows
        for s, v in (
            *zip(problem.inputs, row.inputs, strict=True),
            *zip(problem.outputs, row.outputs, strict=True),
        )
    )
    small = small and all(weight < 2**63 for weight in weights)
    return MachinePoints(problem) if words and small else ExactPoints(problem)


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
                meter.check(states=len(self))
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


def exact_array(errors: list[Error]) -> NDArray[Any]:
    """Errors as int64 where all are integers or infinite; else as Python objects.

    Infinity is INFINITE in an int64 array, far above any sum of others.
    """
    if all(e == math.inf or (isinstance(e, int) and e < LARGEST) for e in errors):
        return np.array([INFINITE if e == math.inf else e for e in errors], dtype=np.int64)
    result = np.empty(len(errors), dtype=object)
    result[:] = [Fraction(e) if e != math.inf else e for e in errors]
    return result


def joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Error arrays one after the other; as objects where one of them is."""
    if all(part.dtype == np.int64 for part in parts):
        return np.concatenate(parts)
    return np.concatenate([as_objects(part) for part in parts])


def as_objects(errors: NDArray[Any]) -> NDArray[Any]:
    """An error array with Python numbers in it, and infinity as `math.inf`."""
    if errors.dtype == object:
        return errors
    result = errors.astype(object)
    result[errors >= INFINITE] = math.inf
    return result


LARGEST = 2**24  # errors of a point from here on are kept as Python integers
INFINITE = 2**44  # MAX_SAMPLES finite errors stay below it, as many infinite ones below 2**63


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
                meter.check(states=self._count, size=8 * self._rows.size + 4 * self.moves.size)
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
