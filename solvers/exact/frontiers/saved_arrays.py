"""The arrays of a saved search, checked before an engine goes on from them.

Compiled code does not look where it reads: an offset beyond its array, or a parent that is no
earlier behaviour, would end the process or never end. So `check_arrays` holds the arrays against
what the engine would have written: their names, types, shapes and ranges, and what links one to
another. Whether they are true is not asked; what a search claims is counted again by a checker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


def check_arrays(engine: str, arrays: Arrays, lines: int) -> None:
    """Refuses arrays that the engine cannot go on from.

    Args:
        engine: chain, states or subsumption.
        lines: how many lines are settled.

    Raises:
        ValueError: what is wrong.
    """
    checks = {"chain": _check_chain, "states": _check_states, "subsumption": _check_subsumption}
    if engine not in checks:
        raise ValueError("no engine of that name saves searches")
    if lines < 1:
        raise ValueError("it has no line")
    checks[engine](arrays, lines)


def _array(arrays: Arrays, name: str, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """An array of a type and shape; -1 stands for any length."""
    found = arrays.get(name)
    if found is None or found.dtype != np.dtype(kind) or found.ndim != len(shape):
        raise ValueError(f"{name} is not an array of type {kind} with {len(shape)} axes")
    if any(wanted not in (-1, length) for wanted, length in zip(shape, found.shape, strict=True)):
        raise ValueError(f"{name} has the shape {found.shape}, not {shape}")
    return found


def _within(array: NDArray[Any], name: str, low: int, high: NDArray[Any] | int) -> None:
    """Every entry is at least `low` and below `high`."""
    if ((array < low) | (array >= high)).any():
        raise ValueError(f"{name} has an entry out of range")


def _check_names(arrays: Arrays, names: set[str]) -> None:
    if set(arrays) != names:
        raise ValueError("it has other arrays than its engine saves")


def _check_chain(arrays: Arrays, lines: int) -> None:
    names = {"points", "counts", "offsets", "parents", "moves", "boundary", "exact"}
    _check_names(arrays, names)
    _array(arrays, "exact", "bool", ())
    boundary = _array(arrays, "boundary", "int64", (5,))
    length, low, high, expansions, met = boundary.tolist()
    parents = _array(arrays, "parents", "int32", (-1,))
    moves = _array(arrays, "moves", "int32", (len(parents),))
    offsets = _array(arrays, "offsets", "int64", (len(parents) + 1,))
    points = _array(arrays, "points", "int32", (-1,))
    counts = _array(arrays, "counts", "int32", (len(points),))
    if length != lines or not 0 <= low < high == len(parents) or not 0 <= expansions <= length:
        raise ValueError("its boundary does not fit its arrays")
    _check_tree(parents)
    _within(moves[1:], "moves", 0, 1 << 31)
    if offsets[0] != 0 or offsets[-1] != len(points) or (np.diff(offsets) < 1).any():
        raise ValueError("its offsets do not rise from 0 to the end of its points")
    _within(points, "points", 0, met)
    _within(counts, "counts", 1, 1 << 31)
    samples = np.add.reduceat(counts.astype(np.int64), offsets[:-1])
    if (samples != samples[0]).any():
        raise ValueError("its behaviours have different numbers of samples")
    owner = np.repeat(np.arange(len(parents), dtype=np.int64), np.diff(offsets))
    if len(np.unique(owner * met + points)) < len(points):
        raise ValueError("a behaviour has a point twice")


def _check_tree(parents: NDArray[Any]) -> None:
    """The first entry is the start, and every other has one before it as its parent."""
    if not len(parents) or parents[0] != -1:
        raise ValueError("its parents do not begin with the start")
    _within(parents[1:], "parents", 0, np.arange(1, len(parents)))


def _check_states(arrays: Arrays, lines: int) -> None:
    _check_names(arrays, {"queue", "parents", "low"})
    queue = _array(arrays, "queue", "uint64", (-1,))
    _check_tree(_array(arrays, "parents", "int32", (len(queue),)))
    low = _array(arrays, "low", "int64", ())
    if not 0 <= low < len(queue):
        raise ValueError("its last layer is out of range")
    if len(np.unique(queue)) < len(queue):
        raise ValueError("it has a state twice")


def _check_subsumption(arrays: Arrays, lines: int) -> None:
    length = (len(arrays) - 1) // 2
    steps = [f"{word}{k}" for k in range(length) for word in ("parents", "moves")]
    _check_names(arrays, {"sets", *steps})
    if length >= lines:
        raise ValueError("it has more layers than lines")
    before = 1
    for k in range(length):
        parents = _array(arrays, f"parents{k}", "int32", (-1,))
        moves = _array(arrays, f"moves{k}", "int32", (len(parents),))
        _within(parents, f"parents{k}", 0, before)
        _within(moves, f"moves{k}", 0, 1 << 31)
        before = len(parents)
    sets = _array(arrays, "sets", "uint64", (before, -1))
    if not sets.size:
        raise ValueError("it has no sets")
