"""Turns a solver's DRUP proof into a trimmed LRAT proof, which a small checker replays in one pass.

DRUP lists the clauses that the solver learnt and deleted, without saying why a clause follows.
`trace` finds that out: from the empty clause back, each clause that is still needed is derived
again by unit propagation, and the clauses which that used become needed in their turn
(M. Heule, W. Hunt and N. Wetzler, FMCAD 2013). Clauses already needed propagate first, so that few
others are drawn in. What is never needed is left out.

Nothing here is trusted: `theory.kernel.checks.lrat` checks the result.

- A *literal* v or -v is the index 2v or 2v + 1. Clauses lie in one array, the first two literals
  of each being watched; node 2c or 2c + 1 links clause c into the list of a watched literal.
- An *event* c >= 0 adds clause c, an event -1 - c deletes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled

Ints = NDArray[np.int64]


class TraceError(Exception):
    """The proof given does not refute the clauses."""


def trace(clauses: Sequence[tuple[int, ...]], drup: Iterable[str]) -> str:
    """The text of an LRAT proof that refutes the clauses, from the lines of a DRUP proof.

    Raises:
        TraceError: where the DRUP proof does not do so by unit propagation alone.
    """
    if () in clauses:
        return f"{len(clauses) + 1} 0 {clauses.index(()) + 1} 0\n"
    everything, events = _read(clauses, drup)
    sizes = np.array([len(c) for c in everything], dtype=np.int64)
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    flat = np.array([2 * abs(x) + (x < 0) for c in everything for x in c], dtype=np.int64)
    top = int(flat.max(initial=3)) | 1
    hints, places, counts = _backward(
        flat, starts, np.array(events, dtype=np.int64), len(clauses), top + 1
    )
    if hints.size == 0:
        raise TraceError
    names = {c: c + 1 for c in range(len(clauses))}
    lines: list[str] = []
    for c in range(len(clauses), len(everything)):
        if counts[c]:
            used = hints[places[c] : places[c] + counts[c]].tolist()
            names[c] = len(clauses) + len(lines) + 1
            numbers = (names[c], *everything[c], 0, *(names[h] for h in used), 0)
            lines.append(" ".join(map(str, numbers)))
    return "\n".join(lines) + "\n"


def _read(
    clauses: Sequence[tuple[int, ...]], drup: Iterable[str]
) -> tuple[list[tuple[int, ...]], list[int]]:
    """All clauses, the given ones first, up to the first empty one; and the events."""
    everything = list(clauses)
    alive: dict[tuple[int, ...], list[int]] = {}
    for c, clause in enumerate(everything):
        alive.setdefault(tuple(sorted(clause)), []).append(c)
    events: list[int] = []
    for line in drup:
        deletes = line.startswith("d")
        clause = tuple(map(int, (line[1:] if deletes else line).split()))[:-1]
        key = tuple(sorted(clause))
        if not deletes:
            alive.setdefault(key, []).append(len(everything))
            events.append(len(everything))
            everything.append(clause)
            if not clause:
                return everything, events
        elif len(clause) > 1 and alive.get(key):
            # Unit clauses stay: deleting one never helps, and solvers keep what they imply.
            events.append(-1 - alive[key].pop())
    raise TraceError


@compiled
def _attach(c: int, flat: Ints, starts: Ints, heads: Ints, links: Ints) -> None:
    """Puts clause c into the lists of its first two literals."""
    for k in range(2):
        literal = flat[starts[c] + k]
        links[2 * c + k] = heads[1, literal]
        heads[1, literal] = 2 * c + k


@compiled
def _visit(
    false: int, group: int, flat: Ints, starts: Ints, heads: Ints, links: Ints, alive: Ints,
    needed: Ints, values: Ints, reasons: Ints, trail: Ints, count: int,
) -> tuple[int, int]:  # fmt: skip
    """Looks at the clauses of a group that watch a literal now false; the conflict or -1, the
    length of the trail.

    Group 0 holds clauses that are needed, group 1 the others; clauses change over when met.
    """
    node = heads[group, false]
    heads[group, false] = -1
    conflict = -1
    while node != -1:
        following = links[node]
        c = node >> 1
        if not alive[c]:
            node = following
            continue
        home = 0 if needed[c] else 1
        target = false
        if conflict == -1:
            s, e = starts[c], starts[c + 1]
            if flat[s] == false:
                flat[s], flat[s + 1] = flat[s + 1], flat[s]
            first = flat[s]
            if values[first] != 1:
                for k in range(s + 2, e):
                    if values[flat[k]] != -1:
                        target = flat[k]
                        flat[k] = false
                        flat[s + 1] = target
                        break
                if target == false:
                    if values[first] == -1:
                        conflict = c
                    else:
                        values[first], values[first ^ 1] = 1, -1
                        reasons[first >> 1] = c
                        trail[count] = first
                        count += 1
        links[node] = heads[home, target]
        heads[home, target] = node
        node = following
    return conflict, count


@compiled
def _backward(
    flat: Ints, starts: Ints, events: Ints, given: int, literals: int
) -> tuple[Ints, Ints, Ints]:
    """The hints of each needed clause: all in a row, where each begins, and how many; or none."""
    total = starts.size - 1
    alive = np.zeros(total, np.int64)
    needed = np.zeros(total, np.int64)
    heads = np.full((2, literals), -1, np.int64)
    links = np.full(2 * total, -1, np.int64)
    values = np.zeros(literals, np.int64)
    reasons = np.full(literals >> 1, -1, np.int64)
    seen = np.zeros(literals >> 1, np.int64)
    trail = np.zeros(literals, np.int64)
    units = np.zeros(total, np.int64)
    places = np.zeros(total, np.int64)
    counts = np.zeros(total, np.int64)
    hints = np.zeros(1 << 16, np.int64)
    unit_count = hint_count = 0

    alive[:given] = 1
    for event in events:
        alive[event if event >= 0 else -1 - event] = 1 if event >= 0 else 0
    for c in range(total):
        size = starts[c + 1] - starts[c]
        if size == 1:
            units[unit_count] = c
            unit_count += 1
        elif size > 1 and alive[c]:
            _attach(c, flat, starts, heads, links)
    needed[total - 1] = 1  # the empty clause

    for position in range(events.size - 1, -1, -1):
        event = events[position]
        if event < 0:
            c = -1 - event
            alive[c] = 1
            _attach(c, flat, starts, heads, links)
            continue
        lemma = event
        alive[lemma] = 0
        if not needed[lemma]:
            continue
        count = 0
        conflict = -1
        for k in range(starts[lemma], starts[lemma + 1]):
            literal = flat[k] ^ 1
            if values[literal] == 0:
                values[literal], values[literal ^ 1] = 1, -1
                reasons[literal >> 1] = -1
                trail[count] = literal
                count += 1
        for wanted in (1, 0):
            for k in range(unit_count):
                c = units[k]
                if alive[c] and needed[c] == wanted and conflict == -1:
                    literal = flat[starts[c]]
                    if values[literal] == -1:
                        conflict = c
                    elif values[literal] == 0:
                        values[literal], values[literal ^ 1] = 1, -1
                        reasons[literal >> 1] = c
                        trail[count] = literal
                        count += 1
        first = second = 0
        while conflict == -1 and second < count:
            group = 0 if first < count else 1
            if group == 0:
                false = trail[first] ^ 1
                first += 1
            else:
                false = trail[second] ^ 1
                second += 1
            conflict, count = _visit(
                false, group, flat, starts, heads, links, alive, needed, values, reasons, trail,
                count,
            )  # fmt: skip
        if conflict == -1:
            return np.zeros(0, np.int64), places, counts
        if hint_count + count + 1 > hints.size:
            hints = np.concatenate((hints, np.zeros(hints.size + count + 1, np.int64)))
        places[lemma] = hint_count
        reached = hint_count
        hints[reached] = conflict
        reached += 1
        for k in range(starts[conflict], starts[conflict + 1]):
            seen[flat[k] >> 1] = 1
        for k in range(count - 1, -1, -1):
            variable = trail[k] >> 1
            if seen[variable] and reasons[variable] >= 0:
                c = reasons[variable]
                hints[reached] = c
                reached += 1
                for j in range(starts[c], starts[c + 1]):
                    seen[flat[j] >> 1] = 1
        for k in range(count):
            seen[trail[k] >> 1] = 0
            values[trail[k]], values[trail[k] ^ 1] = 0, 0
        hints[hint_count:reached] = hints[hint_count:reached][::-1].copy()
        for k in range(hint_count, reached):
            needed[hints[k]] = 1
        counts[lemma] = reached - hint_count
        hint_count = reached
    return hints[:hint_count], places, counts
