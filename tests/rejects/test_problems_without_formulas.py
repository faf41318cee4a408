"""Problems that have no formula of Boolean steps: refused for what stands against it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support import optimum_examples as examples
from theory.kernel.checks.boolean_steps import MAX_ARITY, check_supported
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT
from theory.kernel.language.terms import TRUE, Term, apply, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Relation, Sample, Samples

P = var("p", BOOL)


def of(component: Component, **changes: Any) -> Problem:
    return replace(examples.gates(), components=ComponentSet("s", (component,)), **changes)


def wide(inputs: int) -> Component:
    variables = tuple(Variable(f"p{k}", BOOL) for k in range(inputs))
    term: Term = apply("and", *(var(v.name, BOOL) for v in variables))
    return Component("wide", variables, (term,))


def mixed(inputs: tuple[Variable, ...], outputs: tuple[Variable, ...], row: Sample) -> Problem:
    gates = examples.gates()
    return Problem(
        "mixed", gates.components, Wiring.DAG, inputs, outputs, Samples((row,)), 1
    )  # fmt: skip


BOOLS = (Variable("p", BOOL),)
NUMBERS = (Variable("n", INT),)
TWO = Component("two", BOOLS, (P, apply("not", P)), ("same", "other"))


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (examples.counter(), "the wiring is not dag"),
        (examples.table(), "the wiring is not dag"),
        (replace(examples.gates(), cost=Cost.TREE), "the cost is"),
        (
            replace(examples.gates(), target=Relation(var("out", BOOL), TRUE)),
            "the target is a relation",
        ),
        (mixed((*BOOLS, *NUMBERS), (Variable("out", BOOL),),
               Sample((True, 1), (True,))), "an input or output is not Bool"),
        (mixed(BOOLS, (Variable("out", BOOL), Variable("m", INT)), Sample((True,), (True, 1))),
         "an input or output is not Bool"),
        (of(wide(MAX_ARITY + 1)), f"at most {MAX_ARITY} inputs"),
        (of(TWO), "does not have one output"),
        (of(Component("size", NUMBERS, (apply("+", var("n", INT), var("n", INT)),))),
         "size is not Boolean"),
        (replace(examples.gates(), components=ComponentSet("s", ())), "there are no components"),
        (mixed((), (Variable("out", BOOL),), Sample((), (True,))), "there are no inputs"),
    ],
)  # fmt: skip
def test_a_problem_without_a_formula_says_why(problem: Problem, words: str) -> None:
    with pytest.raises(ProblemError) as caught:
        check_supported(problem)
    assert caught.value.reason == "not-boolean", caught.value
    assert words in caught.value.message, caught.value


def test_the_greatest_number_of_inputs_is_that_of_a_component() -> None:
    assert check_supported(examples.gates()) == 2
    assert check_supported(of(wide(MAX_ARITY))) == MAX_ARITY
