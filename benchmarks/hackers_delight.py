"""Hacker's Delight 1 to 20, at 8 and 32 bits, with the small and the large set; cvc5 beside it.

Run it with `python -m benchmarks hackers-delight`, or `... full` for both sets, all twenty and
longer limits. Each line says what was found, with which evidence, and in how long (wall clock and
the CPU time of both threads; kernels are loaded first, and recounts by the checker are not counted
in). cvc5 gets the same problem as SyGuS text, in a process of its own; its answer need not be
shortest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from solvers.exact import Frontier, Limits, solve, with_evidence
from solvers.suites import find_problem
from solvers.suites.hackers_delight import TEXTBOOK
from theory.formats.certificates import write_certificate
from theory.formats.sygus_writing import write_sygus
from theory.kernel.checks.certificates import Limits as CheckerLimits
from theory.kernel.checks.certificates import check_file
from theory.kernel.problems.problem import Problem

_CVC5 = """
import sys, cvc5
solver = cvc5.Solver()
solver.setOption("sygus", "true")
parser = cvc5.InputParser(solver)
parser.setStringInput(cvc5.InputLanguage.SYGUS_2_1, sys.stdin.read(), "problem")
symbols = parser.getSymbolManager()
while not (command := parser.nextCommand()).isNull():
    print(command.invoke(solver, symbols), end="")
"""


def ask_cvc5(problem: Problem, seconds: float) -> str:
    """How cvc5 does on a problem, in words."""
    started = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CVC5], input=write_sygus(problem), capture_output=True,
            text=True, timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"cvc5 none in {seconds:g} s"
    took = time.perf_counter() - started
    if "define-fun" in done.stdout:
        return f"cvc5 {took:.1f} s"
    return f"cvc5 {(done.stdout or done.stderr).strip()[-40:]!r}"


def level(frontier: Frontier) -> str:
    """The evidence that the checker, reading the certificate from a file, confirms."""
    counted = with_evidence(frontier, timeout_s=10.0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.json"
        write_certificate(counted.certificate(), path)
        report = check_file(path, CheckerLimits(timeout_s=30.0))
    confirmed = "confirmed" if report.complete and not report.unchecked else "bound not checked"
    return f"{counted.evidence}, {confirmed}"


def one(name: str, seconds: float, cvc5_seconds: float) -> tuple[bool, bool]:
    """Prints the line of a problem; whether it and cvc5 solved it."""
    problem = find_problem(name)
    start, cpu = time.perf_counter(), sum(os.times()[:2])
    found = solve(problem, Limits(seconds))
    took, used = time.perf_counter() - start, sum(os.times()[:2]) - cpu
    best = found.best
    if best.error == 0:
        shortest = found.lines[best.length - 1].at_least == 1 if best.length else True
        text = f"length {best.length}{'' if shortest else ' at most'}"
        text += f" (textbook {problem.length}) {level(found)}"
    else:
        refuted = sum(1 for line in found.lines if line.at_least == 1)
        text = f"none found; length >= {refuted} (textbook {problem.length}), {found.stopped}"
    theirs = ask_cvc5(problem, cvc5_seconds)
    print(f"{name:<15} {text:<55} {took:6.2f} s, cpu {used:6.2f} s   {theirs}", flush=True)
    return best.error == 0, theirs.endswith(" s") and "none" not in theirs


def main(form: str = "quick") -> None:
    """Prints all lines of a form, quick or full."""
    full = form == "full"
    limit, theirs = (60.0, 60.0) if full else (30.0, 3.0)
    solve(find_problem("hd17-8-large"))  # loads the compiled kernels
    for suffix in ("", "-large") if full else ("-large",):
        for width in (8, 32):
            numbers = [n for n in TEXTBOOK if full or n <= 18]
            solved = [one(f"hd{n:02}-{width}{suffix}", limit, theirs) for n in numbers]
            ours, others = (sum(column) for column in zip(*solved, strict=True))
            print(f"{width} bits{suffix}: {ours} of {len(numbers)} solved, cvc5 {others}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
