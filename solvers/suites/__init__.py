"""The shipped problems, by name.

| name | problem | module |
|---|---|---|
| `sorting-N` | sorting networks on N wires | `sorting` |
| `pancakes-N` | a hardest stack of N pancakes | `pancakes` |
| `set-cover-SEED` | set cover, drawn by the seed | `set_cover` |
| `nkK-SEED` | an NK landscape: a table of 5**6 entries, for tuning | `nk` |
| `nas201-DATA` | NAS-Bench-201: cifar10, cifar100, imagenet | `nas201` |

`find_problem(name)` makes one. `SUITES` names lists of them for studies.
"""

from __future__ import annotations

from theory.errors import ProblemError
from theory.problems import Problem

FAMILIES = {
    "sorting": ("sorting-N", "sorting networks on N = 2..16 wires; error: 0-1 inputs unsorted"),
    "pancakes": ("pancakes-N", "a hardest stack of N = 2..8 pancakes; error: distance from sorted"),
    "set-cover": ("set-cover-SEED", "20 sets on 36 elements, drawn by SEED; error: uncovered ones"),
    **{
        f"nk{k}": (f"nk{k}-SEED", f"an NK landscape, each share dependent on {k} other genes")
        for k in range(6)
    },
    "nas201": ("nas201-DATA", "NAS-Bench-201 on cifar10, cifar100 or imagenet (extra nas)"),
}

SUITES = {
    "study": (
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
    ),
    "smoke": ("sorting-4", "pancakes-5", "set-cover-1"),
}


def family_of(name: str) -> str:
    """The family of a problem's name: what stands before its last hyphen."""
    return name.rpartition("-")[0] or name


def find_problem(name: str, length: int | None = None) -> Problem:
    """A shipped problem by its name.

    Args:
        length: overrides the problem's own length where it has one to choose.

    Raises:
        ProblemError: `unknown-problem`, with the names there are.
    """
    family, _, rest = name.rpartition("-")
    if family == "nas201":
        from solvers.suites.nas201 import EDGES, nas201

        if length not in (None, EDGES):
            message = f"every cell has {EDGES} choices; --length does not apply"
            raise ProblemError("bad-length", message, name)
        return nas201(rest)
    if family in FAMILIES and rest.isascii() and rest.isdigit() and len(rest) < 10:
        if family == "sorting":
            from solvers.suites.sorting import sorting

            return sorting(int(rest), length)
        if family == "pancakes":
            from solvers.suites.pancakes import pancakes

            return pancakes(int(rest), length)
        if family.startswith("nk"):
            from solvers.suites.nk import GENES, nk

            if length not in (None, GENES):
                message = f"every entry has {GENES} choices; --length does not apply"
                raise ProblemError("bad-length", message, name)
            return nk(int(family[2:]), int(rest))
        from solvers.suites.set_cover import set_cover

        return set_cover(int(rest), length)
    known = ", ".join(form for form, _ in FAMILIES.values())
    message = f"no file and no problem {name!r}; known names: {known}"
    raise ProblemError("unknown-problem", message)
