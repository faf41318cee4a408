"""A component set as operations on 0..k-1: the question of functional completeness.

Conventions: functions have arity at least 1 on one finite sort of k values, and wiring is dag. A
nullary constant counts as a unary one; each output of a component is an operation; all parameter
values count. Bool has k = 2 (false is 0), `(values k)` makes Int k-valued, w bits have k = 2**w.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from theory.kernel.checks.finite_data import MAX_NUMBERS, MAX_VALUES, Operation
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.errors import ComponentError
from theory.kernel.language.sorts import Sort, Value, plain_value


def domain_of(components: ComponentSet) -> tuple[Sort, int]:
    """The one finite sort that a set speaks of, and its number of values.

    Raises:
        ComponentError: `many-sorted`, `guarded`, `infinite` or `too-large`: the set does not ask
            this question.
    """
    sorts = {s for c in components.components for s in (*c.input_sorts, *c.output_sorts)}
    if len(sorts) != 1:
        found = ", ".join(sorted(map(str, sorts))) or "no sort at all"
        message = f"functional completeness is asked of sets over one sort; here: {found}"
        raise ComponentError("many-sorted", message, components.name)
    for c in components.components:
        if c.guard is not None:
            message = "functional completeness is asked of total functions; this one has a guard"
            raise ComponentError("guarded", message, f"{components.name}: component {c.name}")
    sort = next(iter(sorts))
    if sort.kind == "Bool":
        return sort, 2
    if sort.kind == "Int" and components.values is not None:
        size = components.values
    elif sort.kind == "BitVec":
        size = 1 << min(sort.width, 30)
    else:
        message = f"{sort} has infinitely many values; (values k) in the set line makes Int finite"
        raise ComponentError("infinite", message, components.name)
    if size > MAX_VALUES:
        message = f"{size} values; at most {MAX_VALUES} are possible"
        raise ComponentError("too-large", message, components.name)
    return sort, size


def _instances(components: ComponentSet) -> Iterator[tuple[Component, tuple[Value, ...]]]:
    """Every component at every parameter setting."""
    count = sum(prod(p.size for p in c.parameters) for c in components.components)
    if count > MAX_NUMBERS:
        message = f"more than {MAX_NUMBERS} components and parameter settings"
        raise ComponentError("too-large", message, components.name)
    for component in components.components:
        for setting in component.settings():
            yield component, setting


def operations_of(components: ComponentSet) -> tuple[int, tuple[Operation, ...]]:
    """The number of values k, and the operations of the set with their tables.

    Raises:
        ComponentError: as `domain_of`; `too-large` where the tables together are too large.
    """
    sort, k = domain_of(components)
    values: list[Value] = [bool(v) for v in range(k)] if sort.kind == "Bool" else list(range(k))
    found: list[Operation] = []
    numbers = 0
    for component, setting in _instances(components):
        arity = len(component.inputs)
        numbers += k**arity * len(component.outputs) if arity < 64 else MAX_NUMBERS + 1
        if numbers > MAX_NUMBERS:
            message = f"its table brings the numbers above {MAX_NUMBERS}"
            raise ComponentError("too-large", message, f"component {component.name}")
        function = component.function(setting)
        rows = [function(*arguments) for arguments in product(values, repeat=arity)]
        weights = f"[{', '.join(map(plain_value, setting))}]" if setting else ""
        for place, name in enumerate(component.output_names):
            table = tuple(int(row[place]) for row in rows if row is not None)  # type: ignore[arg-type]
            if arity == 0:
                table *= k
            found.append(Operation(f"{name}{weights}", max(arity, 1), table))
    return k, tuple(found)
