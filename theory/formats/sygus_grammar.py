"""Grammars of SyGuS files: what they generate, and the component set they become.

A production `(bvadd Start Start)` becomes a component that reads one slot for each nonterminal; one
that names a nonterminal or an argument deeper inside, `(bvand (bvnot A) x)`, becomes a component of
as many steps: one. Constants become input slots, so they cost nothing. Slots know sorts and no
nonterminals, so the component set may compute more than the grammar generates; never less. That is
why `generates` decides for an answer, as a tree, whether the grammar generates it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from theory.kernel.components.component import Component
from theory.kernel.components.partiality import definedness
from theory.kernel.errors import ComponentError, ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.operators import OPERATORS
from theory.kernel.language.sexpr import Atom, Group, Node, parse
from theory.kernel.language.smtlib import Definitions, read_sort, read_term
from theory.kernel.language.sorts import BOOL, INT, REAL, ArrayValue, Sort, Value, smt_value
from theory.kernel.language.terms import (
    TRUE,
    Term,
    evaluate,
    nodes,
    substitute,
    symbol_text,
    var,
    variables,
)

MAX_PRODUCTIONS = 1_000
MAX_DEPTH = 100  # of a production


@dataclass(frozen=True, slots=True)
class Nonterminal:
    """A nonterminal with its sort and its productions, as they are written."""

    name: str
    sort: Sort
    productions: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """The nonterminals, the first of which is the start, and the arguments they may name."""

    nonterminals: tuple[Nonterminal, ...]
    arguments: tuple[Variable, ...]

    def __getitem__(self, name: str) -> Nonterminal | None:
        return next((n for n in self.nonterminals if n.name == name), None)

    def closed(self, name: str) -> Iterator[Node]:
        """The productions of a nonterminal and of those it may be replaced by."""
        reached = [name]
        for each in reached:
            found = self[each]
            for production in found.productions if found else ():
                if isinstance(production, Atom) and self[production.text] is not None:
                    if production.text not in reached:
                        reached.append(production.text)
                else:
                    yield production


def read_grammar(
    heads: Node, bodies: Node, arguments: tuple[Variable, ...], found: Definitions
) -> Grammar:
    """The grammar of a synth-fun: `((Start S) ...)` and `((Start S (production ...)) ...)`.

    Raises:
        ComponentError: located, for what is not one.
    """
    declared: dict[str, Sort] = {}
    for node in heads.items if isinstance(heads, Group) else ():
        match node:
            case Group(items=(Atom(text=name, kind="symbol"), sort)) if name not in declared:
                declared[name] = read_sort(sort)
            case Group(items=(Atom(), _, Group())):
                message = "a grammar without its list of nonterminals is SyGuS-IF 1; version 2.1 "
                message += "writes ((Start S) ...) before ((Start S (PRODUCTION ...)) ...)"
                raise ComponentError("old-syntax", message, heads.where)
            case _:
                message = "the list of nonterminals is ((NAME SORT) ...), each name once"
                raise ComponentError("bad-grammar", message, node.where)
    listed: list[Nonterminal] = []
    for node in bodies.items if isinstance(bodies, Group) else ():
        match node:
            case Group(items=(Atom(text=name), sort, Group(items=productions))) if productions:
                if declared.get(name) != read_sort(sort):
                    message = f"{name} is not declared with this sort before the rules"
                    raise ComponentError("bad-grammar", message, node.where)
                listed.append(Nonterminal(name, declared[name], productions))
            case _:
                message = "the rules of a nonterminal are (NAME SORT (PRODUCTION ...))"
                raise ComponentError("bad-grammar", message, node.where)
    if not listed or [n.name for n in listed] != list(declared):
        message = "every declared nonterminal has its rules once, in the declared order"
        raise ComponentError("bad-grammar", message, bodies.where)
    if sum(len(n.productions) for n in listed) > MAX_PRODUCTIONS:
        message = f"more than {MAX_PRODUCTIONS} productions"
        raise ComponentError("too-large", message, bodies.where)
    return Grammar(tuple(listed), arguments)


@dataclass(frozen=True, slots=True)
class Template:
    """What a component writes into an answer: its text with the holes `HOLE0`, `HOLE1`, ..."""

    node: Node
    holes: int


_HOLE = "hole "  # no symbol of a file: between bars it could be one, but never without


@dataclass(slots=True)
class Parts:
    """What a grammar becomes.

    Attributes:
        components: one for each different production with holes.
        templates: by component name, what it writes.
        constants: the sort, value and text of each constant, by the name of its slot.
    """

    components: list[Component]
    templates: dict[str, Template]
    constants: dict[str, tuple[Sort, Value, Node]]


def parts_of(grammar: Grammar, found: Definitions) -> Parts:
    """The components and constants that a grammar uses.

    Raises:
        ComponentError: located, for productions that are not supported.
    """
    parts = Parts([], {}, {})
    known: dict[tuple[Term, tuple[Sort, ...]], str] = {}
    for nonterminal in grammar.nonterminals:
        for node in nonterminal.productions:
            _check_production(node, nonterminal, grammar, found)
            if isinstance(node, Atom) and grammar[node.text] is not None:
                continue
            if isinstance(node, Group) and node.head == "Variable":
                continue
            holes: list[Variable] = []
            template = _with_holes(node, grammar, holes)
            scope = {h.name: var(h.name, h.sort) for h in holes}
            term = read_term(template, scope, found)
            if any(n.op == "call" for n in nodes([term])):
                message = "the function that is sought cannot stand in its own grammar"
                raise ComponentError("bad-grammar", message, node.where)
            if term.sort != nonterminal.sort:
                message = f"this is {term.sort}, and {nonterminal.name} is {nonterminal.sort}"
                raise ComponentError("wrong-sort", message, node.where)
            if term.op == "var":
                continue  # an argument: a slot as it is
            if not variables([term]):
                _add_constant(parts, term, node)
                continue
            key = (term, tuple(h.sort for h in holes))
            if key not in known:
                known[key] = _add_component(parts, term, template, holes)
    return parts


def _check_production(node: Node, owner: Nonterminal, grammar: Grammar, found: Definitions) -> None:
    if isinstance(node, Atom):
        other = grammar[node.text]
        if other is not None and other.sort != owner.sort:
            message = f"{owner.name} is {owner.sort} and {other.name} is {other.sort}"
            raise ComponentError("wrong-sort", message, node.where)
        return
    if node.head == "Constant":
        message = "(Constant S) is not supported; list the constants that may be used"
        raise ComponentError("any-constant", message, node.where)
    if node.head == "Variable" and (len(node.items) != 2 or read_sort(node.items[1]) != owner.sort):
        message = f"write (Variable {owner.sort}) for the arguments of that sort"
        raise ComponentError("wrong-sort", message, node.where)
    stack: list[tuple[Node, int]] = [(node, 0)]
    while stack:
        inner, depth = stack.pop()
        if isinstance(inner, Group):
            if depth >= MAX_DEPTH:
                message = f"a production is nested at most {MAX_DEPTH} deep"
                raise ComponentError("too-deep", message, node.where)
            if inner.head in ("let", "Constant") or (inner.head == "Variable" and inner != node):
                message = f"({inner.head} ...) inside a production is not supported"
                raise ComponentError("bad-grammar", message, inner.where)
            stack.extend((item, depth + 1) for item in inner.items)


def _with_holes(node: Node, grammar: Grammar, holes: list[Variable]) -> Node:
    """The production with a hole of its own for each nonterminal and each argument."""
    if isinstance(node, Atom):
        found = grammar[node.text] or next(
            (a for a in grammar.arguments if a.name == node.text), None
        )
        if found is None or node.kind != "symbol":
            return node
        holes.append(Variable(f"{_HOLE}{len(holes)}", found.sort))
        return Atom(holes[-1].name, "symbol", node.where)
    return Group(tuple(_with_holes(item, grammar, holes) for item in node.items), node.where)


def constant_name(sort: Sort, value: Value) -> str:
    """The literal as the name of the slot that holds it: #x0f, 3, (- 1); true is no name."""
    if sort.kind == "BitVec" and not isinstance(value, ArrayValue):
        width = sort.width
        return f"#x{value:0{width // 4}x}" if width % 4 == 0 else f"#b{value:0{width}b}"
    return str(value) if sort.kind == "Bool" else smt_value(sort, value)


def _add_constant(parts: Parts, term: Term, node: Node) -> None:
    value = evaluate(term, {})
    for sort, other, _ in parts.constants.values():
        if (sort, other) == (term.sort, value):
            return
    name = constant_name(term.sort, value)
    while name in parts.constants:
        name += "'"
    parts.constants[name] = (term.sort, value, node)


_WORDS = {
    "+": "add", "-": "sub", "*": "mul", "/": "divide", "<": "lt", "<=": "le", ">": "gt",
    ">=": "ge", "=": "equal", "=>": "implies", "ite": "if", "div": "int-div", "mod": "int-mod",
    "neg": "minus", "abs": "int-abs",
}  # fmt: skip


def component_name(term: Term) -> str:
    """A name for a component of one operator: bvadd is bv-add, since operators are no names."""
    if term.op.startswith("bv"):
        return f"bv-{term.op[2:]}"
    return _WORDS.get(term.op) or f"{term.op}-{'bool' if term.sort == BOOL else 'op'}"


def _add_component(parts: Parts, term: Term, template: Node, holes: list[Variable]) -> str:
    inputs = tuple(Variable("abcdefgh"[k] if k < 8 else f"a{k}", h.sort)
                   for k, h in enumerate(holes))  # fmt: skip
    values = {h.name: var(v.name, v.sort) for h, v in zip(holes, inputs, strict=True)}
    (made,) = substitute([term], values)
    head = template.head if isinstance(template, Group) else ""
    flat = isinstance(template, Group) and all(
        isinstance(item, Atom) and item.text.startswith(_HOLE) for item in template.items[1:]
    )
    if head and head not in OPERATORS and flat:
        base = head  # a function that the file defines
    elif flat:
        base = component_name(made)
    else:
        base = node_text(template).replace(_HOLE, "").replace("|", "")
    name, number = base, 2
    while name in parts.templates:
        name, number = f"{base}.{number}", number + 1
    needed = definedness(made)
    guard = None if needed == TRUE else needed
    parts.components.append(Component(name, inputs, (made,), guard=guard))
    parts.templates[name] = Template(template, len(holes))
    return name


def filled(template: Template, arguments: list[Node]) -> Node:
    """The template with its holes replaced."""

    def fill(node: Node) -> Node:
        if isinstance(node, Group):
            return Group(tuple(map(fill, node.items)), node.where)
        return arguments[int(node.text[len(_HOLE) :])] if node.text.startswith(_HOLE) else node

    return fill(template.node)


def generates(grammar: Grammar, tree: Node) -> bool:
    """Whether the grammar generates a term without `let`, given as its tree.

    Literals are compared by value, everything else as it is written.
    """
    known: dict[tuple[str, int], bool] = {}

    def derives(name: str, node: Node) -> bool:
        key = (name, id(node))
        if key not in known:
            known[key] = any(matches(p, node) for p in grammar.closed(name))
        return known[key]

    def matches(production: Node, node: Node) -> bool:
        if isinstance(production, Atom):
            if production.kind == "symbol" and grammar[production.text] is not None:
                return derives(production.text, node)
        elif production.head == "Variable":
            sort = read_sort(production.items[1])
            return isinstance(node, Atom) and Variable(node.text, sort) in grammar.arguments
        if _literal(production) is not None:
            return _literal(production) == _literal(node)
        if isinstance(production, Atom) or isinstance(node, Atom):
            pair = (production, node)
            return all(isinstance(n, Atom) for n in pair) and str(production) == str(node)
        same = len(production.items) == len(node.items)
        return same and all(map(matches, production.items, node.items))

    return derives(grammar.nonterminals[0].name, tree)


def _literal(node: Node) -> Term | None:
    """The value of a literal; None for anything else."""
    # -3 is a symbol to SMT-LIB, and read as a number
    symbolic = isinstance(node, Atom) and node.kind == "symbol" and not node.text[1:2].isdigit()
    if symbolic and str(node) not in ("true", "false"):
        return None
    if isinstance(node, Group) and node.head not in ("-", "/", "_"):
        return None
    try:
        term = read_term(node, {}, Definitions(""))
    except ComponentError:
        return None
    return term if term.op == "const" else None


def node_text(node: Node) -> str:
    """A node as SMT-LIB text, in full."""
    words: list[str] = []
    left: list[Node | str] = [node]
    while left:
        item = left.pop()
        if isinstance(item, Group):
            words.append("(")
            left += [")", *reversed(item.items)]
        elif isinstance(item, Atom) and item.kind == "string":
            words.append('"' + item.text.replace('"', '""') + '"')
        elif isinstance(item, Atom) and item.kind == "symbol":
            words.append(item.text if item.text in _KEPT else symbol_text(item.text))
        else:
            words.append(str(item))
    return " ".join(words).replace("( ", "(").replace(" )", ")")


_KEPT = {"_", "!", "as", "let", "true", "false", "-", "+"}

_WORD_OPERATORS = (
    "bvnot", "bvneg", "bvand", "bvor", "bvxor", "bvadd", "bvsub", "bvmul", "bvudiv", "bvurem",
    "bvshl", "bvlshr", "bvashr",
)  # fmt: skip


def default_grammar(
    logic: str, arguments: tuple[Variable, ...], sort: Sort, literals: list[Term]
) -> Grammar:
    """The grammar of a synth-fun that names none: the operators of its logic.

    SyGuS allows every constant there; here only 0, 1 and the literals given are used, and
    integers are multiplied only in the non-linear logics.

    Raises:
        ProblemError: `unsupported-logic` where the logic says nothing about the sorts.
    """
    sorts = list(dict.fromkeys([sort, *(a.sort for a in arguments), BOOL]))
    names = {s: f"S{k}" for k, s in enumerate(sorts)}
    made = []
    for s in sorts:
        me, bools = names[s], names[BOOL]
        texts = [f"(Variable {s})"] if any(a.sort == s for a in arguments) else []
        if s == BOOL:
            texts += ["true", "false"] if sort == BOOL else []
            texts += [f"(not {me})", f"(and {me} {me})", f"(or {me} {me})"]
            for other in sorts:
                o = names[other]
                if other.kind == "BitVec":
                    texts += [f"({op} {o} {o})" for op in ("=", "bvult", "bvule", "bvslt", "bvsle")]
                elif other in (INT, REAL):
                    texts += [f"({op} {o} {o})" for op in ("=", "<", "<=")]
        else:
            values: list[Value] = [0, 1] if s.kind in ("BitVec", "Int") else []
            numbers = [smt_value(s, v) for v in values] if s != REAL else ["0.0", "1.0"]
            numbers += [smt_value(s, t.indices[0]) for t in literals if t.sort == s]
            texts += list(dict.fromkeys(numbers))
            if s.kind == "BitVec":
                texts += [f"({op} {me}{'' if op in ('bvnot', 'bvneg') else f' {me}'})"
                          for op in _WORD_OPERATORS]  # fmt: skip
            elif s in (INT, REAL):
                texts += [f"(+ {me} {me})", f"(- {me} {me})"]
                if "N" in logic.rsplit("_", maxsplit=1)[-1] or logic == "ALL":
                    texts.append(f"(* {me} {me})")
                    texts += [f"(div {me} {me})", f"(mod {me} {me})"] if s == INT else []
            else:
                message = f"give synth-fun a grammar: sort {s} has none by default"
                raise ProblemError("unsupported-logic", message)
            texts.append(f"(ite {bools} {me} {me})")
        made.append(Nonterminal(me, s, tuple(n for t in texts for n in parse(t, "default"))))
    return Grammar(tuple(made), arguments)
