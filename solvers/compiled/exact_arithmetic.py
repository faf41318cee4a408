"""What the templates of `solvers.compiled.term_code` may call: the kernel's exact functions, by
short names.

`RUNTIME` holds them by the name used in the templates. Bit vectors are unsigned words; `sign` and
`mask` are a word's sign bit and all-ones, and `At` hands them to the kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from theory.kernel.language.operators import OPERATORS, At


def _signed_word(name: str) -> Callable[[int, int, int, int], int]:
    value = OPERATORS[name].value
    return lambda a, b, sign, mask: value(At(sign=sign, mask=mask), a, b)


def _repeat(a: int, width: int, times: int) -> int:
    return OPERATORS["repeat"].value(At(width=width, indices=(times,)), a)  # type: ignore[no-any-return]


RUNTIME: dict[str, Any] = {
    "Fraction": Fraction,
    "div": OPERATORS["div"].value,
    "mod": OPERATORS["mod"].value,
    "product": OPERATORS["*"].value,
    "quotient": OPERATORS["/"].value,
    "signed": lambda a, sign: (a ^ sign) - sign,
    "bvsdiv": _signed_word("bvsdiv"),
    "bvsrem": _signed_word("bvsrem"),
    "bvsmod": _signed_word("bvsmod"),
    "repeat": _repeat,
}
