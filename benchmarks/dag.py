"""The dag engines' figures: all Boolean functions, addition chains, compiled against plain.

Run it with `python -m benchmarks.dag`. Compiled kernels are loaded first; times are wall clock,
medians of several rounds in one process; ratios compare runs made side by side.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from itertools import product

from benchmarks._timing import seconds
from solvers.exact import Frontier, Limits, solve
from solvers.exact.dags import dag
from solvers.exact.formulas.search import FormulaSearch
from solvers.exact.formulas.words import make_values
from solvers.exact.functions.all_functions import least_steps, wrong_counts
from solvers.exact.functions.gate_algebra import any_two_inputs, free_values
from solvers.exact.functions.witnesses import Witnesses
from solvers.stopping.limits import Meter
from solvers.suites import find_problem
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, bitvec
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Cost
from theory.kernel.problems.targets import Sample, Samples, Specification


def all_functions() -> None:
    """Least gates of all functions of three and four inputs, any two-input gate, and witnesses."""
    gates = any_two_inputs()
    Witnesses(least_steps(gates, 3)).sequence(1)  # loads the compiled kernels
    for n, longest in ((3, 4), (4, 6), (4, 7)):
        found = least_steps(gates, n, longest=longest)
        took = seconds(lambda n=n, c=longest: least_steps(gates, n, longest=c))  # type: ignore[misc]
        print(f"n = {n}, C <= {longest}: {took:.3f} s, counts {found.counts()}")
    witnesses = Witnesses(found)
    start = time.perf_counter()
    lengths = [len(witnesses.sequence(function)) for function in range(len(found.costs))]
    took = time.perf_counter() - start
    same = lengths == found.costs.tolist()
    print(f"sequences for all {len(lengths)}: {took:.1f} s, as long as the costs say: {same}")
    start = time.perf_counter()
    counts = wrong_counts(found, 4)
    print(f"least wrong outputs, c <= 4: {time.perf_counter() - start:.3f} s; classes by error:")
    for c, row in enumerate(counts):
        print(f"  c = {c}: { ({error: classes for error, (_, classes) in row.items()}) }")


def addition_chain(n: int, length: int) -> Problem:
    """The number n from 1, by additions."""
    a, b = var("a", INT), var("b", INT)
    add = Component("add", (Variable("a", INT), Variable("b", INT)), (apply("+", a, b),))
    return Problem(
        f"addition-{n}", ComponentSet("add", (add,)), Wiring.DAG, (Variable("one", INT),),
        (Variable("out", INT),), Samples((Sample((1,), (n,)),)), length,
    )  # fmt: skip


def addition_chains() -> None:
    """Shortest addition chains of 1 .. 127, each by a search of its own."""
    start = time.perf_counter()
    total = sum(solve(addition_chain(n, 12)).best.length for n in range(1, 128))
    took = time.perf_counter() - start
    print(f"addition chains 1..127: {took:.1f} s in total, {total} additions")


def parity(length: int) -> Problem:
    """Exclusive or of three inputs, from NAND alone, on all inputs."""
    a, b = var("a", BOOL), var("b", BOOL)
    nand = Component(
        "nand", (Variable("a", BOOL), Variable("b", BOOL)), (apply("not", apply("and", a, b)),)
    )
    inputs = tuple(Variable(f"x{k}", BOOL) for k in range(3))
    x, y, z = (var(v.name, BOOL) for v in inputs)
    return Problem(
        "parity", ComponentSet("nand", (nand,)), Wiring.DAG, inputs, (Variable("o", BOOL),),
        Specification((apply("xor", apply("xor", x, y), z),)), length,
    )  # fmt: skip


def words(length: int) -> Problem:
    """The floor of the average of two 32-bit words, on ten samples, from eleven operators.

    (x & y) + ((x ^ y) >> 1) takes four of them and the constant 1.
    """
    sort = bitvec(32)
    a, b = var("a", sort), var("b", sort)
    two, one = (Variable("a", sort), Variable("b", sort)), (Variable("a", sort),)
    binary = ("bvadd", "bvsub", "bvand", "bvor", "bvxor", "bvlshr", "bvashr", "bvshl")
    made = [Component(f"word-{op[2:]}", two, (apply(op, a, b),)) for op in binary]
    made += [Component(f"word-{op[2:]}", one, (apply(op, a),)) for op in ("bvnot", "bvneg")]
    made.append(Component("one", (), (const(1, sort),)))
    rows = []
    state = 1
    for _ in range(10):
        pair = []
        for _ in range(2):
            state = state * 6364136223846793005 + 1442695040888963407 & 2**64 - 1
            pair.append(state >> 32)
        rows.append(Sample(tuple(pair), ((pair[0] + pair[1]) // 2,)))
    inputs = (Variable("x", sort), Variable("y", sort))
    return Problem(
        "average", ComponentSet("words", tuple(made)), Wiring.DAG, inputs, (Variable("o", sort),),
        Samples(tuple(rows)), length,
    )  # fmt: skip


def against_the_plain_engine() -> None:
    """The compiled engine and the plain one on the same problems."""
    for problem in (parity(6), addition_chain(127, 10), words(3)):
        packed = _only(problem, 0)
        plain = _only(problem, math.inf)
        same = [x.error for x in packed.lines] == [x.error for x in plain.lines]
        fast = seconds(lambda p=problem: _only(p, 0), 3)  # type: ignore[misc]
        slow = seconds(lambda p=problem: _only(p, math.inf), 1)  # type: ignore[misc]
        print(
            f"{problem.name}, length {problem.length}: compiled {fast:.3f} s, plain {slow:.2f} s "
            f"({slow / fast:.0f}x), agree: {same}"
        )


def _only(problem: Problem, plain_work: float) -> Frontier:
    """The frontier with so much work given to the plain engine."""
    before = dag.PLAIN_WORK
    dag.PLAIN_WORK = plain_work  # type: ignore[assignment]
    try:
        return solve(problem)
    finally:
        dag.PLAIN_WORK = before


def binary_numbers(inputs: int, outputs: int, length: int, gates: str) -> Problem:
    """The sum of the inputs (three), or of two two-bit numbers (four), bit by bit."""
    a, b = var("a", BOOL), var("b", BOOL)
    ab = (Variable("a", BOOL), Variable("b", BOOL))
    terms = {"nand": apply("not", apply("and", a, b))}
    terms |= {f"{op}2": apply(op, a, b) for op in ("and", "or", "xor")}
    rows = []
    for values in product((False, True), repeat=inputs):
        weights = (1, 1, 1) if inputs == 3 else (2, 1, 2, 1)
        number = sum(w * v for w, v in zip(weights, values, strict=True))
        rows.append(Sample(values, tuple(bool(number >> k & 1) for k in range(outputs))))
    return Problem(
        f"{inputs}-input sum from {gates}",
        ComponentSet("gates", tuple(Component(g, ab, (terms[g],)) for g in gates.split())),
        Wiring.DAG, tuple(Variable(f"x{k}", BOOL) for k in range(inputs)),
        tuple(Variable(f"o{k}", BOOL) for k in range(outputs)), Samples(tuple(rows)), length,
    )  # fmt: skip


def several_outputs() -> None:
    """Adders: a full one of two outputs, two bits and two bits of three."""
    full = binary_numbers(3, 2, 5, "nand xor2")
    slow = seconds(lambda: _only(full, math.inf), 1)
    print(f"{full.name}, length 5: plain engine {slow:.2f} s")
    for problem in (
        full,
        binary_numbers(3, 2, 5, "and2 or2 xor2"),
        binary_numbers(3, 2, 9, "nand"),
        binary_numbers(4, 3, 7, "and2 or2 xor2"),
    ):
        found = solve(problem)
        took, best = seconds(lambda p=problem: solve(p), 3), found.best  # type: ignore[misc]
        print(f"{problem.name}: {took:.3f} s, error {best.error} at length {best.length}")


def formulas() -> None:
    """Least formula sizes of all four-input functions, any two-input gate."""
    free = free_values(4, free_complements=True)
    rows = tuple(
        Sample(tuple(bool(f >> i & 1) for f in free.values()), (False,)) for i in range(16)
    )
    problem = Problem(
        "all", any_two_inputs(), Wiring.DAG, tuple(Variable(name, BOOL) for name in free),
        (Variable("o", BOOL),), Samples(rows), 20, cost=Cost.TREE,
    )  # fmt: skip
    start, cpu = time.perf_counter(), time.process_time()
    search = FormulaSearch(problem, make_values(problem), Meter(Limits()))
    for size in range(8):
        search.grow(size)
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    counts = [sum(map(len, layer.values())) for layer in search.layers]
    print(f"formula sizes, n = 4: {took:.1f} s (CPU {cpu:.1f} s), counts {counts}")


def second_opinions() -> None:
    """Z3's answers beside those of the engines made for the problem."""
    for problem in (binary_numbers(3, 2, 3, "nand xor2"), find_problem("sorting-4")):
        own, asked = solve(problem), solve(problem, Limits(seconds=60), engine="smt")
        took = seconds(lambda p=problem: solve(p, Limits(seconds=60), engine="smt"), 3)  # type: ignore[misc]
        same = [x.error for x in own.lines] == [x.error for x in asked.lines]
        print(f"{problem.name}, length {problem.length}: smt {took:.2f} s, agrees: {same}")


def longer_searches() -> None:
    """What only the compiled engine reaches."""
    for problem in (parity(8), words(4), words(5)):
        start = time.perf_counter()
        found = solve(replace(problem))
        took = time.perf_counter() - start
        sets = f"{sum(found.counts):,} sets"
        errors = [line.error for line in found.lines]
        print(f"{problem.name}, length {problem.length}: {took:.2f} s, {sets}, errors {errors}")


def main() -> None:
    """Prints all figures."""
    all_functions()
    addition_chains()
    against_the_plain_engine()
    several_outputs()
    formulas()
    second_opinions()
    longer_searches()


if __name__ == "__main__":
    main()
