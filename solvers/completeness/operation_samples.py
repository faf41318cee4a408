"""The samples on which an operation's sequence is searched: a few at first, then counterexamples.

A sample is the number of a case of the operation, and values for its variables and the registers.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, product
from typing import Any

from solvers.compiled.term_code import compile_terms
from solvers.completeness.trials import Trial, Values
from theory.kernel.language.sorts import ArrayValue, Sort, Value, default_value
from theory.kernel.language.terms import TRUE
from theory.kernel.machines.models import Case, Operation

_SMALL: dict[str, tuple[Any, ...]] = {
    "Int": (0, 1, 2, 3, 5, 12),
    "Real": tuple(Fraction(k, 16) for k in (0, 4, 12, 16, 7, 13)),
    "Bool": (False, True),
}


def _small(sort: Sort) -> tuple[Value, ...]:
    if sort.kind == "BitVec":
        return tuple(k for k in (0, 1, 2, 5) if k < 1 << sort.width)
    if sort.kind == "Array":
        element = sort.parts[1]
        zero = ArrayValue(default_value(element))
        values: list[Value] = [zero]
        one = _small(element)[1] if len(_small(element)) > 1 else default_value(element)
        if sort.parts[0].kind == "Int":
            values += [zero.store(1, one).store(2, one), zero.store(0, one).store(3, one)]
        return tuple(values)
    return _SMALL[sort.kind]


def _first_samples(trial: Trial, operation: Operation) -> list[tuple[int, Values]]:
    """A few values for each case that its assumption admits, scratch registers as they come."""
    found: list[tuple[int, Values]] = []
    many = len(operation.cases) > 32
    chosen = range(0, len(operation.cases), 37) if many else range(len(operation.cases))
    for k in chosen:
        case = operation.cases[k]
        names = tuple(v.name for v in case.variables)
        admits = compile_terms((case.assuming,), names)
        options = [_small(v.sort) for v in case.variables]
        admitted = (v for v in _diagonal(options) if admits(*v)[0])
        for values in islice(admitted, 5):
            sample = dict(zip(names, values, strict=True))
            for number, register in enumerate(trial.registers):
                small = _small(register.sort)
                sample[f"old {register.name}"] = small[(len(found) + number + 2) % len(small)]
            found.append((k, sample))
    return found


def _diagonal(options: list[tuple[Value, ...]]) -> Iterator[tuple[Value, ...]]:
    """Combinations with differing parts first, so that few samples tell parts apart."""
    widest = max((len(o) for o in options), default=1)
    for shift, k in product(range(widest), range(widest)):
        yield tuple(o[(k + shift * j) % len(o)] for j, o in enumerate(options))
    yield from product(*options)


class OperationSamples:
    """An operation's samples as values: what the codes are before and should be after."""

    def __init__(self, trial: Trial, operation: Operation) -> None:
        self.trial, self.operation = trial, operation
        if operation.name not in trial.samples:
            trial.samples[operation.name] = _first_samples(trial, operation)
        self.rows = trial.samples[operation.name]

    def case(self, row: tuple[int, Values]) -> Case:
        return self.operation.cases[row[0]]

    def codes(self, row: tuple[int, Values], which: str) -> tuple[Value, ...]:
        case = self.case(row)
        terms = case.before if which == "before" else case.after
        names = tuple(v.name for v in case.variables)
        return compile_terms(terms, names)(*(row[1][n] for n in names))

    def flag(self, row: tuple[int, Values]) -> bool:
        case = self.case(row)
        names = tuple(v.name for v in case.variables)
        flag = TRUE if case.flag is None else case.flag
        return bool(compile_terms((flag,), names)(*(row[1][n] for n in names))[0])

    def state(self, row: tuple[int, Values]) -> tuple[Value, ...]:
        slots = [row[1][f"old {r.name}"] for r in self.trial.registers]
        for k, value in zip(self.trial.parts, self.codes(row, "before"), strict=True):
            slots[k] = value
        for k, value in self.trial.constants:
            slots[k] = value
        return tuple(slots)

    def wanted(self, row: tuple[int, Values]) -> dict[int, Value]:
        after = dict(zip(self.trial.parts, self.codes(row, "after"), strict=True))
        return after | dict(self.trial.constants)

    def add(self, case: int, values: Values) -> bool:
        """A counterexample as a new sample; False where it brings nothing new."""
        full = {f"old {r.name}": default_value(r.sort) for r in self.trial.registers}
        full |= {v.name: default_value(v.sort) for v in self.operation.cases[case].variables}
        row = (case, full | values)
        if row in self.rows:
            return False
        self.rows.append(row)
        return True
