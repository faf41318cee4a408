"""Tunes our searches and the rivals, all by one protocol, on generated problems.

`python -m benchmarks.rivals.tuning [short|long|dags|both] [NAME ...]` draws settings at random from
declared values (the first trial has the defaults of the code) and keeps every trial in a frozen
file: `frozen_rivals.json`, which the benchmarks read, and `frozen_ours.json`, which says where our
defaults come from.

The same for every search, ours or not: the number of trials, the problems, the runs and their
seeds, the score, the two stages. In the first stage each trial has a few runs of each problem; its
score carries a noise of some 20 %, so the best three and the defaults are run again from other
seeds, with more runs, and only this second score decides.

There are three forms. `short` has tables and short chains. `long` is for the searches that meet in
long runs on a chain; a rival plays there with settings of that form. pymoo and PyGAD play nowhere
else, so they are tuned there alone. A search of ours has one set of defaults: `both` finds it among
the finalists of these two. `dags`, random dags, is for the one search that is made for them. Caps
on evaluations are lower where an evaluation takes long, of Nevergrad (0.3 ms) and Optuna (several),
pymoo and PyGAD (0.06 ms, five times as many evaluations would have taken an hour). Coevolution,
reported for comparison only, keeps the settings that it had (`docs/results/coevolution.md`).

The problems are NK landscapes, sorting networks on five and six wires, pancakes, drawn networks and
drawn dags: none that any search is reported on, and none may be added that is.
"""

from __future__ import annotations

import json
import math
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.rivals.contest import RIVALS, Outcome, defaults, play, settings_space
from benchmarks.rivals.drawn import named
from benchmarks.rivals.our_settings import OURS
from solvers import find_problem
from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import Evaluator, StudyError
from solvers.suites.random_dags import KINDS
from theory.kernel.problems.targets import Table

TRIALS = 24
FINALISTS = 3
"""Trials that reach the second stage beside the defaults."""


NOT_SHORT = ("competitive", "cooperative", "semantic-annealing", "pymoo", "pygad")


@dataclass(frozen=True, slots=True)
class Form:
    """One form of tuning.

    Attributes:
        problems: by name.
        cap: most evaluations of a run.
        runs: of each problem, in the first and in the second stage.
        searches: who takes part.
    """

    problems: tuple[str, ...]
    cap: int
    runs: tuple[int, int]
    searches: tuple[str, ...]


FORMS = {
    "short": Form(
        ("nk1-1", "nk2-1", "nk3-1", "nk4-1", "sorting-5", "sorting-6", "pancakes-6", "pancakes-7"),
        10_000,
        (2, 8),
        tuple(n for n in (*OURS, *RIVALS) if n not in NOT_SHORT),
    ),
    "long": Form(
        ("network-8-24-1", "network-9-30-1"),
        50_000,
        (3, 8),
        ("genetic", "annealing", "deap", "pymoo", "pygad"),
    ),
    "dags": Form(
        tuple(f"dag{kind}-{seed}" for kind in KINDS for seed in (1, 2)),
        5_000,
        (2, 8),
        ("semantic-annealing",),
    ),
}
BOTH, OF_BOTH = "both", ("short", "long")
"""What a search with one set of defaults is given, from the finalists of these forms."""

CAPS = {"nevergrad": 600, "optuna": 100, "pymoo": 10_000, "pygad": 10_000}
"""Lower caps, for searches that take long for an evaluation."""

FROZEN = {
    "rivals": Path(__file__).with_name("frozen_rivals.json"),
    "ours": Path(__file__).with_name("frozen_ours.json"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """A tuning problem: its evaluator, its least error, the mean error of random genomes."""

    evaluator: Evaluator
    least: float
    random: float


@dataclass(order=True, frozen=True, slots=True)
class Score:
    """Less is better.

    Attributes:
        ert: the geometric mean over the problems of all evaluations / successes, where no success
            counts as half a one.
        gap: tells equal ones apart: the mean of what was left, the least error 0, random genomes 1.
        each: the number of each problem.
    """

    ert: float
    gap: float
    each: Mapping[str, float] = field(compare=False, default_factory=dict)


def tasks(names: Sequence[str]) -> dict[str, Task]:
    """The tuning problems, by name."""
    found = {}
    for name in names:
        problem = named(name) if name.startswith("network") else find_problem(name)
        evaluator = evaluator_for(problem)
        errors = evaluator(evaluator.space.sample(np.random.default_rng(0), 1000))
        table = isinstance(problem.target, Table)
        least = float(min(problem.target.errors.values())) if table else 0.0  # type: ignore[union-attr]
        found[name] = Task(evaluator, least, float(errors[np.isfinite(errors)].mean()))
    return found


def draw(space: Mapping[str, Sequence[Any]], trial: int) -> dict[str, Any]:
    """The settings of a trial; none, that is, the defaults, for the first."""
    generator = Random(f"settings {trial}")
    return {name: generator.choice(list(values)) for name, values in space.items() if trial}


def score(runs: Mapping[str, Sequence[Outcome]], given: Mapping[str, Task]) -> Score:
    """The score of some runs of each problem."""
    each, gaps = {}, []
    for name, outcomes in runs.items():
        successes = sum(o.reached for o in outcomes)
        each[name] = sum(o.evaluations for o in outcomes) / (successes or 0.5)
        task = given[name]
        scale = task.random - task.least
        gaps += [min((o.best - task.least) / scale, 10.0) for o in outcomes]
    ert = math.exp(sum(map(math.log, each.values())) / len(each))
    return Score(ert, sum(gaps) / len(gaps), each)


def trial_score(
    name: str,
    settings: Mapping[str, Any],
    given: Mapping[str, Task],
    stage: int,
    cap: int,
    number_of_runs: int,
) -> Score:
    """Runs one trial; problems that the search does not take are left out."""
    runs: dict[str, list[Outcome]] = {}
    for number, (problem, task) in enumerate(given.items()):
        try:
            runs[problem] = [
                play(name, task.evaluator, task.least, cap, (stage, seed, number), settings)
                for seed in range(number_of_runs)
            ]
        except StudyError as error:
            if error.reason != "no-samples":
                raise
    return score(runs, given)


def declared(name: str) -> Mapping[str, Sequence[Any]]:
    """The values over which a search is tuned, ours or a rival."""
    return OURS[name] if name in OURS else settings_space(name)


def tune(name: str, form: Form) -> dict[str, Any]:
    """Both stages: the best settings, every trial, what `{}` meant, and what it took."""
    cap = min(form.cap, CAPS.get(name, form.cap))
    given = tasks(form.problems)
    few, many = form.runs
    start = time.process_time()
    trials = []
    for number in range(TRIALS):
        settings = draw(declared(name), number)
        first = trial_score(name, settings, given, 0, cap, few)
        trials.append((first, number, settings))
        print(f"{name:<22} {first.ert:10.1f} {first.gap:7.4f}  {settings}", flush=True)
    again = [trials[0], *sorted(trials[1:], key=lambda t: t[:2])[:FINALISTS]]
    finals = {n: trial_score(name, settings, given, 1, cap, many) for _, n, settings in again}
    best = min(finals, key=lambda n: (finals[n], n))
    rows = []
    for first, number, settings in trials:
        row = {"settings": settings, "ert": round(first.ert, 1), "gap": round(first.gap, 4)}
        if number in finals:
            row["final"] = round(finals[number].ert, 1)
            row["final_gap"] = round(finals[number].gap, 4)
            row["each"] = {p: round(e) for p, e in finals[number].each.items()}
            print(f"{name:<22} final {row}", flush=True)
        rows.append(row)
    return {
        "settings": trials[best][2],
        "score": round(finals[best].ert, 1),
        "default_score": round(finals[0].ert, 1),
        "defaults": defaults(name),
        "cap": cap,
        "runs": form.runs,
        "cpu_s": round(time.process_time() - start, 1),
        "trials": rows,
    }


def one_for_both(name: str) -> dict[str, Any]:
    """The finalist of either form with the least product of its second scores in both.

    A search of ours has one set of defaults; a rival may have settings for each form.
    """
    kept = read("ours" if name in OURS else "rivals")[name]
    scores: dict[str, dict[str, float]] = {}
    for form in OF_BOTH:
        for row in kept[form]["trials"]:
            if "final" in row:
                scores.setdefault(json.dumps(row["settings"]), {})[form] = row["final"]
    start = time.process_time()
    for form_name in OF_BOTH:
        form = FORMS[form_name]
        given = tasks(form.problems)
        for settings, known in scores.items():
            if form_name not in known:
                found = trial_score(name, json.loads(settings), given, 1, form.cap, form.runs[1])
                known[form_name] = round(found.ert, 1)
    rows = [{"settings": json.loads(key), **known} for key, known in scores.items()]
    rows.sort(key=lambda row: math.prod(row[form] for form in OF_BOTH))
    return {
        "settings": rows[0]["settings"],
        "cpu_s": round(time.process_time() - start, 1),
        "trials": rows,
    }


def read(whose: str) -> dict[str, Any]:
    """What was kept of `rivals` or of `ours`."""
    path = FROZEN[whose]
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def frozen(form: str = "short") -> dict[str, dict[str, Any]]:
    """The frozen settings of every rival in a form; those of its other where it was not in it."""
    data = read("rivals")
    found = {}
    for name in RIVALS:
        kept = data.get(name, {})
        found[name] = {**kept.get(form, next(iter(kept.values()), {}))}.get("settings", {})
    return found


def text(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """The file of some results: JSON with a line for each trial."""
    searches = []
    for name, forms in results.items():
        parts = []
        for form, result in forms.items():
            lines = [f"   {json.dumps(k)}: {json.dumps(v)}" for k, v in result.items()
                     if k != "trials"]  # fmt: skip
            rows = ",\n".join(f"    {json.dumps(row)}" for row in result["trials"])
            lines.append(f'   "trials": [\n{rows}\n   ]')
            parts.append(f"  {json.dumps(form)}: {{\n" + ",\n".join(lines) + "\n  }")
        searches.append(f" {json.dumps(name)}: {{\n" + ",\n".join(parts) + "\n }")
    return "{\n" + ",\n".join(searches) + "\n}\n"


def main() -> None:
    """Tunes the searches named, or all, in the form named, or in both."""
    warnings.simplefilter("ignore")
    words = sys.argv[1:]
    names = [word for word in words if word not in (*FORMS, BOTH)]
    if BOTH in words:
        for name in names:
            result = one_for_both(name)
            keep(name, BOTH, result)
            print("\n".join(f"{name} {row}" for row in result["trials"]))
        return
    for form in [word for word in words if word in FORMS] or FORMS:
        for name in [n for n in FORMS[form].searches if n in names or not names]:
            result = tune(name, FORMS[form])
            keep(name, form, result)
            print(
                f"{form} {name}: {result['score']}, defaults {result['default_score']}: "
                f"{result['settings']}; {result['cpu_s']} CPU s",
                flush=True,
            )


def keep(name: str, form: str, result: Mapping[str, Any]) -> None:
    """Writes a result into its file, read again each time: two searches may be tuned at once."""
    whose, order = ("ours", list(OURS)) if name in OURS else ("rivals", list(RIVALS))
    known = read(whose)
    known[name] = {**known.get(name, {}), form: result}
    FROZEN[whose].write_text(text({n: known[n] for n in order if n in known}), encoding="utf-8")


if __name__ == "__main__":
    main()
