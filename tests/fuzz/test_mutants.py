"""Mutated certificates: whatever the checker accepts must be true, and nothing may break it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fuzz.campaign import LIMITS, Tally, campaign
from tests.fuzz.certificates import pool
from tests.fuzz.oracle import Verdict, judge
from theory import check

SHARD = 10_000

# Of a thousand mutants, at least so many are accepted and judged true: else nothing is tested.
LEAST = {"optimum": 40, "simulation": 2, "limit": 8, "functional": 5}


def report(tally: Tally) -> None:
    """Prints the counts; fails with all that is wrong."""
    print(f"\n{tally.text()}")
    failures = sorted(tally.failures.values(), key=lambda f: -f.seen)
    assert not failures, f"{len(failures)} failures\n" + "\n".join(f.text() for f in failures)
    mutants = sum(tally.counts.values())
    assert mutants >= 100
    for kind, wanted in LEAST.items():
        assert tally.count(kind, Verdict.TRUE) >= wanted * mutants // 1_000, f"too few {kind}"


def test_the_certificates_themselves_are_accepted_and_judged_true() -> None:
    for name, text in pool(quick=True).items():
        data = json.loads(text)
        found = check(data, LIMITS)
        assert found.complete, name
        assert judge(data, found).verdict is Verdict.TRUE, name


def test_accepted_mutants_are_true(tmp_path: Path) -> None:
    tally = campaign(pool(quick=True), range(1_000), tmp_path, seconds=8.0)
    report(tally)


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(10))
def test_many_accepted_mutants_are_true(shard: int, tmp_path: Path) -> None:
    start = 1_000_000 + shard * SHARD
    tally = campaign(pool(), range(start, start + SHARD), tmp_path)
    report(tally)
