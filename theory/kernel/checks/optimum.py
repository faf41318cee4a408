"""Checks certificates of the least error: each witness, and where claimed the lower bound.

    {"kind": "optimum", "problem": {...}, "engine": "chain",
     "evidence": "proved" | "recounted" | "attested", "attested_by": "...",
     "frontier": [{"length": 0, "error": "11", "at_least": "11", "sequence": {...}}, ...],
     "inputs": [[...], ...], "proofs": [...]}

Line L says: a sequence of at most L steps (of cost at most L, where the problem's cost is tree or
depth) has this error (the witness), and none has an error below `at_least`. The witnesses are
evaluated exactly, always. The lower bounds are recounted by the plain reference enumerator when the
evidence is `recounted`; when it is `proved`, `proofs` hold
refutations of formulas that the checker writes itself (`theory.kernel.checks.proofs`); `attested` ones
are reported as not checked. `inputs` stand only in an all-input problem over an infinite domain:
its errors are 0 (right for all inputs) or 1 (wrong for some), a witness of error 0 is proved by
Z3, and a lower bound of 1 is recounted or proved on those inputs, which is enough: what fails on
one input is not right for all. A null sequence claims nothing but the bounds 0 and 1, or, in a
table, that no entry is so short.
"""

from __future__ import annotations

import math
import time
from typing import Any

from theory.kernel.checks.certificates import Limits, Report
from theory.kernel.checks.proofs import check_proofs
from theory.kernel.checks.reference import recount
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import CertificateError
from theory.kernel.language.proving import Counterexample, Proof
from theory.kernel.language.sorts import plain_value
from theory.kernel.problems.problem import Error, Problem, Samples, Table, error_text
from theory.kernel.problems.problem_json import (
    error_from_json,
    error_to_json,
    problem_from_json,
    values_from_json,
)
from theory.kernel.problems.sequences import Cost, Sequence
from theory.kernel.problems.specifications import on_inputs, verify

_FIELDS = {"format", "version", "kind", "problem", "engine", "evidence", "attested_by", "frontier"}
_LINE = {"length", "error", "at_least", "sequence"}


def check_certificate(data: dict[str, Any], limits: Limits) -> Report:
    """Checks an optimum certificate.

    Raises:
        CertificateError: `witness` (a sequence does not have the stated error or length),
            `lower-bound` (a smaller error exists), `not-monotone`; those of
            `theory.kernel.checks.proofs.check_proofs`; or malformed data.
    """
    started = time.monotonic()
    proved = {"proofs"} if data.get("evidence") == "proved" else set()
    if proved and "proofs" not in data:
        raise CertificateError(
            "bad-evidence", "evidence proved, and there are no proofs", "evidence"
        )
    if set(data) - {"inputs"} != _FIELDS | proved:
        odd = sorted((set(data) - {"inputs"}) ^ (_FIELDS | proved))
        raise CertificateError("bad-fields", f"missing or unknown fields: {', '.join(odd)}")
    for name in ("engine", "attested_by"):
        if not isinstance(data[name], str):
            raise CertificateError("bad-fields", f"{name} is a text", name)
    if data["evidence"] not in ("proved", "recounted", "attested"):
        message = f"evidence is proved, recounted or attested, not {data['evidence']!r}"
        raise CertificateError("bad-evidence", message, "evidence")
    problem = problem_from_json(data["problem"])
    sampled = _sampled(problem, data)
    errors, bounds = _check_frontier(problem, sampled, data["frontier"])
    count = len(errors)
    checked = [f"{count} witness{'es' if count > 1 else ''} evaluated exactly"]
    unchecked: tuple[str, ...] = ()
    complete = True
    if data["evidence"] == "attested":
        unchecked = (f"the lower bound ({data['attested_by']})",)
    else:
        note, complete = (
            check_proofs(sampled or problem, bounds, data["proofs"], limits.timeout_s)
            if proved
            else _check_bounds(sampled or problem, bounds, limits)
        )
        checked += [note] if complete else []
        unchecked = () if complete else (note,)
    return Report(
        kind="optimum",
        statement=_statement(problem, errors, bounds, complete and not unchecked),
        checked=tuple(checked),
        unchecked=unchecked,
        complete=complete,
        seconds=time.monotonic() - started,
    )


def _sampled(problem: Problem, data: dict[str, Any]) -> Problem | None:
    """For an all-input problem over an infinite domain: the problem on the certificate's inputs."""
    infinite = problem.for_all_inputs and not problem.has_small_domain()
    if infinite != ("inputs" in data):
        message = "inputs belong to all-input problems over an infinite domain, and only to them"
        raise CertificateError("bad-fields", message, "inputs")
    if not infinite:
        return None
    if not isinstance(data["inputs"], list):
        raise CertificateError("bad-fields", "inputs is a list", "inputs")
    values = [
        values_from_json(row if isinstance(row, list) else [], problem.inputs, f"inputs[{k}]")
        for k, row in enumerate(data["inputs"])
    ]
    return on_inputs(problem, values)


def _check_frontier(
    problem: Problem, sampled: Problem | None, lines: Any
) -> tuple[list[Error], list[Error]]:
    if not isinstance(lines, list) or not 1 <= len(lines) <= problem.length + 1:
        message = f"expected 1 to {problem.length + 1} lines, for lengths from 0"
        raise CertificateError("bad-frontier", message, "frontier")
    errors: list[Error] = []
    bounds: list[Error] = []
    for length, line in enumerate(lines):
        where = f"frontier[{length}]"
        numbered = isinstance(line, dict) and type(line.get("length")) is int
        if not numbered or set(line) != _LINE or line["length"] != length:
            message = f"expected length {length}, error, at_least and sequence"
            raise CertificateError("bad-frontier", message, where)
        error = error_from_json(line["error"], f"{where}.error")
        bound = error_from_json(line["at_least"], f"{where}.at_least")
        if bound > error:
            message = f"the lower bound {bound} is above the witness's error {error}"
            raise CertificateError("lower-bound", message, where)
        if errors and error > errors[-1]:
            message = f"error {error} at length {length} is above {errors[-1]} at a shorter one"
            raise CertificateError("not-monotone", message, where)
        _check_witness(problem, sampled, line["sequence"], length, error, where)
        errors.append(error)
        bounds.append(bound)
    for k in range(len(bounds) - 1):
        # A bound for longer sequences holds for shorter ones too.
        bounds[k] = max(bounds[k:])
        if bounds[k] > errors[k]:
            message = f"bound {bounds[k]} at a greater length contradicts the error {errors[k]}"
            raise CertificateError("lower-bound", message, f"frontier[{k}]")
    return errors, bounds


def _check_witness(
    problem: Problem, sampled: Problem | None, data: Any, length: int, error: Error, where: str
) -> None:
    if data is None:
        none_needed = math.inf if problem.wiring is Wiring.TABLE else 1
        if error != none_needed or (problem.wiring is not Wiring.TABLE and sampled is None):
            message = f"the error {error_to_json(error)} needs a sequence that has it"
            raise CertificateError("witness", message, f"{where}.sequence")
        return
    place = f"{where}.sequence"
    sequence = Sequence.from_json(data, problem.components, problem.wiring, problem.inputs, place)
    cost = sequence.cost(problem.cost)
    if cost > length:
        message = f"the sequence has {problem.cost.noun} {cost}, more than {length}"
        raise CertificateError("witness", message, place)
    if sampled is None:
        found = problem.error(sequence)
    else:
        answer = verify(problem, sequence)
        if isinstance(answer, Counterexample):
            inputs = ", ".join(f"{k} = {plain_value(v)}" for k, v in answer.values.items())
            if error == 0:
                raise CertificateError("witness", f"wrong at {inputs}", place)
        elif not isinstance(answer, Proof):
            message = f"could not be proved for all inputs: {answer.reason}"
            raise CertificateError("not-proved", message, place)
        found = 0 if isinstance(answer, Proof) else 1
    if found != error:
        message = f"the sequence has error {error_to_json(found)}, not {error_to_json(error)}"
        raise CertificateError("witness", message, place)


def _check_bounds(problem: Problem, bounds: list[Error], limits: Limits) -> tuple[str, bool]:
    """Recounts the bounds; a note and whether the enumerator came far enough."""
    needed = max((k for k, bound in enumerate(bounds) if bound > 0), default=-1)
    if needed < 0:
        return "no lower bound above 0 is claimed", True
    found = recount(problem, length=needed, max_nodes=limits.max_nodes, timeout_s=limits.timeout_s)
    for length, (least, bound) in enumerate(zip(found.least, bounds, strict=False)):
        if least < bound:
            bounded = f"at most {length} steps"
            if problem.cost is not Cost.LENGTH:
                bounded = f"{problem.cost.noun} at most {length}"
            message = f"a sequence of {bounded} has error {error_to_json(least)}"
            raise CertificateError(
                "lower-bound", f"{message}, below {error_to_json(bound)}", f"frontier[{length}]"
            )
    if not found.complete:
        reached = len(found.least) - 1
        return (
            f"the lower bound beyond {problem.cost.noun} {reached} (the recount stopped at its "
            f"limits of {limits.max_nodes} nodes and {limits.timeout_s:g} s)"
        ), False
    what = "values" if problem.cost is not Cost.LENGTH else "behaviours"
    what = "entries" if isinstance(problem.target, Table) else what
    return f"lower bound recounted ({found.nodes:,} {what})", True


def _statement(problem: Problem, errors: list[Error], bounds: list[Error], confirmed: bool) -> str:
    last = len(errors) - 1
    best, bound = errors[-1], bounds[-1]
    shortest = errors.index(best)
    word = "table optimum" if problem.wiring is Wiring.TABLE else "optimal"
    basis = ""
    if isinstance(problem.target, Samples):
        basis = f" on {len(problem.target.rows)} samples"
    elif problem.for_all_inputs:
        basis = " for all inputs"
    text = f"{problem.name}: error {error_text(best)} at {problem.cost.noun} {shortest}{basis}"
    if best == bound:
        text = f"{text}, {word}, checked" if confirmed else f"{text}, {word} if the bound holds"
        open_below = shortest > 0 and bounds[shortest - 1] <= best
        return f"{text}; that no shorter sequence has it is not claimed" if open_below else text
    return f"{text}; at least {error_text(bound)} for {problem.cost.noun}s up to {last}"
