"""Minimal complete subsets, repairs, and what chains of unary maps generate."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, product
from math import factorial

import pytest

from solvers.completeness.finite import (
    decide,
    minimal_complete_subsets,
    repairs,
    unary_closure,
)
from solvers.completeness.finite.subsets import least_covers, minimal_covers
from solvers.completeness.finite.unary import group_order
from theory.kernel.checks.finite_data import Operation
from theory.kernel.errors import ComponentError, ProblemError

NAND = Operation("nand", 2, (1, 1, 1, 0))
AND = Operation("and", 2, (0, 0, 0, 1))
OR = Operation("or", 2, (0, 1, 1, 1))
XOR = Operation("xor", 2, (0, 1, 1, 0))
NOT = Operation("not", 1, (1, 0))
ONE = Operation("one", 1, (1, 1))


def test_minimal_complete_sets_of_two_input_gates() -> None:
    gates = [Operation(f"g{i}", 2, tuple(i >> (3 - j) & 1 for j in range(4))) for i in range(16)]
    found = minimal_complete_subsets(gates, 2)
    assert Counter(map(len, found)) == {1: 2, 2: 24, 3: 6}


def test_minimal_complete_subsets_are_complete_and_minimal() -> None:
    operations = [AND, OR, XOR, NOT, ONE, NAND]
    found = minimal_complete_subsets(operations, 2)
    by_trying = [
        chosen
        for size in range(len(operations) + 1)
        for chosen in combinations(range(len(operations)), size)
        if decide([operations[i] for i in chosen], 2).status == "complete"
    ]
    minimal = [c for c in by_trying if not any(set(d) < set(c) for d in by_trying)]
    assert found == sorted(minimal, key=lambda c: (len(c), c))
    assert (5,) in found
    assert (0, 3) in found


def test_incomplete_sets_have_no_complete_subset() -> None:
    assert minimal_complete_subsets([AND, OR, ONE], 2) == []
    assert minimal_complete_subsets([], 1) == [()]


def test_repairs() -> None:
    candidates = [NOT, XOR, ONE, OR, NAND]
    assert repairs([AND], candidates, 2) == [(0,), (4,)]
    assert repairs([AND, XOR], [OR, ONE], 2) == [(1,)]
    assert repairs([NAND], candidates, 2) == [()]
    assert repairs([AND], [OR, ONE], 2) == []
    assert repairs([], [AND, XOR, ONE], 2) == [(0, 1, 2)]


def test_repairs_on_three_values_are_complete() -> None:
    maximum = Operation("max", 2, tuple(max(x, y) for x, y in product(range(3), repeat=2)))
    candidates = [
        Operation("succ", 1, (1, 2, 0)),
        Operation("swap", 1, (1, 0, 2)),
        Operation("fold", 1, (0, 0, 2)),
        Operation("negate", 1, (2, 1, 0)),
        Operation("middle", 1, (1, 1, 1)),
    ]
    found = repairs([maximum], candidates, 3)
    assert (0,) in found
    for chosen in found:
        assert decide([maximum, *(candidates[i] for i in chosen)], 3).status == "complete"


def test_what_cannot_be_answered_is_refused() -> None:
    with pytest.raises(ProblemError) as caught:
        minimal_complete_subsets([Operation("id", 1, tuple(range(7)))], 7)
    assert caught.value.reason == "unsupported"
    with pytest.raises(ProblemError) as caught:
        minimal_covers([1 << (i // 2) for i in range(20)], (1 << 10) - 1, max_sets=100)
    assert caught.value.reason == "too-many"
    with pytest.raises(ComponentError):
        repairs([AND], [Operation("short", 2, (0,))], 2)


def test_covers_agree_with_trying_all() -> None:
    rng = random.Random(7)
    for _ in range(60):
        masks = [rng.getrandbits(6) & rng.getrandbits(6) for _ in range(7)]
        full = (1 << rng.randrange(7)) - 1
        covering = [
            chosen
            for size in range(8)
            for chosen in combinations(range(7), size)
            if _union(masks, chosen) & full == full
        ]
        minimal = [c for c in covering if not any(set(d) < set(c) for d in covering)]
        assert minimal_covers(masks, full) == sorted(minimal, key=lambda c: (len(c), c))
        least = min(map(len, covering), default=0)
        assert least_covers(masks, full) == sorted(c for c in covering if len(c) == least)


def _union(masks: list[int], chosen: tuple[int, ...]) -> int:
    result = 0
    for index in chosen:
        result |= masks[index]
    return result


# --- unary chains ---------------------------------------------------------------------------------


def test_the_classical_generators() -> None:
    for n in range(3, 9):
        cycle = (*range(1, n), 0)
        swap = (1, 0, *range(2, n))
        fold = (0, 0, *range(2, n))
        everything = unary_closure([cycle, swap, fold], n)
        assert everything.every_map
        assert everything.size == n**n
        permutations = unary_closure([cycle, swap], n)
        assert (permutations.every_map, permutations.every_permutation) == (False, True)
        assert permutations.size == permutations.group_order == factorial(n)


def test_fewer_than_three_maps_never_generate_all() -> None:
    """Every map of 3 values: two are not enough, three are."""
    maps = list(product(range(3), repeat=3))
    assert not any(unary_closure(pair, 3).every_map for pair in combinations(maps, 2))
    assert any(unary_closure(triple, 3).every_map for triple in combinations(maps, 3))


def test_sizes_agree_with_plain_closure() -> None:
    rng = random.Random(8)
    for _ in range(60):
        n = rng.randrange(1, 6)
        maps = [tuple(rng.randrange(n) for _ in range(n)) for _ in range(rng.randrange(1, 4))]
        if rng.random() < 0.5:
            maps.append(tuple(rng.sample(range(n), n)))
        closure, layer = set(maps), set(maps)
        while layer:
            layer = {tuple(g[x] for x in f) for f in layer for g in maps} - closure
            closure |= layer
        permutations = sum(len(set(f)) == n for f in closure)
        found = unary_closure(maps, n)
        assert (found.size, found.exact) == (len(closure), True)
        assert found.group_order == permutations
        assert found.every_map == (len(closure) == n**n)
        assert found.every_permutation == (permutations == factorial(n))


def test_known_group_orders() -> None:
    klein = [(1, 0, 3, 2), (2, 3, 0, 1)]
    assert group_order(klein, 4) == 4
    mathieu = [
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0),
        (0, 1, 6, 9, 5, 3, 10, 2, 8, 4, 7),
    ]
    assert group_order(mathieu, 11) == 7920  # the Mathieu group M11


def test_no_map_of_defect_one_leaves_a_gap() -> None:
    """S_6 with a map of 4 values: the maps of 5 values are missing."""
    found = unary_closure([(1, 2, 3, 4, 5, 0), (1, 0, 2, 3, 4, 5), (0, 0, 2, 2, 4, 5)], 6)
    assert found.every_permutation
    assert not found.every_map
    assert found.exact
    assert "every permutation" in found.line()


def test_a_bound_is_reported_as_a_bound() -> None:
    found = unary_closure([(1, 2, 3, 4, 0), (0, 0, 2, 3, 4)], 5, max_maps=100)
    assert not found.exact
    assert found.size > 100
    assert "at least" in found.line()
    large = unary_closure([(0,) * 9, (1,) * 9], 9)
    assert (large.exact, large.size) == (False, 2)
    with pytest.raises(ValueError, match="not a map"):
        unary_closure([(0, 3)], 2)


@pytest.mark.slow
def test_eight_values_are_enumerated_exactly() -> None:
    """S_8 and a map that joins two pairs give no map of 6 values that joins a triple."""
    found = unary_closure(
        [(1, 2, 3, 4, 5, 6, 7, 0), (1, 0, 2, 3, 4, 5, 6, 7), (0, 0, 2, 2, 4, 5, 6, 7)], 8
    )
    seven_values = 8 * 28 * factorial(7)
    six_values_with_a_triple = 56 * factorial(8) // 2
    assert found.exact
    assert found.size == 8**8 - seven_values - six_values_with_a_triple
