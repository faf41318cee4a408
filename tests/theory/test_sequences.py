"""Sequences: exact meaning, composed terms, costs, text, JSON."""

from __future__ import annotations

from random import Random

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.compiled.term_code import compile_terms
from tests.support.random_sets import draw_component
from tests.support.small_sets import XY, A, B, C, compare, plus, x, y
from tests.support.terms_strategy import draw_sort, draw_value
from theory.formats.authoring import component
from theory.formats.latex import sequence_latex
from theory.formats.sequence_text import one_line, sequence_text, slot_names
from theory.kernel.components.component import Component, Parameter, Role
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring, instances, placements
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, Value
from theory.kernel.language.terms import apply, const, evaluate, var
from theory.kernel.problems.sequences import Cost, Sequence

dec = Component("dec", XY[:1], (apply("-", x, const(1, INT)),), guard=apply(">", x, const(0, INT)))
shift = Component(
    "shift", XY[:1], (apply("+", x, var("w", INT)),), parameters=(Parameter("w", INT, -1, 1),)
)
split = Component("split", XY, (apply("<", x, y), apply("+", x, y)), role=Role.OPERATION)
GATES = ComponentSet("gates", (component("nand", lambda p, q: z3.Not(z3.And(p, q)), BOOL),))


def chain(components: ComponentSet, *steps: Step, outputs: tuple[int, ...] = (0,)) -> Sequence:
    return Sequence(components, Wiring.CHAIN, components.registers, steps, outputs)


def test_a_chain_overwrites_registers() -> None:
    cs = ComponentSet("s", (compare, dec, plus), (A, B, C))
    seq = chain(cs, Step("compare", (0, 1), (0, 1)), Step("plus", (1, 2), (1,)), outputs=(0, 1, 2))
    assert seq.evaluate((5, 3, 10)) == (3, 15, 10)
    assert sequence_text(seq) == "a, b := compare(a, b)\nb := plus(b, c)"
    assert chain(cs).evaluate((5, 3, 10)) == (5,)
    assert one_line(chain(cs)) == "(empty)"
    assert len(seq) == 2


def test_a_step_reads_before_it_writes() -> None:
    swap = Component("swap", XY, (y, x), ("swap.0", "swap.1"))
    cs = ComponentSet("s", (swap,), (A, B))
    assert chain(cs, Step("swap", (0, 1), (0, 1)), outputs=(0, 1)).evaluate((1, 2)) == (2, 1)


def test_outside_its_guard_a_sequence_blocks() -> None:
    cs = ComponentSet("s", (dec,), (A,))
    twice = chain(cs, Step("dec", (0,), (0,)), Step("dec", (0,), (0,)))
    assert [twice.evaluate((k,)) for k in range(4)] == [None, None, (0,), (1,)]
    (out,), free = twice.compose()
    assert [evaluate(free, {"a": k}) for k in range(4)] == [False, False, True, True]
    assert evaluate(out, {"a": 5}) == 3


def test_a_dag_appends_slots_with_fan_out() -> None:
    steps = (Step("nand", (0, 1)), Step("nand", (0, 2)), Step("nand", (1, 2)), Step("nand", (3, 4)))
    xor = Sequence(GATES, Wiring.DAG, (Variable("p", BOOL), Variable("q", BOOL)), steps, (5,))
    table = [xor.evaluate((a, b)) for a in (False, True) for b in (False, True)]
    assert table == [(False,), (True,), (True,), (False,)]
    assert sequence_text(xor).splitlines()[-1] == "return t4"
    assert [xor.cost(c) for c in Cost] == [4, 5, 3]
    with pytest.raises(ProblemError):
        Sequence(GATES, Wiring.DAG, (Variable("p", BOOL),), steps, (5,))


def test_several_outputs_become_several_slots_of_a_dag() -> None:
    cs = ComponentSet("s", (split, plus))
    steps = (Step("split", (0, 1)), Step("plus", (3, 0)))
    seq = Sequence(cs, Wiring.DAG, (A, B), steps, (4, 2))
    assert seq.evaluate((2, 5)) == (9, True)
    assert slot_names(seq) == ["a", "b", "t1", "t2", "t3"]
    assert sequence_text(seq) == "t1, t2 = split(a, b)\nt3 = plus(t2, a)\nreturn t3, t1"


def test_slot_names_avoid_the_inputs_own() -> None:
    cs = ComponentSet("s", (plus,))
    seq = Sequence(cs, Wiring.DAG, (Variable("t1", INT),), (Step("plus", (0, 0)),), (1,))
    assert slot_names(seq) == ["t1", "t2"]


def test_parameters_show_in_text_and_matter() -> None:
    cs = ComponentSet("s", (shift,), (A,))
    seq = chain(cs, Step("shift", (0,), (0,), (-1,)), Step("shift", (0,), (0,), (1,)))
    assert seq.evaluate((7,)) == (7,)
    assert one_line(seq) == "a := shift[-1](a); a := shift[1](a)"


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (Step("plus", (0, 3), (0,)), "bad-slot"),
        (Step("plus", (0, -1), (0,)), "bad-slot"),
        (Step("plus", (0,), (0,)), "wrong-sort"),
        (Step("plus", (0, 2), (0,)), "wrong-sort"),
        (Step("plus", (0, 1), ()), "wrong-sort"),
        (Step("plus", (0, 1), (1,)), "bad-placement"),
        (Step("compare", (0, 0), (0, 0)), "wrong-sort"),
        (Step("compare", (0, 1), (1, 0)), "bad-placement"),
        (Step("shift", (0,), (0,), (2,)), "bad-parameter"),
        (Step("shift", (0,), (0,)), "bad-parameter"),
        (Step("shift", (0,), (0,), (True,)), "bad-parameter"),
        (Step("zero", (0,), (2,)), "wrong-role"),
    ],
)
def test_a_step_that_does_not_fit_is_refused(step: Step, reason: str) -> None:
    zero = Component("zero", XY[:1], (apply("=", x, const(0, INT)),), role=Role.TEST)
    registers = (A, B, Variable("f", BOOL))
    cs = ComponentSet("s", (plus, compare, shift, zero), registers)
    with pytest.raises(ProblemError) as caught:
        chain(cs, step)
    assert caught.value.reason == reason
    assert caught.value.where == "steps[0]"


def random_sequence(seed: int, wiring: Wiring) -> tuple[Sequence, Random]:
    rng = Random(seed)
    registers = tuple(Variable(f"r{k}", draw_sort(rng)) for k in range(rng.randrange(1, 4)))
    cs = ComponentSet(
        "s", tuple(draw_component(rng, f"f{k}", registers) for k in range(3)), registers
    )
    steps: list[Step] = []
    if wiring is Wiring.CHAIN:
        options = placements(cs, registers)
        steps = [rng.choice(options) for _ in range(rng.randrange(5))] if options else []
        outputs = tuple(k for k in range(len(registers)) if rng.random() < 0.7)
        return Sequence(cs, wiring, registers, tuple(steps), outputs), rng
    sorts = [v.sort for v in registers]
    for _ in range(rng.randrange(5)):
        made, setting = rng.choice(instances(cs))
        slots = [[k for k, s in enumerate(sorts) if s == want] for want in made.input_sorts]
        if all(slots):
            steps.append(Step(made.name, tuple(map(rng.choice, slots)), (), setting))
            sorts += made.output_sorts
    outputs = tuple(rng.randrange(len(sorts)) for _ in range(2))
    return Sequence(cs, wiring, registers, tuple(steps), outputs), rng


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([Wiring.CHAIN, Wiring.DAG]))
def test_random_sequences_compose_to_what_they_compute(seed: int, wiring: Wiring) -> None:
    sequence, rng = random_sequence(seed, wiring)
    outputs, unblocked = sequence.compose()
    names = tuple(v.name for v in sequence.inputs)
    compute = compile_terms((*outputs, unblocked), names)
    for _ in range(5):
        values: tuple[Value, ...] = tuple(draw_value(rng, v.sort) for v in sequence.inputs)
        *results, free = compute(*values)
        assert sequence.evaluate(values) == (tuple(results) if free else None)


def test_the_cost_of_a_shared_step() -> None:
    cs = ComponentSet("s", (plus,))
    steps = (Step("plus", (0, 0)), Step("plus", (1, 1)), Step("plus", (2, 2)))
    eight = Sequence(cs, Wiring.DAG, (A,), steps, (3,))
    assert eight.evaluate((1,)) == (8,)
    assert [eight.cost(c) for c in Cost] == [3, 7, 3]
    unused = Sequence(cs, Wiring.DAG, (A,), steps, (0,))
    assert [unused.cost(c) for c in Cost] == [3, 0, 0]
    in_chain = chain(ComponentSet("s", (plus,), (A,)), *(Step("plus", (0, 0), (0,)),) * 3)
    assert [in_chain.cost(c) for c in Cost] == [3, 7, 3]


@pytest.mark.parametrize(
    "data",
    [
        None, {}, {"steps": []}, {"steps": {}, "outputs": [0]}, {"steps": [], "outputs": [0.0]},
        {"steps": [], "outputs": [True]}, {"steps": [], "outputs": [-1]},
        {"steps": [], "outputs": [1]}, {"steps": [], "outputs": 0},
        {"steps": [["dec", [0], [0]]], "outputs": [0]},
        {"steps": [["dec", [0], [0], [1]]], "outputs": [0]},
        {"steps": [["dec", ["0"], [0], []]], "outputs": [0]},
        {"steps": [["dec", [5], [0], []]], "outputs": [0]},
        {"steps": [[1, [0], [0], []]], "outputs": [0]},
        {"steps": [], "outputs": [0], "more": 1},
    ],
)  # fmt: skip
def test_json_that_is_no_sequence_is_refused(data: object) -> None:
    cs = ComponentSet("s", (dec,), (A,))
    with pytest.raises(ProblemError) as caught:
        Sequence.from_json(data, cs, Wiring.CHAIN, (A,))
    assert caught.value.reason in ("bad-sequence", "bad-slot")
    assert caught.value.where.startswith("sequence")


def test_a_sequence_over_reals_prints_its_formulas() -> None:
    half = component("half", lambda q: q / 2, REAL)
    cs = ComponentSet("s", (half,), (Variable("q", REAL),))
    text = sequence_latex(chain(cs, Step("half", (0,), (0,))))
    assert text.startswith("\\begin{aligned}")
    assert "q &\\leftarrow \\frac{q}{2}" in text
