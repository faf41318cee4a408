"""NK landscapes: random tables whose ruggedness is set by one number.

S. Kauffman & E. Weinberger, J. Theoretical Biology 141 (1989), 211-245. Each of six genes has five
options; the share of a gene in the error depends on its own option and on those of K other genes,
and is drawn once for each combination. K = 0 has a single optimum, K = 5 is white noise. They are
as large as the tables of NAS-Bench-201 and made of nothing but a seed: what is tuned is tuned here.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Table

GENES, OPTIONS = 6, 5
SCALE = 10_000
"""A gene's share is a whole number below this, so that errors are exact."""


def nk(epistasis: int, seed: int) -> Problem:
    """The landscape drawn by `seed` in which each gene's share depends on `epistasis` others."""
    if not 0 <= epistasis < GENES or not 0 <= seed < 10**9:
        message = f"nkK-SEED takes K from 0 to {GENES - 1} and a seed below 10**9"
        raise ProblemError("unknown-problem", message, f"nk{epistasis}-{seed}")
    draw = Random(f"nk {epistasis} {seed}")
    genes = []
    for gene in range(GENES):
        others = draw.sample([g for g in range(GENES) if g != gene], epistasis)
        shares = {
            key: draw.randrange(SCALE) for key in product(range(OPTIONS), repeat=1 + epistasis)
        }
        genes.append(((gene, *others), shares))
    errors = {
        entry: Fraction(sum(shares[tuple(entry[g] for g in read)] for read, shares in genes))
        for entry in product(range(OPTIONS), repeat=GENES)
    }
    names = tuple(f"option{k}" for k in range(OPTIONS))
    table = Table((names,) * GENES, errors, source="drawn by seed; Kauffman & Weinberger 1989")
    return Problem(f"nk{epistasis}-{seed}", None, Wiring.TABLE, (), (), table, GENES)


def named(name: str, length: int | None = None) -> Problem:
    """The problem called `nkK-SEED`.

    Raises:
        ProblemError: `unknown-problem`; `bad-length`.
    """
    epistasis, _, seed = name.removeprefix("nk").partition("-")
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in (epistasis, seed)):
        message = f"nkK-SEED takes K from 0 to {GENES - 1} and a seed below 10**9"
        raise ProblemError("unknown-problem", message, name)
    if length not in (None, GENES):
        message = f"every entry has {GENES} choices; --length does not apply"
        raise ProblemError("bad-length", message, name)
    return nk(int(epistasis), int(seed))
