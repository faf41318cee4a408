"""What makes two studies the same: digests of evaluators and of the program itself.

- `describe(spec)`: all that decides the results of a study.
- `stamp(value)`: a text that is equal for equal evaluators, in every process.
- `program_digest()`: changes with the source of the searches.

Pickles would not do: equal objects can have different ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from solvers import evaluation, searches
from solvers.python_objects import is_file
from solvers.searches import StudyError
from solvers.studies.plan import StudySpec

Searches = Mapping[str, Mapping[str, Any]]
"""Settings by search."""


def describe(spec: StudySpec) -> dict[str, Any]:
    """Everything that decides the results of a study, as JSON data.

    The source of the searches and the version of NumPy (its generators may change with it) are
    part of it, so that no file mixes the results of two programs.

    Raises:
        StudyError: a setting of a search cannot be written as JSON.
    """
    problems = [
        {
            "name": problem.name,
            "family": problem.family,
            "evaluator": stamp(problem.make),
            "optimum": None if problem.optimum is None else float(problem.optimum),
            "optimum_text": problem.optimum_text,
            "evidence": problem.evidence,
            "targets": {name: float(error) for name, error in problem.targets.items()},
            "cap": int(problem.cap),
            "data": problem.data,
        }
        for problem in spec.benchmarks
    ]
    return {
        "name": spec.name,
        "seed": spec.seed,
        "repetitions": spec.repetitions,
        "batch": spec.batch,
        "problems": problems,
        "contrasts": [list(pair) for pair in spec.contrasts],
        "count_behaviours": spec.count_behaviours,
        **describe_searches(spec.searches),
    }


def describe_searches(searches: Searches) -> dict[str, Any]:
    """The part of a description that says what runs: searches, settings and their program.

    Raises:
        StudyError: a setting of a search cannot be written as JSON.
    """
    description: dict[str, Any] = {
        "searches": [[label, dict(settings)] for label, settings in searches.items()],
        "program": program_digest(),
        "numpy": np.__version__,
    }
    files = _files(searches)
    if files:
        description["files"] = files
    try:
        json.dumps(description)
    except (TypeError, ValueError) as error:
        raise StudyError("bad-setting", f"settings must be JSON data: {error}") from error
    return description


def _files(searches: Searches) -> dict[str, str]:
    """Digests of the Python files that searches are named in."""
    digests = {}
    for label, settings in searches.items():
        place = str(settings.get("search", label)).rpartition(":")[0]
        if is_file(place) and Path(place).is_file():
            digests[place] = hashlib.sha256(Path(place).read_bytes()).hexdigest()
    return digests


def stamp(value: object) -> str:
    """A text that tells evaluators apart: functions by name, data by value, the rest by type."""
    if isinstance(value, partial):
        return f"{stamp(value.func)}({stamp(value.args)}, {stamp(value.keywords)})"
    if value is None or isinstance(value, str | bytes | int | float | Path):
        return repr(value)
    if isinstance(value, np.ndarray):
        digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return f"array({value.dtype}, {value.shape}, {digest})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{stamp(key)}: {stamp(item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple | list):
        return f"({', '.join(map(stamp, value))})"
    kind = value if hasattr(value, "__qualname__") else type(value)
    name = f"{kind.__module__}:{getattr(kind, '__qualname__', '')}"
    if is_dataclass(value) and not isinstance(value, type):
        return f"{name}({', '.join(stamp(getattr(value, f.name)) for f in fields(value))})"
    return name


def program_digest() -> str:
    """A digest of the source of the searches, of the loop that runs them, and of what evaluates."""
    digest = hashlib.sha256()
    for room in (searches, evaluation):
        for path in sorted(Path(room.__file__ or "").parent.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
