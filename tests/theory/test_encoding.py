"""Sequences as integers, and as JSON: there and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.theory.test_sequences import A, chain, dec, random_sequence
from theory.encoding import decode_chain, decode_dag, encode_chain, encode_dag
from theory.formats.sequence_text import sequence_to_json
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring, instances, placements
from theory.kernel.errors import ProblemError
from theory.kernel.problems.sequences import Sequence


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([Wiring.CHAIN, Wiring.DAG]))
def test_random_sequences_survive_json_and_integer_codes(seed: int, wiring: Wiring) -> None:
    sequence, _ = random_sequence(seed, wiring)
    cs, inputs = sequence.components, sequence.inputs
    assert cs is not None
    assert Sequence.from_json(sequence_to_json(sequence), cs, wiring, inputs) == sequence
    if wiring is Wiring.CHAIN:
        options = placements(cs, inputs)
        code = encode_chain(sequence, options, 7)
        assert len(code) == 7
        assert decode_chain(code, options) == sequence.steps
        return
    choices = instances(cs)
    code = encode_dag(sequence, choices, 7)
    arity = max(len(c.inputs) for c, _ in choices)
    assert len(code) == 7 * (1 + arity) + len(sequence.outputs)
    assert decode_dag(code, choices, 7) == (sequence.steps, sequence.outputs)


def test_a_code_of_fixed_width_has_no_room_for_more() -> None:
    cs = ComponentSet("s", (dec,), (A,))
    steps = (Step("dec", (0,), (0,)),) * 3
    with pytest.raises(ProblemError):
        encode_chain(chain(cs, *steps), placements(cs, (A,)), 2)
    assert decode_chain([-1, 0, -1, 0], placements(cs, (A,))) == steps[:2]
    dag = Sequence(cs, Wiring.DAG, (A,), (Step("dec", (0,)),) * 3, (1,))
    with pytest.raises(ProblemError):
        encode_dag(dag, instances(cs), 2)
