"""What the engines measure about the theorems of `theory.theorems`: an experiment a theorem.

| module | measures |
|---|---|
| `no_universal_method` | exact optima of constructed targets; halting of the five-state champion |
| `exact_procedure` | the engines against trying every sequence, on all targets of small sets |
| `intractability` | how exact work grows in length and number of components |
| `genetic_search` | simulated genetic algorithms against the exact chains |
| `neural_equivalence` | machines compiled into neurons, exact and in floating point |

Each has `CLAIMS`, tested like a theorem's, and `draw(path)`. `run(name)` tests them.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from solvers.drawing.figures import picture_path
from theory.theorems import Report, find, run_claims


def run(name: str, plot: Path | None = None) -> Report:
    """The experiment that belongs to a theorem; `plot` is where its picture goes.

    Raises:
        ShefferError: `unknown-theorem`, or what `picture_path` refuses.
    """
    if plot is not None:
        picture_path(plot)
    module = import_module(f"solvers.experiments.{find(name).name.replace('-', '_')}")
    report = run_claims(f"{name}, experiment", module.CLAIMS)
    if plot is not None:
        module.draw(plot)
    return report
