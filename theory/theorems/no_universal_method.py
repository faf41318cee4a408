"""Theorem 1: no method is best, or even good enough, for every target.

The checks stand in `witnesses` (counting), `halting_targets` (undecidability) and `free_lunches`
(all searches alike, and where that stops).
"""

from __future__ import annotations

from theory.theorems import free_lunches, halting_targets, witnesses
from theory.theorems.statement import Theorem

THEOREM = Theorem(
    name="no-universal-method",
    title="No universal method",
    statement=r"""
**(a) Out of reach.** Let a component set have finitely many placements, let $k$ be a length, and
let the error be zero only where outputs are equal. If at least two output values are possible and
the domain is large enough, some target has a positive error for *every* sequence of at most $k$
components. It is constructed.

**(b) Undecidable.** No algorithm decides, for every component set and every computable target on
$\mathbb N$, whether error zero is possible. One component is enough: with $F = \{0\}$ and

$$f_M(t) = \begin{cases}
1 & \text{if the machine } M \text{ halts within } t \text{ steps,} \\
0 & \text{otherwise,}
\end{cases}$$

error zero is possible exactly if $M$ never halts.

**(c) No free lunch.** Let $X$ and $Y$ be finite and $\mathcal F$ a set of functions from $X$ to
$Y$. All deterministic searches that never repeat a point have the same multiset of traces on
$\mathcal F$ if and only if $\mathcal F$ is closed under permutation of $X$ (Wolpert & Macready
1997; Schumacher, Vose & Whitley 2001). Of the non-empty classes

$$2^{\binom{|X| + |Y| - 1}{|X|}} - 1$$

are closed.

**(d) Where it stops.** The errors of programs against all targets are in general not such a class,
so that some searches for programs are better than others on average over all targets (Poli, Graff
& McPhee 2009).
""",
    definitions=r"""
A *placement* is a component with the registers it reads and writes and its parameter values: what
one step chooses from. A *search* sees nothing of a function but the values at the points it has
asked for: it is a decision tree, whose next point depends on the values so far. Its *trace* on $f$
is the sequence of those values. A *class closed under permutation* holds with $f$ also $f \circ
\pi$ for each permutation $\pi$ of $X$.
""",
    assumptions=(
        "(a) finitely many placements: parameters with finite ranges, finitely many registers.",
        "(b) the target is given by a program, and all of $\\mathbb N$ counts; on finitely many "
        "samples everything is "
        "decidable, by trying.",
        "(c) finite $X$ and $Y$; no point is evaluated twice; the measure of success depends on "
        "the trace alone; every "
        "function of the class counts equally. Randomised searches are mixtures of deterministic"
        " ones.",
    ),
    proof=r"""
**(a)** With $P$ placements there are at most $N = 1 + P + \dots + P^k$ sequences in a chain
(finitely many in a dag too), so at most $N$ functions are computed. Choose $m$ points with $q^m >
N$, where $q \ge 2$ is the number of output values. Go through the points; at each, let the target
take a value that the fewest of the remaining functions take, and keep only those. At most the
$q$-th part remains each time, so none after $m$ points. Every function that is computed was
dropped at a point where it differs from the target, and there its error is positive.

**(b)** The only sequences that give a truth value compute the constant 0. Its error against $f_M$
is zero exactly if $f_M(t) = 0$ for all $t$, that is, if $M$ never halts. Each $f_M$ is computable,
by running $M$ for $t$ steps. A procedure for error zero would decide the halting problem (Turing
1936). On $\{0, \dots, T\}$ the error is positive exactly if $T$ is at least the number of steps
after which $M$ halts: no amount of samples before says anything.

**(c)** *If.* Fix two searches $a$ and $b$. A search assigns to each function its full trace, and
different functions get different traces: the trace tells which point was asked at each step. The
full trace of $f$ is a rearrangement of the values of $f$. So on an orbit (all functions with the
same multiset of values) each search gives each rearrangement exactly once: the traces of $a$ and
of $b$ on an orbit are the same set. A closed class is a union of orbits. *Only if.* If $\mathcal
F$ is not closed, some transposition $\pi$ and some $f \in \mathcal F$ have $f \circ \pi \notin
\mathcal F$. Let $a$ ask the points in a fixed order, and $b$ in that order with $\pi$ applied to
it. The trace of $b$ on $f$ is the trace of $a$ on $f \circ \pi$, and $a$ gives it to no other
function. So it occurs for $b$ and not for $a$. *Number.* Orbits are multisets of $|X|$ values out
of $|Y|$; a closed class is any non-empty set of orbits.

**(d)** Two programs that compute the same function have the same error for every target, so a
function of the class takes equal values at these two points; permuting one of them away leaves the
class, unless all errors are equal. And even where all behaviours differ, errors are distances from
the target, which obey a triangle inequality that their permutations break. By (c) searches differ.
The instance below also gives the difference in a mean.
""",
    references=(
        "A. M. Turing: On Computable Numbers, with an Application to the Entscheidungsproblem. "
        "1936.",
        "D. H. Wolpert, W. G. Macready: No Free Lunch Theorems for Optimization. 1997.",
        "C. Schumacher, M. D. Vose, L. D. Whitley: The No Free Lunch and Problem Description "
        "Length. 2001.",
        "R. Poli, M. Graff, N. F. McPhee: Free Lunches for Function and Program Induction. 2009.",
        "A. de Wynter: On the Bounds of Function Approximations. 2019.",
    ),
    claims=(*witnesses.CLAIMS, *halting_targets.CLAIMS, *free_lunches.CLAIMS),
)
