"""The values of formulas, numbered: a value is what a formula has on all samples.

`Values` is what the formula engine needs of a store. `ExactValues` keeps Python values, of every
sort; the faster stores of `solvers.exact.formulas.words` do the same over machine words. A value
holds None, or has a mark, at the samples where a part of the formula blocks. The first values are
the inputs'.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.row_operations import commute
from solvers.compiled.term_code import step_function
from theory.kernel.components.placements import Instance
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import sample_error, total

MAX_PROOFS = 64  # instances up to which Z3 is asked which operands may be exchanged
MISSING = 2**40  # more than any number of wrong samples or bits; see `losses`

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Applied:
    """What an operation of a formula is: an instance, read at some of its operands.

    Attributes:
        instance: the number of the component and setting.
        operands: the inputs it depends on; the others may read anything of their sort.
        sorts: of those operands. results: the sorts of its outputs.
        commutes: whether operands 0 and 1 may be exchanged.
        polynomial: of a Boolean operation, eight words; see `set_search`.
    """

    instance: int
    operands: tuple[int, ...]
    sorts: tuple[Sort, ...]
    results: tuple[Sort, ...]
    commutes: bool
    polynomial: tuple[int, ...] = ()


class Values(Protocol):
    """What the formula engine uses."""

    operations: list[Applied]
    inputs: list[int]  # the value of each input
    chunk: int  # how many applications to ask for at once
    most: float  # no more values than these can ever come

    def __len__(self) -> int: ...

    @property
    def bytes(self) -> int:
        """About how much memory the values take."""
        ...

    def apply(self, operation: int, operands: list[Numbers], count: int) -> Numbers:
        """The values (count, outputs) of an operation on values, new ones numbered in order."""
        ...

    def errors(self, numbers: Numbers, output: int) -> list[Error]:
        """The exact error (n,) of each value as one output, of all samples together."""
        ...

    def losses(self, numbers: Numbers, output: int) -> NDArray[np.int64]:
        """(n, samples): 1 for a wrong value, or its wrong bits; `MISSING` where it blocks."""
        ...


def plain_operations(choices: list[Instance]) -> list[Applied]:
    """Every instance as an operation that reads all its inputs."""
    few = len(choices) <= MAX_PROOFS
    return [
        Applied(
            k,
            tuple(range(len(c.inputs))),
            c.input_sorts,
            c.output_sorts,
            few and len(c.outputs) == 1 and commute(c, setting, 0, 1),
        )
        for k, (c, setting) in enumerate(choices)
    ]


class ExactValues:
    """Values of any sorts, evaluated one by one in exact Python."""

    def __init__(self, problem: Problem, choices: list[Instance]) -> None:
        self.problem, self.rows = problem, problem.rows()
        self.operations = plain_operations(choices)
        self.chunk = 1 << 10
        self.most = math.inf
        self._functions = [step_function(c, setting) for c, setting in choices]
        self._known: dict[tuple[Sort, tuple[Value | None, ...]], int] = {}
        self._vectors: list[tuple[Value | None, ...]] = []
        self.inputs = [
            self._number(v.sort, tuple(row.inputs[k] for row in self.rows))
            for k, v in enumerate(problem.inputs)
        ]

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def bytes(self) -> int:
        """See `Values`."""
        return len(self) * (200 + 40 * len(self.rows))

    def _number(self, sort: Sort, vector: tuple[Value | None, ...]) -> int:
        number = self._known.setdefault((sort, vector), len(self._vectors))
        if number == len(self._vectors):
            self._vectors.append(vector)
        return number

    def apply(self, operation: int, operands: list[Numbers], count: int) -> Numbers:
        """See `Values`."""
        op, function = self.operations[operation], self._functions[operation]
        found = np.empty((count, len(op.results)), dtype=np.int32)
        for i in range(count):
            columns = [self._vectors[column[i]] for column in operands]
            results: list[tuple[Value, ...] | None] = []
            for j in range(len(self.rows)):
                given = [column[j] for column in columns]
                results.append(None if any(x is None for x in given) else function(*given))
            for k, sort in enumerate(op.results):
                vector = tuple(None if r is None else r[k] for r in results)
                found[i, k] = self._number(sort, vector)
        return found

    def _sample_errors(self, number: int, output: int) -> list[Error]:
        p, outputs = self.problem, (self.problem.outputs[output],)
        return [
            sample_error(p.measure, outputs, (row.outputs[output],), None if x is None else (x,))
            for row, x in zip(self.rows, self._vectors[number], strict=True)
        ]

    def errors(self, numbers: Numbers, output: int) -> list[Error]:
        """See `Values`."""
        measure = self.problem.measure
        return [total(measure, self._sample_errors(k, output)) for k in numbers.tolist()]

    def losses(self, numbers: Numbers, output: int) -> NDArray[np.int64]:
        """See `Values`."""
        found = np.empty((len(numbers), len(self.rows)), dtype=np.int64)
        for i, k in enumerate(numbers.tolist()):
            found[i] = self._sample_errors(k, output)
            found[i, [x is None for x in self._vectors[k]]] = MISSING
        return found
