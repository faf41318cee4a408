"""Exported proofs, read back by programs that know nothing of this one: SAT and SMT solvers, and an
LRAT checker that has only the two files."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solvers.completeness.functional import decide_functions
from solvers.completeness.verdict import verdict
from solvers.exact import solve
from solvers.exact.by_sat.proofs import solve_by_clauses
from tests.support.boolean_problems import any_two_input, draw_boolean_problem, function_problem
from theory import catalogue
from theory.command import main
from theory.formats.certificates import new_certificate, write_certificate
from theory.formats.export import export
from theory.formats.second_opinion import run_cvc5
from theory.kernel.checks.certificates import check
from theory.kernel.errors import CertificateError, ProblemError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure

QUICK = ["array-tape", "convolution-3", "loop-programs", "one-counter", "one-stack", "two-counters"]
SAFE = re.compile(r"[0-9]{3,}-[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}\.smt2")

EXTRA = (
    '(set-info :sheffer "(set wild (regime while) (registers (a |λ é|) Int))")\n'
    "(define-fun |../../NAME/$(rm -rf)| ((x Int)) Int (+ x 1))\n"
)


def index_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "index.json").read_text())
    return found


# Lower bounds


def read_dimacs(path: Path) -> tuple[int, list[list[int]]]:
    lines = [line.split() for line in path.read_text().splitlines() if not line.startswith("c ")]
    (_, cnf, variables, count), *rest = lines
    clauses = [list(map(int, words)) for words in rest]
    assert cnf == "cnf"
    assert len(clauses) == int(count)
    assert all(clause.count(0) == 1 and clause[-1] == 0 for clause in clauses)
    clauses = [clause[:-1] for clause in clauses]
    assert max((abs(x) for c in clauses for x in c), default=1) <= int(variables)
    return int(variables), clauses


def refuted(cnf: Path, lrat: Path) -> bool:
    """Whether the second file refutes the first: a checker of its own, simple and slow."""
    _, given_ = read_dimacs(cnf)
    clauses = dict(enumerate(given_, 1))
    for line in lrat.read_text().splitlines():
        name, *words = line.split()
        if words[0] == "d":
            for word in words[1:-1]:
                del clauses[int(word)]
            continue
        numbers = list(map(int, words))
        end = numbers.index(0)
        clause, hints = numbers[:end], numbers[end + 1 : -1]
        assignment = {-x for x in clause}  # the literals that are true
        conflict = False
        for hint in hints:
            if hint not in clauses:
                return False
            open_ = [x for x in set(clauses[hint]) if -x not in assignment]
            if not open_:
                conflict = True
                break
            if len(open_) > 1:
                return False
            assignment.add(open_[0])
        if not conflict or int(name) in clauses:
            return False
        clauses[int(name)] = clause
        if not clause:
            return True
    return False


def problems() -> list[Problem]:
    parity = function_problem(0b10010110, 3, any_two_input(), 3)
    adder = function_problem(0x0116, 4, any_two_input(), 4)
    return [
        parity,
        replace(parity, name="\x1b[2J/../cnf 1 1\np cnf 1 1 " + "x" * 300, length=1),
        replace(adder, measure=Measure.BITS, length=2),
        *(draw_boolean_problem(seed) for seed in (500, 501, 503, 504)),
    ]


@pytest.fixture(scope="module")
def proved() -> list[dict[str, Any]]:
    pytest.importorskip("pysat")
    return [solve_by_clauses(problem).certificate() for problem in problems()]


def test_formulas_are_refuted_by_a_solver_and_by_their_proofs(
    proved: list[dict[str, Any]], tmp_path: Path
) -> None:
    solvers = pytest.importorskip("pysat.solvers")
    for number, certificate in enumerate(proved):
        folder = tmp_path / str(number)
        written = export(certificate, folder)
        index = index_of(folder)
        lengths = len(certificate["proofs"])
        assert {path.name for path in written} == {path.name for path in folder.iterdir()}
        assert index["counts"] == {"groups": lengths, "files": 2 * lengths, "without_file": 0}
        last = certificate["frontier"][lengths]
        assert int(index["bounds"][lengths]["at_least"]) >= int(last["at_least"]) > 0
        for length in range(1, lengths + 1):
            cnf, lrat = folder / f"length-{length}.cnf", folder / f"length-{length}.lrat"
            _, clauses = read_dimacs(cnf)
            for name in ("cadical195", "glucose4"):
                with solvers.Solver(name, bootstrap_with=clauses) as solver:
                    assert solver.solve() is False or [] in clauses
            assert refuted(cnf, lrat)


def test_comments_hold_no_word_that_a_reader_takes_for_the_header(
    proved: list[dict[str, Any]], tmp_path: Path
) -> None:
    export(proved[1], tmp_path)
    text = (tmp_path / "length-1.cnf").read_bytes().decode("ascii")
    comments = [line for line in text.splitlines() if line.startswith("c ")]
    assert not [word for line in comments for word in line.split() if word.startswith("cnf")]
    assert max(map(len, comments)) < 1000
    assert len([line for line in text.splitlines() if line.startswith("p ")]) == 1
    assert "\x1b" not in (tmp_path / "README.txt").read_text()
    assert index_of(tmp_path)["about"] == problems()[1].name


def without_last_line(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[:-1])


def with_one_hint(text: str) -> str:
    *lines, last = text.splitlines()
    words = last.split()
    return "\n".join([*lines, " ".join([*words[:2], words[2], "0"])]) + "\n"


def with_strange_hint(text: str) -> str:
    return re.sub(r" 0 [0-9]+ ", " 0 99999 ", text, count=1)


@pytest.mark.parametrize("tamper", [without_last_line, with_one_hint, with_strange_hint])
def test_the_second_checker_refuses_a_tampered_proof(
    tamper: Callable[[str], str], proved: list[dict[str, Any]], tmp_path: Path
) -> None:
    export(proved[2], tmp_path)
    cnf, lrat = tmp_path / "length-2.cnf", tmp_path / "length-2.lrat"
    assert refuted(cnf, lrat)
    lrat.write_text(tamper(lrat.read_text()))
    assert not refuted(cnf, lrat)


def test_a_proof_of_another_formula_refutes_nothing(
    proved: list[dict[str, Any]], tmp_path: Path
) -> None:
    export(proved[2], tmp_path)
    assert not refuted(tmp_path / "length-2.cnf", tmp_path / "length-1.lrat")


def test_the_formula_is_not_read_from_the_certificate(
    proved: list[dict[str, Any]], tmp_path: Path
) -> None:
    export(proved[0], tmp_path / "a")
    other = json.loads(json.dumps(proved[0]))
    other["proofs"][0]["lrat"] = other["proofs"][-1]["lrat"]
    other["frontier"] = []
    export(other, tmp_path / "b")
    name = "length-1.cnf"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"length": 2}, "bad-fields"),
        ({"below": "1"}, "bad-fields"),
        ({"below": 0}, "lower-bound"),
        ({"lrat": "nonsense"}, "damaged-proof"),
        ({"lrat": None}, "damaged-proof"),
    ],
)
def test_malformed_proofs_are_refused_and_leave_no_half_file(
    change: dict[str, Any], reason: str, proved: list[dict[str, Any]], tmp_path: Path
) -> None:
    data = json.loads(json.dumps(proved[0]))
    data["proofs"][0] |= change
    with pytest.raises(CertificateError) as caught:
        export(data, tmp_path)
    assert caught.value.reason == reason
    assert not {"length-1.lrat", "index.json"} & {p.name for p in tmp_path.iterdir()}
    assert not list(tmp_path.glob("*.part"))


# Completeness


def answer_of_z3(path: Path) -> str:
    import z3

    solver = z3.Solver()
    solver.set("timeout", 10_000)
    solver.from_file(str(path))
    return str(solver.check())


def answer_of_cvc5(path: Path) -> str:
    return run_cvc5(path.read_text(encoding="utf-8"))


def settle(certificate: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Exports, asks both solvers, and returns the index."""
    written = export(certificate, folder)
    assert {path.name for path in written} == {path.name for path in folder.iterdir()}
    index = index_of(folder)
    named = {item["file"] for item in index["files"]}
    assert named | {"index.json", "README.txt"} == {path.name for path in written}
    assert all(SAFE.fullmatch(name) for name in named)
    groups: dict[int, list[str]] = {}
    for item in index["files"]:
        assert item["expect"] == "unsat"
        groups.setdefault(item["group"], []).append(item["file"])
    for files in groups.values():
        for ask in (answer_of_z3, answer_of_cvc5):
            answers = {ask(folder / file) for file in files}
            assert answers <= {"sat", "unsat"}, files
            assert "unsat" in answers, (ask, files)
    listed = {item["group"] for item in index["without_file"]} | set(groups)
    assert listed == set(range(1, index["counts"]["groups"] + 1))
    return index


def agree(name: str, folder: Path) -> None:
    found = verdict(catalogue.load(name))
    if found.certificate is None:
        return
    report = check(found.certificate)
    index = settle(found.certificate, folder)
    assert index["statement"] == report.statement
    # A limit's report begins with what was looked at.
    first = 1 if report.kind == "limit" else 0
    assert index["counts"]["groups"] == len(report.checked) - first
    assert len(index["files"]) + len(index["without_file"]) >= index["counts"]["groups"]


@pytest.mark.parametrize("name", QUICK)
def test_obligations_are_settled_by_both_solvers(name: str, tmp_path: Path) -> None:
    pytest.importorskip("cvc5")
    agree(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(catalogue.names()) - set(QUICK)))
def test_obligations_of_all_others_are_settled_too(name: str, tmp_path: Path) -> None:
    pytest.importorskip("cvc5")
    agree(name, tmp_path)


def test_what_needs_no_solver_is_listed(tmp_path: Path) -> None:
    for name, how in (
        ("convolution-3", "evaluated by the kernel"),
        ("loop-programs", "they hold by the form of the set"),
    ):
        certificate = verdict(catalogue.load(name)).certificate
        assert certificate is not None
        export(certificate, tmp_path / name)
        (item,) = index_of(tmp_path / name)["without_file"]
        assert item["how"] == how
        assert how in (tmp_path / name / "README.txt").read_text()


def test_alternatives_are_one_group(tmp_path: Path) -> None:
    certificate = verdict(catalogue.load("one-counter")).certificate
    assert certificate is not None
    export(certificate, tmp_path)
    index = index_of(tmp_path)
    sizes = [sum(i["group"] == k for i in index["files"]) for k in range(1, 7)]
    assert sizes == [4, 1, 1, 4, 1, 1]
    first = (tmp_path / index["files"][0]["file"]).read_text()
    assert "Of its 4 alternatives one must be unsat." in first
    assert first.endswith("(check-sat)\n")
    assert "(set-logic ALL)" in first


def test_wild_names_give_safe_files_that_both_solvers_read(tmp_path: Path) -> None:
    pytest.importorskip("cvc5")
    text = EXTRA.replace("NAME", "é" * 300) + EXTRA.splitlines()[1].replace("NAME", "è" * 300)
    certificate = new_certificate(
        "limit", set=text, regime="while", route="vector-addition", hints={}
    )
    assert check(certificate).complete
    folder = tmp_path / "deep" / "er"
    index = settle(certificate, folder)
    assert len({item["file"] for item in index["files"]}) == len(index["files"]) > 4
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


# Files


def test_what_stands_there_is_replaced_and_the_rest_is_left(tmp_path: Path) -> None:
    certificate = verdict(catalogue.load("two-counters")).certificate
    assert certificate is not None
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "README.txt").write_text("old")
    first = export(certificate, tmp_path)
    texts = [path.read_bytes() for path in first]
    assert [path.read_bytes() for path in export(certificate, tmp_path)] == texts
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "README.txt").read_text() != "old"


def test_a_failure_leaves_whole_files_and_no_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = verdict(catalogue.load("two-counters")).certificate
    assert certificate is not None
    files = export(certificate, tmp_path)
    texts = {path: path.read_bytes() for path in files}

    def full(path: Path, target: Path) -> None:
        if target.name.startswith("003-"):
            raise OSError(28, "No space left on device")
        old(path, target)

    old = os.replace
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        export(certificate, tmp_path)
    left = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert left == {path: text for path, text in texts.items() if path.name != "index.json"}


def test_errors_of_the_system_are_not_hidden(tmp_path: Path) -> None:
    certificate = verdict(catalogue.load("two-counters")).certificate
    assert certificate is not None
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        export(certificate, tmp_path / "file")


def test_certificates_without_such_proofs_say_what_to_do(tmp_path: Path) -> None:
    recounted = solve(function_problem(0b0110, 2, any_two_input(), 1)).certificate()
    functional = decide_functions(any_two_input()).certificate
    assert functional is not None
    for data, remedy in ((recounted, "sheffer solve --prove"), (functional, "sheffer-check")):
        with pytest.raises(ProblemError) as caught:
            export(data, tmp_path / "new")
        assert caught.value.reason == "nothing-to-export"
        assert remedy in caught.value.message
        assert not (tmp_path / "new").exists()
    with pytest.raises(CertificateError) as refused:
        export({"kind": ["limit"]}, tmp_path / "new")
    assert refused.value.reason == "unknown-kind"


def test_the_command_exports_and_refuses_nothing_for_lack_of_proofs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = verdict(catalogue.load("two-counters")).certificate
    assert certificate is not None
    path, folder = tmp_path / "c.json", tmp_path / "proofs"
    write_certificate(certificate, path)
    assert main([str(path), "--export", str(folder)]) == 0
    assert f"{len(list(folder.iterdir()))} files" in capsys.readouterr().out
    write_certificate(solve(function_problem(6, 2, any_two_input(), 1)).certificate(), path)
    assert main([str(path), "--export", str(folder)]) == 2
    assert "sheffer solve --prove" in capsys.readouterr().err
