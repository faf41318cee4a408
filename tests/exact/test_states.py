"""States packed into words: packing, distances and frontiers against plain searches."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from solvers.compiled.term_code import step_function
from solvers.exact import Limits, solve
from solvers.exact.chains.state_packing import pack_states
from solvers.exact.chains.states import StateSearch, WideNumberError, distances, solve_states
from solvers.stopping.limits import LimitReachedError, Meter
from solvers.suites import find_problem
from solvers.suites.pancakes import flips
from tests.support.random_problems import draw_problem
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring, placements
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT, REAL, Value
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples


def stack(n: int, length: int = 30) -> Problem:
    """The stacks of n pancakes, from the sorted one."""
    components = flips(n)
    first = tuple(range(1, n + 1))
    rows = Samples((Sample(first, first),))
    wires = components.registers
    return Problem("p", components, Wiring.CHAIN, wires, wires, rows, length, Measure.ABSOLUTE)


def plain_distances(problem: Problem, most: int = 3000) -> list[int] | None:
    """The same by sets of Python tuples; None beyond `most` states."""
    assert problem.components is not None
    steps = placements(problem.components, problem.inputs)
    functions = [step_function(problem.components[s.component], s.parameters) for s in steps]
    layer = {problem.rows()[0].inputs}
    seen = set(layer)
    counts = []
    while layer:
        counts.append(len(layer))
        following: set[tuple[Value, ...]] = set()
        for state in layer:
            for step, function in zip(steps, functions, strict=True):
                result = function(*(state[r] for r in step.reads))
                if result is not None:
                    after = list(state)
                    for register, value in zip(step.writes, result, strict=False):
                        after[register] = value
                    following.add(tuple(after))
        layer = following - seen
        seen |= layer
        if len(seen) > most:
            return None
    return counts


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_pancake_distances_are_those_of_a_plain_search(n: int) -> None:
    assert list(distances(stack(n))) == plain_distances(stack(n))


@pytest.mark.slow
def test_ten_pancakes_have_the_published_distances() -> None:
    """OEIS A092113, row 10."""
    counts = distances(stack(10))
    assert counts == (
        1, 9, 72, 575, 3963, 22825, 106461, 377863, 919365, 1309756, 814678, 73232,
    )  # fmt: skip
    assert sum(counts) == 3628800


def one_sample(seed: int) -> Problem:
    """A random problem with machine words and a single sample."""
    problem = draw_problem(seed, Wiring.CHAIN, machine=True, length=3)
    assert isinstance(problem.target, Samples)
    return replace(problem, target=Samples(problem.target.rows[:1]))


@pytest.mark.parametrize(("every", "least"), [(24, 2), pytest.param(6, 5, marks=pytest.mark.slow)])
def test_random_problems_have_the_frontier_of_the_plain_engine(every: int, least: int) -> None:
    compared = met = 0
    for seed in range(400):
        problem = one_sample(seed)
        packing = pack_states(problem)
        if packing is None:
            continue
        met += 1
        if met % every:  # each is compiled
            continue
        try:
            found = solve_states(packing)
        except WideNumberError:
            continue
        wanted = solve(problem)
        assert [line.error for line in found.lines] == [line.error for line in wanted.lines]
        assert all(line.exact for line in found.lines)
        for line in found.lines:
            assert line.sequence is not None
            assert problem.error(line.sequence) == line.error
            assert len(line.sequence) <= line.length
        plain = plain_distances(problem)
        if plain is not None:
            assert list(distances(problem)) == plain
        compared += 1
    assert compared >= least


def test_packing_there_and_back() -> None:
    packing = pack_states(find_problem("pancakes-7"))
    assert packing is not None
    state = packing.problem.rows()[0].inputs
    assert packing.unpack(packing.pack(state)) == state


def moving(values: tuple[Value, ...], measure: Measure = Measure.ABSOLUTE) -> Problem:
    """Rotations and copies of registers that hold rationals: values only move."""
    names = [f"r{k}" for k in range(len(values))]
    registers = tuple(Variable(n, REAL) for n in names)
    turned = tuple(var(n, REAL) for n in (*names[1:], names[0]))
    place = (tuple(range(len(names))),)
    outputs = tuple(f"turn.{k}" for k in range(len(names)))
    turn = Component("turn", registers, turned, outputs, placements=place)
    x, y = Variable("x", REAL), Variable("y", REAL)
    copy = Component("copy", (x, y), (var("y", REAL),))
    cs = ComponentSet("s", (turn, copy), registers)
    rows = Samples((Sample(values, tuple(reversed(values))),))
    return Problem("moving", cs, Wiring.CHAIN, registers, registers, rows, 6, measure)


@pytest.mark.parametrize("measure", [Measure.ABSOLUTE, Measure.GREATEST, Measure.WRONG])
def test_values_that_only_move_may_be_of_any_sort(measure: Measure) -> None:
    values = (Fraction(1, 2), Fraction(-3), Fraction(7, 3), Fraction(1, 2))
    problem = moving(values, measure)
    packing = pack_states(problem)
    assert packing is not None
    found = solve_states(packing)
    assert [line.error for line in found.lines] == [line.error for line in solve(problem).lines]
    assert list(distances(problem)) == plain_distances(problem)


def test_what_cannot_be_packed_is_left_to_other_engines() -> None:
    assert pack_states(find_problem("sorting-4")) is None, "16 samples"
    x = Variable("x", INT)
    up = Component("up", (x,), (apply("+", var("x", INT), const(1, INT)),))
    cs = ComponentSet("s", (up,), (x,))
    endless = Problem("p", cs, Wiring.CHAIN, (x,), (x,), Samples((Sample((0,), (3,)),)), 4)
    assert pack_states(endless) is None
    with pytest.raises(ProblemError, match="needs one sample") as caught:
        distances(endless)
    assert caught.value.reason == "not-packable"
    assert pack_states(stack(16)) is None, "16 fields of 4 bits are 64"


@pytest.mark.parametrize("limits", [Limits(states=300), Limits(seconds=0.0)])
def test_a_stopped_search_gives_honest_bounds(limits: Limits) -> None:
    problem = find_problem("pancakes-6")
    true = [line.error for line in solve(problem).lines]
    packing = pack_states(problem)
    assert packing is not None
    found = solve_states(packing, limits)
    assert found.stopped in ("time", "states")
    for line, error in zip(found.lines, true, strict=True):
        assert line.at_least <= error <= line.error
        assert line.sequence is not None
        assert problem.error(line.sequence) == line.error
    with pytest.raises(LimitReachedError):
        distances(problem, limits)


def test_a_path_is_found_again_by_exact_steps() -> None:
    problem = stack(6)
    packing = pack_states(problem)
    assert packing is not None
    search = StateSearch(packing, Meter(Limits()))
    while search.advance():
        pass
    last = search.count - 1
    sequence = problem.sequence(search.path(last))
    assert len(sequence) == 7, "the hardest stacks of six need seven flips"
    assert sequence.run(problem.rows()[0].inputs) == packing.unpack(int(search.queue[last]))
