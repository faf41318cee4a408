"""Whether a set of functions on k values is complete, decided from the set alone.

The compositions with n inputs are what the operations make of the n projections, value by value: a
closure of vectors. For k = 2, n = 2 the question is whether NAND is among the 16. For k >= 3 the
set is complete exactly when all k^k unary maps are among the compositions and some operation takes
every value and depends on two of its inputs (Slupecki 1939).
"""

from __future__ import annotations

from itertools import product

from tests.fuzz.component_sets import SetData
from tests.fuzz.smt_text import BOOL, INT, Malformed, Unreadable, Value

MAX_CALLS = 300_000

Table = dict[tuple[int, ...], int]


def values_of(components: SetData) -> int:
    """k, where the set asks the question."""
    sorts = {s for c in components.components for s in (*c.input_sorts, *c.output_sorts)}
    if len(sorts) != 1:
        raise Malformed("not one sort")
    if any(c.guard is not None for c in components.components):
        raise Malformed("a guard")
    (sort,) = sorts
    if sort == BOOL:
        return 2
    if sort[0] == "BitVec":
        return int(2 ** sort[1])
    if sort == INT and components.values is not None:
        return components.values
    raise Malformed("an infinite sort")


def operations_of(components: SetData) -> list[tuple[int, Table]]:
    """Each output of each component at each setting: its arity, at least 1, and its table."""
    k = values_of(components)
    boolean = BOOL in {s for c in components.components for s in c.output_sorts}
    found = []
    for c in components.components:
        arity = len(c.inputs)
        if k**arity > 5_000:
            raise Unreadable("a large table")
        for setting in c.settings():
            tables: list[Table] = [{} for _ in c.outputs]
            for given in product(range(k), repeat=arity):
                values: list[Value] = [bool(x) if boolean else x for x in given]
                results = c.run(setting, values)
                assert results is not None
                for table, result in zip(tables, results, strict=True):
                    table[given] = int(result)
            for table in tables:
                if arity == 0:
                    found.append((1, {(x,): table[()] for x in range(k)}))
                else:
                    found.append((arity, table))
    return found


def is_complete(k: int, operations: list[tuple[int, Table]]) -> bool:
    """Whether compositions give every function on k values."""
    if k == 1:
        return True
    inputs = 2 if k == 2 else 1
    points = list(product(range(k), repeat=inputs))
    projections = {tuple(p[j] for p in points) for j in range(inputs)}
    if k == 2:
        nand = tuple(1 - a * b for a, b in points)
        return nand in _closure(projections, operations)
    if k**k > 4_000:
        raise Unreadable("too many unary maps")
    maps = _closure(projections, operations, k**k)
    return len(maps) == k**k and any(_onto_and_binary(k, op) for op in operations)


def _closure(
    start: set[tuple[int, ...]], operations: list[tuple[int, Table]], all_there_are: int = 16
) -> set[tuple[int, ...]]:
    found, new, calls = set(start), set(start), 0
    while new and len(found) < all_there_are:
        made: set[tuple[int, ...]] = set()
        for arity, table in operations:
            for chosen in product(sorted(found), repeat=arity):
                if not any(vector in new for vector in chosen):
                    continue
                calls += 1
                if calls > MAX_CALLS:
                    raise Unreadable("a large closure")
                made.add(tuple(table[row] for row in zip(*chosen, strict=True)))
        new = made - found
        found |= new
    return found


def _onto_and_binary(k: int, operation: tuple[int, Table]) -> bool:
    arity, table = operation
    if len(set(table.values())) < k:
        return False
    essential = 0
    for place in range(arity):
        essential += any(
            value != table[(*row[:place], 0, *row[place + 1 :])] for row, value in table.items()
        )
    return essential >= 2
