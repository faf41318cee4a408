"""Is a certificate about exactly what I asked? Its set or problem, held against one's own file.

An accepted certificate speaks of the problem or set that it holds. `differences` compares that with
what a reader has in a file of their own: everything that has a meaning, and nothing else (the name
and the citation are only words).
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from theory.catalogue import find
from theory.formats.problem_files import Options, load_problem
from theory.formats.sygus import load_sygus
from theory.kernel.components.component_files import components_from
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.problem_json import problem_from_json
from theory.kernel.problems.targets import Samples, Table

Subject = ComponentSet | Problem

_WORDS = {"name", "source"}


def own_subject(
    source: str, components: str | None = None, options: Options | None = None
) -> Subject:
    """What a reader's file states: a set, or a problem.

    Args:
        source: a `.smt2`, `.csv` or `.sl` file, or a set of the catalogue.
        components: the component set of a `.csv` of samples.

    Raises:
        ShefferError: located in the file.
    """
    if source.endswith(".csv"):
        return load_problem(source, find(components) if components else None, options)
    if source.endswith(".sl"):
        return load_sygus(source, options.length if options else None).problem
    try:
        return load_problem(source, None, options) if Path(source).is_file() else find(source)
    except ProblemError as error:
        if error.reason != "no-problem":
            raise
    return find(source)


def subject_of(data: dict[str, Any]) -> tuple[Subject, str]:
    """The set or problem that a certificate is about, and the regime it speaks of."""
    if data["kind"] == "optimum":
        return problem_from_json(data["problem"]), ""
    if data["kind"] == "functional":
        return components_from(data["components"], "components"), ""
    return components_from(data["set"], "set"), str(data["regime"])


def differences(data: dict[str, Any], own: Subject, regime: str | None = None) -> list[str]:
    """What differs between a certificate's subject and one's own, in words; empty if nothing.

    Args:
        regime: the regime asked about; None for the one that the set itself names.
    """
    found, spoken = subject_of(data)
    if isinstance(found, Problem) != isinstance(own, Problem):
        return [f"it is about a {'problem' if isinstance(found, Problem) else 'component set'}"]
    if isinstance(found, ComponentSet) and isinstance(own, ComponentSet):
        asked = regime or str(own.regime)
        wrong = [f"regime: {spoken}, not {asked}"] if spoken and spoken != asked else []
        return wrong + _set_differences(found, own)
    assert isinstance(found, Problem)
    assert isinstance(own, Problem)
    wrong = []
    for field in fields(Problem):
        one, other = getattr(found, field.name), getattr(own, field.name)
        if field.name == "components" and found.components and own.components:
            wrong += _set_differences(found.components, own.components)
        elif field.name == "target":
            wrong += [] if _target(found) == _target(own) else ["target"]
        elif field.name not in _WORDS and one != other:
            wrong.append(f"{field.name}: {_shown(one)}, not {_shown(other)}")
    return wrong


def _set_differences(found: ComponentSet, own: ComponentSet) -> list[str]:
    """The default regime is left out: a certificate names the regime that it speaks of."""
    wrong = []
    for field in fields(ComponentSet):
        one, other = getattr(found, field.name), getattr(own, field.name)
        if field.name == "components":
            theirs, mine = ({c.name: c for c in s.components} for s in (found, own))
            names = [n for n in {**theirs, **mine} if theirs.get(n) != mine.get(n)]
            wrong += [f"component {name}" for name in names]
        elif field.name == "any_of":
            wrong += [] if set(one) == set(other) else ["registers any"]
        elif field.name not in {*_WORDS, "regime"} and one != other:
            wrong.append(f"{field.name}: {_shown(one)}, not {_shown(other)}")
    return wrong


def _target(problem: Problem) -> Any:
    """What a target demands, whatever the order and the origin of its rows."""
    if isinstance(problem.target, Samples):
        return sorted(map(repr, problem.target.rows))
    if isinstance(problem.target, Table):
        table = problem.target
        return {
            tuple(table.choices[k][c] for k, c in enumerate(entry)): error
            for entry, error in table.errors.items()
        }
    return problem.target


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({' '.join(getattr(item, 'name', str(item)) for item in value)})"
    return "none" if value is None else str(value)[:80]
