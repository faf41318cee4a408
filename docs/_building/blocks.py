"""A page's text as pieces: plain text, and the fenced blocks between."""

from __future__ import annotations

import re
from dataclasses import dataclass

FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^`\n]*)$")


class BlockError(Exception):
    """A block cannot be filled; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        info: the words after the fence.
        body: the lines inside, without the fence's indentation.
        indent: the fence's indentation.
        line: where it begins, from 1.
    """

    info: tuple[str, ...]
    body: str
    indent: str
    line: int

    @property
    def language(self) -> str:
        return self.info[0] if self.info else ""


def split(text: str) -> list[str | Block]:
    """A page's text as pieces: plain text, and the fenced blocks between.

    Raises:
        BlockError: a fence is never closed.
    """
    pieces: list[str | Block] = []
    plain: list[str] = []
    lines = text.split("\n")
    k = 0
    while k < len(lines):
        fence = FENCE.match(lines[k])
        if fence is None:
            plain.append(lines[k])
            k += 1
            continue
        indent = fence["indent"]
        end = next((j for j in range(k + 1, len(lines)) if lines[j] == f"{indent}```"), None)
        if end is None:
            raise BlockError(f"line {k + 1}: the block is never closed")
        if plain:
            pieces.append("\n".join(plain))
            plain = []
        body = "\n".join(line.removeprefix(indent) for line in lines[k + 1 : end])
        pieces.append(Block(tuple(fence["info"].split()), body, indent, k + 1))
        k = end + 1
    if plain:
        pieces.append("\n".join(plain))
    return pieces


def fenced(info: str, body: str) -> str:
    """A fenced block that is shown as it stands."""
    fence = "````" if "```" in body else "```"
    return f"{fence}{info}\n{body}\n{fence}"
