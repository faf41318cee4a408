"""Does an operation preserve a relation? Vectorised, with early exit.

Two ways, chosen by size. *Direct*: apply the operation to all n-tuples of rows, in growing chunks,
and stop at the first image outside. *By states*: position by position over the relation, keeping
the distinct states (automaton node of each row and of the image), which is far smaller for large
relations or arities. The checker in `theory.kernel.checks.preservation` searches by itself and
trusts neither. Main definitions:

    preserves         one operation, one relation: True, False, or None when work ran out
    holds_all         all operations of a set, one relation
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from solvers.completeness.finite.relations import Relation
from theory.kernel.checks.finite_data import Operation

Integers = NDArray[np.int64]

DIRECT_ROWS = 1 << 18
"""Largest number of row combinations that are tried directly."""
FIRST_CHUNK = 1 << 11
CHUNK = 1 << 16
DEFAULT_MAX_WORK = 400_000_000
"""Transitions one test may look at before it answers None (about ten seconds)."""


@dataclass(frozen=True, slots=True)
class Automaton:
    """The truth table of a relation, read position by position, with equal nodes merged.

    `children[i]` has shape (nodes at position i, k); `none[i]` and `all[i]` say for a node at
    position i whether no tuple below it, or every tuple, belongs to the relation.
    """

    children: tuple[Integers, ...]
    none: tuple[NDArray[np.bool_], ...]
    all: tuple[NDArray[np.bool_], ...]


@lru_cache(maxsize=1024)
def _rows(relation: Relation) -> Integers:
    return np.argwhere(relation.members)


@lru_cache(maxsize=256)
def automaton(relation: Relation) -> Automaton:
    """Merge equal parts of the truth table from the last position to the first."""
    k = relation.k
    nodes: Integers = relation.members.reshape(-1).astype(np.int64)
    none, full = [np.array([True, False])], [np.array([False, True])]
    children: list[Integers] = []
    for _ in range(relation.arity):
        below, nodes = _distinct_rows(nodes.reshape(-1, k))
        children.append(below)
        none.append(np.all(none[-1][below], axis=1))
        full.append(np.all(full[-1][below], axis=1))
    return Automaton(tuple(children[::-1]), tuple(none[::-1]), tuple(full[::-1]))


def _distinct_rows(rows: Integers) -> tuple[Integers, Integers]:
    """The distinct rows, and for each row which of them it is."""
    radix, width = int(rows.max()) + 1, rows.shape[1]
    if radix**width < 1 << 62:
        codes = rows @ radix ** np.arange(width)
        _, first, number = np.unique(codes, return_index=True, return_inverse=True)
        return rows[first], number.reshape(-1)
    distinct, number = np.unique(rows, axis=0, return_inverse=True)
    return distinct, number.reshape(-1)


@lru_cache(maxsize=4096)
def preserves(
    operation: Operation, relation: Relation, max_work: int = DEFAULT_MAX_WORK
) -> bool | None:
    """Whether the operation preserves the relation; None when that takes more than max_work."""
    table = _table(operation)
    count = int(relation.members.sum())
    if count**operation.arity <= DIRECT_ROWS:
        return _preserves_directly(table, operation.arity, relation, _rows(relation))
    if count <= DIRECT_ROWS and _fails_somewhere(table, operation.arity, relation):
        return False
    return _preserves_by_states(table, operation.arity, relation, max_work)


@lru_cache(maxsize=4096)
def _table(operation: Operation) -> Integers:
    return np.array(operation.table, dtype=np.int64)


def _preserves_directly(table: Integers, arity: int, relation: Relation, rows: Integers) -> bool:
    k, count = relation.k, len(rows)
    weights = k ** np.arange(relation.arity - 1, -1, -1)
    members = relation.members.reshape(-1)
    total = count**arity
    start, size = 0, FIRST_CHUNK
    while start < total:
        chosen = np.arange(start, min(start + size, total))
        index = np.zeros((len(chosen), relation.arity), dtype=np.int64)
        for place in range(arity):
            index *= k
            index += rows[chosen // count ** (arity - 1 - place) % count]
        if not members[table[index] @ weights].all():
            return False
        start, size = start + size, CHUNK
    return True


def _fails_somewhere(table: Integers, arity: int, relation: Relation) -> bool:
    """Whether one of some random combinations of rows already has its image outside."""
    rows, generator = _rows(relation), np.random.default_rng(0)
    index = np.zeros((FIRST_CHUNK, relation.arity), dtype=np.int64)
    for _ in range(arity):
        index = index * relation.k + rows[generator.integers(len(rows), size=FIRST_CHUNK)]
    images = table[index] @ relation.k ** np.arange(relation.arity - 1, -1, -1)
    return not bool(relation.members.reshape(-1)[images].all())


def _preserves_by_states(
    table: Integers, arity: int, relation: Relation, max_work: int
) -> bool | None:
    machine = automaton(relation)
    entries = len(table)
    states = np.zeros((1, arity + 1), dtype=np.int64)
    work = 0
    for position in range(relation.arity):
        children = machine.children[position]
        dead, saved = machine.none[position + 1], machine.all[position + 1]
        radix = len(dead)
        if radix ** (arity + 1) >= 1 << 62:
            return None
        step = max(1, CHUNK * 16 // entries)
        found: list[Integers] = []
        for start in range(0, len(states), step):
            part = states[start : start + step]
            work += len(part) * entries
            if work > max_work:
                return None
            result = children[part[:, -1]][:, table]
            alive = ~saved[result]
            code = np.zeros((len(part), 1), dtype=np.int64)
            for place in range(arity):
                node = children[part[:, place]]
                code = (code[:, :, None] * radix + node[:, None, :]).reshape(len(part), -1)
                reach = relation.k**place
                alive &= np.repeat(
                    np.tile(~dead[node], (1, reach)), entries // (reach * relation.k), axis=1
                )
            code = code * radix + result
            found.append(np.unique(code[alive]))
        codes = np.unique(np.concatenate(found))
        if not len(codes):
            return True
        weights = radix ** np.arange(arity, -1, -1)
        states = codes[:, None] // weights % radix
    return False


def holds_all(
    operations: Iterable[Operation], relation: Relation, max_work: int = DEFAULT_MAX_WORK
) -> bool | None:
    """Whether every operation preserves the relation; stops at the first that does not."""
    unsure = False
    for operation in operations:
        answer = preserves(operation, relation, max_work)
        if answer is False:
            return False
        unsure = unsure or answer is None
    return None if unsure else True
