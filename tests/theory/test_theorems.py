"""The theorems: every claim holds, and each check notices when what it checks is made wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Any

import pytest

from theory.kernel.components.placements import Step
from theory.kernel.errors import ProblemError, ShefferError
from theory.kernel.language.names import Variable
from theory.kernel.language.sorts import BOOL
from theory.theorems import (
    NAMES,
    Claim,
    RefutedError,
    find,
    neural_steps,
    reductions,
    refute,
    run_claims,
    searches,
    witnesses,
)
from theory.theorems import coevolution as games
from theory.theorems import evolution_times as times
from theory.theorems import exhaustive_search as exact
from theory.theorems import free_lunches as lunches
from theory.theorems import genetic_chains as chains
from theory.theorems import halting_targets as halting
from theory.theorems import intractability as hard
from theory.theorems import neural_equivalence as neural
from theory.theorems.__main__ import main
from theory.theorems.small_universe import family

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_of_a_theorem_holds(name: str) -> None:
    theorem = find(name)
    report = theorem.check()
    assert report.refuted == ()
    assert [claim for claim, _ in report.checked] == [claim.name for claim in theorem.claims]
    assert report.holds
    text = theorem.markdown()
    assert all(f"## {part}\n" in text for part in ("Statement", "Assumptions", "Proof"))
    assert text.count("$") % 2 == 0


def reached(components: Any, length: int, inputs: Any = ()) -> Any:
    """A wrong witness: what the empty sequence, or the last one, computes."""
    problem = witnesses.witness(components, length, inputs)
    frame = witnesses.Frame(components, problem.wiring, problem.inputs, problem.outputs)
    on = tuple(row.inputs for row in problem.rows())
    behaviour = max(witnesses.computed(frame, length, on), key=lambda b: (None not in b, str(b)))
    rows = tuple(
        witnesses.Sample(x, y) for x, y in zip(on, behaviour, strict=True) if y is not None
    )
    return replace(problem, target=witnesses.Samples(rows))


def pop_that_reads_the_top() -> Any:
    made = dict(neural_steps.stack_operations())
    made["pop"] = made["top"]
    return made


def other_bias(layers: Any, step: int, setting: tuple[int, ...]) -> Any:
    """The layers with the parameters of one step changed."""
    sequence = layers()
    steps = list(sequence.steps)
    steps[step] = Step(steps[step].component, steps[step].reads, (), setting)
    return replace(sequence, steps=tuple(steps))


def never_flips(s: chains.Settings) -> Any:
    return chains.mutation(replace(s, rate=Fraction(0)))


def without_mutation(s: chains.Settings) -> Any:
    return chains.generation(replace(s, rate=Fraction(0)))


def sticky(s: chains.Settings) -> Any:
    """The chain, except that a population that holds the optimum stays as it is."""
    p = chains.generation(s)
    return tuple(
        tuple(Fraction(i == j) for j in range(len(p))) if i in s.holding() else row
        for i, row in enumerate(p)
    )


def first_element_left_out(elements: int, sets: Any, budget: int) -> Any:
    return reductions.set_cover_problem(elements, tuple(s - {0} for s in sets), budget)


def without_guard(items: tuple[int, ...], wanted: int) -> Any:
    """Subset sum in which an item may be taken at any position, and again."""
    problem = reductions.subset_sum_problem(items, wanted)
    made = tuple(replace(c, guard=None) for c in problem.components.components)  # type: ignore[union-attr]
    return replace(problem, components=replace(problem.components, components=made))  # type: ignore[type-var]


def first_triple_only(elements: int, triples: Any) -> Any:
    return reductions.exact_cover_problem(elements, triples[:1])


MUTATIONS: list[tuple[str, Callable[[], str], str]] = [
    ("witness", lambda: witnesses.unreached_by_all(reached), "is reached by"),
    ("counting", lambda: witnesses.enough_points(lambda n, q: 0), "0 should do"),
    (
        "halting",
        lambda: halting.turns_positive_when_it_halts(
            lambda m, t: halting.halts_within(m, t - 1) if t else False
        ),
        "on 0..6 the least error is 0",
    ),
    ("no halt", lambda: halting.stays_zero_without_halting("1RB1LB_1LA1RZ"), "without entries"),
    ("no halt, missing", lambda: halting.stays_zero_without_halting("1RB---_1LA1RA"), "missing"),
    (
        "sharp form",
        lambda: lunches.sharp_form(lambda f: len(f) == 1 or searches.closed(f)),
        "class",
    ),
    ("sharp form, all", lambda: lunches.sharp_form(lambda f: True), "class"),
    ("closed classes", lambda: lunches.closed_count(lambda n, m: 2**n - 1), "not 3"),
    (
        "counterexample",
        lambda: lunches.found_where_not_closed(
            lambda every, f: searches.counterexample(every[:1] * 2, f)
        ),
        "none is found",
    ),
    (
        "program induction",
        lambda: lunches.program_induction(lambda length: searches.functions(3, 3)),
        "closed under permutation",
    ),
    (
        "same behaviour",
        lambda: lunches.repeated_behaviour(lambda length: [(0, 1, 2), (1, 2, 0)]),
        "no two programs",
    ),
    (
        "enumeration",
        lambda: exact.equals_enumeration(lambda p: (*exact.reference(p)[:-1], 0)),
        r"not \(",
    ),
    ("fixed sequence", lambda: exact.never_better(lambda p: (0, 0, inf)), "<"),
    (
        "monotone",
        lambda: exact.monotone(
            lambda p: tuple(len(p.components.components) for _ in range(4))  # type: ignore[union-attr]
        ),
        "is worse than",
    ),
    ("complete", lambda: exact.complete_sets_vanish(("double", "swap")), "no set of maps"),
    ("infimum", lambda: exact.infimum_not_attained(_with_zero()), "length 1 is 0"),
    ("fixed length", lambda: exact.beaten_at_fixed_length(reached), "reaches"),
    ("encoding", lambda: exact.complete_but_far("three-counters"), "error 0 "),
    ("set cover", lambda: hard.set_cover(first_element_left_out), "least cover"),
    ("subset sum", lambda: hard.subset_sum(without_guard), "sum"),
    ("exact cover", lambda: hard.exact_cover(first_triple_only), "sequence None"),
    ("positive", lambda: chains.positive(never_flips), "zero entry"),
    ("limit law", lambda: chains.limit_law(without_mutation), "law|share"),
    ("limit law, held", lambda: chains.limit_law(sticky), "law|share"),
    ("visits", lambda: chains.visits_for_ever(sticky), "never left"),
    (
        "elitism",
        lambda: chains.elitism_absorbs(lambda s: chains.with_best(s, elitist=False)),
        "the optimum is lost",
    ),
    (
        "waiting time",
        lambda: chains.same_waiting_time(
            lambda s: chains.with_best(replace(s, rate=Fraction(1, 3)))
        ),
        "from population",
    ),
    (
        "LeadingOnes",
        lambda: times.leading_ones_agrees(lambda n, p: times.leading_ones_time(n, p) + (n > 5)),
        "n = 6",
    ),
    ("OneMax", lambda: times.one_max_agrees(times.leading_ones_time), "the formula"),
    (
        "levels",
        lambda: times.levels_agree(lambda n, p, f: times.expected_steps(n, p / 2, f)),
        "n = 1",
    ),
    (
        "coevolution",
        lambda: games.free_lunch(lambda game, row: max(game[row, 0], game[row, 1])),
        "not 7/16",
    ),
    (
        "no champion",
        lambda: games.no_lunch_for_the_best_seen(
            [*games.strategies(), games.Strategy((0, 0), ((0, 0), (0, 0)), ((0, 0), (0, 0)))]
        ),
        "differ",
    ),
    ("stacks", lambda: neural.stacks(pop_that_reads_the_top), "pop of"),
    (
        "Rule 110",
        lambda: neural.rule_by_convolution(
            lambda: other_bias(neural_steps.rule_110_layers, 1, (1, 2, 2, -2))
        ),
        "neighbourhood",
    ),
    (
        "Life",
        lambda: neural.life_by_convolution(
            lambda: other_bias(neural_steps.life_layers, 0, (-2, -1, 4))
        ),
        "neighbourhood",
    ),
    (
        "machines",
        lambda: neural.machines_on_rationals(
            lambda machine, zero, fuel: neural.run_on_stacks(machine, 0.0, fuel)
        ),
        "after 20[0-9] steps",
    ),
    (
        "floats",
        lambda: neural.floats_diverge(lambda m: neural.divergence(m, Fraction(0))),  # type: ignore[arg-type]
        "differs after -1 steps",
    ),
]


def _with_zero() -> Any:
    """Halving, and a component that gives 0 at once."""
    from theory.formats.component_files import read_components

    return read_components(
        '(set-info :sheffer "(set halve (registers (x) Real))") '
        "(define-fun half ((x Real)) Real (/ x 2.0)) (define-fun nought ((x Real)) Real (- x x))"
    )


@pytest.mark.parametrize(("name", "check", "words"), MUTATIONS, ids=[m[0] for m in MUTATIONS])
def test_a_check_refutes_what_is_wrong(name: str, check: Callable[[], str], words: str) -> None:
    with pytest.raises(RefutedError, match=words):
        check()


def test_each_claim_has_a_mutation() -> None:
    mutated = {name.partition(",")[0] for name, _, _ in MUTATIONS}
    assert {claim.name for name in NAMES for claim in find(name).claims} <= mutated


def test_a_refuted_claim_is_reported_and_does_not_stop_the_others() -> None:
    def wrong() -> str:
        refute("wrong", "x = 3")

    report = run_claims("mixed", (Claim("wrong", wrong), Claim("right", lambda: "x = 4")))
    assert not report.holds
    assert report.refuted == (("wrong", "wrong: x = 3"),)
    assert report.lines()[0].startswith("REFUTED    mixed: 1 of 2 claims")
    assert report.to_json()["checked"] == [{"claim": "right", "what": "x = 4"}]
    assert not run_claims("nothing", ()).holds


def test_a_witness_needs_a_domain_that_is_large_enough() -> None:
    nand = witnesses.read_components(witnesses.NAND)
    one = (Variable("a", BOOL),)
    negation = witnesses.witness(nand, 0, one)
    assert [row.outputs for row in negation.rows()] == [(True,)]
    with pytest.raises(ProblemError, match="every function on these 4 inputs") as error:
        witnesses.witness(nand, 5, (*one, Variable("b", BOOL)))
    assert error.value.reason == "all-reached"
    with pytest.raises(ProblemError, match="name the inputs"):
        witnesses.witness(nand, 1)


def test_a_target_as_a_component_reaches_itself() -> None:
    for components, inputs, length in witnesses.cases():
        problem = witnesses.witness(components, length, inputs)
        own = replace(problem, components=witnesses.as_component(problem))
        assert exact.least_errors(own, 1)[1] == 0


def test_searches_are_counted_as_the_recurrence_says() -> None:
    for n, m in ((1, 3), (2, 2), (2, 3), (3, 2), (3, 3)):
        count = 1
        for points in range(1, n + 1):
            count = points * count**m
        assert len(searches.searches(n, m)) == count
    assert len(searches.orbits(3, 2)) == 4


def test_closed_classes_are_the_unions_of_orbits() -> None:
    found = [set(c) for c in searches.subsets(searches.functions(2, 3)) if searches.closed(c)]
    for chosen in found:
        parts = [o for o in searches.orbits(2, 3) if o <= chosen]
        assert set().union(*parts) == chosen


def test_all_27_maps_come_from_three_but_not_from_two_generators() -> None:
    assert len(exact.closure(family(("next", "swap", "collapse")))) == 27
    assert len(exact.closure(family(("next", "swap")))) == 6


def test_an_unknown_theorem_is_named_with_those_there_are() -> None:
    with pytest.raises(ShefferError, match="known: no-universal-method"):
        find("no-such-theorem")
    assert main(["no-such-theorem"]) == 2


def test_the_checks_load_nothing_of_the_searches() -> None:
    program = (
        "import sys; from theory.theorems.__main__ import main; code = main(['intractability']); "
        "print(code, sorted({'solvers', 'numpy', 'z3'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[0].startswith("CONFIRMED  intractability: 3 of 3 claims")
    assert done.stdout.splitlines()[-1] == "0 []"
