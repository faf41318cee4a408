"""A table, and a problem that counts."""

from __future__ import annotations

from fractions import Fraction

from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import (
    Measure,
    Sample,
    Samples,
    Table,
)

A, B = Variable("a", INT), Variable("b", INT)


x = var("x", INT)


inc = Component("inc", (Variable("x", INT),), (apply("+", x, const(1, INT)),))


dec = Component(
    "dec",
    (Variable("x", INT),),
    (apply("-", x, const(1, INT)),),
    guard=apply(">", x, const(0, INT)),
)


COUNTER = ComponentSet("counter", (inc, dec), (A,))


def counting(*rows: tuple[int, int], measure: Measure = Measure.WRONG) -> Problem:
    samples = Samples(tuple(Sample((a,), (b,)) for a, b in rows))
    return Problem("p", COUNTER, Wiring.CHAIN, (A,), (A,), samples, 3, measure)


TABLE = Table((("a", "b"), ("c",)), {(0,): Fraction(3), (1, 0): Fraction(1, 2)}, source="t")
