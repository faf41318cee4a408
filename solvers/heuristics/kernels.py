"""The compiled inner loops of variation: one genome at a time, in place, by Numba.

A row of genes is changed by plain loops, which costs a tenth of a microsecond where array code for
many rows costs several. Random numbers come from SplitMix64 (G. L. Steele, D. Lea, C. H. Flood,
OOPSLA 2014), one stream a row, its seed drawn from the run's generator: nothing here has a hidden
state, and the same arguments give the same rows.

- `mutate_rows`, `cross_rows`, `breed_rows`: what `Variation` calls.

`lengths` are numbers of steps: in a chain with no-ops a row is `length` steps, then -1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Row = NDArray[np.int32]

POINT, INSERT, DELETE, SWAP, MOVE = range(5)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S11, _S27, _S30, _S31 = (np.uint64(shift) for shift in (11, 27, 30, 31))


def compiled(function: Function) -> Function:
    """Numba's compiler, keeping the compiled code on disk for the next process."""
    return cast(Function, njit(cache=True)(function))


@compiled
def _unit(state: np.uint64) -> float:
    """A number in [0, 1) with 53 random bits; the caller has advanced the state by _GOLDEN."""
    z = (state ^ (state >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    z = z ^ (z >> _S31)
    return float(z >> _S11) * (1.0 / 9007199254740992.0)


@compiled
def _below(state: np.uint64, n: int) -> int:
    """A number in 0 .. n - 1."""
    return int(_unit(state) * n)


@compiled
def _length(row: Row, compressible: bool) -> int:
    if not compressible:
        return len(row)
    length = 0
    while length < len(row) and row[length] >= 0:
        length += 1
    return length


@compiled
def _move(row: Row, source: int, target: int) -> None:
    """Take the gene at `source` out and put it at `target`."""
    gene = row[source]
    step = 1 if target > source else -1
    for place in range(source, target, step):
        row[place] = row[place + step]
    row[target] = gene


@compiled
def _mutate_chain(
    row: Row, base: int, compressible: bool, weights: NDArray[np.float64], state: np.uint64
) -> np.uint64:
    """One mutation that changes the sequence; returns the advanced state."""
    width, length = len(row), _length(row, compressible)
    point = weights[POINT] if length > 0 and base > 1 else 0.0
    insert = weights[INSERT] if compressible and length < width else 0.0
    delete = weights[DELETE] if compressible and length > 0 else 0.0
    swap = weights[SWAP] if length > 1 else 0.0
    move = weights[MOVE] if length > 1 else 0.0
    state += _GOLDEN
    u = _unit(state) * (point + insert + delete + swap + move)
    # The kinds with chance 0 are excluded explicitly: u may be rounded up to the end of its range.
    if swap + move > 0.0 and u >= point + insert + delete:
        state += _GOLDEN
        first = _below(state, length)
        state += _GOLDEN
        second = _below(state, length - 1)
        if second >= first:
            second += 1
        if u < point + insert + delete + swap:
            if row[first] != row[second]:
                row[first], row[second] = row[second], row[first]
                return state
        else:
            for place in range(min(first, second), max(first, second)):
                if row[place] != row[place + 1]:
                    _move(row, first, second)
                    return state
        # Equal steps were exchanged: do something that shows instead.
        state += _GOLDEN
        u = _unit(state) * (point + insert + delete)
    if point > 0.0 and (u < point or insert + delete == 0.0):
        state += _GOLDEN
        place = _below(state, length)
        state += _GOLDEN
        value = _below(state, base - 1)
        row[place] = value + 1 if value >= row[place] else value
    elif insert > 0.0 and (u < point + insert or delete == 0.0):
        state += _GOLDEN
        place = _below(state, length + 1)
        state += _GOLDEN
        _move(row, width - 1, place)
        row[place] = _below(state, base)
    else:
        state += _GOLDEN
        place = _below(state, length)
        row[place] = -1
        _move(row, place, length - 1)
    return state


@compiled
def _mutate_gene(
    row: Row, options: NDArray[np.int64], optional: NDArray[np.bool_], state: np.uint64
) -> np.uint64:
    """Another value for one of the genes that have one; returns the advanced state."""
    while True:
        state += _GOLDEN
        gene = _below(state, len(row))
        least = -1 if optional[gene] else 0
        others = options[gene] - least - 1
        if others > 0:
            state += _GOLDEN
            value = least + _below(state, others)
            row[gene] = value + 1 if value >= row[gene] else value
            return state


@compiled
def _mutate(
    row: Row,
    options: NDArray[np.int64],
    optional: NDArray[np.bool_],
    chain: bool,
    weights: NDArray[np.float64],
    extra: float,
    state: np.uint64,
) -> np.uint64:
    """One mutation, another with probability `extra`, and so on; never back to the start."""
    before = row.copy()
    changed = False
    again = True
    while again or not changed:
        if chain:
            state = _mutate_chain(row, options[0], optional[0], weights, state)
        else:
            state = _mutate_gene(row, options, optional, state)
        state += _GOLDEN
        again = _unit(state) < extra
        changed = False
        for place in range(len(row)):
            if row[place] != before[place]:
                changed = True
    return state


@compiled
def _cross(
    row: Row, other: Row, compressible: bool, two_point: float, state: np.uint64
) -> np.uint64:
    """Replace one run of genes of `row` by that of `other`; returns the advanced state."""
    width = len(row)
    state += _GOLDEN
    start, end = _below(state, width + 1), width
    state += _GOLDEN
    if _unit(state) < two_point:
        state += _GOLDEN
        end = _below(state, width + 1)
        if end < start:
            start, end = end, start
    for place in range(start, end):
        row[place] = other[place]
    if compressible:
        length = 0
        for place in range(width):
            if row[place] >= 0:
                row[length] = row[place]
                length += 1
        for place in range(length, width):
            row[place] = -1
    return state


@compiled
def mutate_rows(
    rows: NDArray[np.int32],
    options: NDArray[np.int64],
    optional: NDArray[np.bool_],
    chain: bool,
    weights: NDArray[np.float64],
    extra: float,
    seeds: NDArray[np.uint64],
) -> None:
    """Mutate every row (n, width) in place with its seed (n,)."""
    for i in range(len(rows)):
        _mutate(rows[i], options, optional, chain, weights, extra, seeds[i])


@compiled
def cross_rows(
    rows: NDArray[np.int32],
    others: NDArray[np.int32],
    compressible: bool,
    two_point: float,
    seeds: NDArray[np.uint64],
) -> None:
    """Cross every row (n, width) in place with the same row of `others`."""
    for i in range(len(rows)):
        _cross(rows[i], others[i], compressible, two_point, seeds[i])


@compiled
def breed_rows(
    genomes: NDArray[np.int32],
    errors: NDArray[np.float64],
    options: NDArray[np.int64],
    optional: NDArray[np.bool_],
    chain: bool,
    weights: NDArray[np.float64],
    tournament: int,
    crossover: float,
    two_point: float,
    mutation: float,
    extra: float,
    seeds: NDArray[np.uint64],
) -> NDArray[np.int32]:
    """A child (n, width) for each seed (n,): two tournaments, crossover, mutation."""
    children = np.empty((len(seeds), genomes.shape[1]), dtype=np.int32)
    order = np.arange(len(errors))
    for i in range(len(seeds)):
        state = seeds[i] + _GOLDEN
        crossed = _unit(state) < crossover
        state += _GOLDEN
        mutated = not crossed or _unit(state) < mutation
        parents = 2 if crossed else 1
        for parent in range(parents):
            winner = -1
            for drawn in range(min(tournament, len(order))):
                # Without replacement: a partial shuffle of the individuals' numbers.
                state += _GOLDEN
                other = drawn + _below(state, len(order) - drawn)
                order[drawn], order[other] = order[other], order[drawn]
                if winner < 0 or errors[order[drawn]] < errors[winner]:
                    winner = order[drawn]
            if parent == 0:
                children[i] = genomes[winner]
            else:
                state = _cross(
                    children[i], genomes[winner], chain and optional[0], two_point, state
                )
        if mutated:
            _mutate(children[i], options, optional, chain, weights, extra, state)
    return children
