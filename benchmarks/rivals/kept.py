"""Runs that are written down as they end, so that a killed benchmark continues.

A file holds a line of JSON for each run: its number, what it was run with, and its outcome. Runs
made with another cap or other settings are not taken for these. Times are those of the run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.rivals.contest import Outcome


def kept_runs(
    path: Path | None,
    conditions: Mapping[str, Any],
    number: int,
    run: Callable[[int], Outcome],
) -> list[Outcome]:
    """The outcomes of runs 0 .. number - 1: read where they are kept, made and kept where not.

    Args:
        path: the file; None keeps nothing and reads nothing.
        conditions: what must be equal for a kept run to count; JSON.
        number: how many runs.
        run: makes the run of a number.
    """
    if path is None:
        return [run(k) for k in range(number)]
    known = _read(path, dict(conditions))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for k in range(number):
            if k not in known:
                known[k] = run(k)
                row = {"run": k, **asdict(known[k]), "conditions": dict(conditions)}
                file.write(json.dumps(row) + "\n")
                file.flush()
    return [known[k] for k in range(number)]


def _read(path: Path, conditions: dict[str, Any]) -> dict[int, Outcome]:
    """The runs of a file; a last line cut short by a kill is no run, and is removed."""
    if not path.exists():
        return {}
    whole = path.read_text(encoding="utf-8")
    complete = whole[: whole.rfind("\n") + 1]
    if complete != whole:
        path.write_text(complete, encoding="utf-8")
    known = {}
    for line in complete.splitlines():
        row = json.loads(line)
        number = row.pop("run")
        if row.pop("conditions") == json.loads(json.dumps(conditions)):
            known[number] = Outcome(**row)
    return known
