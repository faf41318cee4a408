"""Where jobs run: in this process, in processes of this machine, or on a Dask cluster.

Any `concurrent.futures.Executor` serves. A cluster's workers need the same version of Sheffer and
of its packages; a worker that dies has its jobs done again by others. One of this machine's own
processes that dies ends the work.

- `executor_for(workers, scheduler)`: the executor.
- `told_if_workers_die()`: around what waits for it. `WorkerDiedError`.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from solvers.searches import StudyError
from solvers.studies.pool import process_pool
from theory.kernel.errors import OutOfLimitsError

CONNECT_S = 10


class WorkerDiedError(OutOfLimitsError, StudyError):
    """A worker process died; what is stored by then stays, and the same call continues it."""

    def __init__(self) -> None:
        message = "a worker process died, perhaps for lack of memory; run it again to continue"
        super().__init__("worker-died", message)


@contextmanager
def told_if_workers_die() -> Iterator[None]:
    """Inside, the failures of executors that have lost their workers are one error.

    Raises:
        WorkerDiedError: a process was killed, or a cluster has given a job or itself up.
    """
    try:
        yield
    except Exception as error:
        # A cluster gives a job up after several of its workers have died at it.
        cluster = type(error).__module__.partition(".")[0] == "distributed"
        if not cluster and not isinstance(error, BrokenExecutor | CancelledError):
            raise
        raise WorkerDiedError from error


@contextmanager
def executor_for(
    workers: int | None = None, scheduler: str | None = None
) -> Iterator[Executor | None]:
    """An executor, or None for this process alone (`workers` 1).

    Args:
        workers: processes here; None for the number of processors, at least 2.
        scheduler: address of a Dask scheduler, such as `tcp://host:8786`; `workers` is then of no
            account.

    Raises:
        StudyError: `bad-address` where it is none; `no-cluster` where the package `distributed`
            is missing or nothing answers.
    """
    if scheduler is not None:
        check_address(scheduler)
        with _cluster(scheduler) as executor:
            yield executor
        return
    number = workers or max(2, os.cpu_count() or 2)
    if number == 1:
        yield None
        return
    with process_pool(number) as pool:
        yield pool


def check_address(address: str) -> None:
    """Refuse what is no address of a Dask scheduler.

    Raises:
        StudyError: `bad-address`.
    """
    # distributed itself tries what it cannot read, for half a minute and with tracebacks.
    found = re.fullmatch(
        r"(?:(?:tcp|tls|ws|wss|ucx)://)?(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):(\d+)", address
    )
    if found is None or not 0 < int(found[1]) < 2**16:
        message = "is no address of a Dask scheduler, such as tcp://host:8786"
        raise StudyError("bad-address", message, address or "''")


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        message = "needs the package distributed: pip install 'sheffer[cluster]'"
        raise StudyError("no-cluster", message, address) from None
    try:
        client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"no Dask scheduler answers there ({text}); start one with `dask scheduler`"
        raise StudyError("no-cluster", message, address) from None
    with _silent():
        try:
            # Jobs are pure functions of their seeds, but must not share results by equal arguments.
            yield client.get_executor(pure=False)
        finally:
            client.close()


@contextmanager
def _silent() -> Iterator[None]:
    """Keeps the client from logging tracebacks: what is wrong comes as an exception too."""
    loggers = [logging.getLogger(f"distributed{part}") for part in ("", ".client")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
