"""Verdicts on the catalogue, and how long each takes; then z3 and cvc5 on every obligation.

Each verdict is found from nothing, checked, and then checked again by itself. The second table asks
both solvers every obligation of every simulation; what both can be asked is the same SMT-LIB text.

    python -m benchmarks.verdicts
"""

from __future__ import annotations

import statistics
import time

from solvers.completeness.verdict import Verdict, verdict
from theory import catalogue
from theory.formats.second_opinion import second_opinion
from theory.kernel.checks.certificates import check
from theory.kernel.language.terms import variables
from theory.kernel.machines.completeness import obligations
from theory.kernel.machines.obligations import Obligation, Proved, decide
from theory.kernel.machines.simulation_reading import read_simulation


def main() -> None:
    """Prints both tables."""
    found = {name: verdict(catalogue.load(name)) for name in catalogue.names()}
    print(f"{'set':28} {'verdict':12} {'obligations':>11} {'found s':>8} {'checked s':>9}  by")
    for name, v in found.items():
        count, seconds = _checked(v)
        basis = v.title or v.reason
        print(f"{name:28} {v.answer:12} {count:>11} {v.seconds:8.2f} {seconds:>9}  {basis}")
    times = [v.seconds for v in found.values()]
    print(f"median {statistics.median(times):.2f} s, greatest {max(times):.2f} s\n")
    print(f"{'set':28} {'proofs':>6} {'z3 ms':>8} {'cvc5 ms':>8} {'agree':>6}  slowest for z3")
    for name, v in found.items():
        if v.certificate is not None and v.certificate["kind"] == "simulation":
            _solvers(name, list(obligations(read_simulation(v.certificate))))


def _checked(v: Verdict) -> tuple[str, str]:
    if v.certificate is None:
        return "-", "-"
    return str(len(v.obligations)), f"{check(v.certificate).seconds:.2f}"


def _solvers(name: str, found: list[Obligation]) -> None:
    """Total times over the obligations that have variables; the others are evaluated."""
    times: dict[str, list[float]] = {"z3": [], "cvc5": []}
    agree, slowest = 0, ("", 0.0)
    asked = [o for o in found if variables([o.goal, *o.assumptions])]
    for obligation in asked:
        begun = time.perf_counter()
        proved = isinstance(decide(obligation), Proved)
        times["z3"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        other = second_opinion(obligation)
        times["cvc5"].append(time.perf_counter() - begun)
        agree += proved == (other == "proved")
        slowest = max(slowest, (obligation.name, times["z3"][-1]), key=lambda pair: pair[1])
    z3_ms, cvc5_ms = (1000 * sum(times[k]) for k in ("z3", "cvc5"))
    counts = f"{agree}/{len(asked)}"
    label = f"{slowest[0]} ({1000 * slowest[1]:.0f} ms)" if asked else "evaluated"
    print(f"{name:28} {len(asked):6} {z3_ms:8.0f} {cvc5_ms:8.0f} {counts:>6}  {label}")


if __name__ == "__main__":
    main()
