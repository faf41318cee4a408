"""The shipped problems, by name.

| name | problem | module |
|---|---|---|
| `sorting-N` | sorting networks on N wires | `sorting` |
| `pancakes-N` | a hardest stack of N pancakes | `pancakes` |
| `set-cover-SEED` | set cover, drawn by the seed | `set_cover` |
| `gates-SET-FUNCTION` | Boolean functions by gates | `gates` |
| `bits-NAME` | tricks on eight-bit words | `bits` |
| `integers-NAME` | integer functions by arithmetic | `integers` |
| `hdNN-WIDTH[-large]` | Hacker's Delight 01 to 20 on words of a width | `hackers_delight` |
| `nkK-SEED` | an NK landscape: a table of 5**6 entries, for tuning | `nk` |
| `dagSET-SEED` | what a random dag computes, for tuning | `random_dags` |
| `nas201-DATA` | NAS-Bench-201: cifar10, cifar100, imagenet | `nas201` |
| `nas-graph-DATA` | NAS-Bench-Graph: cora, citeseer, ... | `nas_graph` |

`find_problem(name)` makes one. `SUITES` names lists of them for studies.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from solvers.suites.bits import TRICKS
from solvers.suites.gates import FUNCTIONS, GATES
from solvers.suites.integers import TARGETS
from solvers.suites.nas_graph import DATA_SETS
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem

FAMILIES = {
    "sorting": ("sorting-N", "sorting networks on N = 2..16 wires; error: 0-1 inputs unsorted"),
    "pancakes": ("pancakes-N", "a hardest stack of N = 2..8 pancakes; error: distance from sorted"),
    "set-cover": ("set-cover-SEED", "20 sets on 36 elements, drawn by SEED; error: uncovered ones"),
    "gates": ("gates-SET-FUNCTION", "Boolean functions by gates; error: inputs with wrong outputs"),
    "bits": ("bits-NAME", "tricks on eight-bit words; error: wrong bits"),
    "integers": ("integers-NAME", "integer functions by arithmetic; error: absolute difference"),
    "hd": ("hdNN-WIDTH[-large]", "Hacker's Delight 01..20 on words; large: 15 operators"),
    "nk": ("nkK-SEED", "an NK landscape, each gene's share dependent on K = 0..5 others"),
    "dag": ("dagSET-SEED", "what a random dag computes, for tuning; SET: nor, ring, masks, ..."),
    "nas201": ("nas201-DATA", "NAS-Bench-201 on cifar10, cifar100 or imagenet (extra nas)"),
    "nas-graph": ("nas-graph-DATA", "NAS-Bench-Graph on nine graph data sets (extra nas)"),
}
"""How names of a family are formed, and what its problems are."""

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "gates": {"SET": tuple(GATES), "FUNCTION": tuple(FUNCTIONS)},
    "bits": {"NAME": tuple(TRICKS)},
    "integers": {"NAME": tuple(TARGETS)},
    "nas201": {"DATA": ("cifar10", "cifar100", "imagenet")},
    "nas-graph": {"DATA": tuple(DATA_SETS)},
}
"""What may stand for the capital words in the names of a family."""

_NUMBERED = {"sorting", "pancakes", "set-cover"}  # what follows the family is a number
_NAMED = {
    "hd": "hackers_delight",
    "nk": "nk",
    "dag": "random_dags",
}  # families whose modules read their names
_FIXED = {"nas201", "nas-graph"}  # tables: the length is not to be chosen

STUDY = (
    "nas201-cifar10",
    "nas201-cifar100",
    "nas201-imagenet",
    "sorting-3",
    "sorting-4",
    "sorting-5",
    "sorting-6",
    "pancakes-5",
    "pancakes-6",
    "pancakes-7",
    "set-cover-1",
    "set-cover-2",
    "set-cover-3",
)

SUITES = {
    "study": STUDY,
    "league": (
        *STUDY,
        "pancakes-8",
        *(f"gates-any-{f}" for f in ("greater2", "segmenta", "segmente", "segmentf", "segmentg")),
        *(f"gates-basic-{f}" for f in ("greater2", "atleast2of4")),
        *(f"gates-nand-{f}" for f in ("greater2", "prime4", "segmentc", "segmente", "segmentf")),
        *(f"bits-{name}" for name in TRICKS),
        *(f"integers-{name}" for name in TARGETS),
        *(f"nas-graph-{name}" for name in DATA_SETS),
    ),
    "smoke": ("sorting-4", "pancakes-5", "set-cover-1"),
}
"""Lists of problems.

`study` is short, `smoke` takes seconds. `league` has every family: of the gates those on four
inputs and otherwise all whose optimum the engines prove within a minute, with at least 10,000
distinct behaviours (but for the smallest of `study` and one table).
"""


def family_of(name: str) -> str:
    """The family of a problem's name; of no known one, what stands before its last hyphen."""
    if name[:2] in _NAMED and name[2:3].isdigit():
        return name[:2]
    if name.startswith("dag"):
        return "dag"
    fitting = [family for family in FAMILIES if name.startswith(f"{family}-")]
    return max(fitting, key=len, default=name.rpartition("-")[0] or name)


def find_problem(name: str, length: int | None = None) -> Problem:
    """A shipped problem by its name.

    Args:
        length: overrides the problem's own length where it has one to choose.

    Raises:
        ProblemError: `unknown-problem`, with the names there are.
    """
    family = family_of(name)
    if family in _NAMED:
        return import_module(f"solvers.suites.{_NAMED[family]}").named(name, length)  # type: ignore[no-any-return]
    rest = name.removeprefix(f"{family}-")
    number = rest.isascii() and rest.isdigit() and len(rest) < 10
    if family not in FAMILIES or rest == name or (family in _NUMBERED and not number):
        known = ", ".join(form for form, _ in FAMILIES.values())
        message = f"no file and no problem {name!r}; known names: {known}"
        raise ProblemError("unknown-problem", message)
    module = family.replace("-", "_")
    make: Callable[..., Problem] = getattr(import_module(f"solvers.suites.{module}"), module)
    if family in _FIXED:
        problem = make(rest)
        if length not in (None, problem.length):
            message = f"every entry has {problem.length} choices; --length does not apply"
            raise ProblemError("bad-length", message, name)
        return problem
    return make(int(rest) if family in _NUMBERED else rest, length)
