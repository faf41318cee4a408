"""Small Boolean functions by gates: parity, majority, adders, multiplexers, display segments.

`gates-SET-FUNCTION` asks for a dag of gates that computes the function on all its inputs; the error
is the number of inputs with a wrong output. The sets are in `GATES`, the functions in `FUNCTIONS`.
A number's bits are given most significant first.
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
from theory.kernel.language.sorts import BOOL
from theory.kernel.language.terms import Term, apply, var, variables
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples

_A, _B = var("a", BOOL), var("b", BOOL)


def _not(term: Term) -> Term:
    return apply("not", term)


_DEFINITIONS: dict[str, Term] = {
    "not1": _not(_A),
    "and2": apply("and", _A, _B),
    "or2": apply("or", _A, _B),
    "xor2": apply("xor", _A, _B),
    "nand": _not(apply("and", _A, _B)),
    "nor": _not(apply("or", _A, _B)),
    "xnor": _not(apply("xor", _A, _B)),
    "and-not": apply("and", _A, _not(_B)),
    "or-not": apply("or", _A, _not(_B)),
}

# The last are, up to the order of operands, all ten functions that depend on both inputs; what
# depends on fewer is one of them with an operand twice, or needs no gate of its own.
GATES: dict[str, tuple[str, ...]] = {
    "nand": ("nand",),
    "basic": ("and2", "or2", "not1"),
    "any": ("and2", "or2", "xor2", "nand", "nor", "xnor", "and-not", "or-not"),
}

# The segments of a seven-segment display that are lit for the digits 0 .. F; segment a is the
# top one, b .. f follow clockwise, g is in the middle.
SEGMENTS = (
    "abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc",
    "abcdefg", "abcdfg", "abcefg", "cdefg", "adef", "bcdeg", "adefg", "aefg",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Function:
    """A Boolean function: number of inputs, and the outputs as bits of `value(inputs)`."""

    inputs: int
    value: Callable[[tuple[bool, ...]], tuple[bool, ...]]
    about: str


def _number(bits: tuple[bool, ...]) -> int:
    return sum(bit << k for k, bit in enumerate(reversed(bits)))


def _of_number(inputs: int, holds: Callable[[int], bool], about: str) -> Function:
    return Function(inputs, lambda bits: (holds(_number(bits)),), about)


def _of_count(inputs: int, holds: Callable[[int], bool], about: str) -> Function:
    return Function(inputs, lambda bits: (holds(sum(bits)),), about)


def _chosen(selectors: int) -> Function:
    return Function(
        selectors + (1 << selectors),
        lambda bits: (bits[selectors + _number(bits[:selectors])],),
        f"one of {1 << selectors} data bits, chosen by {selectors} selectors, which come first",
    )


def _segment(letter: str) -> Function:
    about = f"segment {letter} of a display of the digits 0 .. F"
    return _of_number(4, lambda n: letter in SEGMENTS[n], about)


FUNCTIONS: dict[str, Function] = {
    "parity3": _of_count(3, lambda ones: ones % 2 == 1, "whether an odd number of 3 bits is set"),
    "parity4": _of_count(4, lambda ones: ones % 2 == 1, "whether an odd number of 4 bits is set"),
    "majority3": _of_count(3, lambda ones: ones >= 2, "whether most of 3 bits are set"),
    "majority5": _of_count(5, lambda ones: ones >= 3, "whether most of 5 bits are set"),
    "exactly2of4": _of_count(4, lambda ones: ones == 2, "whether two of 4 bits are set"),
    "atleast2of4": _of_count(4, lambda ones: ones >= 2, "whether two or more of 4 bits are set"),
    "prime4": _of_number(4, lambda n: n in (2, 3, 5, 7, 11, 13), "whether a number 0..15 is prime"),
    "divides3": _of_number(4, lambda n: n % 3 == 0, "whether 3 divides a number 0..15"),
    "greater2": _of_number(4, lambda n: n >> 2 > n & 3, "whether a > b, two bits each"),
    "equal2": _of_number(4, lambda n: n >> 2 == n & 3, "whether a = b, two bits each"),
    "product2": _of_number(
        4, lambda n: bool((n >> 2) * (n & 3) >> 1 & 1), "bit 1 of a times b, two bits each"
    ),
    "mux2": _chosen(1),
    "mux4": _chosen(2),
    "halfadder": Function(2, lambda b: (sum(b) >= 2, sum(b) % 2 == 1), "carry, sum of 2 bits"),
    "fulladder": Function(3, lambda b: (sum(b) >= 2, sum(b) % 2 == 1), "carry, sum of 3 bits"),
} | {f"segment{letter}": _segment(letter) for letter in "abcdefg"}

DEFAULT_LENGTH = 5

LENGTHS = {
    "nand": {
        "parity3": 8, "majority3": 6, "mux2": 4, "product2": 6, "greater2": 8, "prime4": 8,
        "segmentc": 9, "segmente": 8, "segmentf": 9,
    },
    "basic": {
        "parity3": 8, "majority3": 4, "mux2": 4, "halfadder": 4, "product2": 6, "greater2": 7,
        "prime4": 9, "atleast2of4": 7,
    },
    "any": {"parity3": 2, "parity4": 3, "prime4": 6, "segmentb": 6},
}  # fmt: skip
"""Default lengths where others than five: enough for error 0, which is found anew each time."""


def gate_set(name: str) -> ComponentSet:
    """The component set of that name."""
    made = []
    for gate in GATES[name]:
        term = _DEFINITIONS[gate]
        inputs = tuple(Variable(v, BOOL) for v in sorted(variables([term])))
        made.append(Component(gate, inputs, (term,)))
    return ComponentSet(f"gates-{name}", tuple(made))


@lru_cache(maxsize=64)
def gates(name: str, length: int | None = None) -> Problem:
    """The problem SET-FUNCTION with at most `length` gates (default: see `LENGTHS`)."""
    chosen, _, wanted = name.partition("-")
    if chosen not in GATES or wanted not in FUNCTIONS:
        message = (
            f"gates-SET-FUNCTION takes a SET of {', '.join(GATES)} and a FUNCTION of "
            f"{', '.join(FUNCTIONS)}"
        )
        raise ProblemError("unknown-problem", message, f"gates-{name}")
    function = FUNCTIONS[wanted]
    points = product((False, True), repeat=function.inputs)
    rows = tuple(Sample(point, function.value(point)) for point in points)
    return Problem(
        f"gates-{name}",
        gate_set(chosen),
        Wiring.DAG,
        tuple(Variable(f"x{k + 1}", BOOL) for k in range(function.inputs)),
        tuple(Variable(f"f{k + 1}", BOOL) for k in range(len(rows[0].outputs))),
        Samples(rows),
        LENGTHS[chosen].get(wanted, DEFAULT_LENGTH) if length is None else length,
    )
