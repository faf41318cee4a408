"""Turing machines from JFLAP's `.jff` files.

JFLAP (jflap.org) stores an automaton as XML: a list of states (newer versions call them blocks), of
which one is initial and some final, and a list of transitions with `from`, `to`, `read`, `write`
and `move` (L, R or S). An empty `read` or `write` is the blank. As in JFLAP, the machine stops in a
final state, and also where there is no transition.

    read_jflap(text)    the machine of such a file

Only machines with one tape that are deterministic and made of plain states are read. Building
blocks, more tapes and the shortcuts for several symbols (`!a`, `~`, `a,b}w`) are refused, each with
its line. The XML reader knows no document types and so expands no entities.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from xml.parsers import expat

from theory.kernel.errors import MachineError
from theory.turing.machine import Machine, Move, Transition

MAX_DEPTH = 32
"""How deeply elements may be nested."""

MAX_CELLS = 1_000_000
"""The greatest number of entries (states x symbols) of a machine that is read."""

MOVES = {"L": Move.LEFT, "R": Move.RIGHT, "S": Move.STAY}
BLANK_NAMES = ("", "\u25a1")
BLANK_NAME = "\u25a1"


@dataclass(slots=True)
class Element:
    """An XML element: its name, attributes, line, text and children."""

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, name: str) -> list[Element]:
        """The children with that name."""
        return [child for child in self.children if child.name == name]


def read_jflap(text: str, where: str = "") -> Machine:
    """The machine of a JFLAP file.

    Raises:
        MachineError: it is not XML, not a Turing machine, or outside what is read; with its line.
    """
    name = where or "machine"
    root = read_xml(text, name)
    if root.name != "structure":
        raise MachineError(
            "not-jflap", f"a JFLAP file begins with <structure>, not <{root.name}>", f"{name}:1"
        )
    kinds = [kind.text.strip() for kind in root.all("type")]
    if kinds != ["turing"]:
        raise MachineError(
            "not-turing",
            f"the file's type should be turing, not {' and '.join(kinds) or 'absent'}",
            f"{name}:{root.line}",
        )
    for tapes in root.all("tapes"):
        if tapes.text.strip() != "1":
            raise MachineError(
                "tapes", "only machines with one tape are read", f"{name}:{tapes.line}"
            )
    bodies = root.all("automaton")
    if len(bodies) > 1:
        raise MachineError("not-jflap", "there are two automata", f"{name}:{bodies[1].line}")
    return jflap_machine(bodies[0] if bodies else root, name)


def read_xml(text: str, name: str) -> Element:
    """The root of an XML text without document type."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    top = Element("", {}, 0)
    path = [top]

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if len(path) > MAX_DEPTH:
            raise MachineError(
                "too-deep",
                "the elements are nested too deeply",
                f"{name}:{parser.CurrentLineNumber}",
            )
        element = Element(tag, attributes, parser.CurrentLineNumber)
        path[-1].children.append(element)
        path.append(element)

    def end(_tag: str) -> None:
        path.pop()

    def data(part: str) -> None:
        path[-1].text += part

    def doctype(*_: object) -> None:
        raise MachineError(
            "doctype",
            "document types and entities are not read; remove the <!DOCTYPE ...>",
            f"{name}:{parser.CurrentLineNumber}",
        )

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        raise MachineError(
            "not-xml",
            f"the XML is broken: {expat.ErrorString(error.code)}",
            f"{name}:{error.lineno}:{error.offset + 1}",
        ) from None
    return top.children[0]


def jflap_machine(body: Element, name: str) -> Machine:
    """The machine of the element that holds the states and transitions."""
    states, start, final = read_states(body, name)
    symbols = {BLANK_NAME: 0}
    found: dict[tuple[int, int], Transition] = {}
    for element in body.all("transition"):
        place = f"{name}:{element.line}"
        source, target = (
            states.get(child_text(element, end, name).strip()) for end in ("from", "to")
        )
        if source is None or target is None:
            raise MachineError(
                "unknown-state", "a transition joins states that do not exist", place
            )
        if source in final:
            raise MachineError(
                "final-state",
                "a transition leaves a final state, where the machine has stopped already",
                place,
            )
        read, write = (
            symbols.setdefault(symbol_name(element, side, name), len(symbols))
            for side in ("read", "write")
        )
        move = MOVES.get(child_text(element, "move", name).strip())
        if move is None:
            raise MachineError("bad-move", "a move is L, R or S", place)
        entry = Transition(write, move, target)
        if found.setdefault((source, read), entry) != entry:
            raise MachineError(
                "nondeterministic", "there are two transitions for this state and symbol", place
            )
    if len(states) * len(symbols) > MAX_CELLS:
        raise MachineError("too-large", f"the table has more than {MAX_CELLS} entries", name)
    names = state_names(body, states, name)
    table = tuple(
        tuple(found.get((state, symbol)) for symbol in range(len(symbols)))
        for state in range(len(states))
    )
    return Machine(names, tuple(symbols), table, start)


def state_elements(body: Element) -> list[Element]:
    """The states: called `state` in old files, `block` in new ones."""
    return [child for child in body.children if child.name in ("state", "block")]


def read_states(body: Element, name: str) -> tuple[dict[str, int], int, set[int]]:
    """The numbers of the states by their id, the start state, and the final states."""
    numbers: dict[str, int] = {}
    starts: list[int] = []
    final: set[int] = set()
    blocks = {child.name for child in body.children if child.children}
    for element in state_elements(body):
        place = f"{name}:{element.line}"
        key = element.attributes.get("id")
        if key is None or key in numbers:
            raise MachineError("bad-state", "a state needs an id of its own", place)
        if any(tag.text.strip() in blocks for tag in element.all("tag")):
            raise MachineError(
                "building-block", "building blocks are not read; put their states in", place
            )
        if element.all("initial"):
            starts.append(len(numbers))
        if element.all("final"):
            final.add(len(numbers))
        numbers[key] = len(numbers)
    if len(starts) != 1:
        raise MachineError(
            "start-state", f"exactly one state is initial, not {len(starts)}", f"{name}:{body.line}"
        )
    return numbers, starts[0], final


def state_names(body: Element, states: dict[str, int], name: str) -> tuple[str, ...]:
    """The names of the states; one that is missing or not unique is completed by the id."""
    given = [element.attributes.get("name", "") for element in state_elements(body)]
    uses = Counter(given)
    names = tuple(
        text if text and uses[text] == 1 else f"{text or 'q'}#{key}"
        for text, key in zip(given, states, strict=True)
    )
    if len(set(names)) != len(names):
        raise MachineError(
            "duplicate-state", "two states have the same name", f"{name}:{body.line}"
        )
    return names


def child_text(element: Element, child: str, name: str) -> str:
    """The text of the only child with that name, which must be for the first tape."""
    found = element.all(child)
    if len(found) != 1 or found[0].attributes.get("tape", "1") != "1":
        raise MachineError(
            "bad-transition",
            f"a transition needs exactly one <{child}> (and one tape)",
            f"{name}:{element.line}",
        )
    return found[0].text


def symbol_name(element: Element, side: str, name: str) -> str:
    """The symbol that a transition reads or writes."""
    text = child_text(element, side, name).strip()
    if text in BLANK_NAMES:
        return BLANK_NAME
    if len(text) > 1 or text in "~!":
        raise MachineError(
            "symbol-list",
            f"<{side}> holds {text[:20]!r}, not one symbol; write a transition for each symbol",
            f"{name}:{element.line}",
        )
    return text
