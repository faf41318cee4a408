"""Targets of which no procedure knows whether zero error is possible: halting as approximation.

For a Turing machine M the target is f_M(t) = [M halts within t steps], and the only component is
the constant function with value false. Over all t the error is zero exactly if M never halts.

    halting_problem    the problem, on finitely many times
    CHAMPIONS          machines whose halting step is known
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from theory.formats.component_files import read_components
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples
from theory.theorems.enumeration import every_sequence, frame_of
from theory.theorems.statement import Claim, refute
from theory.turing.machine import Machine, run
from theory.turing.texts import read_machine

ZERO = read_components("(define-fun zero ((t Int)) Bool false)", "zero.smt2", "zero")

CHAMPIONS = {"1RB1LB_1LA1RZ": 6, "1RB1RZ_1LB0RC_1LC1LA": 21, "1RB1LB_1LA0LC_1RZ1LD_1RD0RA": 107}
"""Busy beavers with 2, 3 and 4 states, and the number of steps after which they halt."""

CHAMPION_5 = "1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA"
CHAMPION_5_STEPS = 47_176_870

ENDLESS = "1RB1LB_1LA1RA"
"""Every entry of its table is there and leads to a state that has entries: it never halts."""

HaltsWithin = Callable[[Machine, int], bool]


def halts_within(machine: Machine, steps: int) -> bool:
    """Whether the machine, started on its own input, halts after at most so many steps."""
    return run(machine, fuel=steps).halted


def halting_problem(
    name: str, machine: Machine, times: Iterable[int], halts: HaltsWithin = halts_within
) -> Problem:
    """Approximate t -> [the machine halts within t steps] on these times by the constant false."""
    rows = tuple(Sample((t,), (halts(machine, t),)) for t in times)
    inputs, outputs = (Variable("t", INT),), (Variable("halted", BOOL),)
    return Problem(f"halting-{name}", ZERO, Wiring.DAG, inputs, outputs, Samples(rows), 1)


def turns_positive_when_it_halts(halts: HaltsWithin = halts_within) -> str:
    """For every T: the least error on {0, ..., T} is the number of times from the last step on."""
    compared = 0
    for text, last in CHAMPIONS.items():
        machine = read_machine(text)
        for until in range(last + 6):
            least = _least(text, machine, range(until + 1), halts)
            if least != max(0, until - last + 1):
                refute("halting", f"{text}: on 0..{until} the least error is {least}")
            compared += 1
    known = ", ".join(map(str, CHAMPIONS.values()))
    return (
        f"busy beavers of 2, 3 and 4 states, {compared} ranges 0..T: the least error is 0 for "
        f"T < {known} and T minus that, plus 1, from there on"
    )


def stays_zero_without_halting(text: str = ENDLESS, until: int = 400) -> str:
    """A machine that never halts has error zero on every range."""
    machine = read_machine(text)
    for entry in (entry for row in machine.table for entry in row):
        if entry is None:
            refute("no halt", f"{text} has a missing entry")
        elif all(following is None for following in machine.table[entry.state]):
            refute("no halt", f"{text} has a transition to a state without entries")
    least = _least(text, machine, range(until + 1), halts_within)
    if least:
        refute("no halt", f"{text}: the least error on 0..{until} is {least}")
    return f"{text} has no way to halt, and the least error on 0..{until} is 0"


def _least(name: str, machine: Machine, times: Iterable[int], halts: HaltsWithin) -> int:
    """The least error of every sequence of at most one step."""
    problem = halting_problem(name, machine, times, halts)
    return min(int(problem.error(s)) for s in every_sequence(frame_of(problem), problem.length))


CLAIMS = (
    Claim("halting", turns_positive_when_it_halts),
    Claim("no halt", stays_zero_without_halting),
)
