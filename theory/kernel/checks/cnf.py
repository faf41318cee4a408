"""Boolean dag problems as clauses: the formula that a proof of a lower bound refutes.

`encode(problem, length, below)` is a conjunctive normal form, numbered the same way every time.
If the shortest dag with an error below `below` has exactly `length` steps, then the formula is
satisfiable; and every model of it is a dag of `length` steps with such an error. So
refutations of the formulas of lengths 1 .. L, with a look at length 0, prove that no dag of at most
L steps has an error below `below`. A single refutation says less: nothing of shorter dags.

A step on r earlier slots reads a set of a = min(A, r) of them, A being the greatest number of
inputs of a component, and applies a table to them, in ascending order
(`theory.kernel.checks.boolean_steps`). The variables of the formula (after A. Kojevnikov, A.
Kulikov and G. Yaroslavtsev, SAT 2009, and D. Knuth, TAOCP 7.2.2.2) are, for each step:

- a selection of one of the sets of slots it may read,
- a bit for each entry of its table,
- its value on each different input,

and, with several outputs, a choice of slot for each output; with `below` above 1, which samples
are missed, and a counter of them (C. Sinz, CP 2005). `Rule` lists what else is asked of a step:
what a shortest dag may be assumed to satisfy. TRUST.md has the arguments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product

from theory.kernel.checks.boolean_steps import applications, check_supported, essential, flipped
from theory.kernel.deadline import tick
from theory.kernel.errors import ProblemError
from theory.kernel.language.sorts import Value
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence
from theory.kernel.problems.targets import Measure, Sample

MAX_CLAUSES = 3_000_000
MAX_STEPS = 64
MAX_CHOICES = 10_000

Clause = tuple[int, ...]
Slots = tuple[int, ...]

ALWAYS = 1  # a literal that `_Writer.add` simplifies away; the formula's variables start at 2


class Rule(StrEnum):
    """What a shortest dag may be assumed to satisfy; TRUST.md gives the argument for each."""

    USED = "every step is an output or read later; a single output is the last step"
    ORDER = "a step that does not read the one before it does not precede that one in order"
    NORMAL = "a step that is no output is 0 where all it reads is 0"
    ESSENTIAL = "a step that is no output depends on at least two slots"
    DIRECT = "no step reads another and, besides, only what that one reads"
    SYMMETRIC = "of two inputs that the target does not tell apart, the first is read first"


ALL_RULES = frozenset(Rule)


@dataclass(frozen=True, slots=True)
class Formula:
    """Clauses, and what the variables mean.

    Attributes:
        clauses: literals are non-zero integers, -v denies variable v.
        variables: the greatest variable number.
        selections: for each step, the variable of each set of slots.
        tables: for each step, the variable of each table entry.
        choices: for each output, the variable of each slot it may be read from.
    """

    clauses: tuple[Clause, ...]
    variables: int
    selections: tuple[dict[Slots, int], ...]
    tables: tuple[tuple[int, ...], ...]
    choices: tuple[dict[int, int], ...]


def encode(
    problem: Problem, length: int, below: int, rules: frozenset[Rule] = ALL_RULES
) -> Formula:
    """The formula 'a shortest dag with error below `below` has exactly `length` steps'.

    Raises:
        ProblemError: `not-boolean`; `bad-length`; `bad-bound`; `too-large` beyond `MAX_CLAUSES`.
    """
    arity = check_supported(problem)
    if not 1 <= length <= MAX_STEPS:
        raise ProblemError("bad-length", f"a formula has 1 to {MAX_STEPS} steps", problem.name)
    if below < 1 or (problem.measure is Measure.GREATEST and below > 1):
        raise ProblemError("bad-bound", f"an error below {below} is not encoded", problem.name)
    return _Writer(problem, length, below, rules, arity).formula()


def colex(slots: Slots) -> Slots:
    """The key of co-lexicographic order: by the greatest slot first, then the next."""
    return slots[::-1]


class _Writer:
    def __init__(
        self, problem: Problem, length: int, below: int, rules: frozenset[Rule], arity: int
    ) -> None:
        self.problem, self.length, self.below, self.rules = problem, length, below, rules
        self.first = len(problem.inputs)  # the slot of the first step
        self.clauses: list[Clause] = []
        self.variables = ALWAYS
        self.rows = problem.rows()
        self.columns = {row.inputs: 0 for row in self.rows}
        self.columns = {inputs: t for t, inputs in enumerate(self.columns)}
        sizes = [min(arity, self.first + i) for i in range(length)]
        self.tables_of = {size: frozenset(applications(problem, size)) for size in set(sizes)}
        self.sizes = sizes
        self.selections: list[dict[Slots, int]] = []
        self.tables: list[tuple[int, ...]] = []
        self.values: list[list[int]] = [  # the literal of a slot on each different input
            [ALWAYS if inputs[k] else -ALWAYS for inputs in self.columns] for k in range(self.first)
        ]

    def new(self) -> int:
        self.variables += 1
        return self.variables

    def add(self, literals: Iterable[int]) -> None:
        tick()
        clause = tuple(dict.fromkeys(x for x in literals if x != -ALWAYS))
        if ALWAYS in clause:
            return
        if len(self.clauses) >= MAX_CLAUSES:
            message = f"the formula has more than {MAX_CLAUSES} clauses; use fewer samples"
            raise ProblemError("too-large", message, self.problem.name)
        self.clauses.append(clause)

    def formula(self) -> Formula:
        for i in range(self.length):
            sets = sorted(combinations(range(self.first + i), self.sizes[i]), key=colex)
            self.selections.append({s: self.new() for s in sets})
            self.tables.append(tuple(self.new() for _ in range(1 << self.sizes[i])))
            self.values.append([self.new() for _ in self.columns])
        self.choices = self._output_choices()
        for i in range(self.length):
            self._step(i)
        self._errors()
        if Rule.USED in self.rules:
            self._used()
        if Rule.ORDER in self.rules:
            self._ordered()
        if Rule.DIRECT in self.rules and self._holds_everything():
            self._direct()
        if Rule.SYMMETRIC in self.rules:
            self._symmetric()
        return Formula(
            tuple(self.clauses), self.variables, tuple(self.selections), tuple(self.tables),
            tuple(self.choices),
        )  # fmt: skip

    def _output_choices(self) -> list[dict[int, int]]:
        """For each output its possible slots; a single output that must be last has no choice."""
        last = self.first + self.length - 1
        outputs = self.problem.outputs
        if Rule.USED in self.rules and len(outputs) == 1:
            return [{last: ALWAYS}]
        choices = [{slot: self.new() for slot in range(last + 1)} for _ in outputs]
        for slots in choices:
            self.add(slots.values())
        return choices

    def _is_output(self, i: int) -> list[int]:
        """Literals of which one is true if step i is an output."""
        slot = self.first + i
        return [slots[slot] for slots in self.choices if slot in slots]

    def _step(self, i: int) -> None:
        """Step i reads one set of slots, has an allowed table, and the values that follow."""
        table, values = self.tables[i], self.values[self.first + i]
        self.add(self.selections[i].values())
        for one, other in combinations(self.selections[i].values(), 2):
            self.add((-one, -other))
        for slots, selected in self.selections[i].items():
            for t, value in enumerate(values):
                operands = [self.values[slot][t] for slot in slots]
                for p, entry in enumerate(table):
                    differs = [-x if p >> j & 1 else x for j, x in enumerate(operands)]
                    self.add((-selected, *differs, -value, entry))
                    self.add((-selected, *differs, value, -entry))
        size, output = self.sizes[i], self._is_output(i)
        everything = Rule.ESSENTIAL in self.rules and self._holds_everything()
        for number in range(1 << (1 << size)):
            denied = [-v if number >> p & 1 else v for p, v in enumerate(table)]
            if number not in self.tables_of[size]:
                self.add(denied)
            elif everything and essential(number, size) < 2:
                self.add((*denied, *output))
        if Rule.NORMAL in self.rules and self._complements():
            self.add((-table[0], *output))

    def _errors(self) -> None:
        """The outputs miss less than `below`."""
        misses: list[int] = []
        together = self.problem.measure is Measure.WRONG
        for row in self.rows:
            t = self.columns[row.inputs]
            miss = -ALWAYS
            for o, slots in enumerate(self.choices):
                if self.below > 1 and (o == 0 or not together):
                    miss = self.new()
                    misses.append(miss)
                for slot, chosen in slots.items():
                    value = self.values[slot][t]
                    self.add((-chosen, value if row.outputs[o] else -value, miss))
        if self.below > 1:
            self._at_most(misses, self.below - 1)

    def _at_most(self, literals: list[int], bound: int) -> None:
        """At most `bound` of the literals hold: count[j] says that more than j do so far."""
        if len(literals) <= bound:
            return
        before: list[int] = []
        for literal in literals:
            count = [self.new() for _ in range(bound)]
            self.add((-literal, count[0]))
            for j, earlier in enumerate(before):
                self.add((-earlier, count[j]))
                self.add((-literal, -earlier, *count[j + 1 : j + 2]))
            before = count

    def _used(self) -> None:
        for i in range(self.length):
            slot = self.first + i
            readers = [
                selected
                for later in self.selections[i + 1 :]
                for slots, selected in later.items()
                if slot in slots
            ]
            self.add((*readers, *self._is_output(i)))

    def _ordered(self) -> None:
        for i in range(self.length - 1):
            for slots, selected in self.selections[i + 1].items():
                if self.first + i in slots:
                    continue
                for earlier, other in self.selections[i].items():
                    if colex(earlier) > colex(slots):
                        self.add((-other, -selected))

    def _direct(self) -> None:
        full = max(self.sizes)
        if full == 0:
            return
        for i in range(self.length):
            if self.sizes[i] < full:
                continue
            slot = self.first + i
            for slots, selected in self.selections[i].items():
                for later in self.selections[i + 1 :]:
                    for kept in combinations(slots, full - 1):
                        self.add((-selected, -later[(*kept, slot)]))

    def _symmetric(self) -> None:
        for a, b in combinations(range(self.first), 2):
            if not exchangeable(self.rows, a, b):
                continue
            for i in range(self.length):
                before = [
                    selected
                    for earlier in self.selections[:i]
                    for slots, selected in earlier.items()
                    if a in slots and b not in slots
                ]
                for slots, selected in self.selections[i].items():
                    if b in slots and a not in slots:
                        self.add((-selected, *before))

    def _holds_everything(self) -> bool:
        """Whether a step can have every table."""
        return all(len(tables) == 1 << (1 << size) for size, tables in self.tables_of.items())

    def _complements(self) -> bool:
        """Whether the tables stay allowed when a slot, or the result, is complemented."""
        for size, tables in self.tables_of.items():
            full = (1 << (1 << size)) - 1
            for table in tables:
                changed = [full ^ table, *(flipped(table, size, j) for j in range(size))]
                if not tables.issuperset(changed):
                    return False
        return True


def exchangeable(rows: tuple[Sample, ...], a: int, b: int) -> bool:
    """Whether the samples are the same ones, as often, when inputs a and b change places."""
    changed: Counter[tuple[tuple[Value, ...], tuple[Value, ...]]] = Counter()
    for row in rows:
        inputs = list(row.inputs)
        inputs[a], inputs[b] = inputs[b], inputs[a]
        changed[tuple(inputs), row.outputs] += 1
    return changed == Counter((row.inputs, row.outputs) for row in rows)


def empty_dag(problem: Problem) -> Sequence:
    """The dag of no steps, whose outputs are inputs, with the least error.

    Raises:
        ProblemError: `too-large` where more than `MAX_CHOICES` choices of outputs would be tried.
    """
    slots = range(len(problem.inputs))
    if len(slots) ** len(problem.outputs) > MAX_CHOICES:
        raise ProblemError("too-large", "too many inputs and outputs for a proof", problem.name)
    choices = product(slots, repeat=len(problem.outputs))
    return min((problem.sequence((), c) for c in choices), key=problem.error)
