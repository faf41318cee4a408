"""A universe small enough to try everything: all functions from {0, 1, 2} to {0, 1, 2}.

MAPS          five unary components over three values, as a file would say them
family        a component set of some of them
target_problem    approximate one of the 27 functions by a chain of at most so many of them
every_target      all 27 functions
AFFINE        components with parameters: scale by w, shift by b, square
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from theory.formats.component_files import read_components
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

MAPS = {
    "next": "(mod (+ x 1) 3)",
    "swap": "(ite (= x 0) 1 (ite (= x 1) 0 x))",
    "collapse": "(ite (= x 1) 0 x)",
    "double": "(mod (* 2 x) 3)",
    "two": "2",
}

AFFINE = read_components(
    """
    (set-info :sheffer "(set affine (values 3) (registers (x) Int))")
    (define-fun scale ((x Int) (w Int)) Int (mod (* w x) 3))
    (set-info :sheffer "(component scale (inputs x) (outputs scale) (parameters (w Int 0 2)))")
    (define-fun shift ((x Int) (b Int)) Int (mod (+ x b) 3))
    (set-info :sheffer "(component shift (inputs x) (outputs shift) (parameters (b Int 0 2)))")
    (define-fun square ((x Int)) Int (mod (* x x) 3))
    """,
    "affine.smt2",
)

Target = tuple[int, int, int]


def family(names: Iterable[str]) -> ComponentSet:
    """The component set of some of the maps, on one register."""
    lines = ['(set-info :sheffer "(set maps (values 3) (registers (x) Int))")']
    lines += [f"(define-fun {name} ((x Int)) Int {MAPS[name]})" for name in names]
    return read_components("\n".join(lines), "maps.smt2")


def every_target() -> Iterator[Target]:
    """All 27 functions, as their values at 0, 1, 2."""
    return ((a, b, c) for a, b, c in product(range(3), repeat=3))


def target_problem(
    components: ComponentSet, target: Target, length: int, measure: Measure = Measure.ABSOLUTE
) -> Problem:
    """Approximate one function by a chain of at most `length` components."""
    x = Variable("x", INT)
    rows = Samples(tuple(Sample((k,), (y,)) for k, y in enumerate(target)))
    return Problem("target", components, Wiring.CHAIN, (x,), (x,), rows, length, measure)
