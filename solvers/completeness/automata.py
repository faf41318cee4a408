"""Runs a cellular automaton that a set's sequence makes, next to the automaton itself.

The sequence found for the local rule is evaluated exactly at every cell of a ring (or a torus), and
each generation is compared with the rule computed from its own definition.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from itertools import product

from theory.kernel.errors import MachineError
from theory.kernel.language.sorts import Value, coerce
from theory.kernel.machines.simulations import Simulation

Grid = dict[tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class CellsRun:
    """How many generations of how many cells were compared, and whether all agreed."""

    generations: int
    cells: int
    agreed: bool


def run_cells(
    simulation: Simulation, *, generations: int = 1000, side: int = 64, seed: int = 0
) -> CellsRun:
    """Random cells on a ring or torus for some generations.

    Raises:
        MachineError: `no-cells` where the simulation is of no automaton.
    """
    dimension = simulation.model.cells
    if not dimension or simulation.components.cells is None:
        raise MachineError("no-cells", f"{simulation.model.title} has no cells")
    sort = simulation.model.operations[0].cases[0].after[0].sort
    codes = [coerce(sort, bit) for bit in (0, 1)]
    offsets = simulation.components.cells.offsets
    sequence = simulation.operations["rule"]

    @cache
    def local(around: tuple[int, ...]) -> int:
        values: tuple[Value, ...] = tuple(codes[bit] for bit in around)
        result = sequence.evaluate(values)
        return codes.index(result[0]) if result is not None and result[0] in codes else -1

    rng = random.Random(seed)
    grid: Grid = {p: rng.randrange(2) for p in product(range(side), repeat=dimension)}
    for generation in range(generations):
        expected = _next(grid, side, dimension)
        grid = {
            p: local(
                tuple(
                    grid[tuple((x + d) % side for x, d in zip(p, o, strict=True))] for o in offsets
                )
            )
            for p in grid
        }
        if grid != expected:
            return CellsRun(generation + 1, len(grid), False)
    return CellsRun(generations, len(grid), True)


def _next(grid: Grid, side: int, dimension: int) -> Grid:
    """Rule 110, or Life, from their own definitions."""
    if dimension == 1:
        return {
            (x,): int(
                (grid[x,], grid[(x + 1) % side,]) in ((0, 1), (1, 0))
                or (grid[x,] == 1 and grid[(x - 1) % side,] == 0)
            )
            for x in range(side)
        }
    result: Grid = {}
    for (x, y), alive in grid.items():
        count = -alive
        for dx, dy in product((-1, 0, 1), repeat=2):
            count += grid[(x + dx) % side, (y + dy) % side]
        result[x, y] = int(count == 3 or (count == 2 and alive == 1))
    return result
