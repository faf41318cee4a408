"""The place of Boolean operations in Post's lattice, and its picture."""

from __future__ import annotations

import random
from itertools import product
from math import inf
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from solvers.completeness.finite import draw_place, place
from solvers.completeness.finite.post import clones
from solvers.completeness.finite.post_drawing import hasse_diagram, mirrored
from theory.kernel.checks.finite_data import Operation
from theory.kernel.errors import ComponentError


def ternary_part(operations: tuple[Operation, ...]) -> frozenset[int]:
    """All functions of three inputs that compositions give, by closing the three inputs."""
    found = np.array([0b00001111, 0b00110011, 0b01010101], dtype=np.uint8)
    while len(found) < 256:
        wider = [found]
        for operation in operations:
            arguments = np.ix_(*[found] * operation.arity)
            result = np.zeros((1,) * operation.arity, dtype=np.uint8)
            rows = product((0, 1), repeat=operation.arity)
            for row, value in zip(rows, operation.table, strict=True):
                if value:
                    minterm = np.uint8(255)
                    for bit, argument in zip(row, arguments, strict=True):
                        minterm = minterm & (argument if bit else ~argument)
                    result = result | minterm
            wider.append(np.unique(result))
        grown = np.unique(np.concatenate(wider))
        if len(grown) == len(found):
            break
        found = grown
    return frozenset(found.tolist())


def test_each_clone_is_generated_by_its_basis() -> None:
    for clone in clones(4):
        assert place(clone.basis).clone.name == clone.name


def test_clones_with_different_names_have_different_properties() -> None:
    every = clones(6)
    assert len({clone.properties for clone in every}) == len(every) == 30 + 8 * 6


def test_the_place_fixes_the_functions_of_three_inputs() -> None:
    """Random sets and the basis of their place generate the same ternary functions."""
    rng = random.Random(9)
    bases = [operation for clone in clones(2) for operation in clone.basis]
    parts: dict[str, frozenset[int]] = {}
    for _ in range(150):
        operations = {o.name: o for o in rng.choices(bases, k=rng.randrange(1, 3))}
        if rng.random() < 0.5:
            arity = rng.choice([1, 2, 3])
            table = tuple(rng.randrange(2) for _ in range(2**arity))
            operations["f"] = Operation("f", arity, table)
        chosen = tuple(operations.values())
        clone = place(chosen).clone
        if clone.name not in parts:
            parts[clone.name] = ternary_part(clone.basis)
        assert ternary_part(chosen) == parts[clone.name], (clone.name, chosen)
    assert len(parts) > 20


def test_sizes_of_ternary_parts() -> None:
    """Counts that are known without any lattice: 256 functions, 20 monotone, 16 affine ..."""
    by_name = {clone.name: len(ternary_part(clone.basis)) for clone in clones(2)}
    assert by_name["BF"] == 256
    assert by_name["P0"] == by_name["P1"] == 128
    assert by_name["M"] == 20
    assert by_name["D"] == 16
    assert by_name["A"] == 16
    assert by_name["U"] == 8
    assert by_name["I"] == 3
    assert by_name["&"] == 9


def test_familiar_operations() -> None:
    def named(*tables: tuple[int, ...]) -> str:
        operations = [Operation(f"f{i}", len(t).bit_length() - 1, t) for i, t in enumerate(tables)]
        return place(operations).clone.name

    assert named((1, 1, 1, 0)) == "BF"
    assert named((0, 0, 0, 1)) == "&P"
    assert named((0, 0, 0, 1), (0, 1, 1, 1)) == "MP"
    assert named((1, 1, 0, 1)) == "T1^oo"  # implication
    assert named((0, 0, 1, 0)) == "T0^oo"
    assert named((0, 0, 0, 1, 0, 1, 1, 1)) == "DM"  # majority
    assert named((0, 1, 1, 0)) == "AP0"
    assert named((1, 0)) == "UD"
    assert named() == "I"
    threshold = tuple(int(bin(x).count("1") >= 3) for x in range(16))
    assert named(threshold) == "MPT0^3"


def test_other_domains_are_refused() -> None:
    with pytest.raises(ComponentError):
        place([Operation("f", 1, (0, 1, 2))])


def test_the_hasse_diagram_is_the_known_one() -> None:
    diagram = hasse_diagram(3)
    assert set(diagram["BF"]) == {"P0", "P1", "M", "D", "A"}
    assert set(diagram["M"]) == {"MP0", "MP1", "&", "|"}
    assert set(diagram["DM"]) == {"I"}
    atoms = {"UD", "UP0", "UP1", "&P", "|P", "AP", "DM"}
    assert set(diagram.predecessors("I")) == atoms
    assert nx.is_directed_acyclic_graph(diagram)
    # Exchanging 0 and 1 maps the lattice onto itself.
    assert {(mirrored(a), mirrored(b)) for a, b in diagram.edges} == set(diagram.edges)


def test_containment_is_containment_of_functions() -> None:
    parts = {clone.name: (clone, ternary_part(clone.basis)) for clone in clones(2)}
    for clone, part in parts.values():
        for other, wider in parts.values():
            if clone.properties.contained_in(other.properties):
                assert part <= wider
            elif inf not in (other.properties.zero, other.properties.one):
                assert not part <= wider


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_pictures_are_written_and_do_not_change(tmp_path: Path, suffix: str) -> None:
    found = place([Operation("and", 2, (0, 0, 0, 1))])
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    draw_place(found, first)
    draw_place(found, second)
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size > 10_000
