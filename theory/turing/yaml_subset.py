"""A reader for the part of YAML that Turing machines are written in.

Read are: nested block mappings, flow mappings `{write: 0, L: done}` and flow lists `[0, 1]`, also
as keys, plain and quoted scalars, comments, and literal texts after `|`. Everything else of YAML
(anchors, tags, block lists, several documents) is refused with its place. Scalars stay text.

    read_mapping(text, where)    the nodes of a text
    Scalar, Items, Mapping, Literal     the nodes
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from theory.kernel.errors import MachineError

MAX_DEPTH = 8
"""How deeply mappings and lists may be nested."""

PLAIN_NUMBER = re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|[-+]?0[xob].*")
CANONICAL = re.compile(r"-?(?:0|[1-9][0-9]*)")
NULLS = ("~", "null", "Null", "NULL")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "/": "/", '"': '"'}
ESCAPES |= {"\\": "\\", " ": " "}
HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, the place where it stands, and whether YAML may take it for something else."""

    text: str
    place: int
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A flow list of scalars."""

    items: tuple[Scalar, ...]
    place: int


@dataclass(frozen=True, slots=True)
class Literal:
    """The text after `|`, as a range of the whole text."""

    place: int
    end: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in their order; a value that is left out is None."""

    items: tuple[tuple[Scalar | Items, Node], ...]
    place: int


Node = Scalar | Items | Mapping | Literal | None


class Reader:
    """A position in a text, and the grammar's productions as methods."""

    def __init__(self, text: str, where: str, position: int = 0, end: int | None = None) -> None:
        self.text = text if end is None else text[:end]
        self.where = where
        self.position = position
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def located(self, place: int) -> str:
        """`where:line:column`, both counted from 1."""
        line = bisect_right(self.starts, place)
        return f"{self.where}:{line}:{place - self.starts[line - 1] + 1}"

    def refuse(self, reason: str, message: str, place: int | None = None) -> MachineError:
        """The error for what stands at a place (default: here)."""
        return MachineError(
            reason, message, self.located(self.position if place is None else place)
        )

    def column(self) -> int:
        """How far the line is indented before the position."""
        start = self.starts[bisect_right(self.starts, self.position) - 1]
        if (
            "\t" in self.text[start : self.position]
            and not self.text[start : self.position].strip()
        ):
            raise self.refuse("tab", "indent with spaces; YAML allows no tabs there")
        return self.position - start

    def peek(self) -> str:
        """The character at the position, empty at the end."""
        return self.text[self.position : self.position + 1]

    def skip(self, pattern: str) -> None:
        """Go behind what matches here."""
        found = re.compile(pattern).match(self.text, self.position)
        if found:
            self.position = found.end()

    def skip_blank(self) -> None:
        """Go to the next token, across lines and comments."""
        self.skip(r"(?:[ \t\n]+|(?:(?<=[ \t\n])|\A)#[^\n]*)*")

    def at_line_end(self) -> bool:
        """Whether only spaces or a comment follow on this line."""
        self.skip(r"[ \t]*(?:(?<=[ \t\n])#[^\n]*)?")
        return self.peek() in ("", "\n")

    def block(self, indent: int, depth: int = 0) -> Mapping:
        """A block mapping whose keys stand in the column `indent`."""
        if depth > MAX_DEPTH:
            raise self.refuse("too-deep", "the mappings are nested too deeply")
        place = self.position
        items: list[tuple[Scalar | Items, Node]] = []
        while True:
            self.skip_blank()
            if not self.peek() or (column := self.column()) < indent:
                return Mapping(tuple(items), place)
            if column > indent:
                raise self.refuse("indentation", "this line is indented more than its neighbours")
            key = self.key(flow=False)
            if self.peek() != ":":
                raise self.refuse("no-colon", "a colon should stand after the key")
            self.position += 1
            items.append((key, self.block_value(indent, depth)))

    def block_value(self, indent: int, depth: int) -> Node:
        """What stands after the colon of a block mapping."""
        if self.at_line_end():
            before = self.position
            self.skip_blank()
            if self.peek() and self.column() > indent:
                return self.block(self.column(), depth + 1)
            self.position = before
            return None
        value: Node
        if self.peek() in ("|", ">"):
            return self.literal(indent)
        if self.peek() == "{":
            value = self.flow_mapping(depth + 1)
        else:
            value = self.key(flow=False, value=True)
        if not self.at_line_end():
            raise self.refuse("rest", "nothing but a comment should follow on this line")
        return value

    def literal(self, indent: int) -> Literal:
        """The indented lines after `|`."""
        self.skip(r"[|][-+]?")
        if not self.at_line_end():
            raise self.refuse(
                "literal", "only | with - or + is read here; quote a text in one line"
            )
        begin = self.position
        while self.peek():
            line = re.compile(r"\n( *)([^\n]*)").match(self.text, self.position)
            if line is None or (line[2].strip() and len(line[1]) <= indent):
                break
            self.position = line.end()
        return Literal(begin, self.position)

    def key(self, flow: bool, value: bool = False) -> Scalar | Items:
        """A scalar or a flow list."""
        if self.peek() != "[":
            return self.scalar(flow, value)
        place = self.position
        self.position += 1
        items: list[Scalar] = []
        while True:
            self.skip_blank()
            if self.peek() == "]":
                self.position += 1
                if not value:
                    self.skip(" *")
                return Items(tuple(items), place)
            items.append(self.scalar(flow=True))
            self.separator("]")

    def separator(self, closing: str) -> None:
        """A comma, or the bracket that closes (which is left)."""
        self.skip_blank()
        if self.peek() == ",":
            self.position += 1
        elif self.peek() != closing:
            raise self.refuse("flow", f"a comma or {closing} should stand here")

    def flow_mapping(self, depth: int) -> Mapping:
        """A mapping in braces; a key may stand without a value."""
        if depth > MAX_DEPTH:
            raise self.refuse("too-deep", "the mappings are nested too deeply")
        place = self.position
        self.position += 1
        items: list[tuple[Scalar | Items, Node]] = []
        while True:
            self.skip_blank()
            if self.peek() == "}":
                self.position += 1
                return Mapping(tuple(items), place)
            key = self.key(flow=True)
            self.skip_blank()
            entry: Node = None
            if self.peek() == ":":
                self.position += 1
                self.skip_blank()
                if self.peek() == "{":
                    entry = self.flow_mapping(depth + 1)
                elif self.peek() not in (",", "}"):
                    entry = self.scalar(flow=True)
            items.append((key, entry))
            self.separator("}")

    def scalar(self, flow: bool, value: bool = False) -> Scalar:
        """A scalar; a plain one ends before `: ` and ` #`, in flow also at `,[]{}`."""
        place = self.position
        if self.peek() in ("'", '"'):
            text = self.single_quoted() if self.peek() == "'" else self.double_quoted()
            if not value:
                self.skip("[ \t]*")
            return Scalar(text, place)
        stop = r"[,\[\]{}]|:(?=[\s,\[\]{}]|\Z)" if flow else r":(?=\s|\Z)"
        found = re.compile(rf"(?:(?!{stop}|\s#|\n).)*").match(self.text, self.position)
        text = found[0].rstrip() if found else ""
        if not text:
            raise self.refuse("no-scalar", "a name, symbol or quoted text should stand here")
        if text[0] in ",[]{}#&*!|>'\"%@`" or re.match(r"[-?:](?:\s|\Z)", text):
            raise self.refuse("indicator", f"YAML gives {text[0]!r} a meaning here; quote it")
        number = PLAIN_NUMBER.fullmatch(text)
        ambiguous = text in NULLS or bool(number and not CANONICAL.fullmatch(text))
        self.position = place + (len(found[0]) if found else 0)
        return Scalar(text, place, ambiguous)

    def single_quoted(self) -> str:
        """A text in single quotes, in which '' is one quote."""
        found = re.compile(r"'((?:[^'\n]|'')*)'").match(self.text, self.position)
        if found is None:
            raise self.refuse("unclosed", "this quote is not closed on its line")
        self.position = found.end()
        return found[1].replace("''", "'")

    def double_quoted(self) -> str:
        """A text in double quotes with backslash escapes."""
        found = re.compile(r'"((?:[^"\\\n]|\\.)*)"').match(self.text, self.position)
        if found is None:
            raise self.refuse("unclosed", "this quote is not closed on its line")
        place = self.position + 1

        def escape(part: re.Match[str]) -> str:
            code = part[1]
            if code[0] in HEX_ESCAPES and len(code) > 1 and int(code[1:], 16) < 0x110000:
                return chr(int(code[1:], 16))
            if code in ESCAPES:
                return ESCAPES[code]
            raise self.refuse("escape", f"\\{code} is no escape", place + part.start())

        pattern = r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)"
        self.position = found.end()
        return re.sub(pattern, escape, found[1])


def read_mapping(reader: Reader) -> Mapping:
    """The mapping that a text is, from the reader's position to its end.

    Raises:
        MachineError: the text is not a mapping of the subset read here.
    """
    reader.skip_blank()
    if not reader.peek():
        raise reader.refuse("empty", "there is no mapping here")
    mapping = reader.block(reader.column())
    reader.skip_blank()
    if reader.peek():
        raise reader.refuse("indentation", "this line is indented less than the first one")
    return mapping


def quoted(text: str) -> str:
    """A scalar in quotes that every YAML reader takes as this text."""
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    escaped = (f"\\U{ord(character):08x}" for character in text)
    return '"' + "".join(escaped) + '"'
