"""Chains: least comparators of sorting networks by subsumption, and all pancake stacks.

Run it with `python -m benchmarks chains`; sorting with nine wires, which takes hours, joins with
the variable SHEFFER_BENCH_FULL=1. Figures are medians with the kernels loaded; CPU time counts both
threads and stands beside the wall clock, since other programs may share the machine.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

from solvers import find_problem, with_evidence
from solvers.exact import Frontier, Limits
from solvers.exact.chains.point_sets import encode
from solvers.exact.chains.states import distances
from solvers.exact.chains.subsumption import solve_least_length
from solvers.stopping.limits import Meter
from solvers.suites.pancakes import flips
from theory.kernel.components.placements import Wiring
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

PUBLISHED = {5: 9, 6: 12, 7: 16, 8: 19, 9: 25}  # Knuth, TAOCP 3, 5.3.4; Codish et al. 2014
# OEIS A092113, row 10: stacks of ten pancakes by the flips they need.
STACKS_10 = (1, 9, 72, 575, 3963, 22825, 106461, 377863, 919365, 1309756, 814678, 73232)


def timed(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """The median wall-clock and CPU seconds of some rounds."""
    wall, cpu = [], []
    for _ in range(rounds):
        start = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - start[0])
        cpu.append(time.process_time() - start[1])
    return statistics.median(wall), statistics.median(cpu)


def sorting_networks() -> None:
    """The least comparators; the reference enumerator recounts the small ones."""
    solve_least_length(find_problem("sorting-3"))  # loads the compiled kernels
    limits = Limits(seconds=100_000.0)
    full = bool(os.environ.get("SHEFFER_BENCH_FULL"))
    for n, rounds in ((5, 5), (6, 5), (7, 5), (8, 1), *(((9, 1),) if full else ())):
        problem = find_problem(f"sorting-{n}")
        frontiers: list[Frontier] = []
        wall, cpu = timed(
            lambda p=problem, f=frontiers, b=limits: f.append(solve_least_length(p, b)),  # type: ignore[misc]
            rounds,
        )
        found = with_evidence(frontiers[0]) if n <= 5 else frontiers[0]
        print(
            f"sorting-{n}: {wall:7.2f} s, CPU {cpu:7.2f} s, least comparators "
            f"{found.best.length} (published {PUBLISHED[n]}), {sum(found.counts):,} sets kept, "
            f"{found.evidence}, median of {rounds}"
        )
    symmetry = encode(find_problem("sorting-8"), Meter(Limits())).symmetry
    print(f"the symmetry used, checked over all points: {symmetry}, goals {symmetry.goals}")


def pancakes() -> None:
    """Breadth first over all stacks of ten, on one core."""
    components = flips(10)
    stack = tuple(range(1, 11))
    wires = components.registers
    rows = Samples((Sample(stack, stack),))
    problem = Problem(
        "pancakes-10", components, Wiring.CHAIN, wires, wires, rows, 11, Measure.ABSOLUTE
    )
    counts = distances(problem)  # compiles the step function
    wall, cpu = timed(lambda: distances(problem), 3)
    edges = 9 * sum(counts)
    print(
        f"pancakes-10: {sum(counts):,} stacks, {wall:.2f} s, CPU {cpu:.2f} s, "
        f"{edges / wall / 1e6:.1f} million edges/s ({edges / cpu / 1e6:.1f} a CPU second), "
        f"distances as published: {counts == STACKS_10}"
    )


def main() -> None:
    """Prints all figures."""
    sorting_networks()
    pancakes()


if __name__ == "__main__":
    main()
