"""Small simulations of two counters, written by hand and wrong in one place each.

Guards of tests, what a program does after a test, registers that must keep a constant, start
states, and unconditional jumps: each is asked for, and refused for that reason.
"""

from __future__ import annotations

from typing import Any

import pytest

from theory.formats.certificates import new_certificate
from theory.kernel.checks.certificates import check
from theory.kernel.errors import CertificateError
from theory.kernel.machines.models import MAX_SCALE
from theory.kernel.machines.simulation_reading import MAX_REGISTERS

COUNTERS = """
(define-fun inc ((x Int)) Int (+ x 1))
(define-fun dec ((x Int)) Int (- x 1))
(define-fun dec.guard ((x Int)) Bool (> x 0))
(set-info :sheffer "(component dec (inputs x) (outputs dec) (guard dec.guard))")
"""
ZERO = """
(define-fun is-zero ((x Int)) Bool (= x 0))
(set-info :sheffer "(test is-zero (inputs x))")
"""
GUARDED = """
(define-fun is-zero ((x Int)) Bool (= x 0))
(define-fun is-zero.guard ((x Int)) Bool {guard})
(set-info :sheffer "(test is-zero (inputs x) (guard is-zero.guard))")
"""
# Adds by a register that must hold 1, and can be spoilt.
ADDING = """
(define-fun add ((x Int) (y Int)) Int (+ x y))
(define-fun sub ((x Int) (y Int)) Int (- x y))
"""


def deciding(k: int, *, negated: bool = False, **parts: Any) -> dict[str, Any]:
    empty = {"steps": [], "when_true": [], "when_false": []}
    return {"decide": ["is-zero", [k], [], []], "negated": negated, **empty, **parts}


def simulation(
    components: str = COUNTERS + ZERO,
    *,
    line: str = "(registers (a b) Int)",
    registers: Any = (("a", "Int"), ("b", "Int")),
    constants: Any = (),
    jump: Any = None,
    model: dict[str, Any] | None = None,
    parts: Any = (0, 1),
    **operations: Any,
) -> dict[str, Any]:
    """Two counters; `operations` replaces programs, with `_` for the space in their names."""
    programs: dict[str, Any] = {}
    for k, name in enumerate("ab"):
        programs[f"inc {name}"] = [["inc", [k], [k], []]]
        programs[f"dec {name}"] = [["dec", [k], [k], []]]
        programs[f"zero {name}"] = deciding(k)
    programs |= {name.replace("_", " "): program for name, program in operations.items()}
    counters = {"name": "counters", "count": 2, "sort": "Int", "scale": 1, "offset": 0}
    return new_certificate(
        "simulation",
        set=f'(set-info :sheffer "(set s (regime while) {line})")' + components,
        regime="while",
        model=counters | (model or {}),
        registers=[list(r) for r in registers],
        parts=list(parts),
        constants=[list(c) for c in constants],
        operations=programs,
        jump=jump,
    )


def refused(data: dict[str, Any], reason: str, where: str, words: str) -> None:
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert (caught.value.reason, caught.value.where) == (reason, where), caught.value
    assert words in caught.value.message, caught.value


# Tests that block


def test_a_test_that_blocks_on_a_code_is_refused() -> None:
    assert check(simulation(COUNTERS + GUARDED.format(guard="(>= x 0)"))).complete
    data = simulation(COUNTERS + GUARDED.format(guard="(< x 9)"))
    refused(data, "refuted", "operations.zero a", "a = 9, b = 0 blocks")


def test_what_follows_a_test_may_not_block() -> None:
    there_and_back = [["inc", [0], [0], []], ["dec", [0], [0], []]]
    down_and_up = [["dec", [0], [0], []], ["inc", [0], [0], []]]
    for outcome in ("when_true", "when_false"):
        assert check(simulation(zero_a=deciding(0, **{outcome: there_and_back}))).complete
    assert check(simulation(zero_a=deciding(0, when_false=down_and_up))).complete
    data = simulation(zero_a=deciding(0, when_true=down_and_up))
    refused(data, "refuted", "operations.zero a", "test zero a: a = 0, b = 0 blocks")
    data = simulation(zero_b=deciding(1, when_false=down_and_up))
    refused(data, "refuted", "operations.zero b", "blocks")
    data = simulation(zero_a=deciding(0, steps=down_and_up))
    refused(data, "refuted", "operations.zero a", "a = 0, b = 0 blocks")


def test_programs_of_several_steps_are_no_composed_rule() -> None:
    up_down_up = [["inc", [0], [0], []], ["dec", [0], [0], []], ["inc", [0], [0], []]]
    report = check(simulation(inc_a=up_down_up))
    assert report.complete
    assert "composition" not in report.statement


def test_a_negated_test_answers_the_other_way() -> None:
    positive = COUNTERS + ZERO.replace("(= x 0)", "(> x 0)")
    negated = {f"zero_{name}": deciding(k, negated=True) for k, name in enumerate("ab")}
    assert check(simulation(positive, **negated)).complete
    refused(simulation(positive), "refuted", "operations.zero a", "test zero a")
    refused(simulation(**negated), "refuted", "operations.zero a", "test zero a")


# Constants

THREE = (("a", "Int"), ("b", "Int"), ("one", "Int"))
KEEPS = {
    f"{name}_{part}": [[component, [k, 2], [k], []]]
    for k, part in enumerate("ab")
    for name, component in (("inc", "add"), ("dec", "sub"))
}


def with_constant(**more: Any) -> dict[str, Any]:
    given = {"registers": THREE, "constants": [(2, 1)], **KEEPS, **more}
    return simulation(ADDING + ZERO, **{"line": "(registers (a b one) Int)", **given})


def test_a_constant_is_still_there_after_each_operation_and_test() -> None:
    assert check(with_constant()).complete
    spoilt = [["add", [0, 2], [0], []], ["add", [2, 2], [2], []]]
    refused(with_constant(inc_a=spoilt), "refuted", "operations.inc a",
            "for constant one, expected 1")  # fmt: skip
    for outcome in ("when_true", "when_false"):
        data = with_constant(zero_b=deciding(1, **{outcome: [["sub", [2, 2], [2], []]]}))
        refused(data, "refuted", "operations.zero b", "for constant one, expected 1")
    refused(with_constant(constants=[(2, 2)]), "refuted", "operations.inc a", "expected 1")


@pytest.mark.parametrize(
    "constants",
    [[(1, 1)], [(3, 1)], [(-1, 1)], [(2, 1), (2, 1)], [(True, 1)], [(2,)], [(2, 1, 1)], ["21"]],
)
def test_a_constant_has_a_register_of_its_own(constants: Any) -> None:
    data = with_constant()
    data["constants"] = [list(c) if isinstance(c, tuple) else c for c in constants]
    place = f"constants[{len(constants) - 1}]"
    refused(data, "bad-constants", place, "held by nothing else")


def test_constants_are_a_list() -> None:
    data = with_constant()
    data["constants"] = {"2": 1}
    refused(data, "bad-constants", "constants[0]", "held by nothing else")


# Start states


def test_a_code_is_a_start_state_with_its_constants_and_default_scratch() -> None:
    line = "(registers (a b one) Int) (starts start)"
    start = "(define-fun start ((a Int) (b Int) (one Int)) Bool {})"

    def starting(condition: str, **more: Any) -> dict[str, Any]:
        data = with_constant(line=line, **more)
        data["set"] += start.format(condition)
        return data

    for condition in ("(= one 1)", "(and (>= a 0) (>= b 0))"):
        assert check(starting(condition)).complete
    for condition in ("(= one 0)", "(> a 0)", "(> b 0)"):
        refused(starting(condition), "refuted", "set", "start states")
    # A register that is neither a part nor a constant is scratch, and starts at its default.
    data = simulation(line=line, registers=THREE)
    data["set"] += start.format("(= one 0)")
    assert check(data).complete
    data["set"] = data["set"].replace("(= one 0)", "(= one 1)")
    refused(data, "refuted", "set", "start states")


# Jumps


def test_a_jump_is_asked_for_where_control_has_none_and_changes_nothing() -> None:
    line = "(registers (a b z) Int) (control (is-zero true) no-jump)"
    registers = (("a", "Int"), ("b", "Int"), ("z", "Int"))
    zero = [(2, 0)]
    given: dict[str, Any] = {"line": line, "registers": registers, "constants": zero}
    refused(simulation(**given), "no-jump", "jump", "cannot go back")
    assert check(simulation(**given, jump=deciding(2))).complete
    refused(simulation(**given, jump=deciding(0)), "refuted", "jump", "jump")
    refused(
        simulation(**given, jump=deciding(2, negated=True)), "no-branch", "jump", "this outcome"
    )
    for outcome in ("when_true", "steps"):
        data = simulation(**given, jump=deciding(2, **{outcome: [["inc", [0], [0], []]]}))
        refused(data, "refuted", "jump", "for a, expected")
    data = simulation(**given, jump=deciding(2, when_true=[["inc", [2], [2], []]]))
    refused(data, "refuted", "jump", "for constant z, expected 0")
    data = simulation(**given, jump=deciding(2, when_true=[["dec", [2], [2], []]]))
    refused(data, "refuted", "jump", "blocks")
    refused(simulation(jump=deciding(0)), "bad-jump", "jump", "jump must be null")


def test_a_test_that_control_does_not_admit_is_no_test_of_a_program() -> None:
    line = "(registers (a b) Int) (control jump)"
    refused(simulation(line=line), "no-branch", "operations.zero a", "lets no program branch")
    for admitted in ("(is-zero true)", "(is-zero false)", "(is-zero true false)"):
        assert check(simulation(line=f"(registers (a b) Int) (control {admitted} jump)")).complete
    assert check(simulation(line="(registers (a b) Int) (control (is-zero true false) no-jump)"))


# Registers, parts, and the steps of tests


def test_registers_are_at_most_so_many_and_all_named_once() -> None:
    line = "(registers (a b) Int) (registers any Int)"
    more = [("a", "Int"), ("b", "Int"), *((f"s{k}", "Int") for k in range(MAX_REGISTERS - 2))]
    assert check(simulation(line=line, registers=more)).complete
    for registers, place, words in (
        ([*more, ("t", "Int")], "registers", f"1 to {MAX_REGISTERS} pairs"),
        ([], "registers", f"1 to {MAX_REGISTERS} pairs"),
        ([("b", "Int"), ("a", "Int")], "registers", "in order"),
        ([("a", "Int"), ("b", "Int"), ("a", "Int")], "registers", "no name stands twice"),
        ([("a", "Int")], "registers", "come first"),
        ([("a", "Int"), ("b", "Int"), ("f", "Bool")], "registers", "no further registers of sort"),
        ([("a", "Int"), ("b", "Int"), ("", "Int")], "registers[2]", "[name, sort]"),
        ([("a", "Int"), ("b", "Int"), ("x|y", "Int")], "registers[2]", "[name, sort]"),
        ([("a", "Int"), ("b", "Int"), ("c", "Int Int")], "registers[2]", "[name, sort]"),
        ([("a", "Int"), ("b", "Int"), ("c",)], "registers[2]", "[name, sort]"),
    ):
        data = simulation(line=line, registers=registers)
        refused(data, "bad-registers", place, words)


@pytest.mark.parametrize("parts", [(0, 0), (0,), (0, 1, 2), (0, 3), (-1, 1), (False, 1), "ab"])
def test_each_part_has_a_register_of_its_own(parts: Any) -> None:
    data = simulation(line="(registers (a b c) Int)", registers=[(n, "Int") for n in "abc"])
    data["parts"] = parts if isinstance(parts, str) else list(parts)
    refused(data, "bad-parts", "parts", "register")


def test_a_part_has_the_sort_of_the_model() -> None:
    line = "(registers (a) Int) (registers (b) Real)"
    data = simulation(line=line, registers=[("a", "Int"), ("b", "Real")])
    refused(data, "wrong-sort", "parts", "b is Real")


PLACED = ZERO.replace("(inputs x)", "(inputs x) (placements {})")


def test_a_test_stands_where_it_may() -> None:
    assert check(simulation(COUNTERS + PLACED.format("(0) (1)"))).complete
    data = simulation(COUNTERS + PLACED.format("(0)"))
    refused(data, "bad-placement", "operations.zero b.decide", "is-zero may not stand at [1]")


WEIGHTED = """
(define-fun below ((x Int) (k Int)) Bool (< x k))
(set-info :sheffer "(test below (inputs x) (parameters (k Int 1 3)))")
"""


@pytest.mark.parametrize(
    ("decide", "reason", "words"),
    [
        (["below", [0], [], []], "bad-parameter", "1 parameter"),
        (["below", [0], [], [1, 1]], "bad-parameter", "1 parameter"),
        (["below", [0], [], [4]], "bad-parameter", "does not have the parameter value 4"),
        (["below", [0], [], [0]], "bad-parameter", "does not have the parameter value 0"),
        (["below", [0], [0], [1]], "bad-test", "does not read"),
        (["below", [2], [], [1]], "bad-test", "does not read"),
        (["below", [-1], [], [1]], "bad-test", "does not read"),
        (["below", [False], [], [1]], "bad-test", "does not read"),
        (["below", [0, 1], [], [1]], "bad-test", "does not read"),
        (["below", [], [], [1]], "bad-test", "does not read"),
        (["below", [0], []], "bad-test", "decide is"),
        (["inc", [0], [0], []], "wrong-role", "decides nothing"),
    ],
)
def test_a_test_reads_registers_of_its_sorts_at_a_parameter_value_it_has(
    decide: list[Any], reason: str, words: str
) -> None:
    good = {f"zero_{n}": deciding(k, decide=["below", [k], [], [1]]) for k, n in enumerate("ab")}
    assert check(simulation(COUNTERS + WEIGHTED, **good)).complete
    data = simulation(COUNTERS + WEIGHTED, **{**good, "zero_a": deciding(0, decide=decide)})
    refused(data, reason, "operations.zero a.decide", words)


def test_the_parameter_value_of_a_test_is_the_one_that_is_checked() -> None:
    wrong = {f"zero_{n}": deciding(k, decide=["below", [k], [], [2]]) for k, n in enumerate("ab")}
    refused(simulation(COUNTERS + WEIGHTED, **wrong), "refuted", "operations.zero a", "a = 1")


def test_a_set_of_finitely_many_values_simulates_nothing() -> None:
    """Every step stays in the domain, so that nothing else stands against it."""
    components = """
(define-fun inc ((x Int)) Int (ite (< x 8) (+ x 1) x))
(define-fun dec ((x Int)) Int (ite (> x 0) (- x 1) x))
"""
    data = simulation(components + ZERO, line="(registers (a b) Int) (values 9)")
    refused(data, "finite-values", "set", "finitely many values")


@pytest.mark.parametrize("name", ["scale", "offset"])
def test_the_code_of_a_count_is_linear_with_bounded_numbers(name: str) -> None:
    data = simulation(model={name: MAX_SCALE + 1})
    refused(data, "bad-model", "model", "no known model")
    data = simulation(model={name: -MAX_SCALE - 1})
    refused(data, "bad-model", "model", "no known model")
    with pytest.raises(CertificateError) as caught:
        check(simulation(model={name: MAX_SCALE}))
    assert caught.value.reason == "refuted"  # it is a code; the programs are not made for it
