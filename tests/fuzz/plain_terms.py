"""Terms as plain closures: a reader of SMT-LIB text that shares no code with the checker.

- `read_nodes`: s-expressions as nested lists.
- `PlainSort`, `PlainArray`: sorts, and the values of arrays. Other values are bool, int (of Int and
  of bit vectors) and Fraction.
- `read_term`: a term's sort and its meaning, a function of the values of its variables.

Written from SMT-LIB 2.6; it takes only what `component_texts` writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

Node = Any  # a str, a Quoted, or a list of nodes
Value = Any
Meaning = Callable[[dict[str, Value]], Value]  # of a term, from the values of its variables


class PlainError(Exception):
    """The text is not what this reader takes."""


# Text


class Quoted(str):
    """A string literal, as opposed to a symbol."""

    __slots__ = ()


_TOKEN = re.compile(r'\s+|;[^\n]*|(?P<string>"(?:[^"]|"")*")|(?P<word>\(|\)|[^\s();"]+)')


def read_nodes(text: str) -> list[Node]:
    """All s-expressions of a text, as nested lists."""
    top: list[Node] = []
    stack = [top]
    for match in _TOKEN.finditer(text):
        word = match["word"]
        if match["string"]:
            stack[-1].append(Quoted(match["string"][1:-1].replace('""', '"')))
        elif word == "(":
            stack.append([])
        elif word == ")":
            closed = stack.pop()
            stack[-1].append(closed)
        elif word:
            stack[-1].append(word)
    if len(stack) != 1:
        raise PlainError("brackets do not match")
    return top


# Sorts and values


class PlainSort(NamedTuple):
    """A sort; `width` of a bit vector, `key` (of the index) and `element` of an array."""

    kind: str
    width: int = 0
    key: PlainSort | None = None
    element: PlainSort | None = None

    def __str__(self) -> str:
        if self.kind == "BitVec":
            return f"(_ BitVec {self.width})"
        return f"(Array {self.key} {self.element})" if self.kind == "Array" else self.kind


BOOL, INT, REAL = PlainSort("Bool"), PlainSort("Int"), PlainSort("Real")


def read_sort(node: Node) -> PlainSort:
    """The sort that a node names."""
    match node:
        case "Bool" | "Int" | "Real":
            return PlainSort(node)
        case ["_", "BitVec", width]:
            return PlainSort("BitVec", int(width))
        case ["Array", index, element]:
            return PlainSort("Array", 0, read_sort(index), read_sort(element))
    raise PlainError(f"no sort: {node}")


def members(sort: PlainSort, values: int = 0) -> list[Value] | None:
    """All values of a small finite sort; None for others. `values` bounds Int registers."""
    if sort.kind == "Bool":
        return [False, True]
    if sort.kind == "BitVec" and sort.width <= 6:
        return list(range(2**sort.width))
    if sort.kind == "Int" and values:
        return list(range(values))
    return None


def count(sort: PlainSort, values: int = 0) -> int | None:
    """How many values a register of the sort has; None for infinitely many.

    In a bounded domain this takes the set at its word, inside arrays too: whether the numbers in
    an array stay in the domain is seen when the set runs.
    """
    if sort.kind == "Array":
        assert sort.key is not None
        assert sort.element is not None
        indices, elements = count(sort.key, values), count(sort.element, values)
        return None if indices is None or elements is None else elements**indices
    if sort.kind == "BitVec":
        return int(2**sort.width)
    if sort.kind == "Int":
        return values or None
    return 2 if sort.kind == "Bool" else None


class PlainArray(NamedTuple):
    """Entries that differ from the default, sorted; over a finite index all entries, no default."""

    default: Value
    entries: tuple[tuple[Value, Value], ...]


def constant_array(sort: PlainSort, value: Value) -> PlainArray:
    """The array that holds one value everywhere."""
    assert sort.key is not None
    every = members(sort.key)
    return (
        PlainArray(value, ())
        if every is None
        else PlainArray(None, tuple((k, value) for k in every))
    )


def select(array: PlainArray, index: Value) -> Value:
    """The entry at the index."""
    return next((v for k, v in array.entries if k == index), array.default)


def store(array: PlainArray, index: Value, value: Value) -> PlainArray:
    """The array with one entry changed."""
    kept = dict(array.entries)
    kept[index] = value
    entries = tuple(sorted((k, v) for k, v in kept.items() if v != array.default))
    return PlainArray(array.default, entries)


def zero(sort: PlainSort) -> Value:
    """False, 0, or the array that holds such a value everywhere."""
    if sort.kind == "Array":
        assert sort.element is not None
        return constant_array(sort, zero(sort.element))
    return {"Bool": False, "Real": Fraction(0)}.get(sort.kind, 0)


# Terms


class Term(NamedTuple):
    """A term's sort and meaning."""

    sort: PlainSort
    of: Meaning


class PlainFunction(NamedTuple):
    """A define-fun."""

    name: str
    arguments: tuple[tuple[str, PlainSort], ...]
    body: Term


def _divide(a: int, b: int) -> int:
    """SMT-LIB's div: the remainder is never negative. By zero it is anything; here 0."""
    return 0 if b == 0 else (a - a % abs(b)) // b


def _modulo(a: int, b: int) -> int:
    return 0 if b == 0 else a % abs(b)


def _chained(relation: Callable[[Value, Value], bool]) -> Callable[..., bool]:
    return lambda *v: all(relation(a, b) for a, b in pairwise(v))


def _fold(operator: Callable[[Value, Value], Value]) -> Callable[..., Value]:
    def folded(first: Value, *rest: Value) -> Value:
        for value in rest:
            first = operator(first, value)
        return first

    return folded


_COMPARISONS: dict[str, Callable[..., bool]] = {
    "=": _chained(lambda a, b: a == b),
    "<": _chained(lambda a, b: a < b),
    "<=": _chained(lambda a, b: a <= b),
    ">": _chained(lambda a, b: a > b),
    ">=": _chained(lambda a, b: a >= b),
    "distinct": lambda *v: len(set(v)) == len(v),
    "bvult": lambda a, b: a < b,
    "bvule": lambda a, b: a <= b,
    "not": lambda a: not a,
    "and": lambda *v: all(v),
    "or": lambda *v: any(v),
    "xor": _fold(lambda a, b: a != b),
    "=>": lambda *v: not all(v[:-1]) or v[-1],
}
_NUMBERS: dict[str, Callable[..., Value]] = {
    "+": _fold(lambda a, b: a + b),
    "*": _fold(lambda a, b: a * b),
    "-": lambda a, *rest: -a if not rest else a - sum(rest),
    "div": _fold(_divide),
    "mod": _modulo,
    "abs": abs,
}
_WORDS: dict[str, Callable[..., int]] = {  # of bit vectors, before the result is cut to its width
    "bvadd": _fold(lambda a, b: a + b),
    "bvmul": _fold(lambda a, b: a * b),
    "bvand": _fold(lambda a, b: a & b),
    "bvor": _fold(lambda a, b: a | b),
    "bvxor": _fold(lambda a, b: a ^ b),
    "bvsub": lambda a, b: a - b,
    "bvnot": lambda a: ~a,
    "bvneg": lambda a: -a,
}


def read_term(node: Node, scope: dict[str, PlainSort], known: dict[str, PlainFunction]) -> Term:
    """A term over the variables of the scope."""
    if isinstance(node, str):
        return _leaf(node, scope, known)
    match node:
        case ["let", bindings, body]:
            bound = [(name, read_term(term, scope, known)) for name, term in bindings]
            inner = {**scope, **{name: term.sort for name, term in bound}}
            inside = read_term(body, inner, known)
            return Term(
                inside.sort,
                lambda env: inside.of({**env, **{name: term.of(env) for name, term in bound}}),
            )
        case [["as", "const", sort_node], inner_node]:
            sort = read_sort(sort_node)
            value = read_term(inner_node, scope, known).of({})
            array = constant_array(sort, value)
            return Term(sort, lambda env: array)
        case ["_", word, width] if word[:2] == "bv":
            number = int(word[2:])
            return Term(PlainSort("BitVec", int(width)), lambda env: number)
    head, *rest = node
    return _applied(head, [read_term(n, scope, known) for n in rest], known)


def _leaf(word: str, scope: dict[str, PlainSort], known: dict[str, PlainFunction]) -> Term:
    if word in scope:
        return Term(scope[word], lambda env: env[word])
    if word in known:
        return _applied(word, [], known)
    value: Value
    if word in ("true", "false"):
        sort, value = BOOL, word == "true"
    elif word.startswith("#b"):
        sort, value = PlainSort("BitVec", len(word) - 2), int(word[2:], 2)
    elif re.fullmatch(r"-?[0-9]+", word):
        sort, value = INT, int(word)
    elif re.fullmatch(r"-?[0-9]+\.[0-9]+", word):
        sort, value = REAL, Fraction(word)
    else:
        raise PlainError(f"unknown symbol {word}")
    return Term(sort, lambda env: value)


def _applied(head: str, parts: list[Term], known: dict[str, PlainFunction]) -> Term:
    of = [part.of for part in parts]
    if head in known:
        function = known[head]
        names, inside = [n for n, _ in function.arguments], function.body.of
        return Term(
            function.body.sort,
            lambda env: inside({n: f(env) for n, f in zip(names, of, strict=True)}),
        )
    if head == "ite":
        test, first, second = of
        return Term(parts[1].sort, lambda env: first(env) if test(env) else second(env))
    if head == "select":
        array, index = of
        assert parts[0].sort.element is not None
        return Term(parts[0].sort.element, lambda env: select(array(env), index(env)))
    if head == "store":
        array, index, value = of
        return Term(parts[0].sort, lambda env: store(array(env), index(env), value(env)))
    if head == "to_real":
        return Term(REAL, lambda env: Fraction(of[0](env)))
    if head in _COMPARISONS:
        compare = _COMPARISONS[head]
        return Term(BOOL, lambda env: compare(*[f(env) for f in of]))
    if head in _NUMBERS:
        compute = _NUMBERS[head]
        return Term(parts[0].sort, lambda env: compute(*[f(env) for f in of]))
    if head in _WORDS:
        word, mask = _WORDS[head], 2 ** parts[0].sort.width - 1
        return Term(parts[0].sort, lambda env: word(*[f(env) for f in of]) & mask)
    raise PlainError(f"unknown operator {head}")
