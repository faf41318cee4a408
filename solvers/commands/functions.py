"""`sheffer verify --for functions`: is every function of a finite domain a composition?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from solvers.commands.common import Exit, console
from solvers.commands.output import show_json

if TYPE_CHECKING:
    from solvers.completeness.functional import Decision
    from theory.kernel.components.component_sets import ComponentSet

MAX_LINES = 24  # clones and sets printed; the certificate and --json hold all


def verify_functions(
    components: ComponentSet,
    *,
    seconds: float,
    repair: bool,
    minimal: bool,
    draw: Path | None,
    out: Path | None,
    json: bool,
) -> Exit:
    """Decides, prints, and writes the certificate; the exit code."""
    from solvers.completeness.functional import decide_functions, minimal_names, repair_names
    from solvers.drawing.figures import picture_path
    from theory.formats.certificates import write_certificate
    from theory.formats.files import output_path
    from theory.kernel.errors import ProblemError

    path = output_path(out, components.name, ".json")
    if draw is not None:
        picture_path(draw)
    decision = decide_functions(components, seconds=seconds)
    status = decision.verdict.status
    data: dict[str, Any] = _as_json(decision)
    if decision.certificate is not None:
        write_certificate(decision.certificate, path)
        data["file"] = str(path)
    if minimal and status == "complete":
        data["minimal"] = [list(names) for names in minimal_names(components)]
    if repair and status == "incomplete":
        data["repairs"] = [list(names) for names in repair_names(components)]
    if draw is not None:
        if decision.verdict.k != 2:
            message = "Post's lattice is that of two values; this set has another domain"
            raise ProblemError("no-lattice", message, components.name)
        from solvers.completeness.finite import draw_place, place

        draw_place(place(decision.verdict.operations), draw)
        data["drawing"] = str(draw)
    if json:
        show_json(data)
    else:
        _show(decision, data)
    return Exit.UNKNOWN if status == "unknown" else Exit.OK


def _as_json(decision: Decision) -> dict[str, Any]:
    verdict = decision.verdict
    return {
        "verdict": verdict.status,
        "k": verdict.k,
        "reason": verdict.reason,
        "lines": verdict.lines(),
        "clones": [held.relation.name for held in verdict.held],
        "all maximal clones": verdict.exhaustive,
        "post": decision.clone,
        "unary": decision.unary,
    }


def _show(decision: Decision, data: dict[str, Any]) -> None:
    screen = console()

    def say(text: str) -> None:
        screen.say(text)

    lines = data["lines"]
    say(lines[0] if data["k"] else f"UNKNOWN  {data['reason']}")
    if data["k"]:
        for line in lines[1 : MAX_LINES + 1]:
            say(f"  {line}")
        if len(lines) > MAX_LINES + 1:
            say(f"  ... and {len(lines) - MAX_LINES - 1} more (--json lists all)")
    if decision.clone:
        say(f"Post's lattice: {decision.clone}")
    if decision.unary:
        say(f"chains of the unary components: {decision.unary}")
    for key, word in (("minimal", "minimal complete subsets"), ("repairs", "smallest repairs")):
        if key in data:
            sets = data[key]
            say(f"{word} ({len(sets)}):")
            for names in sets[:MAX_LINES]:
                say(f"  {', '.join(names)}")
            if len(sets) > MAX_LINES:
                say(f"  ... and {len(sets) - MAX_LINES} more (--json lists all)")
    for key in ("drawing", "file"):
        if key in data:
            say(f"{'certificate' if key == 'file' else key} {data[key]}")
