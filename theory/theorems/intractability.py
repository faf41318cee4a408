"""Theorem 3: finding the least error is hard, in the worst case.

The reductions stand in `theory.theorems.reductions`; here is the text, and the check that instance
and problem say the same, on instances drawn with a fixed seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from theory.formats.sequence_text import one_line
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence
from theory.theorems.enumeration import every_sequence, frame_of
from theory.theorems.reductions import (
    Sets,
    chosen_items,
    chosen_sets,
    exact_cover_problem,
    has_exact_cover,
    has_subset_sum,
    least_cover,
    set_cover_problem,
    subset_sum_problem,
)
from theory.theorems.statement import Claim, Theorem, refute

INSTANCES = 40
SEED = 20190917


def drawn_sets(draw: random.Random, elements: int, count: int) -> Sets:
    """Sets in which each element is with chance 2/5."""
    return tuple(frozenset(e for e in range(elements) if draw.random() < 0.4) for _ in range(count))


def drawn_triples(draw: random.Random, elements: int, count: int) -> Sets:
    """Sets of three elements; every second family holds an exact cover."""
    triples = [frozenset(draw.sample(range(elements), 3)) for _ in range(count)]
    if draw.random() < 0.5:
        order = draw.sample(range(elements), elements)
        triples[: elements // 3] = [frozenset(order[k : k + 3]) for k in range(0, elements, 3)]
        draw.shuffle(triples)
    return tuple(triples)


def solution(problem: Problem) -> Sequence | None:
    """A shortest sequence of error 0, by trying all; None if there is none."""
    sequences = every_sequence(frame_of(problem), problem.length)
    return next((s for s in sequences if problem.error(s) == 0), None)


def set_cover(reduce: Callable[[int, Sets, int], Problem] = set_cover_problem) -> str:
    """The shortest sequence has the size of the least cover, and names one."""
    draw, covered = random.Random(SEED), 0
    for _ in range(INSTANCES):
        elements, sets = 5, drawn_sets(draw, 5, 5)
        least = least_cover(elements, sets)
        found = solution(reduce(elements, sets, 3))
        if (found is None) != (least is None or least > 3):
            refute("set cover", f"{_text(sets)}: least cover {least}, sequence {found}")
        if found is not None:
            chosen = [sets[k] for k in chosen_sets(found)]
            if len(found) != least or len(frozenset().union(*chosen)) != elements:
                refute("set cover", f"{_text(sets)}: {one_line(found)} is no least cover")
            covered += 1
    return f"{INSTANCES} instances, {covered} with a cover by at most 3 of 5 sets: the same answers"


def subset_sum(reduce: Callable[[tuple[int, ...], int], Problem] = subset_sum_problem) -> str:
    """A sequence of error 0 exists exactly if a subset has the sum, and names one."""
    draw, yes = random.Random(SEED), 0
    for number in range(INSTANCES):
        items = tuple(draw.randint(1, 9) for _ in range(2 + number % 3))
        wanted = draw.randint(1, sum(items))
        found = solution(reduce(items, wanted))
        if (found is not None) != has_subset_sum(items, wanted):
            refute("subset sum", f"{items}, sum {wanted}: sequence {found}")
        if found is not None:
            if sum(items[k] for k in chosen_items(found)) != wanted:
                refute("subset sum", f"{items}, sum {wanted}: {one_line(found)}")
            yes += 1
    return f"{INSTANCES} instances of 2 to 4 numbers, {yes} with a solution: the same answers"


def exact_cover(reduce: Callable[[int, Sets], Problem] = exact_cover_problem) -> str:
    """Few enough generators make the permutation exactly if an exact cover exists."""
    draw, yes = random.Random(SEED), 0
    for _ in range(INSTANCES):
        triples = drawn_triples(draw, 6, 5)
        found = solution(reduce(6, triples))
        if (found is not None) != has_exact_cover(6, triples):
            refute("exact cover", f"{_text(triples)}: sequence {found}")
        if found is not None:
            chosen = [triples[k] for k in chosen_sets(found)]
            if sorted(e for t in chosen for e in t) != list(range(6)):
                refute("exact cover", f"{_text(triples)}: {one_line(found)}")
            yes += 1
    return f"{INSTANCES} instances of 5 triples of 6 elements, {yes} with a cover: the same answers"


def _text(sets: Sets) -> str:
    return " ".join("{" + ",".join(map(str, sorted(s))) + "}" for s in sets)


THEOREM = Theorem(
    name="intractability",
    title="Finding the least error is hard",
    statement=r"""
Deciding, for a component set $F$, samples $D$, a length $k$ written in unary and a bound $e$,
whether some sequence of at most $k$ components has error at most $e$ on $D$, is **NP-hard**. It
stays so

1. for one register and steps of the form $x \mapsto x \mathbin{|} S$, with one sample;
2. where each position offers two choices, $\mathrm{id}$ and $x \mapsto x + a_i$;
3. where all components are permutations of finitely many points that are their own inverses and
   commute.

With $k$ written in **binary**, the question for permutations and error 0 is **PSPACE-complete**
(Jerrum 1985).
""",
    definitions=r"""
*Set cover*: given sets $S_1, \dots, S_m \subseteq \{0, \dots, n-1\}$ and $k$, do at most $k$ of
them cover everything? *Subset sum*: given $a_1, \dots, a_n$ and $t$, does some subset add up to
$t$? *Exact cover by triples*: given triples of $\{0, \dots, 3q-1\}$, do some $q$ of them cover
everything? All three are NP-complete (Karp 1972; Garey & Johnson 1979 for triples).
""",
    assumptions=(
        "P differs from NP, for *hard* to mean *not in polynomial time*; hardness itself assumes"
        " nothing.",
        "Worst case: nothing is said about a typical problem, or about one fixed small component"
        " set.",
        "The length in unary: then a sequence can be written down in polynomial time, and over "
        "finite sorts "
        "checking it is polynomial, so that the question is NP-complete there.",
    ),
    proof=r"""
Each reduction writes down the component set, the sample and the length in time polynomial in the
instance. What is to show is that the answers agree.

**Set cover.** The register $x$ is a set, as a bit vector, empty at the start; the component of
$S_j$ is $x \mapsto x \mathbin{|} S_j$; the wanted output is the full set. Union is commutative and
idempotent, so what a sequence computes is the union of the sets it names, and the error (bits that
differ) is the number of elements it leaves uncovered. Hence error 0 with at most $k$ steps exists
exactly if $k$ sets cover everything, and the least error at length $k$ is what the best $k$ sets
leave over.

**Subset sum.** Registers are a position $i$ and a sum $s$, both 0 at the start. The component
*skip* increments $i$; the component *take*$_j$ is guarded by $i = j$, increments $i$ and adds
$a_j$ to $s$. The wanted output is $(n, t)$. Every step raises $i$ by one, so a sequence of error 0
has exactly $n$ steps; at its step number $j$ the position is $j$, where only *skip* and *take*$_j$
do not block. So it chooses, for each $j$, between $\mathrm{id}$ and $+a_j$ on $s$, and ends with
the sum of the chosen.

**Exact cover by triples.** Element $e$ gets two points, $2e$ and $2e+1$. The generator of a triple
swaps the two points of each of its three elements; the target swaps the points of all $3q$
elements; the length is $q$. The generators commute and undo themselves, so a product swaps the
points of $e$ exactly if $e$ lies in an odd number of its triples, counted with repetition. To swap
all $3q$ pairs, each element must be covered at least once, which takes at least $3q$ incidences;
$q$ triples have exactly $3q$. So each element is covered once: the triples are an exact cover.
Conversely an exact cover is such a product. (After Even & Goldreich 1981.)

**Length in binary.** Membership: guess the sequence step by step, keeping the permutation and a
counter; this is non-deterministic polynomial space, which is PSPACE (Savitch 1970). Hardness is
Jerrum's theorem, cited and not proved here.
""",
    references=(
        "R. M. Karp: Reducibility among Combinatorial Problems. 1972.",
        "M. R. Garey, D. S. Johnson: Computers and Intractability. 1979 (exact cover by 3-sets, "
        "SP2).",
        "S. Even, O. Goldreich: The Minimum-Length Generator Sequence Problem is NP-Hard. 1981.",
        "M. R. Jerrum: The Complexity of Finding Minimum-Length Generator Sequences. 1985.",
        "W. J. Savitch: Relationships between Nondeterministic and Deterministic Tape "
        "Complexities. 1970.",
    ),
    claims=(
        Claim("set cover", set_cover),
        Claim("subset sum", subset_sum),
        Claim("exact cover", exact_cover),
    ),
)
