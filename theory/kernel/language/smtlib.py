"""Terms and definitions in SMT-LIB text, read strictly.

- `Definitions`: what a text defines (`define-fun`) and its `set-info :sheffer` lines; built by
  `interpret` from parsed commands. Any other command is refused: what a checker does not understand
  it must not pass over. People's files may hold more; `theory.formats.component_files` reads them.
- `read_term`, `read_sort`: one term, one sort. Calls of earlier definitions are expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from theory.kernel.deadline import tick
from theory.kernel.errors import ComponentError
from theory.kernel.language.names import Variable, check_name
from theory.kernel.language.operators import OPERATORS
from theory.kernel.language.sexpr import Atom, Group, Node, parse
from theory.kernel.language.sorts import (
    BOOL,
    INT,
    MAX_NESTING,
    REAL,
    ArrayValue,
    Sort,
    array,
    bitvec,
)
from theory.kernel.language.terms import MAX_DEPTH, Term, apply, const, nodes, substitute, var

MAX_NODES = 100_000  # largest number of distinct nodes of one definition

RESERVED = ({*OPERATORS} - {"neg"}) | {"true", "false", "distinct", "divisible"}

Scope = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Function:
    """A `define-fun`: its arguments and its body, with all calls expanded."""

    name: str
    arguments: tuple[Variable, ...]
    body: Term
    where: str


@dataclass(slots=True)
class Definitions:
    """What a text defines, in order."""

    file: str
    functions: dict[str, Function] = field(default_factory=dict)
    lines: list[Group] = field(default_factory=list)  # the s-expressions of :sheffer lines
    called: set[str] = field(default_factory=set)  # functions that another definition calls


_DECIMAL = re.compile(r"[0-9]{1,4000}(\.[0-9]{1,4000})?")

_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]{1,5})\}")  # of SMT-LIB 2.6, in strings


def interpret(commands: Iterable[Node], file: str) -> Definitions:
    """The definitions and Sheffer lines of SMT-LIB commands.

    Raises:
        ComponentError: located at file:line:column; `unknown-command` for any other command.
    """
    found = Definitions(file)
    for node in commands:
        if not isinstance(node, Group) or not node.head:
            raise ComponentError("syntax", f"expected a command, not {str(node)[:40]}", node.where)
        if node.head == "define-fun":
            define(node, found)
        elif node.head == "set-info" and len(node.items) > 1 and str(node.items[1]) == ":sheffer":
            _info(node, found)
        else:
            message = f"({str(node)[1:40]} is no command here: define-fun, or set-info :sheffer"
            raise ComponentError("unknown-command", message, node.where)
    return found


def _info(node: Group, found: Definitions) -> None:
    value = node.items[2] if len(node.items) == 3 else None
    if not isinstance(value, Atom) or value.kind != "string":
        message = 'write (set-info :sheffer "(...)") with one quoted s-expression'
        raise ComponentError("syntax", message, node.where)
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value.text)
    for line in parse(text, f"{value.where}, inside the string"):
        if not isinstance(line, Group) or not line.head:
            raise ComponentError("syntax", f"{line} is no (keyword ...)", value.where)
        found.lines.append(line)


def define(node: Group, found: Definitions) -> None:
    """Adds a define-fun to the definitions."""
    if len(node.items) != 5 or not isinstance(node.items[2], Group):
        message = "write (define-fun NAME ((ARG SORT) ...) SORT TERM)"
        raise ComponentError("syntax", message, node.where)
    name = symbol(node.items[1])
    check_name(name, node.where)
    if name in found.functions:
        raise ComponentError("duplicate-name", f"{name} is defined twice", node.where)
    if name in RESERVED:
        raise ComponentError("duplicate-name", f"{name} is an operator of SMT-LIB", node.where)
    arguments: list[Variable] = []
    for argument in node.items[2].items:
        if not isinstance(argument, Group) or len(argument.items) != 2:
            raise ComponentError("syntax", "an argument is (NAME SORT)", argument.where)
        argument_name = symbol(argument.items[0])
        check_name(argument_name, argument.where)
        arguments.append(Variable(argument_name, read_sort(argument.items[1])))
    if len({a.name for a in arguments}) != len(arguments):
        raise ComponentError("duplicate-name", f"{name} has two arguments of a name", node.where)
    sort = read_sort(node.items[3])
    scope = {a.name: var(a.name, a.sort) for a in arguments}
    body = read_term(node.items[4], scope, found)
    if body.sort == INT and sort == REAL:
        body = as_real(body)
    if body.sort != sort:
        message = f"{name} is declared {sort} and its term is {body.sort}"
        raise ComponentError("wrong-sort", message, node.items[4].where)
    _check_size(body, node.where)
    found.functions[name] = Function(name, tuple(arguments), body, node.where)


def _check_size(term: Term, where: str) -> None:
    if sum(1 for _ in nodes([term])) > MAX_NODES:
        message = f"a term has more than {MAX_NODES} nodes once its calls are expanded"
        raise ComponentError("too-large", message, where)


@contextmanager
def _located(where: str) -> Iterator[None]:
    """Gives an error that has no place this one."""
    try:
        yield
    except ComponentError as error:
        raise ComponentError(error.reason, error.message, error.where or where) from None


def symbol(node: Node) -> str:
    """The text of a symbol."""
    if isinstance(node, Atom) and node.kind == "symbol":
        return node.text
    raise ComponentError("syntax", f"expected a name, not {str(node)[:40]}", node.where)


def integer(node: Node) -> int:
    """An integer: 3, -3 or (- 3)."""
    match node:
        case Atom(text=text, kind="numeral") if len(text) <= 4000:
            return int(text)
        case Atom(text=text, kind="symbol") if text[:1] == "-" and text[1:].isascii():
            if text[1:].isdigit() and len(text) <= 4000:
                return int(text)
        case Group(items=(Atom(text="-"), Atom(text=text, kind="numeral"))) if len(text) <= 4000:
            return -int(text)
    raise ComponentError("syntax", f"expected an integer, not {str(node)[:40]}", node.where)


def read_sort(node: Node, nesting: int = 0) -> Sort:
    """A sort; `nesting` says how deep inside another it stands.

    Raises:
        ComponentError: `unknown-sort`, `bad-width` or `too-deep`.
    """
    with _located(node.where):
        return _sort(node, nesting)


def _sort(node: Node, nesting: int) -> Sort:
    if nesting > MAX_NESTING:
        message = f"array sorts are nested more than {MAX_NESTING} deep"
        raise ComponentError("too-deep", message, node.where)
    match node:
        case Atom(text="Bool"):
            return BOOL
        case Atom(text="Int"):
            return INT
        case Atom(text="Real"):
            return REAL
        case Group(items=(Atom(text="_"), Atom(text="BitVec"), Atom(kind="numeral", text=width))):
            return bitvec(int(width) if len(width) < 9 else -1)
        case Group(items=(Atom(text="Array"), index, element)):
            inside = nesting + 1
            return array(read_sort(index, inside), read_sort(element, inside))
    message = f"unknown sort {str(node)[:40]}; known: Bool, Int, Real, (_ BitVec n), (Array i e)"
    raise ComponentError("unknown-sort", message, node.where)


def read_term(root: Node, scope: Scope, found: Definitions) -> Term:
    """A term over the variables of `scope`, with calls of defined functions expanded."""
    values: list[Term] = []
    tasks: list[tuple[str, Node, Scope, Any]] = [("read", root, scope, None)]
    while tasks:
        tick()
        task, node, names, extra = tasks.pop()
        if task == "apply":
            count, head, indices = extra
            args = values[len(values) - count :]
            del values[len(values) - count :]
            values.append(_application(head, indices, args, found, node.where))
        elif task == "let":
            bindings = values[len(values) - len(extra) :]
            del values[len(values) - len(extra) :]
            inner = {**names, **dict(zip(extra, bindings, strict=True))}
            assert isinstance(node, Group)
            tasks.append(("read", node.items[2], inner, None))
        elif task == "constant array":
            values.append(_constant_array(extra, values.pop(), node.where))
        elif isinstance(node, Atom):
            values.append(_atom(node, names, found))
        elif node.head == "let":
            tasks.extend(_let(node, names))
        else:
            literal = _literal(node)
            if literal is not None:
                values.append(literal)
                continue
            match node.items:
                case (Group(items=(Atom(text="as"), Atom(text="const"), sort)), default):
                    tasks.append(("constant array", node, names, read_sort(sort)))
                    tasks.append(("read", default, names, None))
                    continue
            head, indices = _head(node)
            _check_known(head, found, node.where)
            args_ = node.items[1:]
            tasks.append(("apply", node, names, (len(args_), head, indices)))
            tasks.extend(("read", arg, names, None) for arg in reversed(args_))
    return values[0]


def _let(node: Group, names: Scope) -> list[tuple[str, Node, Scope, Any]]:
    if len(node.items) != 3 or not isinstance(node.items[1], Group):
        raise ComponentError("syntax", "write (let ((NAME TERM) ...) TERM)", node.where)
    bound: list[str] = []
    tasks: list[tuple[str, Node, Scope, Any]] = []
    for binding in node.items[1].items:
        if not isinstance(binding, Group) or len(binding.items) != 2:
            raise ComponentError("syntax", "a let binding is (NAME TERM)", binding.where)
        bound.append(symbol(binding.items[0]))
        tasks.append(("read", binding.items[1], names, None))
    if len(set(bound)) != len(bound):
        raise ComponentError("duplicate-name", "let binds a name twice", node.where)
    return [("let", node, names, bound), *reversed(tasks)]


def _atom(node: Atom, names: Scope, found: Definitions) -> Term:
    if node.kind == "symbol":
        if node.text in names:
            return names[node.text]
        if node.text in ("true", "false"):
            return const(node.text == "true", BOOL)
        if node.text in found.functions:
            return _application(node.text, (), [], found, node.where)
        size = node.text.removeprefix("-")
        if size != node.text and _DECIMAL.fullmatch(size):  # -3 is a symbol to SMT-LIB
            value = Fraction(node.text)
            return const(value, REAL) if "." in size else const(int(value), INT)
        message = f"free variable {node.text!r}; it is neither an argument nor defined before"
        raise ComponentError("free-variable", message, node.where)
    if node.kind == "numeral" and len(node.text) <= 4000:
        return const(int(node.text), INT)
    if node.kind == "decimal" and len(node.text) <= 4000:
        return const(Fraction(node.text), REAL)
    if node.kind == "bits":
        base, digits = (2, 1) if node.text[1] == "b" else (16, 4)
        with _located(node.where):
            sort = bitvec(digits * (len(node.text) - 2))
        return const(int(node.text[2:], base), sort)
    raise ComponentError("syntax", f"{node.text[:40]!r} is not a term", node.where)


def _literal(node: Group) -> Term | None:
    """(_ bvN w); None for anything else."""
    match node.items:
        case (Atom(text="_"), Atom(text=text), Atom(kind="numeral", text=width)) if (
            text[:2] == "bv" and text[2:].isascii() and text[2:].isdigit() and len(width) < 9
        ):
            with _located(node.where):
                sort = bitvec(int(width))
            if len(text) > 1300 or int(text[2:]) >= 1 << sort.width:
                message = f"{text[:40]} does not fit in {width} bits"
                raise ComponentError("bad-value", message, node.where)
            return const(int(text[2:]), sort)
    return None


def _constant_array(sort: Sort, default: Term, where: str) -> Term:
    if sort.kind != "Array" or default.op != "const":
        message = "a constant array is ((as const (Array I E)) LITERAL)"
        raise ComponentError("wrong-sort", message, where)
    if sort.parts[1] == REAL:
        default = as_real(default)
    if default.sort != sort.parts[1]:
        message = f"{default} is not a value of {sort.parts[1]}"
        raise ComponentError("wrong-sort", message, where)
    return const(ArrayValue(default.indices[0]), sort)


def _head(node: Group) -> tuple[str, tuple[int, ...]]:
    if node.head:
        return node.head, ()
    first = node.items[0] if node.items else None
    if isinstance(first, Group) and first.head == "_" and len(first.items) >= 3:
        return symbol(first.items[1]), tuple(integer(k) for k in first.items[2:])
    raise ComponentError("syntax", f"expected a term, not {str(node)[:40]}", node.where)


def as_real(term: Term) -> Term:
    """An integer term as a rational one."""
    if term.op == "const" and term.sort == INT:
        return const(Fraction(term.indices[0]), REAL)
    return apply("to_real", term) if term.sort == INT else term


def _check_known(head: str, found: Definitions, where: str) -> None:
    if head not in RESERVED and head not in found.functions:
        message = f"unknown operator or function {head!r}; define it before its use"
        raise ComponentError("unknown-operator", message, where)


def _application(
    head: str, indices: tuple[int, ...], args: list[Term], found: Definitions, where: str
) -> Term:
    function = found.functions.get(head)
    if function is None:
        with _located(where):
            return apply(head, *args, indices=indices)
    found.called.add(head)
    if len(args) != len(function.arguments):
        message = f"{head} takes {len(function.arguments)} argument(s), not {len(args)}"
        raise ComponentError("wrong-arity", message, where)
    values: dict[str, Term] = {}
    for argument, arg in zip(function.arguments, args, strict=True):
        given = as_real(arg) if argument.sort == REAL else arg
        if given.sort != argument.sort:
            message = f"{head} wants {argument.sort} for {argument.name}, not {given.sort}"
            raise ComponentError("wrong-sort", message, where)
        values[argument.name] = given
    made = substitute([function.body], values)[0]
    _check_size(made, where)
    if made.depth > MAX_DEPTH:
        message = f"{head}, written out, is nested more than {MAX_DEPTH} deep"
        raise ComponentError("too-deep", message, where)
    return made
