"""Distinct behaviours: counted, and recognised in a run, against trying every genome."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from solvers.evaluation.behaviours import _ExactKeys, _PointKeys, _WordKeys, behaviour_keys
from solvers.evaluation.evaluators import (
    ExactEvaluator,
    PointEvaluator,
    WordEvaluator,
    evaluator_for,
)
from solvers.exact import Limits
from solvers.exact.counting.count import count_behaviours
from solvers.searches import OPTIMUM, run
from solvers.suites import find_problem
from tests.support.boolean_problems import any_two_input, draw_boolean_problem, function_problem
from tests.support.random_problems import draw_problem
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import NumberTooLargeError, ProblemError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Table

SMALL = 2500


def everything(problem: Problem) -> tuple[ExactEvaluator, np.ndarray] | None:
    """The plain evaluator and all its genomes, if these are few."""
    try:
        evaluator = ExactEvaluator(problem)
    except (ProblemError, ValueError):  # nothing to search
        return None
    size = evaluator.space.size()
    return (evaluator, evaluator.space.unrank(np.arange(size))) if size <= SMALL else None


def by_hand(problem: Problem, genomes: np.ndarray) -> Counter[Any]:
    """How many behaviours there are of each error, from all sequences one by one."""
    decoder = _ExactKeys(problem)._decoder
    behaviours: dict[str, Any] = {}
    for genome in genomes:
        steps, outputs = decoder.steps_of(genome)
        if problem.wiring is Wiring.CHAIN:
            choices = [tuple(range(len(problem.inputs)))]
        elif decoder.picks_output:
            sorts = [v.sort for v in problem.inputs]
            assert problem.components is not None
            for step in steps:
                sorts += problem.components[step.component].output_sorts
            choices = [(k,) for k, s in enumerate(sorts) if s == problem.outputs[0].sort]
        else:
            choices = [] if outputs is None else [outputs]
        for chosen in choices:
            sequence = problem.sequence(steps, chosen)
            shown = replace(sequence, outputs=chosen)
            ends = [shown.evaluate(row.inputs) for row in problem.rows()]
            if problem.wiring is Wiring.CHAIN:
                ends = sorted(
                    ((e, row.outputs) if e is not None else None
                     for e, row in zip(ends, problem.rows(), strict=True)), key=repr
                )  # fmt: skip
            behaviours[repr(ends)] = problem.error(sequence)
    return Counter(behaviours.values())


@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
@pytest.mark.parametrize("enough", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_counts_equal_those_of_all_sequences(wiring: Wiring, enough: int) -> None:
    tried = 0
    for seed in range(90):
        if tried == enough:
            break
        problem = draw_problem(seed, wiring, machine=seed % 2 == 0)
        found = everything(problem)
        if found is None:
            continue
        try:
            expected = by_hand(problem, found[1])
        except NumberTooLargeError:
            continue
        count = count_behaviours(problem)
        assert count.exact
        assert dict(count.errors) == dict(expected), problem.name
        tried += 1
    assert tried >= 5


def test_boolean_functions_are_counted_both_ways() -> None:
    for seed in range(25):
        problem = draw_boolean_problem(seed, length=2)
        found = everything(problem)
        if found is not None:
            expected = by_hand(problem, found[1])
            assert dict(count_behaviours(problem).errors) == dict(expected), seed


def test_functions_of_three_inputs_with_at_most_c_gates() -> None:
    """The published counts (Knuth, TAOCP 7.1.2): 10 free ones, then 30, 114, 80, 24 of 256.

    Knuth's constants and complements are free; here only inputs are, so more gates are needed:
    the counts with all 16 gates are those of a plain enumeration, and end at all functions.
    """
    counts = []
    for length in range(6):
        count = count_behaviours(function_problem(0b10010110, 3, any_two_input(), length))
        assert count.exact
        counts.append(count.distinct)
    assert counts[0] == 3
    assert counts[1] == 16 + 2 * 3 + 4 + 4 + 8  # constants, complements, two-input functions
    assert counts == sorted(counts)
    assert counts[-1] == 256
    assert count.within(0) == 1
    assert [n for _, n in count.errors] == [1, 8, 28, 56, 70, 56, 28, 8, 1]


def test_published_counts_of_chains() -> None:
    assert count_behaviours(find_problem("pancakes-6")).distinct == 720  # all permutations
    longer = count_behaviours(find_problem("sorting-4", 12))
    assert longer.distinct >= count_behaviours(find_problem("sorting-4")).distinct
    assert longer.errors[0] == (0, 1)


def test_a_table_counts_its_entries() -> None:
    table = find_table()
    count = count_behaviours(table)
    assert (count.distinct, count.exact) == (4, True)
    assert [count.within(t) for t in (0.1, 0.29, 0.31, 9.0)] == [0, 1, 2, 4]


def find_table() -> Problem:
    from pathlib import Path

    from theory.formats.problem_files import load_problem

    return load_problem(Path(__file__).parents[2] / "docs" / "examples" / "loss.csv")


@pytest.mark.parametrize("name", ["sorting-5", "set-cover-1"])
def test_a_count_that_stops_is_a_lower_bound(name: str) -> None:
    problem = find_problem(name)
    whole = count_behaviours(problem)
    part = count_behaviours(problem, Limits(states=whole.distinct // 8))
    assert whole.exact
    assert not part.exact
    assert part.stopped == "states"
    assert part.distinct <= whole.distinct
    assert part.within(whole.errors[3][0]) is None  # not all of those were met
    assert whole.within(0.0) == 1
    over = count_behaviours(problem, Limits(seconds=0.0))
    assert over.stopped == "time"


def test_error_zero_is_one_behaviour_only_where_everything_is_compared() -> None:
    problem = find_problem("sorting-3")
    assert count_behaviours(problem).one_at_zero
    rows = problem.rows()
    partly = replace(
        problem,
        outputs=problem.outputs[:1],
        target=replace(problem.target, rows=tuple(replace(r, outputs=r.outputs[:1]) for r in rows)),
    )
    count = count_behaviours(partly)
    assert not count.one_at_zero
    assert dict(count.errors)[0] > 1


def tiers(problem: Problem) -> list[Any]:
    """All ways to make keys that apply to the problem."""
    evaluator = evaluator_for(problem)
    found: list[Any] = [_ExactKeys(problem)]
    if isinstance(evaluator, WordEvaluator):
        found.append(_WordKeys(problem))
    if isinstance(evaluator, PointEvaluator):
        found.append(_PointKeys(problem))
    return found


@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
@pytest.mark.parametrize("enough", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_keys_are_equal_exactly_where_behaviours_are(wiring: Wiring, enough: int) -> None:
    wanted = "_PointKeys" if wiring is Wiring.CHAIN else "_WordKeys"
    kinds = Counter[str]()
    for seed in range(90):
        if kinds[wanted] == enough:
            break
        problem = draw_problem(seed, wiring, machine=seed % 3 > 0)
        found = everything(problem)
        if found is None:
            continue
        genomes = found[1]
        exact, *others = tiers(problem)
        plain = exact(genomes)
        for keys in others:
            kinds[type(keys).__name__] += 1
            pairs = set(zip(plain, keys(genomes), strict=True))
            assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}), seed
        if wiring is Wiring.CHAIN:
            assert len(set(plain)) == count_behaviours(problem).distinct
        else:
            assert len(set(plain)) <= count_behaviours(problem).distinct + 1  # no slot at all
    assert kinds[wanted] > 1


def test_keys_of_a_dag_follow_the_slot_that_is_read() -> None:
    problem = function_problem(0b0110, 2, any_two_input(), 2)
    exact, words = _ExactKeys(problem), _WordKeys(problem)
    genomes = words._decoder.space.sample(np.random.default_rng(1), 400)
    pairs = set(zip(exact(genomes), words(genomes), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    zero = evaluator_for(problem)(genomes) == 0
    assert zero.any()
    assert len({k for k, z in zip(words(genomes), zero, strict=True) if z}) == 1


def test_a_run_counts_the_behaviours_it_evaluates() -> None:
    problem = find_problem("sorting-5")
    evaluator = evaluator_for(problem)
    seen: list[np.ndarray] = []

    class Watched:
        space = evaluator.space

        def __call__(self, genomes: np.ndarray) -> np.ndarray:
            seen.append(genomes.copy())
            return evaluator(genomes)

    keys = behaviour_keys(problem, evaluator)
    seeds = np.random.SeedSequence(4)
    for search in ("genetic", "random"):
        seen.clear()
        with_keys = run(Watched(), search, {}, seeds, 700, {OPTIMUM: -1.0}, 64, behaviours=keys)
        without = run(evaluator, search, {}, seeds, 700, {OPTIMUM: -1.0}, 64)
        assert replace(with_keys, behaviours=None) == without
        genomes = np.concatenate(seen)[: with_keys.evaluations]
        assert keys is not None
        assert with_keys.behaviours == len(set(keys(genomes)))
        assert with_keys.behaviours < with_keys.distinct


def test_behaviours_of_a_table_are_its_entries() -> None:
    table = find_table()
    assert isinstance(table.target, Table)
    keys = behaviour_keys(table)
    genomes = evaluator_for(table).space.unrank(np.arange(evaluator_for(table).space.size()))
    assert keys is not None
    assert len(set(keys(genomes))) == len(genomes)


def test_pancake_behaviours_are_stacks() -> None:
    """Every stack of 4 is a behaviour, by flipping prefixes in all ways."""
    problem = find_problem("pancakes-4")
    stacks = {tuple(p) for p in permutations(range(4))}
    assert count_behaviours(problem).distinct == len(stacks)
