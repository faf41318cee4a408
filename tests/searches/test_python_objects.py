"""Searches in files: found, run again when changed, and refused in one line."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from solvers.cli import app
from solvers.python_objects import python_object
from solvers.searches import Space, StudyError, find_search
from solvers.studies.identity import describe
from solvers.studies.plan import Benchmark, StudySpec

SEARCH = """
class Draws:
    def __init__(self, space, rng, number=1):
        self.space, self.rng, self.number = space, rng, number
    def ask(self, n, /):
        return self.space.sample(self.rng, min(n, self.number))
    def tell(self, genomes, errors, /):
        pass
"""


@pytest.fixture
def search_file(tmp_path: Path) -> Path:
    path = tmp_path / "draws.py"
    path.write_text(SEARCH, encoding="utf-8")
    return path


def test_a_search_in_a_file_is_found_and_can_be_pickled(search_file: Path) -> None:
    factory = find_search(f"{search_file}:Draws")
    assert factory is find_search(f"{search_file}:Draws")
    space = Space(np.array([4]), np.zeros(1, dtype=np.bool_))
    search = factory(space, np.random.default_rng(1))
    again = pickle.loads(pickle.dumps(search))
    assert again.ask(5).tolist() == search.ask(5).tolist()


def test_a_file_that_has_changed_is_run_again(search_file: Path) -> None:
    before = python_object(f"{search_file}:Draws")
    search_file.write_text(SEARCH + "\nNUMBER = 3\n", encoding="utf-8")
    os.utime(search_file, ns=(1, 1))
    assert python_object(f"{search_file}:NUMBER") == 3
    assert python_object(f"{search_file}:Draws") is not before


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        (SEARCH, "draws.py:Drawn", "defines no Drawn"),
        (SEARCH, "none.py:Draws", "cannot read"),
        (SEARCH, "draws.py:", "file.py:Name"),
        ("import no_such_library\n", "draws.py:Draws", "line 1: ModuleNotFoundError"),
        ("x = 1\nclass Draws(:\n", "draws.py:Draws", "line 2: SyntaxError"),
        ("\n\nraise ValueError('two\\nlines')", "draws.py:Draws", "line 3: ValueError: two lines"),
        ("Draws = 3", "draws.py:Draws", "is a int"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, name: str, says: str) -> None:
    (tmp_path / "draws.py").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        find_search(f"{tmp_path}/{name}")
    assert caught.value.reason == "unknown-search"
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_commands_take_a_file(search_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(search_file.parent)
    command = ["evolve", "sorting-3", "--search", "draws.py:Draws", "-n", "500"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("FOUND error 0")
    done = CliRunner().invoke(app, ["compare", "sorting-3", "--search", "draws.py:Drawn"])
    assert done.exit_code == 2
    assert "defines no Drawn" in done.output


def test_a_study_knows_the_text_of_a_file(search_file: Path) -> None:
    benchmark = Benchmark("p", "p", dict, 0.0, "0", "recounted", {"optimum": 0.0}, 10)  # type: ignore[arg-type]

    def described() -> object:
        searches = {f"{search_file}:Draws": {}, "labelled": {"search": f"{search_file}:Draws"}}
        return describe(StudySpec("s", 1, (benchmark,), searches, 1)).get("files")

    before = described()
    assert isinstance(before, dict)
    assert list(before) == [str(search_file)]
    search_file.write_text(SEARCH + "\n", encoding="utf-8")
    assert described() != before
    assert "files" not in describe(StudySpec("s", 1, (benchmark,), {"random": {}}, 1))
