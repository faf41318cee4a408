"""Small optimum certificates of every kind, for the tests that tamper with them."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import lru_cache
from typing import Any

from solvers.exact import solve, with_evidence
from solvers.suites import find_problem
from theory.kernel.components.component import Component, Parameter
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples, Specification, Table

x, y = var("x", INT), var("y", INT)
XY = (Variable("x", INT), Variable("y", INT))


def sorting() -> Problem:
    return find_problem("sorting-3")


def gates() -> Problem:
    """The best approximation of xor by two NANDs: one sample stays wrong."""
    p, q = var("p", BOOL), var("q", BOOL)
    inputs = (Variable("p", BOOL), Variable("q", BOOL))
    nand = Component("nand", inputs, (apply("not", apply("and", p, q)),))
    rows = tuple(Sample((a, b), (a != b,)) for a in (False, True) for b in (False, True))
    return Problem(
        "xor", ComponentSet("gates", (nand,)), Wiring.DAG, inputs, (Variable("out", BOOL),),
        Samples(rows), 2,
    )  # fmt: skip


def counter() -> Problem:
    """A chain with a guard, a parameter and several registers."""
    made = (
        Component("add", XY[:1], (apply("+", x, var("w", INT)),), parameters=(Parameter("w", INT, 1, 2),)),  # noqa: E501
        Component("dec", XY[:1], (apply("-", x, const(1, INT)),), guard=apply(">", x, const(0, INT))),  # noqa: E501
    )  # fmt: skip
    registers = (Variable("a", INT), Variable("b", INT))
    rows = (Sample((0, 3), (5, 2)), Sample((1, 1), (5, 0)))
    return Problem(
        "counter", ComponentSet("counter", made, registers), Wiring.CHAIN, registers, registers,
        Samples(rows), 3, Measure.ABSOLUTE,
    )  # fmt: skip


def halves() -> Problem:
    """Errors that are fractions."""
    q = var("q", REAL)
    half = Component("half", (Variable("q", REAL),), (apply("/", q, const(Fraction(2), REAL)),))
    registers = (Variable("q", REAL),)
    rows = (Sample((Fraction(1),), (Fraction(1, 3),)), Sample((Fraction(2),), (Fraction(1),)))
    return Problem(
        "halves", ComponentSet("halves", (half,), registers), Wiring.CHAIN, registers, registers,
        Samples(rows), 2, Measure.SQUARED,
    )  # fmt: skip


def table() -> Problem:
    """A table without an entry of one step."""
    errors = {(0, 0): Fraction(3), (0, 1): Fraction(1, 2), (1, 1): Fraction(2)}
    target = Table((("conv", "pool"), ("conv", "pool")), errors, source="measured")
    return Problem("table", None, Wiring.TABLE, (), (), target, 2)


def all_inputs() -> Problem:
    """|x| as the greater of x and -x, for all integers."""
    made = (
        Component("negate", XY[:1], (apply("-", x),)),
        Component("greater", XY, (apply("ite", apply(">", x, y), x, y),)),
    )
    goal = Specification((apply("abs", x),))
    return Problem(
        "abs", ComponentSet("s", made), Wiring.DAG, XY[:1], (Variable("out", INT),), goal, 2
    )


PROBLEMS = {
    f.__name__: f for f in (sorting, gates, counter, halves, table, all_inputs)
}  # fmt: skip


@lru_cache(maxsize=32)
def _text(name: str, evidence: bool) -> str:
    found = solve(PROBLEMS[name]())
    return json.dumps((with_evidence(found) if evidence else found).certificate())


def certificate(name: str, *, recounted: bool = True) -> dict[str, Any]:
    """A fresh copy of the certificate of a problem."""
    data: dict[str, Any] = json.loads(_text(name, recounted))
    return data
