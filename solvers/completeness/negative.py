"""Finds a route by which a set is not Turing complete: the hints each route needs.

Each route is tried through its own checker, so what is returned has been checked; the refusals say
why no route applies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from solvers.completeness.layouts import numbers_in
from solvers.completeness.search_budget import Clock
from theory.formats.certificates import new_certificate
from theory.formats.component_writing import write_components
from theory.kernel.checks.certificates import Limits, check
from theory.kernel.checks.statement import Report
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.programs import Regime
from theory.kernel.errors import CertificateError
from theory.kernel.machines.halting import ROUTES
from theory.kernel.machines.transitions import is_finite_sort

MAX_BASES = 4


@dataclass(frozen=True, slots=True)
class Limit:
    """A checked certificate of a negative route."""

    certificate: dict[str, Any]
    report: Report
    route: str
    rests_on: str


def find_limit(
    components: ComponentSet, regime: Regime, clock: Clock
) -> tuple[Limit | None, dict[str, str]]:
    """The first route whose hypotheses are all proved, and why the others do not apply."""
    text = write_components(components)
    refusals: dict[str, str] = {}
    for route in ROUTES:
        for hints in _hints(components, route):
            data = new_certificate("limit", set=text, regime=str(regime), route=route, hints=hints)
            clock.say(f"route {route}")
            try:
                report = check(data, Limits(timeout_s=min(10.0, clock.left)))
            except CertificateError as error:
                refusals.setdefault(route, error.message)
                continue
            if report.complete:
                return Limit(data, report, route, ROUTES[route][1]), refusals
            refusals[route] = report.unchecked[0]
    return None, refusals


def _hints(components: ComponentSet, route: str) -> list[dict[str, Any]]:
    if route == "finite":
        found: list[dict[str, Any]] = [{"box": None}]
        if components.starts is not None:
            found += [{"box": box} for box in _boxes(components)]
        return found
    whole = [int(n) for n in numbers_in(components) if n == int(n) and abs(n) < 10_000]
    window = 2 * sum(abs(n) for n in whole) + 2
    if route == "one-counter":
        moduli = [abs(n) for n in whole if n]
        modulus = math.lcm(*moduli[:8]) if moduli else 1
        return [{"window": window, "modulus": m} for m in dict.fromkeys([1, min(modulus, 10_000)])]
    if route == "one-stack":
        bases = [n for n in dict.fromkeys(abs(n) for n in whole) if 2 <= n <= 64]
        return [{"window": window, "base": base} for base in bases[:MAX_BASES]]
    return [{}]


def _boxes(components: ComponentSet) -> list[dict[str, list[int]]]:
    """Boxes worth trying for sets with start states: bounds from the set's constants."""
    names = [r.name for r in components.registers if not is_finite_sort(components, r.sort)]
    whole = [int(n) for n in numbers_in(components) if n == int(n) and abs(n) < 10_000]
    low, high = min([0, *whole]), max([0, *whole])
    tops = list(dict.fromkeys([1, high, high + 1, 2 * high + 1]))
    return [{n: [b, t] for n in names} for t in tops for b in dict.fromkeys([0, low])]
