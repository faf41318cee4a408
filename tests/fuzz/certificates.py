"""Genuine certificates of every kind, small enough that thousands of mutants can be checked.

- `pool`: them by name, as JSON texts; each is made once a session, by the solvers.
- `QUICK_LEFT_OUT`: those that take a second or more to make.

The engine smt is used for lengths, because the compiled ones take a second each to start. The sets
of the shipped catalogue are read as files, so that nothing of `theory` is used but its public
names.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import Any

import theory
from solvers.completeness.functional import decide_functions
from solvers.completeness.verdict import verdict
from solvers.exact import solve, with_evidence
from solvers.exact.by_sat.proofs import solve_by_clauses
from theory import (
    BOOL,
    INT,
    REAL,
    Component,
    ComponentSet,
    Cost,
    Measure,
    Parameter,
    Problem,
    Sample,
    Samples,
    Specification,
    Table,
    Term,
    Variable,
    Wiring,
    apply,
    array,
    bitvec,
    const,
    read_components,
    var,
)

CATALOGUE = Path(theory.__file__).parent / "catalogue"

x, y = var("x", INT), var("y", INT)
A, B = Variable("a", INT), Variable("b", INT)
OUT = (Variable("out", INT),)


def _gates(*bodies: str, more: str = "") -> ComponentSet:
    """A set of gates on Bool; a body is a name and a term over p and q."""
    lines = [f'(set-info :sheffer "(set gates {more})")'] if more else []
    for body in bodies:
        name, term = body.split(" ", 1)
        lines.append(f"(define-fun {name} ((p Bool) (q Bool)) Bool {term})")
        lines.append(f'(set-info :sheffer "(component {name})")')
    return read_components("\n".join(lines), name="gates")


NAND = "nand (not (and p q))"


def _boolean(
    name: str,
    components: ComponentSet,
    wanted: Callable[..., tuple[bool, ...]],
    *,
    inputs: int = 2,
    length: int = 3,
    **more: Any,
) -> Problem:
    rows = tuple(Sample(row, wanted(*row)) for row in product((False, True), repeat=inputs))
    given = tuple(Variable(f"x{k}", BOOL) for k in range(inputs))
    outputs = tuple(Variable(f"y{k}", BOOL) for k in range(len(rows[0].outputs)))
    return Problem(
        name, components, Wiring.DAG, given, outputs, Samples(rows), length, **more
    )  # fmt: skip


def _chain(
    name: str,
    text: str,
    registers: tuple[Variable, ...],
    rows: list[tuple[tuple[Any, ...], tuple[Any, ...]]],
    length: int,
    outputs: tuple[Variable, ...] | None = None,
    **more: Any,
) -> Problem:
    samples = Samples(tuple(Sample(given, wanted) for given, wanted in rows))
    return Problem(
        name, read_components(text, name=name), Wiring.CHAIN, registers, outputs or registers,
        samples, length, **more,
    )  # fmt: skip


COUNTER = """
(set-info :sheffer "(set counter (registers (a b) Int))")
(define-fun add ((x Int) (w Int)) Int (+ x w))
(set-info :sheffer "(component add (inputs x) (parameters (w Int 1 2)))")
(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (guard dec.guard))")
"""
PLACED = """
(set-info :sheffer "(set placed (registers (a b c) Int))")
(define-fun sum ((x Int) (y Int)) Int (+ x y))
(set-info :sheffer "(component sum (inputs x y) (writes c))")
(define-fun copy ((x Int)) Int x)
(set-info :sheffer "(component copy (inputs x) (placements (2) (1)))")
(define-fun low ((x Int) (y Int)) Int (ite (< x y) x y))
(define-fun high ((x Int) (y Int)) Int (ite (< x y) y x))
(set-info :sheffer "(component sort (inputs x y) (outputs low high) (placements (0 1) (1 2)))")
(define-fun positive ((x Int)) Bool (> x 0))
"""
WORDS = """
(set-info :sheffer "(set words (registers (r s) (_ BitVec 4)) (registers (f) Bool))")
(define-fun turn ((w (_ BitVec 4))) (_ BitVec 4) ((_ rotate_left 1) w))
(define-fun sum ((v (_ BitVec 4)) (w (_ BitVec 4))) (_ BitVec 4) (bvadd v w))
(define-fun less ((v (_ BitVec 4)) (w (_ BitVec 4)) (g Bool)) Bool (and g (bvult v w)))
(set-info :sheffer "(component less (inputs v w g))")
"""
ARITHMETIC = """
(define-fun negate ((x Int)) Int (- x))
(define-fun greater ((x Int) (y Int)) Int (ite (> x y) x y))
"""
DIVIDING = """
(define-fun over ((x Int) (y Int)) Int (div x y))
(define-fun over.guard ((x Int) (y Int)) Bool (not (= y 0)))
(set-info :sheffer "(component over (inputs x y) (guard over.guard))")
(define-fun two () Int 2)
"""
FIVE = """
(set-info :sheffer "(set five (values 5))")
(define-fun next ((x Int)) Int (mod (+ x 1) 5))
(define-fun times ((x Int) (y Int)) Int (mod (* x y) 5))
"""


def _five_samples() -> Problem:
    rows = tuple(Sample((a,), (3 * a % 5,)) for a in (0, 1, 4))
    return Problem(
        "triple", read_components(FIVE, name="five"), Wiring.DAG, (Variable("x", INT),), OUT,
        Samples(rows), 2, Measure.ABSOLUTE,
    )  # fmt: skip


def _sorting(wires: int, length: int, **more: Any) -> Problem:
    registers = tuple(Variable(f"w{k}", BOOL) for k in range(wires))
    text = (
        f'(set-info :sheffer "(set sorting (registers ({" ".join(v.name for v in registers)}) Bool'
        '))")\n'
        "(define-fun low ((x Bool) (y Bool)) Bool (and x y))\n"
        "(define-fun high ((x Bool) (y Bool)) Bool (or x y))\n"
        '(set-info :sheffer "(component comparator (inputs x y) (outputs low high))")'
    )
    rows: list[tuple[tuple[Any, ...], tuple[Any, ...]]] = [
        (row, tuple(sorted(row))) for row in product((False, True), repeat=wires)
    ]
    return _chain("sorting", text, registers, rows, length, **more)


def _integers(name: str, text: str, goal: Term, length: int, inputs: int = 1, **more: Any) -> Any:
    given = (Variable("x", INT), Variable("y", INT))[:inputs]
    target = Specification((goal,), **({"condition": more.pop("condition")} if more else {}))
    return Problem(
        name, read_components(text, name=name), Wiring.DAG, given, OUT, target, length, **more
    )


def _halves() -> Problem:
    q = var("q", REAL)
    half = Component("half", (Variable("q", REAL),), (apply("/", q, const(Fraction(2), REAL)),))
    registers = (Variable("q", REAL),)
    rows = (
        Sample((Fraction(1),), (Fraction(1, 3),)),
        Sample((Fraction(2),), (Fraction(1),)),
    )
    return Problem(
        "halves", ComponentSet("halves", (half,), registers), Wiring.CHAIN, registers, registers,
        Samples(rows), 2, Measure.SQUARED,
    )  # fmt: skip


def _weighted() -> Problem:
    weight = Parameter("w", REAL, Fraction(-1, 2), 1, Fraction(1, 2))
    p, w = var("p", REAL), var("w", REAL)
    scale = Component("scale", (Variable("p", REAL),), (apply("*", w, p),), parameters=(weight,))
    plus = Component(
        "plus", (Variable("p", REAL), Variable("q", REAL)), (apply("+", p, var("q", REAL)),)
    )
    rows = tuple(Sample((Fraction(k),), (Fraction(3 * k, 4),)) for k in (-2, 1, 3))
    return Problem(
        "weighted", ComponentSet("neuron", (scale, plus)), Wiring.DAG, (Variable("v", REAL),),
        (Variable("out", REAL),), Samples(rows), 2, Measure.GREATEST,
    )  # fmt: skip


def _arrays() -> Problem:
    sort = array(INT, INT)
    t, h = var("t", sort), var("h", INT)
    put = Component(
        "put",
        (Variable("t", sort), Variable("h", INT)),
        (apply("store", t, h, apply("+", h, const(1, INT))),),
    )
    right = Component("right", (Variable("h", INT),), (apply("+", h, const(1, INT)),))
    registers = (Variable("tape", sort), Variable("head", INT))
    empty = theory.ArrayValue(0)
    rows = (
        Sample((empty, 0), (theory.ArrayValue(0, ((1, 2),)),)),
        Sample((empty, 3), (theory.ArrayValue(0, ((4, 5),)),)),
    )
    return Problem(
        "arrays", ComponentSet("tape", (put, right), registers), Wiring.CHAIN, registers,
        registers[:1], Samples(rows), 3,
    )  # fmt: skip


def _greatest(listed: bool) -> Problem:
    """The greater of two integers; `_as_relation` makes a relation of it."""
    rows = tuple(Sample((a, b), (max(a, b),)) for a, b in ((0, 1), (2, -1), (3, 3)))
    body = apply("ite", apply(">", x, y), x, y)
    return Problem(
        "greatest", read_components(ARITHMETIC, name="s"), Wiring.DAG,
        (Variable("x", INT), Variable("y", INT)), OUT,
        Samples(rows) if listed else Specification((body,)), 2,
    )  # fmt: skip


def _as_relation(certificate: dict[str, Any]) -> dict[str, Any]:
    """The certificate with its target as a relation: the engine smt takes none."""
    target = certificate["problem"]["target"]
    holds = "(and (>= out x) (>= out y) (or (= out x) (= out y)))"
    made: dict[str, Any] = {"relation": holds, "condition": "true"}
    if "samples" in target:
        made["inputs"] = [given for given, _ in target["samples"]]
    return {**certificate, "problem": {**certificate["problem"], "target": made}}


def _table(standard: bool) -> Problem:
    errors = {
        (0,): Fraction(4),
        (0, 0): Fraction(3),
        (0, 1): Fraction(1, 2),
        (1, 1): Fraction(2),
        (1, 0, 1): Fraction(1, 4),
    }
    deviations = {entry: Fraction(1, 10) for entry in errors} if standard else None
    choices = (("conv", "pool"), ("conv", "pool"), ("conv", "skip"))
    target = Table(choices, errors, deviations, source="measured")
    return Problem("table", None, Wiring.TABLE, (), (), target, 3)


def _word_specification(width: int, measure: Measure) -> Problem:
    sort = bitvec(width)
    v = var("v", sort)
    text = (
        f"(define-fun minus ((v {sort})) {sort} (bvneg v))\n"
        f"(define-fun both ((v {sort}) (w {sort})) {sort} (bvand v w))"
    )
    return Problem(
        f"lowest-{width}", read_components(text, name="w"), Wiring.DAG, (Variable("v", sort),),
        (Variable("out", sort),), Specification((apply("bvand", v, apply("bvneg", v)),)), 2,
        measure,
    )  # fmt: skip


def problems() -> dict[str, Problem]:
    """The problems of the optimum certificates; those of the proved ones come beside."""
    nand = _gates(NAND)
    rich = _gates("band (and p q)", "bor (or p q)", "bxor (xor p q)")
    positive = apply(">", x, const(0, INT))
    counter = [((0, 3), (5, 2)), ((1, 1), (5, 0))]
    return {
        "sorting-3": _sorting(3, 4),
        "sorting-bits": _sorting(3, 3, measure=Measure.BITS),
        "xor-by-nand": _boolean("xor", nand, lambda p, q: (p != q,), length=4),
        "xor-too-short": _boolean("xor", nand, lambda p, q: (p != q,), length=2),
        "adder": _boolean("adder", rich, lambda p, q: (p != q, p and q), measure=Measure.BITS),
        "majority": _boolean("maj", rich, lambda p, q, r: (p + q + r > 1,), inputs=3, length=2),
        "tree": _boolean("tree", nand, lambda p, q: (p != q,), cost=Cost.TREE),
        "tree-pair": _boolean("tree", rich, lambda p, q: (p == q, p), cost=Cost.TREE, length=2),
        "depth": _boolean("depth", nand, lambda p, q: (p != q,), cost=Cost.DEPTH, length=3),
        "counter": _chain("counter", COUNTER, (A, B), counter, 3, measure=Measure.ABSOLUTE),
        "counter-greatest": _chain("c", COUNTER, (A, B), counter, 2, measure=Measure.GREATEST),
        "counter-squared": _chain("c", COUNTER, (A, B), counter, 2, measure=Measure.SQUARED),
        "counter-one": _chain("c", COUNTER, (A, B), [((0, 3), (4,)), ((1, 1), (5,))], 3, (A,)),
        "placed": _chain(
            "placed", PLACED, (A, B, Variable("c", INT)),
            [((3, 1, 2), (1, 3, 4)), ((0, 5, 1), (0, 5, 5))], 3, measure=Measure.ABSOLUTE,
        ),
        "words": _chain(
            "words", WORDS,
            (Variable("r", bitvec(4)), Variable("s", bitvec(4)), Variable("f", BOOL)),
            [((1, 2, True), (5,)), ((3, 3, False), (1,))], 3, (Variable("r", bitvec(4)),),
            measure=Measure.BITS,
        ),
        "halves": _halves(),
        "weighted": _weighted(),
        "arrays": _arrays(),
        "relation-listed": _greatest(True),
        "relation": _greatest(False),
        "table": _table(False),
        "table-noisy": _table(True),
        "absolute-value": _integers("abs", ARITHMETIC, apply("abs", x), 2),
        "absolute-too-short": _integers("abs", ARITHMETIC, apply("abs", x), 1),
        "half": _integers("half", DIVIDING, apply("div", x, const(2, INT)), 2, condition=positive),
        "five": _integers("five", FIVE, apply("mod", apply("+", x, x), const(5, INT)), 2),
        "five-samples": _five_samples(),
        "lowest-4": _word_specification(4, Measure.BITS),
        "lowest-32": _word_specification(32, Measure.WRONG),
    }  # fmt: skip


def _optimum(name: str, problem: Problem) -> dict[str, Any]:
    by_smt = problem.wiring is not Wiring.TABLE and problem.cost is Cost.LENGTH
    frontier = solve(problem, engine="smt" if by_smt else None)
    if name.endswith("-attested"):
        return frontier.certificate()
    made = with_evidence(frontier).certificate()
    return _as_relation(made) if name.startswith("relation") else made


def _proved_problems() -> dict[str, Problem]:
    rich = _gates("band (and p q)", "bor (or p q)", "bxor (xor p q)", NAND)
    nand, bits = _gates(NAND), Measure.BITS
    return {
        "proved-parity": _boolean("m", rich, lambda p, q, r: (p ^ q ^ r,), inputs=3, length=2),
        "proved-adder": _boolean("a", rich, lambda p, q: (p != q, p and q)),
        "proved-xor": _boolean("x", nand, lambda p, q: (p != q,), length=4),
        "proved-short": _boolean("x", nand, lambda p, q: (p != q,), length=2),
        "proved-bits": _boolean("b", nand, lambda p, q: (p != q, p), measure=bits, length=2),
    }  # fmt: skip


SETS = {
    "finite": """
(set-info :sheffer "(set small (regime while) (registers (p q) Bool) (registers (r) (_ BitVec 2)))")
(define-fun both ((x Bool) (y Bool)) Bool (and x y))
(define-fun next ((v (_ BitVec 2))) (_ BitVec 2) (bvadd v #b01))
(define-fun top ((v (_ BitVec 2))) Bool (= v #b11))
""",
    "box": """
(define-fun begin ((n Int)) Bool (and (<= 0 n) (<= n 3)))
(set-info :sheffer "(set box (regime while) (registers (n) Int) (starts begin))")
(define-fun next ((x Int)) Int (ite (< x 7) (+ x 1) 0))
(define-fun zero ((x Int)) Bool (= x 0))
""",
    "resets": """
(set-info :sheffer "(set resets (regime while) (registers (c) Int) (registers (f) Bool))")
(define-fun step ((x Int) (g Bool)) Int (ite g (+ x 2) 5))
(define-fun odd ((x Int)) Bool (= (mod x 2) 1))
(define-fun flip ((g Bool)) Bool (not g))
(define-fun small ((x Int)) Bool (< x 4))
""",
    "one-way": """
(set-info :sheffer "(set one-way (regime while) (registers (a b) Int)
  (control (zero true) no-jump))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")
(define-fun zero ((x Int)) Bool (= x 0))
(define-fun always ((x Int)) Bool (= x x))
(set-info :sheffer "(test always (inputs x))")
""",
    "no-branch": """
(set-info :sheffer "(set blind (regime while) (registers (a b) Int) (control jump))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun zero ((x Int)) Bool (= x 0))
""",
    "net": """
(set-info :sheffer "(set net (regime while) (registers (a b) Int) (registers (f) Bool))")
(define-fun move.x ((x Int) (y Int)) Int (- x 2))
(define-fun move.y ((x Int) (y Int)) Int (+ y 1))
(define-fun move.guard ((x Int) (y Int)) Bool (and (>= x 2) (>= y 1)))
(set-info :sheffer "(component move (inputs x y) (outputs move.x move.y) (guard move.guard))")
(define-fun add ((x Int) (w Int)) Int (+ x w))
(set-info :sheffer "(component add (inputs x) (parameters (w Int 0 2)))")
(define-fun flip ((g Bool)) Bool (not g))
(define-fun is-set ((g Bool)) Bool g)
(set-info :sheffer "(test is-set (inputs g))")
""",
    "parity": """
(set-info :sheffer "(set parity (regime while) (registers (q) Int))")
(define-fun push ((q Int) (d Int)) Int (+ (* 3 q) d))
(set-info :sheffer "(component push (inputs q) (parameters (d Int 0 2)))")
(define-fun pop ((q Int)) Int (div q 3))
(define-fun top ((q Int)) Bool (= (mod q 3) 1))
""",
    "three": """
(set-info :sheffer "(set three (regime while) (registers (a b c) Int))")
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun dec ((x Int)) Int (- x 1))
(define-fun is-zero ((x Int)) Bool (= x 0))
""",
    "branching": """
(set-info :sheffer "(set branching (regime while) (registers (a b s) Int))")
(define-fun up ((x Int)) Int (+ x 1))
(define-fun down ((x Int)) Int (ite (> x 0) (- x 1) 0))
(define-fun was ((x Int)) Bool (> x 0))
(set-info :sheffer "(branch step (inputs x) (outputs down was))")
""",
}  # fmt: skip

FUNCTIONS = {
    "nand": "(define-fun nand ((p Bool) (q Bool)) Bool (not (and p q)))",
    "and-or-not": (
        "(define-fun both ((p Bool) (q Bool)) Bool (and p q))"
        "(define-fun either ((p Bool) (q Bool)) Bool (or p q))"
        "(define-fun no ((p Bool)) Bool (not p))"
    ),
    "monotone": (
        "(define-fun both ((p Bool) (q Bool)) Bool (and p q))"
        "(define-fun either ((p Bool) (q Bool)) Bool (or p q))"
        "(define-fun yes () Bool true)"
    ),
    "linear": ("(define-fun sum ((p Bool) (q Bool)) Bool (xor p q))(define-fun one () Bool true)"),
    "implies-zero": (
        "(define-fun if ((p Bool) (q Bool)) Bool (=> p q))(define-fun zero () Bool false)"
    ),
    "words-1": "(define-fun nor ((p (_ BitVec 1)) (q (_ BitVec 1))) (_ BitVec 1) (bvnor p q))",
    "post-3": (
        '(set-info :sheffer "(set post (values 3))")'
        "(define-fun greatest ((x Int) (y Int)) Int (ite (> x y) x y))"
        "(define-fun next ((x Int)) Int (ite (= x 2) 0 (+ x 1)))"
    ),
    "webb-3": (
        '(set-info :sheffer "(set webb (values 3))")'
        "(define-fun webb ((x Int) (y Int)) Int (mod (+ (ite (> x y) x y) 1) 3))"
    ),
    "affine-3": (
        '(set-info :sheffer "(set affine (values 3))")'
        "(define-fun plus ((x Int) (y Int)) Int (mod (+ x y) 3))"
        "(define-fun times ((x Int) (w Int)) Int (mod (* w x) 3))"
        '(set-info :sheffer "(component times (inputs x) (parameters (w Int 0 2)))")'
    ),
    "lattice-3": (
        '(set-info :sheffer "(set lattice (values 3))")'
        "(define-fun least ((x Int) (y Int)) Int (ite (> x y) y x))"
        "(define-fun greatest ((x Int) (y Int)) Int (ite (> x y) x y))"
        "(define-fun one () Int 1)"
    ),
    "unary-3": (
        '(set-info :sheffer "(set unary (values 3))")'
        "(define-fun next ((x Int)) Int (mod (+ x 1) 3))"
        "(define-fun squash ((x Int)) Int (ite (= x 2) 1 x))"
    ),
    "post-4": (
        '(set-info :sheffer "(set post (values 4))")'
        "(define-fun greatest ((x Int) (y Int)) Int (ite (> x y) x y))"
        "(define-fun next ((x Int)) Int (mod (+ x 1) 4))"
    ),
    "modular-4": (
        '(set-info :sheffer "(set modular (values 4))")'
        "(define-fun plus ((x Int) (y Int)) Int (mod (+ x y) 4))"
        "(define-fun times ((x Int) (y Int)) Int (mod (* x y) 4))"
        "(define-fun one () Int 1)"
    ),
    "words-2": (
        "(define-fun sub ((p (_ BitVec 2)) (q (_ BitVec 2))) (_ BitVec 2) (bvsub p q))"
        "(define-fun or2 ((p (_ BitVec 2)) (q (_ BitVec 2))) (_ BitVec 2) (bvor p q))"
    ),
}


QUICK_LEFT_OUT = {
    "convolution-3x3",
    "relu-affine",
    "saturated-neurons",
    "no-branch",
}
# Those of the catalogue that say nothing new and take long to make or to check.
LEFT_OUT = {
    "convolution-max-pooling",
    "nas-bench-101-cells",
    "nas-bench-201-cells",
    "nas-bench-201",
}


def _machine(name: str, text: str) -> dict[str, Any] | None:
    return verdict(read_components(text, name=name)).certificate


def _functional(name: str, text: str) -> dict[str, Any] | None:
    return decide_functions(read_components(text, name=name)).certificate


def _makers() -> dict[str, Callable[[], dict[str, Any] | None]]:
    """How each certificate is made; a set about which nothing is known has none."""
    found: dict[str, Callable[[], dict[str, Any] | None]] = {}
    for name, problem in problems().items():
        found[name] = partial(_optimum, name, problem)
        if name in ("sorting-3", "counter", "xor-by-nand", "half", "table", "adder"):
            found[f"{name}-attested"] = partial(_optimum, f"{name}-attested", problem)
    for name, problem in _proved_problems().items():
        found[name] = lambda problem=problem: solve_by_clauses(problem).certificate()  # type: ignore[misc]
    texts = {path.stem: path.read_text() for path in sorted(CATALOGUE.glob("*.smt2"))}
    for name, text in {**texts, **SETS}.items():
        if name not in LEFT_OUT:
            found[name] = partial(_machine, name, text)
    for name, text in FUNCTIONS.items():
        found[f"functions-{name}"] = partial(_functional, name, text)
    return found


@cache
def _makers_by_name() -> dict[str, Callable[[], dict[str, Any] | None]]:
    return _makers()


@cache
def certificate_text(name: str) -> str:
    """One certificate as JSON text; `null` where nothing is known."""
    return json.dumps(_makers_by_name()[name]())


@cache
def pool(*, quick: bool = False) -> dict[str, str]:
    """Certificates as JSON texts, by name."""
    names = [n for n in _makers_by_name() if not quick or n not in QUICK_LEFT_OUT]
    texts = {name: certificate_text(name) for name in names}
    return {name: text for name, text in texts.items() if text != "null"}
