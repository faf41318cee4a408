"""Published values, each computed anew; one that differs ends the program, and the build with it.

    python -m _building.yardsticks [WORD]

Prints a table: what, the value, how it was computed here, where it was published. With a word, only
the yardsticks whose name holds it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

Values = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A published value and how it is computed.

    Attributes:
        name: what it is, as Markdown.
        published: the values in the literature.
        compute: the same values from the code.
        way: how, in words.
        source: where they were published.
    """

    name: str
    published: Values
    compute: Callable[[], Values]
    way: str
    source: str


def gates(n: int) -> Callable[[], Values]:
    """How many functions of n inputs need 0, 1, 2 ... two-input gates."""

    def compute() -> Values:
        from solvers.exact.functions.all_functions import least_steps
        from solvers.exact.functions.gate_algebra import any_two_inputs

        return tuple(int(count) for count in least_steps(any_two_inputs(), n).counts())

    return compute


def comparators() -> Values:
    """The least comparators of a sorting network on 2 .. 6 wires."""
    from solvers.exact import solve
    from solvers.suites import find_problem

    return tuple(solve(find_problem(f"sorting-{n}")).best.length for n in range(2, 7))


def additions() -> Values:
    """The shortest addition chains for 1 .. 32, each by a search of its own."""
    from solvers.exact import solve
    from theory.kernel.components.component import Component
    from theory.kernel.components.component_sets import ComponentSet
    from theory.kernel.components.placements import Wiring
    from theory.kernel.language.names import Variable
    from theory.kernel.language.sorts import INT
    from theory.kernel.language.terms import apply, var
    from theory.kernel.problems.problem import Problem
    from theory.kernel.problems.targets import Sample, Samples

    add = Component(
        "add",
        (Variable("a", INT), Variable("b", INT)),
        (apply("+", var("a", INT), var("b", INT)),),
    )
    found = []
    for n in range(1, 33):
        problem = Problem(
            f"addition-{n}",
            ComponentSet("add", (add,)),
            Wiring.DAG,
            (Variable("one", INT),),
            (Variable("out", INT),),
            Samples((Sample((1,), (n,)),)),
            7,
        )
        frontier = solve(problem)
        if not frontier.optimal or frontier.best.error != 0:
            raise SystemExit(f"no addition chain of length 7 for {n}")
        found.append(frontier.best.length)
    return tuple(found)


def beaver(text: str) -> Callable[[], Values]:
    """Steps and ones of a machine; the simulator of theory where the run is short."""

    def compute() -> Values:
        from solvers.turing.accelerated import run_accelerated
        from theory.turing.machine import ones, run, start
        from theory.turing.texts import read_bbchallenge

        machine = read_bbchallenge(text)
        plain = run(machine, fuel=100_000)
        if plain.halted:
            return plain.steps, ones(plain.configuration)
        fast = run_accelerated(machine, start(machine), None, 1_000_000)
        return fast.steps, ones(fast.configuration())

    return compute


def boolean_sets() -> Values:
    """Of all non-empty sets of two-input operations: the complete ones, and the minimal by size.

    A set is complete unless one of Post's five properties holds for all its members (Post 1941).
    """
    gates = [tuple(code >> (2 * x + y) & 1 for x in (0, 1) for y in (0, 1)) for code in range(16)]
    pairs = [(a, b) for a in range(4) for b in range(4) if a & b == a]  # a <= b in each place
    properties = (
        lambda t: t[0] == 0,
        lambda t: t[3] == 1,
        lambda t: all(t[a] <= t[b] for a, b in pairs),
        lambda t: all(t[k] != t[3 - k] for k in range(4)),
        lambda t: t[0] ^ t[1] ^ t[2] ^ t[3] == 0,
    )
    holds = [sum(1 << k for k, keeps in enumerate(properties) if keeps(t)) for t in gates]

    def complete(members: tuple[int, ...]) -> bool:
        shared = 31
        for k in members:
            shared &= holds[k]
        return shared == 0

    total = 0
    minimal = [0, 0, 0, 0]
    for size in range(1, 17):
        for members in combinations(range(16), size):
            if not complete(members):
                continue
            total += 1
            if size <= 4 and not any(
                complete(smaller) for smaller in combinations(members, size - 1) if smaller
            ):
                minimal[size - 1] += 1
    return (total, *minimal[:3])


def architectures() -> Values:
    """The greatest mean validation accuracy of NAS-Bench-201 on its three data sets."""
    from solvers.suites import find_problem
    from theory.kernel.problems.targets import Table

    found = []
    for name in ("cifar10", "cifar100", "imagenet"):
        table = find_problem(f"nas201-{name}").target
        assert isinstance(table, Table)
        found.append(f"{100 - float(min(table.errors.values())):.4f}")
    return tuple(found)


YARDSTICKS = (
    Yardstick(
        "functions of 3 inputs that need 0, 1, 2, ... two-input gates",
        (8, 30, 114, 80, 24),
        gates(3),
        "all 256 functions at once",
        "Knuth, TAOCP 7.1.2",
    ),
    Yardstick(
        "functions of 4 inputs that need 0, 1, 2, ... two-input gates",
        (10, 60, 456, 2474, 10624, 24184, 25008, 2720),
        gates(4),
        "all 65,536 functions at once",
        "Knuth, TAOCP 7.1.2",
    ),
    Yardstick(
        "least comparators of a sorting network on 2 to 6 wires",
        (1, 3, 5, 9, 12),
        comparators,
        "the chain engine",
        "Knuth, TAOCP 5.3.4",
    ),
    Yardstick(
        "shortest addition chains for 1 to 32",
        (0, 1, 2, 2, 3, 3, 4, 3, 4, 4, 5, 4, 5, 5, 5, 4,
         5, 5, 6, 5, 6, 6, 6, 5, 6, 6, 6, 6, 7, 6, 7, 5),
        additions,
        "the dag engine, one search each",
        "OEIS A003313",
    ),
    Yardstick(
        "steps and ones of the busy beaver with 2 states",
        (6, 4),
        beaver("1RB1LB_1LA1RZ"),
        "the simulator of theory",
        "Radó 1962",
    ),
    Yardstick(
        "steps and ones of `1RB1RZ_1LB0RC_1LC1LA`, the champion in steps with 3 states",
        (21, 5),
        beaver("1RB1RZ_1LB0RC_1LC1LA"),
        "the simulator of theory",
        "Lin & Radó 1965",
    ),
    Yardstick(
        "steps and ones of the busy beaver with 4 states",
        (107, 13),
        beaver("1RB1LB_1LA0LC_1RZ1LD_1RD0RA"),
        "the simulator of theory",
        "Brady 1983",
    ),
    Yardstick(
        "steps and ones of the busy beaver with 5 states",
        (47_176_870, 4_098),
        beaver("1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA"),
        "the accelerated runner",
        "Marxen & Buntrock 1990",
    ),
    Yardstick(
        "complete sets of two-input Boolean operations, of 65,535; minimal ones of size 1, 2, 3",
        (64_800, 2, 24, 6),
        boolean_sets,
        "Post's five properties, all sets",
        "Post 1941",
    ),
    Yardstick(
        "best mean validation accuracy of NAS-Bench-201: CIFAR-10, CIFAR-100, ImageNet16-120",
        ("91.6067", "73.4933", "46.7333"),
        architectures,
        "the least of 15,625 entries",
        "Dong & Yang 2020",
    ),
)  # fmt: skip


def main(word: str) -> str:
    """The table; each value computed, compared, and timed."""
    lines = ["| yardstick | value | computed by | CPU time | published |", "|---|---|---|--:|---|"]
    for yardstick in YARDSTICKS:
        if word not in yardstick.name:
            continue
        start = time.process_time()
        found = yardstick.compute()
        took = time.process_time() - start
        if found != yardstick.published:
            raise SystemExit(f"{yardstick.name}: {found}, published {yardstick.published}")
        value = ", ".join(f"{v:,}" if isinstance(v, int) else str(v) for v in found)
        lines.append(
            f"| {yardstick.name} | {value} | {yardstick.way} | {took:.2f} s | {yardstick.source} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(main(sys.argv[1] if len(sys.argv) > 1 else ""))
