"""Checks certificates that a component set is Turing complete.

The certificate names a model and gives programs; every obligation is generated here from the model
and the set (`theory.kernel.machines.completeness`) and proved anew. A false one is refused with the
failing operation and a concrete counterexample; one that z3 does not settle in time leaves the
report incomplete.
"""

from __future__ import annotations

import time
from typing import Any

from theory.kernel.checks.certificates import Limits
from theory.kernel.checks.statement import Completeness, Report
from theory.kernel.errors import CertificateError
from theory.kernel.machines.completeness import obligations
from theory.kernel.machines.obligations import Open, Refuted, confirmed, decide
from theory.kernel.machines.simulation_reading import read_simulation
from theory.kernel.machines.simulations import Simulation


def check_certificate(data: dict[str, Any], limits: Limits) -> Report:
    """Checks a simulation certificate.

    Raises:
        CertificateError: `refuted` with a counterexample, or the reasons of `read_simulation`.
    """
    simulation = read_simulation(data)
    checked: list[str] = []
    unchecked: list[str] = []
    for obligation in obligations(simulation):
        begun = time.monotonic()
        outcome = decide(obligation)
        if isinstance(outcome, Refuted):
            raise CertificateError("refuted", outcome.message, obligation.where)
        if isinstance(outcome, Open):
            unchecked.append(f"{obligation.name}: {outcome.reason}")
        else:
            spent = time.monotonic() - begun
            added = confirmed(obligation, limits.second_opinion)
            checked.append(f"{obligation.name} ({spent:.3f} s{added})")
    model = simulation.model
    states = Completeness(
        simulation.components.name,
        "Turing",
        complete=True,
        weakly=model.weakly,
        regime=str(simulation.regime),
        by=model.title + _composed(simulation),
        rests_on=model.rests_on,
        memory=model.memory,
    )
    return Report("simulation", None if unchecked else states, tuple(checked), tuple(unchecked))


def _composed(simulation: Simulation) -> str:
    """A local rule made of several components is not any one of them."""
    if not simulation.model.cells:
        return ""
    count = len(next(iter(simulation.operations.values())).steps)
    return "" if count == 1 else f", whose rule is a composition of {count} components"
