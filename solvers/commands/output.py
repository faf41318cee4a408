"""What the commands write: results on standard output, refusals on standard error.

Names and other text may come from a stranger's file; nothing written here holds a control character
of theirs. Output that is lost, to a closed pipe or a full disk, raises `OutputLostError`: a result
whose end is missing is never passed off as a result.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from theory.formats.media import json_text, one_line
from theory.kernel.text import printable

MAX_MESSAGE = 1_000
"""Most characters of a message on standard error."""


class OutputLostError(Exception):
    """Standard output takes no more."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        closed = error.errno == errno.EPIPE
        self.message = "" if closed else f"cannot write the output: {error.strerror or error}"


class Stream:
    """Standard output or error, whatever it is at the moment; failures to write are ours."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _stream(self) -> Any:
        stream = getattr(sys, self._name)
        return getattr(stream, "rich_proxied_file", stream)

    def write(self, text: str) -> int:
        """Writes the text; on standard error a failure is of no account."""
        written: int = self._do(lambda: self._stream().write(text))
        return written

    def flush(self) -> None:
        """Sends on what was written."""
        self._do(lambda: self._stream().flush())

    def _do(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except OSError as error:
            if self._name == "stdout":
                raise OutputLostError(error) from None
            return 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream(), name)


def show_json(data: Any) -> None:
    """Prints data as JSON on standard output."""
    show_text(json_text(data))


def show_text(text: str) -> None:
    """Prints text of several lines on standard output, as it is."""
    stream = Stream("stdout")
    stream.write(text + "\n")
    stream.flush()


def show_lines(text: str) -> None:
    """Prints lines that may hold somebody else's text."""
    Stream("stdout").write("".join(f"{one_line(line)}\n" for line in text.split("\n")))


def complain(message: str) -> None:
    """One line on standard error, cut in its middle where it is long."""
    with suppress(OSError, ValueError):
        print(f"sheffer: {printable(' '.join(message.split()), MAX_MESSAGE)}", file=sys.stderr)


def end_output() -> None:
    """Sends on what is left of standard output, while a failure can still be told.

    Raises:
        OutputLostError: standard output takes no more.
    """
    Stream("stdout").flush()


def drop_output() -> None:
    """Sends what is left of standard output nowhere, so that the process can end quietly."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
