"""The recount of formulas by size and depth, against costs that are relaxed until none improves."""

from __future__ import annotations

from itertools import product

import pytest

from theory.kernel.checks.reference import recount
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.kernel.language.terms import FALSE, Term, apply, var, variables
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Measure, Sample, Samples

P, Q, R = (var(name, BOOL) for name in "pqr")
INPUTS = (Variable("p", BOOL), Variable("q", BOOL))
ROWS = tuple(product((False, True), repeat=2))
LONGEST = 6

SETS: dict[str, tuple[Term, ...]] = {
    "nand": (apply("not", apply("and", P, Q)),),
    "no then and": (apply("not", P), apply("and", P, Q)),
    "a constant first": (FALSE, apply("=>", P, Q)),
    "three inputs": (apply("not", P), apply("ite", P, Q, R)),
}
Table = tuple[bool, ...]


def component(number: int, term: Term) -> Component:
    used = variables([term])
    return Component(f"c{number}", tuple(Variable(n, used[n]) for n in sorted(used)), (term,))


def relaxed(components: list[Component], cost: Cost) -> dict[Table, int]:
    """The least cost of a formula for each function of two inputs, up to `LONGEST`."""
    found = {tuple(row[k] for row in ROWS): 0 for k in range(2)}
    changed = True
    while changed:
        changed = False
        for c in components:
            function = c.function(())
            for parts in product(list(found.items()), repeat=len(c.inputs)):
                costs = [price for _, price in parts]
                price = 1 + (sum(costs) if cost is Cost.TREE else max(costs, default=0))
                columns = [table for table, _ in parts]
                rows = [function(*(column[k] for column in columns)) for k in range(len(ROWS))]
                table = tuple(bool(row[0]) for row in rows if row is not None)
                if price <= LONGEST and price < found.get(table, LONGEST + 1):
                    found[table] = price
                    changed = True
    return found


@pytest.mark.parametrize("cost", [Cost.TREE, Cost.DEPTH])
@pytest.mark.parametrize("name", SETS)
def test_every_function_has_the_least_cost_that_relaxing_finds(name: str, cost: Cost) -> None:
    made = [component(k, term) for k, term in enumerate(SETS[name])]
    costs = relaxed(made, cost)
    assert len(costs) > 4
    for table in product((False, True), repeat=4):
        samples = Samples(tuple(Sample(row, (v,)) for row, v in zip(ROWS, table, strict=True)))
        problem = Problem(
            "f", ComponentSet("s", tuple(made)), Wiring.DAG, INPUTS, (Variable("out", BOOL),),
            samples, LONGEST, cost=cost,
        )  # fmt: skip
        found = recount(problem, max_nodes=100_000, timeout_s=60)
        assert found.complete
        zero = next((k for k, error in enumerate(found.least) if error == 0), None)
        assert zero == costs.get(table), table


def test_two_outputs_cost_their_sum_or_the_deeper_one() -> None:
    made = component(0, SETS["nand"][0])
    rows = tuple(Sample((p, q), (not p, p and q)) for p, q in ROWS)
    outputs = (Variable("no", BOOL), Variable("both", BOOL))
    for cost, least in ((Cost.TREE, 4), (Cost.DEPTH, 2)):  # nand p p is 1; (nand nand nand) is 3
        problem = Problem(
            "f", ComponentSet("s", (made,)), Wiring.DAG, INPUTS, outputs, Samples(rows), 5,
            cost=cost,
        )  # fmt: skip
        found = recount(problem, max_nodes=100_000, timeout_s=60)
        assert [error == 0 for error in found.least] == [k >= least for k in range(6)]


@pytest.mark.parametrize("cost", [Cost.TREE, Cost.DEPTH])
def test_a_formula_that_blocks_is_wrong_where_it_does(cost: Cost) -> None:
    """Only where p holds has it a value; the other sample stays wrong at any cost."""
    guarded = Component("flip", INPUTS[:1], (apply("not", P),), guard=P)
    samples = Samples((Sample((True,), (False,)), Sample((False,), (True,))))
    problem = Problem(
        "f", ComponentSet("s", (guarded,)), Wiring.DAG, INPUTS[:1], (Variable("out", BOOL),),
        samples, 3, cost=cost,
    )  # fmt: skip
    assert recount(problem, max_nodes=1000, timeout_s=60).least == (2, 1, 1, 1)


@pytest.mark.parametrize("cost", [Cost.TREE, Cost.DEPTH])
def test_where_one_output_blocks_all_bits_are_wrong(cost: Cost) -> None:
    """Where p is false `flip` blocks, though the other output would be right there."""
    guarded = Component("flip", INPUTS[:1], (apply("not", P),), guard=P)
    often = Sample((True,), (False, True))
    samples = Samples((often, often, Sample((False,), (False, False))))
    outputs = (Variable("no", BOOL), Variable("same", BOOL))
    problem = Problem(
        "f", ComponentSet("s", (guarded,)), Wiring.DAG, INPUTS[:1], outputs, samples, 2,
        Measure.BITS, cost=cost,
    )  # fmt: skip
    # (p, p) misses a bit of each of the first two; (flip p, p) both bits of the last.
    assert recount(problem, max_nodes=1000, timeout_s=60).least == (2, 2, 2)
