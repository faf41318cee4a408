"""Terms, components and sequences as LaTeX, by a table with a row for each operator."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.formats.sequence_text import slot_names
from theory.kernel.components.placements import Wiring
from theory.kernel.language.operators import OPERATORS
from theory.kernel.language.sorts import ArrayValue, Value, plain_value
from theory.kernel.language.terms import Term, nodes, placed, substitute, var
from theory.kernel.problems.sequences import Sequence


@dataclass(frozen=True, slots=True)
class Form:
    """A template, and how tightly it binds: arguments that bind less are put in parentheses."""

    latex: str
    precedence: int = 9


FORMS: dict[str, Form] = {
    "not": Form(r"\lnot {0}", 8),
    "and": Form(r"{0} \land {1}", 3),
    "or": Form(r"{0} \lor {1}", 2),
    "xor": Form(r"{0} \oplus {1}", 3),
    "=>": Form(r"{0} \Rightarrow {1}", 1),
    "=": Form("{0} = {1}", 4),
    "ite": Form(r"\begin{{cases}} {1} & {0} \\ {2} & \text{{otherwise}} \end{{cases}}"),
    "+": Form("{0} + {1}", 5),
    "-": Form("{0} - {1}", 5),
    "neg": Form("-{0}", 7),
    "*": Form(r"{0} \cdot {1}", 6),
    "abs": Form(r"\left|{0}\right|"),
    "div": Form(r"{0} \operatorname{{div}} {1}", 6),
    "mod": Form(r"{0} \bmod {1}", 6),
    "/": Form(r"\frac{{{0}}}{{{1}}}"),
    "to_real": Form("{0}"),
    "to_int": Form(r"\lfloor {0} \rfloor"),
    "is_int": Form(r"{0} \in \mathbb{{Z}}", 4),
    "<": Form("{0} < {1}", 4),
    "<=": Form(r"{0} \le {1}", 4),
    ">": Form("{0} > {1}", 4),
    ">=": Form(r"{0} \ge {1}", 4),
    "bvnot": Form(r"\mathord{{\sim}} {0}", 6),
    "bvneg": Form("-{0}", 6),
    "bvand": Form(r"{0} \mathbin{{\&}} {1}", 6),
    "bvor": Form(r"{0} \mid {1}", 6),
    "bvxor": Form(r"{0} \oplus {1}", 6),
    "bvnand": Form(r"{0} \mathbin{{\uparrow}} {1}", 6),
    "bvnor": Form(r"{0} \mathbin{{\downarrow}} {1}", 6),
    "bvxnor": Form(r"{0} \odot {1}", 6),
    "bvadd": Form("{0} + {1}", 6),
    "bvsub": Form("{0} - {1}", 6),
    "bvmul": Form(r"{0} \cdot {1}", 6),
    "bvudiv": Form(r"{0} \mathbin{{/_u}} {1}", 6),
    "bvurem": Form(r"{0} \mathbin{{\%_u}} {1}", 6),
    "bvsdiv": Form(r"{0} \mathbin{{/_s}} {1}", 6),
    "bvsrem": Form(r"{0} \mathbin{{\%_s}} {1}", 6),
    "bvsmod": Form(r"{0} \bmod {1}", 6),
    "bvshl": Form(r"{0} \ll {1}", 6),
    "bvlshr": Form(r"{0} \gg_u {1}", 6),
    "bvashr": Form(r"{0} \gg_s {1}", 6),
    "bvult": Form("{0} <_{{u}} {1}", 4),
    "bvule": Form(r"{0} \le_{{u}} {1}", 4),
    "bvugt": Form("{0} >_{{u}} {1}", 4),
    "bvuge": Form(r"{0} \ge_{{u}} {1}", 4),
    "bvslt": Form("{0} <_{{s}} {1}", 4),
    "bvsle": Form(r"{0} \le_{{s}} {1}", 4),
    "bvsgt": Form("{0} >_{{s}} {1}", 4),
    "bvsge": Form(r"{0} \ge_{{s}} {1}", 4),
    "bvcomp": Form("[{0} = {1}]"),
    "concat": Form(r"{0} \mathbin{{\Vert}} {1}", 6),
    "extract": Form("{0}[{i}{{:}}{j}]", 8),
    "zero_extend": Form(r"\operatorname{{zext}}_{{{i}}}({0})"),
    "sign_extend": Form(r"\operatorname{{sext}}_{{{i}}}({0})"),
    "rotate_left": Form(r"{0} \lll {i}", 6),
    "rotate_right": Form(r"{0} \ggg {i}", 6),
    "repeat": Form("{0}^{{{i}}}", 8),
    "select": Form("{0}[{1}]"),
    "store": Form(r"{0}[{1} \mapsto {2}]"),
}

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
    row, at = FORMS[node.op], placed(node)
    variadic = OPERATORS[node.op].variadic
    fields: dict[str, Any] = {"w": at.width} | dict(zip("ij", node.indices, strict=False))
    if row.precedence >= 9:  # the template itself encloses its arguments
        return row.latex.format(*(text for text, _ in args), **fields), _ATOM
    wrapped = [
        text
        if (binds > row.precedence or (k == 0 and binds == row.precedence and variadic))
        and not (k and text.startswith("-"))  # a minus sign after an operator
        else f"\\left({text}\\right)"
        for k, (text, binds) in enumerate(args)
    ]  # fmt: skip
    result = row.latex.format(*wrapped[: 2 if variadic else None], **fields)
    for text in wrapped[2:]:
        result = row.latex.format(result, text, **fields)
    return result, row.precedence


def sequence_latex(sequence: Sequence) -> str:
    """The steps of a sequence as an `aligned` block, each with the formula it computes."""
    if sequence.wiring is Wiring.TABLE:
        names = [f"\\text{{{s.component.replace('_', chr(92) + '_')}}}" for s in sequence.steps]
        return " \\to ".join(names)
    slots = slot_names(sequence)
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
