"""The texts that Turing machines are written in.

    read_machine(text)       a machine from a text in any of the formats below
    load_machine(path)       the same from a file
    find_machine(source)     from a bbchallenge text, else from the file of that name
    write_bbchallenge, write_yaml      the text of a machine

Formats:

*bbchallenge* (bbchallenge.org), such as `1RB1LB_1LA1RZ`: rows of states A, B, C, ... separated by
`_`; in each row a transition for every symbol 0, 1, 2, ...: the symbol written, the move L or R,
the next state; `---` is no transition. A state beyond the rows, usually Z or H, is a halting one.
Beyond 26 states the letters go on AA, AB, ..., and beyond ten symbols the numbers have more digits.

*turingmachine.io* YAML and *JFLAP* `.jff`: see `theory.turing.yaml_text` and `theory.turing.jflap`.

Whatever is wrong with a text is a `MachineError` that names the place as `where:line:column`.
"""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

from theory.kernel.errors import MachineError
from theory.turing.jflap import read_jflap
from theory.turing.machine import Machine, Move, Transition
from theory.turing.yaml_text import read_yaml, write_yaml

__all__ = [
    "FORMATS",
    "find_machine",
    "load_machine",
    "read_bbchallenge",
    "read_jflap",
    "read_machine",
    "read_yaml",
    "write_bbchallenge",
    "write_yaml",
]

MAX_BYTES = 1_000_000
"""The greatest length of a machine's file, in bytes; longer ones are refused unread."""

ENTRY = re.compile(r"---|(?P<write>[0-9]{1,7})(?P<move>[LR])(?P<state>[A-Z]{1,5})")


def state_letters(number: int) -> str:
    """The name of a state in the bbchallenge text: A, B, ..., Z, AA, AB, ..."""
    letters = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def state_index(letters: str) -> int:
    """The number of the state with these letters, the inverse of `state_letters`."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def read_bbchallenge(text: str, where: str = "") -> Machine:
    """The machine of a bbchallenge text.

    Raises:
        MachineError: with the column (from 1) in the text without its surrounding white space.
    """
    line = text.strip()
    rows: list[list[re.Match[str]]] = [[]]
    place = 0
    while place < len(line):
        if line[place] == "_":
            rows.append([])
            place += 1
            continue
        found = ENTRY.match(line, place)
        if found is None:
            raise MachineError(
                "bad-transition",
                f"a transition such as 1RB or --- should be here, not {line[place : place + 3]!r}",
                located(where, place),
            )
        rows[-1].append(found)
        place = found.end()
    width = len(rows[0])
    for number, row in enumerate(rows):
        if not row:
            end = row_end(rows, number, len(line))
            raise MachineError(
                "empty-row",
                f"state {state_letters(number)} has no transitions",
                located(where, end),
            )
        if len(row) != width:
            raise MachineError(
                "table-shape",
                f"state {state_letters(number)} has {len(row)} transitions, state A {width}",
                located(where, row[0].start()),
            )
    return bbchallenge_machine(rows, where)


def row_end(rows: list[list[re.Match[str]]], number: int, length: int) -> int:
    """Where an empty row stands in the line."""
    before = [row for row in rows[:number] if row]
    return min(before[-1][-1].end() + 1, length) if before else 0


def bbchallenge_machine(rows: list[list[re.Match[str]]], where: str) -> Machine:
    """The machine of the rows of a bbchallenge text, all of which have the same length."""
    width = len(rows[0])
    names = [state_letters(number) for number in range(len(rows))]
    numbers = {name: number for number, name in enumerate(names)}
    table: list[tuple[Transition | None, ...]] = []
    for row in rows:
        entries: list[Transition | None] = []
        for found in row:
            if found["move"] is None:
                entries.append(None)
                continue
            write = int(found["write"])
            if write >= width:
                raise MachineError(
                    "unknown-symbol",
                    f"symbol {write} is written, but a row has only {width} transitions",
                    located(where, found.start()),
                )
            state = numbers.setdefault(found["state"], len(numbers))
            move = Move.LEFT if found["move"] == "L" else Move.RIGHT
            entries.append(Transition(write, move, state))
        table.append(tuple(entries))
    halting = list(numbers)[len(rows) :]
    table += [(None,) * width] * len(halting)
    symbols = tuple(map(str, range(width)))
    return Machine((*names, *halting), symbols, tuple(table))


def located(where: str, column: int) -> str:
    """A place in a text of one line."""
    return f"{where or 'machine'}:1:{column + 1}"


def write_bbchallenge(machine: Machine) -> str:
    """The bbchallenge text of a machine: its names are replaced, its input is left out.

    The start state comes first; the states with transitions follow in their order. A halting
    state keeps a name such as Z where the format allows it.

    Raises:
        MachineError: a transition does not move (`stay`), which the format cannot say.
    """
    order = [machine.start]
    order += [number for number in range(len(machine.states)) if number != machine.start]
    while len(order) > 1 and not any(machine.table[order[-1]]):
        order.pop()
    listed = set(order)
    letters = {number: state_letters(place) for place, number in enumerate(order)}
    taken = set(letters.values())
    halting = [number for number in range(len(machine.states)) if number not in listed]
    for number in halting:
        name = machine.states[number]
        if re.fullmatch("[A-Z]{1,5}", name) and name not in taken:
            letters[number] = name
            taken.add(name)
    free = (name for place in count(25) if (name := state_letters(place)) not in taken)
    letters |= {number: next(free) for number in halting if number not in letters}
    rows = []
    for number in order:
        row = ""
        for symbol, entry in enumerate(machine.table[number]):
            if entry is None:
                row += "---"
                continue
            if entry.move is Move.STAY:
                raise MachineError(
                    "stay",
                    "the bbchallenge text has only moves L and R; write the machine as YAML",
                    f"state {machine.states[number]}, symbol {machine.symbols[symbol]}",
                )
            row += f"{entry.write}{'L' if entry.move is Move.LEFT else 'R'}{letters[entry.state]}"
        rows.append(row)
    return "_".join(rows)


FORMATS = {"bbchallenge": read_bbchallenge, "yaml": read_yaml, "jflap": read_jflap}
"""The readers by the name of their format."""


def format_of(text: str) -> str:
    """Which format a text is in, judged by its first characters."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return "jflap"
    one_line = "\n" not in start.strip()
    return "bbchallenge" if one_line and ":" not in start and "{" not in start else "yaml"


def read_machine(text: str, where: str = "", format: str | None = None) -> Machine:
    """The machine that a text describes.

    Args:
        text: the text.
        where: what errors call it, usually the name of its file.
        format: one of `FORMATS`; default: judged from the text.

    Raises:
        MachineError: the text is not a machine in that format.
    """
    if not text.strip():
        raise MachineError("empty", "there is no text of a machine here", where)
    name = format_of(text) if format is None else format
    if name not in FORMATS:
        raise MachineError(
            "unknown-format", f"there is no format {name}; known: {', '.join(FORMATS)}", where
        )
    return FORMATS[name](text.removeprefix("\ufeff"), where)


def load_machine(
    path: str | Path, format: str | None = None, max_bytes: int = MAX_BYTES
) -> Machine:
    """The machine in a file.

    Args:
        path: the file.
        format: one of `FORMATS`; default: judged from the text.
        max_bytes: longer files are refused.

    Raises:
        MachineError: the file cannot be read, is too long, is not UTF-8, or holds no machine.
    """
    where = str(path)
    try:
        with open(path, "rb") as file:
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MachineError("unreadable", f"the file cannot be read: {reason}", where) from None
    if len(data) > max_bytes:
        raise MachineError("too-long", f"the file is longer than {max_bytes} bytes", where)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MachineError(
            "not-text", f"byte {error.start} is not UTF-8; a machine's file is text", where
        ) from None
    return read_machine(text, where, format)


def find_machine(source: str) -> Machine:
    """The machine of a bbchallenge text, or of the file of that name.

    Raises:
        MachineError: it is neither, or the file is refused.
    """
    if looks_like_bbchallenge(source):
        return read_bbchallenge(source)
    try:
        return load_machine(source)
    except MachineError as error:
        if error.reason != "unreadable":
            raise
        remedy = f"{error.message}; give a file, or a text such as 1RB1LB_1LA1RZ"
        raise MachineError(error.reason, remedy, error.where[:200]) from None


def looks_like_bbchallenge(source: str) -> bool:
    """Whether a text begins as a bbchallenge text does and holds only its characters."""
    return re.fullmatch(r"\s*(?:---|[0-9]+[A-Z])[-_0-9A-Z\s]*", source) is not None
