"""Turing machine runners side by side, on the BB(5) champion.

The plain runner and the same loop written in C take turns, so that both see the same machine load;
so does the accelerated runner. Times are medians. The C program times its loop alone, while the
figures of the runners include packing the table and reading the last tape.

    python -m benchmarks.turing
"""

from __future__ import annotations

import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from solvers.turing.accelerated import run_accelerated
from solvers.turing.plain import advance, packed, run_plain
from theory.turing.machine import Machine, ones
from theory.turing.texts import read_machine

CHAMPION = "1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA"
ROUNDS = 9

C_PROGRAM = r"""
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const int64_t table[] = {TABLE};

int main(void) {
    int64_t size = 4096, position = 2048, row = 0, steps = 0, ones = 0;
    uint8_t *tape = calloc(size, 1);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (;;) {
        int64_t room = size - 1 - position, chunk = position < room ? position : room;
        if (chunk < 64) {
            uint8_t *larger = calloc(3 * size, 1);
            memcpy(larger + size, tape, size);
            free(tape);
            tape = larger;
            position += size;
            size *= 3;
            continue;
        }
        int64_t done;
        for (done = 0; done < chunk; done++) {
            int64_t entry = table[row + tape[position]];
            if (entry < 0) break;
            tape[position] = entry >> 2;
            position += (entry & 3) - 1;
            row = entry >> 34;
        }
        steps += done;
        if (done < chunk) break;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    for (int64_t cell = 0; cell < size; cell++) ones += tape[cell] != 0;
    printf("%.9f %lld %lld\n", (end.tv_sec - begin.tv_sec) + 1e-9 * (end.tv_nsec - begin.tv_nsec),
           (long long)steps, (long long)ones);
    return 0;
}
"""


def compiled_c(machine: Machine, folder: Path) -> Path | None:
    """The C program for a machine that starts in state 0, or None without a C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, program = folder / "loop.c", folder / "loop"
    source.write_text(C_PROGRAM.replace("TABLE", ", ".join(f"{x}LL" for x in packed(machine))))
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return program


def timed(work: Callable[[], tuple[int, int]]) -> tuple[float, int, int]:
    """Seconds, and the steps and ones that the work returns."""
    begin = time.perf_counter()
    steps, score = work()
    return time.perf_counter() - begin, steps, score


def plain(machine: Machine) -> tuple[int, int]:
    """Steps and ones by the plain runner."""
    run = run_plain(machine)
    return run.steps, ones(run.configuration)


def accelerated(machine: Machine, width: int | None) -> tuple[int, int]:
    """Steps and ones by the accelerated runner."""
    run = run_accelerated(machine, width=width)
    return run.steps, run.ones


def main(rounds: int = ROUNDS) -> None:
    """Print the table."""
    machine = read_machine(CHAMPION)
    begin = time.perf_counter()
    run_plain(machine, fuel=1)
    loading = time.perf_counter() - begin
    runners: dict[str, Callable[[], tuple[float, int, int]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        program = compiled_c(machine, Path(folder))
        if program is not None:

            def c_loop() -> tuple[float, int, int]:
                line = subprocess.run([program], check=True, capture_output=True, text=True).stdout
                seconds, steps, score = line.split()
                return float(seconds), int(steps), int(score)

            runners["the same loop in C, -O2"] = c_loop
        runners["plain"] = lambda: timed(lambda: plain(machine))
        runners["accelerated, automatic width"] = lambda: timed(lambda: accelerated(machine, None))
        runners["accelerated, width 3"] = lambda: timed(lambda: accelerated(machine, 3))
        results: dict[str, list[tuple[float, int, int]]] = {name: [] for name in runners}
        for _ in range(rounds):
            for name, work in runners.items():
                results[name].append(work())
    medians = {name: statistics.median(r[0] for r in rows) for name, rows in results.items()}
    reference = medians.get("the same loop in C, -O2")
    print(f"BB(5) champion {CHAMPION}, medians of {rounds} rounds, {platform.machine()}")
    print(f"{'runner':30} {'seconds':>10} {'steps':>12} {'ones':>6} {'speed / C':>10}")
    for name, rows in results.items():
        answers = {row[1:] for row in rows}
        steps, score = answers.pop()
        ratio = f"{reference / medians[name]:10.2f}" if reference else f"{'-':>10}"
        same = "" if not answers else "  ANSWERS DIFFER"
        print(f"{name:30} {medians[name]:10.5f} {steps:12,} {score:6,} {ratio}{same}")
    if reference is None:
        print("(no C compiler here: the loop in C was skipped)")
    signatures = len(advance.signatures)
    print(f"loading the compiled loop took {loading:.2f} s ({signatures} version in memory)")


if __name__ == "__main__":
    main()
