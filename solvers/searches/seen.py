"""An exact set of genomes in compiled code: what a run or a search has met before.

Each genome is packed into a few machine words, its genes side by side. The packed rows stand in the
order in which they came; an open-addressing table of their numbers finds them by hash. Rows are
compared whole, so two genomes are never confused. Some 50 ns a genome where a Python set of byte
strings takes half a microsecond and four times the memory.

- `Seen.add(genomes)`: which rows are new; they are members from then on.
- `Seen.has(genomes)`: which rows are members.
- `insert`: the compiled step, for loops that are compiled themselves; it also numbers the members.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.evaluation.space import Space
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import array, member, require

Words = NDArray[np.uint64]
Table = NDArray[np.int32]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)
_START = 64
_PROBES = 64  # most places of a table made from a file that are looked at, for each member


class Seen:
    """A set of canonical genomes of one space.

    Attributes:
        space: the space.
        count: how many there are.
        rows: packed genomes (capacity, words); the first `count` are the members, in the order
            in which they came.
        table: numbers of rows (2**k,), -1 where free; at most half of it is used.
        bits: bits of a packed gene.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.bits = max(1, int(space.options.max()).bit_length())  # of 0 .. options: gene + 1
        per_word = 64 // self.bits
        self.count = 0
        self.rows: Words = np.zeros((_START, -(-space.width // per_word)), dtype=np.uint64)
        self.table: Table = np.full(2 * _START, -1, dtype=np.int32)

    def __len__(self) -> int:
        return self.count

    def state(self) -> State:
        """The members; the table is made again from them."""
        return {"rows": self.rows[: self.count]}

    def restore(self, state: State) -> None:
        """Have the members of a set of the same space, in the same order.

        Raises:
            ValueError: a member is no genome of the space or comes twice, or they are chosen to
                collide in the table.
        """
        members = array(member(state, "rows"), np.uint64, None, self.rows.shape[1])
        require(self._are_packed(members))
        self.count = len(members)
        require(self._resize(members, most_probes=_PROBES * (len(members) + 1)))

    def _are_packed(self, rows: Words) -> bool:
        """Whether all rows are packed genomes of the space."""
        per_word = 64 // self.bits
        mask = np.uint64(2**self.bits - 1)
        width = self.space.width
        for first in range(0, width, per_word):
            rest = rows[:, first // per_word].copy()
            for gene in range(min(first + per_word, width) - 1, first - 1, -1):
                value = rest & mask
                least = 0 if self.space.optional[gene] else 1
                if ((value < least) | (value > np.uint64(self.space.options[gene]))).any():
                    return False
                rest >>= np.uint64(self.bits)
            if rest.any():
                return False
        return True

    def reserve(self, more: int) -> None:
        """Make room for so many more members."""
        if self.count + more >= len(self.rows):  # one row is scratch
            self._resize(self.rows[: self.count], more)

    def _resize(self, members: Words, more: int = 0, most_probes: int = 2**62) -> bool:
        """Make room, and the table again; whether all members are different and easily found."""
        capacity = len(self.rows)
        while capacity <= self.count + more:
            capacity *= 2
        rows = np.zeros((capacity, members.shape[1]), dtype=np.uint64)
        rows[: self.count] = members
        self.rows = rows
        self.table = np.full(2 * capacity, -1, dtype=np.int32)
        return bool(_rebuild(self.rows, self.count, self.table, most_probes))

    def add(self, genomes: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Mark which genomes (n, width) are new (n,), the first of equals only; add them."""
        self.reserve(len(genomes))
        new = np.zeros(len(genomes), dtype=np.bool_)
        self.count = _add(
            np.ascontiguousarray(genomes, dtype=np.int32),
            self.bits,
            self.rows,
            self.table,
            self.count,
            new,
        )
        return new

    def has(self, genomes: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which genomes (n, width) are members, (n,)."""
        found = np.zeros(len(genomes), dtype=np.bool_)
        rows = np.ascontiguousarray(genomes, dtype=np.int32)
        _has(rows, self.bits, self.rows, self.table, self.count, found)
        return found


@compiled
def _pack(genome: NDArray[np.int32], bits: int, row: Words) -> None:
    per_word = 64 // bits
    word, used = 0, 0
    packed = np.uint64(0)
    for gene in range(len(genome)):
        packed = (packed << np.uint64(bits)) | np.uint64(genome[gene] + 1)
        used += 1
        if used == per_word:
            row[word] = packed
            word += 1
            used = 0
            packed = np.uint64(0)
    if used > 0:
        row[word] = packed


@compiled
def _hash(rows: Words, number: int) -> np.uint64:
    h = np.uint64(0)
    for word in range(rows.shape[1]):
        h = (h ^ rows[number, word]) * _MULTIPLIER
        h ^= h >> _SHIFT
    return h


@compiled
def _find(rows: Words, number: int, table: Table) -> int:
    """The place in the table of the row equal to row `number`, or the free place for it."""
    mask = np.uint64(len(table) - 1)
    place = _hash(rows, number) & mask
    while table[place] >= 0:
        other = table[place]
        equal = True
        for word in range(rows.shape[1]):
            if rows[other, word] != rows[number, word]:
                equal = False
                break
        if equal:
            return int(place)
        place = (place + np.uint64(1)) & mask
    return int(place)


@compiled
def insert(genome: NDArray[np.int32], bits: int, rows: Words, table: Table, count: int) -> int:
    """The number of the row of one genome (width,); `count` where it was not there and is now.

    The caller has reserved room and counts.
    """
    _pack(genome, bits, rows[count])
    place = _find(rows, count, table)
    if table[place] < 0:
        table[place] = count
    return int(table[place])


@compiled
def _add(
    genomes: NDArray[np.int32],
    bits: int,
    rows: Words,
    table: Table,
    count: int,
    new: NDArray[np.bool_],
) -> int:
    # First all look-ups of the table, which do not depend on each other, so that the processor can
    # wait for many of them at a time; then the insertions, which do.
    first = count
    mask = np.uint64(len(table) - 1)
    touched = 0
    for i in range(len(genomes)):
        _pack(genomes[i], bits, rows[first + i])
        touched ^= table[_hash(rows, first + i) & mask]
    for i in range(len(genomes)):
        rows[count] = rows[first + i]
        place = _find(rows, count, table)
        if table[place] < 0:
            table[place] = count
            new[i] = True
            count += 1
    return count if touched != 2**40 else -1  # never -1: keeps the look-ups from being removed


@compiled
def _has(
    genomes: NDArray[np.int32],
    bits: int,
    rows: Words,
    table: Table,
    count: int,
    found: NDArray[np.bool_],
) -> None:
    for i in range(len(genomes)):
        _pack(genomes[i], bits, rows[count])
        found[i] = table[_find(rows, count, table)] >= 0


@compiled
def _rebuild(rows: Words, count: int, table: Table, most_probes: int) -> bool:
    """Enter all members; False where one is there already, or they collide too often.

    Members that a search has met lie in the table as if at random; those of a forged checkpoint
    may all have one hash, and to enter n of them would take n**2 steps.
    """
    mask = np.uint64(len(table) - 1)
    left = most_probes
    for number in range(count):
        place = _hash(rows, number) & mask
        while table[place] >= 0:
            left -= 1
            other = table[place]
            equal = True
            for word in range(rows.shape[1]):
                equal &= rows[other, word] == rows[number, word]
            if equal or left < 0:
                return False
            place = (place + np.uint64(1)) & mask
        table[place] = number
    return True
