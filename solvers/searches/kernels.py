"""The compiled inner loops of variation: one genome at a time, in place, by Numba.

A row of genes is changed by plain loops, which costs a tenth of a microsecond where array code for
many rows costs several. Random numbers are those of `solvers.searches.random_streams`.

- `mutate`: one genome. `mutate_rows`, `cross_rows`, `breed_rows`: what `Variation` calls.

`lengths` are numbers of steps: in a chain with no-ops a row is `length` steps, then -1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.searches.random_streams import GOLDEN, below, unit
from solvers.searches.seen import Table, Words, insert

Row = NDArray[np.int32]

POINT, INSERT, DELETE, SWAP, MOVE = range(5)


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
    state += GOLDEN
    u = unit(state) * (point + insert + delete + swap + move)
    # The kinds with chance 0 are excluded explicitly: u may be rounded up to the end of its range.
    if swap + move > 0.0 and u >= point + insert + delete:
        state += GOLDEN
        first = below(state, length)
        state += GOLDEN
        second = below(state, length - 1)
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
        state += GOLDEN
        u = unit(state) * (point + insert + delete)
    if point > 0.0 and (u < point or insert + delete == 0.0):
        state += GOLDEN
        place = below(state, length)
        state += GOLDEN
        value = below(state, base - 1)
        row[place] = value + 1 if value >= row[place] else value
    elif insert > 0.0 and (u < point + insert or delete == 0.0):
        state += GOLDEN
        place = below(state, length + 1)
        state += GOLDEN
        _move(row, width - 1, place)
        row[place] = below(state, base)
    else:
        state += GOLDEN
        place = below(state, length)
        row[place] = -1
        _move(row, place, length - 1)
    return state


@compiled
def _mutate_gene(
    row: Row, options: NDArray[np.int64], optional: NDArray[np.bool_], state: np.uint64
) -> np.uint64:
    """Another value for one of the genes that have one; returns the advanced state."""
    while True:
        state += GOLDEN
        gene = below(state, len(row))
        least = -1 if optional[gene] else 0
        others = options[gene] - least - 1
        if others > 0:
            state += GOLDEN
            value = least + below(state, others)
            row[gene] = value + 1 if value >= row[gene] else value
            return state


@compiled
def mutate(
    row: Row,
    options: NDArray[np.int64],
    optional: NDArray[np.bool_],
    chain: bool,
    weights: NDArray[np.float64],
    extra: float,
    before: Row,
    state: np.uint64,
) -> np.uint64:
    """One mutation, another with probability `extra`, and so on; never back to the start.

    `before` is scratch of the same shape.
    """
    before[:] = row
    changed = False
    again = True
    while again or not changed:
        if chain:
            state = _mutate_chain(row, options[0], optional[0], weights, state)
        else:
            state = _mutate_gene(row, options, optional, state)
        state += GOLDEN
        again = unit(state) < extra
        changed = False
        for place in range(len(row)):
            if row[place] != before[place]:
                changed = True
    return state


@compiled
def _cross(
    row: Row, other: Row, compressible: bool, two_point: float, shifted: float, state: np.uint64
) -> np.uint64:
    """Replace one run of genes of `row` by that of `other`; returns the advanced state.

    With probability `shifted`, in a chain with no-ops, the tail of `row` is replaced by a tail of
    `other` that begins elsewhere, cut at the bound.
    """
    width = len(row)
    state += GOLDEN
    if compressible and unit(state) < shifted:
        state += GOLDEN
        start = below(state, _length(row, True) + 1)
        state += GOLDEN
        source = below(state, _length(other, True) + 1)
        for place in range(start, width):
            row[place] = other[source] if source < width else np.int32(-1)
            source += 1
        return state
    state += GOLDEN
    start, end = below(state, width + 1), width
    state += GOLDEN
    if unit(state) < two_point:
        state += GOLDEN
        end = below(state, width + 1)
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
    before = np.empty(rows.shape[1], dtype=np.int32)
    for i in range(len(rows)):
        mutate(rows[i], options, optional, chain, weights, extra, before, seeds[i])


@compiled
def cross_rows(
    rows: NDArray[np.int32],
    others: NDArray[np.int32],
    compressible: bool,
    two_point: float,
    shifted: float,
    seeds: NDArray[np.uint64],
) -> None:
    """Cross every row (n, width) in place with the same row of `others`."""
    for i in range(len(rows)):
        _cross(rows[i], others[i], compressible, two_point, shifted, seeds[i])


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
    shifted: float,
    mutation: float,
    extra: float,
    n: int,
    state: np.uint64,
    bits: int,
    rows: Words,
    table: Table,
    count: int,
    retries: int,
    keep: bool,
) -> tuple[NDArray[np.int32], int, int]:
    """Children of two tournaments, crossover and mutation, each checked against what was seen.

    A child that is a member of the set (bits, rows, table, count; see `solvers.searches.seen`)
    is made anew up to `retries` times, then kept or left out.

    Returns:
        children (n, width), how many of them there are, and the new count of the set.
    """
    children = np.empty((n, genomes.shape[1]), dtype=np.int32)
    order = np.arange(len(errors))
    before = np.empty(genomes.shape[1], dtype=np.int32)
    made = 0
    for _ in range(n):
        child = children[made]
        for attempt in range(retries + 1):
            state += GOLDEN
            crossed = unit(state) < crossover
            mutated = not crossed
            if crossed:
                state += GOLDEN
                mutated = unit(state) < mutation
            for parent in range(2 if crossed else 1):
                winner = -1
                for drawn in range(min(tournament, len(order))):
                    # Without replacement: a partial shuffle of the individuals' numbers.
                    state += GOLDEN
                    other = drawn + below(state, len(order) - drawn)
                    order[drawn], order[other] = order[other], order[drawn]
                    if winner < 0 or errors[order[drawn]] < errors[winner]:
                        winner = order[drawn]
                if parent == 0:
                    child[:] = genomes[winner]
                else:
                    compressible = chain and optional[0]
                    state = _cross(child, genomes[winner], compressible, two_point, shifted, state)
            if mutated:
                state = mutate(child, options, optional, chain, weights, extra, before, state)
            new = insert(child, bits, rows, table, count) == count
            count += int(new)
            if new or (keep and attempt == retries):
                made += 1
                break
    return children, made, count
