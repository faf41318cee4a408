"""A disk that is full: one line that names the file, what was found is shown, nothing half-written.

A small file system in memory is mounted where the system lets us; else these tests are skipped, and
those with a limit on the size of files remain.
"""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from solvers.studies.study import read_study
from tests.durability.commands import SAVE_OFTEN, Ended, run
from tests.durability.trials import STUDY, Reference
from tests.durability.whole_files import check_whole, parts
from theory.kernel.checks.certificates import check

FILL = "fill"
FULL = "No space left on device"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    try:
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("nothing can be mounted here")
    except OSError:
        pytest.skip("there is no mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)


def fill(disk: Path, left: int = 0) -> None:
    """Leaves about so many bytes."""
    with open(disk / FILL, "wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(4096))
        except OSError:
            pass
    with open(disk / FILL, "rb+") as stream:
        stream.truncate(max(0, (disk / FILL).stat().st_size - left))


def empty(disk: Path) -> None:
    (disk / FILL).unlink()


def is_lost(ended: Ended, *names: str, why: str = FULL) -> None:
    """Exit code 3, and one line for each of these files."""
    assert ended.code == 3, (ended.code, ended.err)
    assert "Traceback" not in ended.err
    said = [line for line in ended.err.splitlines() if line.startswith("sheffer")]
    assert len(said) == len(names), ended.err
    for line, name in zip(said, names, strict=True):
        assert name in line, ended.err
        assert why in line, ended.err


def test_a_certificate(disk: Path, tmp_path: Path) -> None:
    for command, shown in (
        (["solve", "sorting-3", "-o", str(disk / "c.json")], "OPTIMAL"),
        (["verify", "three-counters", "-o", str(disk / "c.json")], "COMPLETE"),
    ):
        fill(disk)
        ended = run(command, tmp_path)
        is_lost(ended, "c.json")
        assert shown in ended.out
        assert [path.name for path in disk.iterdir()] == [FILL]
        empty(disk)
        assert run(command, tmp_path).code == 0
        assert check(json.loads((disk / "c.json").read_text())).complete
        (disk / "c.json").unlink()


@pytest.mark.parametrize(
    ("problem", "file", "limit"),
    [
        ("sorting-5", "search.npz", ("--max-states", "200")),
        ("gates-any-greater2", "search.json", ("--seconds", "1")),
    ],
)
def test_a_search_that_is_saved(
    problem: str, file: str, limit: tuple[str, ...], disk: Path, tmp_path: Path
) -> None:
    command = ["solve", problem, "--recount", "0", "-o", "c.json", "--resume", str(disk / file)]
    fill(disk)
    ended = run([*command, *limit], tmp_path, before=SAVE_OFTEN)
    is_lost(ended, file)
    assert "BOUNDS" in ended.out
    assert "search saved" not in ended.out
    assert check(json.loads((tmp_path / "c.json").read_text())).complete
    empty(disk)
    assert not list(disk.iterdir())
    ended = run([*command, *limit], tmp_path, before=SAVE_OFTEN)
    assert "search saved" in ended.out
    saved = (disk / file).read_bytes()
    fill(disk)
    is_lost(run([*command, *limit], tmp_path, before=SAVE_OFTEN), file)
    assert (disk / file).read_bytes() == saved
    ended = run(command, tmp_path, before=SAVE_OFTEN)  # it comes to its end without a save
    assert ended.code == 0, ended.err
    assert "OPTIMAL" in ended.out


STUDY_COMMAND = (
    *("compare", "sorting-3", "-s", "random", "-s", "genetic", "-r", "12", "-n", "400"),
    *("--count", "0", "--workers", "1", "--checkpoint", "0"),
)


@pytest.mark.slow
def test_a_study(disk: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    assert run([*STUDY_COMMAND, "-o", str(whole / STUDY)], tmp_path).code == 0
    command = [*STUDY_COMMAND, "-o", str(disk / STUDY)]
    for left in (0, 8192, 20_000, 40_000, 80_000, 120_000, 200_000):
        fill(disk, left)
        ended = run(command, tmp_path)
        assert ended.code in (0, 3), ended.err
        if ended.code == 3:
            is_lost(ended, str(disk / STUDY))
        assert left or ended.code == 3
        assert not parts(disk)
        empty(disk)
        check_whole(disk)
    assert run(command, tmp_path).code == 0
    assert not parts(disk)
    found, wanted = (read_study(place / STUDY / "study.sqlite") for place in (disk, whole))
    assert found.complete
    assert found.runs == wanted.runs
    for name in ("runs.csv", "study.json", "report.md", "report.html"):
        assert (disk / STUDY / name).read_bytes() == (whole / STUDY / name).read_bytes()


@pytest.mark.slow
def test_a_report(disk: Path, tmp_path: Path, undisturbed: Callable[[str], Reference]) -> None:
    study = undisturbed("compare").folder / STUDY
    command = ["report", str(study), "-o", str(disk / "report")]
    for left in (0, 20_000, 80_000, 200_000):
        fill(disk, left)
        is_lost(run(command, tmp_path), str(disk / "report"))
        assert not parts(disk)
        empty(disk)
        check_whole(disk)
    assert run(command, tmp_path).code == 0
    for name in ("table.csv", "report.md", "report.html"):
        assert (disk / "report" / name).read_bytes() == (study / name).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("command", [("solve", "sorting-4"), ("solve", "gates-any-majority3")])
def test_the_folder_for_compiled_code(command: tuple[str, ...], disk: Path, tmp_path: Path) -> None:
    fill(disk)
    ended = run([*command, "-o", "c.json"], tmp_path, SHEFFER_CACHE=str(disk / "cache"))
    assert ended.code == 0, ended.err
    assert "OPTIMAL" in ended.out
    assert not [path for path in disk.rglob("*") if path.is_file() and path.name != FILL]


def test_what_sheffer_check_exports(disk: Path, tmp_path: Path) -> None:
    assert run(["verify", "three-counters", "-o", "c.json"], tmp_path).code == 0
    fill(disk)
    before = "import sys\nfrom theory.command import main\nsys.exit(main())\n"
    command = [str(tmp_path / "c.json"), "--export", str(disk / "out")]
    ended = run(command, tmp_path, before=before)
    assert ended.code == 3, (ended.code, ended.err, ended.out)
    assert FULL in ended.err + ended.out
    assert str(disk / "out") in ended.err + ended.out
    assert not parts(disk)
    empty(disk)
    assert run(command, tmp_path, before=before).code == 0


def small_files(size: int) -> str:
    """Code after which no file of this process grows beyond so many bytes."""
    return (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {resource.RLIM_INFINITY}))\n"
    )


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """As a full disk; this needs no rights."""
    command = ["solve", "sorting-5", "--recount", "0", "-o", "c.json"]
    ended = run(command, tmp_path, before=small_files(2000))
    is_lost(ended, "c.json", why="File too large")
    assert "OPTIMAL" in ended.out
    assert not parts(tmp_path)
    resumed = [*command, "--resume", "search.npz", "--max-states", "200"]
    ended = run(resumed, tmp_path, before=small_files(8000))
    is_lost(ended, "search.npz", why="File too large")
    assert not parts(tmp_path)
    ended = run(["compare", "sorting-3", "-o", STUDY], tmp_path, before=small_files(100))
    is_lost(ended, str(Path(STUDY, "study.sqlite")), why="Input/output error")
