"""The conclusions as theorems: statement, assumptions, proof, and a check on finite instances.

| theorem | module |
|---|---|
| no universal method | `no_universal_method`: out of reach, undecidable, no free lunch |
| an exact procedure, and its limits | `exact_procedure` |
| finding the least error is hard | `intractability` |
| what genetic search is sure of | `genetic_search` |
| neural components are Turing equivalent | `neural_equivalence` |

`find(name)` gives one, and its `check()` tests its claims: `sheffer theorems NAME`, or, without
anything of `solvers`, `python -m theory.theorems NAME`.
"""

from __future__ import annotations

from importlib import import_module

from theory.kernel.errors import ShefferError
from theory.theorems.statement import Claim, RefutedError, Report, Theorem, refute, run_claims

NAMES = (
    "no-universal-method",
    "exact-procedure",
    "intractability",
    "genetic-search",
    "neural-equivalence",
)

__all__ = ["NAMES", "Claim", "RefutedError", "Report", "Theorem", "find", "refute", "run_claims"]


def find(name: str) -> Theorem:
    """The theorem of a name; its module is loaded now.

    Raises:
        ShefferError: `unknown-theorem`, with the names there are.
    """
    if name not in NAMES:
        message = f"no theorem {name!r}; known: {', '.join(NAMES)}"
        raise ShefferError("unknown-theorem", message)
    theorem = import_module(f"theory.theorems.{name.replace('-', '_')}").THEOREM
    assert isinstance(theorem, Theorem)
    return theorem
