"""Simulations and limits by hand: what the checker asks for, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from theory import catalogue
from theory.formats.certificates import new_certificate, write_certificate
from theory.formats.component_files import read_components
from theory.formats.second_opinion import second_opinion
from theory.kernel.checks.certificates import check, load_certificate
from theory.kernel.components.programs import Control, Regime, two_way
from theory.kernel.errors import CertificateError, ComponentError
from theory.kernel.language.sorts import INT
from theory.kernel.language.terms import apply, const, var
from theory.kernel.machines.completeness import obligations
from theory.kernel.machines.halting import demands
from theory.kernel.machines.obligations import (
    Check,
    Obligation,
    Open,
    Proved,
    Refuted,
    decide,
    script,
)
from theory.kernel.machines.simulation_reading import read_simulation


def by_hand() -> dict[str, Any]:
    """A student's own simulation: two counters by hand."""
    operations: dict[str, Any] = {}
    for k, name in enumerate("ab"):
        operations[f"inc {name}"] = [["inc", [k], [k], []]]
        operations[f"dec {name}"] = [["dec", [k], [k], []]]
        operations[f"zero {name}"] = {
            "steps": [],
            "decide": ["is-zero", [k], [], []],
            "negated": False,
            "when_true": [],
            "when_false": [],
        }
    return new_certificate(
        "simulation",
        set=catalogue.text("two-counters"),
        regime="while",
        model={"name": "counters", "count": 2, "sort": "Int", "scale": 1, "offset": 0},
        registers=[["a", "Int"], ["b", "Int"]],
        parts=[0, 1],
        constants=[],
        operations=operations,
        jump=None,
    )


def test_a_simulation_by_hand_is_accepted(tmp_path: Any) -> None:
    path = tmp_path / "mine.json"
    write_certificate(by_hand(), path)
    report = check(load_certificate(path))
    assert report.complete
    assert len(report.checked) == 7
    assert "two-counters is Turing complete under while" in report.statement
    assert "Minsky 1961" in report.statement


def test_the_error_names_the_operation_and_a_counterexample() -> None:
    data = by_hand()
    data["operations"]["dec b"] *= 2
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert str(caught.value) == "operations.dec b: operation dec b: a = 0, b = 1 blocks"


def test_obligations_cover_every_operation_and_the_encoding() -> None:
    names = [o.name for o in obligations(read_simulation(by_hand()))]
    assert names[0].startswith("encoding: distinct counts")
    assert {f"operation {o} {c}" for o in ("inc", "dec") for c in "ab"} < set(names)
    assert {"test zero a", "test zero b"} < set(names)


def test_a_destructive_test_may_be_repaired_afterwards() -> None:
    data = by_hand()
    data["operations"]["zero a"]["steps"] = [["inc", [0], [0], []], ["dec", [0], [0], []]]
    assert check(data).complete
    data["operations"]["zero a"]["steps"] = [["inc", [1], [1], []]]
    data["operations"]["zero a"]["when_true"] = [["dec", [1], [1], []]]
    with pytest.raises(CertificateError, match="for b, expected"):
        check(data)
    data["operations"]["zero a"]["when_false"] = [["dec", [1], [1], []]]
    assert check(data).complete


def test_two_way_control() -> None:
    assert two_way(None, (True,))
    assert two_way(Control((), jump=True), (False,))
    assert not two_way(Control((), jump=False), (True,))
    assert two_way(Control((), jump=False), (True, False))
    assert not two_way(None, ())


def test_demands_of_a_route_name_the_step() -> None:
    names = [
        d.name
        for d in demands(
            catalogue.load("one-counter"), Regime.WHILE, "one-counter", {"window": 4, "modulus": 1}
        )
    ]
    assert any(n.startswith("inc(c)") for n in names)
    assert any("guard of dec(c)" in n for n in names)
    assert any("is-zero(c) reads c" in n for n in names)


def test_an_obligation_is_decided_with_its_counterexample() -> None:
    n = var("n", INT)
    goal = Check("", apply("+", n, const(1, INT)), const(3, INT))
    at_least = apply(">=", n, const(2, INT))
    below = apply("<", n, const(3, INT))
    assert decide(Obligation("o", "", (at_least, below), (goal,))) == Proved()
    outcome = decide(Obligation("operation o", "", (at_least,), (goal,)))
    assert isinstance(outcome, Refuted)
    assert "expected 3" in outcome.message
    assert "(check-sat)" in script(Obligation("o", "", (at_least,), (goal,)))


def test_a_time_out_is_open() -> None:
    n, m, k = (var(v, INT) for v in "nmk")
    cubes = apply("+", *(apply("*", v, v, v) for v in (n, m, k)))
    hard = Check("", apply("not", apply("=", cubes, const(114, INT))))
    assert isinstance(decide(Obligation("cubes", "", (), (hard,)), timeout_s=0.2), Open)


def test_a_second_opinion_agrees() -> None:
    pytest.importorskip("cvc5")
    for obligation in obligations(read_simulation(by_hand())):
        assert second_opinion(obligation) == "proved"
    wrong = Obligation("w", "", (), (Check("", var("n", INT), const(3, INT)),))
    assert second_opinion(wrong) == "refuted"


def test_the_catalogue_by_name() -> None:
    assert catalogue.find("two-stacks").name == "two-stacks"
    with pytest.raises(ComponentError, match="two-stacks"):
        catalogue.load("two-stack")


def test_a_register_named_like_a_copy_has_no_route() -> None:
    line = '(set-info :sheffer "(set odd (regime while) (registers (x |x (copy)|) Int))")'
    components = read_components(f"{line}\n(define-fun inc ((x Int)) Int (+ x 1))\n")
    with pytest.raises(CertificateError, match="rename it") as error:
        list(demands(components, Regime.WHILE, "vector-addition", {}))
    assert error.value.reason == "route"
