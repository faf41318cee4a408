"""Every deterministic search that never evaluates a point twice, as a decision tree.

The points are 0 .. n-1, the values 0 .. m-1, and a function is the tuple of its values. A search
chooses a first point, and after each value it has seen the next point: `(point, a search for each
value)`; `None` when all points are used up. Its *trace* on a function is the values in the order
in which it sees them: all that a black-box performance measure may depend on.

    searches          all of them: n for one point to go, and n * (number for n - 1) ** m
    trace             what a search sees of a function
    functions         all functions from n points to m values
    closed            whether a class of functions is closed under permutation of the points
    same_traces       whether all searches have the same multiset of traces on a class
    counterexample    two searches, and a trace that they have a different number of times
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import permutations, product
from typing import TypeAlias

Search: TypeAlias = "tuple[int, tuple[Search, ...]] | None"
Function: TypeAlias = tuple[int, ...]
Trace: TypeAlias = tuple[int, ...]


def searches(n: int, m: int) -> list[Search]:
    """All searches of n points with m values."""
    return list(_searches(frozenset(range(n)), m))


def _searches(left: frozenset[int], m: int) -> Iterator[Search]:
    if not left:
        yield None
        return
    for point in sorted(left):
        following = list(_searches(left - {point}, m))
        for branches in product(following, repeat=m):
            yield point, branches


def trace(search: Search, function: Function) -> Trace:
    """The values that the search sees, in its order."""
    seen = []
    while search is not None:
        point, branches = search
        seen.append(function[point])
        search = branches[function[point]]
    return tuple(seen)


def functions(n: int, m: int) -> list[Function]:
    """All functions from n points to m values."""
    return list(product(range(m), repeat=n))


def closed(chosen: Collection[Function]) -> bool:
    """Whether each function of the class, its points permuted, is in the class too."""
    members = set(chosen)
    return all(
        tuple(f[k] for k in order) in members
        for f in members
        for order in permutations(range(len(f)))
    )


def traces(search: Search, chosen: Collection[Function]) -> Counter[Trace]:
    """How often each trace occurs on a class."""
    return Counter(trace(search, f) for f in chosen)


def same_traces(every: Collection[Search], chosen: Collection[Function]) -> bool:
    """Whether the searches cannot be told apart by their traces on the class."""
    return counterexample(every, chosen) is None


def counterexample(
    every: Collection[Search], chosen: Collection[Function]
) -> tuple[Search, Search, Trace] | None:
    """Two searches, and a trace that the first has more often on the class; None without any."""
    first, *others = every
    expected = traces(first, chosen)
    for other in others:
        found = traces(other, chosen)
        for more, less, a, b in ((first, other, expected, found), (other, first, found, expected)):
            for seen, times in a.items():
                if times > b[seen]:
                    return more, less, seen
    return None


def subsets(items: list[Function]) -> Iterator[list[Function]]:
    """All non-empty classes."""
    for mask in range(1, 1 << len(items)):
        yield [f for k, f in enumerate(items) if mask >> k & 1]


def orbits(n: int, m: int) -> list[frozenset[Function]]:
    """The classes of functions that are permutations of each other: C(n + m - 1, n) of them."""
    found: dict[Function, set[Function]] = {}
    for f in functions(n, m):
        found.setdefault(tuple(sorted(f)), set()).add(f)
    return [frozenset(members) for members in found.values()]
