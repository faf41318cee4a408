"""Compiled code is kept where only the user can write, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numba
import pytest

from solvers.compiled.compiling import cache_folder, compiled

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs owners of files")


def folder_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHEFFER_CACHE", str(place))
    cache_folder.cache_clear()
    try:
        return cache_folder()
    finally:
        cache_folder.cache_clear()


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_a_new_folder_is_the_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "deep" / "cache"
    assert folder_for(place, monkeypatch) == place
    assert mode(place) == 0o700


def test_an_own_folder_that_others_may_read_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "cache"
    place.mkdir(mode=0o755)
    assert folder_for(place, monkeypatch) == place
    assert mode(place) == 0o700


@pytest.mark.parametrize("kind", ["writable by others", "a link", "a file", "another's"])
def test_a_folder_that_is_not_safe_is_not_used(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, real = tmp_path / "cache", tmp_path / "real"
    real.mkdir(mode=0o700)
    if kind == "a link":
        place.symlink_to(real)
    elif kind == "a file":
        place.write_text("")
    else:
        place.mkdir()
    if kind == "writable by others":
        place.chmod(0o777)
    if kind == "another's":
        me = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: me + 1)
    found = folder_for(place, monkeypatch)
    assert found not in (place, real)
    assert found.name.startswith("sheffer-")
    assert mode(found) == 0o700
    assert list(real.iterdir()) == []


def test_what_is_compiled_is_kept_there_and_numbas_own_folder_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_for(tmp_path / "cache", monkeypatch)
    before = numba.config.CACHE_DIR  # type: ignore[attr-defined]

    @compiled
    def twice(x: int) -> int:
        return 2 * x

    assert twice(21) == 42
    assert before == numba.config.CACHE_DIR  # type: ignore[attr-defined]
    kept = list((tmp_path / "cache" / "numba").rglob("*.nbi"))
    cache_folder.cache_clear()
    assert len(kept) == 1
