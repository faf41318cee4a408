"""All-input problems: a proof, a counterexample, and the same problem on chosen inputs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.proving import Counterexample, Proof, Unknown
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import TRUE, Term, apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.specifications import on_inputs, verify
from theory.kernel.problems.targets import Measure, Sample, Samples, Specification

a, x = var("a", INT), var("x", INT)
X = (Variable("x", INT),)
MADE = (
    Component("inc", X, (apply("+", x, const(1, INT)),)),
    Component("dec", X, (apply("-", x, const(1, INT)),), guard=apply(">", x, const(0, INT))),
    Component("double", X, (apply("+", x, x),)),
)
REGISTERS = (Variable("a", INT),)


def specified(target: Term, condition: Term = TRUE) -> Problem:
    cs = ComponentSet("s", MADE, REGISTERS)
    goal = Specification((target,), condition)
    return Problem("p", cs, Wiring.CHAIN, REGISTERS, REGISTERS, goal, 3, Measure.WRONG)


def run(problem: Problem, *names: str):  # type: ignore[no-untyped-def]
    return problem.sequence(Step(name, (0,), (0,)) for name in names)


def test_what_is_right_for_all_inputs_is_proved() -> None:
    problem = specified(apply("*", const(4, INT), a))
    assert isinstance(verify(problem, run(problem, "double", "double")), Proof)


def test_what_is_wrong_somewhere_has_a_counterexample() -> None:
    problem = specified(apply("*", a, a))
    answer = verify(problem, run(problem, "double"))
    assert isinstance(answer, Counterexample)
    assert answer.values["a"] not in (0, 2)


def test_a_sequence_that_blocks_somewhere_is_wrong_there() -> None:
    problem = specified(a)
    answer = verify(problem, run(problem, "dec", "inc"))
    assert isinstance(answer, Counterexample)
    assert answer.values["a"] <= 0  # type: ignore[operator]
    guarded = specified(a, apply(">", a, const(0, INT)))
    assert isinstance(verify(guarded, run(guarded, "dec", "inc")), Proof)
    assert isinstance(verify(problem, run(problem, "inc", "dec")), Counterexample)


def test_the_domain_of_a_set_with_values_is_assumed() -> None:
    step = Component("next", X, (apply("mod", apply("+", x, const(1, INT)), const(5, INT)),))
    cs = ComponentSet("five", (step,), REGISTERS, values=5)
    goal = Specification((apply("ite", apply("=", a, const(4, INT)), const(0, INT),
                                apply("+", a, const(1, INT))),))  # fmt: skip
    problem = Problem("p", cs, Wiring.CHAIN, REGISTERS, REGISTERS, goal, 1)
    assert isinstance(verify(problem, run(problem, "next")), Proof)
    with pytest.raises(ProblemError) as caught:
        on_inputs(problem, [(5,)])
    assert caught.value.reason == "bad-input"


def test_what_z3_cannot_decide_in_time_is_unknown() -> None:
    b, c = var("b", INT), var("c", INT)
    cubes = [apply("*", v, v, v) for v in (a, b, c)]
    fermat = apply("=", apply("+", cubes[0], cubes[1]), cubes[2])
    registers = (*REGISTERS, Variable("b", INT), Variable("c", INT))
    goal = Specification((apply("ite", fermat, apply("+", a, const(1, INT)), a),),
                         apply("and", *(apply(">", v, const(0, INT)) for v in (a, b, c))))  # fmt: skip  # noqa: E501
    cs = ComponentSet("s", MADE, registers)
    problem = Problem("p", cs, Wiring.CHAIN, registers, REGISTERS, goal, 1)
    assert isinstance(verify(problem, problem.sequence(()), timeout_s=0.05), Unknown)


def test_chosen_inputs_become_samples_that_count_wrong_ones() -> None:
    problem = specified(apply("*", a, a), apply(">=", a, const(0, INT)))
    sampled = on_inputs(problem, [(0,), (3,)])
    assert sampled.target == Samples((Sample((0,), (0,)), Sample((3,), (9,))))
    assert sampled.measure is Measure.WRONG
    with pytest.raises(ProblemError) as caught:
        on_inputs(problem, [(0,), (-1,)])
    assert (caught.value.reason, caught.value.where) == ("bad-input", "inputs[1]")


def test_samples_are_no_specification() -> None:
    problem = replace(specified(a), target=Samples((Sample((0,), (0,)),)))
    with pytest.raises(ProblemError) as caught:
        verify(problem, run(problem, "inc"))
    assert caught.value.reason == "no-specification"


def test_a_sequence_of_another_shape_is_refused() -> None:
    problem = specified(a)
    dag = replace(problem, wiring=Wiring.DAG, components=ComponentSet("s", MADE))
    for outputs in ((), (0, 0)):
        with pytest.raises(ProblemError) as caught:
            verify(dag, dag.sequence((), outputs))
        assert caught.value.reason == "wrong-sequence"
