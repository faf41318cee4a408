"""Reports: every figure computed again from the CSV, one page without outside requests, exports."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from solvers import Settings, compare, find_problem
from solvers.comparisons.comparison import Comparison
from solvers.comparisons.request import default_contrasts
from solvers.reports.contrasts import contrast_rows, ideal_rows, ideal_summary
from solvers.reports.document import sections, write_report
from solvers.reports.iohprofiler import write_iohprofiler
from solvers.reports.profiles import TOGETHER, best_after, profiles, reached, weights
from solvers.reports.tables import budget_table, contrast_table, effort_table, ideal_table
from solvers.reports.tables_of_runs import main_table, study_rows
from solvers.searches import OPTIMUM, RunResult, StudyError
from solvers.statistics import (
    bootstrap_ratio,
    expected_running_time,
    ideal_probability,
    random_expectation,
    vargha_delaney,
)
from solvers.studies.plan import Benchmark, StudyResult, not_stored
from solvers.studies.recorded import hit
from solvers.studies.results import Ideal, Results, read_results, write_results
from theory.formats.problem_files import load_problem

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, Path]:
    folder = tmp_path_factory.mktemp("study")
    problems = [find_problem("sorting-4")]
    problems.append(load_problem(ROOT / "docs" / "examples" / "loss.csv"))
    return compare(problems, folder, Settings(repetitions=12, evaluations=150, workers=1)), folder


def run(evaluations: int, *steps: tuple[int, float], behaviours: int | None = None) -> RunResult:
    at = next((at for at, error in steps if error <= 0), None)
    return RunResult(
        evaluations, evaluations, {OPTIMUM: at}, steps, (1, -1), steps[-1][1], behaviours
    )


def benchmark(name: str, data: str = "", cap: int = 100) -> Benchmark:
    make = partial(not_stored, name)
    return Benchmark(name, "f", make, 0.0, "0", "recounted", {OPTIMUM: 0.0}, cap, data)


def two_searches(*names: str, data: str = "") -> StudyResult:
    fast = tuple(run(10 + k, (1, 3.0), (10 + k, 0.0), behaviours=5) for k in range(8))
    slow = (*(run(50 + k, (1, 2.0), (50 + k, 0.0)) for k in range(6)), run(100, (4, 1.0)))
    runs = {(n, s): r for n in names for s, r in (("fast", fast), ("slow", slow))}
    marks = tuple(benchmark(name, data) for name in names)
    return StudyResult("s", marks, ("fast", "slow"), runs, True, (("fast", "slow"),))


def test_what_was_written_is_read_back(compared: tuple[Comparison, Path], tmp_path: Path) -> None:
    result, folder = compared
    read = read_results(folder)
    assert read.study.runs == result.study.runs
    assert read.study.seconds == result.study.seconds
    assert all(
        cpu is not None and cpu >= 0 for pairs in read.study.seconds.values() for _, cpu in pairs
    )
    written = replace(result.results, study=replace(result.study, benchmarks=()))
    assert replace(read, study=replace(read.study, benchmarks=())) == written
    again = write_results(read, tmp_path)
    assert [p.read_bytes() for p in again] == [(folder / p.name).read_bytes() for p in again]


def test_a_report_from_the_csv_is_the_same(
    compared: tuple[Comparison, Path], tmp_path: Path
) -> None:
    _, folder = compared
    for path in write_report(read_results(folder), tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_the_figures_of_the_report_follow_from_the_csv_alone(
    compared: tuple[Comparison, Path],
) -> None:
    """Without any code of ours: ERT, success and shares, from runs.csv by hand."""
    _, folder = compared
    with (folder / "runs.csv").open() as file:
        rows = list(csv.DictReader(file))
    report = (folder / "report.md").read_text()
    page = (folder / "report.html").read_text()
    least = {"sorting-4": 0.0, "loss": 0.29}
    for problem, optimum in least.items():
        for search in ("random", "genetic"):
            runs = [r for r in rows if (r["problem"], r["search"]) == (problem, search)]
            assert len(runs) == 12
            spent = sum(int(r["evaluations"]) for r in runs)
            wins = sum(float(r["best_error"]) <= optimum for r in runs)
            seen = 1 - sum(int(r["behaviours"]) for r in runs) / spent
            line = next(x for x in report.splitlines() if x.startswith(f"| {problem} | {search} "))
            assert f"{wins}/12 [" in line
            assert f"| {spent / wins:,.1f}" in line or f"| {spent / wins:,.0f} [" in line
            assert f"{100 * seen:.3g} %" in line
            for cell in line.strip("| ").split(" | "):
                assert cell.replace(">", "&gt;").replace("<", "&lt;") in page


def test_what_a_folder_must_hold(compared: tuple[Comparison, Path], tmp_path: Path) -> None:
    _, folder = compared

    def broken(name: str, change: str, to: str) -> StudyError:
        for path in write_results(read_results(folder), tmp_path):
            if path.name == name:
                text = path.read_text()
                assert change in text
                path.write_text(text.replace(change, to, 1))
        with pytest.raises(StudyError) as caught:
            read_results(tmp_path)
        assert "\n" not in str(caught.value)
        assert name in str(caught.value)
        return caught.value

    with pytest.raises(StudyError, match="sheffer compare") as caught:
        read_results(tmp_path / "none")
    assert caught.value.reason == "no-results"
    assert "format 7" in str(broken("study.json", '"format": 1', '"format": 7'))
    assert "cap" in str(broken("study.json", '"cap"', '"cup"'))
    broken("study.json", "{", "")
    assert "columns" in str(broken("runs.csv", "behaviours", "behaviors"))
    assert ":2" in str(broken("runs.csv", ",0,", ",x,"))
    assert "no run of this study" in str(broken("runs.csv", "loss", "lost"))
    assert "cells" in str(broken("runs.csv", "\nloss,", "\n1,loss,"))
    assert "best error" in str(broken("runs.csv", ":0.29", ":0.28"))
    assert "no time" in str(broken("times.csv", ",0,", ",0,x"))


def test_the_page_asks_nothing_from_outside_and_can_be_followed(
    compared: tuple[Comparison, Path],
) -> None:
    page = (compared[1] / "report.html").read_text()
    assert not re.search(r"<(?:script|img|link|iframe|object)\b|@import|url\((?!#)", page)
    hrefs = re.findall(r'(?<!xmlns:)(?:href|src)="([^"]*)"', page)
    assert all(target.startswith("#") for target in hrefs)
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert {t[1:] for t in hrefs} | set(re.findall(r"url\(#([^)]+)\)", page)) <= set(names)
    body = re.sub(r"<!DOCTYPE html>|<meta[^>]*>", "", page)
    root = ElementTree.fromstring(body)
    tables = list(root.iter("table"))
    assert len(tables) >= 5
    for table in tables:
        assert table.find("caption") is not None
        assert {th.get("scope") for th in table.iter("th")} == {"col", "row"}
    drawings = [e for e in root.iter() if e.tag.endswith("svg")]
    assert len(drawings) == 3
    assert all(e.get("role") == "img" and len(e.get("aria-label") or "") > 40 for e in drawings)
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"(?:fill|stroke): #", page)  # every colour follows the reader's choice


def test_searches_with_other_names_cannot_break_the_page(tmp_path: Path) -> None:
    study = two_searches("a<b>&|c")
    paths = write_report(Results(study, 8, 1), tmp_path)
    assert "<b>" not in paths[0].read_text()
    assert "a&lt;b&gt;&amp;|c" in paths[0].read_text()
    assert "a&lt;b>&\\|c" in paths[1].read_text()


def test_contrasts_are_those_named_and_corrected_together() -> None:
    study = two_searches("a", "b")
    rows = contrast_rows(study)
    assert [(r.problem, r.first, r.second) for r in rows] == [
        ("a", "fast", "slow"), ("b", "fast", "slow"),
    ]  # fmt: skip
    fast, slow = list(range(10, 18)), [*range(50, 56), 100]
    wins = [True] * 6 + [False]
    ert = expected_running_time(fast, [True] * 8) / expected_running_time(slow, wins)
    assert rows[0].ratio == pytest.approx(ert)
    assert (rows[0].ratio_lower, rows[0].ratio_upper) == bootstrap_ratio(
        fast, [True] * 8, slow, wins
    )
    effect, interval = vargha_delaney(fast, [*slow[:6], math.inf])
    assert (rows[0].effect, rows[0].effect_lower, rows[0].effect_upper) == (effect, *interval)
    assert rows[0].test == "Mann-Whitney"
    assert rows[0].corrected == pytest.approx(2 * rows[0].p_value)
    assert contrast_rows(replace(study, contrasts=())) == []
    assert default_contrasts(["random", "genetic", "x"]) == (
        ("genetic", "random"),
        ("genetic", "x"),
    )
    assert default_contrasts(["x", "y"]) == (("x", "y"),)
    assert default_contrasts(["x"]) == ()


def test_contrasts_say_what_cannot_be_said() -> None:
    never = tuple(run(100, (1, 2.0)) for _ in range(7))
    study = two_searches("a")
    fast = study.runs["a", "fast"]

    def cell(first: tuple[RunResult, ...], second: tuple[RunResult, ...]) -> tuple[str, ...]:
        runs = {("a", "fast"): first, ("a", "slow"): second}
        table = contrast_table(contrast_rows(replace(study, runs=runs)))
        assert table is not None
        assert all(text.strip() for text in table.rows[0])
        return table.rows[0]

    assert "first never" in cell(never, fast)[2]
    assert cell(never, fast)[2].startswith("> ")
    assert cell(fast, never)[2].startswith("< ")
    assert cell(never, never)[2] == "neither succeeded"
    assert cell(fast[:3], fast)[2].endswith("[< 5 successes]")
    early = tuple(replace(r, evaluations=60) for r in never)
    assert cell(fast, (*never, *early))[4] == "log-rank"
    assert cell(fast, (*never, *early))[3] == "not known (unequal caps)"


def test_ideal_random_search_in_a_report() -> None:
    study = two_searches("a", "b", "c")
    ideals = {
        "a": Ideal(299, True, ((0.0, 1), (1.0, 9))),
        "b": Ideal(39, False, ((0.0, 1),), "states"),
        "c": Ideal(39, False, (), "time"),
    }
    ladders = dict.fromkeys("abc", (1.0, 0.0))
    results = Results(study, 8, 1, ideals, ladders)
    first, second, third = ideal_rows(results)
    assert first.expected == random_expectation(299, 1) == 150
    assert first.within_cap == pytest.approx(100 / 299)
    assert (first.below, first.above) == (("fast", "slow"), ())
    assert (second.expected, second.below, second.above) == (20, ("fast",), ())
    assert third.winners is None
    table = ideal_table([first, second, third])
    assert table is not None
    assert all(cell.strip() for row in table.rows for cell in row)
    assert table.rows[1][2] == ">= 39"
    large = [replace(first, distinct=10_000), replace(second, distinct=20_000), third]
    assert ideal_summary(large, ("fast", "slow")) == [
        "fast: below it on 2 of 2 problems with at least 10,000 behaviours",
        "slow: below it on 1 of 2 problems with at least 10,000 behaviours; not on b",
    ]
    assert ideal_summary([first], ("fast",)) == []
    shown = main_table(study_rows(study), [first, second, third]).rows
    assert [row[1] for row in shown[:3]] == ["fast", "slow", "ideal random"]
    assert shown[5][4] == ">= 20.0"
    assert shown[8][4] == "not known"
    found = {profile.name: profile for profile in profiles(results)}
    mean = (ideal_probability(299, 9, 50) + ideal_probability(299, 1, 50)) / 2
    index = int(np.searchsorted(found["a"].budgets, 50))
    assert found["a"].budgets[index] >= 50
    assert found["a"].ideal is not None
    assert found["a"].ideal[index - 1] <= mean <= found["a"].ideal[index]
    assert found["b"].ideal is None  # how many have error 1 is not known
    assert found[TOGETHER].ideal is None


def test_profiles_count_runs_and_targets() -> None:
    study = two_searches("a", "b")
    results = Results(study, 8, 1, {}, {"a": (2.0, 1.0, 0.0), "b": (0.0,)})
    budgets = np.array([1, 4, 9, 12, 100])
    fast, slow = (study.runs["a", s] for s in study.searches)
    assert reached(fast, (2.0, 0.0), budgets).mean(axis=0).tolist() == [0, 0, 0, 3 / 8, 1]
    assert reached(slow, (2.0, 1.0, 0.0), budgets)[6].tolist() == [0, 2 / 3, 2 / 3, 2 / 3, 2 / 3]
    one, two, everything = profiles(results)
    assert (one.targets, two.targets, everything.targets) == (3, 1, 4)
    for search in study.searches:
        mean = (one.curves[search].share + two.curves[search].share) / 2
        assert everything.curves[search].share == pytest.approx(mean)
        for profile in (one, two, everything):
            curve = profile.curves[search]
            assert (np.diff(curve.share) >= 0).all()
            assert (curve.lower <= curve.share + 1e-12).all()
            assert (curve.share <= curve.upper + 1e-12).all()
    assert best_after(results, study.benchmarks[0], "slow", 3) == [2.0] * 6 + [math.inf]
    table = budget_table(results)
    assert table is not None
    assert table.header[3:] == ("after 100",)
    effort = effort_table(study)
    assert effort is not None
    assert effort.rows[0][3:] == ("108", "108", "100 %", "40", "63 %")
    assert effort.rows[1][6:] == ("not counted", "not counted")


def test_problems_on_the_same_data_weigh_as_one() -> None:
    marks = [benchmark("x", "nas201"), benchmark("y", "nas201"), benchmark("z")]
    assert weights(marks) == {"x": 0.25, "y": 0.25, "z": 0.5}
    results = Results(two_searches("x", "y", data="cells"), 8, 1)
    text = " ".join(t for part in sections(results, set()) for t in part.text)
    assert "x, y are measured on the same cells architectures" in text


def test_a_problem_without_a_proved_optimum_is_reported_as_bounds() -> None:
    study = two_searches("a")
    open_ = replace(
        study.benchmarks[0], optimum=None, optimum_text="1..2", evidence="bounds",
        targets={"best known": 2.0},
    )  # fmt: skip
    runs = {k: tuple(replace(r, hits={"best known": 1}) for r in v) for k, v in study.runs.items()}
    results = Results(replace(study, benchmarks=(open_,), runs=runs), 8, 1)
    parts = {part.title: part for part in sections(results, set())}
    assert "not proved, bounds 1..2" in parts["What was run"].items[0]
    assert parts["Reaching the optimum"].tables[0].rows[0][2] == "1..2 (bounds)"


def test_hits_are_read_off_the_improvements(compared: tuple[Comparison, Path]) -> None:
    for (name, _), runs in compared[0].study.runs.items():
        targets = next(b.targets for b in compared[0].study.benchmarks if b.name == name)
        for result in runs:
            assert result.hits == {t: hit(result, error) for t, error in targets.items()}


def test_the_export_is_read_back_by_iohinspector(
    compared: tuple[Comparison, Path], tmp_path: Path
) -> None:
    inspector = pytest.importorskip("iohinspector")
    result = compared[0]
    folder = write_iohprofiler(result.results, tmp_path / "ioh")
    manager = inspector.DataManager()
    manager.add_folder(str(folder))
    overview = manager.overview
    assert len(overview) == sum(map(len, result.study.runs.values()))
    for (problem, search), runs in result.study.runs.items():
        number = [b.name for b in result.study.benchmarks].index(problem) + 1
        chosen = manager.select(function_ids=[number], algorithms=[search])
        rows = chosen.overview.sort("run_id")
        assert rows["evals"].to_list() == [r.evaluations for r in runs]
        assert rows["best_y"].to_list() == [r.best_error for r in runs]
        assert set(rows["problem"].to_list()) == {problem}
        assert set(rows["cap"].to_list()) == {150}
        assert set(rows["repetitions"].to_list()) == {12}
        data = chosen.load(monotonic=False, include_meta_data=True).sort("run_id", "evaluations")
        for number, expected in enumerate(runs, start=1):
            part = data.filter(data["run_id"] == number)
            steps = list(zip(part["evaluations"].to_list(), part["raw_y"].to_list(), strict=True))
            assert steps[: len(expected.trajectory)] == list(expected.trajectory)
            assert steps[-1] == (expected.evaluations, expected.best_error)
