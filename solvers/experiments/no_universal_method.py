"""The exact engine on targets built to be out of reach, and on halting within t steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from solvers.exact import solve, with_evidence
from solvers.experiments.drawing import panels
from solvers.reports.plots import COLOURS, DASHES
from solvers.turing.accelerated import run_accelerated
from solvers.turing.plain import run_plain
from theory.kernel.problems.problem import Problem
from theory.theorems import Claim, refute
from theory.theorems.halting_targets import (
    CHAMPION_5,
    CHAMPION_5_STEPS,
    CHAMPIONS,
    halting_problem,
)
from theory.theorems.witnesses import cases, witness
from theory.turing.machine import Machine
from theory.turing.texts import read_machine

MORE = 1
"""How many steps more than in the theorem's check the sequences have here."""

TIMES = (0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)


def engine_confirms(construct: Callable[..., Problem] = witness) -> str:
    """The exact engine proves a positive least error for each constructed target."""
    confirmed, longest, behaviours = 0, 0, 0
    for components, inputs, length in cases():
        problem = construct(components, length + MORE, inputs)
        frontier = with_evidence(solve(problem))
        last = frontier.lines[-1]
        if not last.exact or last.error <= 0 or frontier.evidence != "recounted":
            refute("engine", f"{problem.name}: error {last.error}, {frontier.evidence}")
        confirmed += 1
        longest = max(longest, problem.length)
        behaviours += sum(frontier.counts)
    return (
        f"{confirmed} constructed targets, sequences of up to {longest} steps: each least error is "
        f"positive, optimal and recounted ({behaviours:,} behaviours)"
    )


def plain_halts(machine: Machine, steps: int) -> bool:
    """Every step one by one, compiled."""
    return run_plain(machine, fuel=steps).halted


def accelerated_halts(machine: Machine, steps: int) -> bool:
    """Many steps at once, with exact counts."""
    return run_accelerated(machine, fuel=steps).outcome.value == "halted"


def champion_turns_positive(last: int = CHAMPION_5_STEPS) -> str:
    """For the five-state champion the error turns positive at exactly its halting step."""
    machine = read_machine(CHAMPION_5)
    times = (*TIMES, last - 1, last)
    for name, halts in (("plain", plain_halts), ("accelerated", accelerated_halts)):
        errors = []
        for until in (last - 1, last):
            reached = (t for t in times if t <= until)
            frontier = solve(halting_problem(name, machine, reached, halts))
            errors.append(frontier.lines[-1].error)
        if errors != [0, 1]:
            refute("champion", f"{name} runner: errors {errors} up to {last - 1:,} and {last:,}")
    return (
        f"{CHAMPION_5}: least error 0 on {len(times) - 1} times up to {last - 1:,}, and 1 with "
        f"t = {last:,} as well; two runners agree"
    )


def draw(path: str | Path) -> None:
    """The number of wrong times in 0..T against T, for the busy beavers of 2 to 5 states."""
    with panels(1, path, 6.0) as (axes,):
        for k, (states, last) in enumerate(zip((2, 3, 4, 5), _steps(), strict=True)):
            wrong = [
                (t, t - last + 1) for t in (last + j * 4**i for i in range(14) for j in (0, 1))
            ]
            shown = sorted({(last - 1, 0.5), *((t, float(w)) for t, w in wrong if w > 0)})
            axes.plot(*zip(*shown, strict=True), color=COLOURS[k + 1], ls=DASHES[k], lw=1.6)
            axes.plot(
                last, 1, "o", color=COLOURS[k + 1], ms=5, label=f"{states} states: T = {last:,}"
            )
        axes.set(xscale="log", yscale="log", ylim=(0.7, 1e4), xlim=(1, 3e8))
        axes.set_xlabel("T: times 0, 1, ..., T count")
        axes.set_ylabel("least error")
        axes.set_title("Zero until the machine halts")
        axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.62, 0.05))


def _steps() -> tuple[int, ...]:
    return (*CHAMPIONS.values(), CHAMPION_5_STEPS)


CLAIMS = (Claim("engine", engine_confirms), Claim("champion", champion_turns_positive))
