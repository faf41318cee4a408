"""The searches by name, and the door for those of others.

A search is constructed as `Name(space, rng, **settings)`. Besides the names below,
`package.module:Name` finds any search that can be imported, and `path/file.py:Name` one in a file;
worker processes find them as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from solvers.python_objects import python_object
from solvers.searches.annealing import Annealing
from solvers.searches.competitive import Competitive
from solvers.searches.cooperative import Cooperative
from solvers.searches.evolution import RegularisedEvolution
from solvers.searches.gaussian_process import GaussianProcess
from solvers.searches.genetic import Genetic
from solvers.searches.local_search import LocalSearch
from solvers.searches.portfolio import portfolio
from solvers.searches.protocol import Evaluator, Search, StudyError
from solvers.searches.random_search import RandomSearch
from solvers.searches.semantic_annealing import SemanticAnnealing

SEARCHES: dict[str, Callable[..., Search]] = {
    "random": RandomSearch,
    "local-search": LocalSearch,
    "regularised-evolution": RegularisedEvolution,
    "genetic": Genetic,
    "annealing": Annealing,
    "semantic-annealing": SemanticAnnealing,
    "gaussian-process": GaussianProcess,
    "competitive": Competitive,
    "cooperative": Cooperative,
    "portfolio": portfolio,
}

DEFAULT = "portfolio"
"""The search that is compared with others where only one of ours can be: frozen beforehand."""

LEAGUE = (
    "random",
    "local-search",
    "regularised-evolution",
    "genetic",
    "annealing",
    "portfolio",
)
"""The searches that take part where none are named: those that fit every problem."""


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
    name: str, evaluator: Evaluator, rng: np.random.Generator, settings: Mapping[str, Any]
) -> Search:
    """A new search of that name with those settings, for the problem of the evaluator.

    Raises:
        StudyError: no such search, it refuses the settings, or it needs what the problem has not:
            samples to test on, or slots to compare.
    """
    factory = find_search(name)
    space = evaluator.space
    if hasattr(factory, "ask_tests"):
        if not hasattr(evaluator, "on_samples"):
            message = "tests on single samples, and a table has none; choose another search"
            raise StudyError("no-samples", message, name)
        settings = {"samples": evaluator.samples, **settings}  # type: ignore[attr-defined]
    slots = getattr(evaluator, "comparable", False)
    if factory is portfolio:
        settings = {"slots": slots, **settings}
    if hasattr(factory, "ask_comparisons") and not slots:
        message = "compares dags with one output, or chains on one sample; the problem is neither"
        raise StudyError("no-slots", f"{message}; choose another search", name)
    try:
        return factory(space, rng, **settings)
    except (TypeError, ValueError) as error:
        raise StudyError(
            "bad-setting", f"settings {dict(settings)} refused: {error}", name
        ) from error
