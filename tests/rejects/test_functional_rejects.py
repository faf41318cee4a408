"""Certificates of functional completeness that must be refused, each for the right reason."""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import pytest

from solvers.completeness.finite import decide
from theory.kernel.checks.finite import check_functional
from theory.kernel.checks.finite_data import Operation
from theory.kernel.errors import CertificateError, ComponentError

REASONS = {
    "wrong-kind",
    "wrong-type",
    "unknown-key",
    "missing-key",
    "out-of-range",
    "wrong-length",
    "duplicate",
    "too-large",
    "work-limit",
    "not-preserved",
    "not-broken",
    "wrong-term",
    "not-onto",
    "one-input",
}


def function(name: str, arity: int, k: int, rule: Callable[..., int]) -> Operation:
    table = tuple(rule(*x) % k for x in product(range(k), repeat=arity))
    return Operation(name, arity, table)


def maximum(k: int) -> Operation:
    return function("max", 2, k, max)


def successor(k: int) -> Operation:
    return function("succ", 1, k, lambda x: x + 1)


@lru_cache(maxsize=16)
def _certificate(key: str) -> dict[str, Any]:
    sets: dict[str, tuple[list[Operation], int]] = {
        "nand": ([function("nand", 2, 2, lambda x, y: 1 - x * y)], 2),
        "and-not": (
            [
                function("and", 2, 2, lambda x, y: x * y),
                function("not", 1, 2, lambda x: 1 - x),
            ],
            2,
        ),
        "max-succ-3": ([maximum(3), successor(3)], 3),
        "max-succ-4": ([maximum(4), successor(4)], 4),
        "max-3": ([maximum(3)], 3),
        "and-or": ([function("and", 2, 2, min), function("or", 2, 2, max)], 2),
        "parity": ([function("xor3", 3, 2, lambda x, y, z: x ^ y ^ z)], 2),
        "affine-3": ([function("plus", 2, 3, lambda x, y: x + y)], 3),
        "unary-3": ([successor(3), function("swap", 1, 3, lambda x: (1, 0, 2)[x])], 3),
    }
    certificate = decide(*sets[key]).certificate
    assert certificate is not None
    return certificate


def certificate(key: str) -> dict[str, Any]:
    """A fresh copy of a valid certificate."""
    result = copy.deepcopy(_certificate(key))
    check_functional(result)
    return result


def refuse(data: object, reason: str, where: str = "", message: str = "") -> None:
    with pytest.raises(CertificateError) as caught:
        check_functional(data)
    assert caught.value.reason == reason, str(caught.value)
    assert where in caught.value.where
    assert message in caught.value.message
    assert "\n" not in str(caught.value)


def refuse_changed(
    key: str, path: Sequence[str | int], value: object, reason: str, where: str, message: str = ""
) -> None:
    data = certificate(key)
    parent: Any = data
    for part in path[:-1]:
        parent = parent[part]
    parent[path[-1]] = value
    refuse(data, reason, where, message)


# --- false statements -----------------------------------------------------------------------------


def test_a_relation_that_an_operation_breaks_names_the_rows() -> None:
    data = certificate("and-or")
    data["operations"].append({"name": "not", "arity": 1, "table": [1, 0]})
    refuse(data, "not-preserved", "relations[0]", "operation not takes the rows (0,) to (1,)")


def test_a_function_outside_that_is_inside() -> None:
    inside = {"name": "identity", "arity": 1, "table": [0, 1]}
    refuse_changed(
        "and-or",
        ("relations", 0, "outside"),
        inside,
        "not-broken",
        "relations[0].outside",
        "identity preserves",
    )


def test_trivial_relations_show_nothing() -> None:
    everything = [[x, y] for x in range(2) for y in range(2)]
    for tuples in ([], [[0, 0], [1, 1]], everything):
        refuse_changed(
            "and-or", ("relations", 0), _binary(tuples), "not-broken", "relations[0].outside"
        )


def _binary(tuples: list[list[int]]) -> dict[str, Any]:
    nand = {"name": "nand", "arity": 2, "table": [1, 1, 1, 0]}
    return {"name": "r", "arity": 2, "tuples": tuples, "outside": nand}


def test_one_bad_relation_among_good_ones() -> None:
    data = certificate("max-3")
    outside = data["relations"][5]["outside"]
    equality = [[0, 0], [1, 1], [2, 2]]
    data["relations"][5] = {"name": "r", "arity": 2, "tuples": equality, "outside": outside}
    refuse(data, "not-broken", "relations[5].outside")


def test_a_wrong_gate_in_a_term() -> None:
    refuse_changed(
        "and-not",
        ("terms", "nand", -1),
        [0, [0, 1]],
        "wrong-term",
        "terms.nand",
        "gives 0 on (0, 0), nand is 1",
    )


def test_an_empty_term_is_its_input() -> None:
    refuse_changed("max-succ-3", ("terms", "successor"), [], "wrong-term", "terms.successor")


def test_a_tampered_table() -> None:
    refuse_changed(
        "nand", ("operations", 0, "table"), [1, 1, 0, 0], "wrong-term", "terms.nand", "on (1, 0)"
    )


def test_the_operation_of_slupeckis_theorem() -> None:
    def replaced(operation: Operation) -> dict[str, Any]:
        data = certificate("max-succ-3")
        data["operations"].append(
            {"name": operation.name, "arity": operation.arity, "table": list(operation.table)}
        )
        data["slupecki_operation"] = 2
        return data

    refuse(
        replaced(function("min1", 2, 3, lambda x, y: min(1, x, y))),
        "not-onto",
        "slupecki_operation",
        "min1 never gives 2",
    )
    refuse(replaced(function("second", 2, 3, lambda _, y: y)), "one-input", "slupecki_operation")
    refuse_changed("max-succ-3", ("slupecki_operation",), 1, "one-input", "slupecki_operation")


def trap() -> list[Operation]:
    """A cycle, a transposition, a collapse and an onto binary operation: all preserve parity."""
    return [
        successor(4),
        function("swap02", 1, 4, lambda x: (2, 1, 0, 3)[x]),
        function("fold", 1, 4, lambda x: (0, 1, 0, 3)[x]),
        function("plus", 2, 4, lambda x, y: x + y),
    ]


def test_the_trap_on_four_values_is_incomplete() -> None:
    verdict = decide(trap(), 4)
    assert verdict.status == "incomplete"
    assert [item.relation.name for item in verdict.held] == ["preserves {0,2}|{1,3}"]
    assert verdict.exhaustive
    assert check_functional(verdict.certificate, trap()).verdict == "incomplete"


def test_the_trap_cannot_be_sold_as_complete() -> None:
    data = {
        "kind": "functional",
        "k": 4,
        "operations": [{"name": o.name, "arity": o.arity, "table": list(o.table)} for o in trap()],
        "verdict": "complete",
        "terms": {
            "successor": [[0, [0]]],
            "transposition": [[1, [0]]],
            "collapse": [[2, [0]]],
        },
        "slupecki_operation": 3,
    }
    refuse(data, "wrong-term", "terms.transposition", "gives 2 on (0), transposition is 1")
    # Every other step keeps parity as well, so no term at all can be right there.
    data["terms"]["transposition"] = [[0, [0]], [0, [1]], [0, [2]]]  # type: ignore[index]
    refuse(data, "wrong-term", "terms.transposition")


def test_the_wrong_collapse_is_refused() -> None:
    """With the right cycle and transposition, the map 2 -> 0 is still refused as a collapse."""
    swap = function("swap01", 1, 4, lambda x: (1, 0, 2, 3)[x])
    operations = [trap()[0], swap, trap()[2], trap()[3]]
    verdict = decide(operations, 4)
    assert verdict.status == "complete"
    data = copy.deepcopy(verdict.certificate)
    assert data is not None
    data["terms"]["collapse"] = [[2, [0]]]
    refuse(data, "wrong-term", "terms.collapse", "gives 1 on (1), collapse is 0")


def test_the_opposite_verdict_does_not_fit() -> None:
    refuse_changed("nand", ("verdict",), "incomplete", "unknown-key", "")
    refuse_changed("and-or", ("verdict",), "complete", "unknown-key", "")
    refuse_changed("and-or", ("verdict",), "unknown", "out-of-range", "verdict")


# --- malformed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "reason", "where"),
    [
        (("kind",), "simulation", "wrong-kind", "kind"),
        (("k",), True, "wrong-type", "k"),
        (("k",), 2.0, "wrong-type", "k"),
        (("k",), 0, "out-of-range", "k"),
        (("k",), 3, "wrong-length", "operations[0].table"),
        (("operations",), {}, "wrong-type", "operations"),
        (("operations", 0, "arity"), 0, "out-of-range", "operations[0].arity"),
        (("operations", 0, "arity"), 64, "wrong-length", "operations[0].table"),
        (("operations", 0, "arity"), 10**9, "out-of-range", "operations[0].arity"),
        (("operations", 0, "table", 3), True, "wrong-type", "operations[0].table[3]"),
        (("operations", 0, "table", 3), 2, "out-of-range", "operations[0].table[3]"),
        (("operations", 0, "table", 3), -1, "out-of-range", "operations[0].table[3]"),
        (("operations", 0, "name"), "", "out-of-range", "operations[0].name"),
        (("operations", 0, "name"), 7, "wrong-type", "operations[0].name"),
        (("operations", 0, "note"), "x", "unknown-key", "operations[0]"),
        (("operations", 1, "name"), "and", "duplicate", "operations[1].name"),
        (("note",), "x", "unknown-key", ""),
        (("terms",), [], "wrong-type", "terms"),
        (("terms", "nand"), None, "wrong-type", "terms.nand"),
        (("terms", "nor"), [], "unknown-key", "terms"),
        (("terms", "nand", 0), [0], "wrong-length", "terms.nand[0]"),
        (("terms", "nand", 0, 0), 2, "out-of-range", "terms.nand[0][0]"),
        (("terms", "nand", 0, 1, 0), 2, "out-of-range", "terms.nand[0][1][0]"),
        (("terms", "nand", 0, 1), [0], "wrong-length", "terms.nand[0][1]"),
        (("terms", "nand", 0, 1, 0), False, "wrong-type", "terms.nand[0][1][0]"),
    ],
)
def test_malformed_complete_certificates(
    path: tuple[str | int, ...], value: object, reason: str, where: str
) -> None:
    refuse_changed("and-not", path, value, reason, where)


@pytest.mark.parametrize(
    ("path", "value", "reason", "where"),
    [
        (("relations",), [], "out-of-range", "relations"),
        (("relations",), None, "wrong-type", "relations"),
        (("relations", 0, "arity"), 2, "wrong-length", "relations[0].tuples[0]"),
        (("relations", 0, "arity"), 0, "out-of-range", "relations[0].arity"),
        (("relations", 0, "tuples"), [[0], [0]], "duplicate", "relations[0].tuples[1]"),
        (("relations", 0, "tuples"), [[2]], "out-of-range", "relations[0].tuples[0][0]"),
        (("relations", 0, "tuples"), [0], "wrong-type", "relations[0].tuples[0]"),
        (("relations", 0, "all_except"), [], "unknown-key", "relations[0]"),
        (("relations", 0, "outside"), {}, "missing-key", "relations[0].outside"),
        (("relations", 0, "outside", "table"), [1], "wrong-length", "relations[0].outside.table"),
        (("relations", 0, "name"), "x" * 3000, "out-of-range", "relations[0].name"),
    ],
)
def test_malformed_incomplete_certificates(
    path: tuple[str | int, ...], value: object, reason: str, where: str
) -> None:
    refuse_changed("and-or", path, value, reason, where)


@pytest.mark.parametrize("data", [None, [], "complete", 7, {1: 2}, {"kind": "functional"}])
def test_what_is_no_certificate_at_all(data: object) -> None:
    with pytest.raises(CertificateError):
        check_functional(data)


def test_a_number_too_long_to_print() -> None:
    refuse_changed("nand", ("k",), 10**5000, "out-of-range", "k", "a huge number")


def test_missing_keys() -> None:
    for key in ("kind", "k", "operations", "verdict", "terms", "slupecki_operation"):
        data = certificate("max-succ-3")
        del data[key]
        refuse(data, "missing-key", "", f'"{key}" is missing')


def test_too_many_numbers() -> None:
    data = certificate("and-not")
    data["terms"]["nand"][0][1] = [0] * 4_000_001
    refuse(data, "too-large", "terms.nand[0][1]")


def test_deep_nesting_is_not_followed() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    refuse_changed("and-not", ("terms", "nand"), nested, "wrong-length", "terms.nand[0]")


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (Operation("zero", 0, (0,)), "out-of-range"),
        (Operation("short", 2, (0, 1, 1)), "wrong-length"),
        (Operation("three", 1, (0, 3)), "out-of-range"),
        (Operation("true", 1, (0, True)), "out-of-range"),
    ],
)
def test_malformed_operations_are_component_errors(operation: Operation, reason: str) -> None:
    with pytest.raises(ComponentError) as caught:
        decide([operation], 2)
    assert caught.value.reason == reason
    assert operation.name in str(caught.value)


def test_doubled_names_and_impossible_domains_are_component_errors() -> None:
    nand = Operation("nand", 2, (1, 1, 1, 0))
    for operations, k in (([nand, nand], 2), ([], 0), ([], 10**6)):
        with pytest.raises(ComponentError):
            decide(operations, k)


# --- mutants --------------------------------------------------------------------------------------


def generates_all(operations: Sequence[tuple[int, list[int]]], k: int) -> bool:
    """By brute force: all unary functions (k = 2: all binary ones), and Slupecki's condition."""
    inputs = 2 if k == 2 else 1
    points = list(product(range(k), repeat=inputs))
    found = {tuple(p[i] for p in points) for i in range(inputs)}
    while True:
        wider = set(found)
        for arity, table in operations:
            for arguments in product(found, repeat=arity):
                index = [0] * len(points)
                for argument in arguments:
                    index = [i * k + x for i, x in zip(index, argument, strict=True)]
                wider.add(tuple(table[i] for i in index))
        if wider == found:
            break
        found = wider
    if len(found) != k ** len(points):
        return False
    return k <= 2 or any(
        len(set(table)) == k and _inputs_that_matter(arity, table, k) >= 2
        for arity, table in operations
    )


def _inputs_that_matter(arity: int, table: list[int], k: int) -> int:
    values = dict(zip(product(range(k), repeat=arity), table, strict=True))
    return sum(
        any(values[x] != values[(*x[:i], y, *x[i + 1 :])] for x in values for y in range(k))
        for i in range(arity)
    )


def states_the_truth(data: dict[str, Any]) -> bool:
    """Whether the verdict, each relation and each term of a well-formed certificate are right."""
    k = data["k"]
    operations = [(o["arity"], o["table"]) for o in data["operations"]]
    if k > 1 and generates_all(operations, k) != (data["verdict"] == "complete"):
        return False
    return all(
        all(_keeps(o, r, k) for o in operations)
        and not _keeps((r["outside"]["arity"], r["outside"]["table"]), r, k)
        for r in data.get("relations", [])
    )


def _keeps(operation: tuple[int, list[int]], relation: dict[str, Any], k: int) -> bool:
    arity, table = operation
    everything = set(product(range(k), repeat=relation["arity"]))
    if "tuples" in relation:
        members = {tuple(row) for row in relation["tuples"]}
    else:
        members = everything - {tuple(row) for row in relation["all_except"]}
    return all(
        tuple(
            table[sum(x * k ** (arity - 1 - j) for j, x in enumerate(point))]
            for point in zip(*rows, strict=True)
        )
        in members
        for rows in product(members, repeat=arity)
    )


def mutate(data: dict[str, Any], rng: random.Random) -> str:
    """Change one place of a certificate; returns what was done."""
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            places.append((value, key))
            if isinstance(value[key], dict | list):
                walk(value[key])

    walk(data)
    numbers = [(p, key) for p, key in places if type(p[key]) is int]
    if rng.random() < 0.5:
        parent, key = rng.choice(numbers)
        parent[key] = rng.choice([x for x in range(max(data["k"], 3)) if x != parent[key]])
        return f"value {key}"
    parent, key = rng.choice(places)
    old = parent[key]
    if isinstance(old, bool) or not isinstance(old, int):
        number = rng.choice([None, True, -1, "x", 1.5])
    else:
        near = [old + 1, old - 1, rng.randrange(4), True, None, str(old), -old, 2**200, old * 1.0]
        number = rng.choice(near[:3] if rng.random() < 0.7 else near)
    kind = rng.choice(["replace"] * 4 + ["delete", "twice", "swap", "other"])
    if kind == "delete":
        del parent[key]
    elif kind == "twice" and isinstance(parent, list):
        parent.insert(key, copy.deepcopy(old))
    elif kind == "swap" and isinstance(parent, list):
        other = rng.randrange(len(parent))
        parent[key], parent[other] = parent[other], parent[key]
    elif kind == "other" and isinstance(old, list):
        rng.shuffle(old)
    elif kind == "other" and isinstance(old, str):
        parent[key] = rng.choice(["complete", "incomplete", "functional", "all_except", ""])
    elif isinstance(parent, dict) and kind == "other":
        parent[rng.choice(["tuples", "all_except", "note", "terms"])] = parent.pop(key)
    elif isinstance(old, list) and old:
        old[rng.randrange(len(old))] = number
    else:
        parent[key] = number
    return f"{kind} {key}"


def judged(data: object) -> str:
    """The reason why the checker refuses, or that it accepts; any other exception fails."""
    try:
        check_functional(data)
    except CertificateError as error:
        return error.reason
    return "accepted"


def try_mutants(count: int, seed: int) -> Counter[str]:
    keys = [
        "nand", "and-not", "max-succ-3", "max-3", "and-or", "parity", "affine-3", "unary-3",
    ]  # fmt: skip
    rng = random.Random(seed)
    outcomes: Counter[str] = Counter()
    while sum(outcomes.values()) < count:
        key = keys[rng.randrange(len(keys))]
        data = copy.deepcopy(_certificate(key))
        done = mutate(data, rng)
        if data == _certificate(key):
            continue
        outcome = judged(data)
        assert outcome in REASONS or states_the_truth(data), (key, done)
        outcomes[outcome] += 1
    return outcomes


def test_mutants_are_refused_or_true() -> None:
    outcomes = try_mutants(200, seed=1)
    assert outcomes["accepted"] < 60
    assert len(outcomes) > 6


@pytest.mark.slow
def test_two_thousand_mutants_are_refused_or_true() -> None:
    outcomes = try_mutants(2000, seed=2)
    assert outcomes["accepted"] < 600
    for reason in ("not-preserved", "not-broken", "wrong-term", "wrong-type", "duplicate"):
        assert outcomes[reason] > 10
