"""Checks certificates of the least error: each witness, and where claimed the lower bound.

    {"kind": "optimum", "problem": {...}, "engine": "chain",
     "evidence": "proved" | "recounted" | "attested", "attested_by": "...",
     "frontier": [{"length": 0, "error": "11", "at_least": "11", "sequence": {...}}, ...],
     "inputs": [[...], ...], "proofs": [...]}

Line L says: a sequence of at most L steps (of cost at most L, where the problem's cost is tree or
depth) has this error (the witness), and none has an error below `at_least`. The lines are those of
lengths 0, 1, 2, ...; where they end before the problem's length, nothing is stated beyond.

The witnesses are evaluated exactly, always. The lower bounds are recounted by the plain reference
enumerator when the evidence is `recounted`; when it is `proved`, `proofs` hold refutations of
formulas that the checker writes itself (`theory.kernel.checks.proofs`); `attested` ones are not
checked, and not stated. `inputs` stand only in an all-input problem over a domain too large to
list: its errors are 0 (right for all inputs) or 1 (wrong for some), a witness of error 0 is proved
by Z3, and a lower bound of 1 is recounted or proved on those inputs, which is enough: what fails on
one input is not right for all. A null sequence claims nothing but the bounds 0 and 1, or, in a
table, that no entry is so short.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from theory.kernel.checks.certificates import Limits
from theory.kernel.checks.proofs import check_proofs
from theory.kernel.checks.reference import recount
from theory.kernel.checks.statement import LeastError, Report
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import CertificateError
from theory.kernel.language.exact import Error, error_text
from theory.kernel.language.proving import Counterexample, Proof
from theory.kernel.language.sorts import plain_value
from theory.kernel.language.terms import TRUE, smt_text
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.problem_json import error_from_json, problem_from_json, values_from_json
from theory.kernel.problems.sequences import Cost, Sequence
from theory.kernel.problems.specifications import on_inputs, verify
from theory.kernel.problems.targets import Measure, Relation, Samples, Table
from theory.kernel.text import quoted

_FIELDS = {"format", "version", "kind", "problem", "engine", "evidence", "attested_by", "frontier"}
_LINE = {"length", "error", "at_least", "sequence"}

_UNITS = {
    Measure.WRONG: "wrong samples",
    Measure.BITS: "wrong bits",
    Measure.ABSOLUTE: "sum of differences",
    Measure.SQUARED: "sum of squared differences",
    Measure.GREATEST: "greatest difference",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the frontier, read; `sequence` is still plain data."""

    error: Error
    at_least: Error
    sequence: Any
    where: str


def check_certificate(data: dict[str, Any], limits: Limits) -> Report:
    """Checks an optimum certificate.

    Raises:
        CertificateError: `witness` (a sequence does not have the stated error or length),
            `lower-bound` (a smaller error exists), `not-monotone`; those of
            `theory.kernel.checks.proofs.check_proofs`; or malformed data.
    """
    evidence = _evidence(data)
    problem = problem_from_json(data["problem"])
    sampled = _sampled(problem, data)
    lines = _read_lines(problem, data["frontier"])
    evaluated = _check_witnesses(problem, sampled, lines)
    checked = [f"{evaluated} witness{'' if evaluated == 1 else 'es'} evaluated exactly"]
    if evaluated < len(lines):
        checked.append(f"{len(lines) - evaluated} lines have no witness, and claim no error")
    bounds = _bounds(lines)
    unchecked: list[str] = []
    confirmed = settled = True
    if evidence == "attested":
        confirmed = False
        unchecked.append(f"the lower bound ({quoted(data['attested_by'], 600)})")
    else:
        note, confirmed = (
            check_proofs(sampled or problem, bounds, data["proofs"])
            if evidence == "proved"
            else _recount_bounds(sampled or problem, bounds, limits)
        )
        (checked if confirmed else unchecked).append(note)
        settled = confirmed
    best = lines[-1].error
    shortest = next(k for k, line in enumerate(lines) if line.error == best)
    states = LeastError(
        problem.name,
        best,
        shortest,
        len(lines) - 1,
        problem.length,
        bounds[-1] if confirmed else None,
        confirmed and (shortest == 0 or bounds[shortest - 1] > best),
        _scope(problem),
        _UNITS[problem.measure] if sampled is None else "1: wrong for some input",
        problem.cost.noun,
        "table" if isinstance(problem.target, Table) and confirmed else evidence,
        settled,
    )
    return Report("optimum", states, tuple(checked), tuple(unchecked))


def _evidence(data: dict[str, Any]) -> str:
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
    evidence = data["evidence"]
    if not isinstance(evidence, str) or evidence not in ("proved", "recounted", "attested"):
        message = f"evidence is proved, recounted or attested, not {str(evidence)[:40]!r}"
        raise CertificateError("bad-evidence", message, "evidence")
    return evidence


def _scope(problem: Problem) -> str:
    target = problem.target
    if isinstance(target, Samples):
        return f"on {len(target.rows)} samples"
    if isinstance(target, Table):
        return f"in a table of {len(target.errors)} entries"
    if isinstance(target, Relation) and target.inputs is not None:
        return f"on {len(target.inputs)} listed inputs"
    count = f"{len(problem.rows())} " if problem.has_small_domain() else ""
    if target.condition == TRUE:
        return f"for all {count}inputs"
    return f"for all {count}inputs with {quoted(smt_text(target.condition), 300)}"


def _sampled(problem: Problem, data: dict[str, Any]) -> Problem | None:
    """For an all-input problem over an unlisted domain: the problem on the certificate's inputs."""
    unlisted = problem.for_all_inputs and not problem.has_small_domain()
    if unlisted != ("inputs" in data):
        message = "inputs belong to all-input problems over an infinite domain, and only to them"
        raise CertificateError("bad-fields", message, "inputs")
    if not unlisted:
        return None
    if not isinstance(data["inputs"], list):
        raise CertificateError("bad-fields", "inputs is a list", "inputs")
    values = [
        values_from_json(row if isinstance(row, list) else [], problem.inputs, f"inputs[{k}]")
        for k, row in enumerate(data["inputs"])
    ]
    return on_inputs(problem, values)


def _read_lines(problem: Problem, data: Any) -> list[_Line]:
    if not isinstance(data, list) or not 1 <= len(data) <= problem.length + 1:
        message = f"expected 1 to {problem.length + 1} lines, for lengths from 0"
        raise CertificateError("bad-frontier", message, "frontier")
    lines: list[_Line] = []
    for length, line in enumerate(data):
        where = f"frontier[{length}]"
        numbered = isinstance(line, dict) and type(line.get("length")) is int
        if not numbered or set(line) != _LINE or line["length"] != length:
            message = f"expected length {length}, error, at_least and sequence"
            raise CertificateError("bad-frontier", message, where)
        error = error_from_json(line["error"], f"{where}.error")
        bound = error_from_json(line["at_least"], f"{where}.at_least")
        if bound > error:
            message = f"bound {error_text(bound)} is above the witness's error {error_text(error)}"
            raise CertificateError("lower-bound", message, where)
        if lines and error > lines[-1].error:
            message = f"error {error_text(error)} at length {length} is above a shorter one's"
            raise CertificateError("not-monotone", message, where)
        lines.append(_Line(error, bound, line["sequence"], where))
    return lines


def _bounds(lines: list[_Line]) -> list[Error]:
    """The bound at each length: one for longer sequences holds for shorter ones too.

    None exceeds the error of its line: errors do not increase, and each is at least its bound.
    """
    bounds = [line.at_least for line in lines]
    for k in reversed(range(len(bounds) - 1)):
        bounds[k] = max(bounds[k], bounds[k + 1])
    return bounds


def _check_witnesses(problem: Problem, sampled: Problem | None, lines: list[_Line]) -> int:
    """Evaluates each line's witness; how many lines have one."""
    known: dict[str, tuple[int, Error]] = {}
    count = 0
    for length, line in enumerate(lines):
        if line.sequence is None:
            none_needed = math.inf if problem.wiring is Wiring.TABLE else 1
            if line.error != none_needed or (problem.wiring is not Wiring.TABLE and not sampled):
                message = f"the error {error_text(line.error)} needs a sequence that has it"
                raise CertificateError("witness", message, f"{line.where}.sequence")
            if isinstance(problem.target, Table) and min(map(len, problem.target.errors)) <= length:
                message = f"the table has an entry of at most {length} steps"
                raise CertificateError("witness", message, f"{line.where}.sequence")
            continue
        count += 1
        text = json.dumps(line.sequence, sort_keys=True)
        if text not in known:
            known[text] = _evaluate(problem, sampled, line)
        cost, found = known[text]
        if cost > length:
            message = f"the sequence has {problem.cost.noun} {cost}, more than {length}"
            raise CertificateError("witness", message, f"{line.where}.sequence")
        if found != line.error:
            message = f"the sequence has error {error_text(found)}, not {error_text(line.error)}"
            raise CertificateError("witness", message, f"{line.where}.sequence")
    return count


def _evaluate(problem: Problem, sampled: Problem | None, line: _Line) -> tuple[int, Error]:
    """The cost and the error of a line's sequence."""
    place = f"{line.where}.sequence"
    sequence = Sequence.from_json(
        line.sequence, problem.components, problem.wiring, problem.inputs, place
    )
    cost = sequence.cost(problem.cost)
    if sampled is None:
        return cost, problem.error(sequence)
    answer = verify(problem, sequence)
    if isinstance(answer, Counterexample):
        if line.error == 0:
            inputs = ", ".join(f"{k} = {plain_value(v)}" for k, v in answer.values.items())
            raise CertificateError("witness", f"wrong at {inputs}", place)
        return cost, 1
    if not isinstance(answer, Proof):
        message = f"could not be proved for all inputs: {answer.reason}"
        raise CertificateError("not-proved", message, place)
    return cost, 0


def _recount_bounds(problem: Problem, bounds: list[Error], limits: Limits) -> tuple[str, bool]:
    """Recounts the bounds; a note and whether the enumerator came far enough."""
    needed = max((k for k, bound in enumerate(bounds) if bound > 0), default=-1)
    if needed < 0:
        return "no lower bound above 0 is claimed", True
    found = recount(problem, length=needed, max_nodes=limits.max_nodes)
    for length, (least, bound) in enumerate(zip(found.least, bounds, strict=False)):
        if least < bound:
            bounded = f"at most {length} steps"
            if problem.cost is not Cost.LENGTH:
                bounded = f"{problem.cost.noun} at most {length}"
            message = f"a sequence of {bounded} has error {error_text(least)}"
            raise CertificateError(
                "lower-bound", f"{message}, below {error_text(bound)}", f"frontier[{length}]"
            )
    if not found.complete:
        reached = len(found.least) - 1
        return (
            f"the lower bound beyond {problem.cost.noun} {reached} (the recount stopped at its "
            f"limits of {limits.max_nodes} nodes and {limits.timeout_s:g} s)"
        ), False
    if len(found.least) <= needed:
        raise CertificateError("lower-bound", "the recount is too short", "frontier")
    what = "values" if problem.cost is not Cost.LENGTH else "behaviours"
    what = "entries" if isinstance(problem.target, Table) else what
    return f"lower bound recounted ({found.nodes:,} {what})", True
