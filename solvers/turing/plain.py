"""A plain fast runner: every step of a machine, one after the other, in compiled code.

    run_plain(machine, configuration, fuel)    as `theory.turing.machine.run`, some 100 times faster

The table is packed into one integer an entry. The tape is an array that grows; the inner loop makes
no more steps than the head is away from the ends, so it tests neither. Numba compiles it on first
use (a second or so) and keeps it on disk.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from theory.turing.machine import (
    BLANK,
    Configuration,
    Machine,
    Outcome,
    Run,
    check_configuration,
    start,
)

DEFAULT_FUEL = 1_000_000_000
DEFAULT_CELLS = 1 << 30
"""The greatest length of the tape in cells (one byte each for up to 256 symbols)."""

HALTED, SPENT, NARROW = 0, 1, 2
SMALL = 64
"""The least distance to an end of the tape worth entering the inner loop for."""

MAX_CHUNK = 1 << 62
"""The most steps of one call into compiled code, whose numbers have 64 bits."""

Tape = NDArray[np.integer[Any]]


def packed(machine: Machine) -> NDArray[np.int64]:
    """The table, one integer an entry, at index state * symbols + symbol.

    An entry is (state * symbols) << 34 | symbol << 2 | (move + 1), and -1 where the machine halts.
    """
    width = len(machine.symbols)
    return np.array(
        [
            -1
            if entry is None
            else (entry.state * width) << 34 | entry.write << 2 | (entry.move + 1)
            for row in machine.table
            for entry in row
        ],
        dtype=np.int64,
    )


@compiled(nogil=True)
def advance(
    table: NDArray[np.int64], tape: Tape, position: int, base: int, fuel: int
) -> tuple[int, int, int, int]:
    """Run on until the machine halts, the fuel is used up or the head is close to an end.

    `base` is the state times the number of symbols. Returns the reason (HALTED, SPENT, NARROW), the
    steps taken, the position and the base.
    """
    # Unsigned, so that no negative index need be thought of; never mixed with signed numbers.
    here = np.uint64(position)
    row = np.uint64(base)
    size = tape.size
    steps = 0
    while True:
        place = int(np.int64(here))
        chunk: int = min(place, size - 1 - place, fuel - steps)
        if steps == fuel:
            halted = table[row + np.uint64(tape[here])] < 0
            return HALTED if halted else SPENT, steps, place, int(np.int64(row))
        if chunk < min(SMALL, fuel - steps):
            return NARROW, steps, place, int(np.int64(row))
        for done in range(chunk):
            entry = table[row + np.uint64(tape[here])]
            if entry < 0:
                return HALTED, steps + done, int(np.int64(here)), int(np.int64(row))
            tape[here] = (entry >> 2) & 0xFFFFFFFF
            here = np.uint64(np.int64(here) + (entry & 3) - 1)
            row = np.uint64(entry >> 34)
        steps += chunk


def grown(tape: Tape, position: int, cells: int) -> tuple[Tape, int]:
    """A tape of at most `cells` cells, three times as long, blank at both new ends.

    Returns it with the position; the same tape when it may not grow.
    """
    size = min(max(3 * tape.size, 4096), cells)
    if size <= tape.size:
        return tape, position
    before = (size - tape.size) // 2
    larger: Tape = np.zeros(size, dtype=tape.dtype)
    larger[before : before + tape.size] = tape
    return larger, position + before


def begin_tape(machine: Machine, configuration: Configuration) -> tuple[Tape, int]:
    """A tape with a configuration on it, and the position of its head."""
    cells = (*configuration.left[::-1], configuration.head, *configuration.right)
    kind = np.uint8 if len(machine.symbols) <= 256 else np.int32
    return np.array(cells, dtype=kind), len(configuration.left)


def run_plain(
    machine: Machine,
    configuration: Configuration | None = None,
    fuel: int = DEFAULT_FUEL,
    max_cells: int = DEFAULT_CELLS,
) -> Run:
    """Run a machine step by step in compiled code.

    Args:
        machine: the machine.
        configuration: where to begin; default: `start(machine)`.
        fuel: the greatest number of steps, of any size.
        max_cells: the greatest length of the tape.

    Returns:
        The run, as `theory.turing.machine.run` has it; STOPPED when the tape did not suffice.

    Raises:
        MachineError: the configuration has a state or symbol that the machine lacks.
    """
    begin = start(machine) if configuration is None else configuration
    check_configuration(machine, begin)
    width = len(machine.symbols)
    table = packed(machine)
    tape, position = begin_tape(machine, begin)
    origin = position
    base = begin.state * width
    steps = 0
    outcome = Outcome.STOPPED
    while True:
        chunk = min(fuel - steps, MAX_CHUNK)
        reason, taken, position, base = advance(table, tape, position, base, max(chunk, 0))
        steps += taken
        if reason == HALTED:
            outcome = Outcome.HALTED
            break
        if reason == SPENT and steps >= fuel:
            outcome = Outcome.OUT_OF_FUEL
            break
        if reason == NARROW:
            tape, moved = grown(tape, position, max_cells)
            if moved == position:
                break
            origin += moved - position
            position = moved
    return Run(outcome, steps, configuration_of(tape, position, base // width), position - origin)


def configuration_of(tape: Tape, position: int, state: int) -> Configuration:
    """The configuration with the head at a position of a tape."""
    used = np.flatnonzero(tape != BLANK)
    first, last = (int(used[0]), int(used[-1])) if used.size else (position, position)
    left = tape[first:position][::-1].tolist()
    right = tape[position + 1 : last + 1].tolist()
    return Configuration(state, int(tape[position]), tuple(left), tuple(right))
