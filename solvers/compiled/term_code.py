"""Terms as source code: a template for each operator, in Python and in array code.

- `CODE`: the templates. They see `{0}`, `{1}` for the arguments, `{w}`, `{mask}`, `{sign}` for the
  width of the first argument, its all-ones word and its sign bit, `{u}` for the width of the second
  argument, `{n}` for the number of indices of an array (0: infinitely many), and `{i}`, `{j}` for
  the operator's own indices. Array code runs over int64, uint64 and bool arrays; the names it calls
  (`iadd`, `ite`, ...) are supplied by `solvers.compiled.array_code`, once for NumPy and once for
  Numba.
- `compile_terms`: terms as one exact Python function, many times faster than the kernel's
  interpreter. `step_function`: the same for a component at a parameter setting.

What an operator means is said by `theory.kernel.language.operators`; tests hold these against it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from solvers.compiled.exact_arithmetic import RUNTIME
from theory.kernel.components.component import Component
from theory.kernel.errors import ComponentError
from theory.kernel.language.operators import OPERATORS
from theory.kernel.language.sorts import Value, index_count
from theory.kernel.language.terms import Term, nodes


@dataclass(frozen=True, slots=True)
class Code:
    """An operator's templates."""

    python: str
    array: str


CODE: dict[str, Code] = {
    "not": Code("(not {0})", "lnot({0})"),
    "and": Code("({0} and {1})", "({0} & {1})"),
    "or": Code("({0} or {1})", "({0} | {1})"),
    "xor": Code("({0} != {1})", "({0} ^ {1})"),
    "=>": Code("(not {0} or {1})", "(lnot({0}) | {1})"),
    "=": Code("({0} == {1})", "equal({0}, {1})"),
    "ite": Code("({1} if {0} else {2})", "ite({0}, {1}, {2})"),
    "+": Code("({0} + {1})", "iadd({0}, {1}, flags)"),
    "-": Code("({0} - {1})", "isub({0}, {1}, flags)"),
    "neg": Code("(-{0})", "ineg({0}, flags)"),
    "*": Code("product({0}, {1})", "imul({0}, {1}, flags)"),
    "abs": Code("abs({0})", "iabs({0}, flags)"),
    "div": Code("div({0}, {1})", "idiv({0}, {1}, flags)"),
    "mod": Code("mod({0}, {1})", "imod({0}, {1}, flags)"),
    "/": Code("quotient({0}, {1})", "rdiv({0}, {1}, flags)"),
    "to_real": Code("Fraction({0})", "toreal({0}, flags)"),
    "to_int": Code("({0}.numerator // {0}.denominator)", "rfloor({0}, flags)"),
    "is_int": Code("({0}.denominator == 1)", "isint({0}, flags)"),
    "<": Code("({0} < {1})", "({0} < {1})"),
    "<=": Code("({0} <= {1})", "({0} <= {1})"),
    ">": Code("({0} > {1})", "({0} > {1})"),
    ">=": Code("({0} >= {1})", "({0} >= {1})"),
    "bvnot": Code("({0} ^ {mask})", "({0} ^ U({mask}))"),
    "bvneg": Code("(-{0} & {mask})", "((U(0) - {0}) & U({mask}))"),
    "bvand": Code("({0} & {1})", "({0} & {1})"),
    "bvor": Code("({0} | {1})", "({0} | {1})"),
    "bvxor": Code("({0} ^ {1})", "({0} ^ {1})"),
    "bvnand": Code("(({0} & {1}) ^ {mask})", "(({0} & {1}) ^ U({mask}))"),
    "bvnor": Code("(({0} | {1}) ^ {mask})", "(({0} | {1}) ^ U({mask}))"),
    "bvxnor": Code("({0} ^ {1} ^ {mask})", "({0} ^ {1} ^ U({mask}))"),
    "bvadd": Code("(({0} + {1}) & {mask})", "(({0} + {1}) & U({mask}))"),
    "bvsub": Code("(({0} - {1}) & {mask})", "(({0} - {1}) & U({mask}))"),
    "bvmul": Code("(({0} * {1}) & {mask})", "(({0} * {1}) & U({mask}))"),
    "bvudiv": Code("({0} // {1} if {1} else {mask})", "udiv({0}, {1}, U({mask}))"),
    "bvurem": Code("({0} % {1} if {1} else {0})", "urem({0}, {1})"),
    "bvsdiv": Code("bvsdiv({0}, {1}, {sign}, {mask})", "sdiv({0}, {1}, U({sign}), U({mask}))"),
    "bvsrem": Code("bvsrem({0}, {1}, {sign}, {mask})", "srem({0}, {1}, U({sign}), U({mask}))"),
    "bvsmod": Code("bvsmod({0}, {1}, {sign}, {mask})", "smod({0}, {1}, U({sign}), U({mask}))"),
    "bvshl": Code("(({0} << {1}) & {mask} if {1} < {w} else 0)", "shl({0}, {1}, {w}, U({mask}))"),
    "bvlshr": Code("({0} >> {1} if {1} < {w} else 0)", "lshr({0}, {1}, {w})"),
    "bvashr": Code(
        "((signed({0}, {sign}) >> min({1}, {w})) & {mask})",
        "ashr({0}, {1}, {w}, U({sign}), U({mask}))",
    ),
    "bvult": Code("({0} < {1})", "({0} < {1})"),
    "bvule": Code("({0} <= {1})", "({0} <= {1})"),
    "bvugt": Code("({0} > {1})", "({0} > {1})"),
    "bvuge": Code("({0} >= {1})", "({0} >= {1})"),
    "bvslt": Code("(({0} ^ {sign}) < ({1} ^ {sign}))", "(({0} ^ U({sign})) < ({1} ^ U({sign})))"),
    "bvsle": Code("(({0} ^ {sign}) <= ({1} ^ {sign}))", "(({0} ^ U({sign})) <= ({1} ^ U({sign})))"),
    "bvsgt": Code("(({0} ^ {sign}) > ({1} ^ {sign}))", "(({0} ^ U({sign})) > ({1} ^ U({sign})))"),
    "bvsge": Code("(({0} ^ {sign}) >= ({1} ^ {sign}))", "(({0} ^ U({sign})) >= ({1} ^ U({sign})))"),
    "bvcomp": Code("int({0} == {1})", "ite(equal({0}, {1}), U(1), U(0))"),
    "concat": Code("({0} << {u} | {1})", "(({0} << U({u})) | {1})"),
    "extract": Code(
        "({0} >> {j} & ((2 << {i} - {j}) - 1))", "(({0} >> U({j})) & U((2 << {i} - {j}) - 1))"
    ),
    "zero_extend": Code("{0}", "{0}"),
    "sign_extend": Code(
        "(signed({0}, {sign}) & ((1 << {w} + {i}) - 1))",
        "((({0} ^ U({sign})) - U({sign})) & U((1 << {w} + {i}) - 1))",
    ),
    "rotate_left": Code(
        "(({0} << {i} % {w} | {0} >> {w} - {i} % {w}) & {mask})",
        "(shl({0}, U({i} % {w}), {w}, U({mask})) | lshr({0}, U({w} - {i} % {w}), {w}))",
    ),
    "rotate_right": Code(
        "(({0} >> {i} % {w} | {0} << {w} - {i} % {w}) & {mask})",
        "(lshr({0}, U({i} % {w}), {w}) | shl({0}, U({w} - {i} % {w}), {w}, U({mask})))",
    ),
    "repeat": Code("repeat({0}, {w}, {i})", "brepeat({0}, {w}, {i})"),
    "select": Code("{0}.select({1})", "aselect({0}, {1})"),
    "store": Code("{0}.store({1}, {2}, {n})", "astore({0}, {1}, {2}, {n})"),
}


def template_fields(node: Term) -> dict[str, Any]:
    """What an operator's templates may name besides the arguments: widths, masks, indices."""
    fields: dict[str, Any] = {}
    if node.args and node.args[0].sort.kind == "BitVec":
        width = node.args[0].sort.width
        fields |= {"w": width, "mask": (1 << width) - 1, "sign": 1 << (width - 1)}
        if len(node.args) > 1 and node.args[1].sort.kind == "BitVec":
            fields["u"] = node.args[1].sort.width
    if node.op == "store":
        fields["n"] = index_count(node.sort)
    fields |= dict(zip("ij", node.indices, strict=False))
    return fields


def fold(template: str, node: Term, args: list[str]) -> str:
    """One application as source text: the template filled in.

    N-ary use is split in halves, since Python's parser nests parentheses 200 deep at most.
    """
    fields = template_fields(node)
    if not OPERATORS[node.op].variadic:
        return template.format(*args, **fields)
    parts = args
    while len(parts) > 1:
        pairs = [template.format(a, b, **fields) for a, b in zip(parts[::2], parts[1::2])]  # noqa: B905
        parts = [*pairs, *parts[-1:]] if len(parts) % 2 else pairs
    return parts[0]


@lru_cache(maxsize=10_000)
def compile_terms(
    terms: tuple[Term, ...], names: tuple[str, ...]
) -> Callable[..., tuple[Value, ...]]:
    """One Python function from values of the variables `names`, in order, to the terms' values.

    Raises:
        ComponentError: `free-variable` where a variable is not among `names`.
    """
    place = {name: f"v{k}" for k, name in enumerate(names)}
    known: dict[str, Any] = dict(RUNTIME)
    text: dict[Term, str] = {}
    lines = []
    for k, node in enumerate(nodes(terms)):
        if node.op == "var":
            if node.indices[0] not in place:
                raise ComponentError("free-variable", f"free variable {node.indices[0]!r}")
            text[node] = place[node.indices[0]]
        elif node.op == "const":
            known[f"c{k}"] = node.indices[0]
            text[node] = f"c{k}"
        else:
            code = fold(CODE[node.op].python, node, [text[a] for a in node.args])
            lines.append(f"    t{k} = {code}")
            text[node] = f"t{k}"
    results = "".join(f"{text[term]}, " for term in terms)
    source = "\n".join([f"def f({', '.join(place.values())}):", *lines, f"    return ({results})"])
    exec(compile(source, "<terms>", "exec"), known)
    function: Callable[..., tuple[Value, ...]] = known["f"]
    return function


@lru_cache(maxsize=100_000)
def step_function(
    component: Component, setting: tuple[Value, ...]
) -> Callable[..., tuple[Value, ...] | None]:
    """The exact function of a component at a parameter setting; None where it blocks."""
    outputs, guard = component.instantiate(setting)
    names = tuple(v.name for v in component.inputs)
    compute = compile_terms(outputs, names)
    if guard is None:
        return compute
    admits = compile_terms((guard,), names)
    return lambda *values: compute(*values) if admits(*values)[0] else None
