"""Checks certificates of functional completeness against the component set they are about.

    {"kind": "functional", "components": SMT-LIB text, "k": ..., "operations": [...],
     "verdict": ..., ...}

The tables are computed anew from the component set, exactly; then `theory.kernel.checks.finite`
checks the rest on tables alone. No z3 is loaded (reading a set whose divisors need a proof over a
large domain aside).
"""

from __future__ import annotations

from typing import Any

from theory.kernel.checks.certificates import Limits
from theory.kernel.checks.finite import check_functional
from theory.kernel.checks.operations import operations_of
from theory.kernel.checks.statement import Completeness, Report
from theory.kernel.components.component_files import components_from
from theory.kernel.errors import CertificateError


def check_certificate(data: dict[str, Any], limits: Limits) -> Report:
    """Checks a functional certificate.

    Raises:
        CertificateError: with the place and a concrete counterexample.
    """
    rest = {k: v for k, v in data.items() if k not in ("format", "version", "components")}
    text = data.get("components")
    if not isinstance(text, str):
        message = "expected the component set as SMT-LIB text"
        raise CertificateError("bad-fields", message, "components")
    components = components_from(text, "components")
    k, operations = operations_of(components)
    if type(data.get("k")) is not int or data["k"] != k:
        raise CertificateError("other-operations", f"the set has k = {k}", "k")
    try:
        report = check_functional(rest, operations, max_work=int(limits.timeout_s * 2_000_000))
    except CertificateError as error:
        if error.reason != "work-limit":
            raise
        return Report("functional", None, (), (str(error),))
    states = Completeness(
        components.name, "functions", complete=report.verdict == "complete", values=k
    )
    checked = [f"{o.what}: {o.found}" for o in report.obligations]
    tied = any(c.placements is not None or c.writes is not None for c in components.components)
    if tied or components.registers or components.starts is not None:
        checked.append("asked of functions: registers, placements and starts play no part")
    return Report("functional", states, tuple(checked))
