"""A run step by step, as text for a terminal.

    follow(machine, configuration, fuel)    the frames, one a step

A frame has three lines: the step, the state and the head's cell; a window of the tape; and a mark
under the head. The window stays where it is until the head comes near its edge.
"""

from __future__ import annotations

from collections.abc import Iterator

from theory.turing.machine import (
    BLANK,
    Configuration,
    Machine,
    check_configuration,
    start,
    step,
)

DEFAULT_WIDTH = 60
MARGIN = 4


def follow(
    machine: Machine,
    configuration: Configuration | None = None,
    fuel: int = 1000,
    width: int = DEFAULT_WIDTH,
) -> Iterator[str]:
    """The frames of a run: one before each step, and a last one that says how it ended.

    Args:
        machine: the machine.
        configuration: where to begin; default: `start(machine)`.
        fuel: the greatest number of steps.
        width: the columns that a line of the tape may take.
    """
    current = start(machine) if configuration is None else configuration
    check_configuration(machine, current)
    cell = max(map(len, machine.symbols))
    pitch = cell + (cell > 1)
    shown = max(1, width // pitch)
    margin = min(MARGIN, (shown - 1) // 2)
    position, first = 0, -(shown // 2)
    for taken in range(fuel + 1):
        if position < first + margin:
            first = position - margin
        elif position > first + shown - 1 - margin:
            first = position - shown + 1 + margin
        entry = machine.table[current.state][current.head]
        note = "   halted" if entry is None else "   out of fuel" if taken == fuel else ""
        window = range(first, first + shown)
        names = (machine.symbols[symbol_at(current, place - position)] for place in window)
        tape = "".join(name.rjust(cell).ljust(pitch) for name in names).rstrip("\n")
        state = machine.states[current.state]
        head = f"step {taken:,}   state {state}   cell {position}{note}"
        yield f"{head}\n{tape}\n{' ' * (pitch * (position - first) + cell - 1)}^"
        following = step(machine, current)
        if following is None or entry is None:
            return
        position += entry.move
        current = following


def symbol_at(configuration: Configuration, offset: int) -> int:
    """The symbol at a distance to the right of the head (left is negative)."""
    if offset == 0:
        return configuration.head
    half, place = (
        (configuration.right, offset - 1) if offset > 0 else (configuration.left, -offset - 1)
    )
    return half[place] if place < len(half) else BLANK
