"""The secret by which this user's own pickles are known: 32 random bytes in a file of theirs.

A pickle runs whatever code its writer put into it. One that carries the digest made with this
secret (HMAC-SHA256, RFC 2104) was written by this user, on a machine with this secret; nothing in a
folder that came from elsewhere can carry it. The secret counts only if it is out of reach of
others: in a folder of the user's that no one else may write to, in a file that no one else may
even read.

- `secret()`: the bytes, made if missing; None where there can be none.
- `seal(secret, *parts)`: the keyed digest of some bytes.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import platformdirs

SIZE = 32

_FILE = "checkpoints.key"
_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def secret() -> bytes | None:
    """The user's secret; None where it cannot be kept, or others could have read or written it."""
    folder = Path(platformdirs.user_config_dir("sheffer"))
    if not folder.is_absolute():
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(folder.lstat(), stat.S_IFDIR, others=0o022):
            return None
        path = folder / _FILE
        if not path.is_symlink() and not path.exists():
            _make(path)
        return _read(path)
    except OSError:
        return None


def seal(secret: bytes, *parts: bytes) -> str:
    """The keyed digest of the parts, each with its length."""
    digest = hmac.new(secret, b"sheffer checkpoint\n", "sha256")
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _make(path: Path) -> None:
    """A new secret, there as a whole or not at all; another process's is kept if it was faster."""
    descriptor, part = tempfile.mkstemp(dir=path.parent)  # O_EXCL, and only for this user
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        os.unlink(part)


def _read(path: Path) -> bytes | None:
    descriptor = os.open(path, os.O_RDONLY | _LINK)
    with os.fdopen(descriptor, "rb") as file:
        if not _is_own(os.fstat(file.fileno()), stat.S_IFREG, others=0o077):
            return None
        data = file.read(SIZE + 1)
    return data if len(data) == SIZE else None


def _is_own(found: os.stat_result, kind: int, *, others: int) -> bool:
    """Whether it is of that kind, this user's, and gives others none of those rights.

    Where the system has no such owners (Windows), the user's own folder is what there is to trust.
    """
    if stat.S_IFMT(found.st_mode) != kind:
        return False
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid == os.getuid() and not found.st_mode & others
