"""Names of files made from any text, and files that are written whole or not at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.formats.files import (
    MAX_NAME,
    file_name,
    folder_in,
    output_path,
    replacing,
    replacing_bytes,
)
from theory.kernel.errors import ProblemError


@given(st.text())
def test_every_text_has_a_file_name(text: str) -> None:
    name = file_name(text, ".json")
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.json", name)
    assert len(name) <= MAX_NAME + 5
    assert name == file_name(text, ".json")


@given(st.text(max_size=100), st.text(max_size=100))
def test_different_texts_have_different_file_names(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sorting-5", "sorting-5"),
        ("nas.b_101", "nas.b_101"),
        ("../../etc/passwd", "etc-passwd-"),
        ("/etc/passwd", "etc-passwd-"),
        ("..", "unnamed-"),
        ("", "unnamed-"),
        ("-o", "o-"),
        ("\x1b[31mred\x1b[0m", "31mred-0m-"),
        ("a" * 300, "a" * 71 + "-"),
        ("\ud800", "unnamed-"),
    ],
)
def test_names(text: str, name: str) -> None:
    found = file_name(text)
    assert found == name if name == text else re.fullmatch(re.escape(name) + "[0-9a-f]{8}", found)


def test_a_file_is_replaced_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as stream:
        stream.write("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_old_file_outlives_a_failure_and_no_part_stays(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail() -> None:
        with replacing_bytes(path) as stream:
            stream.write(b"half")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_a_link_that_lies_in_wait_is_not_followed(tmp_path: Path) -> None:
    precious, folder = tmp_path / "precious", tmp_path / "folder"
    precious.write_text("mine")
    folder.mkdir()
    for name in ("a.txt", "a.txt.part"):
        (folder / name).symlink_to(precious)
    with replacing(folder / "a.txt") as stream:
        stream.write("new")
    assert precious.read_text() == "mine"
    assert (folder / "a.txt").read_text() == "new"
    assert not (folder / "a.txt").is_symlink()


def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacing(pipe) as stream:
        stream.write("through")
    assert os.read(reading, 100) == b"through"
    os.close(reading)
    assert pipe.is_fifo()


def test_a_folder_is_no_output(tmp_path: Path) -> None:
    for path in (tmp_path, Path("/"), Path(".")):
        with pytest.raises(ProblemError, match="is a folder; name a file") as caught:
            output_path(path, "x", ".json")
        assert caught.value.reason == "bad-output"


def test_an_output_without_a_name_stands_in_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert output_path(None, "sorting-5", ".json") == Path("sorting-5.json")
    assert output_path(None, "/etc/x", ".json").parent == Path()
    assert output_path(Path("deep/er/x.json"), "y", ".json") == Path("deep/er/x.json")
    assert (tmp_path / "deep" / "er").is_dir()


def test_a_folder_inside_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "certificates").symlink_to(tmp_path / "out")
    (tmp_path / "ioh").write_text("")
    assert folder_in(tmp_path, "new").is_dir()
    assert folder_in(tmp_path, "new").is_dir()
    for name in ("certificates", "ioh"):
        with pytest.raises(ProblemError, match="in the way") as caught:
            folder_in(tmp_path, name)
        assert caught.value.reason == "bad-output"
