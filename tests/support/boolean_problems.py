"""Boolean dag problems for the tests of clauses and proofs, and a solver for small formulas."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from theory.kernel.checks.cnf import Formula
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.kernel.language.terms import Term, apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples


def operation(name: str, arity: int, table: int) -> Component:
    """The component whose result is bit p of the table where operand j holds bit j of p."""
    names = [f"x{j}" for j in range(arity)]
    term: Term = const(False, BOOL)
    for p in range(1 << arity):
        if table >> p & 1:
            word: Term = const(True, BOOL)
            for j, x in enumerate(names):
                literal = var(x, BOOL)
                word = apply("and", word, literal if p >> j & 1 else apply("not", literal))
            term = apply("or", term, word)
    return Component(name, tuple(Variable(x, BOOL) for x in names), (term,))


def any_two_input() -> ComponentSet:
    """All 16 operations of two inputs."""
    return ComponentSet("any2", tuple(operation(f"g{t}", 2, t) for t in range(16)))


def function_problem(
    table: int, inputs: int, components: ComponentSet, length: int, measure: Measure = Measure.WRONG
) -> Problem:
    """The function whose value is bit p of the table where input j holds bit j of p."""
    names = tuple(Variable(f"x{j}", BOOL) for j in range(inputs))
    rows = tuple(
        Sample(tuple(bool(p >> j & 1) for j in range(inputs)), (bool(table >> p & 1),))
        for p in range(1 << inputs)
    )
    outputs = (Variable("f", BOOL),)
    return Problem(
        f"{table:#x}", components, Wiring.DAG, names, outputs, Samples(rows), length, measure
    )


def draw_boolean_problem(seed: int, length: int = 3) -> Problem:
    """A few random components, samples (also contradictory ones), outputs and a measure."""
    rng = Random(seed)
    made = []
    for k in range(rng.randrange(1, 4)):
        arity = rng.choice((0, 1, 2, 2, 2, 3))
        made.append(operation(f"f{k}", arity, rng.randrange(1 << (1 << arity))))
    inputs = rng.randrange(1, 4)
    outputs = rng.choice((1, 1, 2))
    points = list(product((False, True), repeat=inputs))
    rows = tuple(
        Sample(rng.choice(points), tuple(rng.random() < 0.5 for _ in range(outputs)))
        for _ in range(rng.randrange(1, 9))
    )
    return Problem(
        f"boolean-{seed}",
        ComponentSet("s", tuple(made)),
        Wiring.DAG,
        tuple(Variable(f"x{j}", BOOL) for j in range(inputs)),
        tuple(Variable(f"y{j}", BOOL) for j in range(outputs)),
        Samples(rows),
        length,
        rng.choice(list(Measure)),
    )


def model(formula: Formula) -> frozenset[int] | None:
    """The true variables of a model; None where there is none. Needs python-sat."""
    solvers = pytest.importorskip("pysat.solvers")
    if () in formula.clauses:
        return None
    with solvers.Solver("cadical195", bootstrap_with=[list(c) for c in formula.clauses]) as solver:
        if not solver.solve():
            return None
        return frozenset(v for v in solver.get_model() if v > 0)
