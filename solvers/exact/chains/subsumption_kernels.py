"""Compiled kernels of the search by subsumption: sets of points as bits, moved and compared.

A set subsumes another if a permutation of registers (within the classes of a symmetry) maps it
into the other. Necessary conditions are tried first, from cheap to dear: how many points of each
orbit; how many of them have a value in a register, sorted over the registers; which register may
go to which; and last the permutations that are left, on the points themselves. Counts stand side
by side in 64-bit words, each in a lane whose top bit is free, so that one subtraction compares
all lanes of a word.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.compiled.compiling import compiled
from solvers.compiled.interning import mix

U = np.uint64
MAX_TRIES = 200_000  # permutations tried for one pair; giving up keeps a set, which is sound


@compiled(inline="always")
def lowest(word: Any) -> Any:  # pragma: no cover - compiled
    """The number of the lowest set bit of a word that is not 0."""
    bit = word & (~word + U(1))
    k = 0
    if bit & U(0xFFFFFFFF00000000):
        k += 32
    if bit & U(0xFFFF0000FFFF0000):
        k += 16
    if bit & U(0xFF00FF00FF00FF00):
        k += 8
    if bit & U(0xF0F0F0F0F0F0F0F0):
        k += 4
    if bit & U(0xCCCCCCCCCCCCCCCC):
        k += 2
    if bit & U(0xAAAAAAAAAAAAAAAA):
        k += 1
    return k


@compiled(nogil=True)
def children(
    sets: Any, node: Any, end: Any, moves: Any, goals: Any, found: Any, sizes: Any, parents: Any,
    moved: Any, index: Any, count: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Appends the distinct images of sets node .. end-1, without those that are the set itself.

    Args:
        sets: (n, words) uint64, bit x of word x // 64 for point x.
        moves: (placements, points) int32.
        goals: (words,) the points without error.
        found, sizes, parents, moved: room for the images, `count` of them made.
        index: open-addressing table of image numbers.

    Returns:
        The first set not expanded, the new count, and the number of an image within the goals
        (-1 without one). Stops where less room is left than one set may need.
    """
    placements, words = len(moves), sets.shape[1]
    mask = U(len(index) - 1)
    points = np.empty(moves.shape[1], dtype=np.int32)
    image = np.empty(words, dtype=np.uint64)
    while node < end:
        if count + placements > len(found) or 2 * (count + placements) > len(index):
            return node, count, -1
        size = 0
        for w in range(words):
            word = sets[node, w]
            while word:
                points[size] = 64 * w + lowest(word)
                size += 1
                word &= word - U(1)
        for p in range(placements):
            image[:] = U(0)
            number = 0
            for k in range(size):
                x = moves[p, points[k]]
                bit = U(1) << U(x & 63)
                if not image[x >> 6] & bit:
                    number += 1
                    image[x >> 6] |= bit
            same, solved = True, True
            h = U(0)
            for w in range(words):
                same &= image[w] == sets[node, w]
                solved &= (image[w] & ~goals[w]) == U(0)
                h = mix(h ^ image[w])
            if same:
                continue
            slot = h & mask
            while index[slot] >= 0:
                other = index[slot]
                equal = True
                for w in range(words):
                    if found[other, w] != image[w]:
                        equal = False
                        break
                if equal:
                    break
                slot = (slot + U(1)) & mask
            if index[slot] < 0:
                index[slot] = count
                found[count] = image
                sizes[count] = number
                parents[count] = node
                moved[count] = p
                count += 1
                if solved:
                    return node, count, count - 1
        node += 1
    return node, count, -1


@compiled
def reindex(found: Any, count: Any, index: Any) -> None:  # pragma: no cover - compiled
    """Fills the empty index with the first `count` sets."""
    mask = U(len(index) - 1)
    for k in range(count):
        h = U(0)
        for w in range(found.shape[1]):
            h = mix(h ^ found[k, w])
        slot = h & mask
        while index[slot] >= 0:
            slot = (slot + U(1)) & mask
        index[slot] = k


@compiled(nogil=True)
def features(
    bits: Any, orbit_lane: Any, value_lane: Any, width: Any, classes: Any, totals: Any, counts: Any,
    sort: Any, room: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """The counts of one set, packed into lanes of `width` bits.

    Args:
        bits: (words,) the set.
        orbit_lane: (points,) the lane of a point's orbit, or -1.
        value_lane: (points, registers) the lane of its orbit and the register's value, or -1.
        classes: (registers,) the class of each; registers of a class stand together.
        totals: (t,) for the orbits.
        counts: (registers, c).
        sort: (registers, c), each lane sorted over the registers of a class.
        room: (registers + 1, lanes) scratch.
    """
    per = 64 // width
    registers = len(classes)
    room[:] = 0
    for w in range(len(bits)):
        word = bits[w]
        while word:
            x = 64 * w + lowest(word)
            word &= word - U(1)
            if orbit_lane[x] >= 0:
                room[registers, orbit_lane[x]] += 1
            for r in range(registers):
                lane = value_lane[x, r]
                if lane >= 0:
                    room[r, lane] += 1
    totals[:] = U(0)
    counts[:] = U(0)
    sort[:] = U(0)
    for lane in range(per * len(totals)):
        totals[lane // per] |= U(room[registers, lane]) << U(lane % per * width)
    for lane in range(per * counts.shape[1]):
        shift = U(lane % per * width)
        for r in range(registers):
            counts[r, lane // per] |= U(room[r, lane]) << shift
        for r in range(1, registers):  # insertion sort, within classes
            value = room[r, lane]
            k = r
            while k > 0 and classes[k - 1] == classes[r] and room[k - 1, lane] > value:
                room[k, lane] = room[k - 1, lane]
                k -= 1
            room[k, lane] = value
        for r in range(registers):
            sort[r, lane // per] |= U(room[r, lane]) << shift


@compiled(inline="always")
def no_lane_above(a: Any, b: Any, top: Any) -> Any:  # pragma: no cover - compiled
    """Whether every lane of a is at most that of b; `top` has the top bit of each lane."""
    return ((b | top) - a) & top == top


@compiled(nogil=True)
def maps_into(
    a: Any, b: Any, counts_a: Any, counts_b: Any, top: Any, classes: Any, swaps: Any, room: Any
) -> Any:  # pragma: no cover - compiled
    """Whether a permutation of registers within classes maps the set a into the set b.

    Args:
        swaps: (registers, registers, points) the exchange of two registers of a class.
        room: (6, registers) int64 scratch.
    """
    registers = len(classes)
    order, allowed, left, image, source, chain = (
        room[0],
        room[1],
        room[2],
        room[3],
        room[4],
        room[5],
    )
    for r in range(registers):
        mask = 0
        number = 0
        for s in range(registers):
            if classes[s] != classes[r]:
                continue
            fits = True
            for w in range(counts_a.shape[1]):
                if not no_lane_above(counts_a[r, w], counts_b[s, w], top):
                    fits = False
                    break
            if fits:
                mask |= 1 << s
                number += 1
        if number == 0:
            return False
        allowed[r] = mask
        k = r  # registers with the fewest possibilities first
        while k > 0 and source[order[k - 1]] > number:
            order[k] = order[k - 1]
            k -= 1
        order[k] = r
        source[r] = number
    tries = 0
    depth = 0
    used = 0
    left[0] = allowed[order[0]]
    while depth >= 0:
        if left[depth] == 0:
            depth -= 1
            if depth >= 0:
                used &= ~(1 << image[order[depth]])
            continue
        bit = left[depth] & -left[depth]
        left[depth] ^= bit
        image[order[depth]] = lowest(U(bit))
        used |= bit
        if depth + 1 < registers:
            depth += 1
            left[depth] = allowed[order[depth]] & ~used
            continue
        tries += 1
        if _lies_in(a, b, image, source, chain, swaps):
            return True
        if tries >= MAX_TRIES:
            return False
        used &= ~bit
    return False


@compiled(nogil=True)
def _lies_in(
    a: Any, b: Any, image: Any, source: Any, chain: Any, swaps: Any
) -> Any:  # pragma: no cover - compiled
    """Whether the permutation that sends register r to image[r] maps the set a into b."""
    registers = len(image)
    number = 0
    for r in range(registers):
        source[r] = r
    for r in range(registers):  # as a product of swaps: bring register r to its place
        place = image[r]
        now = 0
        while source[now] != r:
            now += 1
        if now != place:
            source[now], source[place] = source[place], source[now]
            chain[number] = now * registers + place
            number += 1
    for w in range(len(a)):
        word = a[w]
        while word:
            x = 64 * w + lowest(word)
            word &= word - U(1)
            for k in range(number):
                x = swaps[chain[k] // registers, chain[k] % registers, x]
            if not b[x >> 6] & (U(1) << U(x & 63)):
                return False
    return True


@compiled(nogil=True)
def sieve(
    found: Any, order: Any, dropped: Any, first: Any, kept: Any, kept_totals: Any, kept_counts: Any,
    kept_sorts: Any, kept_from: Any, count: Any, append: Any, orbit_lane: Any, value_lane: Any,
    width: Any, top: Any, classes: Any, swaps: Any,
) -> Any:  # pragma: no cover - compiled  # fmt: skip
    """Marks in `dropped` the sets found[order[k]] that a kept one subsumes.

    Args:
        first: the number of order[0] in `dropped`.
        kept, kept_totals, kept_counts, kept_sorts: the kept sets (as numbers in `found`) and
            their features; those from `kept_from` to `count` are tried.
        append: keep what is not subsumed; there must be room.

    Returns:
        The new count of kept sets.
    """
    registers = len(classes)
    totals = np.empty(kept_totals.shape[1], dtype=np.uint64)
    counts = np.empty(kept_counts.shape[1:], dtype=np.uint64)
    sort = np.empty(kept_counts.shape[1:], dtype=np.uint64)
    lanes = 64 // width * max(len(totals), counts.shape[1])
    room = np.empty((registers + 1, lanes), dtype=np.int64)
    scratch = np.empty((6, max(1, registers)), dtype=np.int64)
    for k in range(len(order)):
        if dropped[first + k]:
            continue
        b = found[order[k]]
        features(b, orbit_lane, value_lane, width, classes, totals, counts, sort, room)
        for j in range(kept_from, count):
            fits = True
            for w in range(len(totals)):
                if not no_lane_above(kept_totals[j, w], totals[w], top):
                    fits = False
                    break
            if not fits:
                continue
            for r in range(registers):
                for w in range(counts.shape[1]):
                    fits &= no_lane_above(kept_sorts[j, r, w], sort[r, w], top)
                if not fits:
                    break
            if not fits:
                continue
            a = found[kept[j]]
            if registers == 0:
                for w in range(len(b)):
                    fits &= (a[w] & ~b[w]) == U(0)
            else:
                fits = maps_into(a, b, kept_counts[j], counts, top, classes, swaps, scratch)
            if fits:
                dropped[first + k] = True
                break
        if append and not dropped[first + k]:
            kept[count] = order[k]
            kept_totals[count] = totals
            kept_counts[count] = counts
            kept_sorts[count] = sort
            count += 1
    return count
