"""Repairs, minimal subsets, descriptions, the graph of models, and the two commands."""

from __future__ import annotations

import json
from pathlib import Path

import networkx
import pytest
import typer
from typer.testing import CliRunner

from solvers.commands.describe import describe
from solvers.commands.verify import verify
from solvers.completeness.description import battery, growth, sample_inputs
from solvers.completeness.models_graph import chain_of, models_graph
from solvers.completeness.properties import properties
from solvers.completeness.repair import candidates, minimal, repairs
from solvers.completeness.search_budget import Budget, Clock
from theory import catalogue
from theory.formats.component_files import read_components
from theory.kernel.checks.certificates import check_file

RELU = """(define-fun relu ((x Int)) Int (ite (> x 0) x 0))
(define-fun sum ((x Int) (y Int)) Int (+ x y))"""
SPARE = """(set-info :sheffer "(set spare (regime while) (registers (a b) Int))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun dec ((x Int)) Int (- x 1))
(define-fun twice ((x Int)) Int (+ x x))
(define-fun is-zero ((x Int)) Bool (= x 0))"""


def test_the_missing_zero_test_is_found() -> None:
    found = repairs(catalogue.load("counters-without-zero-test"), most=1, seconds=5)
    assert ("is-zero",) in found.found
    assert all(len(names) == 1 for names in found.found)


def test_candidates_are_new_and_fit() -> None:
    components = catalogue.load("one-counter")
    names = {c.name for c in candidates(components)}
    assert not names & {"inc", "dec", "is-zero"}
    assert {"double", "subleq"} <= names
    assert "write0" not in names


def test_what_is_superfluous() -> None:
    found = minimal(read_components(SPARE))
    assert found.found == (("inc", "dec", "is-zero"),)


def test_preserved_properties_and_a_function_outside() -> None:
    found = {p.name: p for p in properties(read_components(RELU))}
    kept = {name for name, p in found.items() if p.held}
    assert kept == {"zero-preserving", "monotone", "homogeneous"}
    assert "outside" in found["monotone"].note
    assert found["affine"].note.startswith("not relu")


def test_properties_hold_for_every_parameter_value() -> None:
    found = {p.name: p.held for p in properties(catalogue.load("affine-iteration"))}
    assert found["affine"] is True
    assert found["monotone"] is False


def test_properties_are_for_numbers() -> None:
    assert properties(catalogue.load("words-8-bit")) == []


def test_growth_against_all_programs_written_out() -> None:
    components = read_components(RELU)
    lines = growth(components, 2, 3, Clock(Budget(20)))
    assert [line.programs for line in lines] == [2, 6, 72, 1440]
    _, rows = sample_inputs(components, 2)
    layer = [[tuple(r[k] for r in rows) for k in (0, 1)]]
    for length in (1, 2, 3):
        longer = []
        for slots in layer:
            longer += [[*slots, tuple(max(0, v) for v in x)] for x in slots]
            longer += [
                [*slots, tuple(v + w for v, w in zip(x, y, strict=True))]
                for x in slots
                for y in slots
            ]
        assert len(longer) == lines[length].programs
        assert len({slots[-1] for slots in longer}) == lines[length].behaviours
        layer = longer


def test_growth_stops_in_time() -> None:
    lines = growth(catalogue.load("nas-bench-201"), 2, 5, Clock(Budget(0.5)))
    assert len(lines) < 6


def test_least_errors_of_common_targets() -> None:
    found = dict(battery(read_components(RELU), 2, 10.0))
    assert [error for error, _ in found["identity"]] == ["0", "0", "0"]
    assert set(found) == {"identity", "maximum", "parity", "shift", "product"}
    assert all(error == bound for line in found.values() for error, bound in line)


def test_every_model_leads_to_a_turing_machine() -> None:
    graph = models_graph()
    assert networkx.is_directed_acyclic_graph(graph)
    for model in graph:
        assert chain_of(model)[-1] == "Turing machine"


# Commands

runner = CliRunner()


def app(command: object) -> typer.Typer:
    made = typer.Typer()
    made.command()(command)  # type: ignore[type-var]
    return made


def test_verify_writes_a_certificate_that_is_accepted(tmp_path: Path) -> None:
    out = tmp_path / "c.json"
    result = runner.invoke(app(verify), ["two-stacks", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("COMPLETE  simulates: two stacks")
    assert check_file(out).complete


def test_verify_incomplete_and_unknown(tmp_path: Path) -> None:
    out = str(tmp_path / "c.json")
    result = runner.invoke(app(verify), ["one-counter", "-o", out])
    assert result.exit_code == 0
    assert "INCOMPLETE" in result.output
    assert "Buechi 1964" in result.output
    result = runner.invoke(app(verify), ["affine-iteration", "-o", out])
    assert result.exit_code == 3
    assert "known open class" in result.output


@pytest.mark.parametrize("name", ["saturated-neurons", "convolution-3"])
def test_verify_as_json_with_a_run(name: str, tmp_path: Path) -> None:
    machine = "cells" if name.startswith("conv") else "1RB1LB_1LA1RZ"
    arguments = [name, "--run", machine, "--json", "-o", str(tmp_path / "c.json")]
    result = runner.invoke(app(verify), arguments)
    assert result.exit_code == 0, result.output
    data = json.loads(result.output)
    assert data["verdict"] == "complete"
    assert data["run"]["agreed"]
    assert data["weakly"] == name.startswith("conv")


def test_verify_bad_input(tmp_path: Path) -> None:
    result = runner.invoke(app(verify), ["two-stacks", "--regime", "often"])
    assert result.exit_code == 2
    result = runner.invoke(app(verify), ["no-such-set"])
    assert result.exit_code == 2


def test_describe(tmp_path: Path) -> None:
    path = tmp_path / "relu.smt2"
    path.write_text(RELU)
    result = runner.invoke(app(describe), [str(path), "--length", "2"])
    assert result.exit_code == 0, result.output
    assert "distinct behaviours" in result.output
    assert "homogeneous" in result.output
    result = runner.invoke(app(describe), [str(path), "--length", "2", "--json"])
    data = json.loads(result.output)
    assert data["growth"][2]["programs"] == 72
