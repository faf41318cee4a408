"""What a comparison computes while its searches run: recounted lower bounds, counted behaviours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from typing import Any

from solvers.exact import Frontier, Limits, with_evidence
from solvers.exact.counting import BehaviourCount, count_behaviours
from solvers.heuristics import StudyError
from solvers.study import WORKER_DIED

Say = Callable[[str], None]

COUNT_S = 120.0
COUNT_BYTES = 2 * 2**30
"""Limits of counting behaviours beside their number."""


class Later:
    """Recounts of lower bounds and counts of behaviours, begun at once where there is an executor.

    Args:
        executor: where; None for this process, which does it when the results are asked for.
        recount_s: time limit of each recount.
        count_states: most behaviours counted; 0 leaves it out.
    """

    def __init__(
        self,
        executor: Executor | None,
        found: Mapping[str, Frontier],
        *,
        recount_s: float,
        count_states: int,
    ) -> None:
        self.recounts = {
            name: _submit(executor, partial(with_evidence, frontier, timeout_s=recount_s))
            for name, frontier in found.items()
            if not frontier.stopped
        }
        limits = Limits(COUNT_S, count_states, COUNT_BYTES)
        self.counts = {
            name: _submit(executor, partial(count_behaviours, frontier.problem, limits))
            for name, frontier in found.items()
            if count_states
        }

    def results(self, say: Say) -> tuple[dict[str, Frontier], dict[str, BehaviourCount]]:
        """Waits for all of it.

        Raises:
            StudyError: `worker-died`.
        """
        try:
            return self._results(say)
        except BrokenExecutor as error:
            raise StudyError("worker-died", WORKER_DIED) from error

    def _results(self, say: Say) -> tuple[dict[str, Frontier], dict[str, BehaviourCount]]:
        waiting = [name for name, recount in self.recounts.items() if not recount.done()]
        if waiting:
            say(f"recounting lower bounds: {', '.join(waiting)}")
        recounted = {name: recount.result() for name, recount in self.recounts.items()}
        waiting = [name for name, count in self.counts.items() if not count.done()]
        if waiting:
            say(f"counting distinct behaviours: {', '.join(waiting)}")
        return recounted, {name: count.result() for name, count in self.counts.items()}

    def cancel(self) -> None:
        """Takes back what has not begun."""
        for future in (*self.recounts.values(), *self.counts.values()):
            future.cancel()


class _InProcess(Future[Any]):
    """Work that this process does when its result is asked for."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work = work

    def result(self, timeout: float | None = None) -> Any:
        """Does it."""
        return self.work()


def _submit(executor: Executor | None, work: Callable[[], Any]) -> Future[Any]:
    return _InProcess(work) if executor is None else executor.submit(work)
