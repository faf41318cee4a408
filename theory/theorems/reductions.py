"""Hard problems as shortest sequences: instances to problems, and sequences back to solutions.

    set_cover_problem      steps x -> x OR S; error 0 exactly if the sets taken cover everything
    subset_sum_problem     at position i one may add a_i or go on; error 0 exactly at the sum
    exact_cover_problem    permutations that swap a pair of points for each element of a set
    chosen_sets, chosen_items    the solution that a sequence of error 0 is

Each comes with a plain solver, by trying all subsets, which shares nothing with sequences.
"""

from __future__ import annotations

from itertools import combinations

from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import INT, bitvec
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.targets import Measure, Sample, Samples

Sets = tuple[frozenset[int], ...]


def set_cover_problem(elements: int, sets: Sets, budget: int) -> Problem:
    """Is there a cover of 0 .. elements-1 by at most `budget` of the sets?

    The register is the set of what is covered, as a bit vector; the error counts what is not.
    """
    sort = bitvec(elements)
    x = Variable("x", sort)
    components = ComponentSet(
        "sets",
        tuple(
            Component(f"take{k}", (x,), (apply("bvor", var("x", sort), const(mask(s), sort)),))
            for k, s in enumerate(sets)
        ),
        (x,),
        source="Karp 1972",
    )
    rows = Samples((Sample((0,), ((1 << elements) - 1,)),))
    return Problem("set-cover", components, Wiring.CHAIN, (x,), (x,), rows, budget, Measure.BITS)


def mask(elements: frozenset[int]) -> int:
    """A set as a bit mask."""
    return sum(1 << e for e in elements)


def subset_sum_problem(items: tuple[int, ...], wanted: int) -> Problem:
    """Is there a subset of the items with this sum?

    Registers are the position i and the sum s. `skip` goes to the next position; `take` j is
    possible at position j only and adds the item as well. The target is the last position and the
    sum, so a sequence of error 0 has exactly one step for each item.
    """
    i, s = Variable("i", INT), Variable("s", INT)
    position, total = var("i", INT), var("s", INT)
    onward = apply("+", position, const(1, INT))
    skip = Component("skip", (i,), (onward,), placements=((0,),))
    takes = tuple(
        Component(
            f"take{k}",
            (i, s),
            (onward, apply("+", total, const(item, INT))),
            guard=apply("=", position, const(k, INT)),
            placements=((0, 1),),
        )
        for k, item in enumerate(items)
    )
    components = ComponentSet("items", (skip, *takes), (i, s), source="Karp 1972")
    rows = Samples((Sample((0, 0), (len(items), wanted)),))
    registers = components.registers
    return Problem("subset-sum", components, Wiring.CHAIN, registers, registers, rows, len(items))


def exact_cover_problem(elements: int, triples: Sets) -> Problem:
    """Is there an exact cover by triples? Can a permutation be made of few generators?

    Element e has the points 2e and 2e + 1; the generator of a triple swaps its three pairs of
    points; the target swaps all pairs, with at most elements / 3 generators.

    Raises:
        ProblemError: `no-triples` unless all sets have three elements, and 3 divides `elements`.
    """
    if elements % 3 or any(len(t) != 3 for t in triples):
        raise ProblemError("no-triples", "3 divides the elements, and each set has 3 of them")
    registers = tuple(Variable(f"p{k}", INT) for k in range(2 * elements))
    made = []
    for k, triple in enumerate(triples):
        points = [2 * e + side for e in sorted(triple) for side in (0, 1)]
        inputs = tuple(Variable(f"x{j}", INT) for j in range(6))
        outputs = tuple(var(f"x{j ^ 1}", INT) for j in range(6))
        made.append(Component(f"swap{k}", inputs, outputs, placements=(tuple(points),)))
    components = ComponentSet("swaps", tuple(made), registers, source="Even & Goldreich 1981")
    before = tuple(range(2 * elements))
    rows = Samples((Sample(before, tuple(p ^ 1 for p in before)),))
    return Problem(
        "exact-cover", components, Wiring.CHAIN, registers, registers, rows, elements // 3
    )


def chosen_sets(sequence: Sequence) -> set[int]:
    """Which sets the steps take: the numbers in their names."""
    return {
        int(step.component.removeprefix("take").removeprefix("swap")) for step in sequence.steps
    }


def chosen_items(sequence: Sequence) -> set[int]:
    """Which items the steps add."""
    names = (step.component for step in sequence.steps)
    return {int(name.removeprefix("take")) for name in names if name != "skip"}


# The same instances, solved from their definitions.


def least_cover(elements: int, sets: Sets) -> int | None:
    """The least number of sets that cover all elements; None if they do not."""
    for size in range(len(sets) + 1):
        for chosen in combinations(sets, size):
            if len(frozenset().union(*chosen)) == elements:
                return size
    return None


def has_subset_sum(items: tuple[int, ...], wanted: int) -> bool:
    """Whether some items add up to `wanted`."""
    return any(
        sum(chosen) == wanted
        for size in range(len(items) + 1)
        for chosen in combinations(items, size)
    )


def has_exact_cover(elements: int, sets: Sets) -> bool:
    """Whether disjoint sets cover all elements."""
    return any(
        sum(map(len, chosen)) == elements == len(frozenset().union(*chosen))
        for size in range(len(sets) + 1)
        for chosen in combinations(sets, size)
    )
