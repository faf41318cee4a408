"""`--max-memory` bounds what a search takes: arrays that grow are counted before they grow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from .commands import ROOT

LIMIT_GB = 0.25

COMPONENTS = """
(define-fun add ((a Int) (b Int)) Int (+ a b))
(define-fun sub ((a Int) (b Int)) Int (- a b))
(define-fun neg ((a Int)) Int (- 0 a))
(define-fun inc ((a Int)) Int (+ a 1))
"""

_PEAK = """
import resource, sys
from solvers.__main__ import main
try:
    main()
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # KiB on Linux
    print(peak, file=sys.stderr)
"""


def peak_gb(arguments: list[str], folder: Path) -> tuple[float, str]:
    """The most memory that a command had, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *arguments, "--recount", "0", "-o", "c.json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    return float(done.stderr.splitlines()[-1]), done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wiring", "cost", "samples", "size"),
    [
        ("chain", "length", 3, 200),
        ("chain", "length", 40, 200),
        ("chain", "length", 3, 10**30),  # beyond machine words
        ("dag", "length", 3, 200),
        ("dag", "tree", 3, 10**30),
    ],
)
def test_a_search_keeps_to_its_memory(
    wiring: str, cost: str, samples: int, size: int, tmp_path: Path
) -> None:
    random = Random(2)
    (tmp_path / "set.smt2").write_text(COMPONENTS)
    rows = [[random.randrange(size) for _ in "abc"] + [10**5 * size] for _ in range(samples)]
    lines = ["a,b,c,out", *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "far.csv").write_text("\n".join(lines) + "\n")
    usual, _ = peak_gb(["solve", "sorting-3"], tmp_path)
    command = ["solve", "far.csv", "-c", "set.smt2", "--wiring", wiring, "--cost", cost]
    command += ["--length", "9", "--max-memory", str(LIMIT_GB), "--seconds", "40"]
    peak, out = peak_gb(command, tmp_path)
    assert "BOUNDS" in out or "OPTIMAL" in out
    assert wiring == "dag" or "stopped: memory" in out
    assert peak < 2 * LIMIT_GB + max(0.3, usual)
