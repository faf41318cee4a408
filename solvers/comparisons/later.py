"""What a comparison computes while its searches run: recounted lower bounds, counted behaviours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

from solvers.exact import Frontier, Limits, with_evidence
from solvers.exact.counting.count import BehaviourCount, count_behaviours
from solvers.studies.executors import told_if_workers_die

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

    Raises:
        WorkerDiedError: before all of it was handed over.
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
        """Waits for all of it, or until Ctrl-C: what is done by then.

        Raises:
            WorkerDiedError: so it says.
        """
        recounted: dict[str, Frontier] = {}
        counted: dict[str, BehaviourCount] = {}
        try:
            with told_if_workers_die():
                _wait("recounting lower bounds", self.recounts, recounted, say)
                _wait("counting distinct behaviours", self.counts, counted, say)
        except KeyboardInterrupt:
            pass  # bounds stay attested, ideals are left out: the report says both
        return recounted, counted

    def cancel(self) -> None:
        """Takes back what has not begun."""
        for future in (*self.recounts.values(), *self.counts.values()):
            future.cancel()


def _wait(what: str, futures: Mapping[str, Future[Any]], done: dict[str, Any], say: Say) -> None:
    """Adds each result to `done`."""
    waiting = [name for name, future in futures.items() if not future.done()]
    if waiting:
        say(f"{what}: {', '.join(waiting)}")
    for name, future in futures.items():
        done[name] = future.result()


class _InProcess(Future[Any]):
    """Work that this process does when its result is asked for."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work = work

    def result(self, timeout: float | None = None) -> Any:
        """Does it."""
        return self.work()


def _submit(executor: Executor | None, work: Callable[[], Any]) -> Future[Any]:
    if executor is None:
        return _InProcess(work)
    with told_if_workers_die():
        return executor.submit(work)
