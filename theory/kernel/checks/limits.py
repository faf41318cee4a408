"""Checks certificates that a component set is not Turing complete.

    {"kind": "limit", "set": "...", "regime": "while", "route": "one-counter",
     "hints": {"window": 4, "modulus": 1}}

The certificate names a route; every hypothesis is generated here from the set
(`theory.kernel.machines.halting`) and proved anew, for every placement, parameter value and value
of the finite registers.
"""

from __future__ import annotations

import time
from typing import Any

from theory.kernel.checks.certificates import Limits
from theory.kernel.checks.statement import Completeness, Report
from theory.kernel.components.component import Role
from theory.kernel.components.component_files import read_set
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.errors import CertificateError
from theory.kernel.machines.halting import ROUTES, Demand, demands
from theory.kernel.machines.obligations import Proved, Refuted, confirmed, decide
from theory.kernel.text import quoted

_FIELDS = {"format", "version", "kind", "set", "regime", "route", "hints"}


def check_certificate(data: dict[str, Any], limits: Limits) -> Report:
    """Checks a limit certificate.

    Raises:
        CertificateError: `route` or `refuted` where a hypothesis fails, or malformed data.
    """
    if set(data) != _FIELDS:
        odd = sorted(set(data) ^ _FIELDS)
        raise CertificateError("bad-fields", f"missing or unknown fields: {', '.join(odd)}")
    components, regime = read_set(data)
    route, hints = data["route"], data["hints"]
    if not isinstance(route, str) or not isinstance(hints, dict):
        raise CertificateError("bad-hint", "route is a name and hints an object", "hints")
    checked = [_looked_at(components)]
    unchecked: list[str] = []
    for demand in demands(components, regime, route, hints):
        note, settled = _settle(demand, limits)
        (checked if settled else unchecked).append(note)
    if len(checked) == 1 and not unchecked:
        checked.append("the hypotheses hold by the form of the set")
    states = Completeness(
        components.name,
        "Turing",
        complete=False,
        regime=str(regime),
        by=route,
        rests_on=ROUTES[route][1],
    )
    return Report("limit", None if unchecked else states, tuple(checked), tuple(unchecked))


def _looked_at(components: ComponentSet) -> str:
    """What the claim is about: a definition that another one calls is none of these."""
    parts = []
    for role, plural in (
        (Role.OPERATION, "operations"),
        (Role.TEST, "tests"),
        (Role.BRANCH, "branches"),
    ):
        names = [quoted(c.name) for c in components.components if c.role is role]
        if names:
            parts.append(f"{len(names)} {plural}: {', '.join(names)}")
    return "; ".join(parts) or "no components"


def _settle(demand: Demand, limits: Limits) -> tuple[str, bool]:
    """What to report of a demand, and whether it is proved; refuses it when it is false."""
    first: Refuted | None = None
    reason = ""
    for obligation in demand.alternatives:
        begun = time.monotonic()
        outcome = decide(obligation)
        if isinstance(outcome, Proved):
            spent = time.monotonic() - begun
            added = confirmed(obligation, limits.second_opinion)
            return f"{obligation.name} ({spent:.3f} s{added})", True
        if not isinstance(outcome, Refuted):
            reason = outcome.reason
        elif first is None:
            first = outcome
    if reason or first is None:
        return f"{demand.name}: {reason}", False
    raise CertificateError("refuted", first.message, "set")
