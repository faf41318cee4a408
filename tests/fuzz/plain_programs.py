"""What a set's own programs do: a plain interpreter that shares no code with the checker.

It reads the same `.smt2` text with a reader of its own (`plain_terms`) and runs single steps on
concrete values. It is written from the documents ("A component file" in the design), not from
`theory`. Nothing here is clever.

- `PlainSet`, read by `read_plain_set`: components, registers, control, starts, domain.
- `PlainStep`: a component at registers and parameter values; `run` does it, or blocks.
- `steps_anywhere`: every step a program may take, each on registers of its own choice.
- `steps_on`: every step on one given list of registers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tests.fuzz.plain_terms import (
    BOOL,
    Meaning,
    Node,
    PlainError,
    PlainFunction,
    PlainSort,
    Quoted,
    Term,
    Value,
    count,
    read_nodes,
    read_sort,
    read_term,
)


@dataclass(frozen=True, slots=True)
class PlainComponent:
    """A component; `role` is component, test or branch."""

    name: str
    role: str
    inputs: tuple[tuple[str, PlainSort], ...]
    outputs: tuple[Term, ...]
    guard: Meaning | None = None
    settings: tuple[dict[str, Value], ...] = ({},)
    writes: tuple[str, ...] | None = None
    placements: tuple[tuple[int, ...], ...] | None = None

    @property
    def written(self) -> tuple[PlainSort, ...]:
        """The sorts of what a step writes: a test writes nothing, a branch not its last output."""
        sorts = tuple(t.sort for t in self.outputs)
        return {"test": (), "branch": sorts[:-1]}.get(self.role, sorts)

    @property
    def targets(self) -> tuple[int | None, ...]:
        """For each written output the input whose register it overwrites; None where it is free."""
        found: list[int | None] = []
        for sort in self.written:
            spots = [k for k, (_, s) in enumerate(self.inputs) if s == sort and k not in found]
            found.append(spots[0] if spots else None)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class PlainSet:
    """A component set.

    Attributes:
        registers: those declared, in order.
        any_of: the sorts of which a program may have any number of registers more.
        control: for each test the outcomes it may branch on; None: every test, both ways.
        starts: which states of the declared registers are start states; None: all.
        values: k, where every Int register ranges over 0 .. k - 1; 0: no bound.
    """

    regime: str
    registers: tuple[tuple[str, PlainSort], ...]
    any_of: tuple[PlainSort, ...]
    components: tuple[PlainComponent, ...]
    control: dict[str, tuple[bool, ...]] | None
    starts: Meaning | None
    values: int
    cells: bool

    def admitted(self, component: PlainComponent) -> bool:
        """Whether a while-program may branch on the test or branch, either way."""
        if component.role == "component":
            return False
        return self.control is None or bool(self.control.get(component.name))

    def infinite(self, sort: PlainSort) -> bool:
        """Whether a register of the sort holds infinitely many values."""
        return count(sort, self.values) is None


def read_plain_set(text: str) -> PlainSet:
    """The component set of a text."""
    functions: dict[str, PlainFunction] = {}
    called: set[str] = set()
    lines: list[list[Node]] = []
    for node in read_nodes(text):
        match node:
            case ["define-fun", name, arguments, sort_node, body]:
                called |= {word for word in _words(body) if word in functions}
                scope = {n: read_sort(s) for n, s in arguments}
                term = read_term(body, scope, functions)
                if term.sort != read_sort(sort_node):
                    raise PlainError(f"{name} is not of its sort")
                functions[name] = PlainFunction(name, tuple(scope.items()), term)
            case ["set-info", ":sheffer", Quoted() as inside]:
                lines += read_nodes(inside)
            case _:
                raise PlainError(f"unknown command {node}")
    set_line: list[Node] = next((line for line in lines if line[0] == "set"), ["set", "unnamed"])
    fields = {part[0]: part[1:] for part in set_line[2:]}
    described = [_described(line, functions) for line in lines if line[0] != "set"]
    named = {name for _, used in described for name in used} | set(fields.get("starts", []))
    components = [made for made, _ in described]
    components += [
        _undescribed(f) for f in functions.values() if f.name not in named and f.name not in called
    ]
    registers: list[tuple[str, PlainSort]] = []
    any_of: list[PlainSort] = []
    for part in set_line[2:]:
        match part:
            case ["registers", "any", sort_node]:
                any_of.append(read_sort(sort_node))
            case ["registers", names, sort_node]:
                registers += [(n, read_sort(sort_node)) for n in names]
    if not registers and not any_of:
        every = [
            s for c in components for s in (*(s for _, s in c.inputs), *(t.sort for t in c.outputs))
        ]
        any_of = list(dict.fromkeys(every))
    starts = functions[fields["starts"][0]].body.of if "starts" in fields else None
    return PlainSet(
        str(fields.get("regime", ["straight-line"])[0]),
        tuple(registers),
        tuple(any_of),
        tuple(components),
        _control(fields["control"]) if "control" in fields else None,
        starts,
        int(fields["values"][0]) if "values" in fields else 0,
        "cells" in fields,
    )


def _words(node: Node) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _words(part)
    else:
        yield node


def _control(parts: list[Node]) -> dict[str, tuple[bool, ...]]:
    found: dict[str, tuple[bool, ...]] = {}
    for part in parts:
        if isinstance(part, list):
            found.setdefault(part[0], tuple(word == "true" for word in part[1:]))
    return found


def _undescribed(function: PlainFunction) -> PlainComponent:
    sorts = [s for _, s in function.arguments]
    test = function.body.sort == BOOL and bool(sorts) and BOOL not in sorts
    role = "test" if test else "component"
    return PlainComponent(function.name, role, function.arguments, (function.body,))


def _described(
    line: list[Node], functions: dict[str, PlainFunction]
) -> tuple[PlainComponent, set[str]]:
    role, name, *parts = line
    fields = {part[0]: part[1:] for part in parts}
    outputs = [functions[n] for n in fields.get("outputs", [name])]
    weights = {part[0]: _range(part) for part in fields.get("parameters", [])}
    arguments = dict(outputs[0].arguments)
    inputs = fields.get("inputs", [n for n in arguments if n not in weights])
    guard = functions[fields["guard"][0]] if "guard" in fields else None
    made = PlainComponent(
        name,
        role,
        tuple((n, arguments[n]) for n in inputs),
        tuple(f.body for f in outputs),
        guard.body.of if guard else None,
        tuple(dict(zip(weights, chosen, strict=True)) for chosen in product(*weights.values())),
        tuple(fields["writes"]) if "writes" in fields else None,
        tuple(tuple(map(int, place)) for place in fields["placements"])
        if "placements" in fields
        else None,
    )
    return made, {f.name for f in outputs} | ({guard.name} if guard else set())


def _range(part: list[Node]) -> list[Value]:
    if part[1] == "Bool":
        return [False, True]
    low, high, *rest = (read_term(node, {}, {}).of({}) for node in part[2:])
    step = rest[0] if rest else 1
    found = []
    while low <= high:
        found.append(low)
        low += step
    return found


# Steps


@dataclass(frozen=True, slots=True)
class PlainStep:
    """A component at a place: the registers there are, those it reads and those it writes."""

    component: PlainComponent
    setting: dict[str, Value]
    registers: tuple[PlainSort, ...]
    reads: tuple[int, ...]
    writes: tuple[int, ...]

    def __str__(self) -> str:
        weights = f"[{', '.join(map(str, self.setting.values()))}]" if self.setting else ""
        return f"{self.component.name}{weights}{self.reads}"

    def run(self, state: tuple[Value, ...]) -> tuple[tuple[Value, ...], bool | None] | None:
        """The state after the step, and what it decides; None where it blocks."""
        component = self.component
        env = dict(self.setting)
        for (name, _), k in zip(component.inputs, self.reads, strict=True):
            env[name] = state[k]
        if component.guard is not None and not component.guard(env):
            return None
        results = [term.of(env) for term in component.outputs]
        after = list(state)
        for k, value in zip(self.writes, results, strict=False):
            after[k] = value
        return tuple(after), (None if component.role == "component" else results[-1])


def steps_anywhere(plain: PlainSet, *, each: int = 3) -> Iterator[PlainStep]:
    """Every step of every component, each on registers of its own choice.

    There are the declared registers and, of each sort of which there are any number, as many as
    one component can touch (at most `each`). A numbered place beyond the declared registers names
    some further register, whose sort the program may choose so that the component fits.
    """
    for component in plain.components:
        sorts = [s for _, s in plain.registers]
        touched = [*(s for _, s in component.inputs), *component.written]
        for sort in plain.any_of:
            sorts += [sort] * min(each, max(1, touched.count(sort)))
        if component.placements is None:
            places = list(_everywhere(component, plain, sorts))
        else:
            places = [
                p for p in (_numbered(component, plain, p) for p in component.placements) if p
            ]
        for registers, reads, writes in places:
            for setting in component.settings:
                yield PlainStep(component, setting, registers, reads, writes)


def steps_on(plain: PlainSet, registers: tuple[PlainSort, ...]) -> Iterator[PlainStep]:
    """Every step on the given registers; the declared ones come first."""
    for component in plain.components:
        for place_registers, reads, writes in _everywhere(component, plain, list(registers)):
            place = (*reads, *_free(component, writes))
            if component.placements is None or place in component.placements:
                for setting in component.settings:
                    yield PlainStep(component, setting, place_registers, reads, writes)


Place = tuple[tuple[PlainSort, ...], tuple[int, ...], tuple[int, ...]]  # registers, reads, writes


def stray_places(plain: PlainSet) -> list[str]:
    """Numbered places beyond the declared registers of a set that has no others.

    On cells a step also reads the neighbours' registers, so there the numbers go further.
    """
    return [
        f"{component.name} {place}"
        for component in plain.components
        for place in component.placements or ()
        if not plain.any_of and not plain.cells and max(place, default=0) >= len(plain.registers)
    ]


def homeless(plain: PlainSet) -> list[str]:
    """The components that can stand nowhere, for want of a register or of a place that fits."""
    placed = {step.component.name for step in steps_anywhere(plain)}
    return [c.name for c in plain.components if c.name not in placed]


def _everywhere(
    component: PlainComponent, plain: PlainSet, sorts: list[PlainSort]
) -> Iterator[Place]:
    wanted = [s for _, s in component.inputs]
    if component.writes is None:
        free = zip(component.written, component.targets, strict=True)
        wanted += [s for s, target in free if target is None]
    for place in product(*([k for k, s in enumerate(sorts) if s == w] for w in wanted)):
        reads, rest = place[: len(component.inputs)], place[len(component.inputs) :]
        writes = _writes(component, plain, reads, rest)
        if writes is not None:
            yield tuple(sorts), reads, writes


def _numbered(component: PlainComponent, plain: PlainSet, place: tuple[int, ...]) -> Place | None:
    """The place on registers chosen so that the component fits; None where that is impossible."""
    reads, rest = place[: len(component.inputs)], place[len(component.inputs) :]
    writes = _writes(component, plain, reads, rest)
    if writes is None or len(reads) != len(component.inputs):
        return None
    sorts = [s for _, s in plain.registers]
    chosen: dict[int, PlainSort] = {}
    wanted = [*(s for _, s in component.inputs), *component.written]
    for k, sort in zip((*reads, *writes), wanted, strict=True):
        if k < len(sorts):
            if sorts[k] != sort:
                return None
        elif sort not in plain.any_of or chosen.setdefault(k, sort) != sort:
            return None
    for k in range(len(sorts), max([-1, *chosen]) + 1):
        sorts.append(chosen.get(k, plain.any_of[0]))
    return tuple(sorts), reads, writes


def _writes(
    component: PlainComponent, plain: PlainSet, reads: tuple[int, ...], rest: tuple[int, ...]
) -> tuple[int, ...] | None:
    """The registers written; None where one would be written twice, or none is given."""
    if component.writes is not None:
        names = [n for n, _ in plain.registers]
        found = [names.index(n) if n in names else -1 for n in component.writes]
        fits = not rest and -1 not in found
        fits = fits and all(
            plain.registers[k][1] == s for k, s in zip(found, component.written, strict=True)
        )
    else:
        left = list(rest)
        found = []
        for target in component.targets:
            if target is not None:
                found.append(reads[target] if target < len(reads) else -1)
            else:
                found.append(left.pop(0) if left else -1)
        fits = not left and -1 not in found
    return tuple(found) if fits and len(set(found)) == len(found) else None


def _free(component: PlainComponent, writes: tuple[int, ...]) -> tuple[int, ...]:
    if component.writes is not None:
        return ()
    return tuple(k for k, target in zip(writes, component.targets, strict=True) if target is None)
