"""Optimum certificates changed at random: whatever the checker accepts must still be true.

Truth is decided without the checker and without merging anything: every sequence of the mutated
problem is tried.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.theory.brute_force import least_errors
from theory.kernel.checks.certificates import Limits, Report, check
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import CertificateError
from theory.kernel.language.proving import Counterexample
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.problem_json import error_from_json, problem_from_json
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.specifications import on_inputs, verify
from theory.kernel.problems.targets import Specification, Table

from .optimum_examples import PROBLEMS, certificate

LIMITS = Limits(timeout_s=5.0, max_nodes=5_000)
MOST = 3_000  # sequences that are tried to decide the truth
PIECES = (0, 1, -1, 2, 1.0, True, False, None, "", "0", "1", "2", "1/2", "inf", [], {}, [0], "x")


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for key, value in items:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += places(value, (*path, key))
    return found


def mutate(rng: Random, data: Any) -> None:
    """One random change somewhere inside."""
    spots = places(data)
    *path, key = rng.choice(spots)
    holder = data
    for part in path:
        holder = holder[part]
    value = holder[key]
    kind = rng.randrange(6)
    if kind == 0 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(value))
    elif kind == 1:
        del holder[key]
    elif kind == 2:
        *other, last = rng.choice(spots)
        source = data
        try:
            for part in other:
                source = source[part]
            holder[key] = copy.deepcopy(source[last])
        except (KeyError, IndexError, TypeError):
            holder[key] = rng.choice(PIECES)
    elif kind == 3 and isinstance(value, int):
        holder[key] = value + rng.choice((-1, 1, 2)) if not isinstance(value, bool) else not value
    elif kind in (3, 4) and isinstance(value, str):
        at = rng.randrange(len(value) + 1)
        piece = rng.choice(("", "0", "1", "-", "(", ")", " ", "x", value[at : at + 6]))
        holder[key] = value[:at] + piece + value[at + rng.choice((0, 1, 1, 5)) :]
    else:
        holder[key] = rng.choice(PIECES)


def is_true(data: dict[str, Any], report: Report) -> bool | None:
    """Whether all that the report calls checked holds; None where it is too much to decide."""
    problem = problem_from_json(data["problem"])
    infinite = isinstance(problem.target, Specification) and not problem.has_small_domain()
    lines = data["frontier"]
    errors = [error_from_json(line["error"], "") for line in lines]
    for length, (line, error) in enumerate(zip(lines, errors, strict=True)):
        if line["sequence"] is None:
            assert infinite or problem.wiring is Wiring.TABLE
            continue
        sequence = Sequence.from_json(
            line["sequence"], problem.components, problem.wiring, problem.inputs
        )
        if sequence.cost(problem.cost) > length:
            return False
        if infinite:
            right = not isinstance(verify(problem, sequence), Counterexample)
            if error != (0 if right else 1):
                return False
        elif problem.error(sequence) != error:
            return False
    if report.unchecked:
        return True
    least = _least(problem, data, len(lines) - 1, infinite)
    if least is None:
        return None
    bounds = [error_from_json(line["at_least"], "") for line in lines]
    return all(b <= best <= e for b, best, e in zip(bounds, least, errors, strict=True))


def _least(
    problem: Problem, data: dict[str, Any], longest: int, infinite: bool
) -> list[Any] | None:
    if isinstance(problem.target, Table):
        found = []
        for length in range(longest + 1):
            known = [e for entry, e in problem.target.errors.items() if len(entry) <= length]
            found.append(min(known, default=float("inf")))
        return found
    if infinite:  # what fails on some inputs is wrong; what is right there is settled by proof
        problem = on_inputs(problem, [tuple(row) for row in data["inputs"]])
        least = least_errors(replace(problem, length=longest), MOST)
        return None if least is None else [min(1, e) for e in least]
    return least_errors(replace(problem, length=longest), MOST)


def attempt(seed: int) -> str:
    """Mutates and checks once: refused, true, undecided or incomplete."""
    rng = Random(seed)
    data = certificate(rng.choice(list(PROBLEMS)))
    if rng.random() < 0.2:
        data |= {"evidence": "attested"}
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        mutate(rng, data)
    data = json.loads(json.dumps(data))
    try:
        report = check(data, LIMITS)
    except CertificateError as error:
        assert error.reason
        assert "\n" not in str(error)
        return "refused"
    if not report.complete:
        return "incomplete"
    truth = is_true(data, report)
    assert truth is not False, f"seed {seed}: {report}"
    return "undecided" if truth is None else "true"


def outcomes(seeds: range) -> dict[str, int]:
    found = [attempt(seed) for seed in seeds]
    return {word: found.count(word) for word in set(found)}


def test_what_is_accepted_after_a_random_change_is_still_true() -> None:
    found = outcomes(range(400))
    assert found["refused"] > 200
    assert found["true"] > 15
    assert found.get("undecided", 0) < 10


@pytest.mark.slow
def test_what_is_accepted_after_many_random_changes_is_still_true() -> None:
    found = outcomes(range(10_000, 14_000))
    assert found["refused"] > 2000
    assert found["true"] > 150
