"""What a comparison refuses before any search: each with its reason, and nothing is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from solvers import Settings, compare, find_problem, solve
from solvers.cli import app
from solvers.comparisons import comparison
from solvers.comparisons.request import check_request
from solvers.searches import StudyError
from theory.formats.problem_files import load_problem
from theory.kernel.errors import ShefferError

PROBLEM = find_problem("pancakes-4")
TABLE = Path(__file__).parents[2] / "docs" / "examples" / "loss.csv"
GIVEN = Settings({"random": {}, "genetic": {}}, 2, 50, workers=1, count_states=0)


@pytest.fixture(autouse=True)
def _no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError("an exact search was begun")

    monkeypatch.setattr(comparison, "solve", fail)


def refused(folder: Path, settings: Settings, problem: Any = PROBLEM) -> str:
    with pytest.raises(ShefferError) as caught:
        compare([problem], folder, settings)
    assert "\n" not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "b")],
        [("random", "random")],
        [("random", "annealing")],
        [("random", "genetic"), ("random", "genetic")],
        [("random", "genetic"), ("genetic", "random")],
    ],
)
def test_contrasts_that_cannot_be_tested(tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    folder = tmp_path / "study"
    assert refused(folder, replace(GIVEN, contrasts=tuple(pairs))) == "bad-contrast"
    assert not folder.exists()


@pytest.mark.parametrize(
    ("searches", "reason"),
    [
        ({"no-search": {}}, "unknown-search"),
        ({"mine": {"search": "no-search"}}, "unknown-search"),
        ({"os:getcwd": {}}, "bad-setting"),
        ({"genetic": {"no_setting": 1}}, "bad-setting"),
        ({"random": {"x": object()}}, "bad-setting"),
    ],
)
def test_searches_that_cannot_be_made(tmp_path: Path, searches: Any, reason: str) -> None:
    assert refused(tmp_path / "study", replace(GIVEN, searches=searches)) == reason


def test_a_search_that_needs_samples_on_a_table(tmp_path: Path) -> None:
    settings = replace(GIVEN, searches={"competitive": {}})
    assert refused(tmp_path, settings, load_problem(TABLE)) == "no-samples"
    check_request([PROBLEM], tmp_path, settings)


def test_a_search_that_compares_behaviours_where_it_cannot(tmp_path: Path) -> None:
    settings = replace(GIVEN, searches={"semantic-annealing": {}})
    assert refused(tmp_path, settings, load_problem(TABLE)) == "no-slots"
    for name in ("sorting-4", "gates-any-halfadder"):
        assert refused(tmp_path, settings, find_problem(name)) == "no-slots"
    fitting = [find_problem(name) for name in ("pancakes-5", "gates-nand-parity3")]
    check_request(fitting, tmp_path, settings)


@pytest.mark.parametrize(
    "change",
    [
        {"repetitions": 0},
        {"repetitions": 10**7},
        {"evaluations": 0},
        {"evaluations": 10**20},
        {"seed": -1},
        {"workers": 0},
        {"count_states": -1},
        {"exact_s": float("nan")},
        {"checkpoint_s": -1.0},
    ],
)
def test_numbers_out_of_range(change: Any) -> None:
    with pytest.raises(StudyError) as caught:
        replace(GIVEN, **change)
    assert caught.value.reason == "bad-settings"


@pytest.mark.parametrize(
    "address", ["", "nonsense", "ftp://host:8786", "tcp://host", "tcp://host:port", "host:99999"]
)
def test_addresses_that_are_none(tmp_path: Path, address: str) -> None:
    assert refused(tmp_path, replace(GIVEN, scheduler=address)) == "bad-address"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tls://a.b-c.example:1", "[::1]:8786"])
def test_addresses_that_may_be_one(tmp_path: Path, address: str) -> None:
    check_request([PROBLEM], tmp_path, replace(GIVEN, scheduler=address))


def test_a_folder_that_is_a_file_or_lies_in_one(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert refused(file, GIVEN) == "bad-folder"
    assert refused(file / "deep" / "study", GIVEN) == "bad-folder"


def test_problems_of_one_name_and_none(tmp_path: Path) -> None:
    with pytest.raises(ShefferError, match="same name"):
        check_request([PROBLEM, PROBLEM], tmp_path, GIVEN)
    with pytest.raises(ShefferError, match="needs a problem"):
        check_request([], tmp_path, GIVEN)


def test_a_file_that_is_no_study(tmp_path: Path) -> None:
    (tmp_path / "study.sqlite").write_text("no database", encoding="utf-8")
    assert refused(tmp_path, GIVEN) == "bad-store"
    (tmp_path / "study.sqlite").write_text("", encoding="utf-8")
    check_request([PROBLEM], tmp_path, GIVEN)


def test_a_folder_with_another_study_and_with_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as searching:
        searching.setattr(comparison, "solve", solve)
        compare([PROBLEM], tmp_path, GIVEN)
    for change, name in (
        ({"seed": 2}, "seed"),
        ({"repetitions": 3}, "repetitions"),
        ({"evaluations": 51}, "problems"),
        ({"searches": {"random": {}}}, "contrasts, searches"),
        ({"contrasts": (("random", "genetic"),)}, "contrasts"),
    ):
        settings = replace(GIVEN, **change)  # type: ignore[arg-type]
        with pytest.raises(StudyError) as caught:
            compare([PROBLEM], tmp_path, settings)
        assert caught.value.reason == "other-study"
        assert f"(different: {name})" in str(caught.value)
    check_request([PROBLEM], tmp_path, GIVEN)
    check_request([PROBLEM], tmp_path, replace(GIVEN, checkpoint_s=0.0, workers=3))


@pytest.mark.parametrize(
    "options",
    [
        ["--contrast", "random"],
        ["--contrast", "random:"],
        ["--contrast", "a:b:c"],
        ["--contrast", "random:annealing"],
        ["--scheduler", "nonsense"],
        ["--evaluations", "100000000000000000000"],
        ["--checkpoint", "nan"],
    ],
)
def test_the_command_says_it_in_one_line(tmp_path: Path, options: list[str]) -> None:
    request = ["compare", "pancakes-4", "-s", "random", "-s", "genetic", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, [*request, *options])
    assert result.exit_code == 2
    assert result.stderr.startswith("sheffer: ")
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
