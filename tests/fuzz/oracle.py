"""The oracle: is what an accepted certificate claims true? It shares no code with the checker.

- `claim_of`: what a report claims, read off its statement. The only place that knows how a report
  is worded.
- `judge`: `Verdict.TRUE`, `Verdict.FALSE` with a reason, or `Verdict.OPEN` where it cannot tell.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from tests.fuzz.component_sets import read_set
from tests.fuzz.function_truth import is_complete, operations_of, values_of
from tests.fuzz.machine_truth import check_limit, check_simulation
from tests.fuzz.optimum_truth import (
    Budget,
    Error,
    ProblemData,
    check_domain,
    error_of,
    least_errors,
    read_problem_data,
    read_witness,
    table_entry,
    witness_error,
)
from tests.fuzz.smt_text import Malformed, Unreadable
from theory import Report


class Verdict(StrEnum):
    """What the oracle says of a claim."""

    TRUE = "true"
    FALSE = "FALSE"
    OPEN = "cannot judge"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and its reason."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OptimumClaim:
    """What a report says of a frontier.

    Attributes:
        error: what is attained.
        length: the length, size or depth that attains it.
        optimal: whether it is said to be the least, as checked.
        up_to: the greatest length about which the report speaks.
        shortest: whether it is said that nothing shorter attains it.
        bound: a lower bound that is stated as a fact for lengths up to `up_to`; None without one.
        samples: how many samples the report speaks of; None where it speaks of none.
        all_inputs: whether it speaks of all inputs.
    """

    error: Error
    length: int
    optimal: bool
    up_to: int
    shortest: bool
    bound: Error | None
    samples: int | None
    all_inputs: bool


@dataclass(frozen=True, slots=True)
class SetClaim:
    """What a report says of a component set.

    Attributes:
        verdict: complete, weakly complete or incomplete.
        asked: the regime or the k that it is about.
    """

    verdict: str
    asked: str


class UnclearError(Exception):
    """A report that does not say what it claims, or that a certificate's text could have forged."""


_OPTIMUM = re.compile(
    r"error (?P<error>\S+) at (?:length|formula size|depth) (?P<length>\d+)"
    r"(?: on (?P<samples>\d+) samples|(?P<all> for all inputs))?"
    r"(?:, (?:optimal|table optimum)(?:(?P<checked>, checked)| if the bound holds)"
    r"(?P<open>; that no shorter sequence has it is not claimed)?"
    r"|; at least (?P<bound>\S+) for \D+ up to (?P<to>\d+))"
)
_MACHINE = re.compile(
    r" is (?P<not>not )?(?P<weakly>weakly )?Turing complete under (?P<regime>[a-z-]+): .*"
)
_FUNCTIONS = re.compile(
    r": (?P<verdict>complete|incomplete) \(k = (?P<k>\d+)\), "
    r"(every function is a composition|some function is no composition)"
)


def claim_of(report: Report, certificate: dict[str, Any]) -> OptimumClaim | SetClaim:
    """What the report claims: from its data where it has them, else from its words.

    Raises:
        UnclearError: it is not worded as known, or not plain text.
    """
    shown = report.data() if hasattr(report, "data") else None  # what is printed
    texts = (shown["checked"], shown["unchecked"]) if shown else (report.checked, report.unchecked)
    for line in (report.statement, *texts[0], *texts[1]):
        if not line.isprintable():
            raise UnclearError(f"not printable: {line[:200]!r}")
    if report.kind == "optimum":
        name = certificate["problem"]["name"]
    else:
        name = _set_name(certificate["components" if report.kind == "functional" else "set"])
    rest = _after_name(report.statement, name)
    states: Any = getattr(report, "states", None)
    if states is not None:
        return _stated(report.kind, states)
    if report.kind == "optimum":
        return _optimum_claim(report, rest, certificate)
    if report.kind == "functional":
        found = _FUNCTIONS.fullmatch(rest)
        if found is None:
            raise UnclearError(f"unknown wording: {report.statement[:200]!r}")
        return SetClaim(found["verdict"], found["k"])
    found = _MACHINE.fullmatch(rest)
    if found is None:
        raise UnclearError(f"unknown wording: {report.statement[:200]!r}")
    verdict = "incomplete" if found["not"] else f"{found['weakly'] or ''}complete"
    return SetClaim(verdict, found["regime"])


def _stated(kind: str, states: Any) -> OptimumClaim | SetClaim:
    """The claim of a report that has its statement as data."""
    if kind != "optimum":
        weakly = "weakly " if states.weakly else ""
        verdict = f"{weakly}complete" if states.complete else "incomplete"
        return SetClaim(verdict, str(states.values) if kind == "functional" else states.regime)
    # Where an error is 0 nothing longer is better, so the report speaks of the whole problem.
    up_to = states.asked if states.error == 0 else states.lengths
    samples = re.search(r"on (\d+) samples", states.scope)
    return OptimumClaim(
        error=states.error,
        length=states.length,
        optimal=states.at_least is not None and states.at_least == states.error,
        up_to=up_to if states.at_least == states.error else states.lengths,
        shortest=states.at_least is not None and states.shortest,
        bound=states.at_least,
        samples=int(samples[1]) if samples else None,
        all_inputs="all inputs" in states.scope,
    )


def _set_name(text: str) -> str:
    try:
        return read_set(text).name
    except Malformed:
        # The set is judged later; here only its name is wanted.
        found = re.search(r"\(set ([^\s()|]+)", text)
        return found[1] if found else "unnamed"


_SPEAKING = set(":,;\"'")  # what a report's own sentences are made with


def _after_name(statement: str, name: str) -> str:
    """The statement after the certificate's own name, which is quoted unless it is plain."""
    quoted = re.match(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?=:| is )""", statement)
    if quoted is not None:
        return statement[quoted.end() :]
    if not statement.startswith(name):
        raise UnclearError(f"unknown wording: {statement[:200]!r}")
    if len(name) > 200 or _SPEAKING & set(name):
        raise UnclearError(f"a name stands there without quotes: {statement[:120]!r}")
    return statement[len(name) :]


def _optimum_claim(report: Report, rest: str, certificate: dict[str, Any]) -> OptimumClaim:
    found = _OPTIMUM.fullmatch(rest.removeprefix(": "))
    if found is None:
        raise UnclearError(f"unknown wording: {report.statement[:200]!r}")
    lines = certificate["frontier"]
    error = _exact(found["error"], error_of(lines[-1]["error"]))
    bound = None
    if found["bound"] is not None:
        bound = _exact(found["bound"], error_of(lines[-1]["at_least"]))
    # A report that names no range speaks of the whole problem.
    up_to = int(found["to"]) if found["to"] else certificate["problem"]["length"]
    optimal = found["checked"] is not None
    return OptimumClaim(
        error=error,
        length=int(found["length"]),
        optimal=optimal,
        up_to=up_to,
        shortest=optimal and found["open"] is None,
        bound=bound,
        samples=int(found["samples"]) if found["samples"] else None,
        all_inputs=found["all"] is not None,
    )


def _exact(text: str, wanted: Error) -> Error:
    """The certificate's exact error, if the report's rounded one is it."""
    if text == "inf" or wanted == math.inf:
        if text != "inf" or wanted != math.inf:
            raise UnclearError(f"the report says {text}, the certificate {wanted}")
        return wanted
    said = Fraction(text)
    if abs(said - wanted) * 10**4 > abs(wanted):
        raise UnclearError(f"the report says {text}, the certificate {wanted}")
    return wanted


# Judging


def judge(certificate: dict[str, Any], report: Report) -> Judgement:
    """Whether what the report claims is true."""
    try:
        claim = claim_of(report, certificate)
        if isinstance(claim, OptimumClaim):
            return _judge_optimum(certificate, claim)
        return _judge_set(certificate, report.kind, claim)
    except UnclearError as error:
        return Judgement(Verdict.FALSE, f"unclear report: {error}")
    except Malformed as error:
        return Judgement(Verdict.FALSE, str(error))
    except Unreadable as error:
        return Judgement(Verdict.OPEN, str(error))


def _judge_set(certificate: dict[str, Any], kind: str, claim: SetClaim) -> Judgement:
    if kind == "functional":
        components = read_set(certificate["components"])
        k = values_of(components)
        if str(k) != claim.asked:
            return Judgement(Verdict.FALSE, f"k is {k}, not {claim.asked}")
        question = ["functional", certificate["components"]]
        complete = _once(question, lambda: is_complete(k, operations_of(components)))
        truth = "complete" if complete else "incomplete"
        if truth != claim.verdict:
            return Judgement(Verdict.FALSE, f"the set is {truth}")
        return Judgement(Verdict.TRUE)
    if claim.asked != certificate["regime"]:
        return Judgement(Verdict.FALSE, "the report names another regime")
    if kind == "simulation":
        weakly = _once(["simulation", certificate], lambda: check_simulation(certificate))
        if claim.verdict == "incomplete" or (weakly and "weakly" not in claim.verdict):
            return Judgement(Verdict.FALSE, "the report says more than the certificate")
    else:
        _once(["limit", certificate], lambda: check_limit(certificate))
        if claim.verdict != "incomplete":
            return Judgement(Verdict.FALSE, "the report says more than the certificate")
    return Judgement(Verdict.TRUE)


def _judge_optimum(certificate: dict[str, Any], claim: OptimumClaim) -> Judgement:
    problem = read_problem_data(certificate)
    check_domain(problem)
    _check_scope(problem, claim)
    for length, line in enumerate(certificate["frontier"]):
        _check_line(problem, length, line)
    line = certificate["frontier"][claim.length]
    if error_of(line["error"]) != claim.error:
        raise Malformed(f"the error at {claim.length} is {line['error']}, not {claim.error}")
    if not claim.optimal and claim.bound is None:
        return Judgement(Verdict.TRUE)  # the witness is all that is claimed
    if not claim.optimal and claim.bound == 0:
        return Judgement(Verdict.TRUE)
    found, done = _least_errors(certificate, problem, claim.up_to)
    if problem.sampled and problem.measure == "wrong-samples":
        found = [min(1, e) for e in found]
    lowest = claim.error if claim.optimal else claim.bound
    assert lowest is not None
    for length, least in enumerate(found):
        if least < lowest:
            word = "the optimum" if claim.optimal else "the bound that is stated as a fact"
            raise Malformed(f"the least error at {length} is {least}, below {word} {lowest}")
        if claim.shortest and length < claim.length and least <= claim.error:
            raise Malformed(f"error {least} is attained at {length}, before {claim.length}")
        attained = claim.optimal and length >= claim.length
        if attained and not problem.sampled and least > claim.error:
            raise Malformed(f"the least error at {length} is {least}, not {claim.error}")
    if problem.sampled and claim.error > 0 and problem.measure != "wrong-samples":
        raise Malformed(f"an error by {problem.measure} over infinitely many inputs")
    return Judgement(Verdict.TRUE) if done else Judgement(Verdict.OPEN, "too much to try")


# Most mutants that are accepted ask what was asked before: the answer is kept.
_ANSWERS: dict[str, Any] = {}


def _once(question: list[Any], answer: Callable[[], Any]) -> Any:
    """The answer to a question, computed the first time; `Malformed` is an answer too."""
    key = json.dumps(question)
    if key not in _ANSWERS:
        try:
            _ANSWERS[key] = (answer(), None)
        except (Malformed, Unreadable) as error:
            _ANSWERS[key] = (None, error)
    value, error = _ANSWERS[key]
    if error is not None:
        raise error
    return value


def _least_errors(
    certificate: dict[str, Any], problem: ProblemData, longest: int
) -> tuple[list[Error], bool]:
    asked = {k: v for k, v in certificate["problem"].items() if k != "name"}
    question = ["optimum", asked, certificate.get("inputs"), longest]
    found, done = _once(question, lambda: least_errors(problem, longest, Budget()))
    return list(found), done


def _check_scope(problem: ProblemData, claim: OptimumClaim) -> None:
    if claim.all_inputs and not problem.all_inputs:
        raise Malformed("the report speaks of all inputs, the problem of some")
    if claim.samples is not None and claim.samples != len(problem.rows):
        raise Malformed(f"there are {len(problem.rows)} samples, not {claim.samples}")


def _check_line(problem: ProblemData, length: int, line: dict[str, Any]) -> None:
    error, sequence = error_of(line["error"]), line["sequence"]
    if sequence is None:
        return
    if problem.table is not None:
        entry = table_entry(problem, sequence)
        if len(entry) > length or problem.table.get(entry) != error:
            raise Malformed(f"line {length}: not the table's entry")
        return
    witness = read_witness(problem, sequence)
    if witness.cost > length:
        raise Malformed(f"line {length}: the sequence costs {witness.cost}")
    found = witness_error(problem, witness)
    if problem.sampled:
        if error == 0 and found != 0:
            raise Malformed(f"line {length}: the sequence is wrong for some input")
    elif found != error:
        raise Malformed(f"line {length}: the sequence has error {found}, not {error}")
