"""The least number of steps for every Boolean function of n <= 4 inputs at once, for a gate set.

With `free_complements` (the convention of Knuth, The Art of Computer Programming 7.1.2) constants,
inputs and the complements of inputs cost nothing; without it, only inputs do. Symmetries of the
question are derived from the gates, by their truth tables:

- inputs may be exchanged; with free complements an input may be complemented;
- if, in addition, complementing the output or an operand of any gate gives a gate of the set
  again, a function and its complement cost the same, and only *normal* functions (0 where all
  inputs are 0) need be searched.

`least_steps` returns `AllFunctions`: costs and counts; `function_witnesses` makes a sequence for
any function. From the costs, `least_wrong` has the least number of wrong outputs with at most c
gates for every function, `wrong_counts` how many functions and classes have each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.exact.functions import search as fs
from solvers.exact.functions.gate_algebra import (
    Gate,
    arity_of,
    complement_closed,
    derived_operations,
    free_values,
    function_classes,
    gate_functions,
    polynomial,
    symmetries,
)
from solvers.stopping.ctrl_c import ended_by_ctrl_c
from solvers.stopping.limits import STOPS, Limits, Meter, stop_reason
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.errors import ProblemError

MAX_INPUTS = 4
UNKNOWN = -1
_BUDGET = 5_000_000  # functions computed between two looks at the clock


@dataclass(frozen=True, slots=True, eq=False)
class AllFunctions:
    """What was found.

    Attributes:
        components: the gates. n: the number of inputs.
        free_complements: whether constants and complements of inputs cost nothing.
        normal: whether the gates let the search keep to normal functions.
        costs: (2**2**n,) the least number of steps of each function; -1 where not known. Bit i of
            a function is its value where input k is bit n - 1 - k of i.
        settled: every function that costs less than this is known to.
        classes: (2**2**n,) the number of each function's class under the derived symmetries.
        witnesses: (classes, steps) the values of a shortest sequence for one of each class.
        nodes: sets of values whose last steps were looked at, for each length.
        seconds: wall-clock time. stopped: why the search ended early; None if it did not.
    """

    components: ComponentSet
    n: int
    free_complements: bool
    normal: bool
    costs: NDArray[np.int8]
    settled: int
    classes: NDArray[np.int64]
    witnesses: NDArray[np.int64]
    nodes: tuple[int, ...]
    seconds: float
    stopped: str | None

    def counts(self) -> tuple[int, ...]:
        """How many functions cost 0, 1, 2, ... steps."""
        known = self.costs[self.costs >= 0]
        return tuple(np.bincount(known).tolist())


@ended_by_ctrl_c()
def least_steps(
    components: ComponentSet,
    n: int,
    *,
    free_complements: bool = True,
    longest: int = fs.MAX_STEPS,
    limits: Limits | None = None,
    progress: Callable[[str], None] | None = None,
) -> AllFunctions:
    """The least number of steps of all functions of n inputs, up to `longest`.

    Ctrl-C, and limits that are reached, end it; what was settled stays so.

    Raises:
        ProblemError: `not-boolean` for gates that are not total functions of up to three Booleans
            with one output; `too-large` for more than four inputs.
    """
    if not 1 <= n <= MAX_INPUTS:
        raise ProblemError("too-large", f"1 to {MAX_INPUTS} inputs are possible, not {n}")
    gates = gate_functions(components)
    meter = Meter(limits or Limits())
    search = _Search(n, gates, free_complements)
    stopped: str | None = None
    nodes: list[int] = []
    settled = 1
    try:
        for length in range(1, min(longest, fs.MAX_STEPS) + 1):
            if search.left == 0:
                break
            search.run(length, meter, nodes)
            settled = length + 1
            if progress:
                progress(f"{length} steps: {search.left:,} functions left, {nodes[-1]:,} sets")
    except STOPS as stop:
        stopped = stop_reason(stop)
    return AllFunctions(
        components, n, free_complements, search.normal, search.costs.astype(np.int8), settled,
        search.classes, search.witness, tuple(nodes), meter.seconds, stopped,
    )  # fmt: skip


class _Search:
    def __init__(self, n: int, gates: Iterable[Gate], free_complements: bool) -> None:
        self.full = (1 << (1 << n)) - 1
        operations = derived_operations(gates, free_constants=free_complements)
        self.normal = free_complements and complement_closed(operations)
        free = free_values(n, free_complements=free_complements)
        generators = symmetries(n, complements=free_complements, normal=self.normal)
        self.classes = function_classes(n, generators)
        order = np.argsort(self.classes, kind="stable")
        self.members = order.astype(np.int64)
        count = int(self.classes.max()) + 1
        self.offsets = np.searchsorted(self.classes[order], np.arange(count + 1))
        self.costs = np.full(self.full + 1, UNKNOWN, dtype=np.int64)
        self.witness = np.zeros((count, fs.MAX_STEPS), dtype=np.int64)
        self.starts = [f for f in free.values() if not self.normal or not f & 1]
        # A constant as an operand is one of the derived operations.
        self.starts = [f for f in self.starts if f not in (0, self.full)]
        for f in free.values():
            self.costs[f] = 0
        if self.normal:
            operations = {g for g in operations if arity_of(g) >= 2 and not g[0]}
        by_arity = [sorted(g for g in operations if arity_of(g) == k) for k in range(4)]
        self.arity = max((k for k in (1, 2, 3) if by_arity[k]), default=1)
        self.constants = [self.full if g[0] else 0 for g in by_arity[0]]
        self.one, self.two, self.three = (
            np.array([polynomial(g, self.full) for g in by_arity[k]], dtype=np.int64).reshape(-1, 8)
            for k in (1, 2, 3)
        )
        self._root()

    @property
    def left(self) -> int:
        """How many functions are not settled."""
        return int(np.count_nonzero(self.costs < 0))

    def _root(self) -> None:
        """The candidates of the first step, ordered by classes."""
        size = self.full + 2
        self.listed = np.zeros(size, dtype=np.bool_)
        self.made = np.zeros(size, dtype=np.int64)
        self.reads = np.zeros(size, dtype=np.int64)
        self.slots = np.zeros(len(self.starts) + fs.MAX_STEPS + 1, dtype=np.int64)
        self.slots[: len(self.starts)] = self.starts
        self.listed[self.starts] = True
        # With free constants these are no candidates either.
        self.listed[np.flatnonzero(self.costs == 0)] = True
        end = 0
        for constant in self.constants:
            if not self.listed[constant]:
                self.listed[constant] = True
                self.made[end] = constant
                end += 1
        for newest in range(len(self.starts)):
            end = fs.extend(
                self.one, self.two, self.three, self.slots, newest, self.listed, self.made,
                self.reads, end,
            )  # fmt: skip
        self.end = end
        order = np.argsort(self.classes[self.made[:end]], kind="stable")
        self.made[:end], self.reads[:end] = self.made[order], self.reads[order]
        labels = self.classes[self.made[:end]]
        self.next_class = np.searchsorted(labels, labels, side="right").astype(np.int64)

    def run(self, length: int, meter: Meter, nodes: list[int]) -> None:
        """Settles all functions of one length."""
        control = np.zeros(fs.CONTROL_SIZE, dtype=np.int64)
        control[fs.LENGTH], control[fs.STARTS] = length, len(self.starts)
        control[fs.LEFT], control[fs.ARITY] = self.left, self.arity
        arrays = (self.costs, self.classes, self.members, self.offsets)
        if length == 1:
            for f in self.made[: self.end].tolist():
                k = self.classes[f]
                if self.costs[f] < 0:
                    self.costs[self.members[self.offsets[k] : self.offsets[k + 1]]] = 1
                    self.witness[k, 0] = f
            nodes.append(1)
            return
        position = np.zeros(length + 1, dtype=np.int64)
        ends = np.zeros(length + 1, dtype=np.int64)
        unread = np.zeros(length + 1, dtype=np.int64)
        ends[0] = self.end
        listed = self.listed.copy()
        state = fs.MORE
        while state == fs.MORE:
            meter.check()
            state = fs.search(
                self.one, self.two, self.three, self.slots, listed, self.made, self.reads,
                position, ends, unread, self.next_class, *arrays, self.witness, control, _BUDGET,
            )  # fmt: skip
        nodes.append(int(control[fs.NODES]))


def least_wrong(costs: NDArray[np.int8], n: int, most: int) -> NDArray[np.int16]:
    """For c = 0 .. most and each function, the least wrong outputs with at most c steps.

    Args:
        costs: as in `AllFunctions`; they must be settled up to `most`.

    Returns:
        (most + 1, 2**2**n) the least Hamming distance to a function that costs at most c.
    """
    rows = [fs.distances((costs >= 0) & (costs <= c), 1 << n) for c in range(most + 1)]
    return np.stack(rows)


def wrong_counts(found: AllFunctions, most: int) -> list[dict[int, tuple[int, int]]]:
    """For c = 0 .. most: least number of wrong outputs -> how many functions, how many classes.

    Raises:
        ProblemError: `unknown-cost` where the costs up to `most` are not settled.
    """
    if most >= found.settled and (found.costs < 0).any():
        raise ProblemError("unknown-cost", f"costs are settled below {found.settled} only")
    _, first = np.unique(found.classes, return_index=True)
    result = []
    for row in least_wrong(found.costs, found.n, most):
        functions, classes = np.bincount(row), np.bincount(row[first], minlength=row.max() + 1)
        pairs = zip(functions.tolist(), classes.tolist(), strict=True)
        result.append({e: pair for e, pair in enumerate(pairs) if pair[0]})
    return result
