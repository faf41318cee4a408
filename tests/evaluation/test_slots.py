"""Which slots of dags are equal, which steps are redundant: compiled against exact, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from solvers.evaluation.bit_evaluator import BitEvaluator
from solvers.evaluation.evaluators import evaluator_for
from solvers.evaluation.sample_evaluators import ExactEvaluator, WordEvaluator
from solvers.evaluation.slots import SlotKeys
from solvers.suites import find_problem
from tests.support.partitions import partition
from tests.support.random_problems import draw_problem
from theory.kernel.components.placements import Wiring
from theory.kernel.errors import ProblemError


def compare(fast: ExactEvaluator, count: int, seed: int) -> SlotKeys:
    """Compares an evaluator's slots with the exact one's; the fast answer."""
    exact = ExactEvaluator(fast.problem)
    genomes = fast.space.sample(np.random.default_rng(seed), count)
    for most in (0, 1, fast.problem.length):
        given, wanted = fast.compare_slots(genomes, most), exact.compare_slots(genomes, most)
        assert partition(given.keys) == partition(wanted.keys)
        assert (given.readable == wanted.readable).all()
        assert (given.redundant == wanted.redundant).all()
    errors = fast.slot_errors(genomes)
    assert (errors == exact.slot_errors(genomes)).all()
    has_slot = given.readable.any(axis=1)
    assert (errors.min(axis=1)[has_slot] == fast(genomes)[has_slot]).all()
    return given


@pytest.mark.parametrize("machine", [False, True])
def test_random_problems_have_equal_slots_in_both_tiers(machine: bool) -> None:
    tiers, repeated = set(), 0
    for seed in range(60):
        try:
            problem = draw_problem(seed, Wiring.DAG, machine=machine, length=3)
            fast = evaluator_for(problem)
        except ProblemError:
            continue
        if isinstance(fast, ExactEvaluator) and fast.comparable:
            tiers.add(type(fast))
            found = compare(fast, 40, seed)
            repeated += int((found.redundant > 0).sum())
    assert tiers >= ({WordEvaluator} if machine else {ExactEvaluator})
    assert repeated > 100


@pytest.mark.parametrize(
    "name", ["gates-nand-parity3", "gates-any-greater2", "gates-basic-majority3"]
)
def test_slots_of_bits(name: str) -> None:
    fast = evaluator_for(find_problem(name))
    assert isinstance(fast, BitEvaluator)
    compare(fast, 100, 1)


@pytest.mark.parametrize("name", ["bits-average", "integers-norm"])
def test_slots_of_words(name: str) -> None:
    fast = evaluator_for(find_problem(name))
    assert isinstance(fast, WordEvaluator)
    compare(fast, 60, 1)


def test_numbers_beyond_a_word_have_keys() -> None:
    problem = find_problem("integers-quintic", 6)
    fast = evaluator_for(problem)
    names = [component.name for component, _ in fast._decoder.choices]  # type: ignore[attr-defined]
    mul = names.index("int-mul")
    genomes = np.array([[g for k in range(6) for g in (mul, k, k)]], dtype=np.int32)  # x ** 64
    given = fast.compare_slots(genomes, 6)  # type: ignore[attr-defined]
    assert given.redundant.tolist() == [0]
    assert len(set(given.keys[0].tolist())) == 7
    compare(fast, 20, 3)  # type: ignore[arg-type]


def test_redundant_steps_by_hand() -> None:
    fast = evaluator_for(find_problem("gates-nand-greater2", 3))
    # x NAND x, then what is read of it: slots 0..3 are the inputs.
    rows = [
        [0, 0, 1, 0, 4, 2, 0, 5, 3],  # a chain: every step is read by the next
        [0, 0, 1, 0, 2, 3, 0, 5, 3],  # the first is not read
        [0, 0, 1, 0, 1, 0, 0, 4, 5],  # the second repeats the first
        [-1, 0, 1, 0, 1, 0, 0, 4, 2],  # the first is left out
    ]
    found = fast.compare_slots(np.array(rows, dtype=np.int32), 3)  # type: ignore[attr-defined]
    assert found.redundant.tolist() == [0, 1, 1, 1]
    few = fast.compare_slots(np.array(rows, dtype=np.int32), 0)  # type: ignore[attr-defined]
    assert few.redundant.tolist() == [0, 1, 1, 1]
    assert few.keys.any(axis=1).tolist() == [True, False, True, False]
