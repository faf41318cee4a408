"""The compiled dag engine against the plain one and the reference enumerator."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from solvers.compiled.row_operations import boolean_operation, commute, truth_table
from solvers.exact import Limits, solve
from solvers.exact.dags import dag
from solvers.exact.dags.packed import UnpackableError, applies, continue_packed
from solvers.exact.frontiers.frontier import FrontierBuilder
from solvers.stopping.limits import LimitReachedError, Meter
from tests.support.boolean_problems import operation
from tests.support.engines import addition_chain
from tests.support.total_problems import SORTS, draw_total_problem, packed_lines, parity
from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, Sort, bitvec
from theory.kernel.language.terms import TRUE, apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples, Specification


def engines_agree(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether all three engines finished; they then agree on the whole frontier."""
    assert applies(problem)
    wanted = recount(problem, max_nodes=3_000, timeout_s=2.0)
    if not wanted.complete:
        return False
    try:
        lines = packed_lines(problem).lines
    except UnpackableError:
        return False
    with monkeypatch.context() as patch:
        patch.setattr(dag, "PLAIN_WORK", math.inf)
        plain = [line.error for line in solve(problem).lines]
    assert [line.error for line in lines] == plain == list(wanted.least), problem.name
    for line in lines:
        if line.sequence is None:
            assert line.error == math.inf
            continue
        assert len(line.sequence) <= line.length
        assert problem.error(line.sequence) == line.error
    return True


def test_boolean_engines_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [draw_total_problem(seed, "Bool") for seed in range(70)]
    assert sum(engines_agree(p, monkeypatch) for p in problems) > 40
    assert {p.measure for p in problems} == set(Measure)


@pytest.mark.parametrize("outputs", [2, 3])
def test_boolean_engines_agree_on_several_outputs(
    outputs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems = [draw_total_problem(seed, "Bool", outputs) for seed in range(30)]
    assert sum(engines_agree(p, monkeypatch) for p in problems) > 12
    assert {p.measure for p in problems} == set(Measure)


@pytest.mark.parametrize("kind", ["words", "mixed"])
def test_word_engines_agree(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [draw_total_problem(seed, kind, 1 + seed % 2) for seed in range(4)]
    assert sum(engines_agree(p, monkeypatch) for p in problems) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(SORTS))
def test_engines_agree_on_many_problems(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = range(1000, 1150) if kind != "Bool" else range(1000, 2000)
    problems = (draw_total_problem(s, kind, 1 + s % 3) for s in seeds)
    assert sum(engines_agree(p, monkeypatch) for p in problems) > len(seeds) // 2


def test_a_stopped_search_gives_honest_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag, "PLAIN_WORK", 0)
    problem = parity(4, 9)
    true = [8, 8, 8, 8]
    for limits in (Limits(states=20), Limits(seconds=0.02), Limits(bytes=2_000)):
        found = solve(problem, limits)
        assert found.stopped in ("states", "time", "memory")
        assert len(found.lines) == 10
        for line in found.lines:
            assert line.at_least <= line.error
            assert line.sequence is not None
            assert problem.error(line.sequence) == line.error
            assert line.at_least == 0 or line.at_least <= true[min(line.length, 3)]
        assert found.lines[-1].at_least == 0 < found.lines[-1].error


def test_parity_of_three_takes_eight_nands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag, "PLAIN_WORK", 0)
    best = solve(parity(3, 8)).best
    assert (best.error, best.length) == (0, 8)


def test_an_interrupt_is_seen_and_leaves_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag, "PLAIN_WORK", 0)
    said = []

    def progress(text: str) -> None:
        said.append(text)
        if len(said) == 4:
            raise KeyboardInterrupt

    found = solve(parity(4, 12), progress=progress)
    assert found.stopped == "interrupted"
    assert [line.exact for line in found.lines] == [True] * 5 + [False] * 8


def test_overflow_hands_over_to_exact_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag, "PLAIN_WORK", 0)
    x, y = var("x", INT), var("y", INT)
    inputs = (Variable("x", INT), Variable("y", INT))
    times = Component("times", inputs, (apply("*", x, y),))
    problem = Problem(
        "power", ComponentSet("times", (times,)), Wiring.DAG, (Variable("a", INT),),
        (Variable("o", INT),), Samples((Sample((3,), (3**64,)),)), 6, Measure.ABSOLUTE,
    )  # fmt: skip
    with pytest.raises(UnpackableError):
        packed_lines(problem)
    found = solve(problem)
    assert (found.stopped, found.best.error, found.best.length) == (None, 0, 6)


def test_a_guard_that_blocks_hands_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dag, "PLAIN_WORK", 0)
    x = var("x", INT)
    positive = apply(">", x, const(0, INT))
    down = Component("down", (Variable("x", INT),), (apply("-", x, const(1, INT)),), guard=positive)
    problem = Problem(
        "down", ComponentSet("down", (down,)), Wiring.DAG, (Variable("a", INT),),
        (Variable("o", INT),), Samples((Sample((2,), (-1,)), Sample((9,), (8,)))), 4,
    )  # fmt: skip
    with pytest.raises(UnpackableError):
        packed_lines(problem)
    assert [line.error for line in solve(problem).lines] == list(
        recount(problem, max_nodes=1000, timeout_s=5).least
    )


def test_what_does_not_apply() -> None:
    problem = parity(3, 2)
    names = tuple(Variable(f"o{k}", BOOL) for k in range(17))
    many = replace(problem, outputs=names, target=Specification((TRUE,) * 17))
    assert applies(problem)
    assert applies(replace(many, outputs=names[:3], target=Specification((TRUE,) * 3)))
    assert not applies(many)
    real = replace(
        problem, outputs=(Variable("o", REAL),), target=Specification((const(Fraction(1), REAL),))
    )
    assert not applies(real)


def test_too_many_candidates_are_refused_as_memory() -> None:
    builder = FrontierBuilder(9)
    builder.add(8, None)
    with pytest.raises(LimitReachedError) as caught:
        continue_packed(parity(4, 9), builder, Meter(Limits(bytes=100)), None)
    assert caught.value.which == "memory"


@pytest.mark.parametrize("table", range(256))
def test_reduced_operations_compute_the_truth_table(table: int) -> None:
    names = [Variable(n, BOOL) for n in "abc"]
    term = const(False, BOOL)
    for k, values in enumerate(product((False, True), repeat=3)):
        if table >> k & 1:
            literals = [
                var(v.name, BOOL) if x else apply("not", var(v.name, BOOL))
                for v, x in zip(names, values, strict=True)
            ]
            term = apply("or", term, apply("and", *literals))
    one = Component("f", tuple(names), (term,))
    assert truth_table(one, ()) == tuple(bool(table >> k & 1) for k in range(8))
    made = boolean_operation(0, (one, ()))
    assert made is not None
    for values in product((False, True), repeat=3):
        own = [values[k] for k in made.operands] + [False] * 3
        bits = sum(int(own[k]) << k for k in range(len(made.operands)))
        inside = [m for m in range(8) if m & bits == m]
        result = sum(made.polynomial[m] & 1 for m in inside) % 2 == 1
        assert result == bool(table >> (4 * values[0] + 2 * values[1] + values[2]) & 1)


def shortest_chain(n: int) -> int:
    """The length of a shortest addition chain in which each step reads the step before.

    For n < 12509 no other chain is shorter (Knuth, The Art of Computer Programming 4.6.3).
    """

    def reaches(chain: list[int], left: int) -> bool:
        if chain[-1] == n:
            return True
        if left == 0 or chain[-1] << left < n:
            return False
        return any(
            chain[-1] + x <= n and reaches([*chain, chain[-1] + x], left - 1) for x in chain[::-1]
        )

    return next(length for length in range(20) if reaches([1], length))


@pytest.mark.slow
def test_shortest_addition_chains_of_two_more_bits() -> None:
    for n in range(33, 128):
        best = solve(addition_chain(n, 12)).best
        assert (best.error, best.length) == (0, shortest_chain(n))


def test_operands_commute_where_it_is_proved() -> None:
    def two(op: str, sort: Sort) -> Component:
        a, b = Variable("a", sort), Variable("b", sort)
        return Component("f", (a, b), (apply(op, var("a", sort), var("b", sort)),))

    for op, sort, expected in (
        ("+", INT, True), ("-", INT, False), ("bvadd", bitvec(32), True),
        ("bvmul", bitvec(8), True), ("bvsub", bitvec(32), False), ("bvshl", bitvec(8), False),
        ("bvnand", bitvec(64), True),
    ):  # fmt: skip
        assert commute(two(op, sort), (), 0, 1) == expected, op


def bits_of(sources: int, outputs: int, compute: object, gates: str, length: int) -> Problem:
    """Binary numbers: output k is bit k of what `compute` makes of the inputs as Booleans."""
    a, b = var("a", BOOL), var("b", BOOL)
    terms = {
        "nand": apply("not", apply("and", a, b)), "xor2": apply("xor", a, b),
        "and2": apply("and", a, b), "or2": apply("or", a, b),
    }  # fmt: skip
    ab = (Variable("a", BOOL), Variable("b", BOOL))
    made = tuple(Component(name, ab, (terms[name],)) for name in gates.split())
    rows = []
    for values in product((False, True), repeat=sources):
        number = compute(*values)  # type: ignore[operator]
        rows.append(Sample(values, tuple(bool(number >> k & 1) for k in range(outputs))))
    return Problem(
        "bits", ComponentSet("gates", made), Wiring.DAG,
        tuple(Variable(f"x{k}", BOOL) for k in range(sources)),
        tuple(Variable(f"o{k}", BOOL) for k in range(outputs)), Samples(tuple(rows)), length,
    )  # fmt: skip


def test_adders_take_as_many_gates_as_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A half adder takes 2 gates and a full one 5 (Knuth, The Art of Computer Programming 7.1.2);
    from NAND alone it takes 9.
    """
    monkeypatch.setattr(dag, "PLAIN_WORK", 0)
    half = bits_of(2, 2, lambda a, b: a + b, "and2 or2 xor2", 3)
    assert (solve(half).best.error, solve(half).best.length) == (0, 2)
    for gates in ("and2 or2 xor2", "nand xor2"):
        full = bits_of(3, 2, lambda a, b, c: a + b + c, gates, 6)
        best = solve(full).best
        assert (best.error, best.length) == (0, 5)
        assert best.sequence is not None
        assert full.error(best.sequence) == 0


@pytest.mark.slow
def test_a_full_adder_takes_nine_nands() -> None:
    best = solve(bits_of(3, 2, lambda a, b, c: a + b + c, "nand", 9)).best
    assert (best.error, best.length) == (0, 9)


@pytest.mark.slow
def test_three_outputs_agree_with_the_plain_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two-bit products and sums of which only three bits are asked."""
    for compute in (
        lambda a, b, c, d: (2 * a + b) * (2 * c + d),
        lambda a, b, c, d: 2 * a + b + 2 * c + d,
    ):
        problem = bits_of(4, 3, compute, "and2 xor2", 4)
        fast = [line.error for line in packed_lines(problem).lines]
        with monkeypatch.context() as patch:
            patch.setattr(dag, "PLAIN_WORK", math.inf)
            assert [line.error for line in solve(problem).lines] == fast


@pytest.mark.parametrize("seed", [103, 134, 192, 196])
def test_a_last_step_may_read_three_slots_and_not_the_newest(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest slot is an output, and the last step reads the three that nobody else has read."""
    monkeypatch.setattr(dag, "PLAIN_WORK", 0)
    rng = Random(seed)
    three = operation("three", 3, rng.randrange(256))
    first, second = (operation(n, 2, rng.randrange(16)) for n in ("first", "second"))
    rows = []
    for values in product((False, True), repeat=4):
        reads = ((values[0], values[1]), (values[2], values[3]), (values[0], values[3]))
        parts = [first.function()(*pair) for pair in reads]
        output = second.function()(values[1], values[2])
        whole = three.function()(*(p[0] for p in parts if p is not None))
        assert output is not None
        assert whole is not None
        rows.append(Sample(values, (output[0], whole[0])))
    problem = Problem(
        "three", ComponentSet("s", (first, three, second)), Wiring.DAG,
        tuple(Variable(n, BOOL) for n in "abcd"), (Variable("o", BOOL), Variable("p", BOOL)),
        Samples(tuple(rows)), 5,
    )  # fmt: skip
    assert solve(problem).best.error == 0


def built_problem(seed: int, length: int) -> Problem:
    """Outputs of a random dag of so many steps, all of whose unread steps are outputs."""
    rng = Random(seed)
    made = [
        operation(f"f{k}", rng.choice((1, 2, 2, 3, 3)), rng.randrange(1, 255))
        for k in range(rng.choice((2, 2, 3)))
    ]
    points = list(product((False, True), repeat=4))
    slots = [tuple(p[k] for p in points) for k in range(4)]
    unread: set[int] = set()
    for number in range(4, 4 + length):
        component = rng.choice(made)
        function = component.function()
        reads = rng.sample(range(number), len(component.inputs))
        results = [function(*(slots[k][j] for k in reads)) for j in range(16)]
        slots.append(tuple(r is not None and bool(r[0]) for r in results))
        unread = unread - set(reads) | {number}
    outputs = sorted(unread)[-3:]
    rows = tuple(
        Sample(point, tuple(slots[k][j] for k in outputs)) for j, point in enumerate(points)
    )
    return Problem(
        f"built-{seed}", ComponentSet("s", tuple(made)), Wiring.DAG,
        tuple(Variable(n, BOOL) for n in "abcd"),
        tuple(Variable(f"o{k}", BOOL) for k in outputs), Samples(rows), length,
        rng.choice((Measure.WRONG, Measure.BITS, Measure.GREATEST)),
    )  # fmt: skip


def check_built(seeds: range, length: int) -> None:
    """What was built in so many steps is found in so many."""
    for seed in seeds:
        line = packed_lines(built_problem(seed, length)).lines[-1]
        assert line.error == 0, seed


def test_what_was_built_is_found() -> None:
    check_built(range(60), 4)


@pytest.mark.slow
def test_what_was_built_is_found_at_greater_length() -> None:
    check_built(range(1000, 1400), 5)
