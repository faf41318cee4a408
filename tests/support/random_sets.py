"""Random component sets, drawn by seed: every sort, guards, parameters, several outputs, roles."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.support.terms_strategy import draw_sort, draw_term, draw_value
from theory.kernel.components.component import Component, Parameter, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.partiality import definedness
from theory.kernel.components.programs import Cells, Control, Regime
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, Sort, bitvec
from theory.kernel.language.terms import TRUE, conjunction

NAMES = ("f", "g2", "a b", "let", "x.y", "-.0", "1st", "match", "é", "q'", "set", 'say "hi"')


def draw_component(rng: Random, name: str, registers: tuple[Variable, ...]) -> Component:
    """A component whose guard keeps it from dividing by zero."""
    sorts = [rng.choice(registers).sort for _ in range(rng.randrange(1, 4))]
    inputs = tuple(
        Variable(rng.choice(("in", "abs", "x y", "let", "in.", "é")) + f"{k}", s)
        for k, s in enumerate(sorts)
    )
    parameters = tuple(draw_parameter(rng, f"w{k}") for k in range(rng.choice((0, 0, 0, 1, 2))))
    scope = {v.name: v.sort for v in inputs} | {p.name: p.sort for p in parameters}
    role = rng.choice((Role.OPERATION, Role.OPERATION, Role.OPERATION, Role.TEST, Role.BRANCH))
    count = 1 if role is Role.TEST else rng.choice((1, 1, 2)) + (role is Role.BRANCH)
    wanted: list[Sort] = [rng.choice(registers).sort for _ in range(count)]
    if role is not Role.OPERATION:
        wanted[-1] = BOOL
    outputs = tuple(draw_term(rng, s, scope, 3) for s in wanted)
    guards = [definedness(t) for t in outputs if definedness(t) != TRUE]
    if rng.random() < 0.2:
        extra = draw_term(rng, BOOL, scope, 2)
        guards = [g for g in (definedness(extra), extra) if g != TRUE] + guards
    return Component(
        name,
        inputs,
        outputs,
        tuple(f"{name}.{k}" for k in range(count)) if rng.random() < 0.5 else (),
        guard=conjunction(guards) if guards else None,
        parameters=parameters,
        role=role,
    )


def draw_parameter(rng: Random, name: str) -> Parameter:
    """A parameter with a small range."""
    sort = rng.choice((BOOL, INT, REAL, bitvec(4)))
    if sort == BOOL:
        return Parameter(name, sort)
    low = rng.randrange(-2, 3) if sort != bitvec(4) else rng.randrange(3)
    step = rng.choice((1, 2) if sort != REAL else (1, 2, Fraction(1, 2), Fraction(1, 3)))
    return Parameter(name, sort, low, low + rng.randrange(4), step)


def draw_set(seed: int) -> ComponentSet:
    """A whole component set."""
    rng = Random(seed)
    registers = tuple(
        Variable(n, draw_sort(rng)) for n in ("r", "s t", "u", "any")[: rng.randrange(1, 5)]
    )
    names = rng.sample(NAMES, rng.randrange(1, 4))
    made = tuple(draw_component(rng, name, registers) for name in names)
    tests = [c.name for c in made if c.role is not Role.OPERATION]
    branches = tuple((t, rng.choice(((True,), (False,), (True, False)))) for t in tests)
    control = Control(branches, rng.random() < 0.5) if tests and rng.random() < 0.5 else None
    declared = registers if rng.random() < 0.7 else ()
    starts = None
    if declared and rng.random() < 0.3:
        starts = draw_term(rng, BOOL, {v.name: v.sort for v in declared}, 2)
    cells = None
    if declared and rng.random() < 0.2:
        sort = declared[0].sort
        quiescent = None if sort.kind == "Array" else draw_value(rng, sort, machine=True)
        cells = Cells(2, ((0, 0), (-1, 1)), quiescent)
    return ComponentSet(
        rng.choice(("set", "a set", "x-1")),
        made,
        declared,
        (INT, BOOL) if rng.random() < 0.1 else (),
        rng.choice(list(Regime)),
        control,
        starts,
        cells,
        source=rng.choice(("", "Böhm 1964", 'a "quoted" (title; with) | signs\\')),
    )
