"""Small counter programs, run in a set's components: for models that pay exponentially.

Two counters, alone or as 2^a 3^b in one register, are universal but need the tape coded as a power,
so no machine of any size can be run through them. They are run as themselves: programs over the
counters a and b, every state compared with plain integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solvers.completeness.running import Registers, answer, encoded, perform
from theory.kernel.errors import MachineError
from theory.kernel.language.sorts import Value, coerce
from theory.kernel.machines.simulations import Simulation

# An instruction is ("inc" | "dec", counter), or ("zero", counter, next if zero), or ("jump", next).
Program = tuple[tuple[Any, ...], ...]

PROGRAMS: dict[str, tuple[Program, tuple[int, int]]] = {
    "a := a + b": ((("zero", 1, 4), ("dec", 1), ("inc", 0), ("jump", 0)), (9, 14)),
    "a := 2 b": ((("zero", 1, 5), ("dec", 1), ("inc", 0), ("inc", 0), ("jump", 0)), (0, 11)),
    "a := b mod 2": (
        (
            ("zero", 1, 8), ("dec", 1), ("zero", 1, 6), ("dec", 1), ("jump", 0), ("jump", 0),
            ("inc", 0), ("jump", 8),
        ),
        (0, 13),
    ),
    "a := max(a - b, 0)": (
        (("zero", 1, 7), ("dec", 1), ("zero", 0, 5), ("dec", 0), ("jump", 0), ("jump", 0),
         ("jump", 0)),
        (12, 5),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CounterRun:
    """How the programs ran: states compared, and the first difference in words, if any."""

    programs: int
    steps: int
    difference: str = ""

    @property
    def agreed(self) -> bool:
        """Whether every state was equal to the plain one."""
        return not self.difference


def run_counter_programs(simulation: Simulation) -> CounterRun:
    """Every program of `PROGRAMS` in the components of the simulation, next to plain integers.

    Raises:
        MachineError: `no-compiler` for a model without counters.
    """
    if simulation.model.data["name"] not in ("counters", "one-register"):
        message = f"{simulation.model.title} has no counters; run a Turing machine"
        raise MachineError("no-compiler", message, "--run")
    steps = 0
    for name, (program, begin) in PROGRAMS.items():
        counts = list(begin)
        registers = encoded(simulation, _codes(simulation, counts))
        place = 0
        while place < len(program):
            place, registers, counts = _step(simulation, program, place, registers, counts)
            steps += 1
            expected = _codes(simulation, counts)
            found = tuple(registers[k] for k in simulation.parts)
            if found != expected:
                text = f"{name}: after {steps} steps {found} instead of {expected}"
                return CounterRun(len(PROGRAMS), steps, text)
    return CounterRun(len(PROGRAMS), steps)


def _step(
    s: Simulation, program: Program, place: int, registers: Registers, counts: list[int]
) -> tuple[int, Registers, list[int]]:
    """One instruction: where to go on, the set's registers, and the plain counts."""
    kind, *rest = program[place]
    if kind == "jump":
        return rest[0], registers, counts
    counter = rest[0]
    single = s.model.data["name"] == "one-register"
    if kind == "zero":
        name = f"divisible by {(2, 3)[counter]}" if single else f"zero {'ab'[counter]}"
        says, registers = answer(s, name, registers)
        taken = says != single  # a count is zero where the register is not divisible
        return rest[1] if taken else place + 1, registers, counts
    verb = {"inc": "times", "dec": "divide by"}[kind]
    name = f"{verb} {(2, 3)[counter]}" if single else f"{kind} {'ab'[counter]}"
    changed = list(counts)
    changed[counter] += 1 if kind == "inc" else -1
    return place + 1, perform(s, name, registers), changed


def _codes(s: Simulation, counts: list[int]) -> tuple[Value, ...]:
    data = s.model.data
    if data["name"] == "one-register":
        return (2 ** counts[0] * 3 ** counts[1],)
    padded = [*counts, *[0] * (len(s.parts) - 2)]
    sort = s.model.parts[0].sort
    return tuple(coerce(sort, data["scale"] * n + data["offset"]) for n in padded)
