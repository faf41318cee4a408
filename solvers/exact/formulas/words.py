"""The values of formulas as rows of 64-bit words, interned in compiled code.

`make_values` chooses the fastest store that a problem allows:

- `PackedValues`: Booleans, 64 samples a word, where no component blocks; operations are reduced to
  their truth tables.
- `WordValues`: Booleans, bit vectors of up to 64 bits and integers within 64 bits, a word a sample.
  Where an integer leaves 64 bits it raises `WordOverflowError`; the caller starts again with exact
  values, so that a wrapped value never takes part.
- `ExactValues`: for all others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence as Items

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.array_code import array_function, dtype_of, is_machine, machine_terms
from solvers.compiled.interning import intern_rows, new_index
from solvers.compiled.row_operations import MAX_ARITY, boolean_operation, packed_bits
from solvers.exact.formulas.values import (
    MISSING,
    Applied,
    ExactValues,
    Numbers,
    Values,
    plain_operations,
)
from solvers.points.machine_points import WordOverflowError
from theory.kernel.components.placements import Instance, instances
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import BOOL, Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, sample_error, total

_CHUNK_WORDS = 1 << 21  # of the rows made at once


def make_values(problem: Problem) -> Values:
    """The fastest store that the problem allows."""
    assert problem.components is not None
    choices = instances(problem.components)
    variables = (*problem.inputs, *problem.outputs)
    boolean = bool(problem.inputs) and all(
        len(c.inputs) <= MAX_ARITY
        and len(c.outputs) == 1
        and c.guard is None
        and {*c.input_sorts, *c.output_sorts} == {BOOL}
        for c, _ in choices
    )
    if boolean and all(v.sort == BOOL for v in variables):
        return PackedValues(problem, choices)
    terms = [t for c, _ in choices for t in (*c.outputs, c.guard) if t is not None]
    weights = [int(end) for c, _ in choices for p in c.parameters for end in (p.low, p.high)]
    numbers = [
        value
        for row in problem.rows()
        for v, value in zip(variables, (*row.inputs, *row.outputs), strict=True)
        if v.sort.kind == "Int"
    ]
    words = (
        all(is_machine(v.sort) for v in variables)
        and all(is_machine(s) for c, _ in choices for s in c.input_sorts)
        and machine_terms(terms)
        and all(-(2**63) < n < 2**63 for n in (*numbers, *weights))  # type: ignore[operator]
    )
    return WordValues(problem, choices) if words else ExactValues(problem, choices)


class _Rows:
    """Interned rows of 64-bit words."""

    def __init__(self, width: int) -> None:
        self.count = 0
        self.rows = np.empty((1 << 10, width), dtype=np.int64)
        self.index = new_index(1 << 11)

    @property
    def bytes(self) -> int:
        return 2 * self.rows.nbytes + 2 * self.index.nbytes

    def intern(self, rows: NDArray[np.int64]) -> Numbers:
        need = self.count + len(rows)
        if need > len(self.rows):
            grown = np.empty((max(need, 2 * len(self.rows)), self.rows.shape[1]), dtype=np.int64)
            grown[: self.count] = self.rows[: self.count]
            self.rows = grown
        if 2 * need > len(self.index):
            self.index = new_index(4 * need)
            intern_rows(self.rows, 0, self.index, self.rows[: self.count].copy())
        numbers, self.count = intern_rows(
            self.rows, self.count, self.index, np.ascontiguousarray(rows)
        )
        return numbers  # type: ignore[no-any-return]


class PackedValues:
    """Boolean values, 64 samples a word."""

    def __init__(self, problem: Problem, choices: list[Instance]) -> None:
        self.problem = problem
        rows = problem.rows()
        self._samples = len(rows)
        made = [boolean_operation(k, one) for k, one in enumerate(choices)]
        # Operations with equal polynomials make equal values; the operands that do not matter read
        # an input, which costs nothing.
        distinct = {op.polynomial: op for op in reversed(made) if op is not None}
        self.operations = [
            Applied(op.instance, op.operands, op.sorts, (op.result,), op.commutes[0], op.polynomial)
            for op in reversed(distinct.values())
        ]
        columns = [[bool(row.inputs[k]) for row in rows] for k in range(len(problem.inputs))]
        targets = [[bool(row.outputs[k]) for row in rows] for k in range(len(problem.outputs))]
        bits = packed_bits([*columns, *targets])
        self._wanted = bits[len(columns) :]
        self._store = _Rows(bits.shape[1])
        spare = self._samples % 64
        self._last = np.int64((1 << spare) - 1) if spare else np.int64(-1)
        self.inputs = self._store.intern(bits[: len(columns)]).tolist()
        self.chunk = max(1, _CHUNK_WORDS // (8 * bits.shape[1]))
        self.most = 2.0 ** min(1000, len({row.inputs for row in rows}))

    def __len__(self) -> int:
        return self._store.count

    @property
    def bytes(self) -> int:
        """See `Values`."""
        return self._store.bytes

    def apply(self, operation: int, operands: list[Numbers], count: int) -> Numbers:
        """See `Values`."""
        op = self.operations[operation]
        factors = [self._store.rows[column] for column in operands]
        result = np.zeros((count, self._store.rows.shape[1]), dtype=np.int64)
        for m, coefficient in enumerate(op.polynomial):
            if coefficient:
                product = np.full_like(result, -1)
                for k, factor in enumerate(factors):
                    if m >> k & 1:
                        product &= factor
                result ^= product
        result[:, -1] &= self._last
        return self._store.intern(result).reshape(count, 1)

    def errors(self, numbers: Numbers, output: int) -> list[Error]:
        """See `Values`."""
        wrong = (self._store.rows[numbers] ^ self._wanted[output]).view(np.uint64)
        if self.problem.measure is Measure.GREATEST:
            return wrong.any(axis=1).astype(int).tolist()  # type: ignore[no-any-return]
        return np.bitwise_count(wrong).sum(axis=1, dtype=np.int64).tolist()  # type: ignore[no-any-return]

    def losses(self, numbers: Numbers, output: int) -> NDArray[np.int64]:
        """See `Values`."""
        wrong = np.ascontiguousarray(self._store.rows[numbers] ^ self._wanted[output])
        bits = np.unpackbits(wrong.view(np.uint8), axis=1, bitorder="little")
        return bits[:, : self._samples].astype(np.int64)


class WordValues:
    """Values over machine words: a word a sample, then a mark a sample, then the sort's number."""

    def __init__(self, problem: Problem, choices: list[Instance]) -> None:
        self.problem, self._choices = problem, choices
        rows = problem.rows()
        self._samples = n = len(rows)
        self.operations = plain_operations(choices)
        sorts = [s for op in self.operations for s in (*op.sorts, *op.results)]
        sorts += [v.sort for v in (*problem.inputs, *problem.outputs)]
        self._sorts = {sort: k for k, sort in enumerate(dict.fromkeys(sorts))}
        self._store = _Rows(2 * n + 1)
        inputs = np.zeros((len(problem.inputs), 2 * n + 1), dtype=np.int64)
        for k, v in enumerate(problem.inputs):
            inputs[k, :n] = _words(v.sort, [row.inputs[k] for row in rows])
            inputs[k, -1] = self._sorts[v.sort]
        self.inputs = self._store.intern(inputs).tolist()
        self._wanted = [
            _words(v.sort, [row.outputs[k] for row in rows]) for k, v in enumerate(problem.outputs)
        ]
        self.chunk = max(1, _CHUNK_WORDS // (16 * (2 * n + 1)))
        self.most = math.inf

    def __len__(self) -> int:
        return self._store.count

    @property
    def bytes(self) -> int:
        """See `Values`."""
        return self._store.bytes

    def apply(self, operation: int, operands: list[Numbers], count: int) -> Numbers:
        """See `Values`."""
        op, n = self.operations[operation], self._samples
        component, setting = self._choices[op.instance]
        outputs, guard = component.instantiate(setting)
        names = tuple(v.name for v in component.inputs)
        given = [self._store.rows[column] for column in operands]
        admitted = np.ones((count, n), dtype=np.bool_)
        for rows in given:
            admitted &= rows[:, n : 2 * n] == 0
        flags = np.zeros(1, dtype=np.bool_)
        sources = [
            rows[:, :n][admitted].astype(dtype_of(sort))
            for rows, sort in zip(given, op.sorts, strict=True)
        ]
        with np.errstate(all="ignore"):
            if guard is not None:
                (holds,) = array_function((guard,), names, exact=False)(*sources, flags)
                holds = np.broadcast_to(holds, (int(admitted.sum()),))
                admitted[admitted] = holds
                sources = [source[holds] for source in sources]
            results = array_function(outputs, names, exact=False)(*sources, flags)
        if flags[0]:
            raise WordOverflowError
        made = []
        for sort, result in zip(op.results, results, strict=True):
            rows = np.zeros((count, 2 * n + 1), dtype=np.int64)
            rows[:, :n][admitted] = np.asarray(result).astype(np.int64)
            rows[:, n : 2 * n] = ~admitted
            rows[:, -1] = self._sorts[sort]
            made.append(rows)
        together = np.stack(made, axis=1).reshape(count * len(made), 2 * n + 1)
        return self._store.intern(together).reshape(count, len(made))

    def errors(self, numbers: Numbers, output: int) -> list[Error]:
        """See `Values`."""
        n, measure = self._samples, self.problem.measure
        v, wanted = self.problem.outputs[output], self._wanted[output]
        if measure in (Measure.WRONG, Measure.BITS):
            worst = sample_error(measure, (v,), (), None)
            losses = np.minimum(self.losses(numbers, output), int(worst))
            return losses.sum(axis=1, dtype=np.int64).tolist()  # type: ignore[no-any-return]
        rows = self._store.rows[numbers]
        given, blocked = rows[:, :n], np.any(rows[:, n : 2 * n], axis=1)
        border = 2**30 if measure is not Measure.SQUARED else 2**14
        low = 0 if v.sort.kind == "BitVec" else -border  # words above 2**63 are negative
        if min(given.min(), wanted.min()) < low or max(given.max(), wanted.max()) > border:
            return self._exact_errors(rows, output)
        distance = np.abs(given - wanted)
        if measure is Measure.SQUARED:
            distance = distance * distance
        sums = distance.max(axis=1) if measure is Measure.GREATEST else distance.sum(axis=1)
        found: list[Error] = sums.tolist()
        for k in np.flatnonzero(blocked).tolist():
            found[k] = math.inf
        return found

    def _exact_errors(self, rows: NDArray[np.int64], output: int) -> list[Error]:
        n, p = self._samples, self.problem
        v = p.outputs[output]
        wanted = [row.outputs[output] for row in p.rows()]
        found: list[Error] = []
        listed: list[list[int]] = rows.tolist()
        for row in listed:
            errors = [
                sample_error(p.measure, (v,), (y,), None if dead else (_value(v.sort, x),))
                for x, y, dead in zip(row[:n], wanted, row[n : 2 * n], strict=True)
            ]
            found.append(total(p.measure, errors))
        return found

    def losses(self, numbers: Numbers, output: int) -> NDArray[np.int64]:
        """See `Values`."""
        n, rows = self._samples, self._store.rows[numbers]
        wanted = self._wanted[output]
        if self.problem.measure is Measure.BITS:
            found = np.bitwise_count((rows[:, :n] ^ wanted).view(np.uint64)).astype(np.int64)
        else:
            found = (rows[:, :n] != wanted).astype(np.int64)
        found[rows[:, n : 2 * n] != 0] = MISSING
        return found


def _words(sort: Sort, values: Items[Value]) -> NDArray[np.int64]:
    return np.array(values, dtype=dtype_of(sort)).astype(np.int64)


def _value(sort: Sort, word: int) -> Value:
    if sort.kind == "Bool":
        return bool(word)
    return word % (1 << sort.width) if sort.kind == "BitVec" else word
