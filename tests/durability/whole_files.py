"""Whether every file of a folder is whole: none is cut off, whoever was killed while writing."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

PART = ".part"
"""The end of the name of a file that is being written."""


def check_whole(folder: Path) -> None:
    """Looks into every file but those that say that they are parts."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != PART:
            name = path.name.removesuffix("-wal").removesuffix("-shm")
            kind = Path(name).suffix
            assert kind in _CHECKS, f"{path}: of unknown kind"
            _CHECKS[kind](path)


def parts(folder: Path) -> list[Path]:
    """What was left half-written."""
    return sorted(folder.rglob("*" + PART))


def _text(path: Path) -> None:
    assert path.read_text(encoding="utf-8").endswith("\n"), path


def _json(path: Path) -> None:
    json.loads(path.read_text(encoding="utf-8"))


def _csv(path: Path) -> None:
    _text(path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert len({len(row) for row in rows}) == 1, path


def _html(path: Path) -> None:
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>"), path


def _svg(path: Path) -> None:
    ElementTree.parse(path)


def _png(path: Path) -> None:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n"), path
    assert data.endswith(b"IEND\xaeB`\x82"), path


def _pdf(path: Path) -> None:
    assert path.read_bytes().rstrip().endswith(b"%%EOF"), path


def _arrays(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None, path


def _run(path: Path) -> None:
    head, digest, rest = path.read_bytes().split(b"\n", 2)
    assert head.startswith(b"sheffer run "), path
    assert hashlib.sha256(rest).hexdigest().encode() == digest, path


def _database(path: Path) -> None:
    """A copy is looked at: to open a database is to mend it."""
    if path.suffix != ".sqlite":
        return  # beside the database
    with tempfile.TemporaryDirectory() as place:
        for file in path.parent.glob(path.name + "*"):
            if file.is_file():
                shutil.copy(file, place)
        with closing(sqlite3.connect(Path(place, path.name))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), path


_CHECKS: dict[str, Callable[[Path], None]] = {
    ".json": _json,
    ".csv": _csv,
    ".md": _text,
    ".tex": _text,
    ".dat": _text,
    ".tdat": _text,
    ".html": _html,
    ".svg": _svg,
    ".png": _png,
    ".pdf": _pdf,
    ".npz": _arrays,
    ".run": _run,
    ".sqlite": _database,
}
