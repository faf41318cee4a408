"""Turing machines: what they are and what one step does.

A machine has one tape, infinite both ways, and a table that says for each state and symbol what to
write, where to move and which state comes next. States and symbols are numbered; their names are
kept for people. Symbol 0 is the blank.

    Machine          the table, the names, the start state, and an input when its file had one
    Configuration    state, symbol under the head, and the two half tapes modulo trailing blanks
    start            the configuration in which a machine begins on a given tape
    step             the next configuration, or None when there is none
    run              step, repeated until the machine halts or the fuel is used up

*Halting and counting.* A configuration is halted when the table has no entry for its state and
symbol. The number of steps is the number of table entries executed. So the transition `1RZ` writes,
moves, enters the state Z, which has no entries, and counts as a step, as in the literature on busy
beavers (Rado 1962); while `---` is no entry at all: a machine that reaches it has halted already,
writes nothing, and no step is counted. (Tables that read `---` as `1RZ` give one step more, and
perhaps one non-blank cell more.)

The readers and writers of text are in `theory.turing.texts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum

from theory.kernel.errors import MachineError

BLANK = 0
"""The number of the blank symbol in every machine."""

DEFAULT_FUEL = 1_000_000
"""How many steps `run` takes at most when nothing is said."""


class Move(IntEnum):
    """Where the head goes, as the difference of its position."""

    LEFT = -1
    STAY = 0
    RIGHT = 1


@dataclass(frozen=True, slots=True)
class Transition:
    """One entry of the table: write a symbol, move the head, enter a state."""

    write: int
    move: Move
    state: int


@dataclass(frozen=True, slots=True)
class Machine:
    """A deterministic Turing machine with one tape.

    Attributes:
        states: the names of the states; a state without any entry is a halting state.
        symbols: the names of the symbols; `symbols[0]` is the blank.
        table: `table[state][symbol]` is the transition, or None where the machine halts.
        start: the number of the start state.
        input: the symbols that stand on the tape when no other tape is given, the first of them
            under the head.

    Raises:
        MachineError: the table is not states x symbols, or mentions a number outside.
    """

    states: tuple[str, ...]
    symbols: tuple[str, ...]
    table: tuple[tuple[Transition | None, ...], ...]
    start: int = 0
    input: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for kind, names in (("state", self.states), ("symbol", self.symbols)):
            if not names:
                raise MachineError(f"no-{kind}s", f"a machine needs at least one {kind}")
            if len(set(names)) != len(names):
                raise MachineError(f"duplicate-{kind}", f"two {kind}s have the same name")
        if not 0 <= self.start < len(self.states):
            raise MachineError("unknown-state", f"there is no start state number {self.start}")
        if len(self.table) != len(self.states):
            raise MachineError("table-shape", "the table needs one row for each state")
        for state, row in zip(self.states, self.table, strict=True):
            if len(row) != len(self.symbols):
                raise MachineError(
                    "table-shape", f"the row of state {state} needs a column a symbol"
                )
            for symbol, entry in zip(self.symbols, row, strict=True):
                where = f"state {state}, symbol {symbol}"
                if entry is None:
                    continue
                if not 0 <= entry.state < len(self.states):
                    raise MachineError("unknown-state", f"there is no state {entry.state}", where)
                if not 0 <= entry.write < len(self.symbols):
                    raise MachineError("unknown-symbol", f"there is no symbol {entry.write}", where)
        if not all(0 <= symbol < len(self.symbols) for symbol in self.input):
            raise MachineError("unknown-symbol", "the input has a symbol that the machine lacks")


def trimmed(cells: tuple[int, ...]) -> tuple[int, ...]:
    """A half tape, nearest cell first, without the blanks at its far end."""
    length = len(cells)
    while length and cells[length - 1] == BLANK:
        length -= 1
    return cells[:length]


@dataclass(frozen=True, slots=True)
class Configuration:
    """A machine's state, the symbol under its head, and the half tapes to both sides.

    The cell next to the head comes first in both half tapes. Blanks at the far ends are taken
    away, so two configurations are equal exactly when no machine can tell them apart. The
    position of the head on the tape is no part of it.
    """

    state: int
    head: int = BLANK
    left: tuple[int, ...] = ()
    right: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "left", trimmed(self.left))
        object.__setattr__(self, "right", trimmed(self.right))


class Outcome(Enum):
    """Why a run ended. Theory's own `run` knows the first two."""

    HALTED = "halted"
    OUT_OF_FUEL = "out of fuel"
    STOPPED = "stopped at another limit"
    NEVER_HALTS = "never halts"


@dataclass(frozen=True, slots=True)
class Run:
    """How far a run came.

    Attributes:
        outcome: why it ended.
        steps: the number of steps taken.
        configuration: the last configuration.
        position: how far the head now stands to the right of where it began (left is negative).
    """

    outcome: Outcome
    steps: int
    configuration: Configuration
    position: int

    @property
    def halted(self) -> bool:
        """Whether the machine halted."""
        return self.outcome is Outcome.HALTED


def state_number(machine: Machine, state: int | str) -> int:
    """The number of a state given by its number or its name."""
    if isinstance(state, str):
        if state in machine.states:
            return machine.states.index(state)
    elif 0 <= state < len(machine.states):
        return state
    known = ", ".join(machine.states[:12]) + (", ..." if len(machine.states) > 12 else "")
    raise MachineError("unknown-state", f"there is no state {state}; the machine has {known}")


def tape_symbols(machine: Machine, tape: str | Sequence[int]) -> tuple[int, ...]:
    """The numbers of the symbols of a tape, from left to right.

    A text is read one character a symbol; when the machine has symbols with longer names, the
    names stand apart, separated by spaces.
    """
    if not isinstance(tape, str):
        cells = tuple(tape)
        for place, cell in enumerate(cells):
            if not 0 <= cell < len(machine.symbols):
                raise MachineError(
                    "unknown-symbol", f"there is no symbol {cell}", f"tape, cell {place + 1}"
                )
        return cells
    numbers = {name: number for number, name in enumerate(machine.symbols)}
    long_names = any(len(name) != 1 for name in machine.symbols)
    names: Sequence[str] = tape.split() if long_names else tape
    for place, name in enumerate(names):
        if name not in numbers:
            known = " ".join(map(repr, machine.symbols[:12]))
            raise MachineError(
                "unknown-symbol",
                f"the machine has no symbol {name!r}; it has {known}",
                f"tape, cell {place + 1}",
            )
    return tuple(numbers[name] for name in names)


def start(
    machine: Machine,
    tape: str | Sequence[int] | None = None,
    state: int | str | None = None,
    head: int = 0,
) -> Configuration:
    """The configuration in which a machine begins.

    Args:
        machine: the machine.
        tape: the tape from left to right, blank beyond; default: the machine's own input.
        state: the state to begin in; default: the machine's start state.
        head: the cell of `tape` under the head; it may lie outside.

    Raises:
        MachineError: the state or a symbol is unknown to the machine.
    """
    cells = machine.input if tape is None else tape_symbols(machine, tape)
    number = machine.start if state is None else state_number(machine, state)
    if not -1_000_000 <= head <= len(cells) + 1_000_000:
        raise MachineError("head", "the head stands more than a million cells beside the tape")
    left = (BLANK,) * max(0, head - len(cells)) + cells[: max(0, head)][::-1]
    right = (BLANK,) * max(0, -head - 1) + cells[max(0, head + 1) :]
    under = cells[head] if 0 <= head < len(cells) else BLANK
    return Configuration(number, under, left, right)


def check_configuration(machine: Machine, configuration: Configuration) -> None:
    """Raise MachineError unless the machine has this state and all these symbols."""
    state_number(machine, configuration.state)
    tape_symbols(machine, (configuration.head,))
    tape_symbols(machine, configuration.left)
    tape_symbols(machine, configuration.right)


def step(machine: Machine, configuration: Configuration) -> Configuration | None:
    """The next configuration, or None when this one is halted."""
    entry = machine.table[configuration.state][configuration.head]
    if entry is None:
        return None
    left, right = configuration.left, configuration.right
    if entry.move is Move.STAY:
        return Configuration(entry.state, entry.write, left, right)
    if entry.move is Move.LEFT:
        head = left[0] if left else BLANK
        return Configuration(entry.state, head, left[1:], (entry.write, *right))
    head = right[0] if right else BLANK
    return Configuration(entry.state, head, (entry.write, *left), right[1:])


def run(
    machine: Machine, configuration: Configuration | None = None, fuel: int = DEFAULT_FUEL
) -> Run:
    """Repeat `step` until the machine halts or `fuel` steps are taken.

    It changes one tape in place, so a step costs the same however long the tape is; the
    configurations are those of `step`.

    Args:
        machine: the machine.
        configuration: where to begin; default: `start(machine)`.
        fuel: the greatest number of steps; running out of it is a result.

    Raises:
        MachineError: the configuration has a state or symbol that the machine lacks.
    """
    begin = start(machine) if configuration is None else configuration
    check_configuration(machine, begin)
    table, state, head = machine.table, begin.state, begin.head
    left, right = list(begin.left[::-1]), list(begin.right[::-1])
    steps = position = 0
    outcome = Outcome.OUT_OF_FUEL
    while True:
        entry = table[state][head]
        if entry is None:
            outcome = Outcome.HALTED
            break
        if steps >= fuel:
            break
        state, head = entry.state, entry.write
        if entry.move is Move.LEFT:
            right.append(head)
            head = left.pop() if left else BLANK
        elif entry.move is Move.RIGHT:
            left.append(head)
            head = right.pop() if right else BLANK
        position += entry.move
        steps += 1
    end = Configuration(state, head, tuple(left[::-1]), tuple(right[::-1]))
    return Run(outcome, steps, end, position)


def configurations(
    machine: Machine, configuration: Configuration | None = None, fuel: int = DEFAULT_FUEL
) -> Iterator[Configuration]:
    """The configurations of a run, the first one included: at most `fuel` + 1 of them."""
    current = start(machine) if configuration is None else configuration
    check_configuration(machine, current)
    yield current
    for _ in range(fuel):
        following = step(machine, current)
        if following is None:
            return
        yield following
        current = following


def ones(configuration: Configuration) -> int:
    """The number of cells that are not blank (the score of a busy beaver)."""
    cells = (configuration.head, *configuration.left, *configuration.right)
    return len(cells) - cells.count(BLANK)


def tape_text(machine: Machine, configuration: Configuration, reach: int | None = None) -> str:
    """The tape from its first to its last cell that is not blank, the head's cell in brackets.

    With `reach`, at most that many cells to each side of the head, and `...` for the rest.
    """
    left, right = configuration.left[:reach], configuration.right[:reach]
    words = [machine.symbols[cell] for cell in reversed(left)]
    words.append(f"[{machine.symbols[configuration.head]}]")
    words += [machine.symbols[cell] for cell in right]
    if len(left) < len(configuration.left):
        words.insert(0, "...")
    if len(right) < len(configuration.right):
        words.append("...")
    return (" " if any(len(name) != 1 for name in machine.symbols) else "").join(words)
