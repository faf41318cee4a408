"""The shipped component sets, one `.smt2` file each.

A file opens with comments: why it has the verdict it has, then, after `memory:`, where its
unbounded memory lives. Verdicts are not stored; `sheffer verify NAME` finds them.

- `names`: all of them; `load`: one of them as a component set; `about`: its comments.
"""

from __future__ import annotations

import difflib
from pathlib import Path

from theory.formats.component_files import load_components, read_components, read_text
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.errors import ComponentError

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The names of the shipped sets, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.smt2"))


def text(name: str) -> str:
    """The text of a shipped set.

    Raises:
        ComponentError: `unknown-set`, with the names that come near.
    """
    if name not in names():
        near = difflib.get_close_matches(name, names(), 3) or names()
        message = f"no set of that name in the catalogue; there are {', '.join(near)}"
        raise ComponentError("unknown-set", message, name)
    return read_text(FOLDER / f"{name}.smt2")


def load(name: str) -> ComponentSet:
    """A shipped set by name."""
    return read_components(text(name), f"{name}.smt2", name)


def find(name_or_path: str) -> ComponentSet:
    """A set by catalogue name or by file path."""
    if name_or_path in names():
        return load(name_or_path)
    if name_or_path.endswith(".smt2") or Path(name_or_path).exists():
        return load_components(name_or_path)
    return load(name_or_path)


def about(name: str) -> tuple[str, str]:
    """Why the set is as it is, and where its unbounded memory lives."""
    why: list[str] = []
    for line in text(name).splitlines():
        if not line.startswith(";"):
            break
        words = line.lstrip("; ").strip()
        if words.startswith("memory:"):
            return " ".join(why), words.removeprefix("memory:").strip()
        why.append(words)
    return " ".join(why), ""
