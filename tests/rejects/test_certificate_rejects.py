"""Optimum certificates that were tampered with: refused, for the right reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.optimum_examples import PROBLEMS, certificate
from theory.__main__ import main
from theory.formats.certificates import write_certificate
from theory.kernel.checks.certificates import Limits, check, check_file, load_certificate
from theory.kernel.errors import CertificateError

Data = dict[str, Any]


@pytest.mark.parametrize("name", PROBLEMS)
def test_untouched_certificates_are_accepted(name: str) -> None:
    data = certificate(name)
    assert data["evidence"] == "recounted" or name == "table"
    report = check(data)
    assert report.complete
    assert "if the bound holds" not in report.statement or name == "table"
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize("name", PROBLEMS)
def test_an_attested_bound_is_named_as_not_checked(name: str) -> None:
    data = certificate(name) | {"evidence": "attested", "attested_by": "a published table"}
    report = check(data)
    assert report.complete
    assert report.unchecked == ("the lower bound ('a published table')",)
    assert ", checked" not in report.statement


def test_an_attested_bound_that_is_false_is_not_said_to_be_checked() -> None:
    data = certificate("counter") | {"evidence": "attested"}
    for line in data["frontier"]:
        line |= {"error": line["error"], "at_least": line["error"]}
    assert check(data).unchecked


def line(k: int, **changes: object) -> Callable[[Data], None]:
    return lambda d: d["frontier"][k].update(changes)


def field(**changes: object) -> Callable[[Data], None]:
    return lambda d: d.update(changes)


def problem(**changes: object) -> Callable[[Data], None]:
    return lambda d: d["problem"].update(changes)


def sample(k: int, side: int, position: int, value: object) -> Callable[[Data], None]:
    def change(d: Data) -> None:
        d["problem"]["target"]["samples"][k][side][position] = value

    return change


def text(old: str, new: str) -> Callable[[Data], None]:
    def change(d: Data) -> None:
        assert old in d["problem"]["components"]
        d["problem"]["components"] = d["problem"]["components"].replace(old, new)

    return change


def sequence(k: int, **changes: object) -> Callable[[Data], None]:
    return lambda d: d["frontier"][k]["sequence"].update(changes)


def step(k: int, number: int, position: int, value: object) -> Callable[[Data], None]:
    def change(d: Data) -> None:
        d["frontier"][k]["sequence"]["steps"][number][position] = value

    return change


def delete(*path: object) -> Callable[[Data], None]:
    def change(d: Any) -> None:
        for key in path[:-1]:
            d = d[key]
        del d[path[-1]]

    return change


def bounds(*values: str) -> Callable[[Data], None]:
    def change(d: Data) -> None:
        for entry, value in zip(d["frontier"], values, strict=True):
            entry["at_least"] = value

    return change


def borrow(target: int, source: int) -> Callable[[Data], None]:
    def change(d: Data) -> None:
        d["frontier"][target]["sequence"] = d["frontier"][source]["sequence"]

    return change


# (name, certificate, change, reason, the beginning of `where`)
TAMPERED = [
    ("error lowered", "sorting", line(2, error="0", at_least="0"), "witness", "frontier[2]"),
    ("error raised", "sorting", line(2, error="2", at_least="1"), "witness", "frontier[2]"),
    ("error raised with its bound", "sorting", line(1, error="3", at_least="3"), "witness",
     "frontier[1]"),
    ("bound above the error", "sorting", line(1, at_least="3"), "lower-bound", "frontier[1]"),
    ("bound raised at a greater length", "counter", bounds("7", "7", "7", "7"), "lower-bound",
     "frontier"),
    ("errors that rise", "sorting", lambda d: d["frontier"].reverse(), "bad-frontier",
     "frontier[0]"),
    ("errors that rise with renumbered lengths", "sorting",
     lambda d: (line(2, **{k: v for k, v in d["frontier"][1].items() if k != "length"})(d),
                line(1, error="1", at_least="1", sequence=d["frontier"][2]["sequence"])(d)),
     "not-monotone", "frontier[2]"),
    ("a longer witness than its length", "sorting", borrow(1, 3), "witness", "frontier[1]"),
    ("another witness", "sorting", borrow(2, 1), "witness", "frontier[2]"),
    ("no witness", "sorting", line(2, sequence=None), "witness", "frontier[2]"),
    ("a witness that stands elsewhere", "sorting", step(1, 0, 1, [1, 0]), "bad-placement",
     "frontier[1]"),
    ("a witness outside the placements", "sorting",
     lambda d: (step(1, 0, 1, [1, 0])(d), step(1, 0, 2, [1, 0])(d)), "bad-placement",
     "frontier[1]"),
    ("a witness with an unknown component", "sorting", step(1, 0, 0, "swap"), "unknown-component",
     ""),
    ("a witness with a slot that is none", "sorting", step(1, 0, 1, [0, 9]), "bad-slot",
     "frontier[1]"),
    ("a witness with a negative slot", "gates", step(1, 0, 1, [0, -1]), "bad-sequence",
     "frontier[1]"),
    ("a witness with a fractional slot", "gates", step(1, 0, 1, [0, 1.0]), "bad-sequence",
     "frontier[1]"),
    ("a witness with true for a slot", "gates", step(1, 0, 1, [0, True]), "bad-sequence",
     "frontier[1]"),
    ("a witness that reads its own result", "gates", step(1, 0, 1, [0, 2]), "bad-slot",
     "frontier[1]"),
    ("a witness with other outputs", "sorting", sequence(1, outputs=[0, 1]), "wrong-sequence", ""),
    ("a witness with swapped outputs", "sorting", sequence(1, outputs=[1, 0, 2]),
     "wrong-sequence", ""),
    ("a parameter out of its range", "counter", step(3, 0, 3, [3]), "bad-parameter", "frontier[3]"),
    ("a parameter that is true", "counter", step(3, 0, 3, [True]), "bad-value", "frontier[3]"),
    ("a parameter that is missing", "counter", step(3, 0, 3, []), "bad-sequence", "frontier[3]"),
    ("a wanted output changed", "sorting", sample(1, 1, 0, True), "witness", "frontier[0]"),
    ("an input changed", "counter", sample(0, 0, 0, 4), "witness", "frontier[0]"),
    ("a sample dropped", "sorting", delete("problem", "target", "samples", 4), "witness",
     "frontier"),
    ("all samples dropped", "sorting", problem(target={"samples": []}), "no-samples", ""),
    ("a sample of another sort", "sorting", sample(0, 0, 0, 0), "bad-value", "problem.target"),
    ("a float in a sample", "counter", sample(0, 0, 0, 0.0), "bad-value", "problem.target"),
    ("true in a sample of numbers", "counter", sample(0, 0, 0, True), "bad-value",
     "problem.target"),
    ("null in a sample", "counter", sample(0, 0, 0, None), "bad-value", "problem.target"),
    ("a number where a fraction's text stands", "halves", sample(0, 0, 0, 1), "bad-value",
     "problem.target"),
    ("a component's term changed", "sorting", text("(or a b)", "(and a b)"), "witness",
     "frontier"),
    ("a gate made another", "gates", text("(not (and p q))", "(not (or p q))"),
     "witness", "frontier"),
    ("a guard that never blocks", "counter", text("(> x 0)", "true"), None, ""),
    ("a component that divides by zero", "counter", text("(+ x w)", "(div w x)"), "zero-divisor",
     "problem.components"),
    ("component text that is no SMT-LIB", "sorting", text("(define-fun", "(define"),
     "unknown-command", "problem.components"),
    ("component text cut off", "sorting", lambda d: d["problem"].update(
        components=d["problem"]["components"][:-20]), "syntax", "problem.components"),
    ("an extra component that does it at once", "gates", lambda d: d["problem"].update(
        components=d["problem"]["components"]
        + "(define-fun eor ((p Bool) (q Bool)) Bool (xor p q))"), "lower-bound", "frontier[1]"),
    ("a wider placement", "sorting", lambda d: d["problem"].update(
        components=d["problem"]["components"].replace(" (placements (0 1) (0 2) (1 2))", "")),
     None, ""),
    ("a milder measure", "counter", problem(measure="greatest"), "witness", "frontier[0]"),
    ("a measure that does not apply", "counter", problem(measure="wrong-bits"), "wrong-measure",
     ""),
    ("an unknown measure", "counter", problem(measure="none"), "bad-problem", "problem.measure"),
    ("another cost", "counter", problem(cost="depth"), "unsupported-cost", ""),
    ("another wiring", "counter", problem(wiring="dag"), "bad-slot", "frontier"),
    ("a shorter problem", "sorting", problem(length=2), "bad-frontier", "frontier"),
    ("a fractional length", "sorting", problem(length=3.0), "bad-problem", "problem"),
    ("a length that is true", "sorting", problem(length=True), "bad-problem", "problem"),
    ("a register renamed", "sorting", problem(inputs=[["z", "Bool"], ["x1", "Bool"],
     ["x2", "Bool"]]), "unknown-register", ""),
    ("an input's sort changed", "gates", problem(inputs=[["p", "Int"], ["q", "Bool"]]),
     "bad-value", "problem.target"),
    ("a line dropped", "sorting", delete("frontier", 1), "bad-frontier", "frontier[1]"),
    ("all lines dropped", "sorting", field(frontier=[]), "bad-frontier", "frontier"),
    ("lines that are no list", "sorting", field(frontier={}), "bad-frontier", "frontier"),
    ("a line too many", "sorting", lambda d: d["frontier"].append(
        {**d["frontier"][-1], "length": 4}), "bad-frontier", "frontier"),
    ("a line's length true", "sorting", line(1, length=True), "bad-frontier", "frontier[1]"),
    ("a line's length a float", "sorting", line(1, length=1.0), "bad-frontier", "frontier[1]"),
    ("an error that is a number", "sorting", line(1, error=2), "bad-value", "frontier[1].error"),
    ("an error that is a float", "sorting", line(1, error=2.0), "bad-value", "frontier[1].error"),
    ("an error that is nan", "sorting", line(1, error="nan"), "bad-value", "frontier[1].error"),
    ("an error in other digits", "sorting", line(1, error="２"), "bad-value", "frontier[1].error"),
    ("an infinite error", "sorting", line(1, error="inf"), "not-monotone", "frontier[1]"),
    ("an infinite bound", "sorting", line(1, at_least="inf"), "lower-bound", "frontier[1]"),
    ("a negative bound", "sorting", line(1, at_least="-1"), "bad-value", "frontier[1].at_least"),
    ("a missing bound", "sorting", delete("frontier", 1, "at_least"), "bad-frontier",
     "frontier[1]"),
    ("an extra field of a line", "sorting", line(1, note="fine"), "bad-frontier", "frontier[1]"),
    ("an extra field", "sorting", field(note="fine"), "bad-fields", ""),
    ("a missing field", "sorting", delete("engine"), "bad-fields", ""),
    ("an engine that is no text", "sorting", field(engine=3), "bad-fields", "engine"),
    ("an attester that is no text", "sorting", field(attested_by=None), "bad-fields",
     "attested_by"),
    ("inputs where none belong", "sorting", field(inputs=[]), "bad-fields", "inputs"),
    ("evidence that is unknown", "sorting", field(evidence="proved"), "bad-evidence", "evidence"),
    ("evidence that is no text", "sorting", field(evidence=["recounted"]), "bad-evidence",
     "evidence"),
    ("another version", "sorting", field(version=2), "wrong-version", "version"),
    ("a version that is true", "sorting", field(version=True), "wrong-version", "version"),
    ("a version that is a float", "sorting", field(version=1.0), "wrong-version", "version"),
    ("no version", "sorting", delete("version"), "wrong-version", "version"),
    ("another format", "sorting", field(format="certificate"), "not-a-certificate", "format"),
    ("an unknown kind", "sorting", field(kind="best"), "unknown-kind", "kind"),
    ("a kind that is a list", "sorting", field(kind=["optimum"]), "unknown-kind", "kind"),
    ("a problem that is no object", "sorting", field(problem=[]), "bad-problem", "problem"),
    ("a table entry lowered", "table", lambda d: d["problem"]["target"]["table"][0].__setitem__(
        1, "0"), "lower-bound", "frontier[2]"),
    ("the best table entry raised", "table", lambda d: d["problem"]["target"]["table"][
        1].__setitem__(1, "5"), "witness", "frontier[2]"),
    ("a table entry twice", "table", lambda d: d["problem"]["target"]["table"].append(
        [[0, 0], "3"]), "bad-problem", "problem.target"),
    ("a shorter table entry", "table", lambda d: d["problem"]["target"]["table"].append(
        [[0], "3"]), "witness", "frontier[1].sequence"),
    ("a table entry that is infinite", "table", lambda d: d["problem"]["target"]["table"].append(
        [[1, 0], "inf"]), "bad-problem", "problem.target"),
    ("a table error that is a number", "table", lambda d: d["problem"]["target"]["table"][
        0].__setitem__(1, 3), "bad-problem", "problem.target"),
    ("a witness that the table lacks", "table", lambda d: d["frontier"][2]["sequence"]["steps"][
        0].__setitem__(0, "pool"), "witness", "frontier[2]"),
    ("a witness that is no choice", "table", lambda d: d["frontier"][2]["sequence"]["steps"][
        0].__setitem__(0, "dense"), "unknown-choice", ""),
    ("a finite error without entry", "table", line(1, error="9", at_least="9"), "witness",
     "frontier[1]"),
    ("inputs missing", "all_inputs", delete("inputs"), "bad-fields", "inputs"),
    ("inputs empty", "all_inputs", field(inputs=[]), "no-samples", ""),
    ("inputs that do not refute", "all_inputs", field(inputs=[[0]]), "lower-bound", "frontier"),
    ("inputs of another sort", "all_inputs", field(inputs=[["0"]]), "bad-value", "inputs[0]"),
    ("inputs that are no list", "all_inputs", field(inputs=3), "bad-fields", "inputs"),
    ("a witness wrong for some input", "all_inputs", step(2, 0, 0, "greater"), "wrong-sort",
     "frontier[2]"),
    ("a witness right on the inputs only", "all_inputs", lambda d: (
        line(0, error="0", at_least="0", sequence={"steps": [], "outputs": [0]})(d),
        line(1, error="0", at_least="0", sequence={"steps": [], "outputs": [0]})(d),
        field(inputs=[[5]])(d)), "witness", "frontier[0]"),
    ("a right witness said to be wrong", "all_inputs", line(2, error="1", at_least="1"), "witness",
     "frontier[2]"),
    ("another target", "all_inputs", problem(target={"specification": ["(* x x)"],
     "condition": "true"}), "witness", "frontier[2]"),
    ("a target over no input", "all_inputs", problem(target={"specification": ["z"],
     "condition": "true"}), "free-variable", "problem.target"),
    ("a target that may divide by zero", "all_inputs", problem(target={
        "specification": ["(div 1 x)"], "condition": "true"}), "zero-divisor", ""),
    ("a condition that the inputs break", "all_inputs", problem(target={
        "specification": ["(abs x)"], "condition": "(> x 5)"}), "bad-input", "inputs"),
]  # fmt: skip


@pytest.mark.parametrize("case", TAMPERED, ids=[c[0] for c in TAMPERED])
def test_a_tampered_certificate_is_refused(case: tuple) -> None:  # type: ignore[type-arg]
    _, name, change, reason, place = case
    data = certificate(name)
    change(data)
    assert json.dumps(data) != json.dumps(certificate(name)), "the change changes nothing"
    if reason is None:  # it still says something true
        assert check(data).complete
        return
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == reason, caught.value
    assert caught.value.where.startswith(place), caught.value
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not-json"), (b"{", "not-json"), (b"\xff\xfe", "not-json"), (b"[]", "not-a-certificate"),  # noqa: E501
        (b'"x"', "not-a-certificate"), (b"{}", "not-a-certificate"), (b"[" * 100_000, "not-json"),
        (b'{"format": 1, "format": 2}', "duplicate-key"), (b'{"a": NaN}', "not-json"),
        (b'{"a": Infinity}', "not-json"), (b'{"a": ' + b"9" * 5000 + b"}", "not-json"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    with pytest.raises(CertificateError) as caught:
        check_file(path)
    assert caught.value.reason == reason
    assert caught.value.where.startswith(str(path))


def test_a_key_that_stands_twice_deep_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    whole = json.dumps(certificate("sorting"))
    path.write_text(whole.replace('"error": "0"', '"error": "0", "error": "0"'), encoding="utf-8")
    with pytest.raises(CertificateError) as caught:
        load_certificate(path)
    assert caught.value.reason == "duplicate-key"


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(CertificateError) as caught:
            load_certificate(path)
        assert caught.value.reason == "no-file"


def test_a_written_certificate_is_read_back(tmp_path: Path) -> None:
    for name in PROBLEMS:
        path = tmp_path / f"{name}.json"
        write_certificate(certificate(name), path)
        assert load_certificate(path) == certificate(name)
        assert check_file(path).complete


def test_a_check_that_runs_out_of_its_limits_neither_accepts_nor_refuses() -> None:
    report = check(certificate("counter"), Limits(max_nodes=3))
    assert not report.complete
    assert report.unchecked
    assert "not checked" in report.unchecked[0] or "limits" in report.unchecked[0]
    assert ", checked" not in report.statement


@pytest.mark.parametrize(
    ("change", "code"),
    [(lambda d: None, 0), (line(2, error="0", at_least="0"), 1), (field(version=7), 2)],
)
def test_the_exit_codes_of_the_checker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Data], None], code: int
) -> None:
    data = certificate("sorting")
    change(data)
    path = tmp_path / "c.json"
    write_certificate(data, path)
    assert main([str(path)]) == code
    shown = capsys.readouterr()
    assert ("ACCEPTED" in shown.out, "REFUSED" in shown.out, str(path) in shown.err) == (
        code == 0,
        code == 1,
        code == 2,
    )


def test_running_out_of_limits_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    write_certificate(certificate("counter"), path)
    assert main([str(path), "--max-nodes", "3"]) == 3
