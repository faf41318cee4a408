"""Problems as plain data: there and back, and what is refused on the way."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.random_problems import draw_problem
from tests.support.small_problems import TABLE, counting
from theory.formats.certificates import error_to_json, problem_to_json
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ComponentError, ProblemError
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.problem_json import error_from_json, problem_from_json
from theory.kernel.problems.targets import Specification


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([Wiring.CHAIN, Wiring.DAG]))
def test_random_problems_survive_json(seed: int, wiring: Wiring) -> None:
    problem = draw_problem(seed, wiring)
    assert problem_from_json(json.loads(json.dumps(problem_to_json(problem)))) == problem


@pytest.mark.parametrize(
    "problem",
    [
        Problem("t", None, Wiring.TABLE, (), (), TABLE, 2),
        Problem("t", None, Wiring.TABLE, (), (),
                replace(TABLE, standard_errors={(0,): Fraction(1), (1, 0): Fraction(0)}), 2),
        replace(counting((0, 0)), target=Specification(
            (apply("div", const(6, INT), var("a", INT)),), apply(">", var("a", INT), const(0, INT)))),  # noqa: E501
    ],
)  # fmt: skip
def test_tables_and_specifications_survive_json(problem: Problem) -> None:
    assert problem_from_json(json.loads(json.dumps(problem_to_json(problem)))) == problem


@pytest.mark.parametrize("error", [0, 7, Fraction(22, 7), math.inf, 10**1000])
def test_errors_survive_json(error: object) -> None:
    assert error_from_json(error_to_json(error), "here") == error  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data", [3, 1.5, True, None, "", "-1", "1/0", "1e3", "nan", " 1", "1//2", []]
)
def test_what_is_no_error_is_refused(data: object) -> None:
    with pytest.raises(ProblemError) as caught:
        error_from_json(data, "here")
    assert (caught.value.reason, caught.value.where) == ("bad-value", "here")


def test_an_error_too_long_to_read_back_is_not_written() -> None:
    with pytest.raises(ProblemError) as caught:
        error_to_json(10**5000)
    assert caught.value.reason == "too-large"


def _swap(key: str, value: object):  # type: ignore[no-untyped-def]
    return lambda d: {**d, key: value}


@pytest.mark.parametrize(
    "change",
    [
        _swap("name", 3), _swap("length", 2.0), _swap("length", True), _swap("wiring", "ring"),
        _swap("wiring", []), _swap("measure", "angle"), _swap("cost", None), _swap("inputs", 3),
        _swap("inputs", [["a"]]), _swap("inputs", [["a", "Integer"]]), _swap("inputs", [["a", ""]]),
        _swap("inputs", [["a", "(Array"]]), _swap("components", 7), _swap("components", "(("),
        _swap("target", {}), _swap("target", {"samples": [[[0], [0], [0]]]}),
        _swap("target", {"samples": [[[0.0], [0]]]}), _swap("target", {"samples": [[[True], [0]]]}),
        _swap("target", {"samples": [[[], [0]]]}), _swap("target", {"samples": 3}),
        _swap("target", {"specification": ["z"], "condition": "true"}),
        _swap("target", {"specification": ["a"], "condition": "a"}),
        _swap("target", {"specification": [3], "condition": "true"}),
        _swap("more", 1), lambda d: {k: v for k, v in d.items() if k != "cost"}, lambda d: [d],
    ],
)  # fmt: skip
def test_json_that_is_no_problem_is_refused(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises((ProblemError, ComponentError)):
        problem_from_json(change(problem_to_json(counting((0, 1)))))


@pytest.mark.parametrize(
    "change",
    [
        {"table": [[[0], "3"], [[0], "4"]]}, {"table": [[[2], "3"]]}, {"table": [[[0, 0, 0], "3"]]},
        {"table": [[[0.0], "3"]]}, {"table": [[[True], "3"]]}, {"table": [[[0], 3]]},
        {"table": [[[0], "inf"]]}, {"table": [[[0], "nan"]]}, {"table": []},
        {"choices": [["a", "a"], ["c"]]}, {"choices": [3, 4]}, {"choices": [["a", 1], ["c"]]},
        {"source": 3}, {"standard_errors": ["1"]}, {"standard_errors": [1, 2]},
    ],
)  # fmt: skip
def test_json_that_is_no_table_is_refused(change: dict[str, object]) -> None:
    data = problem_to_json(Problem("t", None, Wiring.TABLE, (), (), TABLE, 2))
    data["target"] |= change
    with pytest.raises(ProblemError):
        problem_from_json(data)
