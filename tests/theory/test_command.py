"""The command of the checker: exit codes, its process, what it prints, what it compares."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from solvers import _check_neighbour
from solvers.completeness.verdict import verdict
from tests.support import optimum_examples as examples
from theory import catalogue
from theory.command import DEFAULT_MEMORY_GB, guarded, lines, main
from theory.formats.certificates import write_certificate
from theory.formats.component_writing import write_components
from theory.kernel.checks import certificates

ROOT = Path(__file__).resolve().parents[2]


def saved(folder: Path, data: dict[str, Any], name: str = "c.json") -> str:
    write_certificate(data, folder / name)
    return str(folder / name)


@pytest.fixture
def good(tmp_path: Path) -> str:
    return saved(tmp_path, examples.certificate("sorting"))


def checker(arguments: list[str], folder: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-P", "-m", "theory", *arguments],
        cwd=folder, env=environment, text=True, check=False, timeout=60,
        **{"capture_output": True, **more},
    )  # fmt: skip


def test_the_exit_code_and_the_first_line_say_what_came_out(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([good]) == 0
    assert capsys.readouterr().out.startswith("ACCEPTED  sorting-3: error 0 at length 3")
    wrong = examples.certificate("sorting")
    wrong["frontier"][1]["error"] = "0"
    bad = saved(tmp_path, wrong, "bad.json")
    assert main([bad]) == 1
    assert capsys.readouterr().out.startswith(f"REFUSED  {bad}: frontier[")
    assert main([good, bad, str(tmp_path / "none.json")]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err
    assert main([good, "--max-nodes", "1"]) == 3
    out = capsys.readouterr().out
    assert out.startswith("UNKNOWN   sorting-3: error 0")
    assert "no lower bound was checked" in out.splitlines()[0]


def test_data_and_text_say_the_same(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([good, "--json"]) == 0
    (data,) = json.loads(capsys.readouterr().out)
    assert data["outcome"] == "accepted"
    assert data["states"]["error"] == "0"
    assert data["says"] == ["found", "optimal", "zero"]
    assert lines(data)[0].startswith(f"ACCEPTED  {data['statement']}")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--timeout", "inf"],
        ["--timeout", "nan"],
        ["--timeout", "0"],
        ["--max-nodes", "0"],
        ["--max-memory", "-1"],
        ["--says", "true"],
        ["--regime", "while"],
        ["--expect", "none.smt2"],
        ["--unknown"],
    ],
)
def test_a_wrong_option_is_one_line(
    wrong: list[str], good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main([good, *wrong])
    except SystemExit as left:
        code = left.code
    assert code == 2
    error = capsys.readouterr().err
    assert error.startswith("sheffer-check: ")
    assert len(error.splitlines()) == 1


# Whatever happens inside can neither accept nor refuse


def sleeps() -> dict[str, Any]:
    while True:
        time.sleep(1)


def never_looks_up() -> dict[str, Any]:
    """One long computation in C: nothing inside the process could end it."""
    return {"outcome": "accepted", "number": str(len(str((7**7**8) % 10)))}


def fills_memory() -> dict[str, Any]:
    return {"outcome": "accepted", "data": "x" * len([0] * (1 << 33))}


def is_killed() -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {"outcome": "accepted"}


def raises() -> dict[str, Any]:
    raise ZeroDivisionError("a bug")


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (sleeps, "time"),
        (never_looks_up, "time"),
        (fills_memory, "memory"),
        (is_killed, "ended"),
        (raises, "internal-error"),
    ],
)
def test_a_check_that_fails_says_unknown(work: Callable[[], dict[str, Any]], reason: str) -> None:
    begun = time.monotonic()
    data = guarded(work, 0.5, 1.0)
    assert data["outcome"] == "unknown", data
    assert data["reason"] == reason
    assert time.monotonic() - begun < 10
    assert lines(data)[0].startswith("UNKNOWN ")


def test_a_fault_of_the_checker_is_no_refusal(
    good: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(certificates._CHECKERS, "optimum", "tests.support.faulty_checker")
    assert main([good]) == 3
    assert "the checker failed: IndexError" in capsys.readouterr().out


def test_ctrl_c_is_unknown(tmp_path: Path) -> None:
    data = examples.certificate("sorting")
    data["frontier"] = data["frontier"][:1]
    data["problem"]["target"]["samples"] *= 20_000  # reading takes some seconds
    path = saved(tmp_path, data)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "theory", path],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    time.sleep(1.0)
    os.killpg(process.pid, signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 3, (out, error)
    assert "interrupted" in out
    assert "Traceback" not in error


# A report that cannot be delivered


def test_a_closed_pipe_or_a_full_disk_is_no_verdict(good: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    closed = checker([good], tmp_path, capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (closed.returncode, closed.stderr) == (3, "")
    if Path("/dev/full").exists():
        with open("/dev/full", "w", encoding="utf-8") as full:
            error = checker([good, "--json"], tmp_path, capture_output=False, stdout=full,
                            stderr=subprocess.PIPE)  # fmt: skip
        assert error.returncode == 3
        assert error.stderr.startswith("sheffer-check: the report could not be written")
        assert len(error.stderr.splitlines()) == 1


# The checker's name


def test_the_checker_is_not_taken_over_by_what_lies_in_the_folder(
    good: str, tmp_path: Path
) -> None:
    (tmp_path / "theory.py").write_text('print("ACCEPTED  everything")\n', encoding="utf-8")
    found = checker([good], tmp_path)
    assert found.stdout.startswith("ACCEPTED  sorting-3")
    found = checker([good, "--says", "bounded"], tmp_path)
    assert found.returncode == 1


def test_solvers_refuse_a_theory_that_does_not_lie_beside_them(tmp_path: Path) -> None:
    mine = ROOT / "solvers" / "__init__.py"
    _check_neighbour(mine, str(ROOT / "theory" / "__init__.py"))
    for other in (str(tmp_path / "theory" / "__init__.py"), str(tmp_path / "theory.py"), None):
        with pytest.raises(ImportError, match="not Sheffer's"):
            _check_neighbour(mine, other)


# Is it the statement I asked for?


def test_a_certificate_is_held_against_my_own_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = verdict(catalogue.load("one-counter"))
    assert found.certificate is not None
    path = saved(tmp_path, found.certificate)
    own = tmp_path / "mine.smt2"
    text = catalogue.text("one-counter")
    own.write_text(text, encoding="utf-8")
    assert main([path, "--expect", str(own), "--says", "incomplete"]) == 0
    assert "it is about exactly what was expected" in capsys.readouterr().out
    assert main([path, "--expect", "one-counter"]) == 0
    assert main([path, "--expect", str(own), "--says", "complete"]) == 1
    assert "it does not say complete; it says incomplete" in capsys.readouterr().out
    assert main([path, "--expect", str(own), "--regime", "recurrent"]) == 1
    assert "regime: while, not recurrent" in capsys.readouterr().out
    for old, new, words in (
        ("(+ x 1)", "(+ x 2)", "component inc"),
        ("(registers (n) Int)", "(registers (n m) Int)", "registers"),
        ("(define-fun inc", "(define-fun two () Int 2)\n(define-fun inc", "component two"),
    ):
        if old not in text:
            continue
        own.write_text(text.replace(old, new), encoding="utf-8")
        assert main([path, "--expect", str(own)]) == 1
        assert words in capsys.readouterr().out
    own.write_text(write_components(catalogue.load("one-stack")), encoding="utf-8")
    assert main([path, "--expect", str(own)]) == 1


def test_a_certificate_is_held_against_my_own_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gates.smt2").write_text(
        "(define-fun nand ((a Bool) (b Bool)) Bool (not (and a b)))", encoding="utf-8"
    )
    rows = "a,b,out\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n"
    (tmp_path / "xor.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "or.csv").write_text(rows.replace("1,1,0", "1,1,1"), encoding="utf-8")
    from solvers.exact import solve, with_evidence
    from theory.formats.component_files import load_components
    from theory.formats.problem_files import Options, load_problem

    components = load_components(tmp_path / "gates.smt2")
    problem = load_problem(tmp_path / "xor.csv", components, Options(length=4))
    path = saved(tmp_path, with_evidence(solve(problem)).certificate())
    with_set = ["--components", str(tmp_path / "gates.smt2")]
    mine = [path, "--expect", str(tmp_path / "xor.csv"), *with_set]
    assert main([*mine, "--length", "4", "--says", "optimal"]) == 0
    assert main([*mine, "--length", "5"]) == 1
    assert "length: 4, not 5" in capsys.readouterr().out
    other = [path, "--expect", str(tmp_path / "or.csv"), *with_set, "--length", "4"]
    assert main(other) == 1
    assert "something else: target" in capsys.readouterr().out


def test_a_check_in_a_process_of_its_own_has_a_default_memory() -> None:
    assert guarded(lambda: {"outcome": "accepted"}, 5, DEFAULT_MEMORY_GB)["outcome"] == "accepted"
