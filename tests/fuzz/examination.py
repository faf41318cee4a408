"""What is asked of one random set, and what must hold of the answers.

- `ask`: one `limit` certificate, checked within a deadline.
- `examine`: everything about the set of one seed; what is wrong goes into the `Tally`.
- `simulation`: an accepted simulation of the set, if the search finds one.

A set fails if

1. the checker raises anything but an error of ours, or overruns its deadline;
2. it accepts a limit that the set's own steps contradict;
3. it accepts a limit and a simulation of one set under one regime, or a limit of a set that is
   complete by construction;
4. a larger set is accepted where a smaller one is refused;
5. a set is read though a component stands at a register that there is not.

*More is never less (4).* A program of a set is one of every larger set, so a set that is complete
stays so, and a limit of the larger one is a limit of the smaller. Each route's demands grow with
the set. The union of all routes is compared, not route by route: one counter and one stack want
exactly one infinite register, and a set without any is refused there and accepted as finite. Left
out of the comparison, and rightly:

- a set that is not read at first: a further register may supply a place that was missing;
- a set with a component that can stand nowhere: a checker may refuse what it found no step of, and
  a further register gives it a place;
- an answer left open: a deadline or a bound on placements is no refusal.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import theory
from solvers.completeness import verdict as search
from tests.fuzz.component_texts import SetText
from tests.fuzz.plain_oracle import objections
from tests.fuzz.plain_programs import homeless, read_plain_set, stray_places
from tests.fuzz.set_families import ODD_HINTS, REGIMES, addition, attempts, draw_set

DEADLINE_S = 2.0
SLACK_S = 2.0  # what reading and the last question may take beyond the deadline

Claim = tuple[str, dict[str, Any]]  # route and hints


@dataclass(slots=True)
class Tally:
    """What was seen so far.

    Attributes:
        counts: of sets by family, answers by route, and so on.
        faults: what must not be, each with its seed, the certificate and the text.
        slowest: seconds of the slowest check.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def fault(self, seed: int, what: str, text: str, claim: Claim | None = None) -> None:
        """Notes something that must not be."""
        self.counts[f"fault: {what.split(':', maxsplit=1)[0]}"] += 1
        about = f" [{claim[0]} {claim[1]}]" if claim else ""
        self.faults.append(f"seed {seed}: {what}{about}\n{text}")


def limit_certificate(text: str, regime: str, claim: Claim) -> dict[str, Any]:
    """A limit certificate as plain data."""
    return {
        "format": "sheffer certificate",
        "version": 1,
        "kind": "limit",
        "set": text,
        "regime": regime,
        "route": claim[0],
        "hints": claim[1],
    }


def ask(tally: Tally, seed: int, text: str, regime: str, claim: Claim) -> str:
    """`accepted`, `refused` or `open`: what the checker says of one limit certificate."""
    started = time.monotonic()
    try:
        report = theory.check(
            limit_certificate(text, regime, claim), theory.Limits(timeout_s=DEADLINE_S)
        )
        answer = "accepted" if report.complete else "open"
    except theory.ShefferError:
        answer = "refused"
    except Exception as error:
        tally.fault(seed, f"crash: {type(error).__name__} {error}", text, claim)
        answer = "open"
    spent = time.monotonic() - started
    tally.slowest = max(tally.slowest, spent)
    if spent > DEADLINE_S + SLACK_S:
        tally.fault(seed, f"deadline: {spent:.1f} s", text, claim)
    tally.counts[f"{claim[0]}: {answer}"] += 1
    return answer


def examine(tally: Tally, seed: int, *, simulate: bool = False) -> None:
    """Draws the set of the seed, asks everything, and notes what is wrong."""
    rng = Random(seed)
    drawn = draw_set(rng)
    text, regime = drawn.text(), drawn.regime
    if rng.random() < 0.05:
        regime = rng.choice(REGIMES)  # the question asked, whatever the file says
    claims = attempts(drawn, rng)
    if rng.random() < 0.1:
        claims.append(rng.choice(ODD_HINTS))
    tally.counts[f"family {drawn.family}"] += 1
    if not _read(tally, seed, drawn):
        ask(tally, seed, text, regime, rng.choice(claims))
        return
    accepted: list[Claim] = []
    answers = set()
    for claim in claims:
        answer = ask(tally, seed, text, regime, claim)
        answers.add(answer)
        if answer != "accepted":
            continue
        accepted.append(claim)
        for seen in objections(text, regime, *claim, seed=seed):
            tally.fault(seed, f"objection: {seen}", text, claim)
        if drawn.complete and regime == "while":
            tally.fault(seed, "complete: a limit of a universal machine", text, claim)
    if answers == {"refused"} and rng.random() < 0.5:
        _enlarge(tally, seed, drawn, regime, claims, rng)
    telling = drawn.complete or (accepted and regime in ("while", "recurrent"))
    if simulate and telling and regime == drawn.regime and simulation(tally, seed, text):
        for claim in accepted:
            tally.fault(seed, "both: a limit and a simulation", text, claim)


def _read(tally: Tally, seed: int, drawn: SetText) -> bool:
    """Whether the set is read; notes a place that there is not, and a crash."""
    text = drawn.text()
    try:
        theory.read_components(text)
    except theory.ShefferError as error:
        tally.counts[f"unread: {error.reason}"] += 1
        return False
    except Exception as error:
        tally.fault(seed, f"crash: {type(error).__name__} {error}", text)
        return False
    stray = stray_places(read_plain_set(text))
    if stray:
        tally.fault(seed, f"place: read, though there is no such register: {stray[0]}", text)
    return True


def _enlarge(
    tally: Tally, seed: int, drawn: SetText, regime: str, claims: list[Claim], rng: Random
) -> None:
    """Asks the same of a larger set."""
    larger = addition(rng, drawn, "added")
    if larger is None or drawn.values:  # in a bounded domain an addition may leave the domain
        return
    if homeless(read_plain_set(drawn.text())):
        return
    tally.counts["enlarged"] += 1
    for claim in claims:
        if ask(tally, seed, larger.text(), regime, claim) == "accepted":
            what = f"larger: accepted, and refused without the addition\n{drawn.text()}"
            tally.fault(seed, what, larger.text(), claim)


def simulation(tally: Tally, seed: int, text: str, seconds: float = 0.7) -> bool:
    """Whether a simulation of a universal machine is found and accepted, under the set's regime.

    The caller sees to it that the search does not begin with the negative routes: it would stop at
    the limit that this is to be held against.
    """
    tally.counts["simulations sought"] += 1
    components = theory.read_components(text)
    try:
        found = search.verdict(components, budget=search.Budget(seconds=seconds, length=3))
    except theory.ShefferError:
        return False
    if found.certificate is None or found.certificate["kind"] != "simulation":
        return False
    if found.certificate["regime"] != components.regime:
        return False
    try:
        accepted = theory.check(found.certificate, theory.Limits(timeout_s=10.0)).complete
    except theory.ShefferError as error:
        tally.fault(seed, f"crash: the search's own certificate is refused: {error}", text)
        return False
    tally.counts["simulations accepted"] += accepted
    return accepted
