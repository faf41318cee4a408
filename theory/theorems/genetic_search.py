"""Theorem 4: what genetic and coevolutionary search is sure of.

The checks stand in `genetic_chains` (with and without the best kept), `evolution_times` (exact
expected times) and `coevolution` (a free lunch in self-play).
"""

from __future__ import annotations

from theory.theorems import coevolution, evolution_times, genetic_chains
from theory.theorems.statement import Theorem

THEOREM = Theorem(
    name="genetic-search",
    title="What genetic search is sure of",
    statement=r"""
Let the space of strings be finite and let mutation flip each bit with a constant probability $p$,
$0 < p < 1$.

**(a)** A genetic algorithm with crossover, mutation and proportional selection, and **without**
elitism, visits the optimum infinitely often with probability 1; but the probability of holding it
after $t$ generations tends to a number strictly below 1, whatever the start.

**(b)** If the fittest string ever selected is kept, the probability of holding the optimum tends
to 1 (Rudolph 1994). It tends there geometrically, and the expected time is that of the first visit
without elitism: keeping the best does not find it sooner.

**(c)** The (1+1) evolutionary algorithm on LeadingOnes takes, from a uniform start,

$$\frac{1}{2p^2} \left( (1-p)^{1-n} - (1-p) \right)$$

steps in expectation (Böttcher, Doerr & Neumann 2010).

**(d)** In self-play that selects a champion, methods differ on average over *all* games (Wolpert &
Macready 2005): with two moves each, payoffs 0 or 1 and two evaluations, the mean worst reply of
the champion is $7/16$ if one row is exhausted, $6/16$ at most with one sample a row, $4/16$
without data, and $1/16$ at worst.
""",
    definitions=r"""
*Elitism* keeps, beside the population, the fittest string ever selected. *LeadingOnes* counts the
ones before the first zero; *OneMax* counts the ones. The *(1+1) evolutionary algorithm* keeps one
string, flips each bit with probability $p$, and keeps the new string unless it is less fit; the
evaluation of the start is not counted. A *champion* is the move named at the end; its *quality* is
its payoff against the opponent's best reply.
""",
    assumptions=(
        "The space is finite and there is at least one string that is not optimal.",
        "The mutation rate is constant, strictly between 0 and 1; fitness is positive.",
        "In the limit: nothing is said about a given budget. How good a search is within one is "
        "measured, not proved.",
        "(d) all games count equally.",
    ),
    proof=r"""
**(a)** A generation is a product $P = C M S$ of stochastic matrices. $M$ is positive, since any
population turns into any other by flipping the right bits. $S$ has no zero column, since any
population may be selected from itself. So $P = (CM)S$ is positive. A positive chain tends to a
unique law $\pi$, positive everywhere, from every start, at the speed $(1-\delta)^t$ where $\delta$
is what all rows share (the sum of the smallest entries of the columns). So the probability of
holding the optimum tends to $\pi(\text{holding}) < 1$; and a finite positive chain visits every
state infinitely often.

**(b)** With the best kept, the states whose best string is optimal are never left. From any other
state the next population holds the optimum with probability at least $\rho > 0$, the least entry
of $P$. So after $t$ generations it is missing with probability at most $(1-\rho)^t$. The
population itself moves as it does in (a), so the first time it holds the optimum is the same.

**(c)** Let $i$ bits be leading ones. A step improves exactly if those $i$ stay and the next flips,
with probability $(1-p)^i p$. The bits behind are uniform at all times: they start so, and neither
acceptance nor fitness ever looked at them. So an improvement ends at $i + 1 + j$ where $j$ further
ones are a matter of fair coins, and each level $i < n$ is visited with probability $\frac12$.
Hence the expected time is $\frac12 \sum_{i=0}^{n-1} \frac{1}{(1-p)^i p}$, a geometric sum with the
value above.

**(d)** By exhausting all 16 games and all 576 strategies. By hand: a row is worth 1 with
probability $\frac14$. Exhaust a row: keep it if it is worth 1 ($\frac14$), else name the other
($\frac34 \cdot \frac14$), together $\frac7{16}$. One sample a row: some sample is 1 with
probability $\frac34$, and then the other cell of that row with $\frac12$: $\frac6{16}$. No free
lunch does not apply: the quality is no function of the payoffs seen.
""",
    references=(
        "G. Rudolph: Convergence Analysis of Canonical Genetic Algorithms. 1994.",
        "S. Böttcher, B. Doerr, F. Neumann: Optimal Fixed and Adaptive Mutation Rates for the "
        "LeadingOnes Problem. 2010.",
        "D. H. Wolpert, W. G. Macready: Coevolutionary Free Lunches. 2005.",
    ),
    claims=(*genetic_chains.CLAIMS, *evolution_times.CLAIMS, *coevolution.CLAIMS),
)
