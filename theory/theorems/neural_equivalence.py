"""Theorem 5: neural components compute what Turing machines compute.

The components and the sequences made of them stand in `theory.theorems.neural_steps`; here is the
text, and the check of each operation against what it is to be.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product

from theory.kernel.problems.sequences import Sequence
from theory.theorems.neural_steps import (
    Bits,
    Grid,
    Rule,
    StackRun,
    as_rule,
    code_of,
    life,
    life_layers,
    next_ring,
    next_torus,
    rule_110,
    rule_110_layers,
    run_on_stacks,
    stack_operations,
    string_of,
)
from theory.theorems.statement import Claim, Theorem, refute
from theory.turing.machine import Configuration, Machine, configurations
from theory.turing.texts import read_machine

LONGEST = 8
CHAMPIONS = {"1RB1LB_1LA1RZ": 6, "1RB1RZ_1LB0RC_1LC1LA": 21, "1RB1LB_1LA0LC_1RZ1LD_1RD0RA": 107}
CHAMPION_5 = "1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA"
FUEL = 1000
DIFFERS, WRONG_SYMBOL = 202, 330
"""The steps after which a 64-bit float first differs, and first reads another symbol."""


def stacks(operations: Callable[[], dict[str, Sequence]] = stack_operations) -> str:
    """Each neuron does to the code of a string what its operation does to the string."""
    made, compared = operations(), 0
    for length in range(LONGEST + 1):
        for bits in product(range(2), repeat=length):
            wanted = {
                "push 0": code_of((0, *bits)),
                "push 1": code_of((1, *bits)),
                "pop": code_of(bits[1:]),
                "top": Fraction(bits[0] if bits else 0),
                "non-empty": Fraction(bool(bits)),
            }
            for name, result in wanted.items():
                if made[name].evaluate((code_of(bits),)) != (result,):
                    refute("stacks", f"{name} of {bits or 'the empty string'}")
                compared += 1
    return (
        f"{compared:,} operations: push 0, push 1, pop, top, non-empty on all strings of up to "
        f"{LONGEST} bits"
    )


def rule_by_convolution(layers: Callable[[], Sequence] = rule_110_layers) -> str:
    """The convolutions make Rule 110 on all 8 neighbourhoods and along random rings."""
    rule = _same_rule("Rule 110", as_rule(layers()), rule_110, 3)
    draw, ring = random.Random(110), 64
    cells: Bits = tuple(draw.randrange(2) for _ in range(ring))
    for _ in range(200):
        expected = next_ring(cells, rule_110)
        if next_ring(cells, rule) != expected:
            refute("Rule 110", f"{cells}")
        cells = expected
    return f"all 8 neighbourhoods; a ring of {ring} random cells for 200 generations"


def life_by_convolution(layers: Callable[[], Sequence] = life_layers) -> str:
    """The convolutions make Life on all 512 neighbourhoods, on tori, and a glider moves."""
    rule = _same_rule("Life", as_rule(layers()), life, 9)
    draw = random.Random(1970)
    for side in (5, 8, 13):
        grid: Grid = tuple(tuple(draw.randrange(2) for _ in range(side)) for _ in range(side))
        for _ in range(12):
            expected = next_torus(grid, life)
            if next_torus(grid, rule) != expected:
                refute("Life", f"a torus of side {side}: {grid}")
            grid = expected
    glider = {(0, 1), (1, 2), (2, 0), (2, 1), (2, 2)}
    begin = _torus(glider, 8)
    grid = begin
    for _ in range(4):
        grid = next_torus(grid, rule)
    if grid != _torus({(y + 1, x + 1) for y, x in glider}, 8):
        refute("Life", "a glider is not one cell further down and right after 4 generations")
    return (
        "all 512 neighbourhoods; random tori of side 5, 8 and 13 for 12 generations; a glider is"
        " one "
        "cell further down and right after 4"
    )


def _same_rule(name: str, made: Rule, wanted: Rule, cells: int) -> Rule:
    for around in product(range(2), repeat=cells):
        if made(around) != wanted(around):
            refute(name, f"neighbourhood {around}: {made(around)}, not {wanted(around)}")
    return made


def _torus(alive: set[tuple[int, int]], side: int) -> Grid:
    return tuple(tuple(int((y, x) in alive) for x in range(side)) for y in range(side))


def machines_on_rationals(
    run: Callable[[Machine, Fraction, int], Iterator[StackRun]] = run_on_stacks,
) -> str:
    """Busy beavers on two rationals: every configuration is that of the Turing machine."""
    compared = 0
    for text in (*CHAMPIONS, CHAMPION_5):
        machine = read_machine(text)
        moments = run(machine, Fraction(0), FUEL)
        wanted = configurations(machine, fuel=FUEL)
        for moment, c in zip(moments, wanted, strict=True):
            halves = (string_of(moment.left), string_of(moment.right))
            found = Configuration(moment.state, moment.head, *halves)
            if found != c:
                refute("machines", f"{text} after {moment.steps} steps: {found}")
            compared += 1
        expected = CHAMPIONS.get(text, FUEL)
        if moment.steps != expected:
            refute("machines", f"{text} stops after {moment.steps} steps, not {expected}")
    return (
        f"busy beavers of 2, 3 and 4 states to their halt, that of 5 states for {FUEL:,} steps: "
        f"{compared:,} configurations equal"
    )


def divergence(machine: Machine, zero: float = 0.0, fuel: int = FUEL) -> tuple[int, int]:
    """After which steps a float first differs from the exact code, and first reads another symbol.

    -1 where that does not happen within the fuel.
    """
    differs = wrong = -1
    exact, rounded = run_on_stacks(machine, Fraction(0), fuel), run_on_stacks(machine, zero, fuel)
    for a, b in zip(exact, rounded, strict=False):
        if differs < 0 and not _equal(a, b):
            differs = a.steps
        if a.head != b.head or a.state != b.state:
            wrong = a.steps
            break
    return differs, wrong


def _equal(a: StackRun, b: StackRun) -> bool:
    return (a.left, a.right) == (Fraction(b.left), Fraction(b.right))


def floats_diverge(measure: Callable[[Machine], tuple[int, int]] = divergence) -> str:
    """The same network in 64-bit floats leaves the machine of five states after 202 steps."""
    differs, wrong = measure(read_machine(CHAMPION_5))
    if (differs, wrong) != (DIFFERS, WRONG_SYMBOL):
        refute("floats", f"differs after {differs} steps, wrong symbol after {wrong}")
    deepest = next(n for n in range(1, 100) if _rounded((1,) * n))
    return (
        f"{CHAMPION_5}: a float differs from its rational after {differs} steps and the first "
        f"wrong "
        f"symbol is read after {wrong}; a stack of {deepest} ones is no 64-bit float"
    )


def _rounded(bits: Bits) -> bool:
    return Fraction(float(code_of(bits))) != code_of(bits)


THEOREM = Theorem(
    name="neural-equivalence",
    title="Neural components are Turing equivalent",
    statement=r"""
Let $s(x) = \min(1, \max(0, x))$. One sequence of neurons $s(w \cdot x + b)$ with rational weights,
applied again and again to exact rationals, simulates any Turing machine, one step for each
application. So does a convolution of width 3 with ReLU on a line of cells (with eventually
periodic starts: *weakly*), and a $3 \times 3$ convolution with ReLU on a plane of cells that are
finite in number at the start. Conversely all of them are computable. So these sets are **Turing
equivalent** in the regime `recurrent`.

In 64-bit floating point the first is not: a register then has finitely many values. The
convolutions hold small whole numbers only, so floats change nothing there; their memory is the
number of cells.
""",
    definitions=r"""
A string of bits $b_1 b_2 \dots b_n$ with its top $b_1$ is coded by $q = \sum_i (2 b_i + 1) / 4^i$,
the empty one by 0. *Rule 110* maps the cells $(l, c, r)$ to bit $4l + 2c + r$ of 110. In the *Game
of Life* a cell is born with three live neighbours and survives with two or three. *Regime* and
*weakly* are defined in [Completeness](../how-to/completeness.md).
""",
    assumptions=(
        "Numbers are exact rationals; the length of their digits is where the memory lives.",
        "The sequence is repeated without bound, and a flag says when to stop. A feed-forward "
        "network of a fixed "
        "size computes nothing of the kind.",
        "The universality of Turing machines with two half tapes, of Rule 110 and of Life is "
        "cited.",
    ),
    proof=r"""
**Stacks.** For a string with top $b$ the code lies in $[\frac{2b+1}{4}, \frac{2b+2}{4})$: between
$\frac14$ and $\frac12$ for $b = 0$, between $\frac34$ and 1 for $b = 1$; the gaps between are what
a saturated function can tell apart. So $s(4q - 2)$ is $b$, and 0 for the empty string; $s(4q)$ is
1 exactly if the string is not empty; $\frac q4 + \frac{2b+1}4$ puts $b$ on top; and $s(4q -
2\,\mathrm{top}(q) - 1)$ shifts the top away, while the empty string stays empty, because $s(-1) =
0$. Every one of them is a neuron, or two.

**A step.** Two stacks hold the half tapes. Flags 0 and 1 hold the state and the symbol under the
head; on them $\mathrm{nand}(x, y) = s(2 - x - y)$ is a neuron and gives every Boolean function.
With a flag $f$, $s(x + f - 1)$ is $x$ if $f = 1$ and 0 if not, so one of two stacks can be
*selected* as $s\big(s(x + f - 1) + s(y - f)\big)$. A step of the machine is a Boolean function of
state and symbol, which chooses between pushed, popped and unchanged stacks: one sequence with
fan-out. (Siegelmann & Sontag 1995.)

**Rule 110.** With $t = l + 2c + 2r$, a number from 0 to 5, the new cell is 1 exactly for $2 \le t
\le 4$; and $\mathrm{relu}(1 - \mathrm{relu}(2 - t) - \mathrm{relu}(t - 4))$ is 1 on $\{2, 3, 4\}$
and 0 on the other whole numbers. Rule 110 is weakly universal (Cook 2004).

**Life.** With $t$ twice the number of live neighbours plus the cell itself, alive afterwards are
$t = 5$ (two neighbours and alive), 6 and 7 (three neighbours); and
$\mathrm{relu}(1 - \mathrm{relu}(5 - t) - \mathrm{relu}(t - 7))$ is 1 there and 0 elsewhere. Life
holds universal machines in finite patterns (Berlekamp, Conway & Guy 1982; Rendell 2011).

**Conversely**, sums, products and comparisons of rationals are computable, and so is a step; hence
the halting problems on both sides reduce to each other.

**Floats.** A stack of 27 bits with a one on top needs 54 binary digits, from the first behind the
point on; the significand of a 64-bit float has 53. From the first lost digit on, the float is the
code of another string, or of none. With finitely many values for each of finitely many registers,
halting is decidable by waiting for a configuration to come back.
""",
    references=(
        "H. T. Siegelmann, E. D. Sontag: On the Computational Power of Neural Nets. 1995.",
        "M. Cook: Universality in Elementary Cellular Automata. 2004.",
        "E. R. Berlekamp, J. H. Conway, R. K. Guy: Winning Ways for Your Mathematical Plays. 1982.",
        "P. Rendell: A Universal Turing Machine in Conway's Game of Life. 2011.",
    ),
    claims=(
        Claim("stacks", stacks),
        Claim("Rule 110", rule_by_convolution),
        Claim("Life", life_by_convolution),
        Claim("machines", machines_on_rationals),
        Claim("floats", floats_diverge),
    ),
)
