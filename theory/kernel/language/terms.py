"""Terms: what a component means, as plain immutable data.

- `Term(op, indices, args, sort)`: an operator of `theory.kernel.language.operators` applied to
  terms. Two more heads are leaves: `var`, whose index is its name, and `const`, whose index is its
  value.
- `var`, `const`, `apply` make terms and check sorts; `apply` also rewrites the SMT-LIB forms that
  are mere notation (chained comparisons, `distinct`, `divisible`, left-associative n-ary use) into
  the table's.
- `nodes` walks a term's distinct nodes, arguments first. All walks are iterative, so a deep term
  cannot exhaust Python's stack, and shared parts are visited once.
- `evaluator`: the exact function of some terms, by interpretation.
- `smt_text`: a term as SMT-LIB, which is what solvers are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial, reduce
from itertools import count, pairwise
from typing import Any

from theory.kernel.deadline import tick
from theory.kernel.errors import ComponentError, NumberTooLargeError
from theory.kernel.language.operators import OPERATORS, At, result_sort
from theory.kernel.language.sorts import (
    BOOL,
    INT,
    REAL,
    Sort,
    Value,
    array,
    holds,
    index_count,
    smt_value,
)

MAX_DEPTH = 1000  # deepest nesting that `apply` accepts
MAX_LITERAL = 13_000  # most bits of a number that is written in a term


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Term:
    """An immutable, hashable, picklable expression. Make one with `var`, `const` or `apply`."""

    op: str
    indices: tuple[Any, ...]
    args: tuple[Term, ...]
    sort: Sort
    depth: int = field(init=False)
    _hash: int = field(init=False)

    def __post_init__(self) -> None:
        depth = 1 + max((arg.depth for arg in self.args), default=0)
        object.__setattr__(self, "depth", depth)
        key = (self.op, self.indices, tuple(arg._hash for arg in self.args), self.sort)
        object.__setattr__(self, "_hash", hash(key))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Term):
            return NotImplemented
        pairs, seen = [(self, other)], set()
        while pairs:
            a, b = pairs.pop()
            if a is b or (id(a), id(b)) in seen:
                continue
            seen.add((id(a), id(b)))
            if (a._hash, a.op, a.indices, a.sort) != (b._hash, b.op, b.indices, b.sort):
                return False
            if len(a.args) != len(b.args):
                return False
            pairs.extend(zip(a.args, b.args, strict=True))
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        order = list(nodes([self]))
        position = {node: k for k, node in enumerate(order)}
        flat = [(n.op, n.indices, [position[a] for a in n.args], n.sort) for n in order]
        return _rebuild, (flat,)

    def __repr__(self) -> str:
        return smt_text(self)


def _rebuild(flat: list[tuple[str, tuple[Any, ...], list[int], Sort]]) -> Term:
    made: list[Term] = []
    for op, indices, args, sort in flat:
        made.append(Term(op, indices, tuple(made[k] for k in args), sort))
    return made[-1]


def var(name: str, sort: Sort) -> Term:
    """A variable: an input, a parameter or a register, by name."""
    return Term("var", (name,), (), sort)


def const(value: Value, sort: Sort) -> Term:
    """A literal; `value` must be exactly of the sort (see `theory.kernel.language.sorts`)."""
    if isinstance(value, int | Fraction):
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
        if bits > MAX_LITERAL:
            raise NumberTooLargeError("too-large", f"a literal has more than {MAX_LITERAL} bits")
    if not holds(sort, value):
        raise ComponentError("bad-value", f"{value!r} is not a value of sort {sort}")
    return Term("const", (value,), (), sort)


TRUE = const(True, BOOL)
FALSE = const(False, BOOL)


def apply(op: str, *args: Term, indices: tuple[int, ...] = ()) -> Term:
    """An operator applied to terms, as SMT-LIB reads it.

    Where Int and Real meet, the integer side is converted (`to_real`), as solvers do.

    Raises:
        ComponentError: `unknown-operator`, `wrong-arity`, `wrong-sort` or `too-deep`.
    """
    if op == "store" and len(args) == 3 and args[0].sort.parts[1:] == (REAL,):
        args = (*args[:2], _as_real(args[2]))
    elif op in _MIXED and (op == "/" or {INT, REAL} <= {a.sort for a in args}):
        args = tuple(_as_real(a) for a in args)
    if op == "-" and len(args) == 1:
        op = "neg"
    literal = _literal(op, args)
    if literal is not None:
        return literal
    if op == "divisible":
        return _divisible(args, indices)
    if op == "distinct" and len(args) >= 2:
        return conjunction(
            apply("not", apply("=", a, b)) for k, a in enumerate(args) for b in args[k + 1 :]
        )
    row = OPERATORS.get(op)
    if row is not None and len(args) > 2 and not row.variadic:
        if op in _CHAINED:
            return conjunction(apply(op, a, b) for a, b in pairwise(args))
        if op == "=>":
            return apply(op, args[0], apply(op, *args[1:]))
        if op in _LEFT_ASSOCIATIVE:
            first = apply(op, args[0], args[1], indices=indices)
            return apply(op, first, *args[2:], indices=indices)
    sort = result_sort(op, indices, tuple(a.sort for a in args))
    term = Term(op, indices, args, sort)
    if term.depth > MAX_DEPTH:
        raise ComponentError("too-deep", f"a term is nested more than {MAX_DEPTH} deep")
    return term


_MIXED = {"+", "-", "*", "/", "<", "<=", ">", ">=", "=", "distinct", "ite", "to_int", "is_int"}
_CHAINED = {"=", "<", "<=", ">", ">="}
_LEFT_ASSOCIATIVE = {"-", "/", "div", "xor", "concat", "bvadd", "bvmul", "bvand", "bvor", "bvxor"}


def _literal(op: str, args: tuple[Term, ...]) -> Term | None:
    """Applications that are how SMT-LIB writes a literal: (- 3), (/ 1.0 3.0), (store (as ...)).

    Reading a literal back gives the same term as making it, so that files round-trip.
    """
    if op not in ("neg", "/", "store") or any(arg.op != "const" for arg in args):
        return None
    values = [arg.indices[0] for arg in args]
    if op == "neg" and len(args) == 1 and args[0].sort in (INT, REAL):
        return const(-values[0], args[0].sort)
    if op == "/" and len(args) == 2 and args[0].sort == args[1].sort == REAL and values[1]:
        return const(values[0] / values[1], REAL)
    if op == "store" and len(args) == 3 and args[0].sort == array(args[1].sort, args[2].sort):
        size = index_count(args[0].sort)
        return const(values[0].store(values[1], values[2], size), args[0].sort)
    return None


def _divisible(args: tuple[Term, ...], indices: tuple[int, ...]) -> Term:
    """((_ divisible n) x), which z3 reads in few logics, as (= (mod x n) 0)."""
    if len(args) != 1 or len(indices) != 1:
        raise ComponentError("wrong-arity", "divisible takes one index and one argument")
    if indices[0] < 1:
        raise ComponentError("wrong-sort", f"divisible takes an index above 0, not {indices[0]}")
    return apply("=", apply("mod", args[0], const(indices[0], INT)), const(0, INT))


def _as_real(term: Term) -> Term:
    if term.sort.kind != "Int":
        return term
    if term.op == "const":
        return const(Fraction(term.indices[0]), REAL)
    return Term("to_real", (), (term,), REAL)


def conjunction(parts: Iterable[Term]) -> Term:
    """All of the parts: true for none, the part itself for one."""
    terms = [part for part in parts if part != TRUE]
    if not terms:
        return TRUE
    return terms[0] if len(terms) == 1 else apply("and", *terms)


def nodes(terms: Iterable[Term]) -> Iterator[Term]:
    """Every distinct node of the terms once, arguments before the nodes that use them."""
    done: set[Term] = set()
    for root in terms:
        stack: list[tuple[Term, bool]] = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in done:
                continue
            if ready or not node.args:
                done.add(node)
                yield node
            else:
                stack.append((node, True))
                stack.extend((arg, False) for arg in reversed(node.args))


def variables(terms: Iterable[Term]) -> dict[str, Sort]:
    """The variables that occur, by name, in order of first occurrence."""
    return {node.indices[0]: node.sort for node in nodes(terms) if node.op == "var"}


def substitute(terms: Iterable[Term], values: Mapping[str, Term]) -> tuple[Term, ...]:
    """The terms with variables replaced, all at once; sharing is kept."""
    roots = tuple(terms)
    made: dict[Term, Term] = {}
    for node in nodes(roots):
        if node.op == "var":
            made[node] = values.get(node.indices[0], node)
        elif node.args:
            args = tuple(made[arg] for arg in node.args)
            same = all(a is b for a, b in zip(args, node.args, strict=True))
            made[node] = (
                node
                if same
                else _literal(node.op, args) or Term(node.op, node.indices, args, node.sort)
            )
        else:
            made[node] = node
    return tuple(made[root] for root in roots)


def placed(node: Term) -> At:
    """What the value of an application may depend on besides its arguments."""
    first, second = (*node.args, *node.args)[:2] if node.args else (node, node)
    width = first.sort.width
    return At(
        width,
        (1 << width) - 1,
        1 << width >> 1,
        second.sort.width,
        node.indices,
        index_count(node.sort) if node.op == "store" else 0,
    )


@lru_cache(maxsize=10_000)
def evaluator(terms: tuple[Term, ...], names: tuple[str, ...]) -> Callable[..., tuple[Value, ...]]:
    """One function from values of the variables `names`, in order, to the terms' exact values.

    Raises:
        ComponentError: `free-variable` where a variable is not among `names`. The function raises
            `NumberTooLargeError`, and `OutOfLimitsError` at the deadline.
    """
    place: dict[Term, int] = {}
    by_name = {name: k for k, name in enumerate(names)}
    constants: list[Value] = []
    work: list[Term] = []
    for node in nodes(terms):
        if node.op == "var":
            if node.indices[0] not in by_name:
                raise ComponentError("free-variable", f"free variable {node.indices[0]!r}")
            place[node] = by_name[node.indices[0]]
        elif node.op == "const":
            place[node] = len(names) + len(constants)
            constants.append(node.indices[0])
        else:
            work.append(node)
    program: list[tuple[Callable[..., Value], tuple[int, ...]]] = []
    for number, node in enumerate(work, len(names) + len(constants)):
        place[node] = number
        row = OPERATORS[node.op]
        function = partial(row.value, placed(node)) if row.sized else row.value
        if len(node.args) > row.arity:
            function = partial(_folded, function)
        program.append((function, tuple(place[arg] for arg in node.args)))
    results = tuple(place[term] for term in terms)

    def run(*given: Value) -> tuple[Value, ...]:
        tick()
        values = [*given, *constants]
        for function, operands in program:
            values.append(function(*[values[k] for k in operands]))
        return tuple([values[k] for k in results])

    return run


def _folded(function: Callable[[Value, Value], Value], *values: Value) -> Value:
    return reduce(function, values)


def evaluate(term: Term, values: Mapping[str, Value]) -> Value:
    """The term's exact value where its variables have the given values."""
    names = tuple(sorted(variables([term])))
    return evaluator((term,), names)(*(values[name] for name in names))[0]


def smt_text(term: Term, limit: int = 1_000_000) -> str:
    """The term as SMT-LIB text; parts used twice are bound by `let`, so that it stays small.

    Raises:
        ComponentError: `too-large` beyond `limit` characters.
    """
    uses: dict[Term, int] = {}
    order = list(nodes([term]))
    for node in order:
        for arg in node.args:
            uses[arg] = uses.get(arg, 0) + 1
    text: dict[Term, str] = {}
    bound: dict[int, list[tuple[str, str]]] = {}  # by depth: one `let` binds all of a depth
    taken = set(variables([term]))
    number = count()
    for node in order:
        body = _head_text(node, [text[arg] for arg in node.args])
        if len(body) > limit:
            raise ComponentError("too-large", f"a term needs more than {limit} characters")
        if uses.get(node, 0) > 1 and node.args and len(body) > 24:
            name = next(n for n in (f"_{k}" for k in number) if n not in taken)
            bound.setdefault(node.depth, []).append((name, body))
            body = name
        text[node] = body
    parts = [text[term]]
    for depth in sorted(bound, reverse=True):
        parts.append(f"(let ({' '.join(f'({name} {body})' for name, body in bound[depth])}) ")
    return "".join(reversed(parts)) + ")" * len(bound)


def _head_text(node: Term, args: list[str]) -> str:
    if node.op == "var":
        return symbol_text(node.indices[0])
    if node.op == "const":
        return smt_value(node.sort, node.indices[0])
    head = "-" if node.op == "neg" else node.op
    if node.indices:
        head = f"(_ {head} {' '.join(map(str, node.indices))})"
    return f"({head} {' '.join(args)})"


_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789~!@$%^&*_-+=<>.?/")
_STARTS = set("0123456789-+.")  # not the first of a plain symbol, or read as a number by some
_RESERVED = {"_", "!", "as", "let", "exists", "forall", "match", "par", "true", "false"}
_RESERVED |= {"BINARY", "DECIMAL", "HEXADECIMAL", "NUMERAL", "STRING"}


def symbol_text(name: str) -> str:
    """A symbol as SMT-LIB writes it: plain where possible, else between bars."""
    plain = name and set(name) <= _PLAIN and name[0] not in _STARTS and name not in _RESERVED
    return name if plain else f"|{name}|"
