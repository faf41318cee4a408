"""The space of genomes a search moves in.

A genome is an int32 row of fixed width. Gene j is one of the options 0 .. options[j] - 1, or -1, a
no-op, where `optional[j]`. In a *chain* the genes are the steps of one sequence, so genomes that
differ only in where their no-ops stand are the same sequence; the *canonical* one has them at the
end, and "at most k steps" is width k.

- `Space`: the definition; `canonical`, `size`, `rank`, `unrank`, `sample` are about its elements;
  `keys` are hashable identities, by which repeats are recognised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

RANKABLE = 2**62
"""Greatest size whose elements can be numbered by int64 indices with room for the arithmetic."""


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Genomes (n, width), int32: gene j is -1 (only where `optional[j]`) or 0 .. `options[j]`-1.

    Attributes:
        options: number of options of each gene (width,), at least 1.
        optional: whether the gene may be a no-op (width,).
        chain: the genes are steps of one sequence, all with the same options; a genome is
            equal to any other that differs only in the places of its no-ops.

    Raises:
        ValueError: no gene, shapes that differ, a gene without options, or a chain whose genes
            differ.
    """

    options: NDArray[np.int64]
    optional: NDArray[np.bool_]
    chain: bool = False

    def __post_init__(self) -> None:
        options = np.asarray(self.options, dtype=np.int64)
        optional = np.asarray(self.optional, dtype=np.bool_)
        if options.ndim != 1 or options.shape != optional.shape or options.size == 0:
            raise ValueError("options and optional must be two vectors of the same length >= 1")
        if options.min() < 1 or options.max() > np.iinfo(np.int32).max:
            raise ValueError("every gene needs between 1 and 2**31 - 1 options")
        if self.chain and (np.ptp(options) > 0 or (optional.any() and not optional.all())):
            raise ValueError("the genes of a chain must all be alike")
        options.flags.writeable = optional.flags.writeable = False
        object.__setattr__(self, "options", options)
        object.__setattr__(self, "optional", optional)

    @property
    def width(self) -> int:
        """Number of genes."""
        return len(self.options)

    @property
    def compressible(self) -> bool:
        """Whether different genomes can be the same sequence: a chain with no-ops."""
        return self.chain and bool(self.optional[0])

    def canonical(self, genomes: NDArray[np.int32]) -> NDArray[np.int32]:
        """The canonical genome of each row (n, width): in a chain, no-ops moved to the end."""
        if not self.compressible:
            return genomes
        empty = genomes < 0
        if not (empty[:, :-1] & ~empty[:, 1:]).any():
            return genomes
        order = np.argsort(empty, axis=1, kind="stable")
        return np.take_along_axis(genomes, order, axis=1)

    def contains(self, genomes: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which rows (n,) are genomes of this space, canonical or not."""
        least = -self.optional.astype(np.int64)
        return cast(NDArray[np.bool_], ((genomes >= least) & (genomes < self.options)).all(axis=1))

    def size(self) -> int:
        """Number of canonical genomes, exactly."""
        if self.compressible:
            return sum(int(self.options[0]) ** length for length in range(self.width + 1))
        return _product([int(o) + int(e) for o, e in zip(self.options, self.optional, strict=True)])

    def unrank(self, indices: NDArray[np.int64]) -> NDArray[np.int32]:
        """The canonical genomes (n, width) numbered by indices (n,) in 0 .. size() - 1.

        A bijection; the sequences of a chain come shortest first, each length in lexicographic
        order.

        Raises:
            ValueError: the space is too large to be numbered, or an index lies outside it.
        """
        indices = np.asarray(indices, dtype=np.int64)
        size = self.size()
        if size > RANKABLE:
            raise ValueError(f"a space of {size} genomes cannot be numbered in 64 bits")
        if indices.size and (indices.min() < 0 or indices.max() >= size):
            raise ValueError(f"indices must lie in 0 .. {size - 1}")
        genomes = np.full((len(indices), self.width), -1, dtype=np.int32)
        if self.compressible:
            starts = _chain_starts(int(self.options[0]), self.width)
            lengths = np.searchsorted(starts, indices, side="right") - 1
            rest = indices - starts[lengths]
            for gene in range(self.width - 1, -1, -1):
                rows = lengths > gene
                rest[rows], digit = np.divmod(rest[rows], self.options[0])
                genomes[rows, gene] = digit
        else:
            rest = indices.copy()
            for gene in range(self.width - 1, -1, -1):
                blank = int(self.optional[gene])
                rest, digit = np.divmod(rest, self.options[gene] + blank)
                genomes[:, gene] = digit - blank
        return genomes

    def rank(self, genomes: NDArray[np.int32]) -> NDArray[np.int64]:
        """The numbers (n,) of genomes (n, width): the inverse of `unrank`, after `canonical`.

        Raises:
            ValueError: the space is too large to be numbered.
        """
        if self.size() > RANKABLE:
            raise ValueError(f"a space of {self.size()} genomes cannot be numbered in 64 bits")
        genomes = self.canonical(genomes)
        indices = np.zeros(len(genomes), dtype=np.int64)
        if self.compressible:
            filled = genomes >= 0
            for gene in range(self.width):
                more = indices * self.options[0] + genomes[:, gene]
                indices = np.where(filled[:, gene], more, indices)
            indices += _chain_starts(int(self.options[0]), self.width)[filled.sum(axis=1)]
            return indices
        for gene in range(self.width):
            blank = int(self.optional[gene])
            indices = indices * (self.options[gene] + blank) + (genomes[:, gene] + blank)
        return indices

    def sample(self, rng: np.random.Generator, n: int) -> NDArray[np.int32]:
        """Genomes (n, width) drawn independently and uniformly from the canonical ones.

        A chain first draws the length, with probability options**length / size (exact up to the
        rounding of a float), so nearly all its samples are long, as nearly all sequences are.
        """
        least = -self.optional.astype(np.int32)
        if not self.compressible:
            return rng.integers(least, self.options, (n, self.width), dtype=np.int32)
        genomes = rng.integers(0, self.options[0], (n, self.width), dtype=np.int32)
        base, size = int(self.options[0]), self.size()
        shares = np.array([base**length / size for length in range(self.width + 1)])
        lengths = np.searchsorted(np.cumsum(shares), rng.random(n), side="right")
        genomes[np.arange(self.width) >= np.minimum(lengths, self.width)[:, None]] = -1
        return genomes

    @property
    def code(self) -> str:
        """Type code (of `array` and NumPy) of the smallest integers that hold every gene."""
        greatest = int(self.options.max()) - 1
        return "b" if greatest < 2**7 else "h" if greatest < 2**15 else "i"

    def keys(self, genomes: NDArray[np.int32]) -> list[bytes]:
        """One key for each canonical genome (n, width), equal exactly where genomes are.

        The bytes of `array(self.code, genome)`; small, as a run remembers all it has seen.
        """
        rows = np.ascontiguousarray(genomes, dtype=self.code)
        whole = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize)))
        return cast(list[bytes], whole.ravel().tolist())


def _chain_starts(base: int, width: int) -> NDArray[np.int64]:
    """The number of the first sequence of each length 0 .. width (the shorter ones before it)."""
    counts = np.array([base**length for length in range(width)], dtype=np.int64)
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


def _product(factors: Sequence[int]) -> int:
    result = 1
    for factor in factors:
        result *= factor
    return result
