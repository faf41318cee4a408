"""Kernels of bits against exact errors: chains and dags, guards, every measure, single samples."""

from __future__ import annotations

from itertools import product
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from solvers.evaluation import bit_evaluator
from solvers.evaluation.bit_evaluator import BitEvaluator
from solvers.evaluation.bit_kernels import bitwise, kernel_source
from solvers.evaluation.decoding import Decoder
from solvers.evaluation.evaluators import evaluator_for
from solvers.evaluation.sample_evaluators import ExactEvaluator
from solvers.suites import find_problem
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, INT
from theory.kernel.language.terms import Term, apply, const, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

NAMES = ("p", "q", "r")


def draw_term(rng: Random, names: tuple[str, ...], depth: int) -> Term:
    """A random term over Bool that uses every operator of the sort."""
    if depth == 0 or not names:
        return var(rng.choice(names), BOOL) if names else const(rng.random() < 0.5, BOOL)
    op = rng.choice(("not", "and", "or", "xor", "=>", "=", "ite", "const"))
    if op == "const":
        return const(rng.random() < 0.5, BOOL)
    count = {"not": 1, "ite": 3}.get(op, 2)
    return apply(op, *[draw_term(rng, names, depth - 1) for _ in range(count)])


def draw_bool_problem(seed: int, wiring: Wiring, rows: int) -> Problem:
    """Random components, some of them guarded; contradictory samples are possible."""
    rng = Random(seed)
    made = []
    for k in range(rng.randrange(1, 4)):
        names = NAMES[: rng.choice((0, 1, 2, 2, 3)) if wiring is Wiring.DAG else 2]
        outputs = tuple(draw_term(rng, names, 2) for _ in range(rng.choice((1, 1, 2))))
        guard = draw_term(rng, names, 2) if names and rng.random() < 0.4 else None
        inputs = tuple(Variable(n, BOOL) for n in names)
        made.append(Component(f"f{k}", inputs, outputs, guard=guard))
    least = 2 if wiring is Wiring.CHAIN else 0 if any(not c.inputs for c in made) else 1
    slots = tuple(Variable(f"x{j}", BOOL) for j in range(rng.randrange(least, 5)))
    outputs = slots[: rng.randrange(1, 3)]
    if wiring is Wiring.DAG:
        outputs = tuple(Variable(f"y{j}", BOOL) for j in range(rng.choice((1, 1, 2))))
    samples = tuple(
        Sample(tuple(rng.random() < 0.5 for _ in slots), tuple(rng.random() < 0.5 for _ in outputs))
        for _ in range(rows)
    )
    components = ComponentSet("s", tuple(made), slots if wiring is Wiring.CHAIN else ())
    return Problem(
        f"bool-{seed}", components, wiring, slots, outputs, Samples(samples), 4,
        rng.choice(list(Measure)),
    )  # fmt: skip


def interpreted(problem: Problem, decoder: Decoder, words: int) -> ModuleType:
    """The generated kernel run by Python itself: nothing to compile, the same statements."""
    source = kernel_source(problem, decoder, words)
    source = source.replace("from numba import njit", "def njit(**_): return lambda f: f")
    compiling = "from solvers.compiled.compiling import compiled"
    assert compiling in source
    source = source.replace(compiling, "def compiled(**_): return lambda f: f")
    source = source.replace("import INFINITE, bit_count", "import INFINITE")
    module = ModuleType("interpreted")
    module.__dict__["bit_count"] = lambda word: int(word).bit_count()
    exec(source, module.__dict__)
    return module


def agree(problem: Problem, count: int) -> int:
    """Compares the evaluators; how many errors were finite."""
    fast, exact = BitEvaluator(problem), ExactEvaluator(problem)
    genomes = fast.space.sample(np.random.default_rng(1), count)
    errors = fast(genomes)
    assert errors.tolist() == exact(genomes).tolist()
    chosen = np.random.default_rng(2).integers(0, fast.samples, 7)
    single = fast.on_samples(genomes[:10], chosen)
    reference = exact.on_samples(genomes[:10], chosen)
    if not fast._decoder.picks_output:  # where it picks, several slots may be best
        assert single.tolist() == reference.tolist()
    totals = np.max if problem.measure is Measure.GREATEST else np.sum
    assert totals(single, axis=1).tolist() == totals(reference, axis=1).tolist()
    return int(np.isfinite(errors).sum())


@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
def test_random_bool_problems(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bit_evaluator, "bit_kernel", interpreted)
    finite = 0
    for seed, rows in product(range(24), (3, 70)):
        problem = draw_bool_problem(seed, wiring, rows)
        assert bitwise(problem, Decoder(problem))
        finite += agree(problem, 12)
    assert finite > 200


@pytest.mark.parametrize("wiring", [Wiring.CHAIN, Wiring.DAG])
def test_a_compiled_kernel_of_several_blocks(wiring: Wiring) -> None:
    assert agree(draw_bool_problem(3, wiring, 600), 30) > 0


def test_sorting_networks_are_evaluated_by_bits() -> None:
    problem = find_problem("sorting-6")
    evaluator = evaluator_for(problem)
    assert isinstance(evaluator, BitEvaluator)
    genomes = evaluator.space.sample(np.random.default_rng(0), 30)
    exact: Any = ExactEvaluator(problem)
    assert evaluator(genomes).tolist() == exact(genomes).tolist()
    everything = evaluator.on_samples(genomes, np.arange(64))
    assert everything.sum(axis=1).tolist() == evaluator(genomes).tolist()


def test_what_is_not_bitwise() -> None:
    sorting = find_problem("pancakes-5")
    assert not bitwise(sorting, Decoder(sorting))
    n = Variable("n", INT)
    mixed = Component("f", (n,), (apply(">", var("n", INT), const(0, INT)),))
    o = (Variable("o", BOOL),)
    rows = Samples((Sample((1,), (True,)),))
    problem = Problem("p", ComponentSet("s", (mixed,)), Wiring.DAG, (n,), o, rows, 2)
    assert not bitwise(problem, Decoder(problem))
