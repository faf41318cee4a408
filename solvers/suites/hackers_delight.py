"""Hacker's Delight: twenty bit-twiddling problems at any width, with a small and a large set.

The problems are numbers 1 to 20 of Gulwani, Jha, Tiwari & Venkatesan, "Synthesis of loop-free
programs" (PLDI 2011), taken from Warren, "Hacker's Delight". Each has

- a specification that says what is computed, bit by bit or by wider arithmetic (19 and 20, whose
  textbook formula is the definition in the paper, have that formula);
- the textbook program, whose steps are the known length, an upper bound of the least one;
- the small set: the operators and constants of the textbook program;
- the large set: the 15 operators of `LARGE` with the constants 0, 1, -1 and width - 1.

Comparisons give the words 0 and 1. Constants are input slots, so they cost nothing. Where the
textbook program needs a constant that the large set lacks (2, in number 20), its known length there
counts the step that makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from theory.formats.sygus_grammar import constant_name
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, Sort, bitvec
from theory.kernel.language.terms import Term, apply, conjunction, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.targets import Specification

LARGE = (
    "and", "or", "xor", "not", "neg", "add", "sub", "mul", "shl", "lshr", "ashr", "udiv",
    "ult", "ule", "slt",
)  # fmt: skip
_COMPARISONS = ("ult", "ule", "slt")
_UNARY = ("not", "neg")
WIDTHS = range(4, 65)

Word = Callable[[int], Term]


@dataclass(frozen=True, slots=True)
class Textbook:
    """One of the twenty.

    Attributes:
        title: what it computes.
        inputs: their names.
        program: the textbook program, `t1 = and x y` as ("and", "x", "y"); tN is the N-th step,
            and a constant is 0, 1, 2, -1 or `w-1`.
        meaning: the specification, from the inputs as terms.
    """

    title: str
    inputs: tuple[str, ...]
    program: tuple[tuple[str, ...], ...]
    meaning: Callable[..., Term]


def _word(value: int, like: Term) -> Term:
    return const(value % (1 << like.sort.width), like.sort)


def _bit(x: Term, k: int) -> Term:
    one = const(1, bitvec(1))
    return apply("=", apply("extract", x, indices=(k, k)), one)


def _if(condition: Term, x: Term, y: Term) -> Term:
    return apply("ite", condition, x, y)


def _at_lowest(x: Term, chosen: Word, otherwise: Term, *, ones: bool = True) -> Term:
    """`chosen(k)` for the place k of the lowest 1-bit (or 0-bit), `otherwise` without one."""
    result = otherwise
    for k in reversed(range(x.sort.width)):
        found = _bit(x, k) if ones else apply("not", _bit(x, k))
        result = _if(found, chosen(k), result)
    return result


def _leading_zeros(x: Term) -> Term:
    width = x.sort.width
    result = _word(width, x)
    for k in range(width):
        result = _if(_bit(x, k), _word(width - 1 - k, x), result)
    return result


def _truth(condition: Term, like: Term) -> Term:
    return _if(condition, _word(1, like), _word(0, like))


def _average(x: Term, y: Term, rounding: int) -> Term:
    """(x + y + rounding) / 2, computed with one bit more."""
    wide_x, wide_y = (apply("zero_extend", t, indices=(1,)) for t in (x, y))
    total = apply("bvadd", apply("bvadd", wide_x, wide_y), _word(rounding, wide_x))
    return apply("extract", total, indices=(x.sort.width, 1))


def _without_lowest_run(x: Term) -> Term:
    """x without its rightmost string of adjacent 1-bits, from the lowest bit up."""
    before, bits = const(True, BOOL), []
    inside = const(False, BOOL)
    for k in range(x.sort.width):
        inside, before = (
            apply("and", _bit(x, k), apply("or", before, inside)),
            apply("and", before, apply("not", _bit(x, k))),
        )
        kept = apply("and", _bit(x, k), apply("not", inside))
        bits.append(_if(kept, const(1, bitvec(1)), const(0, bitvec(1))))
    return apply("concat", *reversed(bits))


def _power_of_two(x: Term) -> Term:
    options = [apply("=", x, _word(1 << k, x)) for k in range(x.sort.width)]
    return _truth(apply("or", *options), x)


def _exchange(x: Term, m: Term, k: Term) -> Term:
    t = apply("bvand", apply("bvxor", x, apply("bvlshr", x, k)), m)
    return apply("bvxor", apply("bvxor", t, apply("bvshl", t, k)), x)


def _next_with_as_many_ones(x: Term) -> Term:
    low = apply("bvand", x, apply("bvneg", x))
    ripple = apply("bvadd", x, low)
    ones = apply("bvlshr", apply("bvxor", x, ripple), _word(2, x))
    return apply("bvor", ripple, apply("bvudiv", ones, low))


def _sign(x: Term) -> Term:
    positive = _if(apply("=", x, _word(0, x)), x, _word(1, x))
    return _if(_bit(x, x.sort.width - 1), _word(-1, x), positive)


def _masks(x: Term, shift: int = 0, more: int = 0) -> Word:
    """The words (1 << k + shift) + more."""
    return lambda k: _word((1 << k + shift) + more, x)


def _with(op: str, x: Term, made: Word) -> Word:
    return lambda k: apply(op, x, made(k))


def _without(x: Term, made: Word) -> Word:
    return lambda k: apply("bvand", x, apply("bvnot", made(k)))


def _less(op: str, x: Term, y: Term) -> Term:
    """A comparison of leading zeros, as a word."""
    return _truth(apply(op, _leading_zeros(x), _leading_zeros(y)), x)


_X, _XY = ("x",), ("x", "y")

TEXTBOOK: dict[int, Textbook] = {
    1: Textbook("turn off the rightmost 1-bit", _X,
        (("sub", "x", "1"), ("and", "x", "t1")),
        lambda x: _at_lowest(x, _without(x, _masks(x)), _word(0, x))),
    2: Textbook("turn off the trailing 1-bits", _X,
        (("add", "x", "1"), ("and", "x", "t1")),
        lambda x: _at_lowest(x, _without(x, _masks(x, more=-1)), _word(0, x), ones=False)),
    3: Textbook("isolate the rightmost 1-bit", _X,
        (("neg", "x"), ("and", "x", "t1")),
        lambda x: _at_lowest(x, _masks(x), _word(0, x))),
    4: Textbook("mask of the rightmost 1-bit and the trailing 0-bits", _X,
        (("sub", "x", "1"), ("xor", "x", "t1")),
        lambda x: _at_lowest(x, _masks(x, 1, -1), _word(-1, x))),
    5: Textbook("propagate the rightmost 1-bit to the right", _X,
        (("sub", "x", "1"), ("or", "x", "t1")),
        lambda x: _at_lowest(x, _with("bvor", x, _masks(x, more=-1)), _word(-1, x))),
    6: Textbook("turn on the rightmost 0-bit", _X,
        (("add", "x", "1"), ("or", "x", "t1")),
        lambda x: _at_lowest(x, _with("bvor", x, _masks(x)), x, ones=False)),
    7: Textbook("isolate the rightmost 0-bit", _X,
        (("not", "x"), ("add", "x", "1"), ("and", "t1", "t2")),
        lambda x: _at_lowest(x, _masks(x), _word(0, x), ones=False)),
    8: Textbook("mask of the trailing 0-bits", _X,
        (("not", "x"), ("sub", "x", "1"), ("and", "t1", "t2")),
        lambda x: _at_lowest(x, _masks(x, more=-1), _word(-1, x))),
    9: Textbook("absolute value", _X,
        (("ashr", "x", "w-1"), ("xor", "x", "t1"), ("sub", "t2", "t1")),
        lambda x: _if(apply("bvslt", x, _word(0, x)), apply("bvneg", x), x)),
    10: Textbook("as many leading zeros", _XY,
        (("and", "x", "y"), ("xor", "x", "y"), ("ule", "t2", "t1")),
        lambda x, y: _less("=", x, y)),
    11: Textbook("fewer leading zeros", _XY,
        (("not", "y"), ("and", "x", "t1"), ("ult", "y", "t2")),
        lambda x, y: _less("bvult", x, y)),
    12: Textbook("at most as many leading zeros", _XY,
        (("not", "x"), ("and", "y", "t1"), ("ule", "t2", "x")),
        lambda x, y: _less("bvule", x, y)),
    13: Textbook("sign: -1, 0 or 1", _X,
        (("ashr", "x", "w-1"), ("neg", "x"), ("lshr", "t2", "w-1"), ("or", "t1", "t3")),
        _sign),
    14: Textbook("average of two words, rounded down", _XY,
        (("and", "x", "y"), ("xor", "x", "y"), ("lshr", "t2", "1"), ("add", "t1", "t3")),
        lambda x, y: _average(x, y, 0)),
    15: Textbook("average of two words, rounded up", _XY,
        (("or", "x", "y"), ("xor", "x", "y"), ("lshr", "t2", "1"), ("sub", "t1", "t3")),
        lambda x, y: _average(x, y, 1)),
    16: Textbook("the greater of two signed words", _XY,
        (("xor", "x", "y"), ("slt", "x", "y"), ("neg", "t2"), ("and", "t1", "t3"),
         ("xor", "x", "t4")),
        lambda x, y: _if(apply("bvslt", x, y), y, x)),
    17: Textbook("turn off the rightmost string of 1-bits", _X,
        (("sub", "x", "1"), ("or", "x", "t1"), ("add", "t2", "1"), ("and", "x", "t3")),
        _without_lowest_run),
    18: Textbook("is it a power of two?", _X,
        (("sub", "x", "1"), ("xor", "x", "t1"), ("ult", "t1", "t2")),
        _power_of_two),
    19: Textbook("exchange two fields: those under m, and those k higher", ("x", "m", "k"),
        (("lshr", "x", "k"), ("xor", "x", "t1"), ("and", "t2", "m"), ("shl", "t3", "k"),
         ("xor", "t3", "t4"), ("xor", "x", "t5")),
        _exchange),
    20: Textbook("the next greater word with as many 1-bits", _X,
        (("neg", "x"), ("and", "x", "t1"), ("add", "x", "t2"), ("xor", "x", "t3"),
         ("lshr", "t4", "2"), ("udiv", "t5", "t2"), ("or", "t3", "t6")),
        _next_with_as_many_ones),
}  # fmt: skip


def hackers_delight(
    number: int, width: int, *, large: bool = False, length: int | None = None
) -> Problem:
    """A problem by its number, with at most its known length (or `length`) steps.

    Raises:
        ProblemError: `unknown-problem`.
    """
    if number not in TEXTBOOK or width not in WIDTHS:
        message = "hdNN-WIDTH takes 01 to 20 and a width of 4 to 64"
        raise ProblemError("unknown-problem", message, f"hd{number:02}-{width}")
    book, sort = TEXTBOOK[number], bitvec(width)
    operators = LARGE if large else _used(book)
    values = _constants(book, width, large=large)
    arguments = tuple(Variable(name, sort) for name in book.inputs)
    slots = tuple(Variable(constant_name(sort, v), sort) for v in values)
    fixed = [
        apply("=", var(slot.name, sort), const(v, sort))
        for slot, v in zip(slots, values, strict=True)
    ]
    meaning = book.meaning(*(var(name, sort) for name in book.inputs))
    suffix = "-large" if large else ""
    return Problem(
        f"hd{number:02}-{width}{suffix}",
        ComponentSet(
            f"words-{width}{suffix}",
            tuple(operator(name, sort) for name in operators),
            source="Warren, Hacker's Delight",
        ),
        Wiring.DAG,
        (*arguments, *slots),
        (Variable("out", sort),),
        Specification((meaning,), conjunction(fixed)),
        known_length(number, large=large) if length is None else length,
    )


def named(name: str, length: int | None = None) -> Problem:
    """The problem called `hdNN-WIDTH` or `hdNN-WIDTH-large`.

    Raises:
        ProblemError: `unknown-problem`.
    """
    number, _, rest = name.removeprefix("hd").partition("-")
    width = rest.removesuffix("-large")
    if len(number) != 2 or not all(t.isascii() and t.isdigit() for t in (number, width)):
        message = "write hdNN-WIDTH or hdNN-WIDTH-large, such as hd01-32"
        raise ProblemError("unknown-problem", message, name)
    large = rest.endswith("-large")
    return hackers_delight(int(number), int(width[:9]), large=large, length=length)


def known_length(number: int, *, large: bool = False) -> int:
    """The steps of the textbook program, with those that make constants the set lacks."""
    return len(_program(number, large=large))


def textbook_sequence(problem: Problem) -> Sequence:
    """The textbook program of a problem of this suite."""
    head, _, _ = problem.name.partition("-")
    number = int(head.removeprefix("hd"))
    sort = problem.inputs[0].sort
    width = sort.width
    slots = {v.name: k for k, v in enumerate(problem.inputs)}
    first = len(problem.inputs)
    steps = []
    for op, *operands in _program(number, large=problem.name.endswith("-large")):
        reads = []
        for text in operands:
            if text.startswith("t"):
                reads.append(first + int(text[1:]) - 1)
            elif text in slots:
                reads.append(slots[text])
            else:
                reads.append(slots[constant_name(sort, _constant(text, width))])
        steps.append(Step(f"word-{op}", tuple(reads)))
    return problem.sequence(steps, (first + len(steps) - 1,))


def _program(number: int, *, large: bool) -> list[tuple[str, ...]]:
    """The textbook program; in the large set, 2 is made as 1 + 1 by a step of its own."""
    program = list(TEXTBOOK[number].program)
    if not large or not any("2" in step[1:] for step in program):
        return program
    moved = {f"t{k}": f"t{k + 1}" for k in range(1, len(program) + 1)} | {"2": "t1"}
    return [("add", "1", "1")] + [
        (op, *(moved.get(text, text) for text in operands)) for op, *operands in program
    ]


def _used(book: Textbook) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step[0] for step in book.program))


def _constants(book: Textbook, width: int, *, large: bool) -> tuple[int, ...]:
    if large:
        return tuple(_constant(text, width) for text in ("0", "1", "-1", "w-1"))
    texts = [t for _, *operands in book.program for t in operands]
    listed = [t for t in texts if t in ("0", "1", "2", "-1", "w-1")]
    return tuple(dict.fromkeys(_constant(t, width) for t in listed))


def _constant(text: str, width: int) -> int:
    return (width - 1 if text == "w-1" else int(text)) % (1 << width)


def operator(name: str, sort: Sort) -> Component:
    """An operator of `LARGE` on words; a comparison gives 0 or 1."""
    a, b = var("a", sort), var("b", sort)
    inputs = (Variable("a", sort), Variable("b", sort))
    if name in _UNARY:
        return Component(f"word-{name}", inputs[:1], (apply(f"bv{name}", a),))
    made = apply(f"bv{name}", a, b)
    if name in _COMPARISONS:
        made = _truth(made, a)
    return Component(f"word-{name}", inputs, (made,))
