"""SyGuS files solved: shortest answers, honest failures, and the command's options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import theory.formats.sygus
from solvers.cli import app
from solvers.exact import Limits, solve, with_evidence
from theory.formats.sygus import read_sygus
from theory.kernel.checks.certificates import check
from theory.kernel.errors import CertificateError

MAX = """(set-logic LIA)
(synth-fun max ((x Int) (y Int)) Int ((I Int) (B Bool))
  ((I Int (x y 0 (+ I I) (ite B I I))) (B Bool ((<= I I)))))
(declare-var x Int)
(declare-var y Int)
(constraint (>= (max x y) x))
(constraint (>= (max x y) y))
(constraint (or (= x (max x y)) (= y (max x y))))
(check-synth)
"""
run = CliRunner().invoke


def test_the_shortest_answer_to_a_relation_is_found_and_recounted() -> None:
    task = read_sygus(MAX, "max.sl")
    found = with_evidence(solve(task.problem, Limits(30)))
    assert [(line.error, line.at_least) for line in found.lines[:3]] == [(1, 1), (1, 1), (0, 0)]
    certificate = found.certificate()
    report = check(certificate)
    assert report.unchecked == ()
    assert task.answer(found.best.sequence) == (  # type: ignore[arg-type]
        "(define-fun max ((x Int) (y Int)) Int (ite (<= x y) y x))"
    )
    certificate["problem"]["target"]["relation"] = "(and (>= out x) (> out y))"
    with pytest.raises(CertificateError) as refusal:
        check(certificate)
    assert refusal.value.reason == "witness"


def test_a_relation_with_several_right_outputs_is_solved_too() -> None:
    text = """(synth-fun f ((x Int)) Int ((I Int)) ((I Int (x 1 (+ I I)))))
    (declare-var x Int) (constraint (> (f x) (+ x 1)))(check-synth)"""
    task = read_sygus(text, "above.sl")
    found = solve(task.problem, Limits(30))
    assert found.best.error == 0
    assert found.best.length == 2
    assert check(with_evidence(found).certificate()).complete


def test_a_relation_over_few_inputs_is_tried_on_all() -> None:
    text = """(synth-fun f ((p Bool) (q Bool)) Bool ((B Bool)) ((B Bool (p q (not B) (and B B)))))
    (declare-var p Bool) (declare-var q Bool)
    (constraint (=> p (f p q))) (constraint (=> (f p q) (or p q)))
    (constraint (=> q (f p q)))(check-synth)"""
    found = solve(read_sygus(text, "or.sl").problem, Limits(30))
    assert found.inputs is None
    assert found.best.error == 0
    assert found.best.length == 4


def test_division_blocks_at_zero_and_rationals_are_solved() -> None:
    text = """(set-logic LRA)(synth-fun f ((x Real)) Real ((R Real)) ((R Real (x 2.0 (+ R R)
    (* R R))))) (declare-var x Real) (constraint (= (f x) (+ (* 2.0 x) 2.0)))(check-synth)"""
    found = solve(read_sygus(text, "r.sl").problem, Limits(30))
    assert (found.best.error, found.best.length) == (0, 2)


def test_the_command_prints_answers_as_sygus_solvers_do(tmp_path: Path) -> None:
    file = tmp_path / "max.sl"
    file.write_text(MAX, encoding="utf-8")
    out = str(tmp_path / "c.json")
    alone = run(app, ["solve", str(file), "--sygus", "--out", out])
    assert alone.exit_code == 0
    assert alone.output.splitlines() == [
        "(", "(define-fun max ((x Int) (y Int)) Int (ite (<= x y) y x))", ")"
    ]  # fmt: skip
    short = run(app, ["solve", str(file), "--sygus", "--length", "1", "--out", out])
    assert (short.exit_code, short.output.strip()) == (3, "fail")
    data = run(app, ["solve", str(file), "--json", "--second-opinion", "--out", out])
    assert json.loads(data.output)["sygus"]["second_opinion"] in ("agrees", "absent")
    other = run(app, ["solve", "sorting-3", "--sygus"])
    assert other.exit_code == 2
    assert run(app, ["solve", str(file), "--measure", "absolute"]).exit_code == 2


def test_disagreement_with_cvc5_is_exit_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cvc5")
    file = tmp_path / "max.sl"
    file.write_text(MAX, encoding="utf-8")
    monkeypatch.setattr(
        theory.formats.sygus.SygusProblem,
        "answer",
        lambda task, sequence: "(define-fun max ((x Int) (y Int)) Int x)",
    )
    result = run(app, ["solve", str(file), "--second-opinion", "--out", str(tmp_path / "c.json")])
    assert result.exit_code == 1
    assert "REFUSED" in result.output


def test_contradictions_and_answers_outside_the_grammar_are_told(tmp_path: Path) -> None:
    file = tmp_path / "f.sl"
    out = str(tmp_path / "c.json")
    f = "(synth-fun f ((x Int)) Int ((S Int) (T Int)) ((S Int (x (+ x T))) (T Int (1 2))))"
    file.write_text(f + "(constraint (= (f 1) 4))(constraint (= (f 1) 5))(check-synth)")
    result = run(app, ["solve", str(file), "--sygus", "--length", "1", "--out", out])
    assert (result.exit_code, result.output.strip()) == (3, "infeasible")
    file.write_text(f + "(declare-var x Int)(constraint (= (f x) (+ x x)))(check-synth)")
    result = run(app, ["solve", str(file), "--out", out])
    assert result.exit_code == 3
    assert "no answer" in result.output
    assert "grammar" in result.output
