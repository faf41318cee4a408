"""Checks certificates that a component set is not Turing complete.

    {"kind": "limit", "set": "...", "regime": "while", "route": "one-counter",
     "hints": {"window": 4, "modulus": 1}}

The certificate names a route; every hypothesis is generated here from the set (`theory.kernel.machines.halting`)
and proved anew, for every placement, parameter value and value of the finite registers.
"""

from __future__ import annotations

import time
from typing import Any

from theory.kernel.checks.certificates import Limits, Report
from theory.kernel.errors import CertificateError, ProblemError
from theory.kernel.language.proving import TIMEOUT_S
from theory.kernel.machines.halting import ROUTES, Demand, demands
from theory.kernel.machines.obligations import Open, Proved, Refuted, confirmed, decide
from theory.kernel.machines.simulation_reading import read_set

_FIELDS = {"format", "version", "kind", "set", "regime", "route", "hints"}


def check_certificate(data: dict[str, Any], limits: Limits) -> Report:
    """Checks a limit certificate.

    Raises:
        CertificateError: `route` or `refuted` where a hypothesis fails, or malformed data.
    """
    started = time.monotonic()
    if set(data) != _FIELDS:
        odd = sorted(set(data) ^ _FIELDS)
        raise CertificateError("bad-fields", f"missing or unknown fields: {', '.join(odd)}")
    components, regime = read_set(data)
    route, hints = data["route"], data["hints"]
    if not isinstance(route, str) or not isinstance(hints, dict):
        raise CertificateError("bad-hint", "route is a name and hints an object", "hints")
    checked: list[str] = []
    unchecked: list[str] = []
    try:
        for demand in demands(components, regime, route, hints):
            left = limits.timeout_s - (time.monotonic() - started)
            note, settled = _settle(demand, left, second_opinion=limits.second_opinion)
            (checked if settled else unchecked).append(note)
    except ProblemError as error:
        unchecked.append(error.message)
    if not checked and not unchecked:
        checked.append("the hypotheses hold by the form of the set")
    text = (
        f"{components.name} is not Turing complete under {regime}: halting is decidable, "
        f"route {route} ({ROUTES[route][1]})"
    )
    return Report(
        kind="limit",
        statement=text,
        checked=tuple(checked),
        unchecked=tuple(unchecked),
        complete=not unchecked,
        seconds=time.monotonic() - started,
    )


def _settle(demand: Demand, left: float, *, second_opinion: bool) -> tuple[str, bool]:
    """What to report of a demand, and whether it is proved; refuses it when it is false."""
    first: Refuted | None = None
    reason = ""
    for obligation in demand.alternatives:
        begun = time.monotonic()
        outcome = decide(obligation, timeout_s=min(left, TIMEOUT_S)) if left > 0 else Open("time")
        if isinstance(outcome, Proved):
            spent = time.monotonic() - begun
            added = f"; {confirmed(obligation, 'set')}" if second_opinion else ""
            return f"{obligation.name} ({spent:.3f} s{added})", True
        if isinstance(outcome, Open):
            reason = outcome.reason
        elif first is None:
            first = outcome
    if reason or first is None:
        return f"{demand.name}: {reason}", False
    raise CertificateError("refuted", first.message, "set")
