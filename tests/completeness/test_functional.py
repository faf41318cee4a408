"""Deciding functional completeness: published counts, independent references, certificates."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations, product

import numpy as np
import pytest

from solvers.completeness.finite import Limits, decide, maximal_relations
from solvers.completeness.finite.preservation import (
    _preserves_by_states,
    _preserves_directly,
    _rows,
    _table,
    preserves,
)
from solvers.completeness.finite.relations import Family
from solvers.completeness.finite.subsets import breaking_masks
from solvers.completeness.finite.terms import find_terms, term_text
from theory.kernel.checks.finite import check_functional, essential_inputs
from theory.kernel.checks.finite_data import Operation


def function(name: str, arity: int, k: int, rule: Callable[..., int]) -> Operation:
    return Operation(name, arity, tuple(rule(*x) % k for x in product(range(k), repeat=arity)))


def gates() -> list[Operation]:
    """All 16 Boolean operations of two inputs."""
    return [Operation(f"g{i:04b}", 2, tuple(i >> (3 - j) & 1 for j in range(4))) for i in range(16)]


def random_operations(rng: random.Random, k: int) -> list[Operation]:
    """One to three operations of arity 1 to 3 (k = 3: 2), some of them structured, so that
    incomplete sets are about as frequent as complete ones."""
    rules: list[Callable[..., int]] = [min, max, lambda x, y: x + y, lambda x, y: x * y]
    result = []
    for number in range(rng.randrange(1, 4)):
        arity = rng.choice([1, 2, 2, 3] if k == 2 else [1, 1, 2])
        if arity == 2 and rng.random() < 0.5:
            operation = function(f"f{number}", 2, k, rng.choice(rules))
        else:
            table = [rng.randrange(k) for _ in range(k**arity)]
            operation = Operation(f"f{number}", arity, tuple(table))
        result.append(operation)
    return result


# --- relations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "count"), [(2, 5), (3, 18), (4, 82), (5, 643)])
def test_number_of_maximal_clones(k: int, count: int) -> None:
    relations = list(maximal_relations(k))
    assert len(relations) == count
    assert len({(r.arity, r.members.tobytes()) for r in relations}) == count
    assert len({r.name for r in relations}) == count


@pytest.mark.slow
def test_number_of_maximal_clones_on_six_values() -> None:
    relations = list(maximal_relations(6))
    assert len({(r.arity, r.members.tobytes()) for r in relations}) == len(relations) == 15182


def test_families_on_four_values() -> None:
    assert Counter(r.family for r in maximal_relations(4)) == {
        Family.ORDER: 18,
        Family.PERMUTATION: 3,
        Family.AFFINE: 1,
        Family.EQUIVALENCE: 13,
        Family.CENTRAL: 40,
        Family.REGULAR: 7,
    }


def test_posts_classes_have_their_usual_names() -> None:
    assert {r.name for r in maximal_relations(2)} == {
        "preserves 0",
        "preserves 1",
        "self-dual",
        "affine over Z2",
        "monotone",
    }


def test_no_maximal_clone_of_three_values_lies_in_another() -> None:
    """Each pair of clones is told apart by a binary function, in both directions."""
    relations = list(maximal_relations(3))
    points = np.array(list(product(range(3), repeat=9)), dtype=np.int64)
    inside = np.stack([_all_preserve(points, r.tuples(), 3) for r in relations])
    for a, b in combinations(range(len(relations)), 2):
        assert (inside[a] & ~inside[b]).any()
        assert (inside[b] & ~inside[a]).any()


def _all_preserve(tables: np.ndarray, rows: list[tuple[int, ...]], k: int) -> np.ndarray:
    """For many binary operations at once, whether they preserve the relation: plain definition."""
    members = np.zeros((k,) * len(rows[0]), dtype=bool)
    members[tuple(np.array(rows).T)] = True
    kept = np.ones(len(tables), dtype=bool)
    for first, second in product(rows, repeat=2):
        image = [tables[:, x * k + y] for x, y in zip(first, second, strict=True)]
        kept &= members[tuple(image)]
    return kept


def test_binary_sheffer_functions() -> None:
    """2 of the 16 on two values (Sheffer 1913), 3774 of the 19683 on three."""
    for k, count in ((2, 2), (3, 3774)):
        tables = np.array(list(product(range(k), repeat=k * k)), dtype=np.int64)
        held = np.zeros(len(tables), dtype=bool)
        for relation in maximal_relations(k):
            held |= _all_preserve(tables, relation.tuples(), k)
        assert (~held).sum() == count


def test_the_two_closure_tests_agree() -> None:
    rng = random.Random(5)
    outcomes: Counter[bool] = Counter()
    for k in (2, 3, 4):
        relations = list(maximal_relations(k))
        for _ in range(25):
            for operation in random_operations(rng, k):
                for relation in rng.sample(relations, min(5, len(relations))):
                    rows, table = _rows(relation), _table(operation)
                    if len(rows) ** operation.arity > 200_000:
                        continue
                    direct = _preserves_directly(table, operation.arity, relation, rows)
                    assert _preserves_by_states(table, operation.arity, relation, 10**9) == direct
                    outcomes[direct] += 1
    assert min(outcomes[True], outcomes[False]) > 30


# --- decisions ------------------------------------------------------------------------------------


def test_all_sets_of_two_input_gates() -> None:
    """65535 non-empty sets: 64800 complete; 2, 24, 6 minimal complete ones of size 1, 2, 3."""
    relations = list(maximal_relations(2))
    leaves = breaking_masks(gates(), relations)
    covered = np.zeros(1 << 16, dtype=np.int64)
    for index, mask in enumerate(leaves):
        covered[1 << index : 2 << index] = covered[: 1 << index] | mask
    complete = covered == 31
    assert complete.sum() == 64800
    minimal: Counter[int] = Counter()
    for chosen in np.flatnonzero(complete).tolist():
        smaller = [chosen & ~(1 << i) for i in range(16) if chosen >> i & 1]
        minimal[chosen.bit_count()] += not any(complete[s] for s in smaller)
    assert +minimal == {1: 2, 2: 24, 3: 6}


@pytest.mark.slow
def test_all_sets_of_two_input_gates_with_certificates() -> None:
    """Every one of the 65535 verdicts is accepted by the checker."""
    all_gates = gates()
    counts: Counter[str] = Counter()
    for chosen in range(1, 1 << 16):
        operations = [gate for i, gate in enumerate(all_gates) if chosen >> i & 1]
        verdict = decide(operations, 2)
        report = check_functional(verdict.certificate, operations)
        assert report.verdict == verdict.status
        counts[verdict.status] += 1
    assert counts == {"complete": 64800, "incomplete": 735}


@pytest.mark.parametrize(("k", "seconds"), [(2, 0.1), (3, 0.1), (4, 0.1), (5, 3.0)])
def test_maximum_and_successor_are_decided_quickly(k: int, seconds: float) -> None:
    operations = [function("max", 2, k, max), function("succ", 1, k, lambda x: x + 1)]
    start = time.perf_counter()
    verdict = decide(operations, k)
    assert time.perf_counter() - start < seconds
    assert verdict.status == "complete"
    assert check_functional(verdict.certificate).verdict == "complete"


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_webbs_function_is_complete_and_maximum_is_in_known_clones(k: int) -> None:
    assert decide([function("webb", 2, k, lambda x, y: max(x, y) + 1)], k).status == "complete"
    verdict = decide([function("max", 2, k, max)], k)
    assert verdict.status == "incomplete"
    chain = "monotone" if k == 2 else "monotone for " + "<".join(map(str, range(k)))
    assert chain in {item.relation.name for item in verdict.held}
    report = check_functional(json.loads(json.dumps(verdict.certificate)))
    assert len(report.obligations) == 2 * len(verdict.held)


def test_every_held_clone_is_listed_and_only_those() -> None:
    verdict = decide([function("plus", 2, 5, lambda x, y: x + y)], 5)
    held = {item.relation.name for item in verdict.held}
    assert held == {"preserves 0", "affine over Z5"}
    assert verdict.exhaustive


def test_unary_operations_alone_are_in_slupeckis_clone() -> None:
    operations = [
        function("succ", 1, 3, lambda x: x + 1),
        function("swap", 1, 3, lambda x: (1, 0, 2)[x]),
        function("fold", 1, 3, lambda x: (0, 0, 2)[x]),
    ]
    verdict = decide(operations, 3)
    assert [item.relation.name for item in verdict.held] == [
        "onto only if essentially unary (Slupecki)"
    ]
    assert verdict.held[0].outside.arity == 2
    assert check_functional(verdict.certificate, operations).verdict == "incomplete"


def test_one_value_is_complete() -> None:
    verdict = decide([Operation("f", 3, (0,))], 1)
    assert verdict.status == "complete"
    assert check_functional(verdict.certificate).k == 1


def test_verdicts_are_printed() -> None:
    nand = [Operation("nand", 2, (1, 1, 1, 0))]
    assert decide(nand, 2).lines() == ["COMPLETE (k = 2)", "NAND = nand(x, y)"]
    lines = decide([function("and", 2, 2, min)], 2).lines()
    assert lines[0].startswith("INCOMPLETE (k = 2)")
    assert "monotone; outside: not" in lines


# --- larger domains and limits --------------------------------------------------------------------


def bit_vectors(width: int, *, shift: bool) -> list[Operation]:
    k = 1 << width
    result = [
        function("add", 2, k, lambda x, y: x + y),
        function("and", 2, k, lambda x, y: x & y),
        function("not", 1, k, lambda x: k - 1 - x),
    ]
    return [*result, function("shr", 1, k, lambda x: x >> 1)] if shift else result


@pytest.mark.parametrize("width", [2, 3, 4])
def test_addition_and_logic_keep_low_bits(width: int) -> None:
    """Carries only go up: x mod 2 of the result depends on x mod 2 alone."""
    verdict = decide(bit_vectors(width, shift=False), 1 << width)
    assert verdict.status == "incomplete"
    evens = "{" + ",".join(str(x) for x in range(0, 1 << width, 2)) + "}|"
    assert any(item.relation.name.startswith(f"preserves {evens}") for item in verdict.held)
    assert check_functional(verdict.certificate).verdict == "incomplete"


@pytest.mark.parametrize("width", [2, 3])
def test_a_shift_makes_them_complete(width: int) -> None:
    verdict = decide(bit_vectors(width, shift=True), 1 << width)
    assert verdict.status == "complete"
    assert check_functional(verdict.certificate).verdict == "complete"


@pytest.mark.parametrize("k", [7, 8])
def test_larger_domains_find_orders_permutations_and_slupeckis_clone(k: int) -> None:
    cases = {
        "monotone": [function("max", 2, k, max), function("min", 2, k, min)],
        "affine": [function("mean", 3, k, lambda x, y, z: x ^ y ^ z if k == 8 else x + y - z)],
        "self-dual": [function("rot", 1, k, lambda x: x + 1)],
        "onto only if": [function("cut", 2, k, lambda x, y: min(x + y, k - 2))],
    }
    for start, operations in cases.items():
        verdict = decide(operations, k)
        assert verdict.status == "incomplete"
        assert not verdict.exhaustive
        assert any(item.relation.name.startswith(start) for item in verdict.held), start
        assert check_functional(verdict.certificate, operations).verdict == "incomplete"


def test_what_limits_stop_is_unknown() -> None:
    webb = [function("webb", 2, 5, lambda x, y: max(x, y) + 1)]
    few = decide(webb, 5, Limits(max_functions=20))
    assert (few.status, few.certificate) == ("unknown", None)
    assert "no term for" in few.reason
    assert "UNKNOWN" in few.lines()[0]
    late = decide(webb, 5, Limits(seconds=0.0))
    assert late.status == "unknown"
    assert "only 0 maximal clones" in late.reason
    projection = function("first", 3, 5, lambda x, _y, _z: x)
    short = decide([projection], 5, Limits(max_work=10))
    assert short.status == "incomplete"
    assert not short.exhaustive
    wide = decide([function("cut", 2, 9, lambda x, y: min(x + y, 7) + (x == y == 0))], 9)
    assert wide.status in ("incomplete", "unknown")


def test_a_large_arity_is_tested_by_states() -> None:
    parity = function("parity", 10, 2, lambda *x: sum(x))
    affine = next(r for r in maximal_relations(2) if r.family is Family.AFFINE)
    order = next(r for r in maximal_relations(2) if r.family is Family.ORDER)
    assert preserves(parity, affine) is True
    assert preserves(parity, order) is False
    assert preserves(parity, affine, max_work=1000) is None


# --- terms ----------------------------------------------------------------------------------------


def test_terms_compute_their_targets_and_saturation_is_reported() -> None:
    operations = [function("and", 2, 2, min), function("or", 2, 2, max)]
    found = find_terms(operations, 2, {"and": (0, 0, 0, 1), "xor": (0, 1, 1, 0)}, 2)
    assert found.terms == {"and": ((0, (0, 1)),)}
    assert found.saturated
    assert found.functions == 4


def test_term_text_names_what_is_used_twice() -> None:
    operations = [Operation("f", 1, (1, 0)), Operation("g", 2, (0, 0, 0, 1))]
    steps = ((0, (0,)), (1, (1, 1)))
    assert term_text(operations, steps, ["x"]) == "t1 = f(x); g(t1, t1)"
    assert term_text(operations, ((1, (0, 1)),), ["x", "y"]) == "g(x, y)"
    assert term_text(operations, (), ["x"]) == "x"


# --- agreement with plain closure -----------------------------------------------------------------


def generates_all(operations: Sequence[Operation], k: int, inputs: int) -> bool:
    """Whether all functions of `inputs` arguments arise, by closing the projections."""
    points = np.array(list(product(range(k), repeat=inputs)))
    weights = k ** np.arange(len(points) - 1, -1, -1)
    tables = [np.array(operation.table) for operation in operations]
    functions = np.zeros((k ** len(points), len(points)), dtype=np.int64)
    functions[:inputs] = points.T
    seen = np.zeros(len(functions), dtype=bool)
    seen[functions[:inputs] @ weights] = True
    count, done = inputs, 0
    while done < count < len(functions):
        done += 1
        for operation, table in zip(operations, tables, strict=True):
            # every argument list whose newest member is the function at done - 1
            for newest in range(operation.arity):
                index = np.zeros((1, len(points)), dtype=np.int64)
                for place in range(operation.arity):
                    part = functions[done - 1 : done] if place == newest else functions[:done]
                    index = (index[:, None] * k + part[None]).reshape(-1, len(points))
                codes = table[index] @ weights
                codes = np.unique(codes[~seen[codes]])
                seen[codes] = True
                functions[count : count + len(codes)] = codes[:, None] // weights % k
                count += len(codes)
    return count == len(functions)


def reference(operations: Sequence[Operation], k: int) -> bool:
    """k = 2: all binary functions arise. k = 3: all unary ones, and Slupecki's criterion."""
    if k == 2:
        return generates_all(operations, 2, 2)
    return generates_all(operations, k, 1) and any(
        len(set(o.table)) == k and len(essential_inputs(o, k)) >= 2 for o in operations
    )


def compare_with_reference(count: int, seed: int) -> None:
    rng = random.Random(seed)
    outcomes: Counter[tuple[int, str]] = Counter()
    for _ in range(count):
        k = rng.choice([2, 3])
        operations = random_operations(rng, k)
        verdict = decide(operations, k)
        assert verdict.status == ("complete" if reference(operations, k) else "incomplete")
        assert check_functional(verdict.certificate, operations).verdict == verdict.status
        outcomes[k, verdict.status] += 1
    assert len(outcomes) == 4
    assert min(outcomes.values()) > count / 20


def test_decisions_agree_with_plain_closure() -> None:
    compare_with_reference(150, seed=3)


@pytest.mark.slow
def test_decisions_agree_with_plain_closure_on_many_sets() -> None:
    compare_with_reference(2000, seed=4)


@pytest.mark.slow
def test_decisions_agree_with_the_closure_of_binary_functions_on_three_values() -> None:
    """No theorem in the reference: all 19683 binary functions arise, or they do not."""
    rng = random.Random(6)
    for _ in range(40):
        operations = random_operations(rng, 3)
        expected = "complete" if generates_all(operations, 3, 2) else "incomplete"
        assert decide(operations, 3).status == expected
