"""Runs a SAT solver, as a process of its own: it can be stopped at any moment.

`python sat_process.py` reads clauses from standard input, one a line, and writes a first line `sat`
or `unsat`, then the true variables, or the proof in DRUP format. It is started as a file, so that
it imports nothing but the solver. `run` in `solvers.exact.by_sat.proofs` starts it.
"""

from __future__ import annotations

import ctypes
import signal
import sys
from contextlib import suppress

_PARENT_DEATH_SIGNAL = 1  # of Linux's prctl


def main() -> None:
    """Reads, solves, writes; ends when its parent is killed."""
    from pysat.solvers import Solver

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    clauses = [list(map(int, line.split())) for line in sys.stdin]
    with Solver("cadical195", bootstrap_with=clauses, with_proof=True) as solver:
        if solver.solve():
            print("sat")
            print(*(v for v in solver.get_model() if v > 0))
        else:
            print("unsat")
            print(*solver.get_proof(), sep="\n")


if __name__ == "__main__":
    main()
