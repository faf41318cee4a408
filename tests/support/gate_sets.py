"""Sets of gates."""

from __future__ import annotations

from solvers.exact.functions.gate_algebra import (
    any_two_inputs,
)
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.kernel.language.terms import Term, apply, const, var

A, B, C = (var(n, BOOL) for n in "abc")


def gates(**terms: Term) -> ComponentSet:
    """Gates by name; a gate's inputs are the variables it is built of, or one unused."""
    made = []
    for name, term in terms.items():
        names = [n for n in "abc" if n in _names(term)]
        made.append(Component(name, tuple(Variable(n, BOOL) for n in names or "a"), (term,)))
    return ComponentSet("gates", tuple(made))


def _names(term: Term) -> set[str]:
    if term.op == "var":
        return {term.indices[0]}
    return set().union(*map(_names, term.args)) if term.args else set()


def no(term: Term) -> Term:
    return apply("not", term)


MAJORITY = apply("or", apply("and", A, B), apply("and", C, apply("or", A, B)))


SETS: dict[str, ComponentSet] = {
    "any": any_two_inputs(),
    "nand": gates(nand=no(apply("and", A, B))),
    "and-not": gates(conj=apply("and", A, B), flip=no(A)),
    "xor-and-one": gates(ring=apply("xor", A, B), conj=apply("and", A, B), one=const(True, BOOL)),
    "majority-not": gates(most=MAJORITY, flip=no(A)),
    "mux": gates(mux=apply("ite", A, B, C)),
    "inhibit": gates(inhibit=apply("and", A, no(B))),
}
