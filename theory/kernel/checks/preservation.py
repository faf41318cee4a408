"""Decides whether an operation preserves a relation, exactly. Standard library only.

An n-ary operation preserves a relation when, applied position by position to any n of its tuples
(rows), it gives a tuple of the relation again. Main definitions:

    Violation    n rows of the relation whose image is outside it
    Trie         the listed tuples of a relation as an automaton with equal states merged
    violation    the exhaustive search for one
    Budget       the bound on the work spent
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from theory.kernel.checks.finite_data import Operation, Relation
from theory.kernel.errors import CertificateError

Tuple = tuple[int, ...]

STATE_COST = 20
"""Work charged for a state kept in memory, so that the bound on work also bounds the memory."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Rows of a relation that an operation takes, position by position, to a tuple outside it."""

    rows: tuple[Tuple, ...]
    result: Tuple


@dataclass(slots=True)
class Budget:
    """Work left; spending more raises the error `work-limit`."""

    left: int

    def spend(self, amount: int, where: str) -> None:
        self.left -= amount
        if self.left < 0:
            raise CertificateError(
                "work-limit", "checking takes more than the work allowed; raise max_work", where
            )


DEAD = 0
LISTED = 1


@dataclass(frozen=True, slots=True)
class Trie:
    """The listed tuples of a relation as an automaton: `children[node][value]`.

    DEAD is the node below which nothing is listed, LISTED the end of a listed tuple, `full` the
    nodes below which everything is listed. Nodes with equal children are one node, so that a state
    of the search below says all about a prefix that matters.
    """

    root: int
    children: tuple[Tuple, ...]
    full: frozenset[int]


def build_trie(relation: Relation, k: int, budget: Budget, where: str = "") -> Trie:
    """The automaton of the listed tuples, built from the last position to the first."""
    budget.spend(len(relation.listed) * relation.arity + k, where)
    children: list[Tuple] = [(DEAD,) * k, ()]
    full = {LISTED}
    known: dict[Tuple, int] = {}
    layer: dict[Tuple, int] = dict.fromkeys(relation.listed, LISTED)
    for _ in range(relation.arity):
        budget.spend(len({prefix[:-1] for prefix in layer}) * k, where)
        grouped: dict[Tuple, list[int]] = {}
        for prefix, node in layer.items():
            grouped.setdefault(prefix[:-1], [DEAD] * k)[prefix[-1]] = node
        layer = {}
        for prefix, below in grouped.items():
            key = tuple(below)
            if key not in known:
                known[key] = len(children)
                children.append(key)
                if full.issuperset(key):
                    full.add(known[key])
            layer[prefix] = known[key]
    return Trie(layer.get((), DEAD), tuple(children), frozenset(full))


def violation(
    operation: Operation, relation: Relation, trie: Trie, budget: Budget, where: str = ""
) -> Violation | None:
    """Rows of the relation, one for each argument, whose image is outside it; None if preserved.

    Exhaustive depth-first search over positions of the relation. At position i it chooses one
    argument vector; a state holds the automaton's node for each argument's row so far and for the
    result so far. A row must stay able to end inside the relation, the result able to end outside.
    States are visited once, so the search is far smaller than (size of the relation)**arity.
    """
    dead = frozenset({DEAD})
    bad_row, bad_result = (trie.full, dead) if relation.complement else (dead, trie.full)
    start = (trie.root,) * (operation.arity + 1)
    if trie.root in bad_row or trie.root in bad_result:
        return None
    children, table = trie.children, operation.table
    parents: dict[Tuple, tuple[Tuple, int] | None] = {start: None}
    stack = [(start, 0)]
    while stack:
        state, position = stack.pop()
        if position == relation.arity:
            return _read_off(state, parents, operation, len(children[DEAD]))
        budget.spend(len(table), where)
        results = children[state[-1]]
        vectors = product(*(children[node] for node in state[:-1]))
        for index, (rows, value) in enumerate(zip(vectors, table, strict=True)):
            result = results[value]
            if result in bad_result or not bad_row.isdisjoint(rows):
                continue
            following = (*rows, result)
            if following not in parents:
                budget.spend(STATE_COST, where)
                parents[following] = (state, index)
                stack.append((following, position + 1))
    return None


def _read_off(
    state: Tuple,
    parents: dict[Tuple, tuple[Tuple, int] | None],
    operation: Operation,
    k: int,
) -> Violation:
    """Follow the parents back to the start: the argument vector of each position."""
    vectors: list[Tuple] = []
    results: list[int] = []
    link = parents[state]
    while link is not None:
        state, index = link
        results.append(operation.table[index])
        digits = []
        for _ in range(operation.arity):
            index, digit = divmod(index, k)
            digits.append(digit)
        vectors.append(tuple(reversed(digits)))
        link = parents[state]
    vectors.reverse()
    return Violation(tuple(zip(*vectors, strict=True)), tuple(reversed(results)))
