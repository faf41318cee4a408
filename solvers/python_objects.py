"""Objects that users name as `module:NAME` or `path/file.py:NAME`.

A file is run once a process, under a module name of its own that is entered in `sys.modules`, so
that what it defines can be pickled; a file that has changed is run again.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import traceback
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any


def python_object(source: str) -> Any:
    """The object that `module:NAME` or `path/file.py:NAME` names.

    Raises:
        ImportError: in one line: what is missing, or where the file fails and why.
    """
    place, _, name = source.rpartition(":")
    if not place or not name:
        raise ImportError("write module:Name or path/file.py:Name")
    module = _from_file(place) if is_file(place) else _from_path(place)
    try:
        return getattr(module, name)
    except AttributeError:
        raise ImportError(f"{place} defines no {name}") from None


def is_file(place: str) -> bool:
    """Whether the part before the colon is a file rather than a module."""
    return place.endswith(".py")


def _from_path(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:  # a module's own code may raise anything
        raise ImportError(f"cannot import {name}: {_reason(error)}") from error


def _from_file(place: str) -> ModuleType:
    try:
        path = Path(place).resolve(strict=True)
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise ImportError(f"cannot read {place}: {error.strerror}") from None
    try:
        return _run(path, changed)
    except Exception as error:  # a file's own code may raise anything
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        line = frames[-1].lineno if frames else getattr(error, "lineno", None)
        where = f"{place}, line {line}" if line else place
        raise ImportError(f"{where}: {_reason(error)}") from error


@lru_cache(maxsize=64)
def _run(path: Path, changed: int) -> ModuleType:
    name = f"_sheffer_{path.stem}_{hashlib.sha256(bytes(path)).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
