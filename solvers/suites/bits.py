"""Word tricks: straight-line programs on eight-bit words, on all 256 words or on sample pairs.

`bits-NAME` asks for a dag of word instructions that computes one of the `TRICKS`. The error is the
number of differing bits, added over the samples. The tricks are folklore (H. S. Warren, *Hacker's
Delight*, 2nd edition, 2013, chapters 2, 5 and 7, has most of them, for any width).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import bitvec
from theory.kernel.language.terms import Term, apply, const, var, variables
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

WIDTH = 8
MASK = (1 << WIDTH) - 1
WORD = bitvec(WIDTH)
PAIRS = 64
"""Sample pairs of a trick with two inputs, drawn once with a fixed seed."""

_A, _B = var("a", WORD), var("b", WORD)


def _by(operation: str, number: int) -> Term:
    return apply(operation, _A, const(number, WORD))


INSTRUCTIONS: dict[str, Term] = {
    "and": apply("bvand", _A, _B),
    "or": apply("bvor", _A, _B),
    "xor": apply("bvxor", _A, _B),
    "add": apply("bvadd", _A, _B),
    "sub": apply("bvsub", _A, _B),
    "not": apply("bvnot", _A),
    "neg": apply("bvneg", _A),
    "inc": _by("bvadd", 1),
    "dec": _by("bvsub", 1),
    "shr1": _by("bvlshr", 1),
    "shr2": _by("bvlshr", 2),
    "shr4": _by("bvlshr", 4),
    "shl1": _by("bvshl", 1),
    "sar7": _by("bvashr", 7),
    "mask55": _by("bvand", 0x55),
    "mask33": _by("bvand", 0x33),
    "mask0f": _by("bvand", 0x0F),
    "less": apply("ite", apply("bvult", _A, _B), const(MASK, WORD), const(0, WORD)),
}
"""What an instruction does; `less` gives all ones or zero, the numbers in names are constants."""

SETS = {
    "arithmetic": ("and", "or", "xor", "add", "sub", "not", "neg", "inc", "dec"),
    "shifting": ("and", "or", "xor", "add", "sub", "not", "shr1", "shl1", "sar7"),
    "counting": ("and", "xor", "add", "sub", "shr1", "shr2", "shr4", "mask55", "mask33", "mask0f"),
    "comparing": ("and", "or", "xor", "add", "sub", "not", "less", "shr1"),
}


@dataclass(frozen=True, slots=True)
class Trick:
    """A function of one or two words, the set of instructions for it, and the default length."""

    inputs: int
    value: Callable[..., int]
    instructions: str
    length: int
    about: str


def _low(x: int) -> int:
    return x & -x


def _signed(x: int) -> int:
    return x - (MASK + 1) if x >> (WIDTH - 1) else x


def _gray_inverse(x: int) -> int:
    for shift in (1, 2, 4):
        x ^= x >> shift
    return x


def _pair_counts(x: int) -> int:
    return sum((x >> k & 3).bit_count() << k for k in range(0, WIDTH, 2))


TRICKS: dict[str, Trick] = {
    "lowest-one": Trick(1, _low, "arithmetic", 5, "the rightmost one alone"),
    "lowest-zero": Trick(1, lambda x: _low(~x), "arithmetic", 5, "the rightmost zero, as a one"),
    "trailing": Trick(1, lambda x: ~x & (x - 1), "arithmetic", 5, "ones for trailing zeros"),
    "clear-run": Trick(
        1, lambda x: x & (x + _low(x)), "arithmetic", 5, "the rightmost run of ones cleared"
    ),
    "low-run": Trick(
        1, lambda x: x & ~(x + _low(x)), "arithmetic", 5, "the rightmost run of ones alone"
    ),
    "second-one": Trick(
        1, lambda x: _low(x & (x - 1)), "arithmetic", 5, "the second one from the right alone"
    ),
    "absolute": Trick(1, lambda x: abs(_signed(x)), "shifting", 5, "absolute value"),
    "edges": Trick(1, lambda x: (x << 1 | x >> 1) & ~x, "shifting", 5, "the zeros beside a one"),
    "lonely": Trick(
        1, lambda x: x & ~(x << 1) & ~(x >> 1), "shifting", 5, "the ones without neighbours"
    ),
    "average": Trick(2, lambda x, y: (x + y) // 2, "shifting", 4, "floor of the average"),
    "average-up": Trick(2, lambda x, y: (x + y + 1) // 2, "shifting", 4, "ceiling of the average"),
    "maximum": Trick(2, max, "comparing", 4, "the greater word"),
    "distance": Trick(2, lambda x, y: abs(x - y), "comparing", 4, "absolute difference"),
    "saturate": Trick(2, lambda x, y: min(MASK, x + y), "comparing", 4, "sum, at most 255"),
    "pair-counts": Trick(1, _pair_counts, "counting", 5, "the number of ones in each two bits"),
    "fold-pairs": Trick(
        1, lambda x: (x & 0x33) + (x >> 2 & 0x33), "counting", 5, "numbers of two bits, added"
    ),
    "gray": Trick(1, lambda x: x ^ x >> 1, "counting", 5, "Gray code"),
    "ungray": Trick(1, _gray_inverse, "counting", 6, "Gray code inverted"),
    "swap-bits": Trick(
        1, lambda x: (x & 0x55) << 1 | (x >> 1 & 0x55), "counting", 5, "neighbouring bits swapped"
    ),
}
"""The lengths suffice for error 0 and leave at least 10,000 distinct behaviours to choose from."""


def instructions(name: str) -> ComponentSet:
    """The component set of that name, on words."""
    made = []
    for instruction in SETS[name]:
        term = INSTRUCTIONS[instruction]
        inputs = tuple(Variable(v, WORD) for v in sorted(variables([term])))
        made.append(Component(f"word-{instruction}", inputs, (term,)))
    return ComponentSet(f"words-{name}", tuple(made), source="Warren 2013")


@lru_cache(maxsize=64)
def bits(name: str, length: int | None = None) -> Problem:
    """One of the tricks with at most `length` instructions (default: `Trick.length`)."""
    if name not in TRICKS:
        message = f"unknown trick {name!r}; known: {', '.join(TRICKS)}"
        raise ProblemError("unknown-problem", message, f"bits-{name}")
    trick = TRICKS[name]
    rows = tuple(Sample(point, (trick.value(*point) & MASK,)) for point in _points(trick.inputs))
    return Problem(
        f"bits-{name}",
        instructions(trick.instructions),
        Wiring.DAG,
        tuple(Variable(v, WORD) for v in "xy"[: trick.inputs]),
        (Variable("out", WORD),),
        Samples(rows),
        trick.length if length is None else length,
        Measure.BITS,
    )


def _points(inputs: int) -> list[tuple[int, ...]]:
    if inputs == 1:
        return [(x,) for x in range(MASK + 1)]
    draw = random.Random(WIDTH)
    return [tuple(draw.randrange(MASK + 1) for _ in range(inputs)) for _ in range(PAIRS)]
