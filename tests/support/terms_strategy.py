"""Random well-sorted terms and values of every sort, drawn by seed.

- `draw_sort`, `draw_value`: sorts of every kind, values with many borders among them.
- `draw_term`: a term of a given sort over given variables, bounded in depth.
- `application`: one application of a given operator, so that every row of the table gets its turn.
- `sample_terms`: terms with fitting assignments, as the differential tests use them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random

from theory.kernel.components.partiality import definedness
from theory.kernel.language.operators import OPERATORS
from theory.kernel.language.sorts import BOOL, INT, REAL, ArrayValue, Sort, Value, array, bitvec
from theory.kernel.language.terms import Term, apply, const, evaluate, var

WIDTHS = (1, 2, 3, 5, 8, 16, 31, 32, 33, 63, 64)
BORDERS = (0, 1, 2, 3, 7, 2**31, 2**32 - 1, 2**53, 2**62 - 1, 2**62, 2**63 - 1)


def draw_sort(rng: Random, *, machine: bool = False, arrays: bool = True) -> Sort:
    """A sort; `machine` leaves out what does not fit a machine word."""
    kinds = ["Bool", "Int", "BitVec", "BitVec"] + ([] if machine else ["Real"])
    kind = rng.choice(kinds + (["Array"] if arrays and not machine else []))
    if kind == "BitVec":
        return bitvec(
            rng.choice(WIDTHS) if machine or rng.random() < 0.9 else rng.choice((65, 100))
        )
    if kind == "Array":
        return array(draw_sort(rng, arrays=False), draw_sort(rng, arrays=False))
    return {"Bool": BOOL, "Int": INT, "Real": REAL}[kind]


def draw_value(rng: Random, sort: Sort, *, machine: bool = False) -> Value:
    """A value, often at a border of the sort or of the machine word."""
    if sort.kind == "Bool":
        return rng.random() < 0.5
    if sort.kind == "BitVec":
        top = 2**sort.width - 1
        ends = (0, 1, top, top >> 1, (top >> 1) + 1, top - 1)
        return rng.choice(ends) & top if rng.random() < 0.5 else rng.getrandbits(sort.width)
    if sort.kind == "Int":
        size = rng.choice(BORDERS) if rng.random() < 0.3 else rng.randrange(20)
        if not machine and rng.random() < 0.1:
            size = rng.getrandbits(100)
        return size if rng.random() < 0.5 else -size
    if sort.kind == "Real":
        return Fraction(rng.randrange(-30, 31), rng.choice((1, 1, 2, 3, 7)))
    index, element = sort.parts
    default = draw_value(rng, element)
    if element == REAL:  # cvc5 reads no constant array of thirds
        default = Fraction(rng.randrange(-30, 31), rng.choice((1, 2, 8)))
    value = ArrayValue(default)
    for _ in range(rng.randrange(4)):
        key, entry = draw_value(rng, index), draw_value(rng, element)
        stored = apply("store", const(value, sort), const(key, index), const(entry, element))
        value = stored.indices[0]
    return value


def draw_term(
    rng: Random, sort: Sort, scope: Mapping[str, Sort], depth: int, *, machine: bool = False
) -> Term:
    """A term of the sort over the variables of `scope`, at most `depth` applications deep."""
    names = [name for name, s in scope.items() if s == sort]
    if depth <= 0 or rng.random() < 0.1:
        if names and rng.random() < 0.8:
            return var(rng.choice(names), sort)
        return const(_literal_value(rng, sort), sort)
    op = rng.choice(_operators(sort, machine=machine))
    return application(rng, op, sort, scope, depth, machine=machine) or draw_term(
        rng, sort, scope, depth - 1, machine=machine
    )


def _literal_value(rng: Random, sort: Sort) -> Value:
    return draw_value(rng, sort, machine=True)


_COMPARISONS = ["<", "<=", ">", ">="]
_WORDS = [n for n in OPERATORS if n.startswith("bv") and n[2:] not in ("comp",)]
_WORD_COMPARISONS = [n for n in _WORDS if n[3:] in ("lt", "le", "gt", "ge")]
_WORD_OPERATIONS = [n for n in _WORDS if n not in _WORD_COMPARISONS]
_RESIZERS = ["concat", "extract", "zero_extend", "sign_extend", "repeat"]


def _operators(sort: Sort, *, machine: bool) -> list[str]:
    found = ["ite"] if machine else ["ite", "select"]
    if sort == BOOL:
        found += ["not", "and", "or", "xor", "=>", "=", "divisible", "distinct"]
        found += _COMPARISONS + _WORD_COMPARISONS + ([] if machine else ["is_int"])
    elif sort == INT:
        found += ["+", "-", "neg", "*", "abs", "div", "mod"] + ([] if machine else ["to_int"])
    elif sort == REAL:
        found += ["+", "-", "neg", "*", "/", "to_real"]
    elif sort.kind == "BitVec":
        found += [*_WORD_OPERATIONS, "rotate_left", "rotate_right", *_RESIZERS]
        found += ["bvcomp"] if sort.width == 1 else []
    else:
        found += ["store", "store", "store"]
    return found


def application(
    rng: Random,
    op: str,
    sort: Sort,
    scope: Mapping[str, Sort],
    depth: int,
    *,
    machine: bool = False,
) -> Term | None:
    """`op` applied to random terms so that the result has the sort; None where it cannot."""

    def sub(s: Sort) -> Term:
        return draw_term(rng, s, scope, depth - 1, machine=machine)

    def some(*, arrays: bool = False) -> Sort:
        held = [s for s in scope.values() if arrays or s.kind != "Array"]
        return (
            rng.choice(held)
            if held and rng.random() < 0.8
            else draw_sort(rng, machine=machine, arrays=arrays)
        )

    def word() -> Sort:
        held = [s for s in scope.values() if s.kind == "BitVec"]
        return rng.choice(held) if held and rng.random() < 0.8 else bitvec(rng.choice(WIDTHS))

    if op == "ite":
        return apply(op, sub(BOOL), sub(sort), sub(sort))
    if op in ("and", "or"):
        return apply(op, *(sub(BOOL) for _ in range(rng.choice((2, 2, 3)))))
    if op in ("not", "xor", "=>"):
        return apply(op, *(sub(BOOL) for _ in range(1 if op == "not" else 2)))
    if op in ("=", "distinct"):
        same = some(arrays=not machine)
        return apply(op, *(sub(same) for _ in range(rng.choice((2, 2, 3)))))
    if op == "divisible":
        return apply(op, sub(INT), indices=(rng.choice((1, 2, 3, 7, 10**9)),))
    if op in _COMPARISONS:
        number = INT if machine else rng.choice((INT, REAL))
        return apply(op, sub(number), sub(number))
    if op in _WORD_COMPARISONS or op == "bvcomp":
        same = word()
        return apply(op, sub(same), sub(same))
    if op in ("+", "*"):
        return apply(op, *(sub(sort) for _ in range(rng.choice((2, 2, 3)))))
    if op in ("div", "mod", "/", "-"):
        return apply(op, sub(sort), sub(sort))
    if op in ("neg", "abs"):
        return apply(op, sub(sort))
    if op in ("to_real", "to_int", "is_int"):
        return apply(op, sub(INT if op == "to_real" else REAL))
    if op == "select":
        held = [s for s in scope.values() if s.kind == "Array" and s.parts[1] == sort]
        if sort.kind == "Array" and not held:
            return None
        whole = rng.choice(held) if held else array(draw_sort(rng, arrays=False), sort)
        return apply(op, sub(whole), sub(whole.parts[0]))
    if op == "store":
        return apply(op, sub(sort), sub(sort.parts[0]), sub(sort.parts[1]))
    if op in ("rotate_left", "rotate_right"):
        return apply(op, sub(sort), indices=(rng.randrange(2 * sort.width + 3),))
    if op in _RESIZERS:
        return _resized(rng, op, sort.width, sub)
    return apply(op, *(sub(sort) for _ in range(1 if op in ("bvnot", "bvneg") else 2)))


def _resized(rng: Random, op: str, width: int, sub) -> Term | None:  # type: ignore[no-untyped-def]
    if op == "concat":
        if width < 2:
            return None
        left = rng.randrange(1, width)
        return apply(op, sub(bitvec(left)), sub(bitvec(width - left)))
    if op == "extract":
        wide = rng.choice([w for w in (*WIDTHS, 100) if w >= width])
        wide = width if wide > 64 >= width else wide
        low = rng.randrange(wide - width + 1)
        return apply(op, sub(bitvec(wide)), indices=(low + width - 1, low))
    if op == "repeat":
        times = rng.choice([k for k in range(1, width + 1) if width % k == 0])
        return apply(op, sub(bitvec(width // times)), indices=(times,))
    narrow = rng.randrange(1, width + 1)
    return apply(op, sub(bitvec(narrow)), indices=(width - narrow,))


def result_sorts(op: str, rng: Random, *, machine: bool = False) -> list[Sort]:
    """Sorts that an application of the operator can have."""
    words = [bitvec(rng.choice(WIDTHS)), bitvec(rng.choice(WIDTHS))]
    options = [BOOL, INT, *words] if machine else [
        BOOL, INT, REAL, *words, array(INT, INT), draw_sort(rng)
    ]  # fmt: skip
    options += [bitvec(1)] if op == "bvcomp" else []
    return [s for s in options if op in _operators(s, machine=machine)]


def sample_terms(
    rng: Random, count: int, depth: int, assignments: int, *, machine: bool = False
) -> Iterator[tuple[Term, dict[str, Sort], list[dict[str, Value]]]]:
    """`count` terms, the operators in turn at the root, each with its variables and assignments.

    Assignments where a division by zero would decide the value are left out.
    """
    names = [n for n in OPERATORS if result_sorts(n, rng, machine=machine)]
    for k in range(count):
        op = names[k % len(names)]
        term = None
        while term is None:
            sort = rng.choice(result_sorts(op, rng, machine=machine))
            scope = {f"x{i}": draw_sort(rng, machine=machine) for i in range(3)} | {"y": sort}
            term = application(rng, op, sort, scope, depth, machine=machine)
        defined = definedness(term)
        drawn = (
            {n: draw_value(rng, s, machine=machine) for n, s in scope.items()}
            for _ in range(assignments)
        )
        yield term, scope, [values for values in drawn if evaluate(defined, values) is True]
