"""Component sets: components with the registers they work on and the regime they are meant for.

A set is checked as a whole when it is made: no name twice, placements that some program can use,
start states over the registers, and (`theory.kernel.components.partiality`) a proof that no
component divides by zero inside its guard or leaves a finite domain.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory.kernel.components.component import Component, Role
from theory.kernel.components.partiality import check_defined
from theory.kernel.components.programs import Cells, Control, Regime
from theory.kernel.errors import ComponentError
from theory.kernel.language.names import Variable, check_name
from theory.kernel.language.sorts import BOOL, INT, Sort, holds
from theory.kernel.language.terms import Term, nodes, variables


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
        if c.writes is None:
            continue
        if c.role is Role.TEST or len(c.writes) != len(c.written):
            message = f"component {c.name}: (writes ...) names one register for each output"
            raise ComponentError("wrong-arity", message, where)
        if len(set(c.writes)) < len(c.writes):
            message = f"component {c.name} writes a register twice"
            raise ComponentError("duplicate-name", message, where)
        known = {r.name: r.sort for r in s.registers}
        for target, sort in zip(c.writes, c.written, strict=True):
            if known.get(target) != sort:
                message = f"component {c.name} writes {target!r}, which is no register of {sort}"
                raise ComponentError("unknown-register", message, where)
    branches = [test for test, _ in s.control.branches] if s.control else []
    for test in branches:
        if s[test].role is Role.OPERATION:
            raise ComponentError("wrong-role", f"control names {test}, which is no test", where)
        if branches.count(test) > 1:
            raise ComponentError("duplicate-name", f"control names {test} twice", where)
    if s.starts is not None:
        known = {r.name: r.sort for r in s.registers}
        free = {n for n, sort in variables([s.starts]).items() if known.get(n) != sort}
        if free or s.starts.sort != BOOL:
            message = f"starts is a Bool over the registers as they are; not so: {sorted(free)}"
            raise ComponentError("free-variable", message, where)
    if s.values is not None:
        _check_no_arrays_of_int(s, where)
    if s.cells is not None and s.cells.quiescent is not None:
        sorts = [r.sort for r in s.registers] or list(s.any_of)
        if not sorts or not holds(sorts[0], s.cells.quiescent):
            message = f"quiescent is a value of the cells' sort {sorts[0] if sorts else ''}"
            raise ComponentError("bad-value", message, where)
    layout(s)
    for c in s.components:
        check_defined(c, s.values, where)


def _check_no_arrays_of_int(s: ComponentSet, where: str) -> None:
    """(values k) bounds what registers and outputs of sort Int hold, not what arrays hold."""
    found = [r.sort for r in s.registers] + list(s.any_of)
    for c in s.components:
        found += [node.sort for node in nodes([*c.outputs, *([c.guard] if c.guard else [])])]
        found += c.input_sorts
    for sort in found:
        inner = [sort]
        while inner:
            part = inner.pop()
            if part == INT and sort.kind == "Array":
                message = f"(values k) does not bound the Int inside {sort}; use bit vectors there"
                raise ComponentError("wrong-sort", message, where)
            inner += part.parts


def layout(s: ComponentSet) -> dict[int, Sort]:
    """The sort of every register that is declared or that a placement names, by number.

    Registers beyond the declared ones are of the sorts of which there is any number; a placement
    says by its component's inputs which sort it wants where.

    Raises:
        ComponentError: `bad-placement` for a placement that no program could use.
    """
    found = {k: r.sort for k, r in enumerate(s.registers)}
    if s.cells is not None:  # there, a placement numbers the cells that are read
        return found
    for c in s.components:
        sorts = c.placed_sorts()
        for place in c.placements or ():
            where = f"set {s.name}: component {c.name}: placement {place}"
            if len(place) != len(sorts):
                message = f"lists {len(place)} registers; it takes {len(sorts)}"
                raise ComponentError("bad-placement", message, where)
            for number, sort in zip(place, sorts, strict=True):
                if number >= len(s.registers) and sort not in s.any_of:
                    message = f"there is no register {number} of sort {sort}"
                    raise ComponentError("bad-placement", message, where)
                if found.setdefault(number, sort) != sort:
                    message = f"register {number} is {found[number]}, not {sort}"
                    raise ComponentError("bad-placement", message, where)
            taken, _ = c.targets()
            written = [place[k] for k in taken.values()] + list(place[len(c.inputs) :])
            if c.writes is None and len(set(written)) < len(written):
                raise ComponentError("bad-placement", "writes a register twice", where)
    return found
