"""A cluster whose workers or scheduler are killed in the middle of a comparison."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.durability.commands import ROOT, run, start
from tests.durability.trials import Reference, check_same

distributed = pytest.importorskip("distributed")

Undisturbed = Callable[[str], Reference]

_CLUSTER = """
import sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
    ) as cluster:
        pids = [worker.pid for worker in cluster.workers.values()]
        print(cluster.scheduler_address, *pids, flush=True)
        sys.stdin.read()
"""


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, list[int]]]:
    """A cluster in a process of its own: the process of the scheduler, its address, the workers."""
    script = folder / "cluster.py"
    script.write_text(_CLUSTER)
    with subprocess.Popen(
        [sys.executable, str(script)],
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address, *pids = process.stdout.readline().split()
            yield process, address, list(map(int, pids))
        finally:
            process.kill()


def begun(folder: Path) -> bool:
    """Whether a run is in progress."""
    return any(folder.rglob("*.run"))


@pytest.mark.slow
def test_a_worker_that_is_killed(undisturbed: Undisturbed, tmp_path: Path) -> None:
    wanted, folder = undisturbed("compare"), tmp_path / "work"
    folder.mkdir()
    with cluster(tmp_path) as (_, address, workers):
        running = start([*wanted.trial.first, "--scheduler", address], folder)
        assert running.wait_until(lambda: begun(folder))
        running.send(signal.SIGKILL, workers[:1])
        check_same(folder, wanted, running.end())


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["the first result", "the runs"])
def test_a_scheduler_that_is_killed(moment: str, undisturbed: Undisturbed, tmp_path: Path) -> None:
    wanted, folder = undisturbed("compare"), tmp_path / "work"
    folder.mkdir()
    with cluster(tmp_path) as (scheduler, address, _):
        running = start([*wanted.trial.first, "--scheduler", address], folder)
        if moment == "the runs":
            assert running.wait_until(lambda: begun(folder))
        else:
            assert running.wait_until(lambda: "optimum" in running.said())
        scheduler.kill()
        ended = running.end()
    assert ended.code == 3, (ended.code, ended.err)
    assert ended.one_line, ended.err
    assert "a worker process died" in ended.err
    check_same(folder, wanted, run(wanted.trial.last, folder))


@pytest.mark.slow
def test_ctrl_c(undisturbed: Undisturbed, tmp_path: Path) -> None:
    wanted, folder = undisturbed("compare"), tmp_path / "work"
    folder.mkdir()
    with cluster(tmp_path) as (_, address, _):
        running = start([*wanted.trial.first, "--scheduler", address], folder)
        assert running.wait_until(lambda: begun(folder))
        running.send(signal.SIGINT)
        ended = running.end()
        assert ended.code == 3, (ended.code, ended.err)
        assert "Traceback" not in ended.err
        check_same(folder, wanted, run([*wanted.trial.last, "--scheduler", address], folder))
