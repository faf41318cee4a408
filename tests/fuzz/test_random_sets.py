"""The checker of limits against random component sets and a plain interpreter of them.

`examination` says what is asked of a set and what may not be. A fault names its seed; to look at
one, `draw_set(Random(seed)).text()` is the file. The counts are asserted, so that the sets cannot
drift to where nothing is accepted and nothing is tested.
"""

from __future__ import annotations

import time

import pytest

from solvers.completeness import verdict as search
from tests.fuzz.examination import Tally, examine

QUICK_SETS = 200
QUICK_S = 9.0  # on a busy machine it stops earlier, but not before MINIMUM sets
MINIMUM = 60
SHARDS, SHARD_SETS = 40, 500
SOUGHT = 16  # one in so many sets: a simulation is sought as well, where it could tell something

# Accepted certificates of each route that a shard must show; well below what was measured.
LEAST = {
    "decidable-halting": 100,
    "finite": 50,
    "vector-addition": 40,
    "one-counter": 20,
    "one-stack": 10,
}


@pytest.fixture(autouse=True)
def _no_limit_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for a simulation would not begin where a limit is accepted."""
    monkeypatch.setattr(search, "find_limit", lambda *_: (None, {}))


def test_a_few_hundred_sets() -> None:
    tally, started = Tally(), time.monotonic()
    for seed in range(QUICK_SETS):
        if seed >= MINIMUM and time.monotonic() - started > QUICK_S:
            break
        examine(tally, seed)
    assert not tally.faults, _report(tally)
    for route in LEAST:
        assert tally.counts[f"{route}: accepted"] > 0, route


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
def test_many_sets(shard: int) -> None:
    tally, started = Tally(), time.monotonic()
    for number in range(SHARD_SETS):
        examine(tally, 100_000 * (shard + 1) + number, simulate=number % SOUGHT == 0)
    counts = ", ".join(f"{what} {n}" for what, n in sorted(tally.counts.items()))
    print(f"\nshard {shard}: {time.monotonic() - started:.0f} s; {tally.slowest:.2f} s; {counts}")
    assert not tally.faults, _report(tally)
    for route, least in LEAST.items():
        assert tally.counts[f"{route}: accepted"] >= least, route
    assert tally.counts["enlarged"] >= 25
    assert tally.counts["family complete"] >= 20


def _report(tally: Tally) -> str:
    """How many faults of each kind, and the first of them in full."""
    kinds = [f"{what} {n}" for what, n in tally.counts.items() if what.startswith("fault")]
    return "\n\n".join([", ".join(kinds), *tally.faults[:5]])
