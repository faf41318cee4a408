"""Runs mutants through the checker and the oracle, and counts what becomes of them.

- `watched`: runs something with a deadline; says what came out of it.
- `attempt`: one mutant; `campaign`: many, with a `Tally` and the failures.
- `Failure`: what is wrong, and the smallest mutant that shows it.

A failure is an accepted false claim, an exception that is no `ShefferError`, a text that cannot be
printed, or a check that overran its deadline. Failures with the same signature are one.
"""

from __future__ import annotations

import json
import re
import resource
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

from tests.fuzz.mutations import Mutant, mutant
from tests.fuzz.oracle import Judgement, Verdict, judge
from theory import Limits, Report, ShefferError, check

LIMITS = Limits(timeout_s=2.0, max_nodes=20_000)
DEADLINE_S = 4.0  # of the wall clock; counts where most of it was spent computing
GIVE_UP_S = 6.0  # an alarm ends what runs longer
MEMORY = 6 << 30  # bytes beyond which nothing is given: a leak shall not stop the machine

T = TypeVar("T")


class OverdueError(BaseException):
    """Raised by the alarm; no handler of ordinary errors takes it."""


@dataclass(slots=True)
class Watched(Generic[T]):
    """What came out: a value, one of our errors, or what must not happen."""

    value: T | None = None
    refused: ShefferError | None = None
    fault: str = ""
    seconds: float = 0.0


def _ring(*_: Any) -> None:
    raise OverdueError


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Makes a run-away allocation a `MemoryError`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def watched(function: Callable[[], T]) -> Watched[T]:
    """Runs the function; any exception but a `ShefferError`, and lateness, is a fault."""
    found: Watched[T] = Watched()
    before = signal.signal(signal.SIGALRM, _ring)
    begun, work = time.monotonic(), time.process_time()
    signal.setitimer(signal.ITIMER_REAL, GIVE_UP_S)
    try:
        found.value = function()
    except ShefferError as error:
        found.refused = error
        found.fault = _unprintable(error)
    except OverdueError as error:
        found.fault = f"overdue in {_place(error)}"
    except Exception as error:
        found.fault = f"{type(error).__name__} in {_place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    found.seconds = time.monotonic() - begun
    busy = time.process_time() - work
    if not found.fault and found.seconds > DEADLINE_S and busy > 0.75 * DEADLINE_S:
        found.fault = "overdue"
    return found


def _unprintable(error: ShefferError) -> str:
    """Terminals obey control characters, and a lone surrogate cannot be printed at all."""
    return "" if str(error).isprintable() else f"a message with raw characters ({error.reason})"


def _place(error: BaseException) -> str:
    """The innermost function of the checker that the error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/theory/" in f.filename]
    return f"{Path(ours[-1].filename).name}:{ours[-1].name}" if ours else "?"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant: a word, its reason, and a failure's signature, empty for none."""

    kind: str
    word: str
    reason: str = ""
    signature: str = ""


def attempt(tried: Mutant, original: str) -> Outcome:
    """Checks one mutant; where it is accepted the oracle judges."""
    data = tried.data
    kind = str(data.get("kind")) if isinstance(data, dict) else "none"
    kind = kind if kind in ("optimum", "simulation", "limit", "functional") else "other"
    if not isinstance(data, dict) or data == json.loads(original):
        return Outcome(kind, "unchanged")
    found = watched(lambda: check(data, LIMITS))
    if found.fault:
        return Outcome(kind, "FAULT", found.fault, found.fault)
    if found.refused is not None:
        return Outcome(kind, "refused", found.refused.reason)
    assert found.value is not None
    report = found.value
    if not report.complete:
        return Outcome(kind, "unknown")
    judgement = _judged(data, report)
    if judgement.verdict is Verdict.FALSE:
        # How a report is worded has one cause, whatever the certificate is about.
        about = "" if judgement.reason.startswith("unclear") else _facets(data)
        where = f"{kind}{about}: {_general(judgement.reason)}"
        return Outcome(kind, "FALSE", f"{report.statement[:200]} -- {judgement.reason}", where)
    return Outcome(kind, str(judgement.verdict), judgement.reason)


def _judged(data: dict[str, Any], report: Report) -> Judgement:
    """The oracle's answer; where the oracle itself fails or takes long it cannot judge."""
    answer = watched(lambda: judge(data, report))
    if answer.value is not None:
        return answer.value
    return Judgement(Verdict.OPEN, f"the oracle: {answer.fault or answer.refused}")


def _facets(data: dict[str, Any]) -> str:
    """What tells false claims of one kind apart: they have other causes."""
    if data["kind"] == "limit":
        return f" ({data['route']})"
    if data["kind"] != "optimum":
        return ""
    problem = data["problem"]
    target = "+".join(sorted(set(problem["target"]) & {"samples", "table", "inputs", "relation"}))
    facts = (problem["wiring"], problem["cost"], data["evidence"], target or "specification")
    return f" ({', '.join(facts)})"


def _general(reason: str) -> str:
    """A reason without the numbers and names of the case."""
    if reason.startswith("unclear"):
        return ":".join(reason.split(":")[:2])
    short = re.sub(r"'[^']*'|\"[^\"]*\"|\([^()]*\)", "_", reason[:160])
    return re.sub(r"-?\d+(/\d+)?", "N", short)[:80]


@dataclass(slots=True)
class Failure:
    """A mutant that shows something wrong; `seen` counts those with its signature."""

    signature: str
    mutant: Mutant
    reason: str
    seen: int = 1
    file: Path | None = None

    def text(self) -> str:
        """In a few lines: what, how often, and how to make it again."""
        return (
            f"{self.signature}  ({self.seen} times)\n    {self.reason[:400]!r}\n"
            f"    mutant({self.mutant.name!r}, {self.mutant.seeds}): "
            f"{'; '.join(self.mutant.notes)}\n"
            f"    {self.file}"
        )


@dataclass(slots=True)
class Tally:
    """Counts by kind and outcome, and the failures by signature."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)
    open_reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: dict[str, Failure] = field(default_factory=dict)
    seconds: float = 0.0

    def count(self, kind: str, word: str) -> int:
        return self.counts[kind, word]

    def text(self) -> str:
        """The counts, a line each."""
        total = sum(self.counts.values())
        lines = [f"{total} mutants in {self.seconds:.0f} s, {total / self.seconds:.0f} a second"]
        for kind in sorted({kind for kind, _ in self.counts}):
            words = {w: n for (k, w), n in sorted(self.counts.items()) if k == kind}
            lines.append(f"{kind}: {sum(words.values())} mutants, {words}")
            for title, counter in (
                ("refused", self.refusals),
                ("cannot judge", self.open_reasons),
            ):
                reasons = {r: n for (k, r), n in counter.most_common() if k == kind}
                lines.append(f"  {title}: {reasons}")
        return "\n".join(lines)


KINDS = (*["optimum"] * 6, "simulation", *["limit"] * 2, *["functional"] * 2)


def draw(pool: Mapping[str, str], seed: int) -> Mutant:
    """The mutant of a seed: kinds by weight, names evenly, one to four changes."""
    rng = Random(seed)
    kind = rng.choice(KINDS)
    names = [n for n, text in pool.items() if f'"kind": "{kind}"' in text[:200]]
    count = rng.choice((1, 1, 1, 2, 2, 3, 4))
    seeds = tuple(rng.randrange(10**9) for _ in range(count))
    return mutant(pool, rng.choice(names), seeds)


def campaign(pool: Mapping[str, str], seeds: range, folder: Path, seconds: float = 1e9) -> Tally:
    """Tries the mutants of the seeds, until the time is over; failures go to files."""
    tally = Tally()
    begun = time.monotonic()
    with bounded_memory():
        for seed in seeds:
            if time.monotonic() - begun > seconds:
                break
            tried = draw(pool, seed)
            found = attempt(tried, pool[tried.name])
            tally.counts[found.kind, found.word] += 1
            if found.word == "refused":
                tally.refusals[found.kind, found.reason] += 1
            if found.word == Verdict.OPEN:
                tally.open_reasons[found.kind, found.reason[:60]] += 1
            if found.signature:
                _remember(tally, found, tried)
        tally.seconds = time.monotonic() - begun
        for failure in tally.failures.values():
            _shorten(failure, pool)
            failure.file = write(failure, folder)
    return tally


def _remember(tally: Tally, found: Outcome, tried: Mutant) -> None:
    known = tally.failures.get(found.signature)
    if known is None:
        tally.failures[found.signature] = Failure(found.signature, tried, found.reason)
        return
    known.seen += 1
    if len(tried.seeds) < len(known.mutant.seeds):
        known.mutant, known.reason = tried, found.reason


def _shorten(failure: Failure, pool: Mapping[str, str]) -> None:
    """Looks for fewer of the changes that show the same."""
    name, seeds = failure.mutant.name, failure.mutant.seeds
    for count in range(1, len(seeds)):
        for fewer in combinations(seeds, count):
            tried = mutant(pool, name, fewer)
            found = attempt(tried, pool[name])
            if found.signature == failure.signature:
                failure.mutant, failure.reason = tried, found.reason
                return


def write(failure: Failure, folder: Path) -> Path:
    """The mutant as a file; JSON has no infinity, but a number that is read as one."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", failure.signature)[:60].strip("-")
    path = folder / f"{name}.json"
    text = json.dumps(failure.mutant.data, indent=1)
    path.write_text(text.replace("-Infinity", "-1e999").replace("Infinity", "1e999"))
    return path
