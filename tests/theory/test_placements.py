"""Placements: where a component may stand in a chain, and where it writes."""

from __future__ import annotations

import pytest

from tests.support.small_sets import XY, A, B, C, compare, plus, x
from theory.kernel.components.component import Component, Parameter, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import instances, placements
from theory.kernel.errors import ComponentError, ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT
from theory.kernel.language.terms import apply, const, var


def where(components: ComponentSet, *registers: Variable) -> set[tuple[tuple[int, ...], ...]]:
    return {(s.reads, s.writes) for s in placements(components, registers)}


def test_an_output_overwrites_the_first_input_of_its_sort() -> None:
    assert where(ComponentSet("s", (plus,)), A, B) == {
        ((i, j), (i,)) for i in (0, 1) for j in (0, 1)
    }
    both = where(ComponentSet("s", (compare,)), A, B, C)
    assert both == {((i, j), (i, j)) for i in range(3) for j in range(3) if i != j}


def test_an_output_without_an_input_of_its_sort_goes_to_any_register() -> None:
    positive = Component("positive", XY[:1], (apply(">", x, const(0, INT)),))
    flags = (Variable("f", BOOL), Variable("g", BOOL))
    assert where(ComponentSet("s", (positive,)), A, *flags, B) == {
        ((i,), (j,)) for i in (0, 3) for j in (1, 2)
    }


def test_declared_places_and_targets_are_kept() -> None:
    fixed = Component("plus", XY, plus.outputs, placements=((0, 1), (2, 2)))
    assert where(ComponentSet("s", (fixed,)), A, B, C) == {((0, 1), (0,)), ((2, 2), (2,))}
    to_c = Component("plus", XY, plus.outputs, writes=("c",))
    cs = ComponentSet("s", (to_c,), (A, B, C))
    assert where(cs, A, B, C) == {((i, j), (2,)) for i in range(3) for j in range(3)}
    free = Component("positive", XY[:1], (apply(">", x, const(0, INT)),), placements=((1, 0),))
    assert where(ComponentSet("s", (free,)), Variable("f", BOOL), A) == {((1,), (0,))}


@pytest.mark.parametrize("place", [(0, 3), (0,), (0, 1, 2), (0, 2)])
def test_a_declared_place_that_does_not_fit_is_refused(place: tuple[int, ...]) -> None:
    fixed = Component("plus", XY, plus.outputs, placements=(place,))
    with pytest.raises(ComponentError) as refused:
        ComponentSet("s", (fixed,), (A, B, Variable("f", BOOL)))
    assert refused.value.reason == "bad-placement"
    if place in ((0,), (0, 1, 2)):
        return
    with pytest.raises(ProblemError) as caught:
        placements(ComponentSet("s", (fixed,)), (A, B, Variable("f", BOOL)))
    assert caught.value.reason == "bad-placement"


def test_tests_do_not_write_and_a_branch_writes_all_but_its_decision() -> None:
    zero = Component("zero", XY[:1], (apply("=", x, const(0, INT)),), role=Role.TEST)
    step = Component(
        "step", XY[:1], (apply("-", x, const(1, INT)), apply("=", x, const(0, INT))),
        role=Role.BRANCH,
    )  # fmt: skip
    assert placements(ComponentSet("s", (zero,)), (A,)) == []
    assert where(ComponentSet("s", (step,)), A) == {((0,), (0,))}


def test_too_many_placements_are_refused_before_they_are_made() -> None:
    wide = Component(
        "f", XY[:1], (apply("+", x, var("w", INT)),), parameters=(Parameter("w", INT, 0, 10**18),)
    )
    for make in (lambda s: placements(s, (A,)), instances):
        with pytest.raises(ProblemError) as caught:
            make(ComponentSet("s", (wide,)))
        assert caught.value.reason == "too-many-placements"
    many = tuple(Variable(f"r{k}", INT) for k in range(400))
    with pytest.raises(ProblemError):
        placements(ComponentSet("s", (plus,)), many)
