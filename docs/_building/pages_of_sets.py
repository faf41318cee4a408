"""The page of a component set as Markdown: its components as formulas, verdict and certificate.

- `page`: of one set; `index`: the table of all of them.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from _building.diagrams import drawing
from solvers.completeness.models_graph import EDGES, chain_of
from theory.formats.latex import latex, name_latex, value_latex
from theory.formats.sequence_text import slot_names
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.sorts import Sort
from theory.kernel.machines.simulation_reading import read_simulation
from theory.kernel.machines.simulations import Decision, Simulation
from theory.kernel.problems.sequences import Sequence

if TYPE_CHECKING:
    from _building.verdicts import Found

MODELS = {
    "stacks": "two stacks",
    "one-register": "one register",
    "tape": "tape",
    "circuit": "circuit",
    "rule110": "Rule 110",
    "life": "Game of Life",
}
MAX_ROWS = 12  # rows of an operation table shown
WIDE = 60  # characters of LaTeX from which on a formula stands on a line of its own


def page(name: str, found: Found, checked: str) -> str:
    """The page of a set; `checked` is what the checker printed for its certificate."""
    parts = [
        f"# {name}",
        found.why,
        "## Verdict",
        "\n".join(_facts(found)),
        *_reasons(found),
        "## Components",
        "\n".join(_components(found.components)),
    ]
    if found.certificate is not None:
        parts += ["## Certificate", *_certificate(name, found, checked)]
    parts += _drawing(name, found)
    parts += ["## The file", f"```lisp\n{found.text.strip()}\n```"]
    return "\n\n".join(parts) + "\n"


def index(sets: Mapping[str, Found]) -> str:
    """The table of all sets."""
    lines = [
        "| set | verdict | under | by | memory |",
        "|---|---|---|---|---|",
    ]
    for name, found in sets.items():
        under = _regime(found)
        memory = _memory(found) or "–"
        lines.append(
            f"| [{name}]({name}.md) | {_badge(found)} | {under} | {_by(found)} | {memory} |"
        )
    return '<div class="filter" markdown>\n\n' + "\n".join(lines) + "\n\n</div>\n"


def _badge(found: Found) -> str:
    weakly = "weakly " if getattr(found.verdict, "weakly", False) else ""
    return f'<span class="verdict {found.answer}">{weakly}{found.answer}</span>'


def _regime(found: Found) -> str:
    if found.question == "functions":
        return f"functions on {found.verdict.verdict.k} values"
    return str(found.verdict.regime)


def _by(found: Found) -> str:
    if found.question == "functions":
        return found.verdict.clone
    if found.answer == "unknown":
        return found.verdict.reason
    return found.verdict.title


def _memory(found: Found) -> str:
    return getattr(found.verdict, "memory", "") or found.memory


def _facts(found: Found) -> Iterator[str]:
    asked = (
        "is every function a composition?" if found.question == "functions" else "Turing complete?"
    )
    yield f"| question | {asked} |"
    yield "|---|---|"
    yield f"| verdict | {_badge(found)} |"
    yield f"| under | {_regime(found)} |"
    if found.question == "functions":
        yield f"| generates | {found.verdict.clone or 'see the certificate'} |"
    elif found.answer != "unknown":
        word = "simulates" if found.answer == "complete" else "route"
        yield f"| {word} | {found.verdict.title} |"
        yield f"| rests on | {found.verdict.rests_on} |"
    if memory := _memory(found):
        yield f"| memory | {memory} |"
    if found.components.source:
        yield f"| source | {found.components.source} |"


def _reasons(found: Found) -> Iterator[str]:
    if found.answer != "unknown" or found.question == "functions":
        return
    yield f"Why it is unknown: {found.verdict.reason} (budget: {found.verdict.budget})."
    if found.verdict.refusals:
        yield "The routes to *incomplete*, and why none applies:"
        yield "\n".join(f"- `{route}`: {why}" for route, why in found.verdict.refusals.items())


def _components(components: ComponentSet) -> Iterator[str]:
    for component in components.components:
        yield from _component(component)
    registers = [f"${name_latex(v.name)}$ ({v.sort})" for v in components.registers]
    registers += [f"any number of sort {sort}" for sort in components.any_of]
    yield f"\nRegisters: {', '.join(registers) or 'none declared'}."
    if components.starts is not None:
        yield f"\nStart states: ${latex(components.starts)}$."
    if components.cells is not None:
        cells = components.cells
        quiet = "" if cells.quiescent is None else f"; quiescent value {cells.quiescent}"
        yield (
            f"\nIt lives on a lattice of {cells.dimension} dimension"
            f"{'s' if cells.dimension > 1 else ''} and reads {len(cells.offsets)} cells{quiet}."
        )


def _component(c: Component) -> Iterator[str]:
    inputs = ", ".join(name_latex(v.name) for v in (*c.inputs, *c.parameters))
    outputs = ",\\; ".join(latex(term) for term in c.outputs)
    role = {"component": "operation"}.get(str(c.role), str(c.role))
    sorts, results = _counted(v.sort for v in c.inputs), _counted(term.sort for term in c.outputs)
    yield f"**{c.name}** – {role}, {sorts or 'nothing'} → {results}\n"
    left, right = f"{name_latex(c.name)}({inputs})", f"{_relation(c)} {outputs}"
    if len(left) + len(right) > WIDE:
        left, right = f"\\begin{{aligned}}&{left}\\\\", f"&\\quad {right}\\end{{aligned}}"
    yield f"$$\n{left} {right}\n$$\n"
    if c.guard is not None:
        yield f"only where ${latex(c.guard)}$\n"
    if c.parameters:
        ranges = ", ".join(
            f"${name_latex(p.name)}$ from ${value_latex(p.low)}$ to ${value_latex(p.high)}$"
            + ("" if p.step == 1 else f" in steps of ${value_latex(p.step)}$")
            for p in c.parameters
        )
        yield f"parameters: {ranges}\n"


def _counted(sorts: Iterable[Sort]) -> str:
    """The sorts, many equal ones by their number."""
    runs = [(str(sort), len(list(run))) for sort, run in groupby(sorts)]
    return ", ".join(f"{n} × {sort}" if n > 3 else ", ".join([sort] * n) for sort, n in runs)


def _relation(c: Component) -> str:
    """Between a component and what it yields; `=` would read badly before an equation."""
    return "\\iff" if len(c.outputs) == 1 and c.outputs[0].op == "=" else "="


def _certificate(name: str, found: Found, checked: str) -> Iterator[str]:
    certificate = found.certificate
    assert certificate is not None
    yield (
        "When this page was built, the checker, which loads nothing of the search, read the "
        "certificate and answered:"
    )
    lines = checked.strip().split("\n")
    shown = lines[: MAX_ROWS + 1]
    if len(lines) > len(shown):
        shown.append(f"  ... and {len(lines) - len(shown)} more")
    yield "```text\n$ sheffer-check " + f"{name}.json\n" + "\n".join(shown) + "\n```"
    yield f"```download {name}.json\nThe certificate, {name}.json\n```"
    if certificate["kind"] == "simulation":
        yield from _simulation(read_simulation(certificate))
    elif certificate["kind"] == "functional":
        yield from _functional(found)


def _simulation(s: Simulation) -> Iterator[str]:
    yield f"Each operation of *{s.model.title}*, as a sequence of the components:"
    registers = [name_latex(v.name) for v in s.registers]
    held = [
        f"${registers[k]}$ holds {part.name}"
        for k, part in zip(s.parts, s.model.parts, strict=False)
        if s.registers[k].name != part.name
    ]
    held += [f"${registers[k]} = {value_latex(value)}$ throughout" for k, value in s.constants]
    if held:
        yield "Registers: " + ", ".join(held) + "."
    for operation in s.model.operations:
        if operation.test and operation.name in s.tests:
            yield f"**{operation.name}?** {_decision(s, s.tests[operation.name])}"
        else:
            yield f"**{operation.name}**"
            yield _formulas(s.operations[operation.name])


def _formulas(sequence: Sequence) -> str:
    """The steps, each as the application of a component."""
    if not sequence.steps:
        return "Nothing to do."
    slots = [name_latex(name) for name in slot_names(sequence)]
    lines, slot = [], len(sequence.inputs)
    for step in sequence.steps:
        parameters = ", ".join(value_latex(value) for value in step.parameters)
        reads = ", ".join(slots[k] for k in step.reads)
        between = ";\\," if parameters else ""
        call = f"{name_latex(step.component)}({reads}{between}{parameters})"
        if sequence.wiring is Wiring.CHAIN:
            lines.append(f"{', '.join(slots[k] for k in step.writes)} &\\leftarrow {call}")
        else:
            count = len(sequence[step.component].outputs)
            lines.append(f"{', '.join(slots[slot : slot + count])} &= {call}")
            slot += count
    if sequence.wiring is Wiring.DAG:
        lines.append(f"&\\text{{yields }} {', '.join(slots[k] for k in sequence.outputs)}")
    return "$$\n\\begin{aligned}" + " \\\\ ".join(lines) + "\\end{aligned}\n$$"


def _decision(s: Simulation, decision: Decision) -> str:
    step = decision.decide
    component = s.components[step.component]
    names = ", ".join(name_latex(s.registers[k].name) for k in step.reads)
    text = f"decided by `{component.name}` on ${names}$"
    if decision.negated:
        text += ", negated"
    before, after = len(decision.prefix), (len(decision.when_true), len(decision.when_false))
    if before:
        text += f", after {before} step{'s' if before > 1 else ''}"
    if any(after):
        text += f"; then {after[0]} steps if true, {after[1]} if false"
    return text + "."


def _functional(found: Found) -> Iterator[str]:
    first, *rest = found.verdict.verdict.lines()
    if found.answer == "complete":
        yield "The function that gives all others, as a composition of the components:"
    else:
        yield "What every component preserves, and a function that breaks it:"
    yield "\n".join(f"- `{line}`" for line in rest or [first])


def _drawing(name: str, found: Found) -> Iterator[str]:
    if found.question == "functions":
        if found.verdict.verdict.k == 2:
            words = (
                f"Post's lattice of the closed classes of Boolean functions, with what {name} "
                f"generates filled: {found.verdict.clone}."
            )
            yield "## Where it stands"
            yield f"```figure {name}.svg\n{words}\n```"
        return
    model = None if found.certificate is None else found.certificate.get("model")
    if model is None:
        return
    node = _node(model)
    path = chain_of(node)
    reasons = {(start, end): reason for start, end, reason in EDGES}
    edges = [(start, end, "") for start, end, _ in EDGES]
    title = f"The models, and how universality reaches {name}: {name}, {', '.join(path)}."
    yield "## Where its universality comes from"
    yield (
        "An arrow from A to B says that A imitates B. The filled boxes lead from this set to the "
        "Turing machine."
    )
    yield drawing(f"models-{name}", title, [(name, node, ""), *edges], {name, *path})
    rows = [f"| {name} | {node} | the certificate above |"]
    rows += [
        f"| {start} | {end} | {html.escape(reasons[start, end])} |" for start, end in pairwise(path)
    ]
    yield "| imitates | what | by |\n|---|---|---|\n" + "\n".join(rows)


def _node(model: dict[str, Any]) -> str:
    if model["name"] == "counters":
        return "three counters" if model["count"] == 3 else "two counters"
    if model["name"] == "stacks" and model["blank"]:
        return "two half tapes"
    return MODELS[model["name"]]
