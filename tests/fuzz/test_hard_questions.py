"""No question outlasts its deadline, however hard: the checker stops and says so.

Each of these is small. What makes it hard is a divisor that z3 cannot show non-zero, powers that
explode, or more places and weights than anyone can look at. Any answer will do, accepted too, as
long as it comes in time. Each is asked in a process of its own, which can be ended.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest

import theory
from tests.fuzz.examination import DEADLINE_S, SLACK_S, limit_certificate

START_S = 6.0  # to start Python and load z3 on a busy machine

ASK = f"""
import json, sys, time, theory
data = json.load(sys.stdin)
started = time.monotonic()
try:
    theory.check(data, theory.Limits(timeout_s={DEADLINE_S}))
except theory.ShefferError:
    pass
print(time.monotonic() - started)
"""


def _set(fields: str, *lines: str) -> str:
    return "\n".join([f'(set-info :sheffer "(set hard (regime while) {fields})")', *lines, ""])


def _squared(times: int) -> str:
    """x to the power of 2 ** times, in nested lets."""
    term = f"y{times}"
    for k in range(times, 0, -1):
        before = f"y{k - 1}" if k > 1 else "x"
        term = f"(let ((y{k} (* {before} {before}))) {term})"
    return term


ONE, TWO = "(registers (a) Int)", "(registers (a b) Int)"
WIDE = "(_ BitVec 64)"
COUNTER = {"window": 2, "modulus": 1}

HARD: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a divisor that is zero nowhere, but who can tell": (
        _set(
            TWO,
            "(define-fun f ((x Int) (y Int)) Int (div x (- (* x x) (* 2 (* y y)))))",
            "(define-fun f.guard ((x Int) (y Int)) Bool (not (= x 0)))",
            '(set-info :sheffer "(component f (inputs x y) (outputs f) (guard f.guard))")',
        ),
        "vector-addition",
        {},
    ),
    "a residue of a polynomial": (
        _set(ONE, "(define-fun f ((x Int)) Int (+ x (mod (* x (* x (+ x 1))) 2)))"),
        "one-counter",
        COUNTER,
    ),
    "a test that is always true, by Fermat": (
        _set(ONE, "(define-fun t ((x Int)) Bool (= (mod (- (* x (* x (* x (* x x)))) x) 30) 0))"),
        "one-counter",
        COUNTER,
    ),
    "x to the 1024th": (
        _set(ONE, f"(define-fun f ((x Int)) Int {_squared(10)})"),
        "one-counter",
        COUNTER,
    ),
    "x to the 4096th modulo 2": (
        _set(ONE, f"(define-fun f ((x Int)) Int (+ x (mod {_squared(12)} 2)))"),
        "one-counter",
        {"window": 2, "modulus": 2},
    ),
    "x to the 2 to the 40th": (
        _set(ONE, f"(define-fun f ((x Int)) Int {_squared(40)})"),
        "vector-addition",
        {},
    ),
    "an operation with too many places": (
        _set(
            "(registers any Int)",
            f"(define-fun f ({' '.join(f'(x{k} Int)' for k in range(9))}) Int (+ x0 1))",
        ),
        "vector-addition",
        {},
    ),
    "a test with too many places": (
        _set(
            "(registers any Int)",
            f"(define-fun t ({' '.join(f'(x{k} Int)' for k in range(9))}) Bool true)",
        ),
        "vector-addition",
        {},
    ),
    "a test with too many weights": (
        _set(
            ONE,
            "(define-fun t ((x Int) (w Int)) Bool (= w 5))",
            '(set-info :sheffer "(test t (inputs x) (parameters (w Int 0 10000000)))")',
        ),
        "one-counter",
        COUNTER,
    ),
    "an operation with many weights": (
        _set(
            ONE,
            "(define-fun f ((x Int) (w Int)) Int (+ x w))",
            '(set-info :sheffer "(component f (inputs x) (parameters (w Int 0 3000)))")',
        ),
        "one-counter",
        COUNTER,
    ),
    "a product to be factored": (
        _set(
            f"(registers (a b) {WIDE}) (registers (c) Int)",
            f"(define-fun t ((x {WIDE}) (y {WIDE}) (z Int)) Bool"
            " (and (= (bvmul x y) #xfffffffffffffe0d) (bvult x y) (> z 5)))",
        ),
        "one-counter",
        COUNTER,
    ),
    "start states by a Diophantine equation": (
        _set(
            TWO + " (starts s)",
            "(define-fun s ((a Int) (b Int)) Bool (and (> a 0) (= (* a a) (* 2 (* b b)))))",
            "(define-fun f ((x Int)) Int (+ x 1))",
        ),
        "finite",
        {"box": {"a": [0, 1], "b": [0, 1]}},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HARD)
def test_an_answer_comes_in_time(name: str) -> None:
    text, route, hints = HARD[name]
    data = json.dumps(limit_certificate(text, "while", (route, hints)))
    longest = DEADLINE_S + SLACK_S + START_S
    path = os.pathsep.join(p for p in sys.path if p)
    try:
        done = subprocess.run(
            [sys.executable, "-c", ASK],
            input=data,
            capture_output=True,
            text=True,
            timeout=longest,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.fail(f"no answer after {longest:g} s")
    assert done.returncode == 0, done.stderr[-2000:]
    assert float(done.stdout) < DEADLINE_S + SLACK_S


def test_a_number_too_long_to_print() -> None:
    """Python refuses to write out integers of more than 4300 digits."""
    text = _set(
        ONE + " (starts s)",
        "(define-fun s ((a Int)) Bool (and (>= a 0) (<= a 1)))",
        "(define-fun f ((x Int)) Int (mod x 2))",
    )
    data = limit_certificate(text, "while", ("finite", {"box": {"a": [0, 10**5000]}}))
    with suppress(theory.ShefferError):
        theory.check(data)
