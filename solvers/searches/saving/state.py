"""What a search declares to be its state, taken out of it, and checked on its way back.

A search that can be continued names the attributes that change. Everything else (settings, and what
is computed from them) is in a new search already, which is also the measure of what may come back:
a whole number where a new search has one, an array of the same type whose rows are as wide, a part
where it has a part. What else must hold, such as two arrays of equal length, the search requires
itself: a file may hold anything, and compiled loops do not look at their bounds.

- `state_of(owner, names)`, `set_state(owner, names, state)`: for the methods `state`, `restore`.
- `member`, `mapping`, `listed`, `whole`, `real`, `array`: one value, checked.
- `numbers_below`, `are_genomes`, `are_errors`: conditions.
- `require(...)`: raises ValueError unless all conditions hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.saving.plain_data import Data, State

MOST = 2**62
"""Greatest whole number of a state: there is room for arithmetic in 64 bits."""


def state_of(owner: object, names: Iterable[str]) -> dict[str, Data]:
    """The attributes of these names; of a part, its state."""
    values = {name: getattr(owner, name) for name in names}
    return {name: v.state() if hasattr(v, "state") else v for name, v in values.items()}


def set_state(owner: object, names: Iterable[str], state: State) -> None:
    """Set the attributes of a new search to what `state_of` gave.

    Raises:
        ValueError: a value is missing, or cannot stand where the new one stands.
    """
    for name in names:
        new: Any = getattr(owner, name)
        value = member(state, name)
        if hasattr(new, "restore"):
            new.restore(mapping(value))
        elif isinstance(new, np.ndarray):
            setattr(owner, name, array(value, new.dtype, None, *new.shape[1:]))
        elif isinstance(new, bool):
            require(isinstance(value, bool))
            setattr(owner, name, value)
        elif isinstance(new, int):
            setattr(owner, name, whole(value))
        else:
            setattr(owner, name, real(value))


def require(*conditions: object) -> None:
    """Refuse a state unless all conditions hold.

    Raises:
        ValueError: one does not.
    """
    if not all(conditions):
        raise ValueError("its values do not fit the search")


def member(state: State, name: str) -> Data:
    """The value of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in state:
        raise ValueError(f"it has no {name}")
    return state[name]


def mapping(value: Data) -> State:
    """A mapping, such as the state of a part.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, dict):
        raise ValueError("it lacks the state of a part")
    return value


def listed(value: Data) -> list[Data]:
    """A list.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, list):
        raise ValueError("a list is none")
    return value


def whole(value: Data, most: int = MOST, least: int = 0) -> int:
    """A whole number in `least` .. `most`.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError("a whole number is none, or out of its range")
    return value


def real(value: Data) -> float:
    """A number, infinity allowed.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, float) or math.isnan(value):
        raise ValueError("a number is none")
    return value


def array(value: Data, dtype: Any, *shape: int | None) -> NDArray[Any]:
    """An array of this type and shape; None stands for any length.

    Raises:
        ValueError: it is none, or of another type or shape.
    """
    if not isinstance(value, np.ndarray) or value.dtype != dtype or value.ndim != len(shape):
        raise ValueError("an array is of another type")
    if any(n not in (None, m) for n, m in zip(shape, value.shape, strict=True)):
        raise ValueError("an array is of another shape")
    return value


def numbers_below(bound: int, numbers: NDArray[np.int64], *, distinct: bool = False) -> bool:
    """Whether all numbers lie in 0 .. bound - 1, and none comes twice if they are distinct."""
    if not len(numbers):
        return True
    inside = bool(numbers.min() >= 0 and numbers.max() < bound)
    return inside and not (distinct and len(np.unique(numbers)) < len(numbers))


def are_genomes(space: Space, rows: NDArray[np.int32]) -> bool:
    """Whether all rows (n, width) are canonical genomes of the space."""
    return bool(space.contains(rows).all() and np.array_equal(space.canonical(rows), rows))


def are_errors(errors: NDArray[np.float64]) -> bool:
    """Whether no error is NaN; infinity is one."""
    return not bool(np.isnan(errors).any())
