"""Growth: what is measured, what is only a bound, and the rates."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from solvers.cli import app
from solvers.commands.growth import _numbers
from solvers.comparisons.growth import (
    COMPONENTS,
    LENGTH,
    Measurement,
    fits,
    measure,
    series,
    to_json,
)
from solvers.comparisons.growth_plot import growth_picture
from solvers.exact import Limits, solve
from solvers.suites import find_problem
from theory.kernel.errors import ProblemError


def measurement(x: int, **changes: object) -> Measurement:
    facts: dict[str, object] = {
        "axis": LENGTH, "problem": "p", "length": x, "components": 3, "behaviours": 5 * 2**x,
        "exact_seconds": 0.5 * 2**x, "stopped": "", "target": 0.0, "runs": 10, "successes": 10,
        "ert": 7.0 * 3**x, "ert_lower": 6.0 * 3**x, "ert_upper": 8.0 * 3**x,
        "ert_bound": math.nan, "seconds_per_success": 1e-6,
    }  # fmt: skip
    return Measurement(**{**facts, **changes})  # type: ignore[arg-type]


def test_what_is_measured_are_the_exact_counts_and_the_running_times() -> None:
    points = series("sorting", 4, [1, 3, 5], 3, [3, 4, 5])
    found = measure(points, repetitions=6, evaluations=3000)
    assert [(m.axis, m.x) for m in found] == [
        (LENGTH, 1), (LENGTH, 3), (LENGTH, 5),
        (COMPONENTS, 3), (COMPONENTS, 6), (COMPONENTS, 10),
    ]  # fmt: skip
    for m in found:
        frontier = solve(find_problem(m.problem, m.length))
        assert m.behaviours == sum(frontier.counts)
        assert m.target == frontier.lines[-1].error
        assert m.successes == 6
        assert m.ert_lower <= m.ert <= m.ert_upper
        assert m.exact_seconds >= 0
        assert m.seconds_per_success > 0
    again = measure(points[:1], repetitions=6, evaluations=3000)
    assert again[0].ert == found[0].ert


def test_limits_are_told_and_take_no_part_in_a_rate() -> None:
    hard = series("sorting", 6, [12], 5, [])
    (stopped,) = measure(hard, repetitions=2, evaluations=50, limits=Limits(states=2000))
    assert stopped.stopped == "states"
    assert 0 <= stopped.target < 57  # the best error found
    for quantity in ("behaviours", "exact_seconds", "ert", "seconds_per_success"):
        assert stopped.fitted(quantity) is None


def test_rates_are_fitted_through_what_is_known() -> None:
    found = [measurement(x) for x in range(1, 7)]
    lost = {"stopped": "time", "behaviours": 9, "ert": math.inf, "successes": 0, "ert_bound": 4.0}
    rates = fits([*found, measurement(7, **lost)])
    assert rates[LENGTH, "behaviours"].factors()[0] == pytest.approx(2)
    assert rates[LENGTH, "ert"].factors() == pytest.approx((3, 3, 3))
    assert rates[LENGTH, "behaviours"].points == 6
    lonely = measure(series("sorting", 6, [8], 5, []), repetitions=2, evaluations=5)[0]
    assert (lonely.successes, lonely.ert) == (0, math.inf)
    assert lonely.ert_bound > 5
    assert lonely.fitted("ert") is None
    assert (LENGTH, "seconds_per_success") not in rates  # all below what can be timed
    assert not fits(found[:2])
    data = to_json([*found, measurement(7, **lost)])
    assert data["measurements"][6]["ert"] == "inf"
    assert data["measurements"][0]["ert_bound"] is None
    json.dumps(data, allow_nan=False)


def test_the_picture_is_the_same_every_time(tmp_path: Path) -> None:
    part = [measurement(x) for x in range(1, 5)] + [measurement(5, stopped="time")]
    pictures = [growth_picture(part, "genetic", tmp_path / f"{k}.svg") for k in range(2)]
    assert pictures[0].read_bytes() == pictures[1].read_bytes()


def test_the_command_writes_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = [
        "growth",
        "pancakes",
        "--size",
        "4",
        "--lengths",
        "1-3",
        "--sizes",
        "none",
        "-r",
        "5",
    ]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    folder = tmp_path / "results" / "growth-pancakes"
    rows = list(csv.DictReader((folder / "growth.csv").open()))
    assert [row["length"] for row in rows] == ["1", "2", "3"]
    data = json.loads((folder / "growth.json").read_text())
    assert data["complete"]
    assert [m["behaviours"] for m in data["measurements"]] == [int(r["behaviours"]) for r in rows]
    assert (folder / "growth.png").stat().st_size > 10_000


def test_what_the_command_refuses() -> None:
    assert _numbers("2-4,7") == [2, 3, 4, 7]
    assert _numbers("none") == []
    for bad in ("", "x", "4-", "-3", "9-2", "1,,2"):
        with pytest.raises(ProblemError, match=r"4-8"):
            _numbers(bad)
    for arguments in (["sortings"], ["nas201"], ["sorting", "--size", "99"], ["-s", "none"]):
        result = CliRunner().invoke(
            app, ["growth", *arguments, "--lengths", "1", "--sizes", "none"]
        )
        assert result.exit_code == 2, arguments
        assert len(result.stderr.splitlines()) == 1
