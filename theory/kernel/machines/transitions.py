"""Every single step that a program of a component set may take, as terms over its registers.

The negative routes argue about all programs at once: about every placement of every component at
every parameter value, on typical registers.

- `Transition`: one such step. `transitions`: all of them, on `typical_registers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from theory.kernel.components.component_sets import Component, ComponentSet, Role, Variable
from theory.kernel.components.placements import placements
from theory.kernel.errors import CertificateError
from theory.kernel.language.sorts import INT, Sort, Value, is_finite, plain_value
from theory.kernel.language.terms import TRUE, Term, substitute, var
from theory.kernel.machines.simulations import outcomes

MAX_TRANSITIONS = 4_000  # placements times parameter values that a route considers
COPY = " (copy)"  # ends the name of a register's second copy; no declared register may end so


@dataclass(frozen=True, slots=True)
class Transition:
    """A placement at one parameter setting: what it does to the registers it touches."""

    name: str
    guard: Term
    updates: dict[str, Term]
    decision: Term | None


def finite_sort(components: ComponentSet, sort: Sort) -> bool:
    """Whether a register of the sort has finitely many values in this set."""
    if sort == INT:
        return components.values is not None
    if sort.kind == "Array":
        return all(finite_sort(components, part) for part in sort.parts)
    return is_finite(sort)


def typical_registers(components: ComponentSet) -> tuple[Variable, ...]:
    """The declared registers, and of each further sort as many as one step can touch."""
    registers = list(components.registers)
    for number, sort in enumerate(components.any_of):
        count = max(
            (
                sum(s == sort for s in (*c.input_sorts, *c.output_sorts))
                for c in components.components
            ),
            default=0,
        )
        registers += [Variable(f"any {number}.{k}", sort) for k in range(max(1, count))]
    names = [r.name for r in registers]
    if len(set(names)) != len(names) or any(name.endswith(COPY) for name in names):
        message = "a register's name is used for the proof; rename it"
        raise CertificateError("route", message, "route")
    declared = {r.name for r in components.registers}
    for c in components.components:
        if not set(c.writes or ()) <= declared:
            message = f"{c.name} writes a register that is not declared"
            raise CertificateError("route", message, "route")
    return tuple(registers)


def transitions(components: ComponentSet, registers: tuple[Variable, ...]) -> Iterator[Transition]:
    """Every placement of every operation, and of every test and branch that control admits.

    Raises:
        ProblemError: `too-many-placements`.
    """
    terms = [var(r.name, r.sort) for r in registers]
    for step in placements(components, registers, MAX_TRANSITIONS):
        component = components[step.component]
        reads = [terms[k] for k in step.reads]
        outputs, guard = _instance(component, step.parameters, reads)
        branches = component.role is Role.BRANCH and outcomes(components, component.name)
        decision = outputs[-1] if branches else None
        updates = {registers[k].name: t for k, t in zip(step.writes, outputs, strict=False)}
        names = [registers[k].name for k in step.reads]
        yield Transition(_label(component, names, step.parameters), guard, updates, decision)
    for component in components.components:
        if component.role is not Role.TEST or not outcomes(components, component.name):
            continue
        for reads_at in _test_spots(component, registers):
            for setting in component.settings():
                reads = [terms[k] for k in reads_at]
                outputs, guard = _instance(component, setting, reads)
                names = [registers[k].name for k in reads_at]
                yield Transition(_label(component, names, setting), guard, {}, outputs[0])


def _test_spots(component: Component, registers: tuple[Variable, ...]) -> Iterator[tuple[int, ...]]:
    options = [
        [k for k, r in enumerate(registers) if r.sort == sort] for sort in component.input_sorts
    ]
    for spot in product(*options):
        if component.placements is None or spot in component.placements:
            yield spot


def _instance(
    component: Component, setting: tuple[Value, ...], reads: list[Term]
) -> tuple[tuple[Term, ...], Term]:
    outputs, guard = component.instantiate(setting)
    values = dict(zip((v.name for v in component.inputs), reads, strict=True))
    *made, condition = substitute([*outputs, TRUE if guard is None else guard], values)
    return tuple(made), condition


def _label(component: Component, reads: list[str], setting: tuple[Value, ...]) -> str:
    weights = f"[{', '.join(map(plain_value, setting))}]" if setting else ""
    return f"{component.name}{weights}({', '.join(reads)})"
