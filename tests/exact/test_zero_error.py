"""The compiled search for error 0 against the plain dag engine, and its backward rules."""

from __future__ import annotations

import random

import pytest

from solvers.compiled.term_code import step_function
from solvers.exact import Limits
from solvers.exact.all_inputs.backward import NONE, ONE, needed, needed_twice, rule_of
from solvers.exact.all_inputs.zero_error import Operations, ZeroSearch, applies
from solvers.exact.dags.dag import solve_dag
from solvers.stopping.limits import Meter
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, Sort, Value, bitvec
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples

W = bitvec(4)
BINARY = (
    "bvand", "bvor", "bvxor", "bvxnor", "bvnand", "bvnor", "bvadd", "bvsub", "bvmul", "bvshl",
    "bvlshr", "bvashr", "bvudiv", "bvurem",
)  # fmt: skip


def two(op: str, sort: Sort) -> Component:
    a, b = var("a", sort), var("b", sort)
    return Component(f"c-{op}", (Variable("a", sort), Variable("b", sort)), (apply(op, a, b),))


def one(op: str, sort: Sort) -> Component:
    return Component(f"u-{op}", (Variable("a", sort),), (apply(op, var("a", sort)),))


def truth(op: str, sort: Sort) -> Component:
    a, b = var("a", sort), var("b", sort)
    made = apply("ite", apply(op, a, b), const(1, sort), const(0, sort))
    return Component(f"w-{op}", (Variable("a", sort), Variable("b", sort)), (made,))


def choose(sort: Sort) -> Component:
    inputs = (Variable("c", BOOL), Variable("a", sort), Variable("b", sort))
    return Component("choose", inputs, (apply("ite", *(var(v.name, v.sort) for v in inputs)),))


WORDS = [
    *(two(op, W) for op in BINARY), one("bvnot", W), one("bvneg", W), truth("bvult", W),
    truth("bvsle", W), two("bvult", W), choose(W),
]  # fmt: skip
INTEGERS = [
    two("+", INT), two("-", INT), two("*", INT), one("-", INT), two("<=", INT), choose(INT),
]  # fmt: skip
BOOLS = [two("and", BOOL), two("xor", BOOL), two("=", BOOL), one("not", BOOL), choose(BOOL)]


@pytest.mark.parametrize("op", BINARY)
def test_needed_values_are_exactly_those_that_give_the_result(op: str) -> None:
    component = two(op, W)
    rule, width = rule_of(component, ())
    assert rule > 0
    function = step_function(component, ())
    for c in range(16):
        for t in range(16):
            for place in range(2):
                fitting = [
                    v
                    for v in range(16)
                    if function(*((v, c) if place == 0 else (c, v))) == (t,)
                ]  # fmt: skip
                kind, value = needed(rule, place, c, 0, t, width)
                assert (kind == NONE) <= (not fitting)
                if kind == ONE:
                    assert fitting == [value]
        kind, value = needed_twice(rule, c, width)
        fitting = [v for v in range(16) if function(v, v) == (c,)]
        assert kind != NONE or not fitting
        if kind == ONE:
            assert set(fitting) <= {value}


def value_of(sort: Sort, draw: random.Random) -> Value:
    if sort == BOOL:
        return bool(draw.getrandbits(1))
    return draw.randrange(16) if sort == W else draw.randrange(-3, 4)


def drawn_problem(seed: int) -> Problem:
    """A few components and inputs; the target is made by a random program of them, or is noise."""
    draw = random.Random(seed)
    pool, sort = draw.choice([(WORDS, W), (INTEGERS, INT), (BOOLS, BOOL)])
    chosen = random.Random(seed % 4)  # few different sets, since each is compiled
    components = tuple(chosen.sample(pool, chosen.randrange(3, 6)))
    inputs = [Variable(f"x{k}", sort) for k in range(draw.randrange(1, 4))]
    if sort != BOOL and draw.random() < 0.4:
        inputs.append(Variable("p", BOOL))
    count = draw.randrange(1, 5)
    columns = [[value_of(v.sort, draw) for _ in range(count)] for v in inputs]
    slots = [(v.sort, column) for v, column in zip(inputs, columns, strict=True)]
    for _ in range(draw.randrange(2, 5)):
        component = draw.choice(components)
        options = [[c for s, c in slots if s == wanted] for wanted in component.input_sorts]
        if all(options):
            operands = [draw.choice(o) for o in options]
            results = [component.function()(*row) for row in zip(*operands, strict=True)]
            slots.append((component.output_sorts[0], [r[0] for r in results if r is not None]))
    output, target = slots[-1]
    if draw.random() < 0.2:
        target = [value_of(output, draw) for _ in range(count)]
    rows = zip(zip(*columns, strict=True), target, strict=True)
    return Problem(
        f"p{seed}", ComponentSet("s", components), Wiring.DAG, tuple(inputs),
        (Variable("o", output),), Samples(tuple(Sample(i, (t,)) for i, t in rows)), 3,
    )  # fmt: skip


@pytest.mark.parametrize("block", range(4))
def test_the_shortest_length_is_that_of_the_plain_engine(block: int) -> None:
    found_some = 0
    for seed in range(20 * block, 20 * block + 20):
        problem = drawn_problem(seed)
        if not applies(problem):
            continue
        lines = solve_dag(problem, Limits(20)).lines
        shortest = next((line.length for line in lines if line.error == 0), None)
        search = ZeroSearch(problem, Operations(problem), Meter(Limits(20)))
        found = None
        for length in range(problem.length + 1):
            sequence = search.find(length)
            if sequence is not None:
                assert problem.error(sequence) == 0
                assert len(sequence) == length
                found = length
                found_some += 1
                break
        assert found == shortest, problem.name
    assert found_some >= 5


def test_integers_that_leave_a_word_are_reported_and_not_used() -> None:
    from solvers.exact.dags.packed import UnpackableError

    problem = Problem(
        "power", ComponentSet("s", (two("*", INT),)), Wiring.DAG, (Variable("x", INT),),
        (Variable("o", INT),), Samples((Sample((10**9,), (10**27,)),)), 3,
    )  # fmt: skip
    with pytest.raises(UnpackableError):
        search = ZeroSearch(problem, Operations(problem), Meter(Limits(20)))
        for length in range(3):
            search.find(length)


def test_a_target_that_is_an_input_needs_no_step() -> None:
    problem = Problem(
        "identity", ComponentSet("s", (two("bvadd", W),)), Wiring.DAG,
        (Variable("x", W), Variable("y", W)), (Variable("o", W),),
        Samples((Sample((1, 2), (2,)), Sample((5, 3), (3,)))), 2,
    )  # fmt: skip
    sequence = ZeroSearch(problem, Operations(problem), Meter(Limits(20))).find(0)
    assert sequence is not None
    assert sequence.outputs == (1,)
