"""Engines held against the reference enumerator, and a problem for them."""

from __future__ import annotations

import math

from solvers.exact import solve
from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import apply, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples

NODES = {"max_nodes": 20_000, "timeout_s": 5.0}


def agree(problem: Problem) -> bool:
    """Whether the reference enumerator finished; the engine then agrees on the whole frontier."""
    wanted = recount(problem, **NODES)
    if not wanted.complete:
        return False
    found = solve(problem)
    assert found.stopped is None
    assert [line.error for line in found.lines] == list(wanted.least), problem.name
    assert all(line.exact for line in found.lines)
    for line in found.lines:
        if line.sequence is None:
            assert line.error == math.inf
            continue
        assert len(line.sequence) <= line.length
        assert problem.error(line.sequence) == line.error
    return True


def addition_chain(n: int, length: int) -> Problem:
    a, b = var("a", INT), var("b", INT)
    add = Component("add", (Variable("a", INT), Variable("b", INT)), (apply("+", a, b),))
    samples = Samples((Sample((1,), (n,)),))
    one, out = Variable("one", INT), Variable("out", INT)
    return Problem(
        f"addition-{n}", ComponentSet("add", (add,)), Wiring.DAG, (one,), (out,), samples, length
    )
