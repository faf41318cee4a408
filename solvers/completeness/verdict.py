"""Is a component set Turing complete? Complete, incomplete or unknown, with a checked certificate.

`verdict` tries the negative routes, then searches for a simulation of a universal machine, in
passes of growing length. Whatever it claims has gone through the checker of `theory`; the search
itself is not trusted. Finding no simulation is never evidence: then the answer is unknown, with
the reason, the budget, and the model that came closest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from solvers.completeness.affine import is_affine
from solvers.completeness.finder import Reach, pursue
from solvers.completeness.layouts import trials
from solvers.completeness.negative import find_limit
from solvers.completeness.search_budget import Budget, Clock, OutOfTimeError, Progress
from solvers.completeness.trials import Trial
from theory.kernel.checks.certificates import Limits, check
from theory.kernel.checks.statement import Report
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.programs import Regime
from theory.kernel.errors import ShefferError

PASSES = (Reach(1, 400), Reach(3, 4_000), Reach(6, 40_000), Reach(10, 200_000))


class Answer(StrEnum):
    """The three answers."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer with what it rests on.

    Attributes:
        title: the model simulated, or the route; empty when unknown.
        rests_on: the theorem cited.
        memory: where the unbounded memory lives, for complete sets.
        weakly: complete only with eventually periodic starts.
        certificate, report: the certificate and what the checker found; None when unknown.
        reason: why it is unknown.
        model: the model that came closest, when unknown.
        found, missing: its operations that were found, and those that were not.
        refusals: for each negative route, why it does not apply.
        budget: what the search might spend.
    """

    name: str
    regime: Regime
    answer: Answer
    seconds: float
    budget: Budget
    title: str = ""
    rests_on: str = ""
    memory: str = ""
    weakly: bool = False
    certificate: dict[str, Any] | None = None
    report: Report | None = None
    reason: str = ""
    model: str = ""
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    refusals: dict[str, str] = field(default_factory=dict)

    @property
    def obligations(self) -> tuple[str, ...]:
        """What was proved: all that was checked but a limit's first line, which names the parts."""
        if self.report is None:
            return ()
        return self.report.checked[1:] if self.report.kind == "limit" else self.report.checked


def verdict(
    components: ComponentSet,
    regime: Regime | None = None,
    *,
    budget: Budget | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Whether the set is Turing complete under a regime (default: the set's own).

    Args:
        progress: called with a line of text as the search advances.
    """
    asked = components.regime if regime is None else regime
    clock = Clock(budget or Budget(), progress)
    limit, refusals = find_limit(components, asked, clock)
    if limit is not None:
        return Verdict(
            components.name, asked, Answer.INCOMPLETE, clock.seconds, clock.budget,
            title=limit.route, rests_on=limit.rests_on, certificate=limit.certificate,
            report=limit.report,
        )  # fmt: skip
    trial, reason, closest = _search(components, asked, clock)
    if trial is not None:
        certificate = trial.certificate()
        report = check(certificate, Limits())
        if report.complete:
            model = trial.model
            return Verdict(
                components.name, asked, Answer.COMPLETE, clock.seconds, clock.budget,
                title=model.title, rests_on=model.rests_on, memory=model.memory,
                weakly=model.weakly, certificate=certificate, report=report,
            )  # fmt: skip
        reason = f"not proved: {report.unchecked[0]}"
        closest = trial
    return Verdict(
        components.name, asked, Answer.UNKNOWN, clock.seconds, clock.budget,
        reason=_reason(components, asked, reason),
        model=closest.model.title if closest else "",
        found=tuple(closest.found) if closest else (),
        missing=tuple(closest.missing) if closest else (),
        refusals=refusals,
    )  # fmt: skip


def _search(
    components: ComponentSet, regime: Regime, clock: Clock
) -> tuple[Trial | None, str, Trial | None]:
    """A trial with nothing missing; else why the search ended, and the closest trial."""
    alive = list(trials(components, regime))
    if not alive:
        return None, "no model fits the set's sorts, registers and regime", None
    reason = "no simulation within the bounds"
    seen: set[str] = set()
    try:
        for reach in PASSES:
            if reach.length > clock.budget.length and reach is not PASSES[0]:
                break
            for trial in list(alive):
                clock.check()
                clock.say(f"{trial.model.title}: length {reach.length}")
                first = trial.model.title not in seen
                seen.add(trial.model.title)
                try:
                    done = pursue(trial, reach, clock, all_operations=first)
                except ShefferError as error:
                    reason = error.message
                    alive.remove(trial)
                    continue
                if done and _accepted(trial):
                    return trial, "", trial
                if done:
                    alive.remove(trial)
    except OutOfTimeError:
        reason = f"time-out after {clock.budget.seconds:g} s"
    closest = max(alive, key=lambda t: len(t.found) / max(1, len(t.wanted)), default=None)
    return None, reason, closest


def _accepted(trial: Trial) -> bool:
    """Whether the checker takes the certificate; a start predicate, say, may rule it out."""
    try:
        return check(trial.certificate(), Limits(timeout_s=60)).complete
    except ShefferError:
        return False


def _reason(components: ComponentSet, regime: Regime, reason: str) -> str:
    control = components.control
    if control is not None and not control.jump:
        return f"the control has no unconditional jump; {reason}"
    if regime is Regime.RECURRENT and is_affine(components):
        return f"affine maps iterated until a test: a known open class; {reason}"
    return reason
