"""Proofs that fewer gates are impossible: time to solve, to trace and to check.

`python -m benchmarks.proofs` takes two functions of four inputs, over all two-input gates: 0x270e,
which needs six, and 0x0116, the numerically first that needs seven. Tables are read as D. Knuth
does (TAOCP 7.1.2): the most significant of the 16 bits is f(0,0,0,0), the least f(1,1,1,1), x1
being the most significant bit of a row's number. A gate reads inputs and gates; it costs nothing
to complement what it reads, every gate being allowed.

Every row is the median of several rounds, kernels loaded. `whole frontier` is the least number of
wrong rows at each number of gates, every bound proved. All certificates are checked.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from itertools import product

from solvers.exact.by_sat.proofs import Refuted, decode, run, solve_by_clauses
from solvers.exact.by_sat.tracing import trace
from theory.formats.sequence_text import one_line
from theory.kernel.checks.certificates import check
from theory.kernel.checks.cnf import encode
from theory.kernel.checks.lrat import check_lrat
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.kernel.language.terms import Term, apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Sample, Samples

ROUNDS = 5
CASES = ((0x270E, 6), (0x0116, 7))


def two_input_gates() -> ComponentSet:
    """All 16 operations of two inputs; bit 2p + q of a gate's number is its value at (p, q)."""
    names = (Variable("p", BOOL), Variable("q", BOOL))
    gates = []
    for number in range(16):
        term: Term = const(False, BOOL)
        for row, values in enumerate(product((False, True), repeat=2)):
            if number >> row & 1:
                literals = [
                    var(v.name, BOOL) if value else apply("not", var(v.name, BOOL))
                    for v, value in zip(names, values, strict=True)
                ]
                term = apply("or", term, apply("and", *literals))
        gates.append(Component(f"gate{number}", names, (term,)))
    return ComponentSet("two-input-gates", tuple(gates))


def function(table: int, inputs: int, length: int) -> Problem:
    """The function with this table, its first row the most significant bit."""
    last = (1 << inputs) - 1
    rows = tuple(
        Sample(values, (bool(table >> (last - row) & 1),))
        for row, values in enumerate(product((False, True), repeat=inputs))
    )
    names = tuple(Variable(f"x{k + 1}", BOOL) for k in range(inputs))
    outputs = (Variable("f", BOOL),)
    return Problem(
        f"{table:#06x}", two_input_gates(), Wiring.DAG, names, outputs, Samples(rows), length
    )


def one_bound(problem: Problem, gates: int) -> None:
    """The formula of one gate fewer: solved, traced, checked; and the witness."""
    times: dict[str, list[float]] = {"encode": [], "solve": [], "trace": [], "check": []}
    added = learnt = size = 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        formula = encode(problem, gates - 1, 1)
        encoded = time.perf_counter()
        answer = run(formula.clauses, math.inf)
        solved = time.perf_counter()
        if not isinstance(answer, Refuted):
            sys.exit(f"{problem.name}: {gates - 1} gates suffice")
        proof = trace(formula.clauses, answer.drup)
        traced = time.perf_counter()
        added = check_lrat(formula.clauses, proof.splitlines())
        checked = time.perf_counter()
        marks = (start, encoded, solved, traced, checked)
        for name, begin, end in zip(times, marks, marks[1:], strict=False):
            times[name].append(end - begin)
        learnt, size = len(answer.drup), len(proof)
    shown = "  ".join(f"{name} {statistics.median(t):.2f} s" for name, t in times.items())
    print(f"{problem.name}  no {gates - 1} gates: {shown}")
    print(f"        {learnt:,} lines of DRUP, {added:,} of LRAT ({size:,} characters)")
    start = time.perf_counter()
    formula = encode(problem, gates, 1)
    answer = run(formula.clauses, math.inf)
    took = time.perf_counter() - start
    if isinstance(answer, Refuted):
        sys.exit(f"{problem.name}: {gates} gates do not suffice")
    sequence = decode(problem, formula, answer)
    print(f"        {gates} gates: {one_line(sequence)}  ({took:.2f} s)")


def frontier(problem: Problem, *, zero_only: bool) -> None:
    """The certificate as `sheffer check` reads it."""
    start = time.perf_counter()
    found = solve_by_clauses(problem, zero_only=zero_only)
    solved = time.perf_counter()
    data = json.loads(json.dumps(found.certificate()))
    begin = time.perf_counter()
    report = check(data)
    checked = time.perf_counter()
    label = "least gates" if zero_only else "whole frontier"
    bounds = " ".join(str(line.at_least) for line in found.lines)
    times = f"found and proved {solved - start:.2f} s, checked {checked - begin:.2f} s"
    print(f"        {label}: at least {bounds} wrong rows; {times}")
    print(f"        {report.statement}; {report.checked[-1]}")
    if report.unchecked or not report.complete or not found.optimal:
        sys.exit(f"{problem.name}: not proved")


def main() -> None:
    """Prints the figures."""
    warm = function(0x69, 3, 2)
    check(solve_by_clauses(warm).certificate())
    for table, gates in CASES:
        problem = function(table, 4, gates)
        one_bound(problem, gates)
        frontier(problem, zero_only=True)
        frontier(problem, zero_only=False)


if __name__ == "__main__":
    main()
