"""Every input that Sheffer opens, in masses: a result, or a refusal in one line; see `inputs`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.inputs.driver import Tally, campaign, counts_of, failure_folder
from tests.fuzz.inputs.formats import FORMATS

QUICK = 20_000
MANY = int(os.environ.get("SHEFFER_FUZZ_INPUTS", "1000000"))
"""Inputs of the slow test: an hour on two cores."""

# Of a hundred inputs of a format, at least so many are accepted, and so many refused: an input
# that is always refused at its first character, or never, tests nothing.
LEAST = 5
NEVER_REFUSED = {"command-lines"}  # what a command refuses is its exit code


def report(tally: Tally, counts: dict[str, int], folder: Path) -> None:
    """Prints the counts; fails with all that is wrong, and where counts are short."""
    print(f"\n{tally.text()}")
    failures = sorted(tally.failures.values(), key=lambda failure: -failure.seen)
    texts = [failure.text(failure_folder(failure, folder)) for failure in failures]
    assert not failures, f"{len(failures)} failures\n" + "\n".join(texts)
    assert set(counts) == set(FORMATS)
    for name, wanted in counts.items():
        assert tally.count(name) >= wanted > 0, f"too few {name}"
        assert 100 * tally.count(name, "accepted") >= LEAST * wanted, f"too few {name} accepted"
        if name not in NEVER_REFUSED:
            assert 100 * tally.count(name, "refused") >= LEAST * wanted, f"too few {name} refused"


def test_every_format_opens_or_refuses(tmp_path: Path) -> None:
    counts = counts_of(QUICK)
    report(campaign(counts, tmp_path), counts, tmp_path)


@pytest.mark.slow
def test_a_million_inputs(tmp_path: Path) -> None:
    counts = counts_of(MANY)
    report(campaign(counts, tmp_path, start=1_000_000), counts, tmp_path)
