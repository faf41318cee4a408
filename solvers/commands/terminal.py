"""The terminal, for people: tables, one line after another, and what is being done.

None of what is printed is read as markup, and no control character of others gets through.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from solvers.commands.output import Stream
from theory.formats.media import one_line

WIDTH = 120
"""Columns of a table where the output is no terminal."""


class Terminal(Console):
    """A console that reads no markup, and lets no control character of others through."""

    def __init__(self, name: str, width: int | None = None) -> None:
        stream: Any = Stream(name)
        super().__init__(file=stream, highlight=False, markup=False, emoji=False, width=width)

    def say(self, text: str = "") -> None:
        """One line of text, however long."""
        self.print(Text(one_line(text)), soft_wrap=True)

    def lines(self, text: str) -> None:
        """Each line of the text."""
        for line in text.split("\n"):
            self.say(line)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The parts of what is printed, each made printable."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            if control is None and not text.isprintable():
                yield Segment("\n".join(one_line(line) for line in text.split("\n")), style)
            else:
                yield segment

    @contextmanager
    def waiting(self, text: str) -> Iterator[Callable[[str], None]]:
        """A line that says what is being done, and a function that changes it."""
        with self.status(Text(one_line(text))) as status:
            yield lambda now: status.update(Text(one_line(now)))


def console() -> Terminal:
    """Standard output, for people; tables keep their form when it is a file."""
    return Terminal("stdout", None if sys.stdout.isatty() else WIDTH)


def progress_console() -> Terminal:
    """Where progress goes: standard error, so that it never mixes with results."""
    return Terminal("stderr")
