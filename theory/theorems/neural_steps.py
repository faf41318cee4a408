"""Neural components that do what universal machines do, operation by operation.

    stack_operations    push, pop, top and non-empty as neurons s(w.x + b) on a rational in base 4
    rule_110_layers     Rule 110 as two convolutions of width 3 and a sum, with ReLU
    life_layers         the Game of Life as two 3 x 3 convolutions and a sum, with ReLU
    run_on_stacks       a Turing machine on two such rationals, exact or in floating point

The components are those of the catalogue, read from its files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import TypeAlias

from theory.catalogue import load
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT, REAL
from theory.kernel.problems.sequences import Sequence
from theory.turing.machine import Machine, Move

Number: TypeAlias = "Fraction | float"
Bits: TypeAlias = tuple[int, ...]


def _dag(name: str, inputs: tuple[Variable, ...], steps: list[Step]) -> Sequence:
    """A sequence of a catalogue set whose output is its last step's."""
    last = len(inputs) + len(steps) - 1
    return Sequence(load(name), Wiring.DAG, inputs, tuple(steps), (last,))


@cache
def stack_operations() -> dict[str, Sequence]:
    """Operations on q, the code of a string of bits: bit b at depth i adds (2b + 1) / 4^i.

    With s(x) = min(1, max(0, x)): top = s(4q - 2), non-empty = s(4q), push b = s(q/4 + (2b + 1)/4)
    and pop = s(4q - 2 top - 1).
    """
    q = (Variable("q", REAL),)

    def stretch(x: int, y: int, v: int, b: int) -> Step:
        return Step("stretch", (x, y), (), (Fraction(v), Fraction(b)))

    def shrink(b: int) -> list[Step]:
        return [Step("shrink", (0,), (), (Fraction(2 * b + 1, 4),))]

    top = stretch(0, 0, 0, -2)
    return {
        "push 0": _dag("saturated-neurons", q, shrink(0)),
        "push 1": _dag("saturated-neurons", q, shrink(1)),
        "top": _dag("saturated-neurons", q, [top]),
        "non-empty": _dag("saturated-neurons", q, [stretch(0, 0, 0, 0)]),
        "pop": _dag("saturated-neurons", q, [top, stretch(0, 1, -2, -1)]),
    }


def code_of(bits: Bits) -> Fraction:
    """The code of a string of bits, top first."""
    return sum((Fraction(2 * b + 1, 4**i) for i, b in enumerate(bits, start=1)), Fraction(0))


def string_of(code: Number) -> Bits:
    """The string that a code stands for, top first."""
    bits: list[int] = []
    rest = Fraction(code)
    while rest > 0 and len(bits) < 100_000:
        bits.append(int(rest >= Fraction(3, 4)))
        rest = 4 * rest - 2 * bits[-1] - 1
    return tuple(bits)


@cache
def rule_110_layers() -> Sequence:
    """relu(1 - relu(2 - t) - relu(t - 4)) with t = left + 2 centre + 2 right."""
    inputs = tuple(Variable(n, INT) for n in ("l", "c", "r"))
    steps = [
        Step("conv", (0, 1, 2), (), (-1, -2, -2, 2)),
        Step("conv", (0, 1, 2), (), (1, 2, 2, -4)),
        Step("mix", (3, 4), (), (-1, -1, 1)),
    ]
    return _dag("convolution-3", inputs, steps)


@cache
def life_layers() -> Sequence:
    """relu(1 - relu(5 - t) - relu(t - 7)) with t = 2 * neighbours + centre, row by row."""
    inputs = tuple(Variable(f"n{k}", INT) for k in range(9))
    around = tuple(range(9))
    steps = [
        Step("conv3x3", around, (), (-2, -1, 5)),
        Step("conv3x3", around, (), (2, 1, -7)),
        Step("conv1x1", (9, 10), (), (-1, -1, 1)),
    ]
    return _dag("convolution-3x3", inputs, steps)


def rule_110(around: Bits) -> int:
    """The rule from its number: bit 4 left + 2 centre + right of 110."""
    return 110 >> (4 * around[0] + 2 * around[1] + around[2]) & 1


def life(around: Bits) -> int:
    """Born with three live neighbours, survives with two or three; the centre is number 4."""
    neighbours = sum(around) - around[4]
    return int(neighbours == 3 or (neighbours == 2 and around[4] == 1))


Grid: TypeAlias = tuple[tuple[int, ...], ...]
Rule: TypeAlias = Callable[[Bits], int]


def next_ring(cells: Bits, rule: Rule) -> Bits:
    """One generation on a ring."""
    n = len(cells)
    return tuple(rule((cells[k - 1], cells[k], cells[(k + 1) % n])) for k in range(n))


def next_torus(grid: Grid, rule: Rule) -> Grid:
    """One generation on a torus; the nine cells around are given row by row."""
    rows, columns = len(grid), len(grid[0])
    near = list(product((-1, 0, 1), repeat=2))
    return tuple(
        tuple(
            rule(tuple(grid[(y + dy) % rows][(x + dx) % columns] for dy, dx in near))
            for x in range(columns)
        )
        for y in range(rows)
    )


def as_rule(layers: Sequence) -> Rule:
    """The sequence as a local rule, evaluated exactly once for each neighbourhood."""

    @cache
    def rule(around: Bits) -> int:
        result = layers.evaluate(around)
        value = None if result is None else result[0]
        return value if isinstance(value, int) and value in (0, 1) else -1

    return rule


@dataclass(frozen=True, slots=True)
class StackRun:
    """A moment of a Turing machine whose half tapes are numbers.

    Attributes:
        steps: taken so far.
        state, head: as the machine has them.
        left, right: the codes of the half tapes.
    """

    steps: int
    state: int
    head: int
    left: Number
    right: Number


def saturate(x: Number) -> Number:
    """s(x) = min(1, max(0, x))."""
    return x * 0 if x < 0 else x * 0 + 1 if x > 1 else x


def run_on_stacks(machine: Machine, zero: Number, fuel: int) -> Iterator[StackRun]:
    """The moments of a run; `zero` is Fraction(0) for exact numbers, 0.0 for 64-bit floats.

    What is off both ends is blank. A symbol is read as 1 where `top` is at least 1/2.
    """
    one = zero + 1

    def push(q: Number, b: int) -> Number:
        return saturate(q / 4 + one * (2 * b + 1) / 4)

    def pop(q: Number) -> tuple[int, Number]:
        top = saturate(4 * q - 2)
        return int(2 * top >= 1), saturate(4 * q - 2 * top - 1)

    now = StackRun(0, machine.start, 0, zero, zero)
    yield now
    for steps in range(1, fuel + 1):
        entry = machine.table[now.state][now.head]
        if entry is None:
            return
        left, right, head = now.left, now.right, entry.write
        if entry.move is Move.LEFT:
            right = push(right, head)
            head, left = pop(left)
        elif entry.move is Move.RIGHT:
            left = push(left, head)
            head, right = pop(right)
        now = StackRun(steps, entry.state, head, left, right)
        yield now
