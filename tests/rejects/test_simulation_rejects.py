"""Certificates of completeness and of limits that state something false, or are malformed.

Each tampered one must be refused for the right reason, at the right place. The mutation tests
change certificates at random; whatever is still accepted is held against exact evaluation (for
simulations) or against the finder (for limits).
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from solvers.compiled.term_code import compile_terms
from solvers.completeness.layouts import numbers_in
from solvers.completeness.running import BlockedError, answer, encoded, perform
from solvers.completeness.search_budget import Budget, Clock
from solvers.completeness.verdict import _search, verdict
from theory import catalogue
from theory.formats.component_files import read_components
from theory.kernel.checks.certificates import Limits, check
from theory.kernel.components.programs import Regime
from theory.kernel.errors import CertificateError
from theory.kernel.language.sorts import INT, REAL, default_value
from theory.kernel.language.terms import TRUE
from theory.kernel.machines.simulation_reading import read_simulation
from theory.kernel.machines.simulations import Simulation

Data = dict[str, Any]
Change = Callable[[Data], None]


@cache
def _certificate(name: str) -> Data:
    found = verdict(catalogue.load(name)).certificate
    assert found is not None
    return found


def certificate(name: str) -> Data:
    """A fresh copy of a shipped set's certificate."""
    return copy.deepcopy(_certificate(name))


def text(old: str, new: str) -> Change:
    """Replaces text in the component set, where it must stand."""

    def change(data: Data) -> None:
        assert old in data["set"], data["set"]
        data["set"] = data["set"].replace(old, new)

    return change


def put(*path: Any) -> Change:
    """Sets the last item at the path before it."""

    def change(data: Data) -> None:
        *keys, last, value = path
        for key in keys:
            data = data[key]
        data[last] = value

    return change


def drop(*path: Any) -> Change:
    """Deletes what stands at the path."""

    def change(data: Data) -> None:
        for key in path[:-1]:
            data = data[key]
        del data[path[-1]]

    return change


def swap(first: str, second: str) -> Change:
    """Exchanges two programs."""

    def change(data: Data) -> None:
        programs = data["operations"]
        programs[first], programs[second] = programs[second], programs[first]

    return change


def decide_on(name: str, reads: list[int]) -> Change:
    """Makes the test of an operation read other registers."""

    def change(data: Data) -> None:
        data["operations"][name]["decide"][1] = reads

    return change


SIMULATIONS: list[tuple[str, Change, str, str]] = [
    # False: refuted with the operation and a counterexample
    ("three-counters", swap("inc a", "dec a"), "refuted", r"operation inc a: .*blocks"),
    ("three-counters", swap("inc a", "inc b"), "refuted", r"operation inc a: .* for a, expected"),
    ("even-counters", swap("inc a", "dec a"), "refuted", r"operation inc a: .* gives -2 for"),
    ("three-counters", put("operations", "dec a", []), "refuted", r"operation dec a: a = "),
    ("three-counters", text("(- x 1)", "(- x 2)"), "refuted", r"dec a: a = 1, .*-1 for a, exp.* 0"),
    ("three-counters", text("(> x 0)", "(> x 1)"), "refuted", r"operation dec a: a = 1, .* blocks"),
    ("three-counters", text("(= x 0)", "(<= x 1)"), "refuted", r"test zero a: a = 1, .* true, exp"),
    ("three-counters", put("operations", "zero a", "negated", True), "refuted", r"test zero a"),
    ("three-counters", decide_on("zero a", [1]), "refuted", r"test zero a: "),
    ("three-counters", put("model", "scale", 2), "refuted", r"operation inc a: .* expected 2"),
    ("three-counters", put("model", "offset", 1), "refuted", r"operation|test"),
    ("three-counters", put("parts", [1, 0, 2]), "refuted", r"operation inc a"),
    ("two-stacks", swap("push 0 l", "push 1 l"), "refuted", r"operation push 0 l"),
    ("two-stacks", text("(div q 2)", "(div q 4)"), "refuted", r"operation pop l \(after push 0\)"),
    ("two-stacks", text("(> q 1)", "(> q 2)"), "refuted", r"pop l .*blocks"),
    ("two-stacks", text("(>= l 1)", "(>= l 5)"), "refuted", r"start states: l = "),
    ("two-stacks", put("model", "code", "ternary"), "refuted", r"start states: l = 0"),
    ("one-register", text("(* 3 q)", "(* 5 q)"), "refuted", r"operation times 3"),
    ("one-register", swap("divisible by 2", "divisible by 3"), "refuted", r"test divisible by 2"),
    ("array-tape", swap("left", "right"), "refuted", r"operation left"),
    ("array-tape", swap("set", "clear"), "refuted", r"operation set"),
    ("brainfuck-tape", text("bvsub", "bvadd"), "refuted", r"operation clear"),
    ("subleq", put("constants", 0, [3, 7]), "refuted", r"operation|test"),
    ("subleq", drop("constants", 0), "refuted", r"operation|test"),
    ("subleq", text("(<= (- x y) 0)", "(< (- x y) 0)"), "refuted", r"test zero a"),
    ("saturated-neurons", swap("push 0", "push 1"), "refuted", r"operation push 0: q = "),
    ("saturated-neurons", text("0.0 (ite", "1.0 (ite"), "refuted", r"operation "),
    ("convolution-3", text("(ite (> ", "(ite (>= 0 "), "refuted", r"rule on 0+"),
    # Ranges and targets are the model's; a certificate cannot bring its own
    ("three-counters", put("range", "(<= n 100)"), "bad-fields", "range"),
    ("three-counters", put("model", "below", 100), "bad-model", "no known model"),
    ("three-counters", put("model", "scale", 0), "bad-model", "no known model"),
    ("three-counters", put("model", "count", 1), "bad-model", "no known model"),
    ("three-counters", put("model", {"name": "counters"}), "bad-model", "no known model"),
    ("two-stacks", put("model", "blank", True), "missing-operation", "empty l"),
    ("three-counters", drop("operations", "dec b"), "missing-operation", "dec b"),
    ("three-counters", put("operations", "halt", []), "missing-operation", "halt"),
    # The wrong question
    ("three-counters", put("regime", "loop"), "bad-regime", "decidable"),
    ("three-counters", put("regime", "recurrent"), "bad-fields", "missing"),
    ("three-counters", put("regime", "sometimes"), "bad-regime", "sometimes"),
    ("three-counters", text("(regime while)", "(regime while) (values 9)"), "leaves-domain", "inc"),
    ("three-counters", text("(regime while)", "(regime while) (cells 1 (offsets 0))"), "bad-model",
     "dimensions"),
    ("three-counters", text("(regime while)", "(regime while) (control jump)"), "no-branch",
     "is-zero"),
    ("three-counters", text("(regime while)", "(regime while) (control (is-zero true) no-jump)"),
     "no-jump", "cannot go back"),
    ("convolution-3x3", text("(quiescent 0)", "(quiescent 1)"), "bad-model", "quiescent"),
    ("convolution-3x3", text("(-1 -1) ", ""), "bad-offsets", "needs the offsets"),
    ("saturated-neurons", text("(registers any Real)", "(registers (x y) Real)"), "bad-registers",
     "any number"),
    ("saturated-neurons", text("(registers any Real)", "(registers any Bool)"), "bad-registers",
     "any number of registers of sort Real"),
    # Malformed
    ("three-counters", put("parts", [0, 0, 1]), "bad-parts", "of its own"),
    ("three-counters", put("parts", [0, 1]), "bad-parts", "3 parts"),
    ("three-counters", put("parts", [0, 1, 9]), "bad-parts", "register numbers"),
    ("three-counters", put("registers", 0, ["z", "Int"]), "bad-registers", "declared"),
    ("three-counters", put("constants", [[0, 1]]), "bad-constants", "held by nothing else"),
    ("three-counters", put("operations", "zero a", "decide", ["inc", [0], [0], []]), "wrong-role",
     "decides nothing"),
    ("three-counters", put("operations", "inc a", [["is-zero", [0], [], []]]), "wrong-role",
     "only"),
    ("three-counters", put("operations", "inc a", [["inc", [0], [1], []]]), "bad-placement", "inc"),
    ("three-counters", put("operations", "inc a", [["more", [0], [0], []]]), "unknown-component",
     "more"),
    ("subleq", put("jump", {}), "bad-test", "a test has"),
    ("array-tape", decide_on("read", [1, 0]), "bad-test", "does not read"),
    ("two-stacks", put("set", 7), "bad-set", "expected the text"),
    ("two-stacks", text("define-fun", "define-fan"), "unknown-command", "define-fan"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "reason", "message"), SIMULATIONS)
def test_tampered_simulations(name: str, change: Change, reason: str, message: str) -> None:
    data = certificate(name)
    change(data)
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == reason, str(caught.value)
    assert re.search(message, str(caught.value)), str(caught.value)


def test_a_dirty_scratch_register_is_refused() -> None:
    """Adding a register that merely started at 1 is no increment."""
    components = """(set-info :sheffer "(set s (regime while) (registers (a b one) Int))")
(define-fun add ((x Int) (y Int)) Int (+ x y))
(define-fun sub ((x Int) (y Int)) Int (- x y))
(define-fun is-zero ((x Int)) Bool (= x 0))"""
    found = verdict(read_components(components)).certificate
    assert found is not None
    assert found["constants"] == [[2, 1]]
    data = copy.deepcopy(found)
    data["constants"] = []
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == "refuted"
    assert "old one = " in str(caught.value)


LIMITS: list[tuple[str, Change, str, str]] = [
    ("one-counter", text("(+ x 1)", "(* x 2)"), "refuted", r"inc\(c\)"),
    ("one-counter", text("(+ x 1)", "(* x x)"), "refuted", r"inc\(c\)"),
    ("one-counter", text("(+ x 1)", "(div x 2)"), "refuted", r"inc\(c\)"),
    ("one-counter", text("(= x 0)", "(= (mod x 7) 0)"), "refuted", r"is-zero\(c\) reads c"),
    ("one-counter", text("(= x 0)", "(= x 1000000)"), "refuted", r"is-zero\(c\) reads c"),
    ("one-counter", text("(> x 0)", "(= (mod x 2) 0)"), "refuted", r"the guard of dec\(c\)"),
    ("one-counter", text("(registers (c) Int)", "(registers (c d) Int)"), "route", "exactly one"),
    ("one-counter", text("(registers (c) Int)", "(registers any Int)"), "route", "exactly one"),
    ("one-counter", put("hints", "modulus", 0), "bad-hint", "expected 1"),
    ("one-counter", put("hints", "window", -1), "bad-hint", "expected 0"),
    ("one-counter", put("hints", "window", True), "bad-hint", "expected 0"),
    ("one-counter", put("hints", {}), "bad-hint", "takes window, modulus"),
    ("one-counter", put("hints", []), "bad-hint", "an object"),
    ("one-counter", put("route", "finite"), "bad-hint", "takes box"),
    ("one-counter", put("route", "luck"), "unknown-route", "luck"),
    ("one-counter", put("regime", "recurrent"), "route", "about while-programs"),
    ("one-stack", text("(* 2 q)", "(* 4 q)"), "refuted", r"push0\(q\)"),
    ("one-stack", text("(* 2 q)", "(* q q)"), "refuted", r"push0\(q\)"),
    ("one-stack", text("(div q 2)", "(div q 3)"), "refuted", r"pop\(q\)"),
    ("one-stack", text("(mod q 2)", "(mod q 3)"), "refuted", r"top\(q\) reads q"),
    ("one-stack", text("(mod q 2)", "(mod (div q 2) 2)"), "refuted", r"top\(q\) reads q"),
    ("one-stack", put("hints", "base", 3), "refuted", r"push0\(q\)"),
    ("one-stack", put("hints", "base", 1), "bad-hint", "expected 2"),
    ("counters-without-zero-test", text("(> x 0)", "(= x 1)"), "refuted", "larger counters"),
    ("counters-without-zero-test", text("(> x 0)", "(< x 9)"), "refuted", "larger counters"),
    ("counters-without-zero-test", text("(> x 0)", "(> x (- 5))"), "refuted", r"dec\(a\) leaves a"),
    ("counters-without-zero-test", text("(+ x 1)", "(* 2 x)"), "refuted", "adds a constant to a"),
    ("counters-without-zero-test", text("(+ x 1)", "0"), "refuted", "adds a constant to a"),
    ("counters-without-zero-test", text("(+ x 1)", "(ite (= x 0) 1 (+ x 2))"), "refuted",
     "adds a constant"),
    ("counters-without-zero-test", text("(not f)", "(not f)) (define-fun z ((x Int)) Bool (= x 0)"),
     "refuted", "does not read a counter"),
    ("counters-without-zero-test", text("(registers (a) Int)", "(registers (a) Real)"), "route",
     "no counter"),
    ("words-8-bit", text("(registers any (_ BitVec 8))", "(registers any Int)"), "route",
     "is infinite"),
    ("words-8-bit", text("(regime while)", "(regime while) (cells 1 (offsets 0))"), "route",
     "cells"),
    ("words-8-bit", put("hints", "box", {"a": [0, 1]}), "bad-hint", "a box gives"),
    ("words-8-bit", put("extra", 1), "bad-fields", "extra"),
    ("words-8-bit", drop("route"), "bad-fields", "route"),
    ("loop-programs", put("regime", "recurrent"), "route", "for ever"),
    ("loop-programs", text("(+ x 1)", "(+ y 1)"), "free-variable", "y"),
    ("nas-bench-201", put("regime", "while"), "route", "for ever"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "reason", "message"), LIMITS)
def test_tampered_limits(name: str, change: Change, reason: str, message: str) -> None:
    data = certificate(name)
    change(data)
    with pytest.raises(CertificateError) as caught:
        check(data)
    assert caught.value.reason == reason, str(caught.value)
    assert re.search(message, str(caught.value)), str(caught.value)


def test_a_proof_that_runs_out_of_time_is_not_accepted() -> None:
    report = check(certificate("three-counters"), Limits(timeout_s=0))
    assert not report.complete
    assert report.unchecked
    report = check(certificate("one-counter"), Limits(timeout_s=0))
    assert not report.complete


# Random changes


def holds_up(simulation: Simulation, rng: random.Random) -> bool:
    """Whether the programs do what the model says on random states, by exact evaluation."""
    for operation in simulation.model.operations:
        for case in rng.sample(operation.cases, min(6, len(operation.cases))):
            names = tuple(v.name for v in case.variables)
            flag = TRUE if case.flag is None else case.flag
            terms = (case.assuming, flag, *case.before, *case.after)
            compute = compile_terms(terms, names)
            for _ in range(6):
                values = tuple(
                    rng.randrange(40)
                    if v.sort == INT
                    else REAL_VALUES[rng.randrange(len(REAL_VALUES))]
                    if v.sort == REAL
                    else default_value(v.sort)
                    for v in case.variables
                )
                admitted, wanted, *codes = compute(*values)
                if not admitted:
                    continue
                before = tuple(codes[: len(case.before)])
                after = tuple(codes[len(case.before) :])
                if not _agrees(simulation, operation.name, operation.test, before, after, wanted):
                    return False
    return True


REAL_VALUES = [Fraction(k, 64) for k in range(64)]


def _agrees(
    simulation: Simulation, name: str, test: bool, before: Any, after: Any, wanted: Any
) -> bool:
    if simulation.regime is Regime.RECURRENT:
        held = tuple(value for _, value in simulation.constants)
        return simulation.operations[name].evaluate((*before, *held)) == after
    registers = encoded(simulation, before)
    try:
        if test:
            says, result = answer(simulation, name, registers)
        else:
            says, result = wanted, perform(simulation, name, registers)
    except BlockedError:
        return False
    kept = all(result[k] == value for k, value in simulation.constants)
    return kept and says == wanted and tuple(result[k] for k in simulation.parts) == after


def mutated(data: Data, rng: random.Random) -> Data:
    """The certificate with one thing changed at random: text of the set, or a value anywhere."""
    data = copy.deepcopy(data)
    if rng.random() < 0.5:
        tokens = re.split(r"(\s+|[()])", data["set"])
        spots = [k for k, t in enumerate(tokens) if t.strip(" ()\n")]
        k = rng.choice(spots)
        choices = [tokens[j] for j in spots]
        extra = ["0", "1", "2", "3", "x", "+", "-", "*", "=", "<=", ">", "div", "mod", "true"]
        tokens[k] = rng.choice(rng.choice([choices, extra]))
        data["set"] = "".join(tokens)
        return data
    node: Any = data
    while True:
        fixed = ("set", "format", "version", "kind")
        keys = [k for k in (node if isinstance(node, dict) else range(len(node))) if k not in fixed]
        if not keys:
            return data
        key = rng.choice(keys)
        child = node[key]
        if isinstance(child, dict | list) and child and rng.random() < 0.85:
            node = child
            continue
        other = rng.choice([0, 1, 2, -1, True, None, "0", "1", "1/2", [], {}, "while", "finite"])
        if isinstance(node, list) and rng.random() < 0.3:
            node.insert(key, copy.deepcopy(rng.choice(node)))
        elif isinstance(child, int) and not isinstance(child, bool):
            node[key] = child + rng.choice([-1, 1, 2])
        else:
            node[key] = other
        return data


BASES = [
    "three-counters", "two-stacks", "subleq", "even-counters", "one-register", "array-tape",
    "one-counter", "one-stack", "counters-without-zero-test", "words-8-bit", "loop-programs",
]  # fmt: skip


def _mutations(count: int, seed: int) -> tuple[int, int]:
    rng = random.Random(seed)
    refused = accepted = 0
    for _ in range(count):
        data = mutated(certificate(rng.choice(BASES)), rng)
        try:
            report = check(data, Limits(timeout_s=5))
        except CertificateError:
            refused += 1
            continue
        if not report.complete:
            continue
        accepted += 1
        if data["kind"] == "simulation":
            assert holds_up(read_simulation(data), rng), data
        else:
            components = read_components(data["set"])
            clock = Clock(Budget(seconds=0.5, length=2))
            trial, _, _ = _search(components, Regime(data["regime"]), clock)
            assert trial is None, data
    return refused, accepted


def test_mutated_certificates() -> None:
    refused, accepted = _mutations(200, seed=1)
    assert refused > 100
    assert accepted > 5


@pytest.mark.slow
def test_many_mutated_certificates() -> None:
    refused, _ = _mutations(2000, seed=2)
    assert refused > 1000


def test_numbers_of_a_set_are_found() -> None:
    assert 2 in numbers_in(catalogue.load("two-stacks"))
