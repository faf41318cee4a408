"""Every step of a set is looked at, on registers as many as a step can tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import pytest

from theory.kernel.components.component import Component
from theory.kernel.components.component_files import components_from
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.errors import CertificateError
from theory.kernel.language.sorts import BOOL, INT, REAL, Sort, Value, array, bitvec
from theory.kernel.machines.transitions import (
    is_finite_sort,
    transitions,
    typical_registers,
)


def a_set(properties: str, *definitions: str) -> ComponentSet:
    header = f'(set-info :sheffer "(set s (regime while) {properties})")\n'
    return components_from(header + "\n".join(definitions), "set")


def steps(components: ComponentSet) -> list[str]:
    return [t.name for t in transitions(components, typical_registers(components))]


def refused(components: ComponentSet, words: str) -> None:
    with pytest.raises(CertificateError) as caught:
        steps(components)
    assert (caught.value.reason, caught.value.where) == ("route", "route"), caught.value
    assert re.search(words, caught.value.message), caught.value


SUM = "(define-fun sum ((x Int) (y Int)) Int (+ x y))"
LESS = """(define-fun less ((x Int) (y Int)) Bool (< x y))
(set-info :sheffer "(test less (inputs x y){places})")"""
PLACED = """(define-fun inc ((x Int)) Int (+ x 1))
(set-info :sheffer "(component inc (inputs x) (placements ({register})))")"""


@pytest.mark.parametrize(
    ("properties", "definitions", "names"),
    [
        ("(registers (a b) Int)", [SUM], ["a", "b"]),
        # Two inputs and an output of the sort: three registers may all be different ones.
        ("(registers any Int)", [SUM], ["any 0.0", "any 0.1", "any 0.2"]),
        ("(registers any Int)", [LESS.format(places="")], ["any 0.0", "any 0.1"]),
        ("(registers (a) Int) (registers any Bool)", [SUM], ["a", "any 0.0"]),
        (
            "(registers any Bool) (registers any Int)",
            [LESS.format(places="")],
            ["any 0.0", "any 1.0", "any 1.1"],
        ),
        (
            "(registers (a) Int) (registers any Int)",
            [PLACED.format(register=3)],
            ["a", "any 1", "any 2", "any 3", "any 0.0", "any 0.1"],
        ),
    ],
)
def test_typical_registers_are_as_many_as_a_step_tells_apart(
    properties: str, definitions: list[str], names: list[str]
) -> None:
    assert [r.name for r in typical_registers(a_set(properties, *definitions))] == names


def test_a_register_that_a_placement_names_has_the_sort_that_it_wants_there() -> None:
    components = a_set(
        "(registers any Bool) (registers any Int)",
        PLACED.format(register=1),
    )
    found = typical_registers(components)
    assert [(r.name, r.sort) for r in found[:2]] == [("any 0", BOOL), ("any 1", INT)]
    assert steps(components) == ["inc(any 1)"]


def test_a_placement_far_away_makes_no_registers_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("theory.kernel.machines.transitions.MAX_TRANSITIONS", 5)
    components = a_set("(registers any Int)", PLACED.format(register=4))
    assert steps(components) == ["inc(any 4)"]
    components = a_set("(registers any Int)", PLACED.format(register=5))
    refused(components, "names register 5, beyond 5")


@pytest.mark.parametrize("name", ["any 0.1", "x (copy)"])
def test_a_register_may_not_have_a_name_of_the_proof(name: str) -> None:
    components = a_set(
        f"(registers (|{name}|) Bool) (registers any Int)",
        SUM,
    )
    refused(components, "name is used for the proof")


def test_every_placement_at_every_setting_is_a_step() -> None:
    components = a_set("(registers (a b) Int)", SUM, LESS.format(places=""))
    pairs = [f"({x}, {y})" for x, y in product("ab", repeat=2)]
    assert steps(components) == [f"{name}{pair}" for name in ("sum", "less") for pair in pairs]
    components = a_set("(registers (a b) Int)", LESS.format(places=" (placements (0 1) (1 1))"))
    assert steps(components) == ["less(a, b)", "less(b, b)"]


def test_steps_are_counted_against_those_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    components = a_set(
        "(registers (a b) Int)",
        "(define-fun add ((x Int) (k Int)) Int (+ x k))",
        '(set-info :sheffer "(component add (inputs x) (parameters (k Int 1 3)))")',
    )
    assert steps(components) == [f"add[{k}]({r})" for k in (1, 2, 3) for r in "ab"]
    every = Component.settings

    def all_but_one(self: Component) -> Iterator[tuple[Value, ...]]:
        yield from list(every(self))[1:]

    monkeypatch.setattr(Component, "settings", all_but_one)
    refused(components, "add: 4 steps were looked at, not 6")
    monkeypatch.setattr(Component, "settings", lambda self: iter(()))
    refused(components, "add: 0 steps were looked at, not 6")


def test_a_placement_that_is_passed_over_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    components = a_set(
        "(registers (a b) Int)",
        "(define-fun inc ((x Int)) Int (+ x 1))",
        '(set-info :sheffer "(component inc (inputs x) (placements (0) (1)))")',
    )
    assert steps(components) == ["inc(a)", "inc(b)"]
    place = "theory.kernel.machines.transitions.spots"
    monkeypatch.setattr(place, lambda *_: iter([((0,), (0,))]))
    refused(components, "inc: 1 of its placements fit the registers")
    monkeypatch.setattr(place, lambda *_: iter(()))
    refused(components, "inc can stand nowhere")


def test_steps_are_at_most_so_many_over_all_components(monkeypatch: pytest.MonkeyPatch) -> None:
    components = a_set("(registers (a b) Int)", SUM, LESS.format(places=""))
    limit = "theory.kernel.machines.transitions.MAX_TRANSITIONS"
    monkeypatch.setattr(limit, 8)
    assert len(steps(components)) == 8
    monkeypatch.setattr(limit, 7)
    refused(components, "less brings the steps above 7")
    monkeypatch.setattr(limit, 3)
    refused(components, "sum brings the steps above 3")
    only_test = a_set("(registers (a b) Int)", LESS.format(places=""))
    refused(only_test, "less has more than 3 placements")
    monkeypatch.setattr(limit, 4)
    assert len(steps(only_test)) == 4


@pytest.mark.parametrize(
    ("sort", "finite", "when_bounded"),
    [
        (BOOL, True, True),
        (bitvec(8), True, True),
        (INT, False, True),
        (REAL, False, False),
        (array(bitvec(2), BOOL), True, True),
        (array(bitvec(2), array(BOOL, bitvec(3))), True, True),
        (array(INT, BOOL), False, False),
        (array(BOOL, INT), False, False),
        (array(BOOL, array(BOOL, REAL)), False, False),
    ],
)
def test_finite_sorts_are_listed(sort: Sort, finite: bool, when_bounded: bool) -> None:
    flip = "(define-fun flip ((f Bool)) Bool (not f))"
    assert is_finite_sort(a_set("(registers any Bool)", flip), sort) is finite
    assert is_finite_sort(a_set("(registers any Bool) (values 4)", flip), sort) is when_bounded
