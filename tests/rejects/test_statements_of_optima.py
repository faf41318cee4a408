"""What the statement of an optimum says of a bound that was confirmed, and of one that was not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solvers.exact import solve, with_evidence
from tests.support import optimum_examples as examples
from theory.formats.certificates import new_certificate, problem_to_json
from theory.formats.sequence_text import sequence_to_json
from theory.kernel.checks.certificates import Limits, check
from theory.kernel.checks.proofs import check_proofs
from theory.kernel.checks.reference import Recount, recount
from theory.kernel.checks.statement import LeastError, Report
from theory.kernel.errors import CertificateError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure


def statement(report: Report) -> LeastError:
    assert isinstance(report.states, LeastError)
    return report.states


def refused(data: dict[str, Any], reason: str, where: str, words: str) -> None:
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert (caught.value.reason, caught.value.where) == (reason, where), caught.value
    assert words in caught.value.message, caught.value


def test_every_witness_is_counted_and_the_recount_says_what_it_kept() -> None:
    for name, kept in (("sorting", "behaviours"), ("table", "entries"), ("counter", "behaviours")):
        report = check(examples.certificate(name))
        assert report.checked[-1].startswith("lower bound recounted (")
        assert report.checked[-1].endswith(f" {kept})")
    lines = len(examples.certificate("sorting")["frontier"])
    report = check(examples.certificate("sorting"))
    assert report.checked[0] == f"{lines} witnesses evaluated exactly"
    assert len(report.checked) == 2


@pytest.mark.parametrize("name", ["sorting", "table", "gates"])
def test_nothing_of_a_bound_is_stated_that_was_only_attested(name: str) -> None:
    confirmed = statement(check(examples.certificate(name)))
    assert confirmed.settled
    assert confirmed.shortest
    assert confirmed.evidence == ("table" if name == "table" else "recounted")
    data = examples.certificate(name)
    data["evidence"] = "attested"
    report = check(data)
    found = statement(report)
    assert report.complete  # an attested bound promises no more than witnesses
    assert found.at_least is None
    assert not found.shortest
    assert not found.optimal
    assert found.evidence == "attested"
    assert "no lower bound was checked" in report.statement


@pytest.mark.parametrize("name", ["sorting", "gates"])
def test_a_recount_that_is_cut_short_states_no_bound(name: str) -> None:
    report = check(examples.certificate(name), Limits(max_nodes=1))
    found = statement(report)
    assert not report.complete
    assert not found.settled
    assert found.at_least is None
    assert not found.shortest
    assert report.unchecked[0].startswith("the lower bound beyond length ")
    assert "its limits of 1 nodes and 300 s" in report.unchecked[0]
    assert report.data()["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("shorter", "said"), [("0", False), ("1/2", True), ("1", True)], ids=["best", "above", "least"]
)
def test_that_no_shorter_sequence_will_do_needs_a_bound_above_the_error(
    shorter: str, said: bool
) -> None:
    """Two steps reach 0. Whether one step does is known from the line before that, only."""
    data = examples.certificate("sorting")
    lines = data["frontier"]
    best = next(k for k, line in enumerate(lines) if line["error"] == lines[-1]["error"])
    assert lines[best - 2]["at_least"] != "0"
    lines[best - 1]["at_least"] = shorter
    report = check(data)
    found = statement(report)
    assert found.length == best
    assert found.optimal
    assert found.shortest is said
    words = "that no shorter sequence has it is not claimed"
    assert (words in report.statement) is not said


def all_inputs(*lines: tuple[str, str, Any], inputs: Any = ((0,), (1,), (-1,))) -> dict[str, Any]:
    return new_certificate(
        "optimum",
        problem=problem_to_json(examples.all_inputs()),
        engine="",
        evidence="recounted",
        attested_by="",
        inputs=[list(row) for row in inputs],
        frontier=[
            {"length": k, "error": error, "at_least": bound, "sequence": sequence}
            for k, (error, bound, sequence) in enumerate(lines)
        ],
    )


SAME = {"steps": [], "outputs": [0]}
NEGATED = {"steps": [["negate", [0], [], []]], "outputs": [1]}


def test_a_witness_that_is_wrong_for_some_input_has_error_1() -> None:
    whole = with_evidence(solve(examples.all_inputs())).certificate()
    right = whole["frontier"][2]["sequence"]
    report = check(all_inputs(("1", "1", SAME), ("1", "1", NEGATED), ("0", "0", right)))
    assert report.complete
    assert report.checked[0] == "3 witnesses evaluated exactly"
    assert report.statement.startswith("abs: error 0 at length 2 for all inputs, optimal")
    report = check(all_inputs(("1", "1", SAME), ("1", "1", NEGATED)))
    assert "error 1 (1: wrong for some input) at length 0 for all inputs" in report.statement
    data = all_inputs(("1", "1", SAME), ("0", "0", NEGATED))
    refused(data, "witness", "frontier[1].sequence", "wrong at x = ")
    data = all_inputs(("1", "1", None), ("1", "1", SAME), ("1", "1", right))
    refused(data, "witness", "frontier[2].sequence", "the sequence has error 0, not 1")
    # The identity is right on 0 and 1, so these inputs show no bound.
    data = all_inputs(("1", "1", SAME), inputs=((0,), (1,)))
    refused(data, "lower-bound", "frontier[0]", "a sequence of at most 0 steps has error 0")


@pytest.mark.parametrize(
    ("inputs", "reason", "where"),
    [
        ([[0], [True]], "bad-value", "inputs[1]"),
        ([[0], 7], "bad-problem", "inputs[1]"),
        ([[0, 1]], "bad-problem", "inputs[0]"),
        ({}, "bad-fields", "inputs"),
    ],
)
def test_inputs_are_rows_of_values(inputs: Any, reason: str, where: str) -> None:
    data = all_inputs(("1", "1", SAME))
    data["inputs"] = inputs
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == reason, caught.value
    assert caught.value.where.startswith(where), caught.value


def test_a_recount_that_looked_at_too_few_lengths_confirms_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = examples.certificate("gates")
    place = "theory.kernel.checks.optimum.recount"

    def fewer(problem: Problem, **more: Any) -> Recount:
        whole = recount(problem, **more)
        return replace(whole, least=whole.least[:-1])

    monkeypatch.setattr(place, fewer)
    refused(data, "lower-bound", "frontier", "the recount is too short")


@pytest.mark.parametrize(("cost", "noun"), [(Cost.TREE, "formula size"), (Cost.DEPTH, "depth")])
def test_a_bound_on_formulas_speaks_of_their_cost(cost: Cost, noun: str) -> None:
    problem = replace(examples.gates(), cost=cost)
    data = with_evidence(solve(problem)).certificate()
    report = check(data)
    assert report.complete
    assert f" at {noun} " in report.statement
    assert report.checked[-1].endswith(" values)")
    worst = problem.sequence((), (0,))
    for line in data["frontier"]:
        line |= {"error": "2", "at_least": "2", "sequence": sequence_to_json(worst)}
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == "lower-bound"
    assert f"a sequence of {noun} at most " in caught.value.message


def test_a_bound_for_no_steps_needs_no_proof_and_is_looked_at() -> None:
    problem = examples.gates()
    assert check_proofs(problem, [0, 0, 0], []) == ("no lower bound above 0 is claimed", True)
    note, confirmed = check_proofs(problem, [2, 0, 0], [])
    assert confirmed
    assert note == "lower bound proved (0 clauses refuted by 0 steps)"
    with pytest.raises(CertificateError) as caught:
        check_proofs(problem, [3, 0, 0], [])
    assert (caught.value.reason, caught.value.where) == ("lower-bound", "frontier[0]")
    assert caught.value.message == "a sequence of no steps has error 2, below 3"
    for bounds in ([0, 0, 0], [1, 0, 0]):
        with pytest.raises(CertificateError) as caught:
            check_proofs(problem, bounds, [{"length": 1, "below": 1, "lrat": ""}])
        assert (caught.value.reason, caught.value.where) == ("missing-proof", "proofs")
    with pytest.raises(CertificateError) as caught:
        check_proofs(problem, [1, 1, 0], [])
    assert (caught.value.reason, caught.value.where) == ("missing-proof", "proofs")
    with pytest.raises(CertificateError) as caught:
        check_proofs(problem, [0, 0, 0], {})
    assert (caught.value.reason, caught.value.where) == ("bad-fields", "proofs")


def test_lines_are_a_list_and_nothing_as_long_as_one() -> None:
    for lines in ({"0": {}}, "a", ["a"]):
        data = examples.certificate("gates")
        data["frontier"] = lines
        place = "frontier[0]" if isinstance(lines, list) else "frontier"
        refused(data, "bad-frontier", place, "expected")


def test_wrong_bits_are_called_so() -> None:
    problem = replace(examples.gates(), measure=Measure.BITS)
    report = check(with_evidence(solve(problem)).certificate())
    assert "error 1 (wrong bits) at length 1" in report.statement
