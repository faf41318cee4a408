"""Text that came from somebody else, made fit to be printed.

A certificate may hold any text: line breaks and escape sequences that forge or erase lines of a
terminal, letters that look like nothing. Whatever is printed of it goes through here.

- `printable`: on one line, with what is not printable escaped, and cut where it is long.
- `quoted`: a name: as it is where it is plain, else between quotes, so that it cannot be taken for
  words of the checker.
"""

from __future__ import annotations

import re

MAX_SHOWN = 1_000  # longest text that is printed whole
MAX_NAME = 120

_PLAIN = re.compile(r"[A-Za-z0-9_.+*/<>=!?@%&^~$\[\]-]+")


def printable(text: str, limit: int = MAX_SHOWN) -> str:
    """The text on one line of at most about `limit` characters; odd characters are escaped."""
    return _cut("".join(c if c.isprintable() else _escaped(c) for c in _cut(text, limit)), limit)


def _cut(text: str, limit: int) -> str:
    end = limit // 4
    return text if len(text) <= limit + 5 else f"{text[: limit - end]} ... {text[-end:]}"


def _escaped(character: str) -> str:
    return f"\\x{ord(character):02x}" if character < "\u0100" else f"\\u{{{ord(character):x}}}"


def quoted(name: str, limit: int = MAX_NAME) -> str:
    """A name that is not ours, for a sentence of ours."""
    if len(name) <= limit and _PLAIN.fullmatch(name):
        return name
    inside = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{printable(inside, limit)}'"
