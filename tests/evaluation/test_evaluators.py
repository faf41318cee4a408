"""Evaluators against the exact error of the sequence that each genome means."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from solvers.compiled.generated import supported
from solvers.evaluation.evaluators import (
    ExactEvaluator,
    PointEvaluator,
    TableEvaluator,
    WordEvaluator,
    evaluator_for,
)
from solvers.exact import solve
from solvers.suites import find_problem
from tests.support.random_problems import draw_problem
from theory.formats.sequence_text import one_line
from theory.kernel.components.component import Component, Parameter
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring, instances, placements
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, bitvec
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import (
    Measure,
    Sample,
    Samples,
    Specification,
    Table,
    sample_error,
)
from theory.kernel.problems.targets import total as total_error

x, y = var("x", INT), var("y", INT)
XY = (Variable("x", INT), Variable("y", INT))


def as_float(error: Error) -> float:
    """The nearest float, infinite beyond the greatest."""
    try:
        return float(error)
    except OverflowError:
        return math.inf


def check(evaluator, problem: Problem, count: int, seed: int = 0) -> int:  # type: ignore[no-untyped-def]
    """Compares on random genomes; how many errors were finite."""
    genomes = evaluator.space.sample(np.random.default_rng(seed), count)
    errors = evaluator(genomes)
    assert errors.dtype == np.float64
    assert errors.shape == (count,)
    for genome, error in zip(genomes, errors, strict=True):
        try:
            sequence = evaluator.sequence(genome)
        except ProblemError:
            rows = problem.rows()
            worst = total_error(
                problem.measure,
                (sample_error(problem.measure, problem.outputs, r.outputs, None) for r in rows),
            )
            assert error == as_float(worst)
            continue
        assert error == as_float(problem.error(sequence)), one_line(sequence)
        assert len(sequence) <= problem.length
    return int(np.isfinite(errors).sum())


@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
@pytest.mark.parametrize("machine", [False, True])
def test_random_problems_are_evaluated_exactly(wiring: Wiring, machine: bool) -> None:
    for seed in range(25):
        problem = draw_problem(seed, wiring, machine=machine, length=3)
        assert problem.components is not None
        if wiring is Wiring.CHAIN and not placements(problem.components, problem.inputs):
            continue
        check(ExactEvaluator(problem), problem, 20)
        if wiring is Wiring.CHAIN:
            evaluator = evaluator_for(problem)
            if not isinstance(evaluator, WordEvaluator):  # which would compile for each of them
                check(evaluator, problem, 20)


def arithmetic(measure: Measure, wiring: Wiring, goals: tuple[int, ...] = (0, 5, -3)) -> Problem:
    """Sums, products and guarded decrements whose values soon leave 64 bits."""
    made = (
        Component("mul", XY, (apply("*", x, y),)),
        Component("sub", XY, (apply("-", x, y),)),
        Component(
            "dec", XY[:1], (apply("-", x, const(1, INT)),), guard=apply(">", x, const(0, INT))
        ),
    )
    registers = (Variable("a", INT), Variable("b", INT))
    cs = ComponentSet("s", made, registers if wiring is Wiring.CHAIN else ())
    starts = ((2**40, 3), (-(2**61), 2**61), (5, 7))
    rows = tuple(Sample(s, (g,)) for s, g in zip(starts, goals, strict=True))
    outputs = registers[:1] if wiring is Wiring.CHAIN else (Variable("o", INT),)
    return Problem("arithmetic", cs, wiring, registers, outputs, Samples(rows), 5, measure)


@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
@pytest.mark.parametrize(
    "measure", [Measure.WRONG, Measure.ABSOLUTE, Measure.SQUARED, Measure.GREATEST]
)
def test_compiled_words_fall_back_where_numbers_overflow(measure: Measure, wiring: Wiring) -> None:
    problem = arithmetic(measure, wiring)
    finite = check(WordEvaluator(problem), problem, 300)
    assert finite > 100


def test_the_least_machine_integer_is_not_taken_for_a_small_one() -> None:
    registers = (Variable("a", INT), Variable("b", INT))
    cs = ComponentSet("s", (Component("sub", XY, (apply("-", x, y),)),), registers)
    rows = Samples((Sample((-(2**62) + 1, 2**62 - 1), (0,)), Sample((-2, 2**62 - 1), (0,))))
    for measure in (Measure.ABSOLUTE, Measure.SQUARED, Measure.GREATEST):
        problem = Problem("p", cs, Wiring.CHAIN, registers, registers[:1], rows, 3, measure)
        evaluator = WordEvaluator(problem)
        check(evaluator, problem, 60)


def test_words_of_every_machine_sort() -> None:
    w = bitvec(64)
    inputs = (Variable("u", w), Variable("p", BOOL), Variable("n", INT))
    u, p, n = var("u", w), var("p", BOOL), var("n", INT)
    made = (
        Component("spin", inputs[:1], (apply("rotate_left", u, indices=(7,)),)),
        Component("pick", inputs, (apply("ite", p, u, apply("bvnot", u)), apply(">", n, const(2, INT)))),  # noqa: E501
        Component("add", (inputs[2],), (apply("+", n, var("k", INT)),),
                  parameters=(Parameter("k", INT, -1, 1),)),
        Component("odd", (inputs[2],), (apply("=", apply("mod", n, const(2, INT)), const(1, INT)),)),  # noqa: E501
    )  # fmt: skip
    rows = Samples(
        (Sample((2**62 + 5, True, 3), (2**61, False)), Sample((17, False, -8), (2**64 - 1, True)))
    )
    outputs = (Variable("o", w), Variable("q", BOOL))
    for measure in (Measure.WRONG, Measure.BITS, Measure.ABSOLUTE):
        problem = Problem(
            "w", ComponentSet("s", made), Wiring.DAG, inputs, outputs, rows, 4, measure
        )
        assert supported(instances(problem.components))  # type: ignore[arg-type]
        check(WordEvaluator(problem), problem, 200)


@pytest.mark.parametrize("name", ["sorting-4", "pancakes-5", "set-cover-1"])
def test_shipped_chains_are_walks_through_a_table(name: str) -> None:
    problem = find_problem(name)
    evaluator = evaluator_for(problem)
    assert isinstance(evaluator, PointEvaluator)
    assert check(evaluator, problem, 200) == 200
    assert check(ExactEvaluator(problem), problem, 50) == 50


def test_the_best_genome_has_the_optimum_s_error() -> None:
    problem = find_problem("sorting-3")
    evaluator = evaluator_for(problem)
    everything = evaluator.space.unrank(np.arange(evaluator.space.size()))
    assert evaluator(everything).min() == solve(problem).best.error


def test_a_table_evaluator_looks_up_and_refuses_what_is_not_listed() -> None:
    errors = {(0, 0): Fraction(1, 3), (1, 1): Fraction(7), (1,): Fraction(10**400), (): Fraction(2)}
    table = Table((("a", "b"), ("c", "d")), errors)
    problem = Problem("t", None, Wiring.TABLE, (), (), table, 2)
    evaluator = evaluator_for(problem)
    assert isinstance(evaluator, TableEvaluator)
    genomes = np.array([[0, 0], [1, 1], [1, -1], [-1, -1], [0, 1], [0, -1]], dtype=np.int32)
    assert evaluator(genomes).tolist() == [1 / 3, 7.0, math.inf, 2.0, math.inf, math.inf]
    assert [s.component for s in evaluator.sequence(genomes[1]).steps] == ["b", "d"]
    assert problem.error(evaluator.sequence(genomes[2])) == 10**400


def test_numbers_that_outgrow_memory_have_infinite_error() -> None:
    square = Component("square", XY[:1], (apply("*", x, x),))
    registers = (Variable("x", INT),)
    cs = ComponentSet("s", (square,), registers)
    rows = Samples((Sample((3,), (3**4,)),))
    problem = Problem("p", cs, Wiring.CHAIN, registers, registers, rows, 60, Measure.ABSOLUTE)
    evaluator = evaluator_for(problem)
    few = np.full((2, 60), -1, dtype=np.int32)
    few[0, :2] = 0
    few[1, :] = 0
    assert evaluator(few).tolist() == [0.0, math.inf]


def test_what_cannot_be_searched_is_said() -> None:
    flip = Component("flip", (Variable("p", BOOL),), (apply("not", var("p", BOOL)),))
    a = (Variable("a", INT),)
    rows = Samples((Sample((1,), (2,)),))
    nowhere = Problem("p", ComponentSet("s", (flip,), a), Wiring.CHAIN, a, a, rows, 3)
    endless = Problem(
        "p", arithmetic(Measure.WRONG, Wiring.CHAIN).components, Wiring.CHAIN,
        arithmetic(Measure.WRONG, Wiring.CHAIN).inputs, (Variable("a", INT),),
        Specification((var("a", INT),)), 3,
    )  # fmt: skip
    for problem, reason in (
        (nowhere, "nothing-to-search"),
        (find_problem("sorting-3", length=0), "nothing-to-search"),
        (endless, "no-samples"),
    ):
        with pytest.raises(ProblemError) as caught:
            evaluator_for(problem)
        assert caught.value.reason == reason
