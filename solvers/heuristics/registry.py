"""The searches by name, and the door for those of others.

A search is constructed as `Name(space, rng, **settings)`. Besides the names below,
`package.module:Name` finds any search that can be imported, and `path/file.py:Name` one in a file;
worker processes find them as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from solvers.heuristics.evolution import RegularisedEvolution
from solvers.heuristics.genetic import Genetic
from solvers.heuristics.local_search import LocalSearch
from solvers.heuristics.protocol import Search, StudyError
from solvers.heuristics.random_search import RandomSearch
from solvers.heuristics.space import Space
from solvers.python_objects import python_object

SEARCHES: dict[str, Callable[..., Search]] = {
    "random": RandomSearch,
    "local-search": LocalSearch,
    "regularised-evolution": RegularisedEvolution,
    "genetic": Genetic,
}


def find_search(name: str) -> Callable[..., Search]:
    """The factory of that name.

    Raises:
        StudyError: there is none.
    """
    if name in SEARCHES:
        return SEARCHES[name]
    if ":" in name:
        try:
            factory = python_object(name)
        except ImportError as error:
            raise StudyError("unknown-search", f"cannot be loaded: {error}", name) from error
        if not callable(factory):
            message = f"is a {type(factory).__name__}; a search is made by a class or a function"
            raise StudyError("unknown-search", message, name)
        return cast(Callable[..., Search], factory)
    raise StudyError(
        "unknown-search",
        f"no search of this name; choose one of {', '.join(SEARCHES)}, or give file.py:Name or "
        "package.module:Name",
        name,
    )


def make_search(
    name: str, space: Space, rng: np.random.Generator, settings: Mapping[str, Any]
) -> Search:
    """A new search of that name with those settings.

    Raises:
        StudyError: no such search, or it refuses the settings.
    """
    factory = find_search(name)
    try:
        return factory(space, rng, **settings)
    except (TypeError, ValueError) as error:
        raise StudyError(
            "bad-setting", f"settings {dict(settings)} refused: {error}", name
        ) from error
