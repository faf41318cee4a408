"""Components and component sets: what sequences are made of.

- `Component`: typed inputs, one term for each output, optional parameters with a finite range, an
  optional guard outside which it blocks, and its role: an operation writes, a test only decides,
  a branch does both (its last output decides).
- `component`: makes one from a Python function that builds Z3 expressions.
- `ComponentSet`: components with registers and a default regime, checked as a whole.

Every definition is checked when it is made: no free variables, no name twice, sorts that fit, and
(`theory.kernel.components.partiality`) a proof that it never divides by zero inside its guard.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import Any

from theory.kernel.components.partiality import check_defined
from theory.kernel.errors import ComponentError
from theory.kernel.language.operators import OPERATORS
from theory.kernel.language.sorts import BOOL, REAL, ArrayValue, Sort, Value, coerce, holds
from theory.kernel.language.terms import Term, compile_terms, const, substitute, var, variables


class Role(StrEnum):
    """What a component is for in a program."""

    OPERATION = "component"
    TEST = "test"
    BRANCH = "branch"


class Regime(StrEnum):
    """How sequences may be repeated; see DESIGN 'Programs'."""

    STRAIGHT_LINE = "straight-line"
    LOOP = "loop"
    WHILE = "while"
    RECURRENT = "recurrent"


@dataclass(frozen=True, slots=True)
class Variable:
    """A named input, output or register."""

    name: str
    sort: Sort

    def __post_init__(self) -> None:
        check_name(self.name)


_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")  # solvers read it so, even between bars
_NO_NAMES = {"_", "as", "exists", "forall", "true", "false"}


def check_name(name: str, where: str = "") -> None:
    """Refuses what z3 or cvc5 do not take as a symbol, even between bars."""
    odd = set(name) & {"|", "\\"} or not name.isprintable() or _NUMBER.fullmatch(name)
    if not name or name in _NO_NAMES or odd:
        raise ComponentError("bad-name", f"{name[:40]!r} is not a name", where)


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
        compute = compile_terms(outputs, names)
        if guard is None:
            return compute
        admits = compile_terms((guard,), names)
        return lambda *values: compute(*values) if admits(*values)[0] else None


def _check(c: Component) -> None:
    where = f"component {c.name}"
    for name in (c.name, *c.output_names, *(p.name for p in c.parameters)):
        check_name(name, where)
    for name in c.output_names:
        if name in OPERATORS or name in ("distinct", "divisible"):
            message = f"{name} is an operator of SMT-LIB; choose another name, such as {name}2"
            raise ComponentError("bad-name", message, where)
    if not c.outputs:
        raise ComponentError("no-output", "a component has at least one output", where)
    declared: list[Variable | Parameter] = [*c.inputs, *c.parameters]
    names = [v.name for v in declared]
    for name in names:
        if names.count(name) > 1:
            raise ComponentError("duplicate-name", f"two inputs are called {name!r}", where)
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


def component(
    name: str,
    body: Callable[..., Any],
    inputs: Sort | Sequence[Sort],
    *,
    guard: Callable[..., Any] | None = None,
    parameters: Mapping[str, tuple[Sort, int, int]] | None = None,
    writes: Sequence[str] | None = None,
    placements: Sequence[Sequence[int]] | None = None,
    role: Role | str = Role.OPERATION,
) -> Component:
    """A component from a Python function over Z3 expressions.

    The function's arguments are the inputs, then the parameters; it returns an expression, a
    Python number, a `Term`, or a tuple of such for several outputs:

        component("relu", lambda x: z3.If(x > 0, x, 0), REAL)
        component("scale", lambda x, w: w * x, REAL, parameters={"w": (REAL, -1, 1)})

    Args:
        inputs: the sort of every input, or one for each.
        guard: a function of the same arguments that returns a Bool expression.
        parameters: (sort, low, high) for each parameter.

    Raises:
        ComponentError: with the component's name as location.
    """
    where = f"component {name}"
    weights = tuple(Parameter(n, s, lo, hi) for n, (s, lo, hi) in (parameters or {}).items())
    arguments = list(inspect.signature(body).parameters)
    count = len(arguments) - len(weights)
    sorts = (inputs,) * count if isinstance(inputs, Sort) else tuple(inputs)
    if len(sorts) != count or arguments[count:] != [w.name for w in weights]:
        message = f"the function takes {arguments}: inputs first, then the parameters by name"
        raise ComponentError("wrong-arity", message, where)
    variables_ = tuple(Variable(n, s) for n, s in zip(arguments, sorts, strict=False))
    results = _build(body, (*variables_, *weights), where)
    condition = _build(guard, (*variables_, *weights), where)[0] if guard else None
    return Component(
        name,
        variables_,
        results,
        guard=condition,
        parameters=weights,
        writes=None if writes is None else tuple(writes),
        placements=None if placements is None else tuple(map(tuple, placements)),
        role=Role(role),
    )


def _build(
    body: Callable[..., Any], arguments: tuple[Variable | Parameter, ...], where: str
) -> tuple[Term, ...]:
    import z3

    from theory.kernel.language.proving import from_z3, to_z3

    given = to_z3([var(a.name, a.sort) for a in arguments])
    result = body(*given)
    expressions = result if isinstance(result, tuple) else (result,)
    sort = arguments[0].sort if arguments else None
    return tuple(
        e
        if isinstance(e, Term)
        else from_z3(e, where)
        if isinstance(e, z3.ExprRef)
        else _literal(e, sort, where)
        for e in expressions
    )


def _literal(value: object, sort: Sort | None, where: str) -> Term:
    if isinstance(value, bool):
        return const(value, BOOL)
    if sort is None:
        message = "a constant without inputs needs its sort: return a z3 value or a Term"
        raise ComponentError("unknown-sort", message, where)
    return const(coerce(sort, value, where), sort)


@dataclass(frozen=True, slots=True)
class Control:
    """What a while-program may branch on.

    Attributes:
        branches: (test, its outcomes on which a program may branch), for each listed test.
        jump: whether a program may jump unconditionally.
    """

    branches: tuple[tuple[str, tuple[bool, ...]], ...]
    jump: bool = True


@dataclass(frozen=True, slots=True)
class Cells:
    """A lattice Z^dimension of register tuples; a step reads the cells at `offsets`."""

    dimension: int
    offsets: tuple[tuple[int, ...], ...]
    quiescent: Value | None = None


@dataclass(frozen=True, slots=True)
class ComponentSet:
    """Components with the registers they work on and the regime they are meant for.

    Attributes:
        name: the set's name.
        components: in order; names are unique.
        registers: the declared registers; empty means any finite number of each sort of `any_of`.
        any_of: sorts of which a program may have any finite number of registers.
        regime: the default regime.
        control: what may be branched on; None means every test, both ways, and free jumps.
        starts: a Bool term over the register names that start states satisfy.
        cells: the lattice, for sets that live on cells.
        values: k, where every Int ranges over 0 .. k-1; None leaves integers unbounded.
        source: where the set comes from, a citation.
    """

    name: str
    components: tuple[Component, ...]
    registers: tuple[Variable, ...] = ()
    any_of: tuple[Sort, ...] = ()
    regime: Regime = Regime.STRAIGHT_LINE
    control: Control | None = None
    starts: Term | None = None
    cells: Cells | None = None
    values: int | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not self.registers and not self.any_of:
            sorts = [s for c in self.components for s in (*c.input_sorts, *c.output_sorts)]
            object.__setattr__(self, "any_of", tuple(dict.fromkeys(sorts)))
        _check_set(self)

    def __getitem__(self, name: str) -> Component:
        for c in self.components:
            if c.name == name:
                return c
        known = ", ".join(c.name for c in self.components)
        raise ComponentError("unknown-component", f"no component {name!r}; there are: {known}")


def _check_set(s: ComponentSet) -> None:
    where = f"set {s.name}"
    check_name(s.name, where)
    seen: set[str] = set()
    for c in s.components:
        for name in {c.name, *c.output_names}:
            if name in seen:
                raise ComponentError("duplicate-name", f"two components are called {name!r}", where)
            seen.add(name)
    names = [r.name for r in s.registers]
    if len(set(names)) != len(names):
        raise ComponentError("duplicate-name", "two registers have the same name", where)
    if s.values is not None and not 1 <= s.values <= 1_000_000:
        raise ComponentError("bad-range", "(values k) takes 1 to 1000000", where)
    for c in s.components:
        for target in c.writes or ():
            if s.registers and target not in names:
                message = f"component {c.name} writes {target!r}, which is no register"
                raise ComponentError("unknown-register", message, where)
        if c.writes is not None and len(c.writes) != len(c.outputs) - (c.role is Role.BRANCH):
            message = f"component {c.name}: (writes ...) names one register for each output"
            raise ComponentError("wrong-arity", message, where)
    for test, _ in s.control.branches if s.control else ():
        if s[test].role is Role.OPERATION:
            raise ComponentError("wrong-role", f"control names {test}, which is no test", where)
    if s.starts is not None:
        free = set(variables([s.starts])) - set(names)
        if free or s.starts.sort != BOOL:
            message = f"starts is a Bool over the registers; not a register: {sorted(free)}"
            raise ComponentError("free-variable", message, where)
    for c in s.components:
        check_defined(c, s.values, where)
