"""Files that are written: their names made from any text, and written whole or not at all.

- `file_name(name, suffix)`: the one way from a name to the name of a file.
- `output_path(out, name, suffix)`: where a result goes, checked before the work for it begins.
- `replacing(path)`, `replacing_bytes(path)`: a file that takes the place of an old one when it is
  complete. Whatever happens on the way, a full disk or a kill, the old file stays as it was.
- `remove_part(path)`: removes what a killed process left of such a file.
- `folder_in(folder, name)`: a folder inside another, and not a link that leads out of it.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from theory.kernel.errors import ProblemError

MAX_NAME = 80
"""Most characters of a name; every file system takes this, a suffix and `.part` beside."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


def file_name(name: str, suffix: str = "") -> str:
    """A name for a file: letters, digits, dashes, dots and underscores, at most `MAX_NAME`.

    A plain name stays as it is. Any other gets a digest at its end, so that different names have
    different files; none begins with a dot or a dash, and none leads to another folder.
    """
    plain = _UNSAFE.sub("-", name).lstrip(".-")[:MAX_NAME].rstrip(".-")
    if name and plain == name:
        return name + suffix
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[: MAX_NAME - 9] or 'unnamed'}-{digest}{suffix}"


def output_path(out: Path | None, name: str, suffix: str) -> Path:
    """The file that a result is written to: the given one, or NAME.suffix in the current folder.

    Missing folders are made, so that what cannot be written fails before the work is done.

    Raises:
        ProblemError: `bad-output` where it is a folder, or its folder cannot be written in.
    """
    path = out or Path(file_name(name, suffix))
    if path.is_dir() or not path.name:
        raise ProblemError("bad-output", "is a folder; name a file", str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"its folder cannot be made ({error.strerror}); name another file"
        raise ProblemError("bad-output", message, str(path)) from None
    if not os.access(path.parent, os.W_OK | os.X_OK):
        message = "its folder cannot be written in; name another file with --out"
        raise ProblemError("bad-output", message, str(path))
    return path


def folder_in(folder: Path, name: str) -> Path:
    """The folder `name` inside another one, made if missing.

    Raises:
        ProblemError: `bad-output` where a link or a file has the name.
    """
    inside = folder / name
    if inside.is_symlink() or (inside.exists() and not inside.is_dir()):
        message = "is in the way: results go to a folder of that name; remove it"
        raise ProblemError("bad-output", message, str(inside))
    inside.mkdir(parents=True, exist_ok=True)
    return inside


@contextmanager
def replacing(path: str | Path) -> Iterator[IO[str]]:
    """A text file in UTF-8 that takes the place of `path` when the block ends without an error."""
    with _replacing(Path(path), "x") as stream:
        yield stream


@contextmanager
def replacing_bytes(path: str | Path) -> Iterator[IO[bytes]]:
    """As `replacing`, for bytes."""
    with _replacing(Path(path), "xb") as stream:
        yield stream


@contextmanager
def _replacing(path: Path, mode: str) -> Iterator[IO[Any]]:
    encoding, newline = (None, None) if "b" in mode else ("utf-8", "\n")
    part = _part(path)
    try:
        if _is_stream(path):
            with open(path, mode.replace("x", "w"), encoding=encoding, newline=newline) as stream:
                yield stream
            return
        # A new file: a link of that name, which may lead anywhere, is removed and not followed.
        part.unlink(missing_ok=True)
        with open(part, mode, encoding=encoding, newline=newline) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # a full disk does not say where
        raise


def remove_part(path: Path) -> None:
    """Removes what a process that was killed while it wrote the file has left beside it.

    The next one to write the file does so anyway; this is for who may have nothing to write.
    """
    with suppress(OSError):
        _part(path).unlink(missing_ok=True)


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _is_stream(path: Path) -> bool:
    """A terminal, a pipe or /dev/null, which is written to and never replaced."""
    try:
        kind = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)
