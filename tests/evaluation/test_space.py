"""Spaces of genomes, the gate, and variation."""

from __future__ import annotations

import pickle
from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from solvers.searches import Gate, Space, Variation
from solvers.searches.variation import KINDS
from tests.support.toy import uniform


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    width = draw(st.integers(1, 5))
    if draw(st.booleans()):
        return uniform(width, draw(st.integers(1, 4)), optional=draw(st.booleans()), chain=True)
    options = draw(st.lists(st.integers(1, 4), min_size=width, max_size=width))
    optional = draw(st.lists(st.booleans(), min_size=width, max_size=width))
    return Space(np.array(options), np.array(optional))


def everything(space: Space) -> np.ndarray:
    return space.unrank(np.arange(space.size()))


@given(spaces())
def test_unrank_is_a_bijection_onto_the_canonical_genomes(space: Space) -> None:
    genomes = everything(space)
    assert genomes.dtype == np.int32
    assert space.contains(genomes).all()
    assert len(set(space.keys(genomes))) == space.size()
    assert (space.canonical(genomes) == genomes).all()
    assert (space.rank(genomes) == np.arange(space.size())).all()
    if space.chain:
        lengths = (genomes >= 0).sum(axis=1)
        assert (np.diff(lengths) >= 0).all()


@given(spaces(), st.integers(0, 2**32))
def test_canonical_keeps_the_steps_and_moves_the_no_ops(space: Space, seed: int) -> None:
    rng = np.random.default_rng(seed)
    genomes = rng.integers(-space.optional.astype(int), space.options, (20, space.width))
    genomes = genomes.astype(np.int32)
    canonical = space.canonical(genomes)
    assert (space.rank(genomes) == space.rank(canonical)).all()
    assert (space.unrank(space.rank(genomes)) == canonical).all()
    for before, after in zip(genomes, canonical, strict=True):
        if space.chain:
            assert before[before >= 0].tolist() == after[after >= 0].tolist()
        else:
            assert before.tolist() == after.tolist()


def test_sizes() -> None:
    assert uniform(6, 5).size() == 15625
    assert uniform(3, 2, optional=True).size() == 27
    assert uniform(3, 2, optional=True, chain=True).size() == 1 + 2 + 4 + 8
    assert uniform(25, 28, optional=True, chain=True).size() == sum(28**i for i in range(26))


@pytest.mark.parametrize(
    ("options", "optional", "chain"),
    [
        ([], [], False),
        ([2], [True, False], False),
        ([0], [True], False),
        ([2, 3], [True] * 2, True),
    ],
)
def test_spaces_without_meaning_are_refused(
    options: list[int], optional: list[bool], chain: bool
) -> None:
    with pytest.raises(ValueError, match=r"length|options|alike"):
        Space(np.array(options, dtype=int), np.array(optional, dtype=bool), chain)


def test_huge_spaces_sample_but_are_not_numbered() -> None:
    space = uniform(60, 66, optional=True, chain=True)
    assert space.contains(space.sample(np.random.default_rng(1), 100)).all()
    with pytest.raises(ValueError, match="64 bits"):
        space.rank(space.sample(np.random.default_rng(1), 1))
    with pytest.raises(ValueError, match="must lie in"):
        uniform(2, 2).unrank(np.array([4]))


@pytest.mark.parametrize(
    "space",
    [
        uniform(3, 2, optional=True, chain=True),
        uniform(2, 4),
        Space(np.array([1, 3]), np.array([True, True])),
    ],
)
def test_samples_are_uniform_over_canonical_genomes(space: Space) -> None:
    counts = np.bincount(
        space.rank(space.sample(np.random.default_rng(3), 20_000)), minlength=space.size()
    )
    assert chisquare(counts).pvalue > 0.001


def test_spaces_pickle() -> None:
    space = uniform(3, 4, optional=True, chain=True)
    copy = pickle.loads(pickle.dumps(space))
    assert copy.size() == space.size()
    assert copy.chain


@settings(deadline=None)  # the first call compiles
@given(spaces(), st.integers(0, 2**32), st.sampled_from([0.0, 0.6]))
def test_mutation_never_gives_the_same_sequence(space: Space, seed: int, extra: float) -> None:
    variation = Variation(space)
    rng = np.random.default_rng(seed)
    parents = space.sample(rng, 30)
    if space.size() == 1:
        with pytest.raises(ValueError, match="one genome"):
            variation.mutate(rng, parents)
        return
    before = parents.copy()
    children = variation.mutate(rng, parents, extra)
    assert (parents == before).all()
    assert space.contains(children).all()
    assert (space.canonical(children) == children).all()
    assert (children != parents).any(axis=1).all()


@settings(deadline=None)
@given(spaces(), st.integers(0, 2**32))
def test_children_of_two_parents_have_only_their_genes(space: Space, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = space.sample(rng, 20), space.sample(rng, 20)
    children = Variation(space).cross(rng, first, second)
    assert space.contains(children).all()
    assert (space.canonical(children) == children).all()
    for a, b, child in zip(first, second, children, strict=True):
        inherited = child[child >= 0] if space.chain else child
        assert set(inherited.tolist()) <= set(a.tolist()) | set(b.tolist())


@pytest.mark.parametrize("chain", [True, False])
def test_mutation_connects_the_space(chain: bool) -> None:
    """From any genome every other is reached: no region is closed to a search."""
    space = uniform(3, 2, optional=True, chain=chain)
    rng = np.random.default_rng(0)
    reached = np.zeros((space.size(), space.size()), dtype=bool)
    parents = np.repeat(everything(space), 200, axis=0)
    reached[space.rank(parents), space.rank(Variation(space).mutate(rng, parents))] = True
    for _ in range(space.size()):
        reached |= (reached.astype(int) @ reached.astype(int)) > 0
    assert reached.all()


def test_every_kind_of_mutation_of_a_chain_happens() -> None:
    space = uniform(6, 9, optional=True, chain=True)
    parent = np.array([[0, 1, 2, 3, -1, -1]], dtype=np.int32)
    children = Variation(space).mutate(np.random.default_rng(0), np.repeat(parent, 3000, axis=0))
    seen = {tuple(child[child >= 0].tolist()) for child in children}
    wanted = {
        "point": (0, 8, 2, 3),
        "insert": (0, 1, 2, 3, 8),
        "delete": (1, 2, 3),
        "swap": (3, 1, 2, 0),
        "move": (1, 2, 3, 0),
    }
    assert set(wanted) == set(KINDS)
    assert set(wanted.values()) <= seen
    with pytest.raises(ValueError, match="weights"):
        Variation(space, {"invert": 1.0})


@settings(deadline=None)  # the first call compiles
@given(spaces(), st.integers(0, 2**32), st.integers(1, 7))
def test_the_gate_lets_each_genome_through_once(space: Space, seed: int, n: int) -> None:
    gate, rng = Gate(space), np.random.default_rng(seed)
    passed: list[bytes] = []
    while len(batch := gate.sample(rng, n)):
        passed += space.keys(batch)
    assert sorted(passed) == sorted(space.keys(everything(space)))
    assert gate.exhausted
    assert not gate.admit(everything(space)).any()


@pytest.mark.parametrize("options", [3, 128, 129, 2**15, 2**15 + 1])
def test_keys_are_equal_exactly_where_genomes_are(options: int) -> None:
    space = uniform(3, options, optional=True, chain=True)
    genomes = space.sample(np.random.default_rng(1), 200)
    genomes[0], genomes[1:100] = options - 1, genomes[100:199]
    distinct = len(set(map(tuple, genomes.tolist())))
    assert len(set(space.keys(genomes))) == distinct
    assert space.keys(genomes) == space.keys(np.asfortranarray(genomes))
    assert space.keys(genomes)[0] == array(space.code, genomes[0].tolist()).tobytes()
