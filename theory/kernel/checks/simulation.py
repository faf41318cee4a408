"""Checks certificates that a component set is Turing complete.

The certificate names a model and gives programs; every obligation is generated here from the model
and the set (`theory.kernel.machines.completeness`) and proved anew. A false one is refused with the failing
operation and a concrete counterexample; one that z3 does not settle in time leaves the report
incomplete.
"""

from __future__ import annotations

import time
from typing import Any

from theory.kernel.checks.certificates import Limits, Report
from theory.kernel.errors import CertificateError
from theory.kernel.language.proving import TIMEOUT_S
from theory.kernel.machines.completeness import obligations
from theory.kernel.machines.obligations import Open, Refuted, confirmed, decide
from theory.kernel.machines.simulation_reading import read_simulation
from theory.kernel.machines.simulations import Simulation


def check_certificate(data: dict[str, Any], limits: Limits) -> Report:
    """Checks a simulation certificate.

    Raises:
        CertificateError: `refuted` with a counterexample, or the reasons of `read_simulation`.
    """
    started = time.monotonic()
    simulation = read_simulation(data)
    checked: list[str] = []
    unchecked: list[str] = []
    for obligation in obligations(simulation):
        left = limits.timeout_s - (time.monotonic() - started)
        begun = time.monotonic()
        if left <= 0:
            outcome: Any = Open("the time limit was reached")
        else:
            outcome = decide(obligation, timeout_s=min(left, TIMEOUT_S))
        if isinstance(outcome, Refuted):
            raise CertificateError("refuted", outcome.message, obligation.where)
        if isinstance(outcome, Open):
            unchecked.append(f"{obligation.name}: {outcome.reason}")
        else:
            spent = time.monotonic() - begun
            added = f"; {confirmed(obligation, obligation.where)}" if limits.second_opinion else ""
            checked.append(f"{obligation.name} ({spent:.3f} s{added})")
    return Report(
        kind="simulation",
        statement=statement(simulation),
        checked=tuple(checked),
        unchecked=tuple(unchecked),
        complete=not unchecked,
        seconds=time.monotonic() - started,
    )


def statement(simulation: Simulation) -> str:
    """What an accepted certificate shows, in one line."""
    model = simulation.model
    weakly = "weakly Turing complete" if model.weakly else "Turing complete"
    return (
        f"{simulation.components.name} is {weakly} under {simulation.regime}: simulates "
        f"{model.title} ({model.rests_on}); memory: {model.memory}"
    )
