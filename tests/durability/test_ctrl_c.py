"""Ctrl-C at any moment: one line and exit code 3, no traceback, and the same command completes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.durability.commands import Ended, run
from tests.durability.trials import STUDY, Reference, begin, check_same, disturb, prepared
from tests.durability.whole_files import check_whole, parts

Undisturbed = Callable[[str], Reference]

QUICK = [("small chain", "ctrl-c", 1), ("verify", "ctrl-c to the parent", 1)]

SLOW = [
    (name, how, times)
    for how in ("ctrl-c", "ctrl-c to the parent")
    for name, times in (
        ("compare, one process", 5),
        ("compare", 10),
        ("chain", 5),
        ("dag", 3),
        ("evolve", 3),
        ("verify", 3),
        ("report", 3),
    )
]
assert sum(times for _, _, times in SLOW) >= 60


def check_ending(ended: Ended) -> None:
    """It had finished, or it says in one line that it was interrupted."""
    assert "Traceback" not in ended.err, ended.err
    assert ended.code in (0, 3), (ended.code, ended.err)
    if ended.code == 3:
        said = [line for line in ended.err.splitlines() if line.startswith("sheffer: ")]
        assert len(said) <= 1, ended.err
        assert said == ["sheffer: interrupted"] or (
            not said and ("interrupted" in ended.out or "stopped: time" in ended.out)
        ), (ended.out, ended.err)


def interrupt_and_complete(
    name: str, how: str, times: int, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    wanted = undisturbed(name)
    study = undisturbed("compare").folder / STUDY if wanted.trial.needs_study else None
    random = Random(f"{os.environ.get('SHEFFER_TEST_SEED', '1')} {name} {how}")
    folder = prepared(wanted.trial, tmp_path / "work", study)
    for _ in range(times):
        running = begin(wanted.trial, folder)
        disturb(running, how, random, wanted.seconds, folder)
        check_ending(running.end())
        check_whole(folder)
        assert not parts(folder)
    check_same(folder, wanted, run(wanted.trial.last, folder, before=wanted.trial.before))


@pytest.mark.parametrize(("name", "how", "times"), QUICK)
def test_an_interrupted_command_continues(
    name: str, how: str, times: int, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    interrupt_and_complete(name, how, times, undisturbed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "how", "times"), SLOW)
def test_interrupted_commands_continue(
    name: str, how: str, times: int, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    interrupt_and_complete(name, how, times, undisturbed, tmp_path)
