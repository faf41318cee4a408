"""Searches from both ends against the plain engine, and where they do not apply."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import pytest

from solvers.exact import Limits, solve
from solvers.exact.chains import chain
from solvers.exact.chains.both_ends import solve_both_ends
from solvers.suites import find_problem
from tests.support.random_problems import draw_problem
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring, placements
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, Value
from theory.kernel.language.terms import apply, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples


def reversible(seed: int) -> Problem:
    """A random circuit of reversible gates on three wires, asked for from some of its rows."""
    rng = Random(seed)
    wires = tuple(Variable(f"x{k}", BOOL) for k in range(3))
    a, b, c = (var(n, BOOL) for n in "abc")
    inputs = tuple(Variable(n, BOOL) for n in "abc")
    gates = [
        Component("flip", inputs[:1], (apply("not", a),)),
        Component("cnot", inputs[:2], (apply("xor", a, b),)),
        Component("toffoli", inputs, (apply("xor", a, apply("and", b, c)),)),
        Component("swap", inputs[:2], (b, a), ("swap.a", "swap.b")),
    ]
    made = []
    for gate in rng.sample(gates, 2):
        places = [p for p in product(range(3), repeat=len(gate.inputs)) if len(set(p)) == len(p)]
        made.append(Component(gate.name, gate.inputs, gate.outputs, gate.output_names,
                              placements=tuple(places)))  # fmt: skip
    cs = ComponentSet("reversible", tuple(made), wires)
    rows = rng.sample(list(product((False, True), repeat=3)), rng.choice((1, 3, 8)))
    problem = Problem("p", cs, Wiring.CHAIN, wires, wires, Samples((Sample(rows[0], rows[0]),)), 9)
    steps = [rng.choice(placements(cs, wires)) for _ in range(rng.randrange(1, 8))]
    hidden = problem.sequence(steps)
    samples = []
    for row in rows:
        outputs = hidden.run(row)
        assert outputs is not None
        samples.append(Sample(row, outputs))
    if rng.random() < 0.2:  # what may have no solution
        samples[0] = Sample(samples[0].inputs, rows[-1])
    return Problem(f"p{seed}", cs, Wiring.CHAIN, wires, wires, Samples(tuple(samples)), 5)


def agree(problem: Problem) -> bool:
    """Whether the search applies; it then agrees with the plain engine."""
    found = solve_both_ends(problem)
    if found is None:
        return False
    assert found.stopped is None
    for line, plain in zip(found.lines, solve(problem).lines, strict=True):
        assert line.at_least <= plain.error <= line.error
        assert (line.error == 0) == (plain.error == 0)
        assert (line.at_least > 0) == (plain.error > 0)
        assert line.sequence is not None
        assert len(line.sequence) <= line.length
        assert problem.error(line.sequence) == line.error
    return True


def test_the_least_length_of_reversible_circuits_is_that_of_the_plain_engine() -> None:
    applied = sum(agree(reversible(seed)) for seed in range(50))
    assert applied > 30


def test_pancakes_from_both_ends() -> None:
    for n, flips in ((3, 3), (4, 4), (5, 5), (6, 7)):
        problem = find_problem(f"pancakes-{n}", length=flips + 1)
        assert agree(problem)
        assert solve(problem, least_length=True).best.length == flips


def test_both_ends_reach_further_than_one() -> None:
    problem = find_problem("pancakes-8")
    found = solve(problem, least_length=True)
    assert (found.engine, found.best.error, found.best.length) == ("both-ends", 0, 9)
    assert sum(found.counts) < 8000, "there are 40,320 stacks"


def test_random_problems_agree_where_it_applies() -> None:
    for seed in range(40):
        problem = draw_problem(seed, Wiring.CHAIN, machine=True, length=2)
        if all(v.sort.kind == "Bool" for v in problem.inputs):
            agree(problem)


def test_it_does_not_apply_where_steps_cannot_be_undone() -> None:
    assert solve_both_ends(find_problem("sorting-4")) is None
    assert solve_both_ends(find_problem("set-cover-1")) is None


def test_it_does_not_apply_where_there_are_many_goals() -> None:
    drawn = (reversible(seed) for seed in range(99))
    problem = next(p for p in drawn if len(p.rows()) == 8 and solve(p).lines[0].error == 8)
    rows = tuple(Sample(r.inputs, r.outputs[:2]) for r in problem.rows())
    free = replace(problem, outputs=problem.outputs[:2], target=Samples(rows))
    assert solve_both_ends(free) is None


def test_a_goal_that_cannot_be_reached_has_a_bound_everywhere() -> None:
    x, y = Variable("x", INT), Variable("y", INT)
    swap = Component("swap", (x, y), (var("y", INT), var("x", INT)), ("swap.x", "swap.y"))
    cs = ComponentSet("s", (swap,), (x, y))
    start: tuple[Value, ...] = (3, 5)
    rows = Samples((Sample(start, (3, 3)),))
    problem = Problem("p", cs, Wiring.CHAIN, (x, y), (x, y), rows, 4, Measure.ABSOLUTE)
    found = solve_both_ends(problem)
    assert found is not None
    assert [line.at_least for line in found.lines] == [2, 2, 2, 2, 2]


@pytest.mark.parametrize("limits", [Limits(states=20), Limits(seconds=0.0)])
def test_a_stopped_search_gives_honest_bounds(limits: Limits) -> None:
    problem = find_problem("pancakes-6")
    found = solve_both_ends(problem, limits)
    assert found is not None
    assert found.stopped in ("time", "states")
    for line, plain in zip(found.lines, solve(problem).lines, strict=True):
        assert line.at_least <= plain.error <= line.error


def test_a_large_search_goes_on_from_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = find_problem("pancakes-6")
    whole = solve(problem)
    monkeypatch.setattr(chain, "LARGE_STATES", 100)
    found = solve(problem, Limits(states=700))
    assert found.engine == "states, both-ends"
    assert found.stopped is None
    assert (found.best.error, found.best.length) == (0, whole.best.length)
    assert found.shortest
    for line, plain in zip(found.lines, whole.lines, strict=True):
        assert line.at_least <= plain.error <= line.error


def test_a_large_search_of_many_samples_goes_on_from_both_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = (reversible(seed) for seed in range(99))
    eight = (solve(p) for p in drawn if len(p.rows()) == 8)
    whole = next(f for f in eight if (f.best.error, f.best.length) == (0, 5))
    problem = whole.problem
    monkeypatch.setattr(chain, "LARGE", 10)
    found = solve(problem, Limits(states=2 * sum(whole.counts[:-1]) - 2))
    assert found.engine == "chain, both-ends"
    assert (found.best.error, found.best.length) == (0, 5)
    assert found.shortest
    assert found.lines[1].exact, "settled before"
    for line, plain in zip(found.lines, whole.lines, strict=True):
        assert line.at_least <= plain.error <= line.error
