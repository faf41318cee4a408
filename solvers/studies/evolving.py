"""One run of a heuristic search on a problem, from the problem to the sequence it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.evaluation.evaluators import evaluator_for
from solvers.searches import RunResult, StudyError, run
from solvers.stopping.ctrl_c import answer, asked_to_end, ended_by_ctrl_c
from theory.kernel.language.exact import Error
from theory.kernel.problems.problem import Problem
from theory.kernel.problems.sequences import Sequence


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; nothing is claimed about whether there is better.

    Attributes:
        error: the exact error of the sequence.
        sequence: the best sequence.
        run: evaluations, distinct ones, and the trajectory.
        interrupted: whether Ctrl-C ended it.
    """

    error: Error
    sequence: Sequence
    run: RunResult
    interrupted: bool = False


def evolve(
    problem: Problem,
    search: str = "genetic",
    *,
    evaluations: int = 20_000,
    seed: int = 1,
    settings: Mapping[str, Any] | None = None,
) -> Found:
    """Runs one search for at most `evaluations`, or until the error is 0, or Ctrl-C.

    Raises:
        ShefferError: a negative seed, no such search or setting, or a problem that cannot be
            evaluated.
    """
    if seed < 0:
        raise StudyError("bad-seed", f"the seed must not be negative; it is {seed}")
    evaluator = evaluator_for(problem)
    with ended_by_ctrl_c():
        result = run(
            evaluator,
            search,
            settings or {},
            np.random.SeedSequence(seed),
            evaluations,
            {"optimum": 0.0},
        )
        interrupted = asked_to_end()
        answer()
    sequence = evaluator.sequence(np.array(result.best_genome, dtype=np.int32))
    return Found(problem.error(sequence), sequence, result, interrupted)
