"""Functional completeness over a finite domain: decisions, with certificates.

    decision       decide: complete, incomplete or unknown, with a certificate
    relations      the maximal clones' relations (Post, Rosenberg), enumerated
    preservation   vectorised closure tests
    generated      relations generated from the set, for k > 6
    terms          short straight-line terms for given functions
    subsets        minimal complete subsets, repairs
    unary          what chains of unary maps generate
    post           the place in Post's lattice (k = 2)
    post_drawing   the lattice as a picture

The certificates are checked by `theory.kernel.checks.finite`, which trusts nothing here.
"""

from solvers.completeness.finite.decision import (
    DEFAULT_LIMITS,
    FunctionalVerdict,
    Held,
    Limits,
    decide,
)
from solvers.completeness.finite.post import Place, place
from solvers.completeness.finite.post_drawing import draw_place
from solvers.completeness.finite.relations import Family, Relation, maximal_relations
from solvers.completeness.finite.subsets import minimal_complete_subsets, repairs
from solvers.completeness.finite.terms import find_terms, term_text
from solvers.completeness.finite.unary import UnaryClosure, unary_closure

__all__ = [
    "DEFAULT_LIMITS",
    "Family",
    "FunctionalVerdict",
    "Held",
    "Limits",
    "Place",
    "Relation",
    "UnaryClosure",
    "decide",
    "draw_place",
    "find_terms",
    "maximal_relations",
    "minimal_complete_subsets",
    "place",
    "repairs",
    "term_text",
    "unary_closure",
]
