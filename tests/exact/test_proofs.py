"""Witnesses and proofs by a SAT solver, against the reference enumerator and the dag engine."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from solvers.cli import app
from solvers.exact import Limits, solve
from solvers.exact.by_sat import proofs as by_clauses
from solvers.exact.by_sat.proofs import Answer, exists_sequence, solve_by_clauses, with_proofs
from solvers.exact.by_sat.tracing import TraceError, trace
from solvers.suites import find_problem
from tests.support.boolean_problems import any_two_input, draw_boolean_problem, function_problem
from theory.kernel.checks.certificates import Limits as CheckerLimits
from theory.kernel.checks.certificates import check
from theory.kernel.checks.cnf import Clause
from theory.kernel.checks.lrat import check_lrat
from theory.kernel.checks.reference import recount
from theory.kernel.errors import ProblemError, ShefferError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence

pysat = pytest.importorskip("pysat.solvers")


def in_this_process(clauses: tuple[Clause, ...], seconds: float) -> Any:
    """What `run` answers, without a process of its own: a test asks a thousand questions."""
    if () in clauses:
        return by_clauses.Refuted(("0",))
    listed = [list(c) for c in clauses]
    with pysat.Solver("cadical195", bootstrap_with=listed, with_proof=True) as solver:
        if solver.solve():
            return frozenset(v for v in solver.get_model() if v > 0)
        return by_clauses.Refuted(tuple(solver.get_proof()))


def agree(problem: Problem) -> int:
    """Frontier, proofs and checker against the enumerator; how many proofs there were."""
    least = recount(problem, max_nodes=200_000, timeout_s=30.0)
    assert least.complete
    found = solve_by_clauses(problem)
    assert found.optimal
    assert [line.error for line in found.lines] == list(least.least), problem.name
    assert all(line.exact for line in found.lines)
    report = check(json.loads(json.dumps(found.certificate())))
    assert report.complete
    assert not report.unchecked
    assert "optimal, checked" in report.statement
    return len(found.proofs)


def test_frontiers_agree_with_the_reference_on_200_random_problems(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(by_clauses, "run", in_this_process)
    assert sum(agree(draw_boolean_problem(seed)) > 0 for seed in range(500, 700)) > 120


@pytest.mark.slow
def test_frontiers_agree_on_many_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_clauses, "run", in_this_process)
    for seed in range(5000, 6000):
        agree(draw_boolean_problem(seed, length=3))


def test_a_frontier_of_the_dag_engine_gets_proofs() -> None:
    problem = function_problem(0b10010110, 3, any_two_input(), 2)
    found = with_proofs(solve(problem))
    assert (found.engine, found.evidence) == ("dag", "proved")
    assert [p.length for p in found.proofs] == [1]
    report = check(found.certificate())
    assert any("lower bound proved" in text for text in report.checked)


def test_bounds_without_an_optimum_are_proved_too() -> None:
    problem = function_problem(0x0116, 4, any_two_input(), 3)
    found = solve_by_clauses(problem)
    errors = [line.error for line in found.lines]
    shorter = solve(replace(problem, length=2))
    assert errors[:3] == [line.error for line in shorter.lines]
    assert errors[3] > 0
    zero = solve_by_clauses(problem, zero_only=True)
    assert [(line.error, line.at_least) for line in zero.lines] == [(errors[0], 1)] * 4
    assert not zero.optimal
    for frontier in (found, zero):
        assert check(frontier.certificate()).complete


def test_existence_is_answered_by_a_shortest_sequence_or_not_at_all() -> None:
    problem = function_problem(0b10010110, 3, any_two_input(), 3)
    found = exists_sequence(problem, 3, 1)
    assert isinstance(found, Sequence)
    assert len(found) == 2
    assert problem.error(found) == 0
    assert exists_sequence(problem, 1, 1) is None
    start = exists_sequence(problem, 3, 5)
    assert isinstance(start, Sequence)
    assert len(start) == 0
    assert exists_sequence(problem, 1, 1, seconds=0) is Answer.UNKNOWN


def test_time_that_runs_out_leaves_honest_bounds() -> None:
    problem = function_problem(0x0116, 4, any_two_input(), 7)
    none = solve_by_clauses(problem, Limits(seconds=0))
    assert none.stopped == "time"
    assert [line.at_least for line in none.lines] == [none.lines[0].error] + [0] * 7
    assert not none.optimal
    assert check(none.certificate()).complete
    some = solve_by_clauses(problem, Limits(seconds=0.5))
    assert check(some.certificate()).complete
    frontier = solve(replace(problem, length=2))
    assert with_proofs(frontier, seconds=0) == frontier


def test_a_checker_without_time_says_unknown() -> None:
    problem = function_problem(0x0116, 4, any_two_input(), 5)
    certificate = solve_by_clauses(problem, zero_only=True).certificate()
    report = check(certificate, CheckerLimits(timeout_s=-1))
    assert not report.complete


def test_problems_of_another_kind_and_a_missing_solver_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ProblemError) as caught:
        with_proofs(solve(find_problem("sorting-3")))
    assert caught.value.reason == "not-boolean"
    monkeypatch.setattr(by_clauses, "find_spec", lambda name: None)
    with pytest.raises(ProblemError) as caught:
        exists_sequence(function_problem(6, 2, any_two_input(), 1), 1, 1)
    assert caught.value.reason == "no-solver"
    assert "sheffer[proofs]" in caught.value.message


def test_an_engine_with_a_wrong_bound_is_caught() -> None:
    problem = function_problem(0b10010110, 3, any_two_input(), 2)
    frontier = solve(problem)
    lines = (*frontier.lines[:2], replace(frontier.lines[2], error=1, at_least=1))
    with pytest.raises(ShefferError) as caught:
        with_proofs(replace(frontier, lines=lines))
    assert caught.value.reason == "engines-disagree"


GATES = "(define-fun nand ((x Bool) (y Bool)) Bool (not (and x y)))\n"
EXCLUSIVE_OR = "a,b,out\ntrue,true,false\ntrue,false,true\nfalse,true,true\nfalse,false,false\n"


def test_the_command_proves_and_says_where_it_cannot(tmp_path: Path) -> None:
    (tmp_path / "nand.smt2").write_text(GATES)
    (tmp_path / "xor.csv").write_text(EXCLUSIVE_OR)
    samples, out = [str(tmp_path / "xor.csv"), "-c", str(tmp_path / "nand.smt2")], tmp_path / "o"
    options = ["--wiring", "dag", "-l", "4", "--prove", "-o", str(out)]
    result = CliRunner().invoke(app, ["solve", *samples, *options])
    assert result.exit_code == 0, result.output
    assert "OPTIMAL, proved (3 LRAT proofs" in result.output
    assert check(json.loads(out.read_text())).complete
    result = CliRunner().invoke(app, ["solve", "sorting-3", "--prove", "-o", str(out)])
    assert result.exit_code == 0
    assert "no proof: sorting-3" in result.output + result.stderr
    assert "OPTIMAL, recounted" in result.output


def pigeons(count: int) -> list[tuple[int, ...]]:
    """So many pigeons do not fit into one hole fewer."""
    holes = count - 1
    clauses = [tuple(p * holes + h + 1 for h in range(holes)) for p in range(count)]
    for h in range(holes):
        for p in range(count):
            clauses += [(-(p * holes + h + 1), -(q * holes + h + 1)) for q in range(p)]
    return clauses


@pytest.mark.parametrize("count", [2, 3, 5, 7])
def test_traced_proofs_are_accepted_and_trimmed(count: int) -> None:
    clauses = pigeons(count)
    answer = by_clauses.run(tuple(clauses), math.inf)
    assert isinstance(answer, by_clauses.Refuted)
    # Clauses that nothing needs are not in the trace.
    useless = [(1000, 1001), (-1000, 1001), (1002,)]
    proof = trace([*useless, *clauses], ["1001 0", *answer.drup])
    lines = proof.splitlines()
    assert check_lrat([*useless, *clauses], lines) == len(lines) <= len(answer.drup)
    assert not any(line.split()[1] == "1001" for line in lines)


def test_a_proof_that_does_not_refute_is_not_traced() -> None:
    clauses = [(1, 2), (-1, 2), (1, -2)]
    for drup in (["0"], ["1 0", "0"], [], ["1 0", "2 0"]):
        with pytest.raises(TraceError):
            trace(clauses, drup)
    contradictory = [*clauses, (-1, -2)]
    assert check_lrat(contradictory, trace(contradictory, ["1 0", "0"]).splitlines()) == 2
