"""Every single step that a program of a component set may take, as terms over its registers.

The negative routes argue about all programs at once: about every placement of every component at
every parameter value, on typical registers. What is left out here would make a claim stronger. So
`transitions` counts: it yields each step that the set declares, and refuses the set when a
component that programs may use has none, or fewer than it must have.

- `Transition`: one such step. `transitions`: all of them, on `typical_registers`.
- `is_finite_sort`: the explicit list of sorts with finitely many values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

from theory.kernel.components.component import Component, Role
from theory.kernel.components.component_sets import ComponentSet, layout
from theory.kernel.components.placements import spots
from theory.kernel.components.programs import outcomes
from theory.kernel.deadline import tick
from theory.kernel.errors import CertificateError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT, Sort, Value, plain_value
from theory.kernel.language.terms import TRUE, Term, substitute, var

MAX_TRANSITIONS = 4_000  # placements times parameter values that a route considers
COPY = " (copy)"  # ends the name of a register's second copy; no declared register may end so


@dataclass(frozen=True, slots=True)
class Transition:
    """A placement at one parameter setting: what it does to the registers it touches."""

    name: str
    guard: Term
    updates: dict[str, Term]
    decision: Term | None


def is_finite_sort(components: ComponentSet, sort: Sort) -> bool:
    """Whether a register of the sort has finitely many values in this set.

    Bool and bit vectors; Int where `(values k)` bounds it; arrays between Bool and bit vectors.
    `(values k)` says nothing of an Int inside an array. Anything else is infinite.
    """
    if sort.kind in ("Bool", "BitVec"):
        return True
    if sort == INT:
        return components.values is not None
    if sort.kind == "Array":
        inside = list(sort.parts)
        while inside:
            part = inside.pop()
            if part.kind not in ("Bool", "BitVec", "Array"):
                return False
            inside += part.parts
        return True
    return False


def typical_registers(components: ComponentSet) -> tuple[Variable, ...]:
    """The declared registers, those that placements name, and of each further sort as many as one
    step can touch."""
    placed = layout(components)
    count = max(placed, default=-1) + 1
    if count > MAX_TRANSITIONS:
        raise _refuse(f"a placement names register {count - 1}, beyond {MAX_TRANSITIONS}")
    registers = list(components.registers)
    spare = components.any_of[0] if components.any_of else INT
    for number in range(len(registers), count):
        registers.append(Variable(f"any {number}", placed.get(number, spare)))
    for number, sort in enumerate(components.any_of):
        touched = [
            sum(s == sort for s in (*c.input_sorts, *c.output_sorts)) for c in components.components
        ]
        needed = max(touched, default=0)
        registers += [Variable(f"any {number}.{k}", sort) for k in range(max(1, needed))]
    names = [r.name for r in registers]
    if len(set(names)) != len(names) or any(name.endswith(COPY) for name in names):
        raise _refuse("a register's name is used for the proof; rename it")
    return tuple(registers)


def transitions(components: ComponentSet, registers: tuple[Variable, ...]) -> Iterator[Transition]:
    """Every placement of every operation, and of every test and branch that control admits.

    Raises:
        CertificateError: `route` where a component has no step, or the steps are too many.
    """
    terms = [var(r.name, r.sort) for r in registers]
    total = 0
    for component in components.components:
        admitted = outcomes(components.control, component.name)
        if component.role is Role.TEST and not admitted:
            continue  # a program cannot use it at all
        places = _places(component, registers)
        expected = len(places) * prod(p.size for p in component.parameters)
        total += expected
        if total > MAX_TRANSITIONS:
            raise _refuse(f"{component.name} brings the steps above {MAX_TRANSITIONS}")
        made = 0
        for setting in component.settings():
            for reads, writes in places:
                tick()
                yield _transition(component, setting, (registers, terms), reads, writes, admitted)
                made += 1
        if made != expected or made == 0:
            raise _refuse(f"{component.name}: {made} steps were looked at, not {expected}")


Place = tuple[tuple[int, ...], tuple[int, ...]]


def _places(component: Component, registers: tuple[Variable, ...]) -> list[Place]:
    """Where the component may stand, at least once and at every declared placement."""
    if component.role is not Role.TEST:
        found = list(spots(component, registers, MAX_TRANSITIONS))
    elif component.placements is not None:
        found = [(place, ()) for place in component.placements]
    else:
        options = [
            [k for k, r in enumerate(registers) if r.sort == s] for s in component.input_sorts
        ]
        if prod(map(len, options)) > MAX_TRANSITIONS:
            raise _refuse(f"{component.name} has more than {MAX_TRANSITIONS} placements")
        found = [(reads, ()) for reads in product(*options)]
    if not found:
        raise _refuse(f"{component.name} can stand nowhere on the set's registers")
    if component.placements is not None and len(found) != len(component.placements):
        raise _refuse(f"{component.name}: {len(found)} of its placements fit the registers")
    return found


def _transition(
    component: Component,
    setting: tuple[Value, ...],
    state: tuple[tuple[Variable, ...], list[Term]],
    reads: tuple[int, ...],
    writes: tuple[int, ...],
    admitted: tuple[bool, ...],
) -> Transition:
    registers, terms = state
    outputs, guard = component.instantiate(setting)
    values = {v.name: terms[k] for v, k in zip(component.inputs, reads, strict=True)}
    *made, condition = substitute([*outputs, TRUE if guard is None else guard], values)
    decides = component.role is not Role.OPERATION
    written = made[: len(component.written)] if component.role is not Role.TEST else []
    weights = f"[{', '.join(map(plain_value, setting))}]" if setting else ""
    return Transition(
        f"{component.name}{weights}({', '.join(registers[k].name for k in reads)})",
        condition,
        {registers[k].name: term for k, term in zip(writes, written, strict=True)},
        made[-1] if decides and admitted else None,
    )


def _refuse(message: str) -> CertificateError:
    return CertificateError("route", message, "route")
