"""Properties that every component of a set preserves, so that every sequence of it has them.

Each property is closed under composition (and holds of projections and copies), so it is enough
that every output of every component has it, for every parameter value; z3 proves that, or gives a
counterexample. A function without the property is then outside everything the set can compute in
straight-line programs; it is named, and shown to be outside.

| property | of f | a function without it |
|---|---|---|
| zero-preserving | f(0) = 0 | 1 |
| monotone | x <= y implies f(x) <= f(y), in every input | -x |
| affine | f(x) + f(y) = f(x + y) + f(0) | max(x, 0) |
| homogeneous | f(tx) = t f(x) for t >= 0 | x + 1 |
| shift-equivariant | f(x + t) = f(x) + t | 2x |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from theory.kernel.components.component import Component, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.partiality import ranges
from theory.kernel.language.names import Variable
from theory.kernel.language.proving import Counterexample, Proof, prove
from theory.kernel.language.sorts import INT, REAL, Sort, coerce, plain_value
from theory.kernel.language.terms import Term, apply, const, substitute, var

PROOF_S = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether all components have a property.

    Attributes:
        held: True proved for all; False refuted; None where z3 settled neither.
        note: the function outside, or the component with its counterexample, or what is open.
    """

    name: str
    held: bool | None
    note: str


Condition = Callable[[Term, tuple[Variable, ...]], tuple[list[Term], Term]]


def _moved(term: Term, inputs: tuple[Variable, ...], change: Callable[[Term], Term]) -> Term:
    return substitute([term], {v.name: change(var(v.name, v.sort)) for v in inputs})[0]


def _other(v: Variable) -> Term:
    return var(f"{v.name} (copy)", v.sort)


def _zero(sort: Sort) -> Term:
    return const(coerce(sort, 0), sort)


def _zero_preserving(f: Term, inputs: tuple[Variable, ...]) -> tuple[list[Term], Term]:
    at_zero = substitute([f], {v.name: _zero(v.sort) for v in inputs})[0]
    return [], apply("=", at_zero, _zero(f.sort))


def _monotone(f: Term, inputs: tuple[Variable, ...]) -> tuple[list[Term], Term]:
    larger = [apply("<=", var(v.name, v.sort), _other(v)) for v in inputs]
    there = substitute([f], {v.name: _other(v) for v in inputs})[0]
    return larger, apply("<=", f, there)


def _affine(f: Term, inputs: tuple[Variable, ...]) -> tuple[list[Term], Term]:
    there = substitute([f], {v.name: _other(v) for v in inputs})[0]
    sums = {v.name: apply("+", var(v.name, v.sort), _other(v)) for v in inputs}
    at_zero = substitute([f], {v.name: _zero(v.sort) for v in inputs})[0]
    both = apply("+", substitute([f], sums)[0], at_zero)
    return [], apply("=", apply("+", f, there), both)


def _homogeneous(f: Term, inputs: tuple[Variable, ...]) -> tuple[list[Term], Term]:
    t = var("factor t", f.sort)
    scaled = _moved(f, inputs, lambda x: apply("*", t, x))
    return [apply(">=", t, _zero(f.sort))], apply("=", scaled, apply("*", t, f))


def _shift_equivariant(f: Term, inputs: tuple[Variable, ...]) -> tuple[list[Term], Term]:
    t = var("shift t", f.sort)
    return [], apply("=", _moved(f, inputs, lambda x: apply("+", x, t)), apply("+", f, t))


def _outside(name: str, sort: Sort) -> tuple[str, Term]:
    x, one = var("x", sort), const(coerce(sort, 1), sort)
    return {
        "zero-preserving": ("the constant 1", one),
        "monotone": ("-x", apply("neg", x)),
        "affine": ("max(x, 0)", apply("ite", apply(">", x, _zero(sort)), x, _zero(sort))),
        "homogeneous": ("x + 1", apply("+", x, one)),
        "shift-equivariant": ("2x", apply("+", x, x)),
    }[name]


PROPERTIES: dict[str, Condition] = {
    "zero-preserving": _zero_preserving,
    "monotone": _monotone,
    "affine": _affine,
    "homogeneous": _homogeneous,
    "shift-equivariant": _shift_equivariant,
}


def properties(components: ComponentSet, *, proof_s: float = PROOF_S) -> list[Finding]:
    """What holds of every operation of a set over Int or Real, all of one sort; else nothing."""
    operations = [c for c in components.components if c.role is Role.OPERATION]
    sorts = {s for c in operations for s in (*c.input_sorts, *c.output_sorts)}
    if len(sorts) != 1 or not sorts <= {INT, REAL} or components.values is not None:
        return []
    (sort,) = sorts
    return [_property(name, operations, sort, proof_s) for name in PROPERTIES]


def _property(name: str, operations: list[Component], sort: Sort, proof_s: float) -> Finding:
    condition = PROPERTIES[name]
    open_at = ""
    for c in operations:
        known = ranges(c, None)
        for f in c.outputs:
            assumed, goal = condition(f, c.inputs)
            guards = [] if c.guard is None else [c.guard]
            answer = prove(goal, [*known, *assumed, *guards], timeout_s=proof_s)
            if isinstance(answer, Counterexample):
                at = ", ".join(f"{k} = {plain_value(v)}" for k, v in answer.values.items())
                return Finding(name, False, f"not {c.name}: {at}" if at else f"not {c.name}")
            if not isinstance(answer, Proof):
                open_at = f"open at {c.name}: {answer.reason}"
    if open_at:
        return Finding(name, None, open_at)
    shown, function = _outside(name, sort)
    assumed, goal = condition(function, (Variable("x", sort),))
    answer = prove(goal, assumed, timeout_s=proof_s)
    broken = isinstance(answer, Counterexample)
    return Finding(name, True, f"so {shown} is outside" if broken else "")
