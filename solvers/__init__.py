"""What finds: exact engines, heuristic searches, studies, and finders of certificates.

| to | use |
|---|---|
| find the least error at every length | `solve`, and `with_evidence` to have it recounted |
| run one heuristic search | `evolve` |
| measure searches against exact optima | `compare` with `Settings` |
| get a shipped problem | `find_problem` |

All that is claimed here, `theory` can check. The names are loaded when they are first used, so
that the command starts quickly.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import theory

if TYPE_CHECKING:
    from solvers.comparisons.comparison import Comparison, compare
    from solvers.comparisons.request import Settings
    from solvers.exact import Frontier, Limits, solve, with_evidence
    from solvers.studies.evolving import Found, evolve
    from solvers.suites import find_problem

_PLACES = {
    "Comparison": "solvers.comparisons.comparison",
    "Found": "solvers.studies.evolving",
    "Frontier": "solvers.exact",
    "Limits": "solvers.exact",
    "Settings": "solvers.comparisons.request",
    "compare": "solvers.comparisons.comparison",
    "evolve": "solvers.studies.evolving",
    "find_problem": "solvers.suites",
    "solve": "solvers.exact",
    "with_evidence": "solvers.exact",
}

__all__ = [
    "Comparison",
    "Found",
    "Frontier",
    "Limits",
    "Settings",
    "compare",
    "evolve",
    "find_problem",
    "solve",
    "with_evidence",
]


def _check_neighbour(mine: Path, other: str | None) -> None:
    """Refuses another `theory` than the one that lies beside this package.

    Raises:
        ImportError: where a file or folder of that name comes first on Python's path.
    """
    if other is not None and Path(other).resolve().parent.parent == mine.resolve().parent.parent:
        return
    message = f"'theory' is {other or 'a bare folder'}, not Sheffer's; rename it or start elsewhere"
    if Path(sys.argv[0]).stem == "sheffer":
        sys.exit(f"sheffer: {message}")
    raise ImportError(message)


_check_neighbour(Path(__file__), theory.__file__)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'solvers' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
