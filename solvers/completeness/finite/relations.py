"""The relations of the maximal clones on the values 0..k-1: Post's five and Rosenberg's families.

A set of operations is complete if and only if no maximal clone holds it, and each maximal clone is
Pol(r), the operations that preserve one relation r (k = 2: E. Post 1941; k >= 3: I. Rosenberg 1970;
Rosenberg's families give Post's five for k = 2). Main definitions:

    Relation            family, name in the literature's words, arity, truth table over k**arity
    maximal_relations   all of them, once each, cheap ones first, generated lazily and cached

Families: *bounded orders* (up to the converse), *fixed-point-free permutations of prime order* (up
to powers), *affine* (a + b = c + d in an elementary abelian group), *equivalences* other than the
two trivial ones, *central* relations (totally reflexive, totally symmetric, with a non-empty
centre; the unary ones are the proper subsets) and *h-regular* relations (at least 3 blocks). The
numbers of relations are 5, 18, 82, 643, 15182 for k = 2..6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import combinations, permutations, product

import numpy as np
from numpy.typing import NDArray

Members = NDArray[np.bool_]

GREATEST_K = 6
"""Greatest k for which all families are generated; k = 7 has 7848984 maximal clones."""


class Family(Enum):
    """Rosenberg's six families, and other relations that a set is found to preserve."""

    ORDER = "bounded order"
    PERMUTATION = "permutation of prime order"
    AFFINE = "affine"
    EQUIVALENCE = "equivalence"
    CENTRAL = "central"
    REGULAR = "h-regular"
    OTHER = "generated"


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A relation on 0..k-1; `members` is its truth table, shape (k,) * arity, read only."""

    family: Family
    name: str
    members: Members
    k: int = field(init=False)
    arity: int = field(init=False)

    def __post_init__(self) -> None:
        self.members.flags.writeable = False
        object.__setattr__(self, "k", self.members.shape[0])
        object.__setattr__(self, "arity", self.members.ndim)

    def tuples(self) -> list[tuple[int, ...]]:
        """The tuples of the relation in lexicographic order."""
        return [tuple(row) for row in np.argwhere(self.members).tolist()]


def maximal_relations(k: int) -> Iterator[Relation]:
    """One relation for each maximal clone on k values, 2 <= k <= 6, cheap ones first.

    Raises:
        ValueError: for another k.
    """
    if not 2 <= k <= GREATEST_K:
        raise ValueError(f"maximal clones are enumerated for k = 2 to {GREATEST_K}, not {k}")
    for generate in _GENERATORS:
        yield from _cached(generate, k)


@lru_cache(maxsize=64)
def _cached(generate: Callable[[int], Iterator[Relation]], k: int) -> tuple[Relation, ...]:
    return tuple(generate(k))


def subsets(k: int) -> Iterator[Relation]:
    """Unary central relations: the non-empty proper subsets."""
    for size in range(1, k):
        for chosen in combinations(range(k), size):
            yield subset(k, chosen)


def subset(k: int, chosen: Iterable[int]) -> Relation:
    """A set of values as a unary relation."""
    members = np.zeros(k, dtype=np.bool_)
    chosen = sorted(chosen)
    members[chosen] = True
    text = str(chosen[0]) if len(chosen) == 1 else _braces(chosen)
    return Relation(Family.CENTRAL, f"preserves {text}", members)


def prime_permutations(k: int) -> Iterator[Relation]:
    """Graphs of permutations whose cycles all have one prime length; one for each subgroup."""
    for prime in _prime_divisors(k):
        for cycles in _cycle_types(tuple(range(k)), prime):
            image = np.zeros(k, dtype=np.int64)
            for cycle in cycles:
                image[list(cycle)] = [*cycle[1:], cycle[0]]
            if _least_power(image, prime) != tuple(image.tolist()):
                continue
            members = np.zeros((k, k), dtype=np.bool_)
            members[np.arange(k), image] = True
            text = "".join(f"({' '.join(map(str, cycle))})" for cycle in cycles)
            name = "self-dual" if k == 2 else f"self-dual for {text}"
            yield Relation(Family.PERMUTATION, name, members)


def _least_power(image: NDArray[np.int64], order: int) -> tuple[int, ...]:
    """The least of the powers 1..order-1 of a permutation, all of which generate the same group."""
    powers, power = [], image
    for _ in range(order - 1):
        powers.append(tuple(int(x) for x in power))
        power = image[power]
    return min(powers)


def _cycle_types(rest: tuple[int, ...], length: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    """All ways to arrange the elements in cycles of one length, each permutation once."""
    if not rest:
        yield ()
        return
    for others in permutations(rest[1:], length - 1):
        remaining = tuple(x for x in rest[1:] if x not in others)
        for cycles in _cycle_types(remaining, length):
            yield ((rest[0], *others), *cycles)


def equivalences(k: int) -> Iterator[Relation]:
    """Equivalence relations other than equality and the full relation."""
    for labels in _partitions(k):
        if 1 < max(labels) + 1 < k:
            yield equivalence(labels)


def equivalence(labels: Iterable[int]) -> Relation:
    """The equivalence whose classes are the sets of equal labels."""
    label = np.array(list(labels))
    name = f"preserves {_blocks(label)}"
    return Relation(Family.EQUIVALENCE, name, label[:, None] == label[None, :])


def affine(k: int) -> Iterator[Relation]:
    """a + b = c + d for each elementary abelian group on 0..k-1, once for each affine structure.

    Affine structures correspond to the group structures in which the value 0 is the zero.
    """
    primes = _prime_divisors(k)
    if len(primes) != 1:
        return
    prime = primes[0]
    dimension = next(m for m in range(1, k) if prime**m == k)
    vectors = np.array(list(product(range(prime), repeat=dimension)))
    weights = prime ** np.arange(dimension - 1, -1, -1)
    addition = ((vectors[:, None, :] + vectors[None, :, :]) % prime) @ weights
    group = f"Z{prime}" if dimension == 1 else f"Z{prime}^{dimension}"
    seen: set[bytes] = set()
    for others in permutations(range(1, k)):
        naming = np.array([0, *others])
        inverse = np.argsort(naming)
        table = naming[addition[inverse][:, inverse]]
        if table.tobytes() in seen:
            continue
        seen.add(table.tobytes())
        plain = others == tuple(range(1, k))
        text = "" if plain else f" with {' '.join(map(str, naming))} for 0 1 .. {k - 1}"
        yield Relation(
            Family.AFFINE,
            f"affine over {group}{text}",
            table[:, :, None, None] == table[None, None, :, :],
        )


def bounded_orders(k: int) -> Iterator[Relation]:
    """Partial orders with a least and a greatest element, one of each and its converse."""
    for bottom, top in combinations(range(k), 2):
        middle = [x for x in range(k) if x not in (bottom, top)]
        for inner in _partial_orders(k - 2):
            members = np.eye(k, dtype=np.bool_)
            members[bottom, :] = True
            members[:, top] = True
            members[np.ix_(middle, middle)] |= inner
            yield order(members)


def order(members: Members) -> Relation:
    """A partial order, named by its maximal chains."""
    strict = members & ~np.eye(len(members), dtype=np.bool_)
    covers = strict & ~(strict.astype(np.int64) @ strict.astype(np.int64) > 0)
    chains: list[str] = []

    def climb(path: list[int]) -> None:
        above = np.flatnonzero(covers[path[-1]])
        if not len(above):
            chains.append("<".join(map(str, path)))
        for x in above.tolist():
            climb([*path, x])

    for least in np.flatnonzero(~strict.any(axis=0)).tolist():
        climb([least])
    name = "monotone" if len(members) == 2 else f"monotone for {', '.join(chains)}"
    return Relation(Family.ORDER, name, members)


def _partial_orders(n: int) -> Iterator[Members]:
    """All partial orders on n labelled elements: 1, 1, 3, 19, 219 for n = 0..4."""
    pairs = list(combinations(range(n), 2))
    for choice in product((0, 1, 2), repeat=len(pairs)):
        members = np.eye(n, dtype=np.bool_)
        for (a, b), which in zip(pairs, choice, strict=True):
            if which:
                members[(a, b) if which == 1 else (b, a)] = True
        closed = members.astype(np.int64) @ members.astype(np.int64) > 0
        if np.array_equal(closed, members):
            yield members


def central_pairs(k: int) -> Iterator[Relation]:
    """Central relations of arity 2."""
    yield from _central(k, 2)


def central_higher(k: int) -> Iterator[Relation]:
    """Central relations of arity 3 to k - 1."""
    for arity in range(3, k):
        yield from _central(k, arity)


def _central(k: int, arity: int) -> Iterator[Relation]:
    """All families of h-element sets left out, such that some value lies in none of them."""
    if not 2 <= arity < k:
        return
    sets = list(combinations(range(k), arity))
    number = _set_numbers(k, arity)
    for centre in range(k):
        # Each family once: `centre` is the least value that lies in no absent set.
        avoiding = [index for index, chosen in enumerate(sets) if centre not in chosen]
        covered = [set(sets[index]) for index in avoiding]
        for choice in range(1, 1 << len(avoiding)):
            chosen = [i for i in range(len(avoiding)) if choice >> i & 1]
            union = set().union(*(covered[i] for i in chosen))
            if not union.issuperset(range(centre)):
                continue
            present = np.ones(len(sets) + 1, dtype=np.bool_)
            present[[avoiding[i] for i in chosen]] = False
            core = _braces(x for x in range(k) if x not in union)
            without = " ".join(_braces(sets[avoiding[i]]) for i in chosen)
            yield Relation(
                Family.CENTRAL,
                f"central of arity {arity} with centre {core}, without {without}",
                present[number],
            )


@lru_cache(maxsize=32)
def _set_numbers(k: int, arity: int) -> NDArray[np.int64]:
    """For each tuple the number of its set of values; tuples with a repeated value get the last."""
    sets = {chosen: index for index, chosen in enumerate(combinations(range(k), arity))}
    number = np.full((k,) * arity, len(sets), dtype=np.int64)
    for chosen, index in sets.items():
        for arranged in permutations(chosen):
            number[arranged] = index
    return number


def regular(k: int) -> Iterator[Relation]:
    """h-regular relations, h >= 3, smallest h first.

    A tuple belongs when for each equivalence of the family two of its entries are equivalent. A
    family of m equivalences with h blocks each needs h**m <= k, so m = 1 for k <= 6.
    """
    for labels in sorted((labels for labels in _partitions(k) if max(labels) >= 2), key=max):
        yield regular_relation(labels)


def regular_relation(labels: Iterable[int]) -> Relation:
    """The h-regular relation of one equivalence; its classes are the sets of equal labels."""
    label = np.array(list(labels))
    k, h = len(label), int(label.max()) + 1
    seen = np.zeros((k,) * h, dtype=np.int64)
    for axis in np.meshgrid(*[1 << label] * h, indexing="ij", sparse=True):
        seen = seen | axis
    name = f"{h}-regular for {_blocks(label)}"
    if h == k:
        name = "onto only if essentially unary (Slupecki)"
    return Relation(Family.REGULAR, name, seen != (1 << h) - 1)


_GENERATORS: tuple[Callable[[int], Iterator[Relation]], ...] = (
    subsets,
    prime_permutations,
    equivalences,
    affine,
    bounded_orders,
    central_pairs,
    regular,
    central_higher,
)


def _partitions(k: int) -> Iterator[tuple[int, ...]]:
    """Partitions of 0..k-1 as restricted growth strings."""

    def grow(labels: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(labels) == k:
            yield labels
            return
        for label in range(max(labels) + 2):
            yield from grow((*labels, label))

    yield from grow((0,))


def _prime_divisors(k: int) -> list[int]:
    return [p for p in range(2, k + 1) if k % p == 0 and all(p % q for q in range(2, p))]


def _braces(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _blocks(label: NDArray[np.int64]) -> str:
    return "|".join(_braces(np.flatnonzero(label == x).tolist()) for x in range(label.max() + 1))
