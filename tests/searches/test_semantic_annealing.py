"""Annealing among irredundant dags: what it pays for, what it decides from memory, its ends."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from solvers.evaluation.evaluators import evaluator_for
from solvers.evaluation.sample_evaluators import ExactEvaluator
from solvers.searches import OPTIMUM, SemanticAnnealing, StudyError, make_search, run
from solvers.searches.memory import Memory, recall
from solvers.searches.saving.plain_data import from_bytes, to_bytes
from solvers.suites import find_problem
from tests.support.partitions import partition
from theory.kernel.components.component import Component
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Wiring
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL, bitvec
from theory.kernel.language.terms import apply, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure, Sample, Samples

NAMES = ("gates-nand-prime4", "bits-average", "integers-norm")


def evaluator_of(name: str) -> ExactEvaluator:
    found = evaluator_for(find_problem(name))
    assert isinstance(found, ExactEvaluator)
    return found


def advance(search: SemanticAnnealing, evaluator: ExactEvaluator) -> np.ndarray:
    """The next genome to evaluate, after all comparisons."""
    while len(genomes := search.ask_comparisons()):
        search.tell_comparisons(genomes, evaluator.compare_slots(genomes, search.most_unread))
    return search.ask(1)


def answer(search: SemanticAnnealing, evaluator: ExactEvaluator, genomes: np.ndarray) -> None:
    search.tell_slot_errors(evaluator.slot_errors(genomes))
    search.tell(genomes, evaluator(genomes))


@pytest.mark.parametrize("name", NAMES)
def test_every_evaluation_reads_something_new_and_memory_is_right(name: str) -> None:
    evaluator = evaluator_of(name)
    search = SemanticAnnealing(evaluator.space, np.random.default_rng(1), patience=60)
    read: set[int] = set()
    for _ in range(200):
        genomes = advance(search, evaluator)
        compared = evaluator.compare_slots(genomes, evaluator.space.width)
        keys = set(compared.keys[0][compared.readable[0]].tolist())
        assert keys - read
        read |= keys
        answer(search, evaluator, genomes)
        assert len(search.memory) == len(read)
        if not search.fresh:
            present = search.genome[None]
            slot = np.flatnonzero(evaluator.compare_slots(present, 99).readable[0])[-1]
            assert search.level[0] == evaluator.slot_errors(present)[0, slot]


def test_the_walk_keeps_to_irredundant_dags() -> None:
    evaluator = evaluator_of("gates-basic-greater2")
    search = SemanticAnnealing(evaluator.space, np.random.default_rng(2), slack=0.0)
    redundant = []
    for _ in range(300):
        answer(search, evaluator, advance(search, evaluator))
        redundant.append(search.redundant)
    assert redundant == sorted(redundant, reverse=True)
    assert redundant[-1] == 0


def test_equal_seeds_give_equal_runs_and_comparisons_are_counted() -> None:
    evaluator = evaluator_of("gates-nand-prime4")
    first, again, other = (
        run(evaluator, "semantic-annealing", {}, np.random.SeedSequence(k), 300, {OPTIMUM: -1.0})
        for k in (4, 4, 5)
    )
    assert (first, first.comparisons) == (again, again.comparisons)
    assert first != other
    assert first.evaluations == first.distinct == 300
    assert first.comparisons > 300


def test_a_search_tells_its_state_and_goes_on_from_it() -> None:
    evaluator = evaluator_of("bits-average")
    rng, other = np.random.default_rng(3), np.random.default_rng(3)
    search = SemanticAnnealing(evaluator.space, rng)
    copy = SemanticAnnealing(evaluator.space, other)
    for _ in range(100):
        answer(search, evaluator, advance(search, evaluator))
    other.bit_generator.state = rng.bit_generator.state
    copy.restore(from_bytes(b"".join(to_bytes(search.state()))))
    for _ in range(100):
        genomes, same = advance(search, evaluator), advance(copy, evaluator)
        assert (genomes == same).all()
        answer(search, evaluator, genomes)
        answer(copy, evaluator, same)


def test_comparisons_do_not_know_the_target() -> None:
    problem = find_problem("gates-any-greater2")
    rows = problem.rows()
    turned = Samples(tuple(Sample(r.inputs, (not r.outputs[0],)) for r in rows))
    other = evaluator_for(replace(problem, target=turned))
    evaluator = evaluator_of("gates-any-greater2")
    genomes = evaluator.space.sample(np.random.default_rng(4), 200)
    mine, theirs = evaluator.compare_slots(genomes, 2), other.compare_slots(genomes, 2)  # type: ignore[attr-defined]
    assert partition(mine.keys) == partition(theirs.keys)
    assert (mine.redundant == theirs.redundant).all()


def test_an_output_that_nothing_reads_is_found_though_it_is_early() -> None:
    """Comparing ends a dag here, so that every longer one has steps that are not read."""
    word = bitvec(4)
    a, b = var("a", word), var("b", word)
    ab = (Variable("a", word), Variable("b", word))
    components = ComponentSet(
        "less", (Component("add", ab, (apply("bvadd", a, b),)),
                 Component("less", ab, (apply("bvult", a, b),)))
    )  # fmt: skip
    rows = tuple(Sample((x, y), (x < y,)) for x in range(16) for y in range(16))
    inputs = (Variable("x", word), Variable("y", word))
    problem = Problem(
        "less", components, Wiring.DAG, inputs, (Variable("out", BOOL),), Samples(rows), 5,
        Measure.WRONG,
    )  # fmt: skip
    evaluator = evaluator_for(problem)
    for k in range(5):
        seeds = np.random.SeedSequence(k)
        found = run(evaluator, "portfolio", {}, seeds, 2000, {OPTIMUM: 0.0})
        assert found.best_error == 0.0


def test_where_nothing_is_new_it_draws_at_random_up_to_the_cap() -> None:
    evaluator = evaluator_for(find_problem("gates-nand-parity3", 2))
    settings = {"walk": 50}
    seeds = np.random.SeedSequence(1)
    found = run(evaluator, "semantic-annealing", settings, seeds, 400, {OPTIMUM: -1.0})
    assert found.evaluations == 400


def test_what_has_no_slots_is_refused() -> None:
    rng = np.random.default_rng(0)
    for name in ("sorting-4", "gates-any-halfadder", "nk1-1"):
        with pytest.raises(StudyError, match="choose another search") as caught:
            make_search("semantic-annealing", evaluator_for(find_problem(name)), rng, {})
        assert caught.value.reason == "no-slots"


def test_chains_on_one_sample_are_compared_by_where_they_end() -> None:
    evaluator = evaluator_for(find_problem("pancakes-5"))
    genomes = np.array([[0, 1, -1, -1, -1], [0, 0, 1, -1, -1], [1, 0, 1, 2, 1]], dtype=np.int32)
    found = evaluator.compare_slots(genomes, 5)  # type: ignore[attr-defined]
    assert found.redundant.tolist() == [3, 3, 0]  # flipping twice leads back
    sequences = [evaluator.sequence(genome) for genome in genomes]
    start = evaluator.problem.rows()[0].inputs  # type: ignore[attr-defined]
    ends = [sequence.run(start) for sequence in sequences]
    assert len(set(found.keys[:, 0].tolist())) == len(set(ends)) == 3
    few = evaluator.compare_slots(genomes, 0)  # type: ignore[attr-defined]
    assert (few.keys[:, 0] > 0).tolist() == [False, False, True]
    seeds = np.random.SeedSequence(1)
    best = run(evaluator, "portfolio", {}, seeds, 120, {OPTIMUM: 0.0})
    assert best.best_error == 0.0  # of 120 stacks none is paid for twice
    assert not evaluator_for(find_problem("sorting-4")).comparable  # type: ignore[attr-defined]


def test_memory_keeps_every_error() -> None:
    memory = Memory()
    rng = np.random.default_rng(5)
    keys = rng.choice(2**40, 5000, replace=False).astype(np.uint64) + np.uint64(1)
    errors = rng.random(5000)
    for low in range(0, 5000, 10):
        part = slice(low, low + 10)
        memory.learn(keys[part], np.arange(10) != 3, errors[part])
    assert len(memory) == 4500
    for i in range(0, 5000, 7):
        found = recall(keys[i], memory.keys, memory.errors)
        assert math.isnan(found) if i % 10 == 3 else found == errors[i]
    memory.learn(keys[:1], np.array([True]), np.array([9.0]))  # what is known stays
    assert recall(keys[0], memory.keys, memory.errors) == errors[0]
