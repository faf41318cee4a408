"""NAS-Bench-Graph as tables: graph neural networks of four layers, on nine graph data sets.

Source: Qin, Zhang, Wang, Zhang & Zhu, *NAS-Bench-Graph*, NeurIPS 2022 (Datasets and Benchmarks).
A network is a macro structure (which earlier layer each of four layers reads) and an operation for
each layer: five choices. Networks that compute the same are measured once, under one key; every
choice is listed here with the entry of its key, as the package itself maps them. The nine networks
of skips alone were not measured and are no candidates.

The numbers are read from the package `nas-bench-graph` (extra `nas`). Its files are pickles of
numbers; they are read by an unpickler that makes nothing else. Each is the mean of the validation
scores of three training runs, which have three decimals, so the mean is a multiple of 1/3000 and is
restored exactly. The runs themselves are not shipped, so there are no standard errors. The error is
100 minus the mean validation score in percent.
"""

from __future__ import annotations

import importlib
import importlib.util
import pickle
import struct
from fractions import Fraction
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Table

STRUCTURES = (
    (0, 0, 0, 0),
    (0, 0, 0, 1),
    (0, 0, 1, 1),
    (0, 0, 1, 2),
    (0, 0, 1, 3),
    (0, 1, 1, 1),
    (0, 1, 1, 2),
    (0, 1, 2, 2),
    (0, 1, 2, 3),
)
"""The layer that each layer reads; 0 is the network's input."""

OPERATIONS = ("gat", "gcn", "gin", "cheb", "sage", "arma", "graph", "fc", "skip")
FEWER_OPERATIONS = ("gcn", "sage", "arma", "fc", "skip")
LAYERS = 4
STEPS = 1 + LAYERS

DATA_SETS = {
    "cora": OPERATIONS,
    "citeseer": OPERATIONS,
    "pubmed": OPERATIONS,
    "cs": OPERATIONS,
    "physics": OPERATIONS,
    "photo": OPERATIONS,
    "computers": OPERATIONS,
    "arxiv": OPERATIONS,
    "proteins": FEWER_OPERATIONS,
}
"""The data sets, each with the operations that were tried on it."""

_UNIT = 3000  # three runs, scores of three decimals


class _FloatType:
    """Stands for NumPy's type of 64-bit floats, the only one a file may name."""

    def __init__(self, name: str, align: bool, copy: bool) -> None:
        if name != "f8":
            raise pickle.UnpicklingError(f"numbers of type {name!r}")

    def __setstate__(self, state: tuple[object, ...]) -> None:
        if state[1] != "<":
            raise pickle.UnpicklingError(f"numbers in byte order {state[1]!r}")


def _float(kind: object, content: bytes) -> float:
    if not isinstance(kind, _FloatType):
        raise pickle.UnpicklingError("a number of unknown type")
    return float(struct.unpack("<d", content)[0])


class _NumbersUnpickler(pickle.Unpickler):
    """Reads numbers, texts, lists and dicts; refuses every other class and function."""

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("numpy.core.multiarray", "scalar"): _float,
            ("numpy", "dtype"): _FloatType,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"{module}.{name} is not plain data")
        return known[module, name]


@lru_cache(maxsize=len(DATA_SETS))
def scores(data_set: str) -> dict[int, Fraction]:
    """The mean validation score, between 0 and 1, of each network measured, by its key.

    Raises:
        ProblemError: `unknown-problem`; `no-data` where the package is missing or its file is not
            as expected.
    """
    if data_set not in DATA_SETS:
        known = ", ".join(f"nas-graph-{name}" for name in DATA_SETS)
        raise ProblemError("unknown-problem", f"unknown data set {data_set!r}; known: {known}")
    path = _package(data_set) / "light" / f"{data_set}.bench"
    try:
        with path.open("rb") as file:
            data = _NumbersUnpickler(file).load()
        return {int(key): _exact(entry["valid_perf"]) for key, entry in data.items()}
    except Exception as error:  # a damaged pickle raises whatever it likes
        message = f"{path.name} is not the table expected ({error}); reinstall nas-bench-graph"
        raise ProblemError("no-data", message, f"nas-graph-{data_set}") from None


def _package(data_set: str) -> Path:
    spec = importlib.util.find_spec("nas_bench_graph")
    if spec is None or spec.origin is None:
        message = "needs the package nas-bench-graph: pip install 'sheffer[nas]'"
        raise ProblemError("no-data", message, f"nas-graph-{data_set}")
    return Path(spec.origin).parent


def _exact(score: float) -> Fraction:
    exact = Fraction(round(score * _UNIT), _UNIT)
    if not 0 <= exact <= 1 or abs(float(exact) - score) > 1e-9:
        raise ValueError(f"{score!r} is no mean of three scores of three decimals")
    return exact


@lru_cache(maxsize=2)
def keys(operations: tuple[str, ...]) -> dict[tuple[int, ...], int]:
    """The key of the measurement for each network: structure and four operations, as numbers."""
    architecture: Any = importlib.import_module("nas_bench_graph.architecture").Arch
    found = {}
    for choice in product(range(len(STRUCTURES)), *[range(len(operations))] * LAYERS):
        names = [operations[number] for number in choice[1:]]
        found[choice] = int(architecture(list(STRUCTURES[choice[0]]), names).valid_hash())
    return found


@lru_cache(maxsize=len(DATA_SETS))
def nas_graph(data_set: str) -> Problem:
    """The table problem of one data set; length is always five: the structure and four layers.

    Raises:
        ProblemError: as `scores`; `no-data` also where a network has no entry.
    """
    measured = scores(data_set)
    operations = DATA_SETS[data_set]
    skips = (operations.index("skip"),) * LAYERS
    errors = {}
    for choice, key in keys(operations).items():
        if choice[1:] == skips:
            continue
        if key not in measured:
            message = f"{data_set}.bench has no entry {key}; reinstall nas-bench-graph"
            raise ProblemError("no-data", message, f"nas-graph-{data_set}")
        errors[choice] = 100 * (1 - measured[key])
    structures = tuple("".join(map(str, structure)) for structure in STRUCTURES)
    table = Table(
        (structures, *[operations] * LAYERS),
        errors,
        source="NAS-Bench-Graph (Qin et al. 2022), mean validation score of three runs",
    )
    return Problem(f"nas-graph-{data_set}", None, Wiring.TABLE, (), (), table, STEPS)
