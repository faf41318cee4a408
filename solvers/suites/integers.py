"""Integer functions: straight-line programs of arithmetic that agree with a function on samples.

`integers-NAME` asks for one of the `TARGETS` by a dag of additions, subtractions, products, maxima
or halves, with the constant 1. The error is the absolute difference, added over the samples, which
are all points of a small box (at most 64 of them, at regular distances).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import Term, apply, const, var, variables
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

_A, _B = var("a", INT), var("b", INT)

OPERATIONS: dict[str, Term] = {
    "add": apply("+", _A, _B),
    "sub": apply("-", _A, _B),
    "mul": apply("*", _A, _B),
    "max": apply("ite", apply(">=", _A, _B), _A, _B),
    "half": apply("div", _A, const(2, INT)),
    "one": const(1, INT),
}

SETS = {
    "ring": ("add", "sub", "mul", "one"),
    "lattice": ("add", "sub", "mul", "max", "one"),
    "halving": ("add", "sub", "mul", "half", "one"),
}
"""The sets of operations; `half` rounds down."""

RANGES = {1: range(-6, 7), 2: range(-3, 4), 3: range(-2, 3), 4: range(-1, 3)}
"""The values of each input, by the number of inputs."""

MOST_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class Target:
    """A function of integers, the set of operations for it, and the default length."""

    inputs: int
    value: Callable[..., int]
    operations: str
    length: int
    about: str


TARGETS: dict[str, Target] = {
    "quartic": Target(1, lambda x: x**4 + x**2 + 1, "ring", 6, "x^4 + x^2 + 1"),
    "cubic": Target(1, lambda x: x**3 - x + 1, "ring", 6, "x^3 - x + 1"),
    "quintic": Target(1, lambda x: x**5 - x, "ring", 6, "x^5 - x"),
    "koza": Target(1, lambda x: x**4 + x**3 + x**2 + x, "ring", 6, "x^4 + x^3 + x^2 + x"),
    "sextic": Target(1, lambda x: x**6 - 2 * x**4 + x**2, "ring", 6, "x^6 - 2x^4 + x^2"),
    "geometric": Target(1, lambda x: x**3 + x**2 + x + 1, "ring", 6, "x^3 + x^2 + x + 1"),
    "hexagons": Target(1, lambda x: 3 * x * x + 3 * x + 1, "ring", 6, "3x^2 + 3x + 1"),
    "triangular": Target(1, lambda x: x * (x + 1) // 2, "halving", 5, "x (x + 1) / 2"),
    "cubes": Target(1, lambda x: (x * (x + 1) // 2) ** 2, "halving", 5, "1 + 8 + ... + x^3"),
    "pentagonal": Target(1, lambda x: x * (3 * x - 1) // 2, "halving", 5, "x (3x - 1) / 2"),
    "pairing": Target(
        2, lambda x, y: (x + y) * (x + y + 1) // 2 + y, "halving", 5, "Cantor's pairing"
    ),
    "absolute": Target(1, abs, "lattice", 5, "|x|"),
    "minimum": Target(2, min, "lattice", 4, "the lesser of x and y"),
    "distance": Target(2, lambda x, y: abs(x - y), "lattice", 4, "|x - y|"),
    "gcd-step": Target(
        2, lambda x, y: max(min(x, y), abs(x - y)), "lattice", 5, "max(min(x, y), |x - y|)"
    ),
    "most-pair": Target(
        3, lambda x, y, z: x + y + z - min(x, y, z), "lattice", 4, "the greatest sum of two"
    ),
    "norm": Target(2, lambda x, y: x * x + x * y + y * y, "ring", 5, "x^2 + x y + y^2"),
    "circle": Target(2, lambda x, y: x * x + y * y + 1, "ring", 5, "x^2 + y^2 + 1"),
    "discriminant": Target(3, lambda x, y, z: y * y - 4 * x * z, "ring", 5, "y^2 - 4 x z"),
    "determinant": Target(4, lambda x, y, z, w: x * w - y * z, "ring", 4, "x w - y z"),
}
"""The lengths suffice for error 0 and leave at least 10,000 distinct behaviours to choose from."""


def operations(name: str) -> ComponentSet:
    """The component set of that name, on integers."""
    made = []
    for operation in SETS[name]:
        term = OPERATIONS[operation]
        inputs = tuple(Variable(v, INT) for v in sorted(variables([term])))
        made.append(Component(f"int-{operation}", inputs, (term,)))
    return ComponentSet(f"integers-{name}", tuple(made))


@lru_cache(maxsize=64)
def integers(name: str, length: int | None = None) -> Problem:
    """One of the targets with at most `length` operations (default: `Target.length`)."""
    if name not in TARGETS:
        message = f"unknown function {name!r}; known: {', '.join(TARGETS)}"
        raise ProblemError("unknown-problem", message, f"integers-{name}")
    target = TARGETS[name]
    points = list(product(RANGES[target.inputs], repeat=target.inputs))
    points = points[:: -(-len(points) // MOST_SAMPLES)]
    return Problem(
        f"integers-{name}",
        operations(target.operations),
        Wiring.DAG,
        tuple(Variable(v, INT) for v in "xyzw"[: target.inputs]),
        (Variable("out", INT),),
        Samples(tuple(Sample(point, (target.value(*point),)) for point in points)),
        target.length if length is None else length,
        Measure.ABSOLUTE,
    )
