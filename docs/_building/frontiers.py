"""Exact frontiers of shipped problems, solved anew.

    python -m _building.frontiers PROBLEM ...

Prints a table and writes frontiers.svg. A frontier that has been published is compared with it; one
that differs ends the program. Lower bounds are recounted by the plain enumerator of `theory` where
that takes little; elsewhere the table says what they rest on.
"""

from __future__ import annotations

import sys
from pathlib import Path

from solvers.exact import Frontier, solve, with_evidence
from solvers.reports.plots import frontiers
from solvers.suites import find_problem
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import error_text

PUBLISHED = {"sorting-6": (57, 52, 46, 41, 35, 30, 24, 18, 10, 6, 4, 2, 0)}
RECOUNTED = 20_000  # most behaviours that are counted again


def solved(name: str) -> Frontier:
    """The frontier of a problem, recounted if it is small."""
    frontier = solve(find_problem(name))
    if not frontier.optimal:
        raise SystemExit(f"{name}: not solved")
    errors = tuple(line.error for line in frontier.lines)
    if name in PUBLISHED and errors != PUBLISHED[name]:
        raise SystemExit(f"{name}: {errors} differs from the published {PUBLISHED[name]}")
    return with_evidence(frontier) if sum(frontier.counts) <= RECOUNTED else frontier


def main(names: list[str]) -> str:
    """The table and the picture of these problems."""
    found = {name: solved(name) for name in names}
    longest = max(len(frontier.lines) for frontier in found.values())
    head = " | ".join(str(length) for length in range(longest))
    lines = [
        '<div class="dense" markdown>\n',
        f"| problem | {head} | rests on | behaviours |",
        "|---|" + "--:|" * longest + "---|--:|",
    ]
    for name, frontier in found.items():
        errors = [error_text(line.error) for line in frontier.lines]
        cells = " | ".join(errors + [""] * (longest - len(errors)))
        evidence = frontier.evidence
        if name in PUBLISHED:
            evidence += ", published"
        lines.append(f"| {name} | {cells} | {evidence} | {sum(frontier.counts):,} |")
    lines.append("\n</div>")
    curves = {
        name: [(line.length, float(line.error)) for line in frontier.lines]
        for name, frontier in found.items()
    }
    frontiers(curves, Path("frontiers.svg"))
    words = f"The least error at each length for {', '.join(names)}; every curve falls to 0."
    return "\n".join(lines) + f"\n\n```figure frontiers.svg\n{words}\n```"


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except ProblemError as error:
        sys.exit(str(error))
