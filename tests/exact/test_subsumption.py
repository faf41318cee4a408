"""Least length by subsumption: the symmetry it uses, and what it finds against plain searches."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations, product
from random import Random

import numpy as np
import pytest

from solvers.exact import Frontier, Limits, solve, with_evidence
from solvers.exact.chains.point_sets import encode
from solvers.exact.chains.subsumption import solve_least_length
from solvers.exact.chains.symmetry import TRIVIAL, find_symmetry, goal_points
from solvers.points.points import close, make_points
from solvers.stopping.limits import LimitReachedError, Meter
from solvers.suites import find_problem
from tests.support.random_problems import draw_problem
from theory.kernel.checks.certificates import check
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, Value
from theory.kernel.language.terms import Term, apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples


def draw_symmetric(seed: int) -> Problem:
    """Random gates on three or four Bool registers, often standing anywhere."""
    rng = Random(seed)
    wires = tuple(Variable(f"x{k}", BOOL) for k in range(rng.choice((3, 3, 4))))
    a, b = var("a", BOOL), var("b", BOOL)

    def gate() -> Term:
        rows = [const(rng.random() < 0.5, BOOL) for _ in range(4)]
        return rng.choice((
            apply("and", a, b), apply("or", a, b), apply("xor", a, b), a, b,
            apply("ite", a, apply("ite", b, *rows[:2]), apply("ite", b, *rows[2:])),
        ))  # fmt: skip

    places = [p for p in product(range(len(wires)), repeat=2) if p[0] != p[1]]
    made = []
    for k in range(rng.choice((1, 1, 2))):
        outputs = tuple(gate() for _ in range(rng.choice((1, 2))))
        names = tuple(f"f{k}.{j}" for j in range(len(outputs)))
        some = [p for p in places if p[0] < p[1]] if rng.random() < 0.5 else places
        if rng.random() < 0.2:
            some = rng.sample(some, 2)
        inputs = (Variable("a", BOOL), Variable("b", BOOL))
        made.append(Component(f"f{k}", inputs, outputs, names, placements=tuple(some)))
    compared = wires if rng.random() < 0.6 else wires[: rng.choice((1, 2))]
    starts = list(product((False, True), repeat=len(wires)))
    if rng.random() < 0.3:
        starts = rng.sample(starts, rng.randrange(1, 6))
    kind = rng.randrange(4)

    def wanted(state: tuple[Value, ...]) -> tuple[Value, ...]:
        if kind == 0:
            result = tuple(sorted(state))
        elif kind == 1:
            result = (sum(state) % 2 == 1,) * len(wires)  # type: ignore[arg-type]
        else:
            result = (any(state) if kind == 2 else all(state), *state[1:])
        return result[: len(compared)]

    rows = tuple(Sample(s, wanted(s)) for s in starts)
    components = ComponentSet("s", tuple(made), wires)
    length = 4 if len(wires) == 3 else 3
    return Problem(f"p{seed}", components, Wiring.CHAIN, wires, compared, Samples(rows), length)


def agree(problem: Problem) -> Frontier:
    """Checks bounds, witnesses and length with and without symmetry against the plain engine."""
    true = [line.error for line in solve(problem).lines]
    for symmetry in (False, True):
        found = solve_least_length(problem, symmetry=symmetry)
        assert found.stopped is None
        for line, error in zip(found.lines, true, strict=True):
            assert line.at_least <= error <= line.error
            assert line.sequence is not None
            assert len(line.sequence) <= line.length
            assert problem.error(line.sequence) == line.error
            assert (line.error == 0) == (error == 0)
            assert (line.at_least > 0) == (error > 0)
    return found


def test_the_least_length_is_that_of_the_plain_engine_on_random_gates() -> None:
    kinds = {"none": 0, "kept": 0, "permuted": 0}
    solved = 0
    for seed in range(120):
        problem = draw_symmetric(seed)
        frontier = agree(problem)
        solved += frontier.lines[-1].error == 0 < frontier.lines[1].error
        kinds[encode(problem, Meter(Limits())).symmetry.goals] += 1
    assert solved > 8
    assert min(kinds.values()) > 4, kinds


@pytest.mark.slow
def test_the_least_length_is_that_of_the_plain_engine_on_many_random_gates() -> None:
    found = [agree(draw_symmetric(seed)) for seed in range(1000, 3000)]
    assert sum(f.lines[-1].error == 0 < f.lines[1].error for f in found) > 200


def test_the_least_length_is_that_of_the_plain_engine_on_other_sorts() -> None:
    compared = 0
    for seed in range(40):
        problem = draw_problem(seed, Wiring.CHAIN, machine=seed % 2 == 0, length=2)
        try:
            encode(problem, Meter(Limits(states=100)))
        except (ProblemError, LimitReachedError):
            continue
        agree(problem)
        compared += 1
    assert compared > 8


def statement_holds(problem: Problem, most: int = 4000) -> bool:
    """Statement (*) of `symmetry`, tried on all sets a search meets and all permutations.

    False where the problem has no symmetry that is found.
    """
    meter = Meter(Limits())
    points = make_points(problem)
    assert close(points, meter, 5000)
    symmetry = find_symmetry(points, meter)
    if symmetry == TRIVIAL:
        return False
    goals = frozenset(np.flatnonzero(goal_points(points)).tolist())
    moves = points.moves
    start = frozenset(points.start.tolist())
    sets, following = [start], {}
    seen = {start}
    for one in sets:
        following[one] = [frozenset(moves[list(one), p].tolist()) for p in range(moves.shape[1])]
        for other in following[one]:
            if other not in seen and len(sets) < most:
                seen.add(other)
                sets.append(other)
    # steps[k] holds the sets known to be solved in k; all sets were met, or the test says so.
    assert len(sets) < most
    steps = {one: 0 for one in sets if one <= goals}
    for k in range(1, 30):
        for one in sets:
            if one not in steps and any(steps.get(c, k) < k for c in following[one]):
                steps[one] = k
    group = _permutations(symmetry.classes, symmetry.swaps, len(points))
    images = {one: {frozenset(g[list(one)].tolist()) for g in group} for one in sets}
    for b in sets:
        if b in steps:
            for a in sets:
                if len(a) <= len(b) and any(image <= b for image in images[a]):
                    assert steps.get(a, 99) <= steps[b], problem.name
    return True


def _permutations(classes, swaps, count):  # type: ignore[no-untyped-def]
    """The point tables of all elements of the group."""
    tables = [np.arange(count)]
    for members in classes:
        made = []
        for order in permutations(members):
            table = np.arange(count)
            now = list(members)
            for k, register in enumerate(order):
                at = now.index(register)
                if at != k:
                    pair = tuple(sorted((members[at], members[k])))
                    table = swaps[pair][table]
                    now[at], now[k] = now[k], now[at]
            made.append(table)
        tables = [a[b] for a in tables for b in made]
    return tables


def test_what_the_symmetry_claims_is_true_of_all_sets_of_small_problems() -> None:
    assert statement_holds(find_problem("sorting-3"))
    assert statement_holds(find_problem("sorting-4"))
    tried = 0
    for seed in range(150):
        problem = draw_symmetric(seed)
        if len(problem.inputs) == 3:
            tried += statement_holds(problem)
    assert tried > 20


@pytest.mark.slow
def test_what_the_symmetry_claims_is_true_of_all_sets_of_five_wires() -> None:
    assert statement_holds(find_problem("sorting-5"), 100_000)


def symmetry_of(problem: Problem) -> str:
    return str(encode(problem, Meter(Limits())).symmetry)


def placed(problem: Problem, places: list[tuple[int, int]]) -> Problem:
    assert problem.components is not None
    (compare,) = problem.components.components
    one = replace(compare, placements=tuple(places))
    return replace(problem, components=replace(problem.components, components=(one,)))


def test_sorting_networks_may_be_relabelled_at_will() -> None:
    found = encode(find_problem("sorting-5"), Meter(Limits())).symmetry
    assert (str(found), found.goals) == ("S5", "kept")


def test_a_symmetry_that_does_not_hold_is_not_used() -> None:
    four = find_problem("sorting-4", length=6)
    pairs = list(combinations(range(4), 2))
    # Neighbours only: relabelled, a comparator would stand elsewhere.
    neighbours = placed(four, [(k, k + 1) for k in range(3)])
    assert symmetry_of(neighbours) == "trivial"
    assert solve_least_length(neighbours).best.length == 6
    assert [line.error for line in solve(neighbours).lines][-1] == 0
    # One comparator missing.
    assert symmetry_of(placed(four, pairs[:-1])) != "S4"
    # A sorted input is missing among the samples: goals are not all kept.
    rows = four.rows()
    assert symmetry_of(replace(four, target=Samples((*rows[:3], *rows[4:])))) == "trivial"
    # The target asks for something else on one input.
    odd = (*rows[:6], Sample(rows[6].inputs, (False, True, False, True)), *rows[7:])
    assert symmetry_of(replace(four, target=Samples(odd))) == "trivial"
    # Comparators that may point downwards can unsort what is sorted: no goal is kept.
    both = placed(four, list(permutations(range(4), 2)))
    assert symmetry_of(both) == "trivial"


@pytest.mark.parametrize(("n", "least"), [(2, 1), (3, 3), (4, 5), (5, 9), (6, 12), (7, 16)])
def test_sorting_networks_have_the_known_least_lengths(n: int, least: int) -> None:
    problem = find_problem(f"sorting-{n}", length=least + 1)
    found = solve_least_length(problem)
    assert (found.best.error, found.best.length) == (0, least)
    assert all(line.at_least == 1 for line in found.lines[1:least])
    assert found.best.sequence is not None
    assert problem.error(found.best.sequence) == 0
    assert found.optimal


def test_the_layers_of_seven_wires_are_those_published() -> None:
    """Codish et al. 2014, table 1: sets kept for n = 7."""
    found = solve_least_length(find_problem("sorting-7"))
    published = (1, 1, 3, 7, 19, 51, 141, 325, 564, 678, 510, 280, 106, 33, 11, 6)
    assert found.counts[: len(published)] == published


def test_the_reference_enumerator_confirms_the_bounds() -> None:
    found = with_evidence(solve_least_length(find_problem("sorting-4")))
    assert found.evidence == "recounted"
    assert check(found.certificate()).complete


def test_too_short_a_length_has_a_positive_bound_everywhere() -> None:
    found = solve_least_length(find_problem("sorting-5", length=8))
    assert found.stopped is None
    assert all(line.at_least == 1 for line in found.lines[1:])
    assert not found.optimal


@pytest.mark.parametrize("limits", [Limits(seconds=0.0), Limits(states=40), Limits(bytes=100_000)])
def test_a_stopped_search_gives_honest_bounds(limits: Limits) -> None:
    problem = find_problem("sorting-6")
    true = [57, 52, 46, 41, 35, 30, 24, 18, 10, 6, 4, 2, 0]
    found = solve_least_length(problem, limits)
    assert found.stopped in ("time", "states", "memory")
    for line, error in zip(found.lines, true, strict=True):
        assert line.at_least <= error <= line.error
        assert line.sequence is not None
        assert problem.error(line.sequence) == line.error


def test_an_interrupted_search_gives_its_bounds() -> None:
    said: list[str] = []

    def progress(text: str) -> None:
        said.append(text)
        if len(said) == 3:
            raise KeyboardInterrupt

    found = solve_least_length(find_problem("sorting-6"), progress=progress)
    assert found.stopped == "interrupted"
    assert [line.at_least for line in found.lines[1:4]] == [1, 1, 1]
    assert found.lines[-1].at_least == 0


def test_endless_states_are_refused_in_one_line() -> None:
    x = Variable("x", INT)
    up = Component("up", (x,), (apply("+", var("x", INT), const(1, INT)),))
    components = ComponentSet("s", (up,), (x,))
    rows = Samples((Sample((0,), (3,)),))
    problem = Problem("p", components, Wiring.CHAIN, (x,), (x,), rows, 4)
    with pytest.raises(ProblemError, match="reach more than") as caught:
        solve_least_length(problem)
    assert caught.value.reason == "not-finite"
