"""What a program over a component set is, when it halts, and what verdicts say.

The verdicts are complete, weakly complete, incomplete and unknown. Every verdict on Turing
completeness rests on this page.

## States

*Values* are finitely presented. The sorts are Bool, BitVec n, Int (all integers), Real (all
rationals, exact) and Array; an array holds one default value and finitely many exceptions. In a
set with `(values k)` every Int is one of 0 .. k-1, and no array holds an Int.

A *register* holds a value of one sort. `(registers (a b) Int)` declares registers: every program
has these. `(registers any Int)` lets a program have any finite number more of that sort. A set
that declares neither has `any` of every sort that occurs in it. A program names all its registers
in its text; there is no register whose number is computed. Register numbers start at 0: first the
declared registers in their order, then the others in the program's order. A *state* gives each
register a value.

## Components, placements, blocking

A *component* reads inputs and has one or more outputs. Its role is one of three:

- An *operation* writes all its outputs.
- A *test* has one Bool output. It decides and writes nothing.
- A *branch* writes all outputs but the last and decides by the last, a Bool. It may also serve as
  an operation; its decision is then ignored.

*Parameters* are weights with a declared finite range. Each use in a program fixes its own values.
They are part of the program's text, not of the state.

A *guard* is a condition on inputs and parameters. Where it is false the component *blocks*: the
program stops there for good. Blocking is not halting and gives no answer. A test may block too.

A *placement* is a component with the registers it reads, those it writes and its parameter
values. A placed component reads all its inputs, then writes. Where it may stand:

- The sorts of the registers fit. One register may be read twice. None is written twice.
- An output overwrites the first input register of its own sort that no earlier output of the
  component has taken. `difference(x, y)` overwrites x. `copy(x, y)` with output y does too.
- An output that finds no such register is *free*: the program picks any register of its sort.
- `(writes a b)` names the register of each written output instead; then no output is free.
- `(placements (0 1) (0 2))` lists the only places. Each gives the numbers of the registers read,
  then those of the free outputs. With `(writes ...)`, and for a test, it gives the reads alone.

These rules hold for straight-line, loop and while. Recurrent programs write otherwise; see there.

## Start states

By default every state is a start state, so an Int register may start negative. `(starts p)`
admits only states in which p holds. p speaks of declared registers; the others start with any
value. A program's *scratch* registers are those that hold neither a part of the machine it
imitates nor a constant. A complete verdict must hold whatever scratch registers contain. If there
is a predicate p, it must hold at the code of every state of the imitated machine, with scratch at
the default (false, 0, or an array of such values). *Constants* are registers that hold a fixed
value at the start. They must hold it after each step of the imitated machine.

## The four regimes

The regime belongs to the question asked; `--regime` overrides the file.

**straight-line.** A program is a finite list of placed operations, done once. It halts after the
last one, unless one blocks. Set `words-8-bit`, asked as straight-line, on registers x and y:

    complement(x); add(x, y); complement(x)        x := x - y modulo 256

**loop.** Programs are placed operations, programs one after another, and `repeat r times B`. r is
an Int register. The count is its value on entry; B may change r without effect on it. A negative
count is 0. Nothing branches. A program halts unless it blocks. Set `loop-programs`:

    reset(y); reset(z); repeat x times [copy(y, z); inc(z)]        y := max(x - 1, 0)

**while.** A program is a finite flowchart. A node applies a placed operation, or applies a test
or branch and goes one way or the other, or jumps, or halts. It halts when it reaches a halting
node. Set `three-counters`:

    1  if is-zero(b) go to 4                       a := a + b, b := 0
    2  dec(b)
    3  inc(a); go to 1
    4  halt

From a = 2, b = 3 it halts with a = 5, b = 0. From b = -1 it blocks at line 2, as dec needs b > 0.

`(control ...)` narrows what a while-program may do. Without it, every test and branch may be
branched on both ways, and every node may jump. With it:

- A test or branch that is not listed cannot be branched on.
- `(is-zero true)` is *one-way*: on true the program goes where it likes; on false it goes to the
  next line. With unconditional jumps that is as good as both ways, since the next line may jump.
- `no-jump` takes unconditional jumps away: after an operation the next line follows. A two-way
  test still jumps, by naming one target for both outcomes. With one-way tests alone, a program
  needs a decision whose outcome is proved never to vary, and listed, to serve as its jump.

**recurrent.** A program is one *round* B, repeated, and an exit. B is a sequence with fan-out: a
step reads registers and results of earlier steps, and each result gets a new register of its own,
so nothing is overwritten. After the last step, each register of the state takes one chosen
register or result, all at once. This move needs no component; all else is done by components.

- Every sort that occurs in B needs `any` registers. No component in B has `(writes ...)` or
  `(placements ...)`. (On cells placements are allowed; see below.)
- Tests and branches are no steps. A flag that B computes is the output of an operation.
- Constants are further registers that B reads and never changes.
- A complete verdict needs a set that declares no registers by name and no `(starts ...)`.
- A round blocks if any of its steps blocks, needed or not.
- The exit is looked at before each round. It is a test T of the set, or a *flag*: a register that
  must hold true, or 1. The program halts when T first holds, or the flag is first on.

Set `saturated-neurons`, registers q (a bit string in base 4; empty is 0) and done (at first 0):

    t = stretch[0, -2](q, q)        the top bit
    p = stretch[-2, -1](q, t)       the string without it
    n = stretch[0, 0](q, q)         1 if the string is not empty, else 0
    d = neuron[-1, -1, 1](n, n)     1 - n
    q, done := p, d                 exit: done = 1

It pops the string away: from a string of length m it halts after m + 1 rounds, with q = 0.

**recurrent, on cells.** `(cells d (offsets ...))` puts one value at each point of the lattice
Z^d, d = 1, 2 or 3. B is a *local rule*: its inputs are the values at the offsets, in the order
declared, then the constants; its output is the new value of the cell. A placement's numbers count
these inputs from 0, then the results of B's steps. All cells change at once. A start is one of:

- *finite*: all but finitely many cells hold a quiescent value v, and B maps v, ..., v to v. v is
  declared by `(quiescent v)`; the model imitated needs v = 0 or false, also if none is declared.
- *eventually periodic* (d = 1): one word repeats for ever to the left, one to the right.

A program halts when T first holds somewhere. T is any condition on a window of fixed size; it is
chosen with the program and need not be in the set. Set `convolution-3`, inputs l, c, r:

    u = conv[-1, -2, -2, 2](l, c, r);  v = conv[1, 2, 2, -4](l, c, r);  new = mix[-1, -1, 1](u, v)

This is Rule 110 on cells that hold 0 and 1. From a single 1 it gives 1, 11, 111, 1101. If T says
that three neighbours hold 1, 0, 1, it halts after 3 rounds.

Under straight-line, cells do one round. Under loop and while, cells have no meaning, and no verdict
is given.

## What the verdicts say

Let K = {(e, w): machine e halts on input w}. K is undecidable. A verdict is about one regime.

*Complete*: there is **one** program U of the regime and a total computable enc from pairs (e, w)
to start states of U, such that U halts from enc(e, w) if and only if (e, w) is in K. Over
registers there is also a total computable dec from states to words: where U halts, dec gives e's
output on w. U is fixed before e and w are known, and enc is total, so enc cannot decide the
matter. Both may code: a counter may start at 2^n. Over cells starts are finite, and nothing is
claimed of dec.

*Weakly complete*: the same over cells, with eventually periodic starts.

*Incomplete*: for every program of the regime it is decidable from which of its start states it
halts. Then no U as above exists, since enc would decide K. So no set is complete and incomplete.

*Unknown*: no certificate of either kind was accepted. This says nothing about the set. Not
finding a simulation is never evidence of incompleteness.

## What a checker must look at

Leaving something out would make a claim stronger, so what is not looked at must be refused. A
place that fits no register considered is refused, never skipped.

- **straight-line, loop**: incomplete by the form of the programs. Look at the regime asked.
- **while, incomplete**: that no test or branch is admitted; or else each declared register and
  each `any` sort, with enough registers of it for one step; whether the sort is finite, index and
  element sorts of arrays too; each operation and branch at each placement, one register read
  twice included; each test and branch that control admits, at each place, both ways; each
  parameter value; each guard; each value of the finite registers; each start, negative integers
  included; that there are no cells.
- **while, complete**: each operation and test of the model, in each of its cases; for each step
  its role, register sorts, writes, place and parameter values; each outcome branched on, and the
  jump, against control; register names and sorts against the set; each constant; that the code is
  a start state; that no step blocks; that the whole state, constants included, is right after it;
  that distinct states have distinct codes; that the set has no `(values k)`.
- **recurrent, incomplete**: each register sort is finite; there are no cells.
- **recurrent, complete**: each operation of the model in each case; for each step that it is an
  operation, without writes and placements, with allowed parameter values; that inputs, constants
  and results have `any` sorts; that no registers and no starts are declared; that no step blocks.
- **cells, complete**: besides these, the dimension, the offsets, every neighbourhood, the
  quiescent value, each place a component stands at, and whether starts are finite or periodic.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from theory.kernel.language.sorts import Value


class Regime(StrEnum):
    """How sequences may be repeated; see the module's text."""

    STRAIGHT_LINE = "straight-line"
    LOOP = "loop"
    WHILE = "while"
    RECURRENT = "recurrent"


@dataclass(frozen=True, slots=True)
class Control:
    """What a while-program may branch on.

    Attributes:
        branches: (test, its outcomes on which a program may branch), for each listed test.
        jump: whether a program may jump unconditionally.
    """

    branches: tuple[tuple[str, tuple[bool, ...]], ...]
    jump: bool = True


@dataclass(frozen=True, slots=True)
class Cells:
    """A lattice Z^dimension of register tuples; a step reads the cells at `offsets`."""

    dimension: int
    offsets: tuple[tuple[int, ...], ...]
    quiescent: Value | None = None


def outcomes(control: Control | None, test: str) -> tuple[bool, ...]:
    """The outcomes of a test on which a program may branch."""
    if control is None:
        return (True, False)
    return next((o for name, o in control.branches if name == test), ())


def two_way(control: Control | None, allowed: tuple[bool, ...]) -> bool:
    """Whether a program can go either way on a test with these outcomes."""
    return {*allowed} == {True, False} or (bool(allowed) and (control is None or control.jump))
