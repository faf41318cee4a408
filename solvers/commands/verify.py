"""`sheffer verify`: is a component set complete? With a certificate that `theory` checks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solvers.commands.common import Exit, console, errors, find_components, number, progress_console
from solvers.commands.output import show_json

if TYPE_CHECKING:
    from solvers.completeness.repair import Sets
    from solvers.completeness.verdict import Verdict
    from theory.kernel.components.component_sets import ComponentSet
    from theory.kernel.components.programs import Regime


def verify(
    components: Annotated[
        str, typer.Argument(help="A catalogue name, an .smt2 file, or file.py:NAME.")
    ],
    question: Annotated[
        str | None,
        typer.Option("--for", help="turing or functions; default: functions for finite sorts."),
    ] = None,
    regime: Annotated[
        str | None, typer.Option(help="Ask under another regime than the file's.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="Time for the search.", callback=number(0.1, 1e9))
    ] = 20.0,
    length: Annotated[int, typer.Option(min=1, help="Longest sequence searched.")] = 6,
    repair: Annotated[
        bool, typer.Option("--repair", help="If not complete: smallest additions that make it so.")
    ] = False,
    minimal: Annotated[
        bool, typer.Option("--minimal", help="If complete: smallest subsets that still are.")
    ] = False,
    equivalent: Annotated[
        bool, typer.Option("--equivalent", help="Also the other direction: nothing more than.")
    ] = False,
    run: Annotated[
        str | None,
        typer.Option(help="Run a Turing machine in the components; or counters, cells."),
    ] = None,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Ask cvc5 every obligation as well.")
    ] = False,
    draw: Annotated[
        Path | None, typer.Option(help="Draw the place in Post's lattice (functions, k = 2).")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The certificate's file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Is a component set complete? Complete, incomplete or unknown, with a certificate.

    Turing completeness asks what programs of the set's regime can compute; functional completeness
    whether compositions give every function of a finite domain.

    Examples:

        sheffer verify two-stacks

        sheffer verify three-counters --regime loop

        sheffer verify gates.smt2 --for functions --minimal

        sheffer verify my.smt2 --repair

        sheffer verify saturated-neurons --run 1RB1LB_1LA1RZ
    """
    with errors():
        from solvers.completeness.search_budget import Budget
        from solvers.completeness.verdict import Answer, verdict
        from theory.formats.files import output_path

        found = find_components(components)
        if _asks_for_functions(question, regime, found):
            from solvers.commands.functions import verify_functions

            raise typer.Exit(
                verify_functions(
                    found,
                    seconds=seconds,
                    repair=repair,
                    minimal=minimal,
                    draw=draw,
                    out=out,
                    json=json,
                )
            )
        asked = found.regime if regime is None else _regime(regime)
        path = output_path(out, found.name, ".json")
        screen = progress_console()
        with screen.waiting("searching") as update:
            show: Any = update if screen.is_terminal else None
            result = verdict(found, asked, budget=Budget(seconds, length), progress=show)
            more = _extras(found, asked, result, show, repair=repair, minimal=minimal)
        data = _as_json(result) | more
        failure: OSError | None = None
        if result.certificate is not None:
            from theory.formats.certificates import write_certificate

            try:
                write_certificate(result.certificate, path)
                data["file"] = str(path)
            except OSError as error:
                failure = error  # what was found is shown all the same
        if equivalent:
            data["equivalent"] = result.answer is Answer.COMPLETE
        if second_opinion:
            data["second_opinion"] = _second_opinion(result)
        if run is not None:
            data["run"] = _run(result, run)
        if json:
            show_json(data)
        else:
            _show(result, data)
        if failure is not None:
            raise failure
    differs = run is not None and not data["run"].get("agreed", False)
    if differs:
        raise typer.Exit(Exit.REFUSED)
    raise typer.Exit(Exit.UNKNOWN if result.answer is Answer.UNKNOWN else Exit.OK)


def _asks_for_functions(question: str | None, regime: str | None, components: ComponentSet) -> bool:
    """What `--for` says; without it, functions for straight-line sets over one finite sort."""
    from theory.kernel.checks.operations import domain_of
    from theory.kernel.components.programs import Regime
    from theory.kernel.errors import ComponentError

    if question not in (None, "turing", "functions"):
        message = f"unknown question {question!r}; known: turing, functions"
        raise ComponentError("unknown-question", message, "--for")
    if question is not None or regime is not None:
        return question == "functions"
    if components.regime is not Regime.STRAIGHT_LINE or components.registers or components.cells:
        return False
    try:
        domain_of(components)
    except ComponentError:
        return False
    return True


def _regime(name: str) -> Regime:
    from theory.kernel.components.programs import Regime
    from theory.kernel.errors import ComponentError

    try:
        return Regime(name)
    except ValueError:
        message = f"unknown regime {name!r}; known: {', '.join(Regime)}"
        raise ComponentError("unknown-regime", message, "--regime") from None


def _extras(
    components: ComponentSet,
    regime: Regime,
    result: Verdict,
    progress: Any,
    *,
    repair: bool,
    minimal: bool,
) -> dict[str, Any]:
    from solvers.completeness import repair as search
    from solvers.completeness.verdict import Answer

    complete = result.answer is Answer.COMPLETE
    if repair and not complete:
        found = search.repairs(components, regime, progress=progress)
        return {"repairs": _sets_as_json(found)}
    if minimal and complete:
        return {"minimal": _sets_as_json(search.minimal(components, regime, progress=progress))}
    return {}


def _sets_as_json(found: Sets) -> dict[str, Any]:
    return {
        "sets": [list(names) for names in found.found],
        "unknown": found.unknown,
        "exhausted": found.exhausted,
    }


def _as_json(v: Verdict) -> dict[str, Any]:
    return {
        "set": v.name,
        "regime": str(v.regime),
        "verdict": str(v.answer),
        "weakly": v.weakly,
        "by": v.title,
        "rests_on": v.rests_on,
        "memory": v.memory,
        "obligations": list(v.obligations),
        "reason": v.reason,
        "closest_model": v.model,
        "found": list(v.found),
        "missing": list(v.missing),
        "routes_refused": v.refusals,
        "budget": str(v.budget),
        "seconds": round(v.seconds, 3),
    }


def _second_opinion(v: Verdict) -> dict[str, Any]:
    from theory.formats.second_opinion import second_opinion
    from theory.kernel.machines.completeness import obligations
    from theory.kernel.machines.halting import demands
    from theory.kernel.machines.obligations import Obligation
    from theory.kernel.machines.simulation_reading import read_simulation

    if v.certificate is None:
        return {}
    counts: dict[str, int] = {}
    if v.certificate["kind"] == "simulation":
        simulation = read_simulation(v.certificate)
        groups: list[tuple[Obligation, ...]] = [(o,) for o in obligations(simulation)]
    else:
        from theory.kernel.components.component_files import read_set

        components, regime = read_set(v.certificate)
        route, hints = v.certificate["route"], v.certificate["hints"]
        groups = [d.alternatives for d in demands(components, regime, route, hints)]
    for group in groups:
        answers = [second_opinion(o) for o in group]
        best = "proved" if "proved" in answers else answers[-1]
        counts[best] = counts.get(best, 0) + 1
    return counts


def _run(v: Verdict, machine: str) -> dict[str, Any]:
    from solvers.completeness.automata import run_cells
    from solvers.completeness.machines import run_machine
    from theory.kernel.errors import MachineError
    from theory.kernel.machines.simulation_reading import read_simulation
    from theory.turing.machine import ones, tape_text
    from theory.turing.texts import find_machine

    if v.certificate is None or v.certificate["kind"] != "simulation":
        raise MachineError("no-simulation", "the set is not known to be complete", "--run")
    simulation = read_simulation(v.certificate)
    if simulation.model.cells and machine == "cells":
        cells = run_cells(simulation, generations=1000 if simulation.model.cells == 1 else 100)
        return {"agreed": cells.agreed, "generations": cells.generations, "cells": cells.cells}
    if machine == "counters":
        from solvers.completeness.counter_programs import run_counter_programs

        small = run_counter_programs(simulation)
        return {
            "agreed": small.agreed,
            "programs": small.programs,
            "steps": small.steps,
            "difference": small.difference,
        }
    found = find_machine(machine)
    result = run_machine(found, simulation)
    return {
        "agreed": result.agreed,
        "halted": result.halted,
        "steps": result.steps,
        "operations": result.operations,
        "ones": ones(result.configuration),
        "tape": tape_text(found, result.configuration, 40),
        "difference": result.difference,
    }


def _show(v: Verdict, data: dict[str, Any]) -> None:
    lines = []
    if v.answer == "complete":
        weakly = "weakly, with eventually periodic starts · " if v.weakly else ""
        lines.append(
            f"COMPLETE  {weakly}simulates: {v.title} ({v.regime}) · memory: {v.memory} "
            f"· {v.rests_on}"
        )
    elif v.answer == "incomplete":
        lines.append(f"INCOMPLETE  under {v.regime} · route: {v.title} · {v.rests_on}")
    else:
        parts = [v.reason, f"budget {v.budget}"]
        if v.model:
            parts.append(f"closest: {v.model}")
            parts.append(f"found {', '.join(v.found) or 'nothing'}")
            parts.append(f"missing {', '.join(v.missing)}")
        lines.append("UNKNOWN  " + " · ".join(parts))
        lines += [f"  route {route}: {why}" for route, why in v.refusals.items()]
    if v.report is not None:
        count = len(v.obligations)
        lines.append(
            f"{count}/{count} obligations proved · certificate {data.get('file', 'not written')} · "
            f"{v.seconds:.2f} s"
        )
    lines += _more_lines(data)
    screen = console()
    for line in lines:
        screen.say(line)


def _more_lines(data: dict[str, Any]) -> list[str]:
    lines = []
    for key, word in (("repairs", "add"), ("minimal", "smallest complete subsets")):
        if key in data:
            found = data[key]
            shown = " | ".join(", ".join(names) for names in found["sets"]) or "none found"
            notes = f"{found['unknown']} stayed unknown"
            if not found["exhausted"]:
                notes += ", and time ran out"
            lines.append(f"{word}: {shown}  ({notes})")
    if data.get("equivalent"):
        lines.append(
            "EQUIVALENT  nothing more either: components are quantifier-free computable terms"
        )
    if "second_opinion" in data:
        counts = data["second_opinion"]
        shown = ", ".join(f"{count} {word}" for word, count in counts.items()) or "nothing to ask"
        lines.append(f"cvc5: {shown}")
    if "run" in data:
        run = data["run"]
        word = "equal" if run["agreed"] else f"DIFFERS {run['difference']}"
        if "generations" in run:
            lines.append(f"{run['generations']} generations of {run['cells']} cells: {word}")
        elif "programs" in run:
            lines.append(f"{run['programs']} programs, {run['steps']} steps, every state {word}")
        else:
            ended = "HALT" if run["halted"] else "still running"
            lines.append(
                f"{ended}  {run['steps']:,} steps, every configuration {word} · {run['ones']} ones "
                f"· {run['operations']:,} operations"
            )
            lines.append(f"tape {run['tape']}")
    return lines
