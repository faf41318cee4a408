"""Models as data: their facts hold, their cases are consistent, and their data round-trips."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.kernel.components.programs import Regime
from theory.kernel.errors import CertificateError
from theory.kernel.language.proving import Proof, prove
from theory.kernel.language.sorts import BOOL, INT, REAL, bitvec
from theory.kernel.language.terms import evaluate
from theory.kernel.machines.machine_models import (
    anywhere,
    automaton,
    counters,
    model_from_json,
    one_register,
    tape,
)
from theory.kernel.machines.models import Model
from theory.kernel.machines.string_models import CODES, circuit, stacks

LINE = ((-1,), (0,), (1,))
MODELS = [
    counters(2),
    counters(3, INT, 2, 5),
    counters(2, REAL, -3, 1),
    *(stacks(code, blank=True) for code in CODES),
    *(stacks(code, blank=False) for code in CODES if code != "half-tape"),
    one_register(),
    tape(INT),
    tape(BOOL),
    tape(bitvec(8)),
    circuit("base4", REAL),
    circuit("half-tape", BOOL),
    automaton("rule110", INT, LINE),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.title)
def test_facts_are_proved(model: Model) -> None:
    for fact in model.facts:
        assert isinstance(prove(fact.goal, [fact.assuming]), Proof), fact.label


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.title)
def test_data_round_trips(model: Model) -> None:
    assert model_from_json(model.data, LINE) == model


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.title)
def test_cases_fit_the_parts(model: Model) -> None:
    sorts = [part.sort for part in model.parts]
    for operation in model.operations:
        for case in operation.cases:
            assert (case.flag is not None) == operation.test
            if model.regime is Regime.WHILE:
                assert [t.sort for t in case.before] == sorts
                assert [t.sort for t in case.after] == sorts
                assert not operation.test or case.before == case.after
    if model.regime is Regime.WHILE:
        assert anywhere(model).before


def test_a_wrong_scale_has_no_distinct_codes() -> None:
    with pytest.raises(CertificateError, match="no known model"):
        model_from_json({**counters(2).data, "scale": 0})


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"name": "abacus"},
        {"name": "counters", "count": 2, "sort": "Int", "scale": True, "offset": 0},
        {"name": "counters", "count": 2, "sort": "Bool", "scale": 1, "offset": 0},
        {"name": "counters", "count": 4, "sort": "Int", "scale": 1, "offset": 0},
        {"name": "counters", "count": 2, "sort": "Int", "scale": 1, "offset": 10**10},
        {"name": "stacks", "code": "half-tape", "blank": False},
        {"name": "stacks", "code": "unary", "blank": True},
        {"name": "stacks", "code": "binary", "blank": 1},
        {"name": "one-register", "more": 1},
        {"name": "tape", "element": "String"},
        {"name": "circuit", "code": "base4", "flag": "(_ BitVec 8)"},
        {"name": "rule110"},
    ],
)
def test_unknown_models_are_refused(data: object) -> None:
    with pytest.raises(CertificateError):
        model_from_json(data, LINE)


def test_life_needs_the_whole_neighbourhood() -> None:
    with pytest.raises(CertificateError, match="offsets"):
        automaton("life", INT, ((0, 0), (0, 1)))


def test_rule_110_as_its_table() -> None:
    (rule,) = automaton("rule110", INT, LINE).operations
    table = {case.label: case.after[0].indices[0] for case in rule.cases}
    ones = sorted(label for label, value in table.items() if value)
    assert ones == ["001", "010", "011", "101", "110"]


@given(st.lists(st.integers(0, 1), max_size=12), st.sampled_from(CODES))
def test_pushing_and_popping_by_the_equations(bits: list[int], code: str) -> None:
    """The codes of strings lie in the range, and pop's cases take push's codes apart again."""
    model = stacks(code, blank=True)
    by_name = {o.name: o for o in model.operations}
    start = Fraction(0) if code == "base4" else 1 if code == "binary" else 0
    values = {"l": start, "r": start}
    for bit in bits:
        (push,) = by_name[f"push {bit} l"].cases
        assert evaluate(push.assuming, values) is True
        pushed = evaluate(push.after[0], values)
        pop = by_name["pop l"].cases[bit]
        assert evaluate(pop.before[0], values) == pushed
        assert evaluate(pop.after[0], values) == values["l"]
        values["l"] = pushed
