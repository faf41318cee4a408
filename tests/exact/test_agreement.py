"""Random small problems that every engine, and the plain enumeration, must agree on.

A problem is drawn from its seed: every sort, both wirings, every measure and cost, with guards,
parameters, components of several outputs and several outputs. `agreement` compares the whole
frontier of each engine that takes the problem with the reference enumerator's, and evaluates every
witness. An engine that stops at its limits has not agreed, and is not counted; it must not disagree
with its bounds either.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from solvers.exact import Limits, solve
from solvers.exact.dags import dag
from solvers.exact.dags.packed import UnpackableError, applies
from solvers.exact.frontiers.frontier import Frontier
from tests.support.random_problems import draw_problem
from tests.support.total_problems import draw_total_problem, packed_lines
from theory.kernel.checks.reference import recount
from theory.kernel.components.placements import Wiring
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import BOOL
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure


def draw(seed: int) -> Problem:
    """A chain, a dag, or a dag of total Boolean components, with a cost."""
    rng = Random(seed)
    kind = ("chain", "dag", "dag", "Boolean")[seed % 4]
    machine = rng.random() < 0.3
    if kind == "chain":
        return draw_problem(seed, Wiring.CHAIN, machine=machine)
    if kind == "dag":
        problem = draw_problem(seed, Wiring.DAG, machine=machine)
    else:
        problem = draw_total_problem(seed, "Bool", rng.choice((1, 1, 2, 3)))
    costs = (Cost.LENGTH, Cost.LENGTH, Cost.TREE, Cost.DEPTH)
    return replace(problem, cost=rng.choice(costs), length=min(problem.length, 3))


def check_lines(found: Frontier, least: tuple[Error, ...]) -> None:
    """Errors are least where the engine says so, bounds hold, and witnesses are what they say."""
    problem = found.problem
    assert len(found.lines) == len(least)
    for line, wanted in zip(found.lines, least, strict=True):
        assert line.at_least <= wanted <= line.error, (problem.name, found.engine)
        if found.stopped is None:
            assert line.at_least == wanted == line.error, (problem.name, found.engine)
        if line.sequence is None:
            assert line.error == math.inf
            continue
        assert line.sequence.cost(problem.cost) <= line.length
        assert problem.error(line.sequence) == line.error


def agreement(problem: Problem, monkeypatch: pytest.MonkeyPatch, smt_s: float) -> list[str]:
    """The engines that came to the reference's frontier; none where that stopped at its limits.

    Args:
        smt_s: seconds for Z3; what it does not decide by then counts as left open.
    """
    wanted = recount(problem, max_nodes=1_000, timeout_s=60)
    if not wanted.complete:
        return []
    agreed = ["reference"]
    with monkeypatch.context() as patch:
        patch.setattr(dag, "PLAIN_WORK", math.inf)
        found = solve(problem)
    assert found.stopped is None
    check_lines(found, wanted.least)
    agreed.append(found.engine)
    if problem.cost is not Cost.LENGTH:
        return agreed
    asked = solve(problem, Limits(seconds=smt_s), engine="smt")
    check_lines(asked, wanted.least)
    agreed += ["smt"] if asked.stopped is None else []
    boolean = all(v.sort == BOOL for v in (*problem.inputs, *problem.outputs))
    if problem.wiring is Wiring.DAG and boolean and applies(problem):
        try:
            builder = packed_lines(problem)
        except UnpackableError:
            return agreed
        assert [line.error for line in builder.lines] == list(wanted.least), problem.name
        agreed.append("compiled dag")
    return agreed


def features(problem: Problem) -> set[str]:
    """What a problem has, for the tests to see that all kinds occur."""
    assert problem.components is not None
    components = problem.components.components
    sorts = {v.sort.kind for v in (*problem.inputs, *problem.outputs)}
    found = {f"sort {kind}" for kind in sorts} | {f"cost {problem.cost}"}
    found |= {f"{problem.wiring}, {problem.measure}"}
    found |= {"guard"} if any(c.guard is not None for c in components) else set()
    found |= {"parameters"} if any(c.parameters for c in components) else set()
    found |= (
        {"component of several outputs"} if any(len(c.outputs) > 1 for c in components) else set()
    )
    found |= {"several outputs"} if len(problem.outputs) > 1 else set()
    return found


ALL_FEATURES = (
    {f"sort {kind}" for kind in ("Bool", "BitVec", "Int", "Real", "Array")}
    | {f"cost {cost}" for cost in Cost}
    | {f"{wiring}, {m}" for wiring in (Wiring.CHAIN, Wiring.DAG) for m in Measure}
    | {"guard", "parameters", "component of several outputs", "several outputs"}
)


def compare(
    seeds: range, monkeypatch: pytest.MonkeyPatch, smt_s: float
) -> tuple[Counter[str], set[str]]:
    """How many problems each engine agreed on, and what these had."""
    engines: Counter[str] = Counter()
    seen: set[str] = set()
    for seed in seeds:
        problem = draw(seed)
        agreed = agreement(problem, monkeypatch, smt_s)
        engines.update(agreed)
        seen |= features(problem) if agreed else set()
    return engines, seen


def test_engines_agree_on_a_hundred_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    engines, _ = compare(range(104), monkeypatch, 0.2)
    assert engines["reference"] >= 100
    assert engines["reference"] == engines["chain"] + engines["dag"] + engines["formulas"]
    assert engines["smt"] > 10
    assert engines["compiled dag"] > 8


@pytest.mark.slow
def test_engines_agree_on_many_problems_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    engines, seen = compare(range(1000, 1800), monkeypatch, 5.0)
    print(engines)
    assert engines["reference"] >= 600
    assert engines["reference"] == engines["chain"] + engines["dag"] + engines["formulas"]
    assert engines["smt"] >= 400
    assert engines["compiled dag"] >= 60
    assert seen == ALL_FEATURES
