"""The command line: what it prints, its exit codes, and that it starts light."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from solvers.cli import app

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
HEAVY = {"z3", "numba", "numpy", "networkx", "matplotlib", "rich.progress"}
RUNNER = CliRunner()


def sheffer(*arguments: object) -> tuple[int, str, str]:
    result = RUNNER.invoke(app, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_solve_prints_the_frontier_and_writes_a_certificate_that_is_accepted() -> None:
    code, out, _ = sheffer("solve", "sorting-4")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["length", "0", "1", "2", "3", "4", "5"]
    assert lines[1].split() == ["least", "error", "11", "8", "6", "4", "2", "0"]
    assert lines[2].startswith("OPTIMAL, recounted (reference enumerator, 66 behaviours)")
    code, out, _ = sheffer("check", "sorting-4.json")
    assert (code, out.split()[0]) == (0, "ACCEPTED")


def test_solve_a_csv_of_samples_with_components() -> None:
    code, out, _ = sheffer(
        "solve", EXAMPLES / "adder.csv", "-c", EXAMPLES / "gates.smt2", "-l", 3, "--json"
    )
    data = json.loads(out)
    assert code == 0
    assert [line["error"] for line in data["frontier"]] == ["4", "4", "2", "2"]
    assert data["evidence"] == "recounted"


def test_solve_by_cost_and_by_engine() -> None:
    adder = ("solve", EXAMPLES / "adder.csv", "-c", EXAMPLES / "gates.smt2")
    code, out, _ = sheffer(*adder, "-l", 6, "--cost", "tree")
    assert code == 0
    assert out.splitlines()[0].split() == ["size", "0", "1", "2", "3", "4", "5", "6"]
    assert "error 0 at formula size 6" in out
    code, out, _ = sheffer("check", "adder.json")
    assert (code, "lower bound recounted" in out) == (0, True)
    code, out, _ = sheffer(*adder, "-l", 2, "--engine", "smt", "--json")
    assert code == 0
    assert json.loads(out)["engine"] == "smt"
    for options in (("--engine", "chain"), ("--engine", "z"), ("--cost", "width")):
        code, out, err = sheffer(*adder, *options)
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_functions_counts_all_functions_and_shows_one(tmp_path: Path) -> None:
    code, out, _ = sheffer("functions", "--json", "--out", "all.csv", "--function", "0x17")
    data = json.loads(out)
    assert code == 0
    assert [row["functions"] for row in data["gates"]] == [8, 30, 114, 80, 24]
    assert sum(row["functions"] for row in data["by_class"]) == data["functions"] == 256
    assert len(data["by_class"]) == data["classes"] == 14
    assert [line["wrong"] for line in data["function"]] == [2, 2, 1, 1, 0]
    lines = (tmp_path / "all.csv").read_text().splitlines()
    assert lines[0] == "function,class,gates,wrong0,wrong1,wrong2,wrong3,wrong4"
    assert len(lines) == 257
    assert lines[1 + 0x17].split(",")[2:] == ["4", "2", "2", "1", "1", "0"]
    code, out, _ = sheffer("functions", EXAMPLES / "gates.smt2", "-l", 2, "--classes")
    assert code == 0
    assert "gates: 256 functions" in out
    assert sum("more" in line for line in out.splitlines()) > 0
    code, out, _ = sheffer("functions", "-n", 4, "--seconds", 0)
    assert code == 3
    assert "stopped: time" in out
    for bad in (("-n", 7), ("-l", -1), ("--function", "0x100"), ("--function", "x")):
        code, out, err = sheffer("functions", *bad)
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_solve_stopped_by_its_limit_gives_bounds_and_exit_code_3() -> None:
    code, out, _ = sheffer("solve", "sorting-6", "--seconds", 0)
    assert code == 3
    assert "BOUNDS (stopped: time)" in out
    code, out, _ = sheffer("check", "sorting-6.json")
    assert code == 0
    assert "error 0 at length 12 on 64 samples, found; no lower bound was checked" in out


def test_solve_without_a_recount_is_attested_and_the_checker_says_so() -> None:
    code, out, _ = sheffer("solve", "sorting-4", "--recount", 0)
    assert code == 0
    assert "OPTIMAL, attested" in out
    code, out, _ = sheffer("check", "sorting-4.json")
    assert code == 0
    assert "not checked  the lower bound" in out


def test_a_tampered_certificate_is_refused_with_its_place() -> None:
    sheffer("solve", "sorting-4")
    data = json.loads(Path("sorting-4.json").read_text())
    data["frontier"][4]["error"] = "1"
    Path("tampered.json").write_text(json.dumps(data))
    code, out, _ = sheffer("check", "tampered.json")
    assert code == 1
    assert out.startswith("REFUSED  tampered.json: frontier[4]")


def test_evolve_is_repeatable_and_claims_no_optimum() -> None:
    first = sheffer("evolve", "sorting-5", "-n", 300, "--seed", 3)
    assert first == sheffer("evolve", "sorting-5", "-n", 300, "--seed", 3)
    assert first[1].startswith("FOUND error")
    assert "OPTIM" not in first[1].upper()


def test_report_computes_everything_again_from_the_runs_or_an_old_study() -> None:
    arguments = ("compare", "sorting-3", "-r", 3, "-n", 60, "--out", "study", "--workers", 1)
    assert sheffer(*arguments, "--contrast", "random:genetic")[0] == 0
    page = Path("study", "report.html").read_bytes()
    code, out, _ = sheffer("report", "study", "--out", "again")
    assert code == 0
    assert "wrote again/report.html" in out
    assert Path("again", "report.html").read_bytes() == page
    Path("study", "study.json").unlink()  # as older versions left a folder
    code, out, _ = sheffer("report", "study", "--json")
    assert code == 0
    assert json.loads(out)["complete"]
    assert "random / genetic" in Path("study", "report.md").read_text()
    code, _, err = sheffer("report", "nowhere")
    assert code == 2
    assert "sheffer compare" in err
    for wrong in ("random", "random:rendom", "a:b:c"):
        code, _, err = sheffer(*arguments, "--contrast", wrong)
        assert code == 2
        assert len(err.splitlines()[-1:]) == 1
        assert "contrast" in err.splitlines()[-1]


def test_compare_a_table_reports_the_one_se_set_and_the_files() -> None:
    code, out, _ = sheffer(
        "compare", EXAMPLES / "loss.csv", "-r", 6, "--workers", 1, "--out", "here", "--json"
    )
    data = json.loads(out)
    assert code == 0
    assert {row["target"] for row in data["rows"]} == {"optimum", "one-SE set"}
    assert all(row["successes"] == 6 for row in data["rows"])
    assert all(Path(file).exists() for file in data["files"])
    code, out, _ = sheffer("check", "here/certificates/loss.json")
    assert code == 0
    assert "table optimum, checked" in out


def test_turing_runs_the_champion_of_five_states() -> None:
    code, out, _ = sheffer("turing", "1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA")
    assert code == 0
    assert out.startswith("HALT  47,176,870 steps · 4,098 ones")


def test_list_names_what_the_other_commands_know() -> None:
    code, out, _ = sheffer("list", "--json")
    data = json.loads(out)
    assert code == 0
    assert {"random", "local-search", "regularised-evolution", "genetic"} <= set(data["searches"])
    assert "sorting-6" in data["suites"]["study"]


BAD = [
    (["solve", "nope"], "known names"),
    (["solve", "sorting-99"], "2 to 16"),
    (["solve", "no.csv", "-c", "x.smt2"], "x.smt2: cannot be read"),
    (["solve", "no.smt2"], "no.smt2: cannot be read"),
    (["solve", EXAMPLES / "adder.csv"], "--components"),
    (["solve", EXAMPLES / "adder.csv", "-c", EXAMPLES / "adder.csv"], "adder.csv:2:1"),
    (["solve", "sorting-4", "--graph", "x.txt"], ".graphml"),
    (["solve", "sorting-6", "--graph", "x.svg"], "smaller --length"),
    (["solve", "sorting-4", "--measure", "absolute"], "files"),
    (["evolve", "sorting-4", "--search", "nope"], "local-search"),
    (["compare"], "sheffer list"),
    (["compare", "--suite", "nope"], "known: study"),
    (["compare", "sorting-4", "sorting-4"], "same name"),
    (["check", "nowhere.json"], "nowhere.json: cannot be read"),
    (["evolve", "sorting-4", "--seed", "-3"], "--seed"),
    (["compare", "sorting-4", "--seed", "-3"], "--seed"),
    (["turing", "1RB2LB"], "machine:1:4: symbol 2"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda v: str(v)[:40])
def test_bad_input_gets_one_line_and_exit_code_2(arguments: list[object], words: str) -> None:
    code, out, err = sheffer(*arguments)
    assert code == 2
    assert out == ""
    text = err.strip().splitlines()[-1]
    assert words in text
    assert "Traceback" not in err


def test_the_command_starts_without_heavy_imports() -> None:
    program = f"import sys, solvers.cli; print(sorted({HEAVY!r} & set(sys.modules)))"
    assert _python("-c", program).stdout.strip() == "[]"


def test_the_checker_loads_neither_solvers_nor_z3_for_samples() -> None:
    sheffer("solve", "sorting-4")
    program = (
        "import sys, theory.__main__ as m; code = m.main(['sorting-4.json']); "
        "print(code, sorted({'solvers', 'z3', 'numpy'} & set(sys.modules)))"
    )
    assert _python("-c", program).stdout.strip().splitlines()[-1] == "0 []"


@pytest.mark.slow
def test_ctrl_c_gives_the_bounds_found_so_far() -> None:
    command = [sys.executable, "-m", "solvers.cli", "solve", "sorting-8", "--recount", "0"]
    with subprocess.Popen(
        command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        time.sleep(12)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "BOUNDS (stopped: interrupted)" in out
    assert "Traceback" not in err


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {**os.environ, "PYTHONPATH": root}


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env=_environment(), capture_output=True, text=True, check=True
    )
