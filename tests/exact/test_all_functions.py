"""Least steps of all Boolean functions: published counts, brute force, sequences."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from solvers.compiled.term_code import step_function
from solvers.exact import solve
from solvers.exact.functions.all_functions import (
    AllFunctions,
    least_steps,
    least_wrong,
    wrong_counts,
)
from solvers.exact.functions.gate_algebra import (
    complement_closed,
    derived_operations,
    free_values,
    gate_functions,
)
from solvers.exact.functions.witnesses import Witnesses
from solvers.stopping.limits import Limits
from tests.support.gate_sets import SETS
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring, instances
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples


def brute_costs(components: ComponentSet, n: int, free: list[int], longest: int) -> dict[int, int]:
    """Costs up to `longest` by sets of functions, breadth first, with no pruning at all."""
    rows = range(1 << n)
    costs = dict.fromkeys(free, 0)
    layer = {frozenset(free)}
    choices = instances(components)
    for length in range(1, longest + 1):
        following = set()
        for node in layer:
            for component, setting in choices:
                function = step_function(component, setting)
                for operands in product(node, repeat=len(component.inputs)):
                    made = 0
                    for i in rows:
                        result = function(*(bool(f >> i & 1) for f in operands))
                        assert result is not None
                        made |= int(result[0]) << i
                    if made not in node:
                        costs.setdefault(made, length)
                        following.add(node | {made})
        layer = following
    return costs


@pytest.mark.parametrize("name", list(SETS))
@pytest.mark.parametrize("free_complements", [False, True])
def test_costs_are_those_of_brute_force(name: str, free_complements: bool) -> None:
    longest = 2 if name != "nand" else 3
    for n in (1, 2, 3):
        found = least_steps(SETS[name], n, free_complements=free_complements, longest=longest)
        free = list(free_values(n, free_complements=free_complements).values())
        most = longest if n < 3 or len(free) < 4 else 1
        wanted = brute_costs(SETS[name], n, free, most)
        known = {f: int(c) for f, c in enumerate(found.costs) if 0 <= c <= most}
        assert known == wanted


@pytest.mark.parametrize("name", list(SETS))
@pytest.mark.parametrize("free_complements", [False, True])
def test_costs_of_three_inputs_are_those_of_brute_force(name: str, free_complements: bool) -> None:
    free = list(free_values(3, free_complements=free_complements).values())
    longest = 2 if free_complements or name in ("any", "mux", "majority-not") else 4
    found = least_steps(SETS[name], 3, free_complements=free_complements, longest=longest)
    known = {f: int(c) for f, c in enumerate(found.costs) if c >= 0}
    assert known == brute_costs(SETS[name], 3, free, longest)


def check_sequences(found: AllFunctions, functions: list[int]) -> None:
    """Every sequence is as long as its cost says, and computes its function."""
    witnesses = Witnesses(found)
    free = free_values(found.n, free_complements=found.free_complements)
    for function in functions:
        sequence = witnesses.sequence(function)
        assert len(sequence) == found.costs[function]
        result = 0
        for i in range(1 << found.n):
            value = sequence.evaluate(tuple(bool(f >> i & 1) for f in free.values()))
            assert value is not None
            result |= int(value[0] is True) << i
        assert result == function


def test_three_inputs_have_the_published_counts_and_a_sequence_each() -> None:
    found = least_steps(SETS["any"], 3)
    assert found.counts() == (8, 30, 114, 80, 24)
    assert found.normal
    assert found.stopped is None
    check_sequences(found, list(range(256)))


@pytest.mark.slow
def test_four_inputs_have_the_published_counts() -> None:
    found = least_steps(SETS["any"], 4)
    assert found.counts() == (10, 60, 456, 2474, 10624, 24184, 25008, 2720)
    assert len(set(found.classes.tolist())) == 222
    check_sequences(found, Random(1).sample(range(65536), 400))


@pytest.mark.parametrize("name", ["nand", "and-not", "majority-not", "mux", "inhibit"])
@pytest.mark.parametrize("free_complements", [False, True])
def test_every_function_that_was_reached_has_a_sequence(name: str, free_complements: bool) -> None:
    found = least_steps(SETS[name], 3, free_complements=free_complements, longest=5)
    reached = np.flatnonzero(found.costs >= 0).tolist()
    check_sequences(found, reached)
    unknown = np.flatnonzero(found.costs < 0).tolist()
    for function in unknown[:1]:
        with pytest.raises(ProblemError) as caught:
            Witnesses(found).sequence(function)
        assert caught.value.reason == "unknown-cost"


@pytest.mark.parametrize(
    ("name", "closed"),
    [("any", True), ("nand", False), ("and-not", False), ("xor-and-one", False), ("mux", False)],
)
def test_the_normal_form_is_derived_from_the_gates(name: str, closed: bool) -> None:
    operations = derived_operations(gate_functions(SETS[name]), free_constants=True)
    assert complement_closed(operations) == closed
    assert least_steps(SETS[name], 2, longest=1).normal == closed


def test_sixteen_gates_without_free_complements_keep_to_no_normal_form() -> None:
    found = least_steps(SETS["any"], 2, free_complements=False)
    assert not found.normal
    # Every function of two inputs but the inputs themselves takes one gate.
    assert found.counts() == (2, 14)


def test_a_search_that_stops_says_so() -> None:
    found = least_steps(SETS["nand"], 4, limits=Limits(seconds=0.0))
    assert found.stopped == "time"
    assert found.settled == 2
    assert (found.costs < 0).any()

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    assert least_steps(SETS["any"], 3, progress=interrupt).stopped == "interrupted"


def test_gates_over_other_sorts_are_refused() -> None:
    plus = Component("plus", (Variable("a", INT),), (apply("+", var("a", INT), const(1, INT)),))
    for components, n, reason in (
        (ComponentSet("s", (plus,)), 3, "not-boolean"),
        (SETS["any"], 5, "too-large"),
    ):
        with pytest.raises(ProblemError) as caught:
            least_steps(components, n)
        assert caught.value.reason == reason


def test_least_wrong_outputs_are_those_of_brute_force() -> None:
    free = list(free_values(3, free_complements=True).values())
    costs = brute_costs(SETS["any"], 3, free, 2)
    found = least_steps(SETS["any"], 3)
    rows = least_wrong(found.costs, 3, 4)
    for c in range(3):
        near = [f for f, cost in costs.items() if cost <= c]
        wanted = [min((f ^ g).bit_count() for g in near) for f in range(256)]
        assert rows[c].tolist() == wanted
    assert rows[4].max() == 0
    assert rows[3].tolist() == [int(cost > 3) for cost in found.costs.tolist()]


def test_wrong_outputs_counted_by_function_and_class() -> None:
    found = least_steps(SETS["any"], 3)
    counts = wrong_counts(found, 4)
    assert counts[4] == {0: (256, 14)}
    for row in counts:
        assert sum(functions for functions, _ in row.values()) == 256
        assert sum(classes for _, classes in row.values()) == 14
    short = least_steps(SETS["any"], 3, longest=2)
    with pytest.raises(ProblemError):
        wrong_counts(short, 3)


def free_problem(function: int, n: int, length: int) -> Problem:
    """One function as a dag problem in which what is free is an input."""
    free = free_values(n, free_complements=True)
    rows = tuple(
        Sample(tuple(bool(f >> i & 1) for f in free.values()), (bool(function >> i & 1),))
        for i in range(1 << n)
    )
    return Problem(
        "free", SETS["any"], Wiring.DAG, tuple(Variable(name, BOOL) for name in free),
        (Variable("o", BOOL),), Samples(rows), length,
    )  # fmt: skip


def check_frontiers(n: int, length: int, functions: list[int]) -> None:
    """The least wrong outputs are the frontier that the dag engine finds for a function alone."""
    found = least_steps(SETS["any"], n, longest=length)
    rows = least_wrong(found.costs, n, length)
    for function in functions:
        lines = solve(free_problem(function, n, length)).lines
        assert [line.error for line in lines] == rows[:, function].tolist()


def test_least_wrong_outputs_are_those_of_the_dag_engine() -> None:
    check_frontiers(3, 4, [0x16, 0x17, 0x18, 0x69])
    check_frontiers(4, 2, [0x0356, 0x6996])


@pytest.mark.slow
def test_least_wrong_outputs_of_every_class_are_those_of_the_dag_engine() -> None:
    found = least_steps(SETS["any"], 3)
    check_frontiers(3, 4, np.unique(found.classes, return_index=True)[1].tolist())
    check_frontiers(4, 4, Random(1).sample(range(65536), 8))


def test_how_wrong_four_inputs_are_at_worst() -> None:
    found = least_steps(SETS["any"], 4, longest=4)
    assert found.counts() == (10, 60, 456, 2474, 10624)
    rows = least_wrong(found.costs, 4, 4)
    assert rows.max(axis=1).tolist() == [8, 8, 8, 4, 3]
    assert [len(row) for row in wrong_counts(found, 4)] == [9, 9, 9, 5, 4]
