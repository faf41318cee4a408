"""Turing machines in the YAML of turingmachine.io.

    input: '0110'
    blank: ' '
    start state: flip
    table:
      flip:
        0: {write: 1, R}
        1: {write: 0, R}
        ' ': {L: back}
      back:
        [0, 1]: L
        ' ': {R: done}
      done:

For each state the table maps symbols (one character each, or a list of them) to an instruction: a
move `L`, `R` or `N` (stay) alone, or a mapping of the move to the next state, with the symbol to
`write` when it changes. Without a next state the machine stays in its state. `synonyms` names
instructions. The machine halts where there is no instruction. Documents as the site exports them,
with the machine under `source code` and a layout, are read too.

    read_yaml(text), write_yaml(machine)
"""

from __future__ import annotations

from theory.kernel.errors import MachineError
from theory.turing.machine import Machine, Move, Transition
from theory.turing.yaml_subset import (
    Items,
    Literal,
    Mapping,
    Node,
    Reader,
    Scalar,
    quoted,
    read_mapping,
)

MAX_CELLS = 1_000_000
"""The greatest number of entries (states x symbols) of a machine that is read."""

MOVES = {"L": Move.LEFT, "R": Move.RIGHT, "N": Move.STAY}
KNOWN_KEYS = {"input", "blank", "start state", "table", "synonyms", "name", "positions"}
KNOWN_KEYS |= {"source code", "editor contents"}

Instruction = tuple[str | None, Move, str | None]
"""The symbol to write, the move, the next state; None is: as it is."""


def read_yaml(text: str, where: str = "") -> Machine:
    """The machine of a turingmachine.io text.

    Raises:
        MachineError: it is not one, or uses YAML beyond `theory.turing.yaml_subset`; with line and
        column.
    """
    plain = text.replace("\r\n", "\n")
    reader = Reader(plain, where or "machine")
    entries = keyed(reader, read_mapping(reader), "key")
    if "source code" in entries and "table" not in entries:
        source = entries["source code"][1]
        if not isinstance(source, Literal):
            raise reader.refuse(
                "source-code",
                "the source code should stand after |",
                place_of(entries["source code"]),
            )
        reader = Reader(plain, where or "machine", source.place, source.end)
        entries = keyed(reader, read_mapping(reader), "key")
    for name, entry in entries.items():
        if name not in KNOWN_KEYS:
            known = "input, blank, start state, synonyms, table"
            raise reader.refuse(
                "unknown-key", f"there is no {name!r} here; known: {known}", place_of(entry)
            )
    return yaml_machine(reader, entries)


Entries = dict[str, tuple[Scalar, Node]]


def place_of(entry: tuple[Scalar, Node]) -> int:
    """Where an entry's key stands."""
    return entry[0].place


def keyed(reader: Reader, mapping: Mapping, what: str) -> Entries:
    """The entries of a mapping by the text of their keys, which must be different scalars."""
    entries: Entries = {}
    for key, value in mapping.items:
        if not isinstance(key, Scalar):
            raise reader.refuse("bad-key", f"a {what} is no list", key.place)
        unambiguous(reader, key)
        if key.text in entries:
            raise reader.refuse(
                "duplicate", f"the {what} {key.text!r} stands here twice", key.place
            )
        entries[key.text] = (key, value)
    return entries


def required(reader: Reader, entries: Entries, name: str) -> tuple[Scalar, Node]:
    """An entry that must be there."""
    if name not in entries:
        raise MachineError("missing-key", f"there is no {name!r}", reader.where)
    return entries[name]


def unambiguous(reader: Reader, scalar: Scalar) -> Scalar:
    """The scalar, unless YAML would not take it as the text that it looks like."""
    if scalar.ambiguous:
        raise reader.refuse(
            "ambiguous",
            f"YAML may read {scalar.text} as another number or as nothing; quote it",
            scalar.place,
        )
    return scalar


def scalar_of(reader: Reader, entry: tuple[Scalar, Node]) -> Scalar:
    """The value of an entry, which must be a single text."""
    key, value = entry
    if not isinstance(value, Scalar):
        raise reader.refuse("bad-value", f"{key.text!r} should be a single text", key.place)
    return unambiguous(reader, value)


def character(reader: Reader, scalar: Scalar) -> str:
    """A symbol, which is one character."""
    if len(unambiguous(reader, scalar).text) != 1:
        raise reader.refuse(
            "symbol-length", f"a symbol is one character, not {scalar.text!r}", scalar.place
        )
    return scalar.text


def yaml_machine(reader: Reader, entries: Entries) -> Machine:
    """The machine of the entries of a document."""
    blank = character(reader, scalar_of(reader, required(reader, entries, "blank")))
    begin = scalar_of(reader, required(reader, entries, "start state"))
    table_key, table_node = required(reader, entries, "table")
    if not isinstance(table_node, Mapping):
        raise reader.refuse(
            "no-table", "the table should map states to instructions", table_key.place
        )
    rows = keyed(reader, table_node, "state")
    states = {name: number for number, name in enumerate(rows)}
    if begin.text not in states:
        raise reader.refuse("unknown-state", f"the table has no state {begin.text!r}", begin.place)
    synonyms = read_synonyms(reader, entries.get("synonyms"), states)
    symbols = {blank: 0}
    found: dict[tuple[int, int], Transition] = {}
    for name, (key, row) in rows.items():
        if row is None:
            continue
        if not isinstance(row, Mapping):
            raise reader.refuse(
                "bad-state", f"state {name!r} should map symbols to instructions", key.place
            )
        for read, instruction_node in row.items:
            write, move, state = instruction(reader, instruction_node, read.place, states, synonyms)
            for scalar in read.items if isinstance(read, Items) else (read,):
                symbol = symbols.setdefault(character(reader, scalar), len(symbols))
                written = symbol if write is None else symbols.setdefault(write, len(symbols))
                target = states[name if state is None else state]
                if (states[name], symbol) in found:
                    raise reader.refuse(
                        "duplicate",
                        f"state {name!r} has two instructions for {scalar.text!r}",
                        scalar.place,
                    )
                found[states[name], symbol] = Transition(written, move, target)
    tape = (
        ""
        if entries.get("input", (None, None))[1] is None
        else scalar_of(reader, entries["input"]).text
    )
    cells = tuple(symbols.setdefault(symbol, len(symbols)) for symbol in tape)
    if len(states) * len(symbols) > MAX_CELLS:
        raise MachineError(
            "too-large", f"the table has more than {MAX_CELLS} entries", reader.where
        )
    table = tuple(
        tuple(found.get((state, symbol)) for symbol in range(len(symbols)))
        for state in range(len(states))
    )
    return Machine(tuple(states), tuple(symbols), table, states[begin.text], cells)


def read_synonyms(
    reader: Reader, entry: tuple[Scalar, Node] | None, states: dict[str, int]
) -> dict[str, Instruction]:
    """The named instructions; none is defined by another."""
    if entry is None or entry[1] is None:
        return {}
    key, node = entry
    if not isinstance(node, Mapping):
        raise reader.refuse("bad-value", "synonyms should map names to instructions", key.place)
    return {
        name: instruction(reader, value, name_key.place, states, {})
        for name, (name_key, value) in keyed(reader, node, "synonym").items()
    }


def instruction(
    reader: Reader,
    node: Node,
    place: int,
    states: dict[str, int],
    synonyms: dict[str, Instruction],
) -> Instruction:
    """What an instruction says."""
    if isinstance(node, Scalar):
        if node.text in MOVES:
            return None, MOVES[node.text], None
        if node.text in synonyms:
            return synonyms[node.text]
        raise reader.refuse(
            "bad-instruction",
            f"{node.text!r} is neither a move (L, R, N) nor a synonym",
            node.place,
        )
    if not isinstance(node, Mapping):
        raise reader.refuse(
            "bad-instruction", "an instruction such as R or {write: 1, L: A} is missing", place
        )
    parts = keyed(reader, node, "part")
    for name, part in parts.items():
        if name != "write" and name not in MOVES:
            raise reader.refuse(
                "bad-instruction", f"{name!r} is none of write, L, R, N", place_of(part)
            )
    moves = [name for name in parts if name in MOVES]
    if len(moves) != 1:
        raise reader.refuse(
            "bad-instruction", "an instruction has exactly one move: L, R or N", node.place
        )
    write = character(reader, scalar_of(reader, parts["write"])) if "write" in parts else None
    target = parts[moves[0]]
    if target[1] is None:
        return write, MOVES[moves[0]], None
    state = scalar_of(reader, target)
    if state.text not in states:
        raise reader.refuse("unknown-state", f"the table has no state {state.text!r}", state.place)
    return write, MOVES[moves[0]], state.text


def write_yaml(machine: Machine) -> str:
    """The turingmachine.io text of a machine.

    Raises:
        MachineError: a symbol's name is longer than one character, which the format cannot say.
    """
    for name in machine.symbols:
        if len(name) != 1:
            raise MachineError(
                "symbol-length",
                "the format needs symbols of one character; rename it",
                f"symbol {name}",
            )
    lines = [f"input: {quoted(''.join(machine.symbols[cell] for cell in machine.input))}"]
    lines.append(f"blank: {quoted(machine.symbols[0])}")
    lines.append(f"start state: {quoted(machine.states[machine.start])}")
    lines.append("table:")
    moves = {move: letter for letter, move in MOVES.items()}
    for state, row in zip(machine.states, machine.table, strict=True):
        lines.append(f"  {quoted(state)}:")
        for symbol, entry in zip(machine.symbols, row, strict=True):
            if entry is not None:
                written = quoted(machine.symbols[entry.write])
                target = quoted(machine.states[entry.state])
                lines.append(
                    f"    {quoted(symbol)}: {{write: {written}, {moves[entry.move]}: {target}}}"
                )
    return "\n".join(lines) + "\n"
