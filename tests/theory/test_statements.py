"""The words of a statement, for each thing that it may say."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.support import optimum_examples as examples
from theory.kernel.checks.certificates import Limits, check_file
from theory.kernel.checks.statement import Completeness, LeastError, Report
from theory.kernel.errors import CertificateError

BEST = LeastError(
    "p", 1, 2, 3, 3, 1, True, "on 4 samples", "wrong samples", "length", "recounted"
)  # fmt: skip
SIMULATED = Completeness(
    "s", "Turing", True, False, "while", 0, "two counters", "Minsky 1961", "two integers"
)  # fmt: skip


@pytest.mark.parametrize(
    ("states", "text", "says"),
    [
        (BEST, "p: error 1 (wrong samples) at length 2 on 4 samples, optimal, checked",
         {"found", "bounded", "optimal"}),
        (replace(BEST, error=0, at_least=0),
         "p: error 0 at length 2 on 4 samples, optimal, checked",
         {"found", "zero", "optimal"}),
        (replace(BEST, at_least=None, shortest=False),
         "p: error 1 (wrong samples) at length 2 on 4 samples, found; no lower bound was checked",
         {"found"}),
        (replace(BEST, at_least=Fraction(1, 2)),
         "p: error 1 (wrong samples) at length 2 on 4 samples; at least 0.5 for lengths up to 3,"
         " checked", {"found", "bounded"}),
        (replace(BEST, at_least=0),
         "p: error 1 (wrong samples) at length 2 on 4 samples; at least 0 for lengths up to 3,"
         " checked", {"found"}),
        (replace(BEST, asked=5),
         "p: error 1 (wrong samples) at length 2 on 4 samples,"
         " optimal among lengths up to 3 of 5, checked", {"found", "bounded"}),
        (replace(BEST, asked=5, error=0, at_least=0),
         "p: error 0 at length 2 on 4 samples, optimal, checked", {"found", "zero", "optimal"}),
        (replace(BEST, shortest=False),
         "p: error 1 (wrong samples) at length 2 on 4 samples, optimal, checked;"
         " that no shorter sequence has it is not claimed", {"found", "bounded", "optimal"}),
        (replace(BEST, evidence="table"),
         "p: error 1 (wrong samples) at length 2 on 4 samples, table optimum, checked",
         {"found", "bounded", "optimal"}),
        (replace(BEST, error=math.inf, at_least=math.inf),
         "p: no sequence is known on 4 samples, optimal, checked",
         {"found", "bounded", "optimal"}),
        (SIMULATED,
         "s is Turing complete under while: simulates two counters (Minsky 1961);"
         " memory: two integers", {"complete", "weakly-complete"}),
        (replace(SIMULATED, weakly=True),
         "s is weakly Turing complete under while: simulates two counters (Minsky 1961);"
         " memory: two integers", {"weakly-complete"}),
        (replace(SIMULATED, complete=False, by="finite", rests_on="pigeonhole"),
         "s is not Turing complete under while: halting is decidable, route finite (pigeonhole)",
         {"incomplete"}),
        (Completeness("s", "functions", True, values=3),
         "s: complete (k = 3), every function is a composition", {"complete", "weakly-complete"}),
        (Completeness("s", "functions", False, values=2),
         "s: incomplete (k = 2), some function is no composition", {"incomplete"}),
    ],
)  # fmt: skip
def test_a_statement_in_words(states: LeastError | Completeness, text: str, says: set[str]) -> None:
    assert str(states) == text
    assert states.says == says
    report = Report("k", states, ("a",), ())
    assert report.complete
    data = report.data()
    assert data["outcome"] == "accepted"
    assert data["statement"] == report.statement == text
    assert data["says"] == sorted(says)
    if isinstance(states, LeastError):
        exact = {k: data["states"][k] for k in ("error", "at_least")}
        given = {"error": states.error, "at_least": states.at_least}
        assert exact == {k: None if v is None else str(v) for k, v in given.items()}
    assert (data["checked"], data["unchecked"]) == (["a"], [])


def test_a_report_without_a_statement_decides_nothing() -> None:
    report = Report("limit", None, (), ("a time-out",), 1.23456)
    assert not report.complete
    assert report.data() == {
        "outcome": "unknown", "kind": "limit", "statement": "nothing was decided", "states": {},
        "says": [], "checked": [], "unchecked": ["a time-out"], "seconds": 1.235,
    }  # fmt: skip
    unsettled = Report("optimum", replace(BEST, settled=False))
    assert not unsettled.complete
    assert unsettled.data()["outcome"] == "unknown"


def test_a_file_is_checked_within_the_limits_given(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    data = examples.certificate("sorting")
    path.write_text(json.dumps(data), encoding="utf-8")
    assert check_file(path).complete
    assert not check_file(path, Limits(max_nodes=1)).complete
    data["frontier"][1]["at_least"] = "3"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(CertificateError) as caught:
        check_file(path)
    assert caught.value.where == f"{path}: frontier[1]"
