"""What is missing from a set, and what is superfluous in it, for Turing completeness.

- `repairs`: smallest additions from the catalogue that make the set complete.
- `minimal`: smallest subsets of the set that are complete.

Both ask for verdicts of many sets, each within a small budget. A set found complete is; one not
found complete may be so all the same, and the results count how many stayed unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from solvers.completeness.search_budget import Budget, Clock, OutOfTimeError, Progress
from solvers.completeness.verdict import Answer, verdict
from theory import catalogue
from theory.kernel.components.component import Component, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.programs import Regime
from theory.kernel.errors import ShefferError

EACH = Budget(seconds=1.0, length=3)


@dataclass(frozen=True, slots=True)
class Sets:
    """The smallest sets found, by the names of their components (`repairs`: of the additions).

    Attributes:
        found: the smallest ones that are complete; all of one size.
        unknown: how many sets of at most that size stayed unknown.
        exhausted: whether every set of at most that size was looked at in time.
    """

    found: tuple[tuple[str, ...], ...]
    unknown: int
    exhausted: bool


def minimal(
    components: ComponentSet,
    regime: Regime | None = None,
    *,
    seconds: float = 60.0,
    progress: Progress | None = None,
) -> Sets:
    """The smallest subsets that are complete."""
    names = [c.name for c in components.components]
    sizes = (
        (chosen, _without(components, chosen))
        for size in range(1, len(names) + 1)
        for chosen in combinations(names, size)
    )
    return _smallest(sizes, regime, Clock(Budget(seconds), progress))


def repairs(
    components: ComponentSet,
    regime: Regime | None = None,
    *,
    most: int = 2,
    seconds: float = 60.0,
    progress: Progress | None = None,
) -> Sets:
    """The smallest additions of at most `most` catalogue components that make the set complete."""
    extra = candidates(components)
    sets = (
        (tuple(c.name for c in chosen), _with(components, chosen))
        for size in range(1, most + 1)
        for chosen in combinations(extra, size)
    )
    return _smallest(sets, regime, Clock(Budget(seconds), progress))


def candidates(components: ComponentSet) -> list[Component]:
    """The catalogue's components over the set's sorts that the set does not have, each once."""
    sorts = {r.sort for r in components.registers} | set(components.any_of)
    taken = {n for c in components.components for n in (c.name, *c.output_names)}
    seen = {_meaning(c) for c in components.components}
    found: list[Component] = []
    for name in catalogue.names():
        for c in catalogue.load(name).components:
            writes = () if c.role is Role.TEST else c.written
            used = {*c.input_sorts, *writes}
            plain = c.writes is None and c.placements is None and not c.parameters
            if not plain or not used <= sorts or _meaning(c) in seen or c.name in taken:
                continue
            seen.add(_meaning(c))
            taken |= {c.name, *c.output_names}
            found.append(c)
    return found


def _meaning(c: Component) -> tuple[object, ...]:
    return (c.role, c.input_sorts, tuple(map(str, c.outputs)), str(c.guard))


def _without(components: ComponentSet, kept: tuple[str, ...]) -> ComponentSet | None:
    control = components.control
    if control is not None:
        branches = tuple(b for b in control.branches if b[0] in kept)
        control = replace(control, branches=branches)
    chosen = tuple(c for c in components.components if c.name in kept)
    try:
        return replace(components, components=chosen, control=control)
    except ShefferError:
        return None


def _with(components: ComponentSet, added: tuple[Component, ...]) -> ComponentSet | None:
    control = components.control
    if control is not None:
        more = tuple((c.name, (True, False)) for c in added if c.role is not Role.OPERATION)
        control = replace(control, branches=control.branches + more)
    try:
        return replace(components, components=components.components + added, control=control)
    except ShefferError:
        return None


def _smallest(
    sets: Iterator[tuple[tuple[str, ...], ComponentSet | None]],
    regime: Regime | None,
    clock: Clock,
) -> Sets:
    found: list[tuple[str, ...]] = []
    unknown = 0
    for names, candidate in sets:
        if found and len(names) > len(found[0]):
            break
        try:
            clock.check()
        except OutOfTimeError:
            return Sets(tuple(found), unknown, False)
        clock.say(", ".join(names))
        if candidate is None:
            continue
        seconds = min(EACH.seconds, max(0.2, clock.left))
        answer = verdict(candidate, regime, budget=replace(EACH, seconds=seconds)).answer
        if answer is Answer.COMPLETE:
            found.append(names)
        elif answer is Answer.UNKNOWN:
            unknown += 1
    return Sets(tuple(found), unknown, True)
