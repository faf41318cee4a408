"""Terms, components and sequences as LaTeX, by the last columns of the operator table."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.kernel.components.placements import Wiring
from theory.kernel.language.operators import OPERATORS
from theory.kernel.language.sorts import ArrayValue, Value, plain_value
from theory.kernel.language.terms import Term, nodes, substitute, template_fields, var

if TYPE_CHECKING:
    from theory.kernel.problems.sequences import Sequence

_ATOM = 10
_GREEK = {"alpha", "beta", "gamma", "delta", "theta", "lambda", "mu", "sigma", "phi", "omega"}


def name_latex(name: str) -> str:
    """A name: one letter as it is, x1 as x_1, a longer one upright."""
    stem = name.rstrip("0123456789")
    index = name[len(stem) :]
    if len(stem) == 1 and stem.isalpha():
        return f"{stem}_{{{index}}}" if index else stem
    if stem in _GREEK:
        return f"\\{stem}_{{{index}}}" if index else f"\\{stem}"
    escaped = "".join(f"\\{c}" if c in "_#$%&{}" else c for c in name)
    escaped = escaped.replace("-", "\\text{-}")  # a hyphen, no minus sign
    return f"\\mathit{{{escaped}}}"


def value_latex(value: Value) -> str:
    """A literal."""
    if isinstance(value, bool):
        return "\\top" if value else "\\bot"
    if isinstance(value, Fraction) and value.denominator != 1:
        sign = "-" if value < 0 else ""
        return f"{sign}\\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    if isinstance(value, ArrayValue):
        return f"\\text{{{plain_value(value)}}}"
    return str(value)


def latex(term: Term) -> str:
    """The term as a formula, with as few parentheses as precedence allows."""
    made: dict[Term, tuple[str, int]] = {}
    for node in nodes([term]):
        if node.op == "var":
            made[node] = name_latex(node.indices[0]), _ATOM
        elif node.op == "const":
            text = value_latex(node.indices[0])
            made[node] = text, 7 if text.startswith("-") else _ATOM
        else:
            made[node] = _application(node, [made[arg] for arg in node.args])
    return made[term][0]


def _application(node: Term, args: list[tuple[str, int]]) -> tuple[str, int]:
    if node.op == "not" and node.args[0].op == "=":
        inner = args[0][0].split(" = ", 1)
        if len(inner) == 2 and " = " not in inner[1]:
            return f"{inner[0]} \\ne {inner[1]}", 4
    if node.op == "to_real":  # an integer is a real number: nothing to show
        return args[0]
    row = OPERATORS[node.op]
    fields: dict[str, Any] = template_fields(node)
    if row.precedence >= 9:  # the template itself encloses its arguments
        return row.latex.format(*(text for text, _ in args), **fields), _ATOM
    wrapped = [
        text
        if (binds > row.precedence or (k == 0 and binds == row.precedence and row.variadic))
        and not (k and text.startswith("-"))  # a minus sign after an operator
        else f"\\left({text}\\right)"
        for k, (text, binds) in enumerate(args)
    ]  # fmt: skip
    result = row.latex.format(*wrapped[: 2 if row.variadic else None], **fields)
    for text in wrapped[2:]:
        result = row.latex.format(result, text, **fields)
    return result, row.precedence


def sequence_latex(sequence: Sequence) -> str:
    """The steps of a sequence as an `aligned` block, each with the formula it computes."""
    if sequence.wiring is Wiring.TABLE:
        names = [f"\\text{{{s.component.replace('_', chr(92) + '_')}}}" for s in sequence.steps]
        return " \\to ".join(names)
    slots = sequence.slot_names()
    lines, slot = [], len(sequence.inputs)
    for step in sequence.steps:
        component = sequence[step.component]
        outputs, _ = component.instantiate(step.parameters)
        values = {
            v.name: var(slots[k], v.sort) for v, k in zip(component.inputs, step.reads, strict=True)
        }
        formulas = ", ".join(latex(term) for term in substitute(outputs, values))
        if sequence.wiring is Wiring.CHAIN:
            left = ", ".join(name_latex(slots[k]) for k in step.writes)
            arrow = "\\leftarrow"
        else:
            left = ", ".join(name_latex(n) for n in slots[slot : slot + len(outputs)])
            slot += len(outputs)
            arrow = "="
        lines.append(f"{left} &{arrow} {formulas}")
    if sequence.wiring is Wiring.DAG:
        lines.append(f"& {', '.join(name_latex(slots[k]) for k in sequence.outputs)}")
    return "\\begin{aligned}" + r" \\ ".join(lines) + "\\end{aligned}"
