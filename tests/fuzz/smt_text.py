"""A second reader of SMT-LIB text, for the oracle: it shares nothing with the checker.

- `read`: s-expressions as nested lists of `Atom`s.
- `sort_of`: a sort as a tuple: ("Int",), ("BitVec", 8), ("Array", i, e).
- `compile_term`: a term as a Python function of an environment (name -> value), and its sort.
- `value_from_json`, `canonical`: values as the certificate holds them.

Values: bool, int, `Fraction`; a bit vector is an unsigned int; an array is `Cells`.

What this reader does not know is `Unreadable`: then the oracle cannot judge. What certainly breaks
a rule of the language is `Malformed`: a checker that accepts it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

Sort = tuple[Any, ...]
Value = Any
Environment = Mapping[str, Value]
Compiled = Callable[[Environment], Value]

BOOL: Sort = ("Bool",)
INT: Sort = ("Int",)
REAL: Sort = ("Real",)

MAX_BITS = 20_000  # beyond it the oracle gives up
MAX_TEXT = 100_000
MAX_CELLS = 64  # indices of a finite array that are written out


class Unreadable(Exception):  # noqa: N818  (an outcome of the oracle, not an error of a caller)
    """The oracle does not know what this means, or it is too large for it."""


class Malformed(Exception):  # noqa: N818
    """This breaks a rule; it must not be accepted."""


class Undefined(Malformed):
    """A division by zero whose value matters."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A leaf: `kind` is word, bar or string."""

    text: str
    kind: str = "word"


@dataclass(frozen=True, slots=True)
class Cells:
    """An array: its values at other than the listed indices, and the listed ones, sorted.

    Over a finite index sort every index is listed, and `default` is None.
    """

    default: Value
    entries: tuple[tuple[Value, Value], ...]

    def at(self, index: Value) -> Value:
        return dict(self.entries).get(index, self.default)

    def put(self, index: Value, value: Value) -> Cells:
        held = {**dict(self.entries), index: value}
        kept = {k: v for k, v in held.items() if self.default is None or v != self.default}
        return Cells(self.default, tuple((k, kept[k]) for k in sorted(kept)))


def constant_array(sort: Sort, value: Value) -> Cells:
    """The array that holds the value everywhere."""
    index = sort[1]
    if index in (INT, REAL):
        return Cells(value, ())
    count = 2 if index == BOOL else 2 ** index[1]
    if count > MAX_CELLS:
        raise Unreadable("a large finite array")
    keys = [False, True] if index == BOOL else range(count)
    return Cells(None, tuple((k, value) for k in keys))


_TOKEN = re.compile(r'\s+|;[^\n]*|\(|\)|"(?:[^"]|"")*"|\|[^|]*\||[^\s();"|]+')


def read(text: str) -> list[Any]:
    """All s-expressions of a text."""
    if len(text) > MAX_TEXT:
        raise Unreadable("a long text")
    top: list[Any] = []
    stack: list[list[Any]] = [top]
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Unreadable("no s-expression")
        token, position = match[0], match.end()
        if token.isspace() or token[0] == ";":
            continue
        if token == "(":
            stack.append([])
        elif token == ")":
            if len(stack) < 2:
                raise Unreadable("a ) too many")
            done = stack.pop()
            stack[-1].append(done)
        elif token[0] == '"':
            stack[-1].append(Atom(token[1:-1].replace('""', '"'), "string"))
        elif token[0] == "|":
            stack[-1].append(Atom(token[1:-1], "bar"))
        else:
            stack[-1].append(Atom(token))
    if len(stack) > 1:
        raise Unreadable("a ( is never closed")
    return top


def word(node: Any) -> str:
    """The text of a word, or of a symbol between bars."""
    if isinstance(node, Atom) and node.kind != "string":
        return node.text
    raise Unreadable("expected a word")


def head(node: Any) -> str:
    """The first word of a list, or nothing."""
    first = node[0] if isinstance(node, list) and node else None
    return first.text if isinstance(first, Atom) and first.kind != "string" else ""


def whole(node: Any) -> int:
    """3, -3 or (- 3)."""
    if isinstance(node, list) and len(node) == 2 and head(node) == "-":
        return -whole(node[1])
    text = word(node)
    if re.fullmatch(r"-?[0-9]{1,4000}", text):
        return int(text)
    raise Unreadable("expected an integer")


def sort_of(node: Any, named: Mapping[str, Sort] | None = None) -> Sort:
    """The sort that a node says."""
    if isinstance(node, Atom):
        text = word(node)
        if text in ("Bool", "Int", "Real"):
            return (text,)
        if named and text in named:
            return named[text]
    elif head(node) == "_" and len(node) == 3 and word(node[1]) == "BitVec":
        return ("BitVec", whole(node[2]))
    elif head(node) == "Array" and len(node) == 3:
        return ("Array", sort_of(node[1], named), sort_of(node[2], named))
    raise Unreadable("a sort")


def sort_text(text: str) -> Sort:
    """The one sort that a text says."""
    nodes = read(text)
    if len(nodes) != 1:
        raise Unreadable("not one sort")
    return sort_of(nodes[0])


def finite(sort: Sort, values: int | None = None) -> bool:
    """Whether a sort has finitely many values; Int has where the set is k-valued."""
    if sort[0] == "Array":
        return finite(sort[1], values) and finite(sort[2], values)
    return sort[0] in ("Bool", "BitVec") or (sort == INT and values is not None)


# Terms


@dataclass(slots=True)
class Function:
    """A definition: its arguments and its body, compiled when it is used."""

    name: str
    arguments: list[tuple[str, Sort]]
    sort: Sort
    body: Any
    where: Definitions

    def compiled(self) -> Compiled:
        """The body as a function of the arguments."""
        scope = {n: (s, _lookup(n)) for n, s in self.arguments}
        sort, made = compile_term(self.body, scope, self.where)
        return _fitted(sort, made, self.sort)


@dataclass(slots=True)
class Definitions:
    """What has been defined so far, and which functions others call."""

    functions: dict[str, Function]
    sorts: dict[str, Sort]
    called: set[str]


Scope = Mapping[str, tuple[Sort, Compiled]]


def _lookup(name: str) -> Compiled:
    return lambda env: env[name]


def _fitted(sort: Sort, made: Compiled, wanted: Sort) -> Compiled:
    if sort == wanted:
        return made
    if (sort, wanted) == (INT, REAL):
        return lambda env: Fraction(made(env))
    raise Malformed(f"a term of sort {sort} where {wanted} is declared")


def compile_term(node: Any, scope: Scope, known: Definitions) -> tuple[Sort, Compiled]:
    """The sort of a term and its exact value as a function; lazy in ite, and, or, =>."""
    if isinstance(node, Atom):
        return _atom(node, scope, known)
    name = head(node)
    if name == "let":
        inner = dict(scope)
        for pair in node[1]:
            inner[word(pair[0])] = compile_term(pair[1], scope, known)
        return compile_term(node[2], inner, known)
    if name == "!":
        return compile_term(node[1], scope, known)
    if name == "_" and len(node) == 3 and re.fullmatch(r"bv[0-9]+", word(node[1])):
        value, width = int(word(node[1])[2:]), whole(node[2])
        if value >> width:
            raise Malformed("a literal wider than its sort")
        return ("BitVec", width), lambda env: value
    if node and head(node[0]) == "as" and len(node) == 2 and word(node[0][1]) == "const":
        sort = sort_of(node[0][2], known.sorts)
        inside, made = compile_term(node[1], {}, known)
        return sort, _constant(sort, _fitted(inside, made, sort[2]))
    indices: list[int] = []
    if node and head(node[0]) == "_":
        name, indices = word(node[0][1]), [whole(k) for k in node[0][2:]]
    if not name:
        raise Unreadable("a term")
    parts = [compile_term(part, scope, known) for part in node[1:]]
    if name in known.functions:
        return _call(known.functions[name], parts, known)
    return _operator(name, indices, parts)


def _constant(sort: Sort, made: Compiled) -> Compiled:
    return lambda env: constant_array(sort, made(env))


def _call(
    function: Function, parts: list[tuple[Sort, Compiled]], known: Definitions
) -> tuple[Sort, Compiled]:
    known.called.add(function.name)
    if len(parts) != len(function.arguments):
        raise Malformed("a call with a wrong number of arguments")
    given = {
        n: (s, _fitted(sort, made, s))
        for (n, s), (sort, made) in zip(function.arguments, parts, strict=True)
    }
    sort, made = compile_term(function.body, given, function.where)
    return function.sort, _fitted(sort, made, function.sort)


def _atom(node: Atom, scope: Scope, known: Definitions) -> tuple[Sort, Compiled]:
    text = word(node)
    if text in scope:
        return scope[text]
    if text in ("true", "false"):
        truth = text == "true"
        return BOOL, lambda env: truth
    if text in known.functions:
        return _call(known.functions[text], [], known)
    if re.fullmatch(r"-?[0-9]{1,4000}", text):
        number = int(text)
        return INT, lambda env: number
    if re.fullmatch(r"-?[0-9]{1,4000}\.[0-9]{1,4000}", text):
        exact = Fraction(text)
        return REAL, lambda env: exact
    if re.fullmatch(r"#b[01]+|#x[0-9a-fA-F]+", text):
        base, digits = (2, 1) if text[1] == "b" else (16, 4)
        bits = int(text[2:], base)
        return ("BitVec", digits * (len(text) - 2)), lambda env: bits
    raise Unreadable("a free variable")


def _small(value: Any) -> Any:
    if isinstance(value, Fraction):
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
            raise Unreadable("a huge number")
    elif value.bit_length() > MAX_BITS:
        raise Unreadable("a huge number")
    return value


def _divided(name: str, a: Any, b: Any) -> Any:
    if b == 0:
        raise Undefined(f"{name} by zero")
    if name == "/":
        return a / b
    rest = a % abs(b)
    return rest if name == "mod" else (a - rest) // b


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: _small(a * b),
    "/": lambda a, b: _divided("/", a, b),
    "div": lambda a, b: _divided("div", a, b),
    "mod": lambda a, b: _divided("mod", a, b),
}
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _signed(a: int, w: int) -> int:
    return a - (1 << w) if a >> (w - 1) else a


def _truncated(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def _signed_division(name: str, a: int, b: int, w: int) -> int:
    x, y = _signed(a, w), _signed(b, w)
    if name == "bvsdiv":
        return (1 if x < 0 else -1) if y == 0 else _truncated(x, y)
    if y == 0:
        return a
    return x - y * _truncated(x, y) if name == "bvsrem" else x % y


_WORDS: dict[str, Callable[[int, int, int], int]] = {
    "bvand": lambda a, b, w: a & b,
    "bvor": lambda a, b, w: a | b,
    "bvxor": lambda a, b, w: a ^ b,
    "bvnand": lambda a, b, w: ~(a & b),
    "bvnor": lambda a, b, w: ~(a | b),
    "bvxnor": lambda a, b, w: ~(a ^ b),
    "bvadd": lambda a, b, w: a + b,
    "bvsub": lambda a, b, w: a - b,
    "bvmul": lambda a, b, w: a * b,
    "bvudiv": lambda a, b, w: a // b if b else -1,
    "bvurem": lambda a, b, w: a % b if b else a,
    "bvsdiv": lambda a, b, w: _signed_division("bvsdiv", a, b, w),
    "bvsrem": lambda a, b, w: _signed_division("bvsrem", a, b, w),
    "bvsmod": lambda a, b, w: _signed_division("bvsmod", a, b, w),
    "bvshl": lambda a, b, w: a << b if b < w else 0,
    "bvlshr": lambda a, b, w: a >> b if b < w else 0,
    "bvashr": lambda a, b, w: _signed(a, w) >> min(b, w),
}
_GROUPED = {"bvadd", "bvmul", "bvand", "bvor", "bvxor"}


def _operator(
    name: str, indices: list[int], parts: list[tuple[Sort, Compiled]]
) -> tuple[Sort, Compiled]:
    sorts = [sort for sort, _ in parts]
    made = [function for _, function in parts]
    if name in ("+", "-", "*", "/", *_ORDERS, "=", "distinct", "to_int", "is_int") and (
        name in ("/", "to_int", "is_int") or {INT, REAL} <= set(sorts)
    ):
        made = [_fitted(s, f, REAL) if s == INT else f for s, f in zip(sorts, made, strict=True)]
        sorts = [REAL if s == INT else s for s in sorts]
    count = len(parts)
    if name in ("not", "and", "or", "xor", "=>") and count and set(sorts) == {BOOL}:
        return BOOL, _logic(name, made)
    if name == "ite" and count == 3 and sorts[0] == BOOL:
        wanted = REAL if {sorts[1], sorts[2]} == {INT, REAL} else sorts[1]
        chosen = [_fitted(s, f, wanted) for s, f in zip(sorts[1:], made[1:], strict=True)]
        return wanted, lambda env: chosen[0](env) if made[0](env) else chosen[1](env)
    if name in ("=", "distinct") and count >= 2 and len(set(sorts)) == 1:
        return BOOL, _equality(name, made)
    if name in _ORDERS and count >= 2 and len(set(sorts)) == 1 and sorts[0] in (INT, REAL):
        order = _ORDERS[name]
        return BOOL, lambda env: all(order(a, b) for a, b in pairwise([f(env) for f in made]))
    if name in _ARITHMETIC and count >= 1 and len(set(sorts)) == 1:
        fits = sorts[0] in (
            (REAL,) if name == "/" else (INT,) if name in ("div", "mod") else (INT, REAL)
        )
        if fits and count >= 2:
            return sorts[0], _folded(_ARITHMETIC[name], made)
        if fits and name == "-":
            return sorts[0], lambda env: -made[0](env)
    if count == 1:
        found = _unary(name, indices, sorts[0], made[0])
        if found is not None:
            return found
    grouped = count == 2 or (count > 2 and name in _GROUPED)
    if name in _WORDS and grouped and len(set(sorts)) == 1 and sorts[0][0] == "BitVec":
        return sorts[0], _word_fold(_WORDS[name], made, sorts[0][1])
    if count == 2:
        found = _binary(name, sorts, made)
        if found is not None:
            return found
    if name == "store" and count == 3 and sorts[0][0] == "Array" and sorts[1] == sorts[0][1]:
        item = _fitted(sorts[2], made[2], sorts[0][2])
        return sorts[0], lambda env: made[0](env).put(made[1](env), item(env))
    if name == "concat" and count >= 2 and all(s[0] == "BitVec" for s in sorts):
        widths = [s[1] for s in sorts]
        return ("BitVec", sum(widths)), _joined(widths, made)
    raise Unreadable(f"operator {name[:20]}")


def _logic(name: str, made: list[Compiled]) -> Compiled:
    if name == "not" and len(made) == 1:
        return lambda env: not made[0](env)
    if name == "not" or len(made) < 2:
        raise Unreadable(name)
    if name == "and":
        return lambda env: all(f(env) for f in made)
    if name == "or":
        return lambda env: any(f(env) for f in made)
    if name == "xor":
        return lambda env: sum(f(env) for f in made) % 2 == 1
    return lambda env: not all(f(env) for f in made[:-1]) or made[-1](env)


def _equality(name: str, made: list[Compiled]) -> Compiled:
    def same(env: Environment) -> bool:
        return all(a == b for a, b in pairwise([f(env) for f in made]))

    def different(env: Environment) -> bool:
        values = [f(env) for f in made]
        return all(a != b for k, a in enumerate(values) for b in values[k + 1 :])

    return same if name == "=" else different


def _folded(operation: Callable[[Any, Any], Any], made: list[Compiled]) -> Compiled:
    def fold(env: Environment) -> Value:
        value = made[0](env)
        for function in made[1:]:
            value = operation(value, function(env))
        return value

    return fold


def _word_fold(
    operation: Callable[[int, int, int], int], made: list[Compiled], width: int
) -> Compiled:
    mask = (1 << width) - 1

    def fold(env: Environment) -> int:
        value = int(made[0](env))
        for function in made[1:]:
            value = operation(value, function(env), width) & mask
        return value

    return fold


def _joined(widths: list[int], made: list[Compiled]) -> Compiled:
    def join(env: Environment) -> int:
        value = 0
        for width, function in zip(widths, made, strict=True):
            value = value << width | function(env)
        return value

    return join


def _unary(name: str, indices: list[int], sort: Sort, f: Compiled) -> tuple[Sort, Compiled] | None:
    if name == "abs" and sort == INT:
        return INT, lambda env: abs(f(env))
    if name == "to_real" and sort == INT:
        return REAL, lambda env: Fraction(f(env))
    if name == "to_int" and sort == REAL:
        return INT, lambda env: f(env).numerator // f(env).denominator
    if name == "is_int" and sort == REAL:
        return BOOL, lambda env: f(env).denominator == 1
    if name == "divisible" and sort == INT and len(indices) == 1 and indices[0] > 0:
        return BOOL, lambda env: f(env) % indices[0] == 0
    if sort[0] != "BitVec":
        return None
    width = sort[1]
    mask = (1 << width) - 1
    if name == "bvnot":
        return sort, lambda env: f(env) ^ mask
    if name == "bvneg":
        return sort, lambda env: -f(env) & mask
    if name == "extract" and len(indices) == 2 and 0 <= indices[1] <= indices[0] < width:
        high, low = indices
        return ("BitVec", high - low + 1), lambda env: (f(env) >> low) & ((2 << (high - low)) - 1)
    if len(indices) != 1 or not 0 <= indices[0] <= 4096:
        return None
    n = indices[0]
    if name == "zero_extend":
        return ("BitVec", width + n), f
    if name == "sign_extend":
        return ("BitVec", width + n), lambda env: _signed(f(env), width) & ((1 << (width + n)) - 1)
    if name in ("rotate_left", "rotate_right"):
        by = n % width if name == "rotate_left" else -n % width
        return sort, lambda env: (f(env) << by | f(env) >> (width - by)) & mask
    if name == "repeat" and n >= 1:
        return ("BitVec", width * n), _joined([width] * n, [f] * n)
    return None


def _binary(name: str, sorts: list[Sort], made: list[Compiled]) -> tuple[Sort, Compiled] | None:
    f, g = made
    if name == "select" and sorts[0][0] == "Array" and sorts[0][1] == sorts[1]:
        return sorts[0][2], lambda env: f(env).at(g(env))
    if sorts[0] != sorts[1] or sorts[0][0] != "BitVec":
        return None
    width = sorts[0][1]
    if name == "bvcomp":
        return ("BitVec", 1), lambda env: int(f(env) == g(env))
    orders = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
    if re.fullmatch(r"bv[us](lt|le|gt|ge)", name):
        order = _ORDERS[orders[name[3:]]]
        if name[2] == "u":
            return BOOL, lambda env: order(f(env), g(env))
        return BOOL, lambda env: order(_signed(f(env), width), _signed(g(env), width))
    return None


# Values


def value_from_json(sort: Sort, data: Any) -> Value:
    """A value of the sort, as a certificate holds it."""
    if sort == BOOL and isinstance(data, bool):
        return data
    if sort == INT and type(data) is int:
        return data
    if sort[0] == "BitVec" and type(data) is int and 0 <= data < 1 << sort[1]:
        return data
    if sort == REAL and isinstance(data, str) and len(data) < 4000:
        try:
            return Fraction(data)
        except (ValueError, ZeroDivisionError):
            pass
    if sort[0] == "Array" and isinstance(data, dict) and set(data) == {"default", "entries"}:
        made = constant_array(sort, value_from_json(sort[2], data["default"]))
        for key, item in data["entries"]:
            made = made.put(value_from_json(sort[1], key), value_from_json(sort[2], item))
        return made
    raise Malformed(f"{str(data)[:40]!r} is no value of {sort}")


def default_value(sort: Sort) -> Value:
    """False, 0, or such an array."""
    if sort == BOOL:
        return False
    if sort == REAL:
        return Fraction(0)
    return constant_array(sort, default_value(sort[2])) if sort[0] == "Array" else 0
