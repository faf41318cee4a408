"""A pool of worker processes that neither outlives its parent nor argues about Ctrl-C.

The standard pool has two gaps that matter for long studies: when the parent is killed, its workers
wait for ever for the next job; and Ctrl-C, which the terminal sends to all processes, fills the
screen with their tracebacks. Here a worker ends when its parent does, and leaves Ctrl-C to it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import InvalidStateError, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.process import BaseProcess


@contextmanager
def process_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of fresh processes; left by an exception, it stops them at once."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    others = set(multiprocessing.active_children())
    if context.get_start_method() == "forkserver":
        _start_server()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
    try:
        yield pool
    except BaseException:
        _end_at_once(pool, others)
        raise
    try:
        pool.shutdown(wait=True, cancel_futures=True)
    except BaseException:
        _end_at_once(pool, others)
        raise


def _end_at_once(pool: ProcessPoolExecutor, others: set[BaseProcess]) -> None:
    """Stops the workers, but not these `others`.

    Before Python 3.12 the pool's own thread then fails at work that was cancelled, and says so.
    """
    hook = threading.excepthook

    def quiet(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_type is not InvalidStateError:
            hook(failure)

    threading.excepthook = quiet
    try:
        for process in multiprocessing.active_children():
            if process not in others:
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
    finally:
        threading.excepthook = hook


def _start_server() -> None:
    """Starts the process that workers are forked from. They inherit that Ctrl-C is held back, so
    that none of them meets it before `_begin`."""
    resource_tracker.ensure_running()  # by itself first: it lets Ctrl-C through again
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _begin() -> None:
    """The first thing each worker does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
