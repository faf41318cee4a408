"""Random texts and certificates, and changes of them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.fuzz.certificates import CATALOGUE, FUNCTIONS, SETS, certificate_text
from tests.fuzz.mutations import (
    FAMILIES,
    ODD_VALUES,
    PARTS,
    SET_PARTS,
    SNIPPETS,
    TEXTS,
    add_component,
    add_part,
    add_starts,
    change_token,
    cut_text,
    drop_part,
    odd_text,
)

NAMES = (  # of certificates of each kind that are quickly made
    "table", "xor-too-short", "counter", "lowest-32", "three", "two-stacks", "one-counter",
    "finite", "functions-nand", "functions-affine-3", "functions-post-3",
)  # fmt: skip


WORDS = [word for family in FAMILIES for word in family]


PROBLEMS = (
    '(set-info :sheffer "(problem p (target goal) (length 3) (wiring dag))")',
    '(set-info :sheffer "(problem p (target goal) (length 3) (measure absolute) (condition pos))")',
    '(set-info :sheffer "(problem p (target goal goal) (length 99999) (wiring chain))")',
    "(define-fun goal ((x Int)) Int (abs x))",
    "(define-fun pos ((x Int)) Bool (> x 0))",
)  # fmt: skip


def nested(rng: Random) -> str:
    """Deep or repeated structure."""
    depth = rng.choice((10, 300, 300, 1_900, 2_100, 2_100, 20_000))
    shapes = (
        "(" * depth + ")" * depth,
        f"(define-fun f ((x Int)) Int {'(- ' * depth}x{')' * depth})",
        f"(define-fun f ((x Int)) Int {'(let ((x (+ x x))) ' * depth}x{')' * depth})",
        f"(define-fun f ((t {'(Array Int ' * depth}Int{')' * depth})) Int 0)",
        "\n".join(
            f"(define-fun f{k} ((x Int)) Int (* (f{k - 1} x) (f{k - 1} x)))" if k else
            "(define-fun f0 ((x Int)) Int (+ x 1))" for k in range(min(depth, 120))
        ),
        f"(define-fun f ((x Int)) Int (+ {'x ' * depth}))",
        f"(define-fun f ((x (_ BitVec 64))) (_ BitVec 64) {'(bvmul x ' * depth}x{')' * depth})",
        f"(define-fun f ({' '.join(f'(x{k} Int)' for k in range(depth))}) Int x0)",
    )  # fmt: skip
    return rng.choice(shapes)


def expression(rng: Random, depth: int = 4) -> str:
    """A random s-expression of the format's words."""
    if depth == 0 or rng.random() < 0.3:
        return rng.choice((*WORDS, "x", "y", "0", "1", "2.5", "#b01", "#xff", "|a b|", '"s"', "-3"))
    parts = [expression(rng, depth - 1) for _ in range(rng.randrange(6))]
    return f"({' '.join(parts)})"


def component_text(rng: Random) -> str:
    """Lines that mostly are definitions and descriptions."""
    lines = [f'(set-info :sheffer "(set s {" ".join(rng.sample(SET_PARTS, rng.randrange(4)))})")']
    for k in range(rng.randrange(1, 4)):
        sort = rng.choice(FAMILIES[5])
        body = rng.choice(
            (expression(rng, 3), "x", f"(+ x {k})", "(= x x)", f"(ite (= x {k}) x x)")
        )
        result = rng.choice((sort, "Bool", "Int"))
        lines.append(f"(define-fun f{k} ((x {sort})) {result} {body})")
        if rng.random() < 0.6:
            parts = " ".join(rng.sample(PARTS, rng.randrange(4)))
            kind = rng.choice(FAMILIES[7])
            lines.append(f'(set-info :sheffer "({kind} f{k} {parts})")')
    lines += rng.sample(SNIPPETS, rng.randrange(3))
    lines += rng.sample(PROBLEMS, rng.randrange(5))
    rng.shuffle(lines)
    return "\n".join(lines)


def changed_text(rng: Random, text: str = "", changes: int = 4) -> str:
    """A text of the catalogue or of this folder, or a given one, changed a few times."""
    holder = {"set": text or rng.choice(_texts())}
    for _ in range(rng.randrange(1, changes + 1)):
        change = rng.choice(
            (change_token, cut_text, add_part, drop_part, add_component, add_starts, odd_text)
        )
        change(rng, holder, {})
    return str(holder["set"])


def _texts() -> list[str]:
    shipped = [path.read_text() for path in sorted(CATALOGUE.glob("*.smt2"))]
    return [*shipped, *SETS.values(), *FUNCTIONS.values(), "\n".join(PROBLEMS)]


def noise(rng: Random) -> str:
    """Random characters."""
    odd = "".join(rng.choice(("a", "(", ")", '"', "|", ";", "\\", *TEXTS[:12])) for _ in range(20))
    raw = bytes(rng.randrange(256) for _ in range(rng.randrange(200)))
    return rng.choice((odd, raw.decode("utf-8", "surrogateescape"), raw.decode("latin-1")))


def random_text(rng: Random) -> str:
    """One of the texts above."""
    make = rng.choices(
        (noise, nested, lambda r: " ".join(expression(r) for _ in range(4)), component_text,
         changed_text), (2, 1, 3, 8, 8),
    )[0]  # fmt: skip
    return str(make(rng))


def random_data(rng: Random, depth: int = 4) -> Any:
    """Random JSON with the names that certificates use."""
    if depth == 0 or rng.random() < 0.25:
        return rng.choice((*ODD_VALUES, *TEXTS[:10]))
    if rng.random() < 0.4:
        return [random_data(rng, depth - 1) for _ in range(rng.randrange(4))]
    keys = ("problem", "frontier", "set", "regime", "route", "hints", "model", "name", "operations",
            "components", "k", "verdict", "terms", "relations", "evidence", "target",
            "inputs")  # fmt: skip
    return {rng.choice(keys): random_data(rng, depth - 1) for _ in range(rng.randrange(6))}


def random_certificate(rng: Random) -> dict[str, Any]:
    """A certificate with random things inside, a random text as its set, or its own one changed."""
    data: dict[str, Any] = json.loads(certificate_text(rng.choice(NAMES)))
    way = rng.random()
    if way < 0.3:
        keys = [k for k in data if k not in ("format", "version", "kind")]
        for key in rng.sample(keys, rng.randrange(1, len(keys) + 1)):
            data[key] = random_data(rng)
        return data
    holder = data.get("problem", data)
    key = "set" if "set" in data else "components"
    own = holder.get(key)
    changed = way > 0.8 and isinstance(own, str)
    holder[key] = changed_text(rng, own, changes=1) if changed else random_text(rng)
    return data
