"""Small component sets: comparators, and a sum."""

from __future__ import annotations

from theory.kernel.components.component import Component
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import apply, var

A, B, C = (Variable(n, INT) for n in "abc")


x, y = var("x", INT), var("y", INT)


XY = (Variable("x", INT), Variable("y", INT))


compare = Component(
    "compare",
    XY,
    (apply("ite", apply("<", x, y), x, y), apply("ite", apply("<", x, y), y, x)),
    ("compare.min", "compare.max"),
)


plus = Component("plus", XY, (apply("+", x, y),))
