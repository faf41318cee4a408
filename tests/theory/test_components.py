"""Components and sets: made from Python, checked when made, exact functions."""

from __future__ import annotations

from fractions import Fraction

import pytest
import z3

from theory.formats.authoring import component
from theory.kernel.components.component import Component, Parameter, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.programs import Control
from theory.kernel.errors import ComponentError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, array, bitvec
from theory.kernel.language.terms import apply, const, var

X = Variable("x", INT)
x = var("x", INT)


def refused(reason: str, make) -> ComponentError:  # type: ignore[no-untyped-def]
    with pytest.raises(ComponentError) as caught:
        make()
    assert caught.value.reason == reason
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_component_comes_from_a_function_of_z3_expressions() -> None:
    relu = component("relu", lambda x: z3.If(x > 0, x, 0), REAL)
    assert relu.function()(Fraction(-1, 2)) == (0,)
    assert relu.function()(Fraction(1, 2)) == (Fraction(1, 2),)
    assert relu.outputs[0].sort == REAL


def test_several_outputs_and_a_guard() -> None:
    halves = component("halves", lambda x: (x / 2, x % 2), INT, guard=lambda x: x >= 0)
    assert halves.output_names == ("halves.0", "halves.1")
    assert halves.function()(7) == (3, 1)
    assert halves.function()(-1) is None


def test_parameters_are_expanded_in_order() -> None:
    scale = component("scale", lambda x, w: w * x, REAL, parameters={"w": (REAL, -1, 1)})
    assert list(scale.settings()) == [(-1,), (0,), (1,)]
    assert [scale.function(s)(Fraction(3)) for s in scale.settings()] == [(-3,), (0,), (3,)]
    outputs, guard = scale.instantiate((Fraction(1),))
    assert guard is None
    assert outputs == (apply("*", const(Fraction(1), REAL), var("x", REAL)),)


def test_python_numbers_constants_and_terms_may_be_returned() -> None:
    assert component("two", lambda x: 2, INT).function()(5) == (2,)
    assert component("no", lambda p: False, BOOL).function()(True) == (False,)
    assert component("same", lambda x: var("x", INT), INT).function()(5) == (5,)
    assert component("one", lambda: z3.IntVal(1), ()).function()() == (1,)


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        (Parameter("b", BOOL), [False, True]),
        (Parameter("i", INT, -1, 4, 2), [-1, 1, 3]),
        (Parameter("q", REAL, 0, 1, Fraction(1, 3)), [0, Fraction(1, 3), Fraction(2, 3), 1]),
        (Parameter("v", bitvec(4), -1, 1), [15, 0, 1]),
    ],
)
def test_a_parameter_s_values_size_and_membership_agree(
    parameter: Parameter, values: list[object]
) -> None:
    assert list(parameter.values()) == values
    assert parameter.size == len(values)
    assert all(parameter.admits(v) for v in parameter.values())
    outside = {"Bool": 0, "Int": 0, "Real": Fraction(1, 2), "BitVec": 7}[parameter.sort.kind]
    assert not parameter.admits(outside)


def test_a_parameter_with_a_huge_range_is_no_trouble() -> None:
    wide = Parameter("w", INT, 0, 10**30)
    assert wide.size == 10**30 + 1
    assert wide.admits(10**29)
    made = Component("add", (X,), (apply("+", x, var("w", INT)),), parameters=(wide,))
    assert made.function((10**29,))(1) == (10**29 + 1,)


def test_what_is_wrong_is_said_with_its_place() -> None:
    one = (apply("+", x, const(1, INT)),)
    error = refused("free-variable", lambda: Component("f", (), one))
    assert error.where == "component f"
    refused("bad-name", lambda: Component("a|b", (X,), one))
    refused("bad-name", lambda: Component("and", (X,), one))
    refused("bad-name", lambda: Component("f", (X,), one, ("select",)))
    refused("bad-name", lambda: Variable("a\\b", INT))
    refused("bad-name", lambda: Variable("-3", INT))
    refused("bad-name", lambda: Variable("", INT))
    refused("no-output", lambda: Component("f", (X,), ()))
    refused("duplicate-name", lambda: Component("f", (X, X), one))
    refused("duplicate-name", lambda: Component("f", (X,), one * 2, ("a", "a")))
    refused("duplicate-name", lambda: Component("f", (X,), one, parameters=(Parameter("x", INT),)))
    refused("wrong-sort", lambda: Component("f", (Variable("x", REAL),), one))
    refused("wrong-sort", lambda: Component("f", (X,), one, guard=x))
    refused("wrong-sort", lambda: Component("f", (X,), one, role=Role.TEST))
    is_zero = apply("=", x, const(0, INT))
    refused("wrong-arity", lambda: Component("f", (X,), (is_zero, is_zero), role=Role.TEST))


@pytest.mark.parametrize(
    "parameter",
    [
        Parameter("w", INT, 1, 0),
        Parameter("w", INT, 0, 1, 0),
        Parameter("w", INT, 0, 1, Fraction(1, 2)),
        Parameter("w", array(INT, INT)),
    ],
)
def test_a_parameter_without_a_finite_range_is_refused(parameter: Parameter) -> None:
    refused("bad-range", lambda: Component("f", (X,), (x,), parameters=(parameter,)))


def test_a_parameter_s_ends_are_values_of_its_sort() -> None:
    outside = Parameter("w", bitvec(4), 0, 16)
    refused("bad-value", lambda: Component("f", (X,), (x,), parameters=(outside,)))


def test_unknown_z3_declarations_and_sorts_are_refused_by_name() -> None:
    error = refused(
        "unknown-operator", lambda: component("f", lambda s: z3.Length(z3.StringVal("a")) + s, INT)
    )
    assert "component f" in str(error)
    refused(
        "unknown-operator",
        lambda: component("f", lambda v: z3.ForAll([z3.Int("k")], v > z3.Int("k")), INT),
    )
    refused("wrong-arity", lambda: component("f", lambda x: x, (INT, INT)))
    refused(
        "wrong-arity", lambda: component("f", lambda w, x: x, INT, parameters={"w": (INT, 0, 1)})
    )
    refused("bad-value", lambda: component("f", lambda x: 1.5, INT))


def test_a_set_is_checked_as_a_whole() -> None:
    f = Component("f", (X,), (x,))
    is_zero = Component("zero", (X,), (apply("=", x, const(0, INT)),), role=Role.TEST)
    registers = (Variable("a", INT), Variable("b", INT))
    assert ComponentSet("s", (f, is_zero)).any_of == (INT, BOOL)
    assert ComponentSet("s", (f,), registers)["f"] is f
    error = refused("unknown-component", lambda: ComponentSet("s", (f,))["g"])
    assert "f" in error.message
    refused("duplicate-name", lambda: ComponentSet("s", (f, f)))
    refused("duplicate-name", lambda: ComponentSet("s", (f,), registers[:1] * 2))
    refused("bad-range", lambda: ComponentSet("s", (f,), values=0))
    to_c = Component("g", (X,), (x,), writes=("c",))
    refused("unknown-register", lambda: ComponentSet("s", (to_c,), registers))
    to_two = Component("g", (X,), (x,), writes=("a", "b"))
    refused("wrong-arity", lambda: ComponentSet("s", (to_two,), registers))
    refused("wrong-role", lambda: ComponentSet("s", (f,), control=Control((("f", (True,)),))))
    refused(
        "unknown-component", lambda: ComponentSet("s", (f,), control=Control((("t", (True,)),)))
    )
    start = apply(">", var("c", INT), const(0, INT))
    refused("free-variable", lambda: ComponentSet("s", (f,), registers, starts=start))
    refused("free-variable", lambda: ComponentSet("s", (f,), registers, starts=var("a", INT)))
