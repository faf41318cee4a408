"""Operations on few values, and certificates about them."""

from __future__ import annotations

import json
from typing import Any

from solvers.completeness.functional import decide_functions
from theory.formats.component_files import read_components
from theory.kernel.components.component_sets import ComponentSet

MAX = (
    '(set-info :sheffer "(set m (values 3))")'
    "(define-fun max ((x Int) (y Int)) Int (ite (> x y) x y))"
)


SUCC = "(define-fun succ ((x Int)) Int (mod (+ x 1) 3))"


NAND = "(define-fun nand ((a Bool) (b Bool)) Bool (not (and a b)))"


AND_OR = (
    "(define-fun and2 ((a Bool) (b Bool)) Bool (and a b))"
    "(define-fun or2 ((a Bool) (b Bool)) Bool (or a b))"
)


def components(text: str) -> ComponentSet:
    return read_components(text)


def certificate(text: str) -> dict[str, Any]:
    made = decide_functions(components(text)).certificate
    assert made is not None
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]
