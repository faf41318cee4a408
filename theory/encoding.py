"""Integer encodings of sequences, for kernels, genomes and storage.

A chain is one placement number a step. A dag step is the number of an *instance* (a component at a
parameter setting) and its operand slots, and the code ends with the output slots. -1 is a no-op,
so "at most k steps" has fixed width.
"""

from __future__ import annotations

from collections.abc import Sequence as Items

from theory.kernel.components.placements import Instance, Step
from theory.kernel.errors import ProblemError
from theory.kernel.problems.sequences import Sequence


def encode_chain(sequence: Sequence, choices: Items[Step], width: int) -> list[int]:
    """One placement number a step, -1 after the end; shape (width,)."""
    place = {step: k for k, step in enumerate(choices)}
    code = [place[step] for step in sequence.steps]
    if len(code) > width:
        raise ProblemError("too-long", f"{len(code)} steps do not fit in {width}")
    return code + [-1] * (width - len(code))


def decode_chain(code: Items[int], choices: Items[Step]) -> tuple[Step, ...]:
    """The steps of a chain's code; no-ops are left out."""
    return tuple(choices[k] for k in code if k >= 0)


def encode_dag(sequence: Sequence, choices: Items[Instance], width: int) -> list[int]:
    """(instance, operands padded with -1) a step, then the outputs.

    Shape (width * (1 + greatest arity) + outputs,).
    """
    place = {(c.name, setting): k for k, (c, setting) in enumerate(choices)}
    arity = max((len(c.inputs) for c, _ in choices), default=0)
    code: list[int] = []
    for step in sequence.steps:
        code += [place[step.component, step.parameters], *step.reads]
        code += [-1] * (arity - len(step.reads))
    if len(sequence.steps) > width:
        raise ProblemError("too-long", f"{len(sequence.steps)} steps do not fit in {width}")
    code += [-1] * ((1 + arity) * (width - len(sequence.steps)))
    return code + list(sequence.outputs)


def decode_dag(
    code: Items[int], choices: Items[Instance], width: int
) -> tuple[tuple[Step, ...], tuple[int, ...]]:
    """The steps and the outputs of a dag's code; no-ops are left out."""
    stride = 1 + max((len(c.inputs) for c, _ in choices), default=0)
    steps = []
    for k in range(width):
        number, *operands = code[k * stride : (k + 1) * stride]
        if number >= 0:
            component, setting = choices[number]
            steps.append(
                Step(component.name, tuple(operands[: len(component.inputs)]), (), setting)
            )
    return tuple(steps), tuple(code[width * stride :])
