"""Components: typed inputs, one term for each output, perhaps parameters and a guard.

A `Component` blocks where its guard is false. Its role says what it is for: an operation writes, a
test only decides, a branch does both (its last output decides). A `Parameter` is a weight with a
finite range; each step of a sequence chooses its own values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product

from theory.kernel.errors import ComponentError
from theory.kernel.language.names import Variable, check_name
from theory.kernel.language.smtlib import RESERVED
from theory.kernel.language.sorts import BOOL, REAL, ArrayValue, Sort, Value, coerce, holds
from theory.kernel.language.terms import Term, const, evaluator, substitute, variables


class Role(StrEnum):
    """What a component is for in a program."""

    OPERATION = "component"
    TEST = "test"
    BRANCH = "branch"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A weight with the finite range low, low + step, ..., up to high (Bool: both values)."""

    name: str
    sort: Sort
    low: int | Fraction = 0
    high: int | Fraction = 1
    step: int | Fraction = 1

    @property
    def size(self) -> int:
        """How many values it has."""
        return int((self.high - self.low) // self.step) + 1

    def values(self) -> Iterator[Value]:
        """Its values, in increasing order."""
        return (coerce(self.sort, self.low + k * self.step) for k in range(self.size))

    def admits(self, value: Value) -> bool:
        """Whether the value is one of its values."""
        if not holds(self.sort, value) or isinstance(value, ArrayValue):
            return False
        wrapped = [value - (1 << self.sort.width)] if self.sort.kind == "BitVec" else []
        return any(
            self.low <= v <= self.high and (v - self.low) % self.step == 0
            for v in (value, *wrapped)
        )


@dataclass(frozen=True, slots=True)
class Component:
    """A candidate function.

    Attributes:
        name: its name, unique in a set.
        inputs: what it reads.
        outputs: one term for each output, over the inputs and the parameters.
        output_names: a name for each output; a file names its functions so.
        guard: where it is false the component blocks; None means it never blocks.
        parameters: weights, each with its finite range.
        writes: the registers its outputs go to in a chain; None leaves that to the placement.
        placements: the only register tuples it may stand at; None means everywhere.
        role: operation, test or branch.
    """

    name: str
    inputs: tuple[Variable, ...]
    outputs: tuple[Term, ...]
    output_names: tuple[str, ...] = ()
    guard: Term | None = None
    parameters: tuple[Parameter, ...] = ()
    writes: tuple[str, ...] | None = None
    placements: tuple[tuple[int, ...], ...] | None = None
    role: Role = Role.OPERATION

    def __post_init__(self) -> None:
        if not self.output_names:
            single = len(self.outputs) == 1
            names = [self.name if single else f"{self.name}.{k}" for k in range(len(self.outputs))]
            object.__setattr__(self, "output_names", tuple(names))
        _check(self)

    @property
    def input_sorts(self) -> tuple[Sort, ...]:
        return tuple(v.sort for v in self.inputs)

    @property
    def output_sorts(self) -> tuple[Sort, ...]:
        return tuple(term.sort for term in self.outputs)

    def settings(self) -> Iterator[tuple[Value, ...]]:
        """Every choice of parameter values; one empty choice where there are no parameters."""
        return product(*(p.values() for p in self.parameters))

    def instantiate(self, setting: tuple[Value, ...]) -> tuple[tuple[Term, ...], Term | None]:
        """Outputs and guard with the parameters replaced by the values of `setting`."""
        if not self.parameters:
            return self.outputs, self.guard
        pairs = zip(self.parameters, setting, strict=True)
        values = {p.name: const(value, p.sort) for p, value in pairs}
        guard = None if self.guard is None else substitute([self.guard], values)[0]
        return substitute(self.outputs, values), guard

    def function(self, setting: tuple[Value, ...] = ()) -> Callable[..., tuple[Value, ...] | None]:
        """The exact function of the inputs: a tuple of outputs, or None where it blocks."""
        outputs, guard = self.instantiate(setting)
        names = tuple(v.name for v in self.inputs)
        compute = evaluator(outputs, names)
        if guard is None:
            return compute
        admits = evaluator((guard,), names)
        return lambda *values: compute(*values) if admits(*values)[0] else None

    @property
    def written(self) -> tuple[Sort, ...]:
        """The sorts of what a step of a chain writes: a branch's decision is not written."""
        return self.output_sorts[:-1] if self.role is Role.BRANCH else self.output_sorts

    def targets(self) -> tuple[dict[int, int], list[int]]:
        """In a chain: output -> the input whose register it overwrites, and the free outputs.

        An output overwrites the first input register of its own sort that no earlier output has
        taken. One without such an input is free: a placement says where it goes.
        """
        taken: dict[int, int] = {}
        free: list[int] = []
        for k, sort in enumerate(self.written):
            spots = (i for i, v in enumerate(self.inputs) if v.sort == sort)
            spot = next((i for i in spots if i not in taken.values()), None)
            if spot is None:
                free.append(k)
            else:
                taken[k] = spot
        return taken, free

    def placed_sorts(self) -> tuple[Sort, ...]:
        """The sorts of the registers that a placement lists: those read, then of free outputs."""
        if self.role is Role.TEST or self.writes is not None:
            return self.input_sorts
        return (*self.input_sorts, *(self.written[k] for k in self.targets()[1]))


def _check(c: Component) -> None:
    where = f"component {c.name}"
    for name in (c.name, *c.output_names, *(p.name for p in c.parameters)):
        check_name(name, where)
    for name in c.output_names:
        if name in RESERVED:
            message = f"{name} is an operator of SMT-LIB; choose another name, such as {name}2"
            raise ComponentError("bad-name", message, where)
    if not c.outputs:
        raise ComponentError("no-output", "a component has at least one output", where)
    declared: list[Variable | Parameter] = [*c.inputs, *c.parameters]
    names = [v.name for v in declared]
    if len(set(names)) < len(names):
        twice = next(name for k, name in enumerate(names) if name in names[:k])
        raise ComponentError("duplicate-name", f"two inputs are called {twice!r}", where)
    if len(c.output_names) != len(c.outputs) or len(set(c.output_names)) != len(c.outputs):
        raise ComponentError("duplicate-name", "each output needs a name of its own", where)
    for p in c.parameters:
        whole = p.sort == REAL or p.step == int(p.step)
        if p.sort.kind == "Array" or p.step <= 0 or not whole or p.size < 1:
            message = f"parameter {p.name} needs a finite range: low <= high and a positive step"
            raise ComponentError("bad-range", message, where)
        for end in (p.low, p.high):
            coerce(p.sort, end, f"{where}: parameter {p.name}")
    known = {v.name: v.sort for v in declared}
    for term in (*c.outputs, *([c.guard] if c.guard is not None else [])):
        for name, sort in variables([term]).items():
            if name not in known:
                message = f"free variable {name!r}; name it among the inputs or the parameters"
                raise ComponentError("free-variable", message, where)
            if known[name] != sort:
                message = f"{name} is declared {known[name]} and used as {sort}"
                raise ComponentError("wrong-sort", message, where)
    if c.guard is not None and c.guard.sort != BOOL:
        raise ComponentError("wrong-sort", f"a guard is Bool, not {c.guard.sort}", where)
    if c.role is not Role.OPERATION and c.output_sorts[-1] != BOOL:
        message = f"a {c.role} decides by its last output, which must be Bool"
        raise ComponentError("wrong-sort", message, where)
    if c.role is Role.TEST and len(c.outputs) != 1:
        raise ComponentError("wrong-arity", "a test has one output; use branch for more", where)
