"""Theorem 2: exhaustive enumeration finds the least error, and what that does not give.

The checks stand in `exhaustive_search`.
"""

from __future__ import annotations

from theory.theorems import exhaustive_search
from theory.theorems.statement import Theorem

THEOREM = Theorem(
    name="exact-procedure",
    title="An exact procedure, and its limits",
    statement=r"""
Write $\varepsilon_k(F, f)$ for the least error against $f$ of a sequence of at most $k$ components
of $F$, and $\varepsilon(F, f) = \inf_k \varepsilon_k(F, f)$.

**(a)** Enumeration computes $\varepsilon_k(F, f)$ on finitely many samples, with a sequence that
has it, for every $k$.

**(b)** Choosing only the parameters of a fixed sequence of $k$ components is never better than
choosing the sequence too.

**(c)** $F \subseteq G$ implies $\varepsilon_k(G, f) \le \varepsilon_k(F, f)$ for all $k$. If each
component of $F$ is a composition of components of $G$, then $\varepsilon(G, f) \le \varepsilon(F,
f)$.

**(d)** So a set that computes every computable function, in the problem's own representation, has
the least infimum of all sets of computable components, for every computable target.

**What does not follow.** (e) The infimum need not be attained. (f) At a fixed length even a
universal set is beaten: for every finite set $G$ there is a computable $f$ with
$\varepsilon_1(\{f\}, f) < \varepsilon_1(G, f)$. (g) Turing completeness *up to an encoding* is not
enough for (d).
""",
    definitions=r"""
A *composition* of components is a sequence of them. A *fixed sequence* names its components and
where they stand, and leaves the values of their parameters open. A set computes a function *in the
problem's own representation* if inputs and outputs stand in the registers as the samples have
them, without being coded.
""",
    assumptions=(
        "(a) finitely many placements, finitely many samples, an exact evaluation of each step.",
        "(c) the second half compares infima: a component of $F$ may take many steps in $G$.",
        "(d) programs of the set's regime count, not only straight-line sequences.",
    ),
    proof=r"""
**(a)** There are finitely many sequences of at most $k$ components; evaluate each. Merging
beginnings that agree on all samples changes nothing, since equal states have equal continuations.

**(b)** The sequences that differ from the fixed one in parameters only are among all sequences of
that length. A least element of a larger set is no larger.

**(c)** The first half is the same argument: the sequences over $F$ are among those over $G$. For
the second, replace each component in a sequence over $F$ by its composition: the same function, of
another length.

**(d)** If all components of $F$ are computable, so is every composition; the universal set has a
program for each.

**(e)** Let $F$ consist of $x \mapsto x/2$ over the rationals; the input is 1, the wanted output 0.
The only sequence of $k$ components gives $2^{-k}$. The infimum is 0; no sequence has it.

**(f)** [No universal method](no-universal-method.md), part (a), constructs for $G$ and $k = 1$ a
target $f$ on finitely many points with $\varepsilon_1(G, f) > 0$. A finite table is computable,
and $\varepsilon_1(\{f\}, f) = 0$.

**(g)** Let $G$ consist of $x + 2$, $x - 2$ and the zero test. With $n$ held as $2n$ it simulates
counters, and is Turing complete. But from an even number every step leads to an even number, so
for even $n$ the distance from $n + 1$ stays at least 1, for every program of any length. The set
$\{x + 1\}$, which is far from complete, has error 0.
""",
    references=(
        "A. de Wynter: On the Bounds of Function Approximations. 2019.",
        'M. L. Minsky: Recursive Unsolvability of Post\'s Problem of "Tag". 1961.',
    ),
    claims=exhaustive_search.CLAIMS,
)
