"""Short straight-line terms for given functions, from a set of operations.

Bottom-up enumeration: all term functions of arity 1 or 2 in order of the size of the smallest term
for them, each function kept once with the operation and arguments it came from. A term is read off
as its distinct subterms, so it is often shorter than its size; shortest it need not be. Main
definitions:

    find_terms     straight-line terms for the wanted functions
    Found          the terms, and whether everything reachable was enumerated
    term_text      a term for people: NAND = nand(x, y)
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.kernel.checks.finite_data import Operation, Steps

Integers = NDArray[np.int64]

CHUNK = 1 << 20
"""Numbers in one block of new functions."""
SMALL = 1 << 10
"""Argument lists up to this number are looked up instead of computed."""
BITMAP = 1 << 24
"""Largest number of functions for which the seen ones are kept as a bitmap."""


@dataclass(frozen=True, slots=True)
class Found:
    """Terms by name. `saturated`: every term function was enumerated, so that a missing name is
    not reachable at all. `functions`: how many functions were kept."""

    terms: Mapping[str, Steps]
    saturated: bool
    functions: int


def find_terms(
    operations: Sequence[Operation],
    k: int,
    targets: Mapping[str, tuple[int, ...]],
    arity: int,
    *,
    max_functions: int = 2_000_000,
    seconds: float = 60.0,
) -> Found:
    """Straight-line terms on `arity` inputs whose tables are the targets.

    Args:
        operations: their steps refer to these by position.
        targets: tables of k**arity values by name.
        max_functions, seconds: bounds; what is missing when one is reached is simply not found.
    """
    search = _Enumeration(operations, k, arity, max_functions, time.monotonic() + seconds)
    codes = {name: search.encode(np.array([table]))[0] for name, table in targets.items()}
    saturated = search.run({int(code) for code in codes.values()})
    terms = {}
    for name, code in codes.items():
        index = search.position(int(code))
        if index is not None:
            terms[name] = search.steps(index)
    return Found(terms, saturated, search.count)


class _Enumeration:
    """The functions found so far: value tables, codes, costs and where each came from."""

    def __init__(
        self,
        operations: Sequence[Operation],
        k: int,
        arity: int,
        max_functions: int,
        deadline: float,
    ) -> None:
        self.k, self.arity = k, arity
        self.operations = operations
        self.tables = [np.array(operation.table, dtype=np.int64) for operation in operations]
        self.max_functions, self.deadline = max_functions, deadline
        length = k**arity
        wide = length * np.log2(max(k, 2)) > 62
        self.weights: NDArray[Any] = np.array(
            [k**i for i in range(length - 1, -1, -1)], dtype=np.object_ if wide else np.int64
        )
        self.bitmap = np.zeros(k**length, dtype=np.bool_) if k**length <= BITMAP else None
        self.seen: dict[int, int] = {}
        self.values = np.zeros((0, length), dtype=np.int64)
        self.codes: list[NDArray[Any]] = []
        self.origins: list[tuple[int, Integers]] = []  # operation and argument ids of a block
        self.block_starts: list[int] = []
        self.count = 0
        self.buckets: dict[int, Integers] = {}
        inputs = np.array(list(product(range(k), repeat=arity)), dtype=np.int64).T
        self._add(0, inputs, -1, np.zeros((arity, 0), dtype=np.int64))

    def encode(self, values: Integers) -> NDArray[Any]:
        """The number of each row of values, most significant value first."""
        result: NDArray[Any] = values @ self.weights
        return result

    def run(self, wanted: set[int]) -> bool:
        """Enumerate until all wanted codes are there (False) or nothing new can come (True)."""
        widest = max((operation.arity for operation in self.operations), default=0)
        cost = 1
        while cost <= 1 + widest * max(self.buckets):
            for which, operation in enumerate(self.operations):
                for costs in self._splits(cost - 1, operation.arity):
                    parts = [self.buckets[c] for c in costs]
                    for arguments in _blocks(parts, max(1, CHUNK // self.values.shape[1])):
                        self._apply(cost, which, arguments)
                        if self._all_seen(wanted):
                            return False
                        if self.count > self.max_functions or time.monotonic() > self.deadline:
                            return False
            cost += 1
        return True

    def _splits(self, total: int, parts: int) -> Iterator[tuple[int, ...]]:
        """All ways to write the total as an ordered sum of costs that occur."""
        costs = sorted(self.buckets)
        if parts == 1:
            if total in self.buckets:
                yield (total,)
            return
        for first in costs:
            if first > total:
                break
            for rest in self._splits(total - first, parts - 1):
                yield (first, *rest)

    def _apply(self, cost: int, which: int, arguments: Integers) -> None:
        """All functions operation(arguments); `arguments` has shape (count, arity)."""
        index = np.zeros((len(arguments), self.values.shape[1]), dtype=np.int64)
        for place in range(arguments.shape[1]):
            index *= self.k
            index += self.values[arguments[:, place]]
        self._add(cost, self.tables[which][index], which, arguments)

    def _add(self, cost: int, values: Integers, which: int, arguments: Integers) -> None:
        """Keep the functions that are new, the first of equal ones, in the order given."""
        codes = self.encode(values)
        if self.bitmap is not None:
            fresh = np.flatnonzero(~self.bitmap[codes])
        else:
            fresh = np.array([i for i, c in enumerate(codes) if int(c) not in self.seen], np.int64)
        if not len(fresh):
            return
        _, first = np.unique(codes[fresh], return_index=True)
        fresh = fresh[np.sort(first)]
        start, end = self.count, self.count + len(fresh)
        if self.bitmap is not None:
            self.bitmap[codes[fresh]] = True
        else:
            self.seen.update({int(codes[i]): start + n for n, i in enumerate(fresh)})
        if end > len(self.values):
            grown = np.zeros((max(end, 2 * len(self.values)), values.shape[1]), dtype=np.int64)
            grown[: self.count] = self.values[: self.count]
            self.values = grown
        self.values[start:end] = values[fresh]
        self.codes.append(codes[fresh])
        self.origins.append((which, arguments[fresh]))
        self.block_starts.append(start)
        ids = np.arange(start, end)
        self.buckets[cost] = np.concatenate([self.buckets.get(cost, ids[:0]), ids])
        self.count = end

    def _all_seen(self, wanted: set[int]) -> bool:
        if self.bitmap is None:
            return wanted <= self.seen.keys()
        return all(self.bitmap[code] for code in wanted)

    def position(self, code: int) -> int | None:
        """The id of the function with this code."""
        if self.bitmap is None:
            return self.seen.get(code)
        if not self.bitmap[code]:
            return None
        return int(np.flatnonzero(np.concatenate(self.codes) == code)[0])

    def steps(self, index: int) -> Steps:
        """The distinct subterms of a function, arguments first; the inputs have ids 0..arity-1."""
        needed, pending = {index}, [index]
        origin: dict[int, tuple[int, tuple[int, ...]]] = {}
        while pending:
            current = pending.pop()
            if current < self.arity:
                continue
            block = int(np.searchsorted(self.block_starts, current, side="right")) - 1
            which, arguments = self.origins[block]
            ids = tuple(arguments[current - self.block_starts[block]].tolist())
            origin[current] = (which, ids)
            pending += [i for i in ids if i not in needed]
            needed.update(ids)
        order = sorted(origin)
        slot = {i: i for i in range(self.arity)}
        slot.update({current: self.arity + n for n, current in enumerate(order)})
        return tuple((origin[i][0], tuple(slot[a] for a in origin[i][1])) for i in order)


def _blocks(parts: Sequence[Integers], rows: int) -> Iterator[Integers]:
    """The product of several id lists, as arrays of at most `rows` rows."""
    lengths = tuple(len(part) for part in parts)
    total = prod(lengths)
    for start in range(0, total, rows):
        digits = _digits(lengths, start, min(start + rows, total))
        block = np.empty(digits.shape, dtype=np.int64)
        for place, part in enumerate(parts):
            block[:, place] = part[digits[:, place]]
        yield block


def _digits(lengths: tuple[int, ...], start: int, end: int) -> Integers:
    """The numbers start..end-1 in the mixed radix `lengths`; shape (end - start, digits)."""
    if end <= SMALL:
        return _small_digits(lengths)[start:end]
    return _written_out(lengths, np.arange(start, end))


@lru_cache(maxsize=512)
def _small_digits(lengths: tuple[int, ...]) -> Integers:
    return _written_out(lengths, np.arange(min(SMALL, prod(lengths))))


def _written_out(lengths: tuple[int, ...], numbers: Integers) -> Integers:
    digits = np.empty((len(numbers), len(lengths)), dtype=np.int64)
    for place in reversed(range(len(lengths))):
        numbers, digits[:, place] = np.divmod(numbers, lengths[place])
    return digits


def term_text(operations: Sequence[Operation], steps: Steps, inputs: Sequence[str]) -> str:
    """The term as one expression; what is used twice gets a name, as in t1 = f(x); g(t1, t1)."""
    if not steps:
        return inputs[0]
    uses = [0] * (len(inputs) + len(steps))
    for _, arguments in steps:
        for argument in arguments:
            uses[argument] += 1
    texts = list(inputs)
    named: list[str] = []
    for number, (which, arguments) in enumerate(steps):
        text = f"{operations[which].name}({', '.join(texts[a] for a in arguments)})"
        if uses[len(inputs) + number] > 1:
            name = f"t{len(named) + 1}"
            named.append(f"{name} = {text}")
            text = name
        texts.append(text)
    return "; ".join([*named, texts[-1]])
