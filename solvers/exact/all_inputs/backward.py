"""What a last step needs: from its result and all operands but one, that one.

A *rule* reads the opcode of a component that is one operator on its inputs. `needed(rule, place,
c, d, t, ...)` says, for one sample, which values at `place` give the result t beside the operands c
and d: none, exactly one, or some that only trying can tell. Every rule is a necessary condition:
`NONE` means that no value at all gives t. Components of other forms have the rule `ANY`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.compiled.compiling import compiled
from theory.kernel.components.component import Component
from theory.kernel.language.proving import Proof, prove
from theory.kernel.language.sorts import Value
from theory.kernel.language.terms import Term, apply, substitute, var

NONE, ONE, SOME = range(3)
_PROOF_S = 0.2

_NAMES = (
    "any", "bvnot", "bvneg", "bvand", "bvor", "bvxor", "bvxnor", "bvnand", "bvnor", "bvadd",
    "bvsub", "bvmul", "bvshl", "bvlshr", "bvashr", "bvudiv", "bvurem", "+", "-", "neg", "*", "ite",
)  # fmt: skip
(
    ANY, NOT, NEG, AND, OR, XOR, XNOR, NAND, NOR, ADD, SUB, MUL, SHL, LSHR, ASHR, UDIV, UREM,
    INT_ADD, INT_SUB, INT_NEG, INT_MUL, ITE,
) = range(len(_NAMES))  # fmt: skip
_BOOLEAN = {"not": NOT, "and": AND, "or": OR, "xor": XOR}


def rule_of(component: Component, setting: tuple[Value, ...]) -> tuple[int, int]:
    """The rule of an instance, and the width its operands have; `ANY` where it has none."""
    (term,), guard = component.instantiate(setting)
    names = [v.name for v in component.inputs]
    plain = [a.indices[0] for a in term.args if a.op == "var"]
    if guard is not None or term.indices or plain != names or len(term.args) != len(names):
        return ANY, 0
    if term.sort.kind == "Bool" and all(a.sort.kind == "Bool" for a in term.args):
        if term.op == "=":
            return XNOR, 1
        return (ITE, 1) if term.op == "ite" else (_BOOLEAN.get(term.op, ANY), 1)
    if term.op not in _NAMES:
        return ANY, 0
    width = term.sort.width if term.sort.kind == "BitVec" else 64
    return _NAMES.index(term.op), width


def useless_twice(component: Component, setting: tuple[Value, ...]) -> bool:
    """Whether a binary instance that reads one value twice is proved to make nothing new.

    It gives that value again, or always the same one, which reading an input twice gives as well.
    """
    if len(component.inputs) != 2 or component.input_sorts[0] != component.input_sorts[1]:
        return False
    (term,), guard = component.instantiate(setting)
    if guard is not None:
        return False
    sort = component.input_sorts[0]
    names = [v.name for v in component.inputs]
    x, y = var("x", sort), var("y", sort)
    (once,) = substitute([term], dict.fromkeys(names, x))
    (again,) = substitute([term], dict.fromkeys(names, y))
    goals = [apply("=", once, again)]
    if term.sort == sort:
        goals.append(apply("=", once, x))
    return any(isinstance(prove(goal, timeout_s=_PROOF_S), Proof) for goal in goals)


def results_of(component: Component, setting: tuple[Value, ...]) -> frozenset[Value] | None:
    """The only results that an instance can have, where its term shows them; else None."""
    (term,), _ = component.instantiate(setting)
    found: set[Value] = set()
    stack: list[Term] = [term]
    while stack:
        node = stack.pop()
        if node.op == "ite":
            stack.extend(node.args[1:])
        elif node.op == "const":
            found.add(node.indices[0])
        else:
            return None
    return frozenset(found)


@compiled(nogil=True)
def needed(
    rule: Any, place: Any, c0: Any, d0: Any, t0: Any, width: Any
) -> Any:  # pragma: no cover - compiled
    """(NONE | ONE | SOME, the value) for an operand at `place`.

    c0 is the other operand of a binary operator; of `ite`, c0 and d0 are the others in order.
    """
    mask = np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(64 - width) if width else np.uint64(0)
    c, t = np.uint64(c0), np.uint64(t0)
    zero = np.uint64(0)
    if rule == NOT:
        return ONE, np.int64(t ^ mask)
    if rule == NEG:
        return ONE, np.int64((zero - t) & mask)
    if rule in (NAND, NOR, XNOR):
        t = t ^ mask
        rule = AND if rule == NAND else (OR if rule == NOR else XOR)
    if rule == AND:
        if t & ~c & mask:
            return NONE, np.int64(0)
        return (ONE, np.int64(t)) if c == mask else (SOME, np.int64(0))
    if rule == OR:
        if c & ~t & mask:
            return NONE, np.int64(0)
        return (ONE, np.int64(t)) if c == zero else (SOME, np.int64(0))
    if rule == XOR:
        return ONE, np.int64(t ^ c)
    if rule == ADD:
        return ONE, np.int64((t - c) & mask)
    if rule == SUB:
        return ONE, np.int64((t + c if place == 0 else c - t) & mask)
    if rule == MUL:
        return _factor(c, t, mask)
    if rule in (SHL, LSHR, ASHR):
        if place == 0:
            return _shifted(rule, c, t, width, mask)
        for k in range(width + 1):
            if _shift(rule, c, k, width, mask) == t:
                return SOME, np.int64(0)
        return NONE, np.int64(0)
    if rule == UDIV:
        if place == 0 and c == np.uint64(1):
            return ONE, np.int64(t)
        return _quotient(place, c, t, mask), np.int64(0)
    if rule == UREM:
        if place == 0:
            if c == zero:
                return ONE, np.int64(t)
            return (SOME if t < c else NONE), np.int64(0)
        fits = t == c or (t < c and c - t > t)
        return (SOME if fits else NONE), np.int64(0)
    if rule == INT_NEG:
        return (NONE, np.int64(0)) if t0 == -(2**63) else (ONE, np.int64(zero - t))
    if rule == INT_ADD or (rule == INT_SUB and place == 1):
        # v + c = t, or c - v = t
        a, b = (t0, c0) if rule == INT_ADD else (c0, t0)
        v = np.int64(np.uint64(a) - np.uint64(b))
        return (NONE, v) if ((a ^ b) & (a ^ v)) < 0 else (ONE, v)
    if rule == INT_SUB:
        v = np.int64(t + c)
        return (NONE, v) if ((t0 ^ v) & (c0 ^ v)) < 0 else (ONE, v)
    if rule == INT_MUL:
        if c0 == 0:
            return (SOME if t0 == 0 else NONE), np.int64(0)
        if c0 == -1:
            return (NONE, np.int64(0)) if t0 == -(2**63) else (ONE, np.int64(-t0))
        quotient = t0 // c0
        return (ONE, np.int64(quotient)) if quotient * c0 == t0 else (NONE, np.int64(0))
    if rule == ITE:
        if place == 0:
            if c0 == t0:
                return (SOME, np.int64(0)) if d0 == t0 else (ONE, np.int64(1))
            return (ONE, np.int64(0)) if d0 == t0 else (NONE, np.int64(0))
        taken = (c0 != 0) == (place == 1)
        if taken:
            return ONE, np.int64(t0)
        return (SOME if d0 == t0 else NONE), np.int64(0)
    return SOME, np.int64(0)


@compiled(nogil=True)
def needed_twice(rule: Any, t0: Any, width: Any) -> Any:  # pragma: no cover - compiled
    """(NONE | ONE | SOME, the value) for a value that a binary operator reads as both operands."""
    mask = np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(64 - width) if width else np.uint64(0)
    t, zero = np.uint64(t0), np.uint64(0)
    possible = True
    if rule in (NAND, NOR):
        return ONE, np.int64(t ^ mask)
    if rule in (AND, OR):
        return ONE, np.int64(t)
    if rule in (XOR, SUB, UREM, INT_SUB, LSHR):
        possible = t == zero
    elif rule == XNOR:
        possible = t == mask
    elif rule in (ADD, INT_ADD):
        possible = t & np.uint64(1) == zero
    elif rule == MUL and width >= 3:
        low = t & np.uint64(7)  # squares are 0, 1 or 4 modulo 8
        possible = low == zero or low == np.uint64(1) or low == np.uint64(4)
    elif rule == SHL:
        possible = t == zero
        for k in range(width):
            possible = possible or (np.uint64(k) << np.uint64(k)) & mask == t
    elif rule == ASHR:
        possible = t in (zero, mask)
    elif rule == UDIV:
        possible = t == np.uint64(1) or t == mask
    return (SOME if possible else NONE), np.int64(0)


@compiled(nogil=True)
def _factor(c: Any, t: Any, mask: Any) -> Any:  # pragma: no cover - compiled
    """v with v * c = t; an odd factor has an inverse (Newton's iteration doubles its bits)."""
    one = np.uint64(1)
    if c & one:
        inverse = c
        for _ in range(6):
            inverse = inverse * (np.uint64(2) - c * inverse)
        return ONE, np.int64((t * inverse) & mask)
    low = c & (np.uint64(0) - c)  # the lowest bit of c, or 0
    if c == np.uint64(0):
        return (SOME if t == np.uint64(0) else NONE), np.int64(0)
    return (SOME if t & (low - one) == np.uint64(0) else NONE), np.int64(0)


@compiled(nogil=True)
def _shift(rule: Any, a: Any, k: Any, width: Any, mask: Any) -> Any:  # pragma: no cover - compiled
    sign = (a >> np.uint64(width - 1)) & np.uint64(1)
    if k >= width:
        return mask if rule == ASHR and sign else np.uint64(0)
    if rule == SHL:
        return (a << np.uint64(k)) & mask
    if rule == ASHR and sign:
        return mask ^ ((mask ^ a) >> np.uint64(k))
    return a >> np.uint64(k)


@compiled(nogil=True)
def _shifted(rule: Any, c: Any, t: Any, width: Any, mask: Any) -> Any:  # pragma: no cover
    """v shifted by c is t."""
    zero = np.uint64(0)
    if c == zero:
        return ONE, np.int64(t)
    if c >= np.uint64(width):
        fits = t == zero or (rule == ASHR and t == mask)
        return (SOME if fits else NONE), np.int64(0)
    k = np.int64(c)
    if rule == SHL:
        fits = (t & ((np.uint64(1) << c) - np.uint64(1))) == zero
    elif rule == LSHR:
        fits = (t >> np.uint64(width - k)) == zero
    else:
        top = t >> np.uint64(width - k - 1)
        fits = top == zero or top == (mask >> np.uint64(width - k - 1))
    return (SOME if fits else NONE), np.int64(0)


@compiled(nogil=True)
def _quotient(place: Any, c: Any, t: Any, mask: Any) -> Any:  # pragma: no cover - compiled
    """Whether v / c = t (place 0) or c / v = t has a solution; x / 0 is all ones."""
    zero = np.uint64(0)
    if place == 0:
        if c == zero:
            return SOME if t == mask else NONE
        return SOME if t <= mask // c else NONE
    if t == mask or (t == zero and c != mask):
        return SOME
    if t == zero:
        return NONE
    v = c // t
    return SOME if v != zero and c // v == t else NONE
