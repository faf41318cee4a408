"""`sheffer solve`: the least error for every length, with a witness and a certificate."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solvers.commands.common import (
    Exit,
    console,
    errors,
    exit_code,
    find_any_problem,
    number,
    progress_console,
    seconds_option,
)
from solvers.commands.output import show_json

if TYPE_CHECKING:
    from solvers.exact import Frontier
    from theory.formats.sygus_answers import SygusProblem

ProblemArgument = Annotated[
    str,
    typer.Argument(help="A name of `sheffer list`, a .csv, .smt2 or .sl file, or file.py:NAME."),
]
ComponentsOption = Annotated[
    str | None,
    typer.Option("--components", "-c", help="Component set for CSV samples: file or name."),
]
LengthOption = Annotated[int | None, typer.Option("--length", "-l", help="Greatest length.")]
MeasureOption = Annotated[
    str | None,
    typer.Option(help="wrong-samples, wrong-bits, absolute, squared or greatest (files only)."),
]
CostOption = Annotated[
    str | None,
    typer.Option(help="What --length bounds: length, tree (formula size) or depth (files only)."),
]
WiringOption = Annotated[str | None, typer.Option(help="chain or dag (files only).")]


def solve(
    problem: ProblemArgument,
    components: ComponentsOption = None,
    length: LengthOption = None,
    measure: MeasureOption = None,
    wiring: WiringOption = None,
    cost: CostOption = None,
    engine: Annotated[
        str | None,
        typer.Option(help="chain, dag, formulas, table or smt; by itself the one that fits."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="Time limit of the search.", callback=seconds_option)
    ] = 120.0,
    max_states: Annotated[int, typer.Option(min=1, help="Most behaviours kept.")] = 50_000_000,
    max_memory: Annotated[
        float, typer.Option(help="Memory limit in GiB.", callback=number(0, 1e6, above=True))
    ] = 6.0,
    recount: Annotated[
        float,
        typer.Option(
            help="Time limit of the reference recount; 0 leaves it out.", callback=number(0, 1e9)
        ),
    ] = 60.0,
    prove: Annotated[
        bool, typer.Option("--prove", help="Prove the bounds by a SAT solver (Boolean dags).")
    ] = False,
    least_length: Annotated[
        bool,
        typer.Option("--least-length", help="Chains: only the least length with error 0."),
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option(help="Go on from this file, and save the search there if it stops."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Certificate file.")] = None,
    graph: Annotated[
        Path | None, typer.Option(help="Draw the search graph: .svg or .png, or .graphml.")
    ] = None,
    latex: Annotated[
        bool, typer.Option("--latex", help="Show the best sequence as LaTeX.")
    ] = False,
    sygus: Annotated[
        bool, typer.Option("--sygus", help="Print the answer alone, as SyGuS solvers do (.sl).")
    ] = False,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Ask cvc5 about the answer (.sl).")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find the least error for every length, exactly.

    Examples:

        sheffer solve sorting-5

        sheffer solve samples.csv --components gates.smt2 --length 4

        sheffer solve samples.csv --components gates.smt2 --length 6 --cost tree

        sheffer solve sorting-8 --least-length

        sheffer solve sorting-7 --seconds 600 --resume sorting-7.npz

        sheffer solve sorting-3 --graph layers.svg

        sheffer solve max.sl --second-opinion
    """
    with errors():
        from solvers.exact import Limits, with_evidence
        from solvers.exact import solve as search
        from solvers.stopping.ctrl_c import answer as answer_ctrl_c
        from solvers.stopping.ctrl_c import asked_to_end, ended_by_ctrl_c
        from theory.formats.certificates import write_certificate
        from theory.formats.files import output_path

        options = read_options(wiring, measure, length, cost)
        found_problem = find_any_problem(problem, components, options)
        path = output_path(out, found_problem.name, ".json")
        if graph is not None:
            from solvers.reports.search_graph import save_graph

            save_graph(found_problem, graph)
        task = _sygus_task(problem, length, wanted=sygus or second_opinion)
        name = found_problem.name
        limits = Limits(seconds, max_states, int(max_memory * 2**30))
        with progress_console().waiting(f"{name}: starting") as update:
            with ended_by_ctrl_c():
                frontier = search(
                    found_problem,
                    limits,
                    engine=engine,
                    progress=lambda text: update(f"{name}: {text}"),
                    least_length=least_length,
                    checkpoint=resume,
                )
                if prove:
                    frontier = _with_proofs(frontier, seconds, update)
                if asked_to_end():
                    answer_ctrl_c()
                    recount = 0
            if frontier.evidence != "proved" and recount > 0 and not frontier.stopped:
                update(f"{name}: recounting with the reference enumerator")
                with suppress(KeyboardInterrupt):  # what was found stands, attested
                    frontier = with_evidence(frontier, timeout_s=recount)
        lost = [frontier.unsaved] if frontier.unsaved else []
        written: Path | None = path
        try:
            write_certificate(frontier.certificate(), path)
        except OSError as error:
            written = None  # what was found is shown all the same
            lost.append(error)
        answer = None
        if task is not None:
            from solvers.commands.sygus import outcome, show_answer

            answer = outcome(task, frontier, ask=second_opinion)
        if json:
            added = {"sygus": answer.as_json()} if answer else {}
            show_json(as_json(frontier) | {"certificate": written and str(written)} | added)
        elif answer and sygus:
            show_answer(answer, alone=True)
        else:
            show(frontier, written, latex=latex, resume=resume)
            if answer:
                show_answer(answer, alone=False)
            if graph is not None:
                console().say(f"search graph {graph}")
        if lost:
            raise typer.Exit(max(exit_code(error) for error in lost))
    if answer:
        raise typer.Exit(answer.exit_code(frontier.optimal))
    settled = frontier.optimal and (frontier.shortest or not frontier.stopped)
    raise typer.Exit(Exit.OK if settled else Exit.UNKNOWN)


def _sygus_task(source: str, length: int | None, *, wanted: bool) -> SygusProblem | None:
    """The SyGuS problem of a `.sl` file; None for other problems."""
    from theory.formats.sygus import load_sygus
    from theory.kernel.errors import ProblemError

    if source.endswith(".sl"):
        return load_sygus(source, length)
    if wanted:
        message = "--sygus and --second-opinion belong to .sl files"
        raise ProblemError("bad-option", message, source)
    return None


def _with_proofs(frontier: Frontier, seconds: float, progress: Callable[[str], None]) -> Frontier:
    """The frontier with proofs where that is possible; else a line says why not."""
    from solvers.exact import Limits
    from solvers.exact.by_sat.proofs import solve_by_clauses, with_proofs
    from solvers.stopping.ctrl_c import asked_to_end
    from theory.kernel.errors import ProblemError

    if asked_to_end():
        return frontier
    name = frontier.problem.name
    try:
        found = with_proofs(
            frontier, seconds=seconds, progress=lambda text: progress(f"{name}: {text}")
        )
        if not frontier.optimal and frontier.inputs is None and not asked_to_end():
            progress(f"{name}: asking the SAT solver for the frontier")
            other = solve_by_clauses(frontier.problem, Limits(seconds))
            found = other if other.optimal else found
    except ProblemError as error:
        if error.reason not in ("not-boolean", "no-solver", "too-large"):
            raise
        progress_console().say(f"no proof: {error}")
        return frontier
    if found.evidence != "proved":
        message = f"no proof within {seconds:g} s; --seconds allows more"
        message = "no proof: interrupted" if asked_to_end() else message
        progress_console().say(message)
    return found


def read_options(
    wiring: str | None, measure: str | None, length: int | None, cost: str | None = None
) -> Any:
    """The options of a problem file, checked."""
    from theory.formats.problem_files import Options
    from theory.kernel.components.placements import Wiring
    from theory.kernel.errors import ProblemError
    from theory.kernel.problems.sequences import Cost
    from theory.kernel.problems.targets import Measure

    try:
        return Options(
            Wiring(wiring) if wiring else None,
            Measure(measure) if measure else None,
            Cost(cost) if cost else None,
            length,
        )
    except ValueError as error:
        known = f"wiring: chain, dag; measure: {', '.join(Measure)}; cost: {', '.join(Cost)}"
        raise ProblemError("bad-option", f"{error}; known {known}", "options") from None


def verdict(frontier: Frontier) -> str:
    """What is known at the end, in words that claim no more."""
    from theory.kernel.language.exact import error_text

    best, last, cost = frontier.best, frontier.lines[-1], frontier.problem.cost.noun
    table = frontier.engine == "table"
    if frontier.optimal and not frontier.shortest and frontier.stopped:
        settled = next(line.length for line in frontier.lines if line.at_least <= best.error)
        return (
            f"BOUNDS (stopped: {frontier.stopped}) · least error {error_text(best.error)}, found "
            f"at length {best.length}; the least length with it is >= {settled}"
        )
    if frontier.optimal:
        word = "TABLE OPTIMUM" if table else "OPTIMAL"
        checked = frontier.evidence_note or f"engine {frontier.engine}; lower bound not recounted"
        text = f"{word}, {frontier.evidence} ({checked})"
        if frontier.inputs is not None and last.error == 0:
            text += " · right for all inputs, proved by z3"
        return f"{text} · error {error_text(best.error)} at {cost} {best.length}"
    why = f"stopped: {frontier.stopped}" if frontier.stopped else "not settled"
    return (
        f"BOUNDS ({why}) · least error <= {error_text(last.error)}, >= {error_text(last.at_least)} "
        f"at {cost} {last.length}"
    )


def show(
    frontier: Frontier, path: Path | None, *, latex: bool = False, resume: Path | None = None
) -> None:
    """Prints the frontier, what is known, the best sequence, and where the certificate is."""
    from theory.formats.sequence_text import sequence_text
    from theory.kernel.language.exact import error_text

    screen = console()
    lines = frontier.lines
    exact = all(line.exact for line in lines)
    wide = len(lines) <= 14
    for start in range(0, len(lines), 14 if wide else 10):
        part = lines[start : start + (14 if wide else 10)]
        cells = [[str(line.length) for line in part], [error_text(line.error) for line in part]]
        names = [frontier.problem.cost.noun.split()[-1], "least error" if exact else "error found"]
        if not exact:
            cells.append([error_text(line.at_least) for line in part])
            names.append("at least")
        widths = [max(len(row[k]) for row in cells) for k in range(len(part))]
        for name, row in zip(names, cells, strict=True):
            text = "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True))
            screen.say(f"{name:<11}  {text}")
    screen.say(f"{verdict(frontier)} · {frontier.seconds:.2f} s")
    best = frontier.best.sequence
    if best is not None and best.steps:
        for text in sequence_text(best).splitlines():
            screen.say(f"  {text}")
        if latex:
            from theory.formats.latex import sequence_latex

            screen.lines(sequence_latex(best))
    if resume is not None and resume.exists() and frontier.stopped and not frontier.unsaved:
        screen.say(f"search saved in {resume}")
    if path is not None:
        screen.say(f"certificate {path}")


def as_json(frontier: Frontier) -> dict[str, Any]:
    """The frontier as plain data."""
    from theory.formats.certificates import error_to_json
    from theory.formats.sequence_text import sequence_text

    return {
        "problem": frontier.problem.name,
        "engine": frontier.engine,
        "cost": str(frontier.problem.cost),
        "optimal": frontier.optimal,
        "evidence": frontier.evidence,
        "evidence_note": frontier.evidence_note,
        "stopped": frontier.stopped,
        "seconds": round(frontier.seconds, 3),
        "behaviours": list(frontier.counts),
        "frontier": [
            {
                "length": line.length,
                "error": error_to_json(line.error),
                "at_least": error_to_json(line.at_least),
                "sequence": sequence_text(line.sequence).splitlines() if line.sequence else None,
            }
            for line in frontier.lines
        ],
    }
