"""The checker of functional completeness: what it accepts, and that its search is exhaustive."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.kernel.checks.finite import (
    check_functional,
    essential_inputs,
    required_terms,
    term_table,
)
from theory.kernel.checks.finite_data import Operation, Relation
from theory.kernel.checks.preservation import Budget, build_trie, violation
from theory.kernel.errors import CertificateError

NAND = {"name": "nand", "arity": 2, "table": [1, 1, 1, 0]}
AND = {"name": "and", "arity": 2, "table": [0, 0, 0, 1]}
NOT = {"name": "not", "arity": 1, "table": [1, 0]}


def complete(k: int, operations: list[Any], **more: Any) -> dict[str, Any]:
    return {
        "kind": "functional",
        "k": k,
        "operations": operations,
        "verdict": "complete",
        **more,
    }


def incomplete(k: int, operations: list[Any], *relations: Any) -> dict[str, Any]:
    return {
        "kind": "functional",
        "k": k,
        "operations": operations,
        "verdict": "incomplete",
        "relations": list(relations),
    }


def test_nand_alone_is_complete() -> None:
    report = check_functional(complete(2, [NAND], terms={"nand": [[0, [0, 1]]]}))
    assert (report.verdict, report.k) == ("complete", 2)
    assert [o.what for o in report.obligations] == ["nand"]


def test_and_with_not_is_complete_by_two_steps() -> None:
    steps = [[0, [0, 1]], [1, [2]]]
    report = check_functional(complete(2, [AND, NOT], terms={"nand": steps}))
    assert report.obligations[0].found == "a term of 2 steps"


def test_maximum_and_successor_are_complete_on_three_values() -> None:
    maximum = {"name": "max", "arity": 2, "table": [0, 1, 2, 1, 1, 2, 2, 2, 2]}
    successor = {"name": "succ", "arity": 1, "table": [1, 2, 0]}
    terms = {
        # slots: 0 = x; a step appends the next slot
        "successor": [[1, [0]]],
        "collapse": [[1, [0]], [1, [1]], [0, [1, 2]], [1, [3]]],
        "transposition": [
            [1, [0]],
            [1, [1]],
            [0, [0, 1]],
            [0, [0, 2]],
            [1, [3]],
            [1, [5]],
            [1, [4]],
            [0, [7, 6]],
            [1, [8]],
        ],
    }
    data = complete(3, [maximum, successor], terms=terms, slupecki_operation=0)
    report = check_functional(data)
    assert [o.what for o in report.obligations] == [
        "successor",
        "transposition",
        "collapse",
        "max is onto",
    ]


def test_monotone_operations_are_incomplete() -> None:
    order = {
        "name": "monotone",
        "arity": 2,
        "tuples": [[0, 0], [0, 1], [1, 1]],
        "outside": NOT,
    }
    report = check_functional(incomplete(2, [AND], order))
    assert report.verdict == "incomplete"
    assert report.obligations[1].what == "not is outside"


def test_a_relation_may_be_given_by_what_it_lacks() -> None:
    order = {"name": "monotone", "arity": 2, "all_except": [[1, 0]], "outside": NOT}
    assert check_functional(incomplete(2, [AND], order)).verdict == "incomplete"


def test_one_value_is_complete_and_no_relation_shows_otherwise() -> None:
    assert check_functional(complete(1, [])).verdict == "complete"
    point = {"name": "p", "arity": 1, "tuples": [[0]], "outside": {**NOT, "table": [0]}}
    with pytest.raises(CertificateError) as caught:
        check_functional(incomplete(1, [], point))
    assert caught.value.reason == "not-broken"


def test_no_operations_at_all_are_incomplete() -> None:
    zero = {
        "name": "preserves 0",
        "arity": 1,
        "tuples": [[0]],
        "outside": {"name": "1", "arity": 1, "table": [1, 1]},
    }
    assert check_functional(incomplete(2, [], zero)).operations == ()


def test_the_callers_operations_must_be_the_certificates() -> None:
    data = complete(2, [NAND], terms={"nand": [[0, [0, 1]]]})
    nand = Operation("nand", 2, (1, 1, 1, 0))
    assert check_functional(data, [nand]).operations == (nand,)
    for other in ([], [Operation("nand", 2, (1, 0, 0, 0))], [Operation("nor", 2, (1, 1, 1, 0))]):
        with pytest.raises(CertificateError) as caught:
            check_functional(data, other)
        assert caught.value.reason == "other-operations"


def test_work_is_bounded() -> None:
    data = complete(2, [NAND], terms={"nand": [[0, [0, 1]]] * 100 + [[0, [0, 1]]]})
    assert check_functional(data)
    with pytest.raises(CertificateError) as caught:
        check_functional(data, max_work=100)
    assert caught.value.reason == "work-limit"


def test_slupeckis_relation_on_six_values_is_checked_in_moments() -> None:
    """45936 tuples: all pairs of them would be two thousand million."""
    k = 6
    table = [min(a + b, k - 2) for a in range(k) for b in range(k)]
    relation = {
        "name": "Slupecki",
        "arity": k,
        "all_except": [list(p) for p in product(range(k), repeat=k) if len(set(p)) == k],
        "outside": {
            "name": "max",
            "arity": 2,
            "table": [max(a, b) for a in range(k) for b in range(k)],
        },
    }
    operation = {"name": "cut sum", "arity": 2, "table": table}
    assert check_functional(incomplete(k, [operation], relation)).verdict == "incomplete"


def test_essential_inputs() -> None:
    second = Operation("y", 3, tuple(y for _, y, _ in product(range(3), repeat=3)))
    assert essential_inputs(second, 3) == (1,)
    assert essential_inputs(Operation("0", 2, (0,) * 9), 3) == ()
    assert essential_inputs(Operation("xor", 2, (0, 1, 1, 0)), 2) == (0, 1)


def test_terms_are_read_with_the_first_argument_most_significant() -> None:
    minus = Operation("minus", 2, tuple((x - y) % 3 for x, y in product(range(3), repeat=2)))
    swapped = term_table(((0, (1, 0)),), [minus], arity=2, k=3, budget=Budget(1000))
    assert swapped == tuple((y - x) % 3 for x, y in product(range(3), repeat=2))


def test_required_terms_generate_all_unary_maps() -> None:
    for k in (3, 4):
        maps = {table for _, table in required_terms(k).values()}
        closure = set(maps)
        while True:
            wider = closure | {tuple(g[x] for x in f) for f in closure for g in maps}
            if wider == closure:
                break
            closure = wider
        assert len(closure) == k**k


@st.composite
def questions(draw: st.DrawFn) -> tuple[int, Operation, Relation]:
    k = draw(st.integers(2, 3))
    arity = draw(st.integers(1, 2))
    table = draw(st.lists(st.integers(0, k - 1), min_size=k**arity, max_size=k**arity))
    width = draw(st.integers(1, 3))
    tuples = draw(st.frozensets(st.tuples(*[st.integers(0, k - 1)] * width), max_size=12))
    return k, Operation("f", arity, tuple(table)), Relation("r", width, tuples, draw(st.booleans()))


@settings(max_examples=300, deadline=None)
@given(questions())
def test_the_search_for_a_violation_agrees_with_trying_all_rows(
    question: tuple[int, Operation, Relation],
) -> None:
    k, operation, relation = question
    everything = set(product(range(k), repeat=relation.arity))
    members = everything - relation.listed if relation.complement else relation.listed

    def image(rows: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        points = zip(*rows, strict=True)
        numbers = [sum(x * k**i for i, x in enumerate(reversed(point))) for point in points]
        return tuple(operation.table[n] for n in numbers)

    preserved = all(
        image(rows) in members for rows in product(sorted(members), repeat=operation.arity)
    )
    budget = Budget(10**7)
    found = violation(operation, relation, build_trie(relation, k, budget), budget)
    assert (found is None) == preserved
    if found is not None:
        assert set(found.rows) <= members
        assert found.result == image(found.rows)
        assert found.result not in members
