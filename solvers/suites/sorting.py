"""Sorting networks: comparators on n wires, error the number of 0-1 inputs left unsorted.

A network sorts all inputs if it sorts all 2**n inputs of zeros and ones (Knuth, TAOCP 3, 5.3.4).
"""

from __future__ import annotations

from itertools import combinations, product

from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.kernel.language.terms import apply, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples

# Least comparators that sort n = 1..9 wires (Knuth 5.3.4; Codish et al. 2014): only the default
# length of a problem comes from here; that they are least is found and checked each time.
KNOWN_LENGTHS = {1: 0, 2: 1, 3: 3, 4: 5, 5: 9, 6: 12, 7: 16, 8: 19, 9: 25}


def comparators(n: int) -> ComponentSet:
    """One component, a comparator, that may stand on any two of n wires; the lesser goes first."""
    a, b = var("a", BOOL), var("b", BOOL)
    compare = Component(
        "compare",
        (Variable("a", BOOL), Variable("b", BOOL)),
        (apply("and", a, b), apply("or", a, b)),
        ("compare.min", "compare.max"),
        placements=tuple(combinations(range(n), 2)),
    )
    wires = tuple(Variable(f"x{k}", BOOL) for k in range(n))
    return ComponentSet(f"comparators-{n}", (compare,), wires, source="Knuth, TAOCP 3, 5.3.4")


def sorting(n: int, length: int | None = None) -> Problem:
    """Sort n wires with at most `length` comparators (default: as many as are known to suffice)."""
    if not 2 <= n <= 16:
        raise ProblemError("unknown-problem", f"sorting-N takes N from 2 to 16, not {n}")
    components = comparators(n)
    rows = (Sample(v, tuple(sorted(v))) for v in product((False, True), repeat=n))
    steps = KNOWN_LENGTHS.get(n, n * n // 3) if length is None else length
    wires = components.registers
    return Problem(
        f"sorting-{n}", components, Wiring.CHAIN, wires, wires, Samples(tuple(rows)), steps
    )
