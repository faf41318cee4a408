"""Steps, and the placements that one step of a chain, or of a dag, may choose from.

- `Wiring`: how steps are connected. In a `chain` the slots are registers and a step overwrites
  some of them; in a `dag` a step appends its outputs as new slots and may read any earlier one; in
  a `table` a step is a bare choice whose meaning is the table's entry.
- `Step`: a component, the slots it reads, the registers it writes (chain), its parameter values.
  A step is also a *placement*: one of the things a chain may choose from.

Where a component writes in a chain: an output overwrites the first input register of its own sort
that no earlier output has taken (a comparator writes both its inputs, `x := x - y` the first); an
output without such an input may go to any other register of its sort. `(writes a b)` fixes the
targets. `(placements (0 1) ...)` lists the registers read, then those of outputs that are free.
A component may read a register twice; it never writes one twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import prod

from theory.kernel.components.component import Component, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.deadline import tick
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import Value

MAX_PLACEMENTS = 100_000


class Wiring(StrEnum):
    """How the steps of a sequence are connected."""

    CHAIN = "chain"
    DAG = "dag"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Step:
    """A component applied to slots."""

    component: str
    reads: tuple[int, ...] = ()
    writes: tuple[int, ...] = ()
    parameters: tuple[Value, ...] = ()


Instance = tuple[Component, tuple[Value, ...]]


def placements(
    components: ComponentSet, registers: tuple[Variable, ...], limit: int = MAX_PLACEMENTS
) -> list[Step]:
    """Every placement of every component on the registers, in a fixed order.

    Raises:
        ProblemError: `too-many-placements` beyond `limit`; `bad-placement` where a file's
            placement names a register that is not there.
    """
    found: list[Step] = []
    for component in components.components:
        if component.role is Role.TEST:
            continue
        settings = prod(p.size for p in component.parameters)
        places = list(spots(component, registers, limit)) if settings <= limit else []
        if settings > limit or len(found) + len(places) * settings > limit:
            message = (
                f"component {component.name} brings the placements above {limit}; "
                "fewer registers, narrower parameters or a larger max_placements would help"
            )
            raise ProblemError("too-many-placements", message, components.name)
        for setting in component.settings():
            found += [Step(component.name, r, w, setting) for r, w in places]
    return found


def spots(
    component: Component, registers: tuple[Variable, ...], limit: int = MAX_PLACEMENTS
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Where a component may stand in a chain: its (reads, writes) pairs.

    Raises:
        ProblemError: `too-many-placements` far beyond `limit`; `bad-placement`.
    """
    by_sort = {v.sort: [k for k, r in enumerate(registers) if r.sort == v.sort] for v in registers}
    _, free = component.targets()
    if component.placements is not None:
        for k, place in enumerate(component.placements):
            reads, rest = place[: len(component.inputs)], place[len(component.inputs) :]
            step = Step(component.name, reads, _writes(component, registers, reads, rest))
            if not _fits(component, registers, step) or len(rest) != (
                0 if component.writes is not None else len(free)
            ):
                where = f"component {component.name}: placement {k + 1}"
                message = f"{place} does not fit its inputs and the registers there are"
                raise ProblemError("bad-placement", message, where)
            yield step.reads, step.writes
        return
    if component.writes is not None:
        targets = _writes(component, registers, (), ())
        if -1 in targets or tuple(registers[k].sort for k in targets) != component.written:
            message = f"(writes {' '.join(component.writes)}) does not fit the registers there are"
            raise ProblemError("bad-placement", message, f"component {component.name}")
    options = [by_sort.get(v.sort, []) for v in component.inputs]
    if component.writes is None:
        options += [by_sort.get(component.written[k], []) for k in free]
    size = 1
    for option in options:
        size *= len(option)
    if size > 100 * limit:
        message = f"component {component.name} has {size} placements; declare (placements ...)"
        raise ProblemError("too-many-placements", message)
    for place in product(*options):
        tick()
        reads, rest = place[: len(component.inputs)], place[len(component.inputs) :]
        writes = _writes(component, registers, reads, rest)
        if len(set(writes)) == len(writes):
            yield reads, writes


def _writes(
    component: Component,
    registers: tuple[Variable, ...],
    reads: tuple[int, ...],
    rest: tuple[int, ...],
) -> tuple[int, ...]:
    if component.writes is not None:
        names = [r.name for r in registers]
        return tuple(names.index(n) if n in names else -1 for n in component.writes)
    taken, free = component.targets()
    spare = dict(zip(free, rest, strict=False))
    count = len(component.written)
    return tuple(
        (reads[taken[k]] if taken[k] < len(reads) else -1) if k in taken else spare.get(k, -1)
        for k in range(count)
    )


def _fits(component: Component, registers: tuple[Variable, ...], step: Step) -> bool:
    slots = (*step.reads, *step.writes)
    if any(not 0 <= k < len(registers) for k in slots):
        return False
    return (
        tuple(registers[k].sort for k in step.reads) == component.input_sorts
        and tuple(registers[k].sort for k in step.writes) == component.written
        and len(set(step.writes)) == len(step.writes)
    )


def allows(component: Component, registers: tuple[Variable, ...], step: Step) -> bool:
    """Whether the component may stand where the step puts it."""
    if not _fits(component, registers, step):
        return False
    _, free = component.targets()
    rest = () if component.writes is not None else tuple(step.writes[k] for k in free)
    if component.placements is not None and (*step.reads, *rest) not in component.placements:
        return False
    return _writes(component, registers, step.reads, rest) == step.writes


def instances(components: ComponentSet, limit: int = MAX_PLACEMENTS) -> list[Instance]:
    """Every component at every parameter setting: what a step of a dag applies.

    Raises:
        ProblemError: `too-many-placements` beyond `limit`.
    """
    found: list[Instance] = []
    for component in components.components:
        count = len(found) + prod(p.size for p in component.parameters)
        if count > limit:
            message = f"more than {limit} components and parameter settings"
            raise ProblemError("too-many-placements", message, components.name)
        found += [(component, setting) for setting in component.settings()]
    return found
