"""The formula of a Boolean dag: what satisfies it, with and without the rules for shortest dags."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement, product

import pytest

from solvers.exact.by_sat.proofs import decode
from tests.support.boolean_problems import (
    any_two_input,
    draw_boolean_problem,
    function_problem,
    model,
    operation,
)
from theory.kernel.checks.boolean_steps import applications, essential, flipped
from theory.kernel.checks.cnf import ALL_RULES, MAX_CLAUSES, Rule, encode
from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT
from theory.kernel.language.terms import apply, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Sample, Samples

NONE: frozenset[Rule] = frozenset()
NAND, AND, OR, XOR, NOT = 0b0111, 0b1000, 0b1110, 0b0110, 0b01

SETS = {
    "any": any_two_input(),
    "nand": ComponentSet("nand", (operation("nand", 2, NAND),)),
    "and-not": ComponentSet("s", (operation("and2", 2, AND), operation("not1", 1, NOT))),
    "and-or-xor": ComponentSet(
        "s", tuple(operation(f"f{t}", 2, t) for t in (AND, OR, XOR))
    ),
    "mux": ComponentSet("s", (operation("mux", 3, 0b11001010), operation("not1", 1, NOT))),
    "any3": ComponentSet(
        "s", tuple(operation(f"f{t}", 3, t) for t in range(0, 256, 1))
    ),
    "affine": ComponentSet(
        "s", tuple(operation(f"f{t}", 2, t) for t in range(16) if t.bit_count() % 2 == 0)
    ),
}  # fmt: skip


def least_lengths(components: ComponentSet, inputs: int, length: int) -> dict[int, int]:
    """The least steps of each function, by trying every set of columns: tables as integers."""
    tables = {
        (len(c.inputs), tuple(bool(c.function(())(*v)[0]) for v in
                              product((False, True), repeat=len(c.inputs))))
        for c in components.components
    }  # fmt: skip
    rows = range(1 << inputs)
    start = frozenset(sum((p >> j & 1) << p for p in rows) for j in range(inputs))
    found = dict.fromkeys(start, 0)
    layer = {start}
    for steps in range(1, length + 1):
        following = set()
        for columns in layer:
            for arity, table in tables:
                for operands in product(sorted(columns), repeat=arity):
                    made = 0
                    for p in rows:
                        number = 0
                        for column in operands:
                            number = 2 * number + (column >> p & 1)
                        made |= table[number] << p
                    if made not in columns:
                        found.setdefault(made, steps)
                        following.add(columns | {made})
        layer = following
    return found


def check_function(problem: Problem, length: int, least: int, rules: frozenset[Rule]) -> None:
    """The formula has a model where it must, none where it must not, and models are dags."""
    formula = encode(problem, length, 1, rules)
    found = model(formula)
    if length < least:
        assert found is None, (problem.name, length, rules)
    elif length == least or not rules:
        assert found is not None, (problem.name, length, rules)
    if found is not None:
        sequence = decode(problem, formula, found)
        assert len(sequence) == length
        assert problem.error(sequence) == 0


def check_set(name: str, inputs: int, length: int, step: int, rules: list[frozenset[Rule]]) -> None:
    least = least_lengths(SETS[name], inputs, length)
    for table in range(0, 1 << (1 << inputs), step):
        problem = function_problem(table, inputs, SETS[name], length)
        for steps in range(1, length + 1):
            for chosen in rules:
                check_function(problem, steps, least.get(table, 99), chosen)


@pytest.mark.parametrize("name", [n for n in SETS if n != "any3"])
def test_all_functions_of_two_inputs_with_and_without_rules(name: str) -> None:
    alone = [frozenset({rule}) for rule in Rule]
    check_set(name, 2, 3, 1, [ALL_RULES, NONE, *alone])


@pytest.mark.parametrize("name", ["any", "nand", "and-not", "mux"])
def test_functions_of_three_inputs_with_and_without_rules(name: str) -> None:
    check_set(name, 3, 2, 17, [ALL_RULES, NONE])


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in SETS if n != "any3"])
def test_all_functions_of_three_inputs_with_and_without_rules(name: str) -> None:
    check_set(name, 3, 3, 1, [ALL_RULES, NONE])


@pytest.mark.slow
def test_all_three_input_operations_on_four_inputs() -> None:
    """Two operations of three inputs read at most five different slots: checked on a sample."""
    for table in range(5, 1 << 16, 1009):
        problem = function_problem(table, 4, SETS["any3"], 2)
        formulas = [encode(problem, 2, 1, rules) for rules in (ALL_RULES, NONE)]
        one = model(encode(problem, 1, 1, NONE))
        with_rules, without = (model(f) for f in formulas)
        assert (with_rules is not None or one is not None) == (without is not None)


def agree(seed: int, rules: frozenset[Rule]) -> int:
    """Compares every length and error of a random problem with the enumerator."""
    problem = draw_boolean_problem(seed)
    least = recount(problem, max_nodes=200_000, timeout_s=30.0).least
    assert len(least) == problem.length + 1
    top = 1 if problem.measure is Measure.GREATEST else int(least[0]) + 1
    for length in range(1, problem.length + 1):
        for below in range(1, top + 1):
            formula = encode(problem, length, below, rules)
            found = model(formula)
            shortest = least[length - 1] >= below > least[length]
            if least[length] >= below:
                assert found is None, f"seed {seed}, length {length}, below {below}"
            elif shortest or not rules:
                assert found is not None, f"seed {seed}, length {length}, below {below}"
            if found is not None:
                assert problem.error(decode(problem, formula, found)) < below
    return len({int(e) for e in least})


def test_random_problems_agree_with_the_reference_enumerator() -> None:
    assert sum(agree(seed, ALL_RULES) > 1 for seed in range(120)) > 40


def test_random_problems_agree_without_the_rules() -> None:
    assert sum(agree(seed, NONE) > 1 for seed in range(200, 240)) > 12


@pytest.mark.slow
def test_many_random_problems_agree_with_and_without_the_rules() -> None:
    for seed in range(1000, 2200):
        agree(seed, ALL_RULES)
    for seed in range(3000, 3300):
        agree(seed, NONE)


def test_the_formula_is_the_same_every_time_and_its_clauses_are_plain() -> None:
    problem = function_problem(0b11010010, 3, SETS["any"], 3)
    first, again = encode(problem, 3, 2), encode(problem, 3, 2)
    assert first == again
    for clause in first.clauses:
        assert all(2 <= abs(x) <= first.variables for x in clause)
        assert len({abs(x) for x in clause}) == len(clause)


def test_each_rule_adds_clauses_where_it_applies() -> None:
    problem = function_problem(0b10010110, 3, SETS["any"], 3)
    full = set(encode(problem, 3, 1).clauses)
    for rule in Rule:
        assert set(encode(problem, 3, 1, ALL_RULES - {rule}).clauses) != full, rule
    # NAND has no complements, and not every table: two rules do not apply.
    nand = function_problem(0b10010110, 3, SETS["nand"], 3)
    wide = encode(nand, 3, 1, ALL_RULES)
    for rule in (Rule.NORMAL, Rule.ESSENTIAL, Rule.DIRECT):
        assert encode(nand, 3, 1, ALL_RULES - {rule}).clauses == wide.clauses


def test_operands_may_repeat_and_be_permuted() -> None:
    problem = function_problem(0, 2, SETS["nand"], 1)
    ways = applications(problem, 2)
    tables = {0b0111, 0b0101, 0b0011}  # nand(x, y), not x, not y
    assert set(ways) == tables
    assert ways[0b0101].operands == (0, 0)
    assert [essential(t, 2) for t in sorted(tables)] == [1, 1, 2]


def test_contradictory_samples_leave_no_model() -> None:
    problem = draw_boolean_problem(0)
    rows = problem.rows()[:1]
    opposite = replace(rows[0], outputs=tuple(not y for y in rows[0].outputs))
    both = replace(problem, target=replace(problem.target, rows=(*rows, opposite)))
    assert model(encode(both, 2, 1)) is None


def bad_problems() -> dict[str, tuple[Problem, int, int, str]]:
    good = function_problem(0b0110, 2, SETS["nand"], 3)
    number = Component("inc", (Variable("n", INT),), (var("n", INT),))
    p = var("p", BOOL)
    half = Component("half", (Variable("p", BOOL),), (p,), guard=p)
    both = Component("both", (Variable("p", BOOL),), (p, apply("not", p)))
    wide = operation("wide", 4, 0x8000)

    def having(*made: Component) -> Problem:
        return replace(good, components=ComponentSet("s", made))

    outputs = tuple(Variable(f"y{k}", BOOL) for k in range(1))
    return {
        "no steps": (good, 0, 1, "bad-length"),
        "too many steps": (good, 65, 1, "bad-length"),
        "no bound": (good, 1, 0, "bad-bound"),
        "greatest above 1": (replace(good, measure=Measure.GREATEST), 1, 2, "bad-bound"),
        "another sort": (having(number), 1, 1, "not-boolean"),
        "blocks": (having(half), 1, 1, "not-boolean"),
        "two outputs": (having(both), 1, 1, "not-boolean"),
        "four inputs": (having(wide), 1, 1, "not-boolean"),
        "tree cost": (replace(good, cost=Cost.TREE), 1, 1, "not-boolean"),
        "no components": (having(), 1, 1, "not-boolean"),
        "chain": (
            replace(good, wiring=Wiring.CHAIN, inputs=(*good.inputs[:1], *outputs), outputs=outputs,
                    components=replace(SETS["nand"], registers=())),
            1, 1, "not-boolean",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(bad_problems()))
def test_what_cannot_be_encoded_is_refused(name: str) -> None:
    problem, length, below, reason = bad_problems()[name]
    with pytest.raises(ProblemError) as caught:
        encode(problem, length, below)
    assert caught.value.reason == reason


def test_a_formula_that_grows_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_CLAUSES >= 1_000_000
    monkeypatch.setattr("theory.kernel.checks.cnf.MAX_CLAUSES", 1000)
    with pytest.raises(ProblemError) as caught:
        encode(function_problem(6, 3, SETS["any"], 4), 4, 1)
    assert caught.value.reason == "too-large"


def test_every_multiset_of_two_tables_normalises_soundly() -> None:
    """The rules hold for every pair of two-input operations, whatever they generate."""
    for one, other in combinations_with_replacement(range(1, 15, 3), 2):
        pair = ComponentSet("s", (operation("f", 2, one), operation("g", 2, other)))
        least = least_lengths(pair, 2, 2)
        for table in range(16):
            problem = function_problem(table, 2, pair, 2)
            for steps in (1, 2):
                check_function(problem, steps, int(least.get(table, 99)), ALL_RULES)
    assert len(ALL_RULES) == 6


def of_outputs(components: ComponentSet, inputs: int, *tables: int, measure: Measure) -> Problem:
    """As `function_problem`, with an output for each table."""
    whole = [function_problem(t, inputs, components, 3, measure) for t in tables]
    rows = [
        Sample(parts[0].inputs, tuple(part.outputs[0] for part in parts))
        for parts in zip(*(problem.rows() for problem in whole), strict=True)
    ]
    outputs = tuple(Variable(f"f{k}", BOOL) for k in range(len(tables)))
    return replace(whole[0], target=Samples(tuple(rows)), outputs=outputs)


def test_steps_in_order_are_not_ruled_out() -> None:
    """x0 x1 and x0 x2: two steps that do not read one another, the lesser set first."""
    problem = of_outputs(SETS["any"], 3, 0b10001000, 0b10100000, measure=Measure.WRONG)
    for rules in (ALL_RULES, frozenset({Rule.ORDER}), NONE):
        formula = encode(problem, 2, 1, rules)
        true = model(formula)
        assert true is not None
        assert problem.error(decode(problem, formula, true)) == 0
    # By the order, the formula has no dag that makes them the other way round.
    swapped = encode(problem, 2, 1, frozenset({Rule.ORDER}))
    first = replace(swapped, clauses=(*swapped.clauses, (swapped.selections[0][0, 2],)))
    assert model(first) is None
    free = encode(problem, 2, 1, NONE)
    assert model(replace(free, clauses=(*free.clauses, (free.selections[0][0, 2],)))) is not None


def test_a_sample_of_several_outputs_is_wrong_once_and_its_bits_each() -> None:
    """Of xnor twice, by one `and`: one sample is wrong, and both its bits."""
    only_and = ComponentSet("s", (operation("and2", 2, AND),))
    wrong = of_outputs(only_and, 2, 0b1001, 0b1001, measure=Measure.WRONG)
    assert model(encode(wrong, 1, 2)) is not None
    assert model(encode(wrong, 1, 1)) is None
    bits = replace(wrong, measure=Measure.BITS)
    assert model(encode(bits, 1, 3)) is not None
    assert model(encode(bits, 1, 2)) is None
    assert recount(wrong, max_nodes=1000).least[:2] == (2, 1)
    assert recount(bits, max_nodes=1000).least[:2] == (4, 2)


def test_complementing_an_operand_moves_every_entry_and_twice_none() -> None:
    assert flipped(0b0001, 2, 0) == 0b0010
    assert flipped(0b0010, 2, 0) == 0b0001
    assert flipped(0b0001, 2, 1) == 0b0100
    assert flipped(AND, 2, 1) == 0b0010
    for table, j in product(range(256), range(3)):
        assert flipped(flipped(table, 3, j), 3, j) == table
    assert [essential(t, 2) for t in (0, 0b1111, 0b1010, 0b0011, XOR, AND)] == [0, 0, 1, 1, 2, 2]
