"""One run of any search, ours or a rival's, on one problem; evaluations and CPU seconds.

Ours go through `solvers.searches.run`, which also counts distinct genomes. Rivals go through the
shortest loop that counts evaluations, so nothing of this package slows them but the evaluator.
"""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.searches import OPTIMUM, SEARCHES, Evaluator, run

RIVALS = {
    "deap": ("deap_search", "DeapSearch"),
    "pymoo": ("pymoo_search", "PymooSearch"),
    "pygad": ("pygad_search", ""),
    "optuna": ("optuna_search", "OptunaSearch"),
    "nevergrad": ("nevergrad_search", "NevergradSearch"),
    "aging-evolution": ("aging_evolution", "AgingEvolution"),
    "hill-climbing": ("hill_climbing", "HillClimbing"),
}
"""Module and class of each rival; PyGAD's module has functions."""

MOST = 1000
"""Most genomes a rival is asked for at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run: evaluations until the target was reached, or all; whether it was; CPU seconds.

    `comparisons` are the dags that one of ours compared without an error.
    """

    evaluations: int
    reached: bool
    best: float
    cpu_s: float
    comparisons: int = 0


def rival(name: str) -> Any:
    """The class of a rival, for PyGAD its module.

    Raises:
        ImportError: its library is not installed.
    """
    module, attribute = RIVALS[name]
    loaded = import_module(f"benchmarks.rivals.{module}")
    return getattr(loaded, attribute) if attribute else loaded


def settings_space(name: str) -> Mapping[str, Any]:
    """The values over which a rival's settings are tuned."""
    return rival(name).SETTINGS  # type: ignore[no-any-return]


def defaults(name: str) -> dict[str, Any]:
    """The defaults of one of our searches; none for a rival, which is given its settings whole."""
    if name not in SEARCHES:
        return {}
    parameters = inspect.signature(SEARCHES[name]).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def play(
    name: str,
    evaluator: Evaluator,
    target: float,
    cap: int,
    seed: tuple[int, ...],
    settings: Mapping[str, Any],
) -> Outcome:
    """One run until the error `target` or `cap` evaluations.

    Raises:
        ImportError: the rival's library is not installed.
    """
    if name in SEARCHES:
        start = time.process_time()
        entropy = np.random.SeedSequence(seed)
        found = run(evaluator, name, settings, entropy, cap, {OPTIMUM: target})
        took = time.process_time() - start
        hit = found.hits[OPTIMUM]
        spent = hit or found.evaluations
        return Outcome(spent, hit is not None, found.best_error, took, found.comparisons)
    counter = Counter(evaluator, target, cap)
    made = rival(name)
    start = time.process_time()
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    if name == "pygad":
        made.search(evaluator.space, int(rng.integers(2**31)), counter, **settings)
    else:
        more = {"budget": cap} if name == "nevergrad" else {}
        search = made(evaluator.space, rng, **settings, **more)
        while not counter.over:
            genomes = search.ask(min(MOST, cap - counter.count))
            if len(genomes) == 0:
                break
            search.tell(genomes, counter(genomes))
    took = time.process_time() - start
    return Outcome(counter.hit or counter.count, counter.hit > 0, counter.best, took)


class Counter:
    """Evaluates and counts; `hit` is the evaluation that reached the target, 0 if none did."""

    def __init__(self, evaluator: Evaluator, target: float, cap: int) -> None:
        self.evaluator, self.target, self.cap = evaluator, target, cap
        self.count = self.hit = 0
        self.best = math.inf

    @property
    def over(self) -> bool:
        """Whether the run ends."""
        return self.hit > 0 or self.count >= self.cap

    def __call__(self, genomes: NDArray[np.int32]) -> NDArray[np.float64]:
        """The errors, counted; infinite for what lies beyond the end of the run."""
        errors = np.full(len(genomes), np.inf)
        counted = 0 if self.over else min(len(genomes), self.cap - self.count)
        if counted:
            errors[:counted] = self.evaluator(genomes[:counted])
            least = float(errors.min())
            if least <= self.target:
                self.hit = self.count + int((errors <= self.target).argmax()) + 1
            self.best = min(self.best, least)
            self.count += counted
        return errors
