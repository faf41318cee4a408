"""Random problems over words whose components are total, and parity by gates."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from solvers.exact import Limits, solve
from solvers.exact.dags.packed import continue_packed
from solvers.exact.frontiers.frontier import FrontierBuilder
from solvers.stopping.limits import Meter
from tests.support.random_problems import measures
from tests.support.terms_strategy import draw_term, draw_value
from theory.formats.authoring import component
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.partiality import definedness
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, Sort, bitvec
from theory.kernel.language.terms import TRUE, apply, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples, Specification

SORTS: dict[str, tuple[Sort, ...]] = {
    "Bool": (BOOL,),
    "words": (bitvec(8), bitvec(64), INT),
    "mixed": (BOOL, INT, bitvec(5)),
}


def draw_total_problem(seed: int, kind: str, outputs: int = 1) -> Problem:
    """A dag problem whose components divide by nothing."""
    rng = Random(seed)
    sorts = SORTS[kind] if kind == "mixed" else (rng.choice(SORTS[kind]),)
    made: list[Component] = []
    while not made or (len(made) < 3 and rng.random() < 0.7):
        arity = rng.choice((0, 1, 1, 2, 2, 2, 3))
        inputs = tuple(Variable(f"x{k}", rng.choice(sorts)) for k in range(arity))
        scope = {v.name: v.sort for v in inputs}
        output = draw_term(rng, rng.choice(sorts), scope, 2, machine=True)
        if definedness(output) == TRUE:
            made.append(Component(f"f{len(made)}", inputs, (output,)))
    inputs = tuple(Variable(f"i{k}", rng.choice(sorts)) for k in range(rng.randrange(1, 4)))
    wanted = tuple(Variable(f"o{k}", rng.choice(sorts)) for k in range(outputs))
    count = rng.choice((1, 3, 5, 64, 70)) if kind == "Bool" else rng.randrange(1, 5)
    rows = tuple(
        Sample(
            tuple(draw_value(rng, v.sort, machine=True) for v in inputs),
            tuple(draw_value(rng, v.sort, machine=True) for v in wanted),
        )
        for _ in range(count)
    )
    return Problem(
        f"total-{seed}", ComponentSet("s", tuple(made)), Wiring.DAG, inputs, wanted,
        Samples(rows), rng.choice((1, 2, 3, 4)), rng.choice(measures(wanted)),
    )  # fmt: skip


def packed_lines(problem: Problem) -> FrontierBuilder:
    """The frontier of the compiled engine alone, from length 1 on."""
    start = solve(replace(problem, length=0)).lines[0]
    builder = FrontierBuilder(problem.length)
    builder.add(start.error, start.sequence)
    continue_packed(problem, builder, Meter(Limits()), None)
    builder.fill(exact=True)
    return builder


def parity(inputs: int, length: int) -> Problem:
    """Exclusive or of all inputs, from NAND alone, on all inputs."""
    nand = component("nand", apply_nand, inputs=BOOL)
    variables = tuple(Variable(f"x{k}", BOOL) for k in range(inputs))
    target = var("x0", BOOL)
    for v in variables[1:]:
        target = apply("xor", target, var(v.name, v.sort))
    return Problem(
        "parity", ComponentSet("nand", (nand,)), Wiring.DAG, variables, (Variable("o", BOOL),),
        Specification((target,)), length,
    )  # fmt: skip


def apply_nand(a: object, b: object) -> object:
    import z3

    return z3.Not(z3.And(a, b))
