"""The Hacker's Delight suite: specifications, known programs, and shortest ones."""

from __future__ import annotations

import pytest

from solvers.exact import Limits, solve, with_evidence
from solvers.suites import find_problem
from solvers.suites.hackers_delight import LARGE, TEXTBOOK, hackers_delight, textbook_sequence
from theory.formats.sygus import read_sygus
from theory.formats.sygus_answers import ask_cvc5
from theory.formats.sygus_writing import write_sygus
from theory.kernel.checks.certificates import check
from theory.kernel.errors import ProblemError
from theory.kernel.language.proving import Proof, prove
from theory.kernel.language.terms import apply, const, evaluate, var
from theory.kernel.problems.specifications import verify
from theory.kernel.problems.targets import Specification


@pytest.mark.parametrize("number", TEXTBOOK)
@pytest.mark.parametrize("width", [8, 32])
def test_the_textbook_program_is_the_specification(number: int, width: int) -> None:
    for large in (False, True):
        problem = hackers_delight(number, width, large=large)
        program = textbook_sequence(problem)
        assert len(program) == problem.length
        assert isinstance(verify(problem, program), Proof)


def meaning(number: int) -> dict[int, int]:
    """The specification of a problem of one input at 8 bits, for each input."""
    target = hackers_delight(number, 8).target
    assert isinstance(target, Specification)
    return {x: int(evaluate(target.outputs[0], {"x": x})) for x in range(256)}  # type: ignore[arg-type, call-overload]


def test_specifications_say_what_their_titles_say() -> None:
    assert meaning(1)[0b1011000] == 0b1010000
    assert meaning(7)[0b1010111] == 0b1000
    assert meaning(8)[0b1011000] == 0b111
    assert meaning(13)[0b10000001] == 255
    assert meaning(17)[0b1011100] == 0b1000000
    assert [x for x, y in meaning(18).items() if y] == [1 << k for k in range(8)]
    following = meaning(20)
    for x in range(1, 256):
        greater = [y for y in range(x + 1, 256) if y.bit_count() == x.bit_count()]
        if greater:
            assert following[x] == greater[0]


def test_number_19_exchanges_two_fields_that_do_not_overlap() -> None:
    target = hackers_delight(19, 8).target
    assert isinstance(target, Specification)
    (made,) = target.outputs
    sort = made.sort
    x, m, k = (var(name, sort) for name in "xmk")
    zero = const(0, sort)
    high = apply("bvshl", m, k)
    apart = [
        apply("=", apply("bvand", m, high), zero), apply("=", apply("bvlshr", high, k), m),
    ]  # fmt: skip
    rest = apply("bvand", x, apply("bvnot", apply("bvor", m, high)))
    down = apply("bvand", apply("bvlshr", x, k), m)
    up = apply("bvshl", apply("bvand", x, m), k)
    exchanged = apply("bvor", rest, apply("bvor", down, up))
    assert isinstance(prove(apply("=", made, exchanged), apart), Proof)


def test_sets_and_names() -> None:
    large = find_problem("hd09-32-large")
    assert [c.name.removeprefix("word-") for c in large.components.components] == list(LARGE)  # type: ignore[union-attr]
    assert [v.name for v in large.inputs] == [
        "x", "#x00000000", "#x00000001", "#xffffffff", "#x0000001f"
    ]  # fmt: skip
    small = find_problem("hd09-32")
    assert [c.name for c in small.components.components] == ["word-ashr", "word-xor", "word-sub"]  # type: ignore[union-attr]
    assert find_problem("hd20-8", 3).length == 3
    for wrong in ("hd00-8", "hd21-8", "hd1-8", "hd01", "hd01-2", "hd01-x", "hd01-8-huge"):
        with pytest.raises(ProblemError) as refusal:
            find_problem(wrong)
        assert refusal.value.reason == "unknown-problem"


@pytest.mark.parametrize(
    ("name", "length"), [("hd07-8-large", 3), ("hd13-32-large", 3), ("hd16-8-large", 4)]
)
def test_shortest_programs_are_found_and_proved(name: str, length: int) -> None:
    found = solve(find_problem(name), Limits(60))
    assert found.best.length == length
    assert [line.at_least for line in found.lines] == [
        int(k < length) for k in range(len(found.lines))
    ]
    assert found.best.sequence is not None
    assert isinstance(verify(found.problem, found.best.sequence), Proof)


def test_a_certificate_of_the_suite_is_recounted_and_confirmed() -> None:
    found = with_evidence(solve(find_problem("hd03-8-large"), Limits(60)))
    report = check(found.certificate())
    assert found.evidence == "recounted"
    assert report.unchecked == ()


def test_the_suite_as_sygus_text_is_the_same_problem() -> None:
    problem = find_problem("hd13-8-large")
    task = read_sygus(write_sygus(problem), "hd.sl", problem.length)
    assert task.problem.target == problem.target
    found = solve(task.problem, Limits(60))
    assert found.best.length == 3
    assert found.best.sequence is not None
    assert task.in_grammar(found.best.sequence)
    assert ask_cvc5(task, task.answer(found.best.sequence)) in ("agrees", "absent")


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 19))
def test_all_of_length_up_to_five_are_exact(number: int) -> None:
    for width in (8, 32):
        found = solve(hackers_delight(number, width, large=True), Limits(60))
        assert found.optimal, found.stopped
        assert found.best.error == 0
        assert found.best.length <= 4
