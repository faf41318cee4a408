"""S-expressions with their places: the surface of SMT-LIB files and of the lines inside them.

`parse` reads a text into `Atom` and `Group` nodes, iteratively; each node knows its file, line and
column, so that every later error can name them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from theory.kernel.deadline import tick
from theory.kernel.errors import ComponentError

MAX_CHARACTERS = 20_000_000
MAX_NESTING = 2_000


@dataclass(frozen=True, slots=True)
class Atom:
    """A leaf; `kind` is symbol, keyword, numeral, decimal, bits or string."""

    text: str
    kind: str
    where: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Group:
    """A parenthesised list."""

    items: tuple[Node, ...]
    where: str

    @property
    def head(self) -> str:
        """The first item's text if it is a symbol, else the empty string."""
        first = self.items[0] if self.items else None
        return first.text if isinstance(first, Atom) and first.kind == "symbol" else ""

    def __str__(self) -> str:
        """Its text, for messages: only the beginning of a long one."""
        words: list[str] = []
        left: list[Node | str] = [self]
        while left and len(words) < 40:
            item = left.pop()
            if isinstance(item, Group):
                words.append("(")
                left += [")", *reversed(item.items)]
            else:
                words.append(str(item))
        return " ".join(words).replace("( ", "(").replace(" )", ")")


Node: TypeAlias = Atom | Group


def parse(text: str, file: str) -> list[Node]:
    """All top-level nodes of a text.

    Raises:
        ComponentError: `syntax` with file:line:column.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"more than {MAX_CHARACTERS} characters; split the file"
        raise ComponentError("too-large", message, file)
    top: list[Node] = []
    open_groups: list[tuple[list[Node], str]] = []
    for token, kind, where in _tokens(text, file):
        items = open_groups[-1][0] if open_groups else top
        if token == "(" and kind == "paren":
            if len(open_groups) >= MAX_NESTING:
                raise ComponentError("too-deep", f"nested more than {MAX_NESTING} deep", where)
            open_groups.append(([], where))
        elif token == ")" and kind == "paren":
            if not open_groups:
                raise ComponentError("syntax", "a ) without its (", where)
            closed, start = open_groups.pop()
            outer = open_groups[-1][0] if open_groups else top
            outer.append(Group(tuple(closed), start))
        else:
            items.append(Atom(token, kind, where))
    if open_groups:
        raise ComponentError("syntax", "this ( is never closed", open_groups[-1][1])
    return top


_BREAKS = set(' \t\r\n();"|')


def _tokens(text: str, file: str) -> Iterator[tuple[str, str, str]]:
    position, line, start = 0, 1, 0
    while position < len(text):
        tick()
        char = text[position]
        where = f"{file}:{line}:{position - start + 1}"
        if char == "\n":
            line, start = line + 1, position + 1
            position += 1
        elif char in " \t\r":
            position += 1
        elif char == ";":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif char in "()":
            yield char, "paren", where
            position += 1
        elif char in '"|':
            end = _closing(text, position, where)
            body = text[position + 1 : end]
            yield (
                (body.replace('""', '"'), "string", where)
                if char == '"'
                else (body, "symbol", where)
            )
            breaks = body.count("\n")
            if breaks:
                line, start = line + breaks, position + 2 + body.rindex("\n")
            position = end + 1
        else:
            end = position
            while end < len(text) and text[end] not in _BREAKS:
                end += 1
            word = text[position:end]
            yield word, _kind(word, where), where
            position = end


def _closing(text: str, position: int, where: str) -> int:
    quote = text[position]
    end = text.find(quote, position + 1)
    while quote == '"' and end >= 0 and text[end : end + 2] == '""':
        end = text.find(quote, end + 2)
    if end < 0:
        raise ComponentError("syntax", f"this {quote} is never closed", where)
    return end


def _kind(word: str, where: str) -> str:
    if word.startswith(":"):
        return "keyword"
    if word.isascii() and word.isdigit():
        return "numeral"
    whole, dot, part = word.partition(".")
    if dot and whole.isdigit() and part.isdigit() and word.isascii():
        return "decimal"
    if word.startswith(("#b", "#x")):
        digits = set("01") if word[1] == "b" else set("0123456789abcdefABCDEF")
        if len(word) == 2 or not set(word[2:]) <= digits:
            raise ComponentError("syntax", f"{word[:40]!r} is not a bit vector", where)
        return "bits"
    if word[0].isdigit() or not word.isprintable():
        raise ComponentError("syntax", f"{word[:40]!r} is neither a symbol nor a number", where)
    return "symbol"
