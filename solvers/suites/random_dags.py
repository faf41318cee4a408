"""Random dags: targets for tuning searches, made by the components that must find them.

`dagSET-SEED` asks for what a random dag over a small set of components computes; the dag has no
redundant step as far as its reads tell, and its length is the problem's, so error 0 can be reached.
The sets are none of those of the shipped suites.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import product

from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, Sort, Value, bitvec
from theory.kernel.language.terms import Term, apply, const, var, variables
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

WORD = bitvec(8)


def _both(operation: str, sort: Sort) -> Term:
    return apply(operation, var("a", sort), var("b", sort))


def _shift(operation: str) -> Term:
    return apply(operation, var("a", WORD), const(1, WORD))


_GREATER = apply("ite", apply(">=", var("a", INT), var("b", INT)), var("a", INT), var("b", INT))


@dataclass(frozen=True, slots=True)
class Kind:
    """A set of components with the inputs, samples, length and measure of its problems."""

    sort: Sort
    components: dict[str, Term]
    inputs: int
    values: tuple[Value, ...]
    length: int
    measure: Measure


_BITS = (False, True)
_SOME_WORDS = tuple(range(3, 256, 23))

KINDS: dict[str, Kind] = {
    "nor": Kind(
        BOOL, {"nor": apply("not", _both("or", BOOL))}, 4, _BITS, 9, Measure.WRONG
    ),
    "ring": Kind(
        BOOL, {"and": _both("and", BOOL), "xor": _both("xor", BOOL), "one": const(True, BOOL)},
        4, _BITS, 8, Measure.WRONG,
    ),
    "implies": Kind(
        BOOL, {"implies": _both("=>", BOOL), "differs": _both("xor", BOOL)},
        4, _BITS, 8, Measure.WRONG,
    ),
    "masks": Kind(
        WORD,
        {"and": _both("bvand", WORD), "add": _both("bvadd", WORD), "shl": _shift("bvshl"),
         "not": apply("bvnot", var("a", WORD))},
        2, _SOME_WORDS, 5, Measure.BITS,
    ),
    "halves": Kind(
        WORD,
        {"xor": _both("bvxor", WORD), "sub": _both("bvsub", WORD), "shr": _shift("bvlshr"),
         "or": _both("bvor", WORD)},
        2, _SOME_WORDS, 5, Measure.BITS,
    ),
    "semiring": Kind(
        INT, {"add": _both("+", INT), "mul": _both("*", INT), "one": const(1, INT)},
        2, tuple(range(-3, 5)), 6, Measure.ABSOLUTE,
    ),
    "order": Kind(
        INT, {"sub": _both("-", INT), "max": _GREATER, "add": _both("+", INT)},
        3, tuple(range(-1, 3)), 5, Measure.ABSOLUTE,
    ),
}  # fmt: skip


def named(name: str, length: int | None = None) -> Problem:
    """The problem `dagSET-SEED`, SET a name of `KINDS`.

    Raises:
        ProblemError: `unknown-problem`.
    """
    chosen, _, seed = name.removeprefix("dag").partition("-")
    if chosen not in KINDS or not (seed.isascii() and seed.isdigit() and len(seed) < 10):
        message = f"dagSET-SEED takes a SET of {', '.join(KINDS)} and a number"
        raise ProblemError("unknown-problem", message, name)
    kind = KINDS[chosen]
    return _drawn(name, kind, random.Random(name), kind.length if length is None else length)


def _drawn(name: str, kind: Kind, draw: random.Random, length: int) -> Problem:
    made = []
    for label, term in kind.components.items():
        inputs = tuple(Variable(v, kind.sort) for v in sorted(variables([term])))
        made.append(Component(f"dag-{label}", inputs, (term,)))
    components = ComponentSet(f"dag-{name}", tuple(made), source="drawn")
    inputs = tuple(Variable(f"x{k}", kind.sort) for k in range(kind.inputs))
    points = list(product(kind.values, repeat=kind.inputs))
    blank = Samples((Sample(points[0], (kind.values[0],)),))
    output = (Variable("out", kind.sort),)
    shape = Problem(name, components, Wiring.DAG, inputs, output, blank, length, kind.measure)
    while True:
        steps = _steps(made, kind.inputs, length, draw)
        sequence = shape.sequence(steps, (kind.inputs + length - 1,))
        rows = []
        for point in points:
            found = sequence.evaluate(point)
            assert found is not None  # no component here has a guard
            rows.append(Sample(point, found))
        # A constant, or an input, is no target.
        columns = [tuple(point[k] for point in points) for k in range(kind.inputs)]
        values = tuple(row.outputs[0] for row in rows)
        if len(set(values)) > 1 and values not in columns:
            return replace(shape, target=Samples(tuple(rows)))


def _steps(made: list[Component], inputs: int, length: int, draw: random.Random) -> list[Step]:
    """Random steps, all read but the last."""
    while True:
        steps = []
        for k in range(length):
            component = draw.choice(made)
            reads = tuple(draw.randrange(inputs + k) for _ in component.inputs)
            steps.append(Step(component.name, reads, (), ()))
        read = {slot for step in steps for slot in step.reads}
        if read >= set(range(inputs, inputs + length - 1)):
            return steps
