"""The map of the code names every room, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_map_names_every_room() -> None:
    rooms = {
        path.parent.relative_to(ROOT).as_posix()
        for package in ("theory", "solvers")
        for path in (ROOT / package).rglob("__init__.py")
    } - {"theory", "solvers"}
    named = set()
    for line in (ROOT / "docs" / "map.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cell = line.split("|")[1]
            first, *others = re.findall(r"`([^`]+)`", cell)
            named |= {first, *(f"{Path(first).parent.as_posix()}/{name}" for name in others)}
    assert named == rooms


def test_the_map_names_only_files_that_are_there() -> None:
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:theory|solvers|tests)/[\w/]+\.(?:py|md))`", text)
    assert len(files) > 15
    assert [file for file in files if not (ROOT / file).is_file()] == []
