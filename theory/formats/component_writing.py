"""Component sets as text: the `.smt2` file that `theory.kernel.components.component_files` reads
back.

- `write_components`: a set as SMT-LIB definitions, each with its line of `set-info`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from theory.kernel.components.component import Component, Parameter
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT, REAL, coerce, smt_value
from theory.kernel.language.terms import Term, smt_text, symbol_text


def write_components(components: ComponentSet) -> str:
    """The set as a file's text; reading it gives an equal set."""
    lines = [_info(_set_line(components))]
    if components.starts is not None:
        lines.append(_define("set.starts", components.registers, components.starts))
    for c in components.components:
        arguments = (*c.inputs, *(Variable(p.name, p.sort) for p in c.parameters))
        for name, term in zip(c.output_names, c.outputs, strict=True):
            lines.append(_define(name, arguments, term))
        if c.guard is not None:
            lines.append(_define(_guard_name(components, c), arguments, c.guard))
        lines.append(_info(_component_line(components, c)))
    return "\n".join(lines) + "\n"


def _info(line: str) -> str:
    """The line as one string of printable ASCII, which is all that cvc5 takes."""
    text = "".join(c if " " <= c <= "~" and c != "\\" else f"\\u{{{ord(c):x}}}" for c in line)
    return f'(set-info :sheffer "{text.replace(chr(34), chr(34) * 2)}")'


def _define(name: str, arguments: tuple[Variable, ...], term: Term) -> str:
    listed = " ".join(f"({symbol_text(a.name)} {a.sort})" for a in arguments)
    return f"(define-fun {symbol_text(name)} ({listed}) {term.sort} {smt_text(term)})"


def _guard_name(components: ComponentSet, c: Component) -> str:
    taken = {n for other in components.components for n in other.output_names}
    name = f"{c.name}.guard"
    while name in taken:
        name += "'"
    return name


def _set_line(s: ComponentSet) -> str:
    parts = [f"set {symbol_text(s.name)}", f"(regime {s.regime})"]
    for register in s.registers:
        parts.append(f"(registers ({symbol_text(register.name)}) {register.sort})")
    parts += [f"(registers any {sort})" for sort in s.any_of]
    if s.values is not None:
        parts.append(f"(values {s.values})")
    if s.control is not None:
        branches = [
            f"({symbol_text(t)} {' '.join(str(o).lower() for o in outcomes)})"
            for t, outcomes in s.control.branches
        ]
        parts.append(f"(control {' '.join([*branches, 'jump' if s.control.jump else 'no-jump'])})")
    if s.starts is not None:
        parts.append("(starts set.starts)")
    if s.cells is not None:
        offsets = " ".join(f"({' '.join(map(str, o))})" for o in s.cells.offsets)
        parts.append(f"(cells {s.cells.dimension} (offsets {offsets}))")
        if s.cells.quiescent is not None:
            parts.append(f"(quiescent {_quiescent(s)})")
    if s.source:
        parts.append('(source "' + s.source.replace('"', '""') + '")')
    return f"({' '.join(parts)})"


def _quiescent(s: ComponentSet) -> str:
    value = s.cells.quiescent if s.cells else None
    sort = s.registers[0].sort if s.registers else s.any_of[0]
    return smt_value(sort, coerce(sort, value))


def _component_line(components: ComponentSet, c: Component) -> str:
    def listed(head: str, names: tuple[str, ...]) -> str:
        return f"({' '.join([head, *map(symbol_text, names)])})"

    parts = [
        f"{c.role} {symbol_text(c.name)}",
        listed("inputs", tuple(v.name for v in c.inputs)),
        listed("outputs", c.output_names),
    ]
    if c.guard is not None:
        parts.append(f"(guard {symbol_text(_guard_name(components, c))})")
    if c.parameters:
        parts.append(f"(parameters {' '.join(map(_parameter_text, c.parameters))})")
    if c.writes is not None:
        parts.append(listed("writes", c.writes))
    if c.placements is not None:
        places = [f"({' '.join(map(str, p))})" for p in c.placements]
        parts.append(f"({' '.join(['placements', *places])})")
    return f"({' '.join(parts)})"


def _parameter_text(p: Parameter) -> str:
    name = symbol_text(p.name)
    if p.sort == BOOL and (p.low, p.high, p.step) == (0, 1, 1):
        return f"({name} Bool)"
    number: Callable[[int | Fraction], str] = lambda n: (  # noqa: E731
        smt_value(REAL, n) if n != int(n) else smt_value(INT, int(n))
    )
    step = "" if p.step == 1 else f" {number(p.step)}"
    return f"({name} {p.sort} {number(p.low)} {number(p.high)}{step})"
