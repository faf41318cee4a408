"""The compiled search for all Boolean functions of n <= 4 inputs at once.

A function is its truth table in the low 2**n bits of a word. As in `set_search`, each set of
functions is visited once, by taking or passing over the candidates of a growing list, and slots
that can no longer all be read prune. Here every function that a last step makes is marked, together
with its whole class under the symmetries of the question, so that one visit settles a class.

The same symmetries act on sets. Candidates at the root are ordered by classes; it is enough to take
the first of each class, with all of the earlier classes passed over: every set is the image of one
that is visited.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.compiled.compiling import compiled

# The entries of `control`.
LENGTH, STARTS, DEPTH, LEFT, NODES, ARITY, NORMAL, FULL_TABLE, FOUND = range(9)
CONTROL_SIZE = 9
MORE, DONE = range(2)
MAX_STEPS = 20


@compiled(inline="always")
def _unary(p: Any, a: Any) -> Any:  # pragma: no cover - compiled
    return p[0] ^ (p[1] & a)


@compiled(inline="always")
def _binary(p: Any, a: Any, b: Any) -> Any:  # pragma: no cover - compiled
    return p[0] ^ (p[1] & a) ^ (p[2] & b) ^ (p[3] & a & b)


@compiled(inline="always")
def _ternary(p: Any, a: Any, b: Any, c: Any) -> Any:  # pragma: no cover - compiled
    high = p[4] ^ (p[5] & a) ^ (p[6] & b) ^ (p[7] & a & b)
    return p[0] ^ (p[1] & a) ^ (p[2] & b) ^ (p[3] & a & b) ^ (high & c)


@compiled
def _offer(
    f: Any, reads: Any, listed: Any, made: Any, made_reads: Any, end: Any
) -> Any:  # pragma: no cover - compiled
    """Lists a function that is not listed yet; the new end."""
    if listed[f]:
        return end
    listed[f] = True
    made[end], made_reads[end] = f, reads
    return end + 1


@compiled
def extend(
    one: Any, two: Any, three: Any, slots: Any, newest: Any, listed: Any, made: Any,
    made_reads: Any, end: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Lists what steps over slots 0 .. newest make that read the newest; the new end.

    Args:
        one, two, three: (n, 8) the operations of each arity as polynomials over GF(2); they are
            closed under exchanging operands, so operands are taken in rising order.
    """
    x = slots[newest]
    bit = 1 << newest
    for k in range(len(one)):
        end = _offer(_unary(one[k], x), bit, listed, made, made_reads, end)
    for a in range(newest):
        for k in range(len(two)):
            f = _binary(two[k], slots[a], x)
            end = _offer(f, bit | 1 << a, listed, made, made_reads, end)
        for b in range(a):
            for k in range(len(three)):
                f = _ternary(three[k], slots[b], slots[a], x)
                end = _offer(f, bit | 1 << a | 1 << b, listed, made, made_reads, end)
    return end


@compiled
def _mark(
    f: Any, costs: Any, classes: Any, members: Any, offsets: Any, slots: Any, witness: Any,
    control: Any,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Settles the class of a function just made at the length of the search."""
    if costs[f] >= 0:
        return
    k = classes[f]
    for i in range(offsets[k], offsets[k + 1]):
        costs[members[i]] = control[LENGTH]
    control[LEFT] -= offsets[k + 1] - offsets[k]
    control[FOUND] += 1
    steps = control[LENGTH]
    for i in range(steps - 1):
        witness[k, i] = slots[control[STARTS] + i]
    witness[k, steps - 1] = f


@compiled
def _last_step(
    one: Any, two: Any, three: Any, slots: Any, newest: Any, unread: Any, costs: Any,
    classes: Any, members: Any, offsets: Any, witness: Any, control: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Marks what the last step can make; `unread` are the slots besides the newest it must read."""
    x = slots[newest]
    work = 1
    if unread == 0:
        for k in range(len(one)):
            f = _unary(one[k], x)
            if costs[f] < 0:
                _mark(f, costs, classes, members, offsets, slots, witness, control)
    for a in range(newest):
        left = unread & ~(1 << a)
        if left == 0:
            work += len(two)
            for k in range(len(two)):
                f = _binary(two[k], slots[a], x)
                if costs[f] < 0:
                    _mark(f, costs, classes, members, offsets, slots, witness, control)
        if len(three) > 0:
            for b in range(a):
                if left & ~(1 << b):
                    continue
                work += len(three)
                for k in range(len(three)):
                    f = _ternary(three[k], slots[b], slots[a], x)
                    if costs[f] < 0:
                        _mark(f, costs, classes, members, offsets, slots, witness, control)
    return work


@compiled
def search(
    one: Any, two: Any, three: Any, slots: Any, listed: Any, made: Any, made_reads: Any,
    position: Any, ends: Any, unread: Any, next_class: Any, costs: Any, classes: Any,
    members: Any, offsets: Any, witness: Any, control: Any, budget: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Goes on with one length >= 2; all state is in the arrays. Returns MORE or DONE.

    Args:
        slots: the functions at hand, free ones first.
        listed: (2**2**n,) which functions are free or in the list.
        made, made_reads: the list, with the set of slots each candidate reads.
        unread: for each depth the steps that nobody reads yet, as a set of slots.
        next_class: for each candidate of the root, where the next class begins.
        costs: (2**2**n,) the least steps, -1 where not known; classes, members, offsets: the
            classes of functions, and those of each; witness: (classes, MAX_STEPS).
        budget: about how many functions to compute.
    """
    starts, length = control[STARTS], control[LENGTH]
    free = (1 << starts) - 1
    work = 0
    while work < budget:
        depth = control[DEPTH]
        row = position[depth]
        if row >= ends[depth]:
            if depth == 0:
                return DONE
            for k in range(ends[depth - 1], ends[depth]):
                listed[made[k]] = False
            depth -= 1
            control[DEPTH] = depth
            position[depth] = next_class[position[0]] if depth == 0 else position[depth] + 1
            continue
        newest = starts + depth
        slots[newest] = made[row]
        now = (unread[depth] & ~made_reads[row]) | (1 << newest)
        remaining = length - depth - 1
        count = 0
        rest = now & ~free
        while rest:
            rest &= rest - 1
            count += 1
        work += 1
        descend = count - remaining * (control[ARITY] - 1) <= 1
        if descend and remaining == 1:
            control[NODES] += 1
            work += _last_step(
                one, two, three, slots, newest, now & ~(1 << newest), costs, classes, members,
                offsets, witness, control,
            )  # fmt: skip
            if control[LEFT] == 0:
                return DONE
            descend = False
        if descend:
            end = extend(one, two, three, slots, newest, listed, made, made_reads, ends[depth])
            work += end - ends[depth]
            position[depth + 1], ends[depth + 1], unread[depth + 1] = row + 1, end, now
            control[DEPTH] = depth + 1
        else:
            position[depth] = next_class[row] if depth == 0 else row + 1
    return MORE


@compiled
def distances(sources: Any, bits: Any) -> Any:  # pragma: no cover - compiled
    """For each word of so many bits, the fewest bits to flip to reach one where `sources` holds."""
    n = len(sources)
    found = np.full(n, np.int16(-1))
    queue = np.empty(n, dtype=np.int64)
    head, tail = 0, 0
    for f in range(n):
        if sources[f]:
            found[f] = 0
            queue[tail] = f
            tail += 1
    while head < tail:
        f = queue[head]
        head += 1
        for k in range(bits):
            g = f ^ (1 << k)
            if found[g] < 0:
                found[g] = found[f] + 1
                queue[tail] = g
                tail += 1
    return found
