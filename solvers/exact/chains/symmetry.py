"""Symmetries of a chain problem, found and checked over all its points, never trusted.

A *swap* exchanges two registers of one sort, the outputs wanted staying as they are. G is a group
that swaps generate. Write S for the points of the samples, P for all points that placements reach
from S (finitely many here), Z for those of P without error. A set of points is *solved in k* if
some word of at most k placements takes all of it into Z. What the search wants is

    if g(A) is a subset of B for some g in G, and B is solved in k, then A is solved in k.   (*)

`find_symmetry` keeps swaps for which all of this has been checked, point by point:

1. each swap g maps P onto P;
2. for each placement p there are g' in G and p', a placement or the identity, with
   p(g(x)) = g'(p'(x)) for every x in P;
3. either every swap maps Z onto Z, or Z is part of S and every placement maps Z onto Z.

*Why (*) follows.* By 2, a word w of at most k placements and any g in G (a product of swaps, taken
through w one after the other) satisfy w g = g'' w' on P, with g'' in G and w' of at most k
placements. Let w take B into Z. Then g''(w'(A)) = w(g(A)) lies in Z. In the first case of 3, g''
permutes Z, so w'(A) lies in Z. In the second, the sets that a search from S meets all hold Z: S
does, and a placement maps Z onto Z. So A holds Z, w'(A) holds Z, and Z contains g''(w'(A)), which
contains g''(Z). As g'' is a bijection and Z is finite, g''(Z) = Z, and again w'(A) lies in Z. The
word that solves A is w', a word of placements: nothing is relabelled.

Sorting networks are of the second kind: no relabelling of the wires keeps the sorted inputs, but
every network keeps them and every prefix has them among its outputs. Compare "untangling" in Knuth,
TAOCP 3, 5.3.4, exercise 16, and Codish, Cruz-Filipe, Frank & Schneider-Kamp (ICTAI 2014).

`find_symmetry` starts from all swaps and drops those that fail until nothing changes. In 2 it only
looks for a g' that is the identity, one swap of G, g itself or g times one swap of G; a symmetry
that needs more is not used. The empty group is always sound: A is a subset of B.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from solvers.points.points import Points
from solvers.stopping.limits import Meter

MAX_TABLE_WORDS = 1 << 26  # of the products swap * placement that condition 2 is looked up in

Swap = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Symmetry:
    """A group of register permutations that satisfies conditions 1 to 3.

    Attributes:
        classes: the registers that may be permuted among each other at will, each of 2 or more.
        swaps: for two registers of a class, lesser first: the (points,) table of the exchange.
        goals: how condition 3 holds: `permuted` or `kept` (or `none` for the empty group).
    """

    classes: tuple[tuple[int, ...], ...]
    swaps: dict[Swap, NDArray[np.int32]]
    goals: str = "none"

    def __str__(self) -> str:
        sizes = " x ".join(f"S{len(c)}" for c in self.classes)
        return sizes or "trivial"


TRIVIAL = Symmetry((), {})


def goal_points(points: Points) -> NDArray[np.bool_]:
    """(points,): whether a point has no error."""
    return np.asarray(points.errors() == 0, dtype=np.bool_)


def find_symmetry(points: Points, meter: Meter) -> Symmetry:
    """The largest group of swaps that the checks accept; `points` are closed under moves."""
    moves = points.moves
    goals = goal_points(points)
    start = np.zeros(len(points), dtype=np.bool_)
    start[points.start] = True
    kept = bool(np.all(start[goals])) and all(
        np.array_equal(np.unique(column[goals]), np.flatnonzero(goals)) for column in moves.T
    )
    tables = {
        swap: table
        for swap, table in _swap_tables(points).items()
        if kept or np.array_equal(np.sort(table[goals]), np.flatnonzero(goals))
    }
    generators = list(tables)
    while generators:
        meter.check()
        classes = _classes(generators)
        # Tables of the products are there: they too map P onto P, and Z onto Z where asked for.
        group = {s: tables[s] for c in classes for s in combinations(c, 2)}
        if (len(group) + 1) * moves.size > MAX_TABLE_WORDS:
            return TRIVIAL
        products = _products(group, moves)
        passed = [g for g in generators if _commutes(group[g], moves, products, meter)]
        if len(passed) == len(generators):
            return Symmetry(classes, group, "kept" if kept else "permuted")
        generators = passed
    return TRIVIAL


def _swap_tables(points: Points) -> dict[Swap, NDArray[np.int32]]:
    """The swaps of registers of one sort that map the points onto themselves."""
    rows = points.rows()
    number = {row.tobytes(): k for k, row in enumerate(np.ascontiguousarray(rows))}
    found: dict[Swap, NDArray[np.int32]] = {}
    sorts = [v.sort for v in points.problem.inputs]
    for i, j in combinations(range(len(sorts)), 2):
        if sorts[i] != sorts[j]:
            continue
        swapped = rows.copy()
        swapped[:, [i, j]] = rows[:, [j, i]]
        images = [number.get(row.tobytes(), -1) for row in swapped]
        if min(images) >= 0:  # a swap undoes itself, so one that maps into P maps onto P
            found[i, j] = np.array(images, dtype=np.int32)
    return found


def _classes(swaps: list[Swap]) -> tuple[tuple[int, ...], ...]:
    """The connected components of the graph whose edges are the swaps."""
    classes: list[set[int]] = []
    for i, j in swaps:
        joined = {i, j}.union(*(c for c in classes if i in c or j in c))
        classes = [c for c in classes if i not in c and j not in c] + [joined]
    return tuple(sorted(tuple(sorted(c)) for c in classes))


def _products(group: dict[Swap, NDArray[np.int32]], moves: NDArray[np.int32]) -> set[bytes]:
    """The tables t p' for t the identity or a swap, p' the identity or a placement."""
    identity = np.arange(len(moves), dtype=np.int32)
    right = [identity, *np.ascontiguousarray(moves.T)]
    return {t[p].tobytes() for t in (identity, *group.values()) for p in right}


def _commutes(
    swap: NDArray[np.int32], moves: NDArray[np.int32], products: set[bytes], meter: Meter
) -> bool:
    """Condition 2 for one swap: p g, or g p g, is among the products t p', for every p."""
    for column in moves.T:
        meter.check()
        after = column[swap]
        if after.tobytes() not in products and swap[after].tobytes() not in products:
            return False
    return True
