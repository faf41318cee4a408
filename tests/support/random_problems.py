"""Small random problems by seed: chains and dags, every sort and measure, blocking guards."""

from __future__ import annotations

from random import Random

from tests.support.random_sets import draw_component
from tests.support.terms_strategy import draw_sort, draw_value
from theory.kernel.components.component import Component, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT, REAL, Sort, Value, bitvec
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

NUMERIC = (Measure.ABSOLUTE, Measure.SQUARED, Measure.GREATEST)


def measures(outputs: tuple[Variable, ...]) -> list[Measure]:
    """The measures that apply to outputs of these sorts."""
    kinds = {v.sort.kind for v in outputs}
    found = [Measure.WRONG]
    found += [Measure.BITS] if kinds <= {"Bool", "BitVec"} else []
    found += [] if "Array" in kinds else NUMERIC
    return found


def draw_problem(seed: int, wiring: Wiring, *, machine: bool = False, length: int = 2) -> Problem:
    """A problem with a few components and samples; `machine` keeps to sorts of machine words."""
    rng = Random(seed)

    def sort() -> Sort:
        if machine:
            return rng.choice((draw_sort(rng, machine=True), INT, bitvec(8)))
        return rng.choice((draw_sort(rng), INT, REAL, bitvec(3)))

    count = rng.randrange(1, 4)
    pool = [sort() for _ in range(rng.randrange(1, 3))]
    registers = tuple(Variable(f"r{k}", rng.choice(pool)) for k in range(count))
    made: list[Component] = []
    while not made or (len(made) < 3 and rng.random() < 0.7):
        one = draw_component(rng, f"f{len(made)}", registers)
        if one.role is not Role.TEST and all(p.size < 4 for p in one.parameters):
            made.append(one)
    if wiring is Wiring.CHAIN:
        outputs = tuple(v for v in registers if rng.random() < 0.6) or registers[:1]
    else:
        outputs = tuple(
            Variable(f"o{k}", rng.choice(registers).sort) for k in range(rng.choice((1, 1, 2)))
        )

    def values(variables: tuple[Variable, ...]) -> tuple[Value, ...]:
        return tuple(draw_value(rng, v.sort, machine=machine) for v in variables)

    rows = tuple(Sample(values(registers), values(outputs)) for _ in range(rng.randrange(1, 5)))
    declared = registers if wiring is Wiring.CHAIN else ()
    return Problem(
        f"random-{seed}",
        ComponentSet("s", tuple(made), declared),
        wiring,
        registers,
        outputs,
        Samples(rows),
        length,
        rng.choice(measures(outputs)),
    )
