"""Measured figures of functional completeness: deciding, certifying and checking.

`python -m benchmarks.functional` prints one table; every verdict in it has been checked.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import product

from solvers.completeness.finite import decide, maximal_relations, unary_closure
from solvers.completeness.finite.relations import _cached
from theory.kernel.checks.finite import check_functional
from theory.kernel.checks.finite_data import Operation


def function(name: str, arity: int, k: int, rule: Callable[..., int]) -> Operation:
    """The operation that the rule computes modulo k."""
    return Operation(name, arity, tuple(rule(*x) % k for x in product(range(k), repeat=arity)))


def questions() -> list[tuple[str, Sequence[Operation], int]]:
    """The sets that are decided."""
    result: list[tuple[str, Sequence[Operation], int]] = []
    for k in range(2, 8):
        maximum = function("max", 2, k, max)
        successor = function("succ", 1, k, lambda x: x + 1)
        result.append(("max, x + 1", [maximum, successor], k))
        result.append(("max", [maximum], k))
    for width in (2, 3, 4):
        k = 1 << width
        logic = [
            function("add", 2, k, lambda x, y: x + y),
            function("and", 2, k, lambda x, y: x & y),
            function("not", 1, k, lambda x, k=k: k - 1 - x),
        ]
        result.append((f"add, and, not on {width} bits", logic, k))
        if width < 4:
            shift = function("shr", 1, k, lambda x: x >> 1)
            result.append((f"add, and, not, shr on {width} bits", [*logic, shift], k))
    return result


def main() -> None:
    """Print the tables."""
    print("k  maximal clones  enumerated in")
    for k in range(2, 7):
        _cached.cache_clear()
        start = time.perf_counter()
        count = sum(1 for _ in maximal_relations(k))
        print(f"{k}  {count:14}  {time.perf_counter() - start:9.3f} s")
    print(f"\n{'set':32} k  {'verdict':10} {'clones':>6} {'steps':>8}  decided    checked")
    for name, operations, k in questions():
        _cached.cache_clear()
        start = time.perf_counter()
        verdict = decide(operations, k)
        decided = time.perf_counter() - start
        start = time.perf_counter()
        if verdict.certificate is not None:
            check_functional(verdict.certificate, operations)
        checked = time.perf_counter() - start
        steps = "+".join(str(len(term)) for term in verdict.terms.values())
        print(
            f"{name:32} {k:<2} {verdict.status:10} {len(verdict.held):6} {steps:>8} "
            f"{decided:8.3f} s {checked:8.3f} s"
        )
    gates = [function(f"g{i}", 2, 2, lambda x, y, i=i: i >> (2 * x + y)) for i in range(16)]
    counts: Counter[str] = Counter()
    start = time.perf_counter()
    for chosen in range(1, 1 << 16):
        verdict = decide([gate for i, gate in enumerate(gates) if chosen >> i & 1], 2)
        counts[check_functional(verdict.certificate).verdict] += 1
    spent = time.perf_counter() - start
    print(
        f"\nall 65535 sets of two-input gates, certified and checked: {dict(counts)}, {spent:.1f} s"
    )
    cycle, swap = (1, 2, 3, 4, 5, 6, 7, 0), (1, 0, 2, 3, 4, 5, 6, 7)
    for third in ((0, 0, 2, 3, 4, 5, 6, 7), (0, 0, 2, 2, 4, 5, 6, 7)):
        start = time.perf_counter()
        found = unary_closure([cycle, swap, third], 8)
        print(f"S_8 and {third}: {found.line()}, {time.perf_counter() - start:.3f} s")


if __name__ == "__main__":
    main()
