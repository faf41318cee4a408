"""The shipped component sets, as `.smt2` files in this folder.

- `load_catalogue_set(name)`: the set of a name.
- `catalogue_names()`: every name with one line of what the set is.
"""

from __future__ import annotations

from pathlib import Path

from theory.component_files import load_components
from theory.components import ComponentSet
from theory.errors import ComponentError

FOLDER = Path(__file__).parent


def catalogue_names() -> dict[str, str]:
    """Every name, with the set's source."""
    return {path.stem: load_components(path).source for path in sorted(FOLDER.glob("*.smt2"))}


def load_catalogue_set(name: str) -> ComponentSet:
    """The component set of a catalogue name.

    Raises:
        ComponentError: `unknown-set`, with the names there are.
    """
    path = FOLDER / f"{name}.smt2"
    if "/" in name or not path.is_file():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.smt2")))
        message = f"no file and no catalogue set {name!r}; known: {known}"
        raise ComponentError("unknown-set", message)
    return load_components(path)
