"""A fault of the program's own: one line for the user, and a file for who can mend it."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from contextlib import suppress

from theory.kernel.text import printable


def fault_line(error: BaseException) -> str:
    """What happened, and the name of the report that was written about it.

    The report holds the traceback, the command line and versions, and nothing else; only the user
    can read it.
    """
    what = printable(f"{type(error).__name__}: {error}".removesuffix(": "), 200)
    text = [
        *traceback.format_exception(error),
        f"command: {sys.argv!r}\n",
        f"python {platform.python_version()} on {platform.platform()}\n",
    ]
    with suppress(OSError):
        number, name = tempfile.mkstemp(prefix="sheffer-fault-", suffix=".txt")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.writelines(text)
        return f"{what}; please report it with {name}"
    return f"{what}; please report it"
