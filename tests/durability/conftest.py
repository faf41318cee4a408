"""What the commands leave when nothing disturbs them, made once for all tests."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from tests.durability.trials import STUDY, TRIALS, Reference, reference

collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]
"""Processes are found through /proc."""


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Reference]:
    """Gives the reference of a trial by its name."""
    made: dict[str, Reference] = {}

    def find(name: str) -> Reference:
        if name not in made:
            trial = TRIALS[name]
            study = find("compare").folder / STUDY if trial.needs_study else None
            made[name] = reference(trial, tmp_path_factory.mktemp("reference"), study)
        return made[name]

    return find
