"""That the error of a sequence is below a bound, as formulas for Z3, for every measure."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from solvers.exact.by_smt.encoding import Encoding
from theory.formats.z3_terms import z3_value
from theory.kernel.language.exact import Error
from theory.kernel.language.sorts import Sort, Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.targets import Measure


def error_below(problem: Problem, encoding: Encoding, bound: Error) -> list[Any]:
    """Formulas that hold together only where the error is below the bound.

    They have a model with `encoding.constraints` if and only if some sequence has such an error.
    """
    if bound == math.inf and problem.measure in (Measure.WRONG, Measure.BITS):
        return []  # these are finite wherever there is a sequence
    if problem.measure is Measure.WRONG:
        return _fewer(_wrong_samples(problem, encoding), bound)
    if problem.measure is Measure.BITS:
        return _fewer(_wrong_bits(problem, encoding), bound)
    if bound == math.inf:
        return list(encoding.live)
    if all(v.sort.kind in ("Bool", "BitVec") for v in problem.outputs):
        return encoding.live + _words_below(problem, encoding, bound)
    return encoding.live + _numbers_below(problem, encoding, bound)


def _fewer(wrong: list[Any], bound: Error) -> list[Any]:
    import z3

    return [z3.PbLe([(one, 1) for one in wrong], math.ceil(bound) - 1)]


def _wrong_samples(problem: Problem, encoding: Encoding) -> list[Any]:
    """A condition for each sample: it blocks, or some output is not the one wanted."""
    import z3

    found = []
    for j, row in enumerate(problem.rows()):
        differ = [
            encoding.outputs[k][j] != z3_value(v.sort, row.outputs[k])
            for k, v in enumerate(problem.outputs)
        ]
        found.append(z3.Or(z3.Not(encoding.live[j]), *differ))
    return found


def _wrong_bits(problem: Problem, encoding: Encoding) -> list[Any]:
    import z3

    found = []
    for j, row in enumerate(problem.rows()):
        dead = z3.Not(encoding.live[j])
        for k, v in enumerate(problem.outputs):
            given, wanted = encoding.outputs[k][j], row.outputs[k]
            if v.sort.kind == "Bool":
                found.append(z3.Or(dead, given != wanted))
                continue
            assert isinstance(wanted, int)
            for i in range(v.sort.width):
                bit = z3.Extract(i, i, given) != (wanted >> i & 1)
                found.append(z3.Or(dead, bit))
    return found


def _words_below(problem: Problem, encoding: Encoding, bound: Error) -> list[Any]:
    """Distances of Booleans and bit vectors, as bit vectors wide enough for their sum."""
    import z3

    rows = problem.rows()
    widest = max(1 if v.sort.kind == "Bool" else v.sort.width for v in problem.outputs)
    each = 2 * widest if problem.measure is Measure.SQUARED else widest
    width = each + (len(rows) * len(problem.outputs)).bit_length()
    limit = math.ceil(bound)
    if limit >= 1 << width:
        return []
    distances = []
    for j, row in enumerate(rows):
        for k, v in enumerate(problem.outputs):
            x = _as_word(encoding.outputs[k][j], v.sort, width)
            y = z3.BitVecVal(int(row.outputs[k]), width)  # type: ignore[arg-type]
            d = z3.If(z3.UGE(x, y), x - y, y - x)
            distances.append(d * d if problem.measure is Measure.SQUARED else d)
    most = z3.BitVecVal(limit, width)
    if problem.measure is Measure.GREATEST:
        return [z3.ULT(d, most) for d in distances]
    return [z3.ULT(sum(distances[1:], distances[0]), most)]


def _as_word(given: Any, sort: Sort, width: int) -> Any:
    import z3

    if sort.kind == "Bool":
        return z3.If(given, z3.BitVecVal(1, width), z3.BitVecVal(0, width))
    return z3.ZeroExt(width - sort.width, given)


def _numbers_below(problem: Problem, encoding: Encoding, bound: Error) -> list[Any]:
    """Distances as integers and reals."""
    import z3

    limit = z3.Q(Fraction(bound).numerator, Fraction(bound).denominator)
    found, parts = [], []
    for j, row in enumerate(problem.rows()):
        for k, v in enumerate(problem.outputs):
            d = _as_real(encoding.outputs[k][j], v.sort) - _real_value(row.outputs[k])
            if problem.measure is Measure.GREATEST:
                found += [d < limit, -d < limit]
            elif problem.measure is Measure.SQUARED:
                parts.append(d * d)
            else:
                size = z3.Real(f"distance{j}.{k}")
                found += [size >= d, size >= -d]
                parts.append(size)
    return [*found, z3.Sum(parts) < limit] if parts else found


def _as_real(given: Any, sort: Sort) -> Any:
    import z3

    if sort.kind == "Bool":
        return z3.If(given, z3.RealVal(1), z3.RealVal(0))
    if sort.kind == "BitVec":
        return z3.ToReal(z3.BV2Int(given))
    return z3.ToReal(given) if sort.kind == "Int" else given


def _real_value(value: Value) -> Any:
    import z3

    exact = Fraction(value)  # type: ignore[arg-type]
    return z3.Q(exact.numerator, exact.denominator)
