"""The columns of the operator table agree: Python, Z3, array code in two tiers, SMT-LIB text."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from solvers.compiled.array_code import array_function, machine_terms
from solvers.compiled.generated import word_kernel
from tests.support import columns
from tests.support.terms_strategy import result_sorts, sample_terms
from theory.formats.z3_terms import BY_KIND
from theory.kernel.components.component import Component
from theory.kernel.errors import ComponentError
from theory.kernel.language.names import Variable
from theory.kernel.language.operators import OPERATORS, result_sort
from theory.kernel.language.sorts import BOOL, INT, REAL, ArrayValue, Sort, Value, array, bitvec
from theory.kernel.language.terms import Term, apply, const, evaluate, nodes, var

Case = tuple[Term, dict[str, Sort], list[dict[str, Value]]]


BORDERS = [
    0, 1, -1, 2, -2, 3, 2**31, 2**32, -(2**32), 3037000499, 3037000500, 2**62 - 1, 2**62,
    -(2**62), 2**63 - 2, 2**63 - 1, -(2**63) + 1, -(2**63),
]  # fmt: skip
BORDER_OPERATORS = ("+", "-", "*", "neg", "abs", "div", "mod")


def border_case(op: str) -> Case:
    """An operator on all pairs of integers near the ends of what 64 bits hold."""
    a, b = var("a", INT), var("b", INT)
    unary = op in ("neg", "abs")
    term = apply("-" if op == "neg" else op, a) if unary else apply(op, a, b)
    pairs = [(x, y) for x in BORDERS for y in ([1] if unary else BORDERS)]
    rows = [{"a": x, "b": y} for x, y in pairs if y != 0 or op not in ("div", "mod")]
    return term, {"a": INT, "b": INT}, rows


def cases(seed: int, count: int, assignments: int, *, machine: bool = False) -> list[Case]:
    rng = Random(seed)
    half = count // 2
    flat = sample_terms(rng, half, 1, assignments, machine=machine)
    deep = sample_terms(rng, count - half, 4, assignments, machine=machine)
    return [*flat, *deep]


def test_the_drawn_terms_use_every_row_of_the_table_and_every_sort() -> None:
    drawn = cases(1, 400, 0)
    used = {node.op for term, _, _ in drawn for node in nodes([term])}
    assert set(OPERATORS) <= used
    kinds = {node.sort.kind for term, _, _ in drawn for node in nodes([term])}
    assert kinds == {"Bool", "Int", "Real", "BitVec", "Array"}
    on_words = {node.op for t, _, _ in cases(1, 400, 0, machine=True) for node in nodes([t])}
    assert set(OPERATORS) - on_words == {"/", "to_real", "to_int", "is_int", "select", "store"}


def check_all(seed: int, count: int, assignments: int) -> int:
    """Compares Python, Z3, exact arrays and (where it is installed) cvc5; the values compared."""
    try:
        cvc5 = columns.Cvc5()
    except ImportError:
        cvc5 = None
    compared = 0
    for term, scope, rows in cases(seed, count, assignments):
        wanted = columns.exact(term, scope, rows)
        assert columns.by_arrays(term, scope, rows, wanted) == []
        assert columns.by_z3(term, scope, rows, wanted) == []
        assert columns.exact(columns.back_from_z3(term), scope, rows) == wanted
        if cvc5 is not None:
            assert cvc5(term, scope, rows, wanted) == []
        compared += len(rows)
    return compared


def check_words(seed: int, count: int, assignments: int) -> tuple[int, int]:
    """Compares Python and NumPy words; the values compared, and those flagged as overflow."""
    compared = flagged = 0
    for term, scope, rows in cases(seed, count, assignments, machine=True):
        assert machine_terms([term])
        wanted = columns.exact(term, scope, rows)
        wrong, given = columns.by_words(term, scope, rows, wanted)
        assert wrong == []
        compared += given
        flagged += len(rows) - given
    return compared, flagged


def run_kernel(chosen: list[Case]) -> tuple[int, int]:
    """Compares Python and the compiled kernel; the values compared, and those flagged."""
    choices = []
    for k, (term, scope, _) in enumerate(chosen):
        inputs = tuple(Variable(name, sort) for name, sort in scope.items())
        choices.append((Component(f"f{k}", inputs, (term,)), ()))
    run = word_kernel(choices)
    compared = flagged = 0
    for k, (term, scope, rows) in enumerate(chosen):
        wanted = columns.exact(term, scope, rows)
        words = (
            np.array([[_word(v[name]) for name in scope] for v in rows], dtype=np.uint64)
            .view(np.int64)
            .reshape(len(rows), len(scope))
        )
        for j in range(len(rows)):
            width = len(scope)
            results = np.zeros((1, 1, width + 2), dtype=np.int64)
            overflow = np.zeros(1, dtype=np.bool_)
            run(
                np.array([[k]], dtype=np.int32),
                np.arange(width, dtype=np.int32).reshape(1, 1, width),
                np.array([[[width]]], dtype=np.int32),
                words[j : j + 1],
                np.zeros(width + 2, dtype=np.int64),
                results,
                overflow,
            )
            assert results[0, 0, -1] == 0, "no guard, so nothing blocks"
            if overflow[0]:
                flagged += 1
                continue
            compared += 1
            given = int(results[0, 0, width])
            given = given % 2**64 if term.sort.kind == "BitVec" else given
            assert given == int(wanted[j]), f"{term} at {rows[j]}"  # type: ignore[arg-type]
    return compared, flagged


def _word(value: Value) -> int:
    return int(value) % 2**64  # type: ignore[arg-type]


def test_all_columns_agree_on_random_terms() -> None:
    assert check_all(seed=2, count=400, assignments=8) > 2500


def test_machine_words_agree_with_python_or_flag_an_overflow() -> None:
    compared, flagged = check_words(seed=3, count=400, assignments=15)
    assert compared > 4000
    assert flagged > 20


def test_the_compiled_kernel_agrees_with_python_or_flags_an_overflow() -> None:
    drawn = list(sample_terms(Random(4), 58, 1, 40, machine=True))
    compared, flagged = run_kernel([*drawn, *(border_case(op) for op in BORDER_OPERATORS)])
    assert compared > 2500
    assert flagged > 300


@pytest.mark.slow
def test_a_hundred_thousand_values_agree_in_all_columns() -> None:
    compared = sum(check_all(seed, count=1000, assignments=25) for seed in range(10, 15))
    words, _ = check_words(seed=20, count=8000, assignments=15)
    assert compared >= 10**5
    assert words >= 10**5


@pytest.mark.slow
def test_a_hundred_thousand_values_agree_in_compiled_code() -> None:
    assert run_kernel(cases(30, 116, 1600, machine=True))[0] >= 10**5


@pytest.mark.parametrize("op", BORDER_OPERATORS)
def test_an_integer_that_leaves_64_bits_is_flagged_and_never_wrapped(op: str) -> None:
    term, scope, rows = border_case(op)
    wanted = columns.exact(term, scope, rows)
    wrong, given = columns.by_words(term, scope, rows, wanted)
    assert wrong == []
    outside = sum(not -(2**63) <= int(v) < 2**63 for v in wanted)  # type: ignore[arg-type]
    assert outside > 0 or op == "mod"
    assert given <= len(rows) - outside
    assert given >= len(rows) // 3, "flags everything"


def test_compiled_overflow_tests_survive_what_the_compiler_knows_about_signs() -> None:
    # Numba lets LLVM assume that signed sums do not overflow; here it knows both are positive.
    x, y = var("x", INT), var("y", INT)
    positive = apply("and", apply(">", x, const(0, INT)), apply(">", y, const(0, INT)))
    scope: dict[str, Sort] = {"x": INT, "y": INT}
    rows: list[dict[str, Value]] = [{"x": 2**62, "y": 2**62}, {"x": 2**53, "y": 2**53}]
    terms = [apply("ite", positive, apply(op, x, y), x) for op in ("+", "*")]
    terms.append(apply("mod", x, apply("*", x, y)))
    compared, flagged = run_kernel([(term, scope, rows) for term in terms])
    assert (compared, flagged) == (1, 5)


def test_a_machine_function_flags_a_whole_batch_for_one_overflow() -> None:
    function = array_function((apply("+", var("x", INT), const(1, INT)),), ("x",), exact=False)
    flags = np.zeros(1, dtype=np.bool_)
    function(np.array([1, 2, 3]), flags)
    assert not flags[0]
    function(np.array([1, 2**63 - 1, 3]), flags)
    assert flags[0]


@pytest.mark.parametrize(
    ("value", "fits"), [(2**63 - 1, True), (2**63, False), (-(2**63), False), (0, True)]
)
def test_terms_with_literals_beyond_64_bits_are_left_to_exact_code(value: int, fits: bool) -> None:
    assert machine_terms([apply("+", var("x", INT), const(value, INT))]) is fits


def test_arrays_over_a_finite_index_are_equal_when_they_agree_everywhere() -> None:
    sort = array(BOOL, INT)
    a = var("a", sort)
    every = apply("store", apply("store", a, const(False, BOOL), var("x", INT)),
                  const(True, BOOL), var("x", INT))  # fmt: skip
    same = apply("=", every, apply("store", apply("store", var("b", sort), const(False, BOOL),
                  var("x", INT)), const(True, BOOL), var("x", INT)))  # fmt: skip
    values = {"a": ArrayValue(0), "b": ArrayValue(1), "x": 5}
    assert evaluate(same, values) is True


def test_every_row_is_found_by_the_kinds_it_is_read_back_from() -> None:
    import z3

    for kind, name in BY_KIND.items():
        assert hasattr(z3, kind), kind
        assert name in OPERATORS


def test_every_table_of_operators_has_the_kernel_s_rows() -> None:
    from solvers.compiled.term_code import CODE
    from theory.formats import latex, z3_terms

    for table in (CODE, latex.FORMS, z3_terms.FORMS):
        assert list(table) == list(OPERATORS)


@pytest.mark.parametrize(
    ("op", "indices", "sorts", "reason"),
    [
        ("nonsense", (), (BOOL,), "unknown-operator"),
        ("not", (), (BOOL, BOOL), "wrong-arity"),
        ("and", (), (BOOL,), "wrong-arity"),
        ("+", (), (INT, REAL), "wrong-sort"),
        ("+", (), (BOOL, BOOL), "wrong-sort"),
        ("bvadd", (), (bitvec(8), bitvec(9)), "wrong-sort"),
        ("extract", (8, 0), (bitvec(8),), "wrong-sort"),
        ("extract", (0, 1), (bitvec(8),), "wrong-sort"),
        ("extract", (1,), (bitvec(8),), "wrong-arity"),
        ("zero_extend", (-1,), (bitvec(8),), "wrong-sort"),
        ("repeat", (0,), (bitvec(8),), "wrong-sort"),
        ("select", (), (array(INT, BOOL), BOOL), "wrong-sort"),
        ("store", (), (array(INT, BOOL), INT, INT), "wrong-sort"),
        ("ite", (), (BOOL, INT, BOOL), "wrong-sort"),
        ("=", (), (INT, BOOL), "wrong-sort"),
        ("concat", (), (bitvec(4000), bitvec(4000)), "bad-width"),
    ],
)  # fmt: skip
def test_what_does_not_fit_an_operator_is_refused(
    op: str, indices: tuple[int, ...], sorts: tuple[Sort, ...], reason: str
) -> None:
    with pytest.raises(ComponentError) as caught:
        result_sort(op, indices, sorts)
    assert caught.value.reason == reason


def test_every_operator_can_stand_at_the_root_of_a_drawn_term() -> None:
    assert all(result_sorts(op, Random(1)) or result_sorts(op, Random(2)) for op in OPERATORS)
