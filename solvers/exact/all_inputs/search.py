"""All-input problems over infinite or large domains: search on samples, proof by Z3.

The search runs on a few inputs, length by length. A sequence that is right on them is tried on
many more, and then Z3 is asked. What it is wrong on joins the inputs, and the search goes on at the
same length: shorter lengths have failed on fewer inputs, so they fail on all. If Z3 proves the
sequence, it is a shortest one. Where the compiled search of `zero_error` does not apply, the
engines that find least errors do the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from solvers.exact.all_inputs.chosen_inputs import admitted_inputs, first_inputs
from solvers.exact.all_inputs.zero_error import Operations, ZeroSearch, applies
from solvers.exact.dags.packed import UnpackableError
from solvers.exact.frontiers.frontier import Frontier, Line
from solvers.stopping.limits import STOPS, LimitReachedError, Limits, Meter, stop_reason
from theory.kernel.components.placements import Wiring
from theory.kernel.language.proving import Answer, Counterexample, Proof, prove
from theory.kernel.language.sorts import Value, default_value
from theory.kernel.language.terms import apply, conjunction, const, substitute, var
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.specifications import on_inputs, verify
from theory.kernel.problems.targets import Measure, Relation, Sample, Samples

Engine = Callable[[Problem, Limits], Frontier]
Progress = Callable[[str], None]
Input = tuple[Value, ...]

MORE_INPUTS = 3_000  # on which an answer is tried before Z3 is asked
PROOF_S = 30.0  # for the proof that an answer is right
_FEWER_UP_TO = 4  # least length up to which searching it again with fewer inputs is quick


def solve_all_inputs(
    problem: Problem,
    engine: Engine,
    limits: Limits | None = None,
    progress: Progress | None = None,
    *,
    compiled: bool = True,
) -> Frontier:
    """The zero / non-zero frontier: error 0 is right for all inputs, 1 wrong for some.

    Args:
        engine: solves the problem on finitely many samples, where the compiled search does not
            apply.
        compiled: whether the compiled search may be taken where it applies.

    Raises:
        ProblemError: `empty-domain` where Z3 finds no input at all that meets the condition.
    """
    search = _Search(problem, engine, Meter(limits or Limits()), progress)
    stopped: str | None = None
    try:
        if compiled and problem.wiring is Wiring.DAG and applies(problem):
            try:
                search.compiled()
            except (UnpackableError, _AmbiguousError):
                search.plainly()
        else:
            search.plainly()
    except STOPS as stop:
        stopped = stop_reason(stop)
    return search.frontier(stopped)


class _AmbiguousError(Exception):
    """A relation admits several outputs for an input, so that no sample says it."""


@dataclass(slots=True)
class _State:
    """What is known.

    Attributes:
        refuted: lengths below this one have no sequence that is right on `inputs`.
        proved: a sequence that is right for all inputs.
        unproved: why a sequence of the next length that fits was not proved.
    """

    inputs: list[Input]
    refuted: int = 0
    proved: Sequence | None = None
    unproved: str | None = None


class _Search:
    def __init__(
        self, problem: Problem, engine: Engine, meter: Meter, progress: Progress | None
    ) -> None:
        self.problem, self.engine, self.meter, self.progress = problem, engine, meter, progress
        self.state = _State(first_inputs(problem))
        self.counts: list[int] = []
        self.known: dict[Input, tuple[Value, ...]] = {}
        self.name = "dag" if problem.wiring is Wiring.DAG else "chain"

    def compiled(self) -> None:
        """Length by length, by the compiled search for error 0."""
        operations = Operations(self.problem)
        state = self.state
        for length in range(state.refuted, self.problem.length + 1):
            while True:
                self.meter.check()
                found = ZeroSearch(self._samples(), operations, self.meter)
                sequence = found.find(length)
                if sequence is None:
                    break
                if self._settled(sequence):
                    if length <= _FEWER_UP_TO and state.proved is not None:
                        self._drop_inputs(operations, length)
                    return
            self.counts.append(found.nodes)
            state.refuted = length + 1
            if self.progress:
                text = f"length {length}: none is right, {found.nodes:,} nodes"
                self.progress(f"{text}, {len(state.inputs)} inputs")

    def _drop_inputs(self, operations: Operations, shortest: int) -> None:
        """Keeps the first few inputs, if they refute all shorter lengths: a recount is quicker."""
        kept = every = self.state.inputs
        try:
            for count in range(1, len(every)):
                self.state.inputs = every[:count]
                search = ZeroSearch(self._samples(), operations, self.meter)
                if all(search.find(length) is None for length in range(shortest)):
                    kept = every[:count]
                    break
        except LimitReachedError:
            pass  # all of them refute the shorter lengths as well
        finally:
            self.state.inputs = kept

    def plainly(self) -> None:
        """By an engine that finds the least error for every length."""
        while True:
            left = max(0.1, self.meter.limits.seconds - self.meter.seconds)
            limits = replace(self.meter.limits, seconds=left)
            found = self.engine(on_inputs(self.problem, self.state.inputs), limits)
            self.name, self.counts = found.engine, list(found.counts)
            self.state.refuted = next(
                (line.length for line in found.lines if line.at_least == 0), len(found.lines)
            )
            right = next((line for line in found.lines if line.error == 0), None)
            if right is None:
                if found.stopped:
                    raise LimitReachedError(found.stopped)
                return
            assert right.sequence is not None
            if self._settled(right.sequence):
                if found.stopped and self.state.proved is None:
                    raise LimitReachedError(found.stopped)
                return
            self.meter.check()

    def _samples(self) -> Problem:
        """The problem on the inputs, an output for each.

        Raises:
            _AmbiguousError: where a relation admits several outputs.
        """
        sampled = on_inputs(self.problem, self.state.inputs)
        if isinstance(sampled.target, Samples):
            return sampled
        rows = []
        for values in self.state.inputs:
            if values not in self.known:
                self.known[values] = _only_outputs(self.problem, values)
            rows.append(Sample(values, self.known[values]))
        return replace(sampled, target=Samples(tuple(rows)), measure=Measure.WRONG)

    def _settled(self, sequence: Sequence) -> bool:
        """Whether the sequence is proved, or cannot be judged; else another input is added."""
        wrong = _wrong_input(self.problem, sequence)
        if wrong is None:
            left = self.meter.limits.seconds - self.meter.seconds
            answer: Answer = verify(self.problem, sequence, timeout_s=max(1.0, min(PROOF_S, left)))
            if isinstance(answer, Proof):
                self.state.proved = sequence
                return True
            if not isinstance(answer, Counterexample):
                self.state.unproved = answer.reason
                return True
            wrong = tuple(
                answer.values.get(v.name, default_value(v.sort)) for v in self.problem.inputs
            )
        self.state.inputs.append(wrong)
        return False

    def frontier(self, stopped: str | None) -> Frontier:
        """What is known, as lines. Error 1 needs no witness."""
        state = self.state
        lines = []
        for k in range(self.problem.length + 1):
            if state.proved is not None and state.proved.cost(self.problem.cost) <= k:
                lines.append(Line(k, 0, 0, state.proved))
            else:
                bound = 1 if k < state.refuted or state.proved is not None else 0
                lines.append(Line(k, 1, bound, None))
        if stopped is None and state.unproved is not None:
            stopped = f"not proved: {state.unproved}"
        return Frontier(
            self.problem, self.name, tuple(lines), tuple(self.counts), self.meter.seconds, stopped,
            tuple(state.inputs),
        )  # fmt: skip


def _wrong_input(problem: Problem, sequence: Sequence) -> Input | None:
    """An input on which a sequence is wrong, among many drawn ones."""
    drawn = list(admitted_inputs(problem, tries=MORE_INPUTS))
    if not drawn:
        return None
    sampled = on_inputs(problem, drawn)
    wrong = (
        row.inputs
        for row in sampled.rows()
        if sampled.sample_error(row, sequence.evaluate(row.inputs)) != 0
    )
    return next(wrong, None)


def _only_outputs(problem: Problem, values: Input) -> tuple[Value, ...]:
    """The outputs that a relation demands at an input.

    Raises:
        _AmbiguousError: where Z3 does not prove that there is exactly one choice.
    """
    assert isinstance(problem.target, Relation)
    fixed = {v.name: const(x, v.sort) for v, x in zip(problem.inputs, values, strict=True)}
    (holds,) = substitute([problem.target.holds], fixed)
    first = prove(apply("not", holds), timeout_s=1.0)
    if not isinstance(first, Counterexample):
        raise _AmbiguousError
    outputs = tuple(first.values.get(v.name, default_value(v.sort)) for v in problem.outputs)
    same = conjunction(
        apply("=", var(v.name, v.sort), const(x, v.sort))
        for v, x in zip(problem.outputs, outputs, strict=True)
    )
    if not isinstance(prove(same, [holds], timeout_s=1.0), Proof):
        raise _AmbiguousError
    return outputs
