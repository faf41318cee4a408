"""Certificates as files of JSON: written, and loaded.

- `problem_to_json`, `decision_to_json`, `error_to_json`, `pack`: the parts, as plain data.
- `new_certificate`, `write_certificate`: a whole one.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

from theory.formats.component_writing import write_components
from theory.formats.files import replacing
from theory.formats.sequence_text import steps_to_json
from theory.formats.values import value_to_json
from theory.kernel.checks.certificates import FORMAT, VERSION
from theory.kernel.errors import ProblemError
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Value
from theory.kernel.language.terms import smt_text
from theory.kernel.machines.simulations import Decision
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.problem_json import MAX_DIGITS
from theory.kernel.problems.targets import Relation, Samples, Specification, Target


def new_certificate(kind: str, **fields: Any) -> dict[str, Any]:
    """A certificate of a kind as plain data."""
    return {"format": FORMAT, "version": VERSION, "kind": kind, **fields}


def write_certificate(data: dict[str, Any], path: str | Path) -> None:
    """Writes a certificate as JSON, one line for each item of its lists; atomically."""
    parts = []
    for key, value in data.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = "[\n    " + ",\n    ".join(json.dumps(item) for item in value) + "\n  ]"
        parts.append(f"  {json.dumps(key)}: {text}")
    with replacing(path) as stream:
        stream.write("{\n" + ",\n".join(parts) + "\n}\n")


def error_to_json(error: Error) -> str:
    """An exact error as text: 3, 1/3 or inf.

    Raises:
        ProblemError: `too-large` beyond `MAX_DIGITS` digits, which no checker would read.
    """
    if error == math.inf:
        return "inf"
    exact = Fraction(error)
    if max(exact.numerator.bit_length(), exact.denominator.bit_length()) > 3 * MAX_DIGITS:
        raise ProblemError("too-large", f"an error has more than {MAX_DIGITS} digits")
    return str(exact)


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """The whole problem as plain data."""
    return {
        "name": problem.name,
        "wiring": str(problem.wiring),
        "measure": str(problem.measure),
        "cost": str(problem.cost),
        "length": problem.length,
        "inputs": [[v.name, str(v.sort)] for v in problem.inputs],
        "outputs": [[v.name, str(v.sort)] for v in problem.outputs],
        "components": write_components(problem.components) if problem.components else None,
        "target": _target_to_json(problem.target),
    }


def _target_to_json(target: Target) -> dict[str, Any]:
    if isinstance(target, Samples):
        rows = [[_values(r.inputs), _values(r.outputs)] for r in target.rows]
        return {"samples": rows}
    if isinstance(target, Relation):
        found = {"relation": smt_text(target.holds), "condition": smt_text(target.condition)}
        listed = target.inputs
        return found if listed is None else found | {"inputs": [_values(row) for row in listed]}
    if isinstance(target, Specification):
        outputs = [smt_text(t) for t in target.outputs]
        return {"specification": outputs, "condition": smt_text(target.condition)}
    entries: dict[str, Any] = {
        "table": [[list(e), error_to_json(error)] for e, error in target.errors.items()],
        "choices": [list(names) for names in target.choices],
        "source": target.source,
    }
    if target.standard_errors is not None:
        entries["standard_errors"] = [
            error_to_json(target.standard_errors[e]) for e in target.errors
        ]
    return entries


def _values(values: tuple[Value, ...]) -> list[Any]:
    return [value_to_json(v) for v in values]


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """A decision as plain data."""
    return {
        "steps": steps_to_json(decision.prefix),
        "decide": steps_to_json((decision.decide,))[0],
        "negated": decision.negated,
        "when_true": steps_to_json(decision.when_true),
        "when_false": steps_to_json(decision.when_false),
    }


def pack(proof: str) -> str:
    """A proof's text as a certificate holds it."""
    return base64.b85encode(zlib.compress(proof.encode("ascii"), 9)).decode("ascii")
