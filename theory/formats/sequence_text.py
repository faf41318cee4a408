"""Sequences as text: one step a line, as people write programs.

- `sequence_text`, `one_line`: for people. `slot_names`: a name for each slot.
- `sequence_to_json`, `steps_to_json`: as certificates hold sequences, without the component set and
  the inputs, which the problem holds.
"""

from __future__ import annotations

from typing import Any

from theory.formats.values import value_to_json
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.language.sorts import plain_value
from theory.kernel.problems.sequences import Sequence


def slot_names(sequence: Sequence) -> list[str]:
    """A name for each slot: the inputs' own, then t1, t2, ... (dag)."""
    names = [v.name for v in sequence.inputs]
    if sequence.wiring is Wiring.DAG:
        made = sum(len(sequence[step.component].outputs) for step in sequence.steps)
        taken, number = set(names), 0
        for _ in range(made):
            number += 1
            while f"t{number}" in taken:
                number += 1
            names.append(f"t{number}")
    return names


def sequence_text(sequence: Sequence) -> str:
    """One step a line; empty for the empty sequence of a chain."""
    names, lines, slot = slot_names(sequence), [], len(sequence.inputs)
    for step in sequence.steps:
        call = _call(step, names)
        if sequence.wiring is Wiring.TABLE:
            lines.append(step.component)
        elif sequence.wiring is Wiring.CHAIN:
            lines.append(f"{', '.join(names[k] for k in step.writes)} := {call}")
        else:
            count = len(sequence[step.component].outputs)
            lines.append(f"{', '.join(names[slot : slot + count])} = {call}")
            slot += count
    if sequence.wiring is Wiring.DAG:
        lines.append(f"return {', '.join(names[k] for k in sequence.outputs)}")
    return "\n".join(lines)


def one_line(sequence: Sequence) -> str:
    """The text on one line; `(empty)` for no steps."""
    return "; ".join(sequence_text(sequence).splitlines()) or "(empty)"


def sequence_to_json(sequence: Sequence) -> dict[str, Any]:
    """Plain data that `Sequence.from_json` reads back."""
    return {"steps": steps_to_json(sequence.steps), "outputs": list(sequence.outputs)}


def steps_to_json(steps: tuple[Step, ...]) -> list[Any]:
    """Steps as plain data."""
    return [
        [s.component, list(s.reads), list(s.writes), [value_to_json(v) for v in s.parameters]]
        for s in steps
    ]


def _call(step: Step, names: list[str]) -> str:
    arguments = [names[k] for k in step.reads] if step.reads else []
    weights = f"[{', '.join(map(plain_value, step.parameters))}]" if step.parameters else ""
    return f"{step.component}{weights}({', '.join(arguments)})"
