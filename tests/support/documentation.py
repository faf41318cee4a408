"""The documentation's hook as a module, for the tests: it fills pages, and runs commands."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("documentation_hook", ROOT / "docs" / "_hook.py")
    if spec is None or spec.loader is None:
        raise ImportError("docs/_hook.py cannot be read")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


hook = _load()


def building(name: str) -> ModuleType:
    """A module of `docs/_building`, which the hook has made importable."""
    return importlib.import_module(f"_building.{name}")
