"""The searches by name, and the door for those of others.

A search is constructed as `Name(space, rng, **settings)`. Besides the names below,
`package.module:Name` finds any search that can be imported; worker processes find it as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np

from solvers.heuristics.evolution import RegularisedEvolution
from solvers.heuristics.genetic import Genetic
from solvers.heuristics.local_search import LocalSearch
from solvers.heuristics.protocol import Search, StudyError
from solvers.heuristics.random_search import RandomSearch
from solvers.heuristics.space import Space

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
    module, _, attribute = name.partition(":")
    if attribute:
        try:
            factory: Callable[..., Search] = getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise StudyError("unknown-search", f"cannot import it ({error})", name) from error
        return factory
    raise StudyError(
        "unknown-search",
        f"no search of this name; choose one of {', '.join(SEARCHES)} or give package.module:Name",
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
