"""Numba's compiler, and the folder in which compiled code is kept for the next process.

- `compiled`, `compiled_callback`: the decorators; every compiled function of Sheffer has one.
- `cache_folder()`: the folder, of the user's own.

Code that is kept is code that will be run. So it is kept where only the user can write: a folder
with mode 0700 whose owner is checked, and never beside a file that somebody else may have brought.
Where there is no such folder, or its disk is full, it is compiled for one process alone.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, overload

import numba
import platformdirs

Function = TypeVar("Function", bound=Callable[..., Any])


@cache
def cache_folder() -> Path:
    """The folder for compiled code: `SHEFFER_CACHE`, else `sheffer` in the user's cache directory.

    A folder that others may write in, or that is another's, is not used; a new one takes its place
    that lasts as long as this process; its worker processes use it too.
    """
    given = os.environ.get("SHEFFER_CACHE")
    folder = Path(given) if given else Path(platformdirs.user_cache_dir("sheffer"))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _is_own(folder):
            folder.chmod(0o700)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
    except OSError:
        pass
    folder = folder_of_this_process()
    os.environ["SHEFFER_CACHE"] = str(folder)  # worker processes need not compile it all again
    return folder


@cache
def folder_of_this_process() -> Path:
    """A new folder, removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="sheffer-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _is_own(folder: Path) -> bool:
    """A folder, no link, of this user, in which no other can write."""
    if not hasattr(os, "getuid"):
        return folder.is_dir()
    facts = folder.lstat()
    open_to_others = bool(facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not open_to_others


@contextmanager
def _kept_there() -> Iterator[None]:
    """Numba asks for the folder when a function is decorated; other code of the user's keeps its
    own."""
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder() / "numba")
    try:
        yield
    finally:
        config.CACHE_DIR = before


@overload
def compiled(function: Function, /) -> Function: ...


@overload
def compiled(**options: Any) -> Callable[[Function], Function]: ...


def compiled(function: Any = None, /, **options: Any) -> Any:
    """Compiles a function by `numba.njit` and keeps the result for the next process."""

    def decorate(function: Any) -> Any:
        with _kept_there():
            made: Any = numba.njit(cache=True, **options)(function)
        save = made._cache.save_overload

        def save_where_possible(*arguments: Any) -> None:
            with suppress(OSError):  # a full disk: it is compiled again next time
                save(*arguments)

        made._cache.save_overload = save_where_possible
        return made

    return decorate if function is None else decorate(function)


def compiled_callback(signature: Any, **options: Any) -> Callable[[Any], Any]:
    """Compiles a function by `numba.cfunc`, so that compiled code can be handed its address."""

    def decorate(function: Any) -> Any:
        with _kept_there(), suppress(OSError):
            return numba.cfunc(signature, cache=True, **options)(function)
        return numba.cfunc(signature, **options)(function)

    return decorate
