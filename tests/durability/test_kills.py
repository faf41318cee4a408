"""`kill -9` at any moment: files stay whole, no process stays, and the same command completes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.durability.commands import run
from tests.durability.trials import STUDY, Reference, begin, check_same, disturb, prepared
from tests.durability.whole_files import check_whole

Undisturbed = Callable[[str], Reference]

QUICK = [("small chain", "kill", 1), ("verify", "kill", 1)]

SLOW = [
    ("compare, one process", "kill", 10),
    ("compare, one process", "kill at a part", 10),
    ("compare", "kill", 12),
    ("compare", "kill at a part", 12),
    ("compare", "kill the parent", 10),
    ("compare", "kill a worker", 10),
    ("chain", "kill", 10),
    ("chain", "kill at a part", 10),
    ("dag", "kill", 6),
    ("dag", "kill at a part", 6),
    ("evolve", "kill", 5),
    ("verify", "kill", 6),
    ("verify", "kill at a part", 3),
    ("report", "kill", 5),
    ("report", "kill at a part", 5),
    ("report elsewhere", "kill at a part", 3),
]
assert sum(kills for _, _, kills in SLOW) >= 100

CHAIN = 5
"""Kills one after the other, before the command may complete."""


def kill_and_complete(
    name: str, how: str, kills: int, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    wanted = undisturbed(name)
    study = undisturbed("compare").folder / STUDY if wanted.trial.needs_study else None
    random = Random(f"{os.environ.get('SHEFFER_TEST_SEED', '1')} {name} {how}")
    for start in range(0, kills, CHAIN):
        folder = prepared(wanted.trial, tmp_path / str(start), study)
        for _ in range(min(CHAIN, kills - start)):
            running = begin(wanted.trial, folder)
            killed = disturb(running, how, random, wanted.seconds, folder)
            ended = running.end()
            check_whole(folder)
            if how == "kill a worker" and killed:
                assert ended.code in (0, 3), ended.err
                assert ended.code == 0 or ended.one_line, ended.err
                assert ended.code == 0 or "a worker process died" in ended.err
        check_same(folder, wanted, run(wanted.trial.last, folder, before=wanted.trial.before))


@pytest.mark.parametrize(("name", "how", "kills"), QUICK)
def test_a_killed_command_continues(
    name: str, how: str, kills: int, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    kill_and_complete(name, how, kills, undisturbed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "how", "kills"), SLOW)
def test_killed_commands_continue(
    name: str, how: str, kills: int, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    kill_and_complete(name, how, kills, undisturbed, tmp_path)
