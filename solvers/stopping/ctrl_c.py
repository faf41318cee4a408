"""Ctrl-C as a wish: work that takes long ends at its next look, and what it has is kept.

- `ended_by_ctrl_c()`: around the work.
- `never_lost()`: for a process of ours; no Ctrl-C is swallowed by Python itself.
- `asked_to_end()`: what the work looks at. `answer()`: it did, and its result says so.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_asked_to_end = threading.Event()
_answered = threading.Event()


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Inside, the first Ctrl-C ends searches as a limit would: what they have settled is kept.

    The second one raises `KeyboardInterrupt`, as ever. So does the end of the block, unless
    `answer` was called: a first one is never lost because the work was done before it looked.
    """

    def end(number: int, frame: FrameType | None) -> None:
        if _asked_to_end.is_set():
            raise KeyboardInterrupt
        _asked_to_end.set()

    on_main = threading.current_thread() is threading.main_thread()
    if not on_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # this one is another's to end, or somebody else handles it
        return
    before = signal.signal(signal.SIGINT, end)
    try:
        yield
        if _asked_to_end.is_set() and not _answered.is_set():
            raise KeyboardInterrupt
    finally:
        signal.signal(signal.SIGINT, before)
        _asked_to_end.clear()
        _answered.clear()


def never_lost() -> None:
    """Raises a Ctrl-C again that met a finalizer, where Python says "ignored" and goes on.

    One that met a constructor leaves half an object; what its finalizer then misses is no news.
    """
    plain = sys.unraisablehook

    def tell(what: sys.UnraisableHookArgs) -> None:
        if issubclass(what.exc_type, KeyboardInterrupt):
            _thread.interrupt_main()
        elif not issubclass(what.exc_type, AttributeError):
            plain(what)

    sys.unraisablehook = tell


def asked_to_end() -> bool:
    """Whether Ctrl-C was pressed since `ended_by_ctrl_c` began."""
    return _asked_to_end.is_set()


def answer() -> None:
    """Says that the result will tell of it."""
    _answered.set()
