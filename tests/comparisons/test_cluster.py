"""Studies on a real Dask cluster: a worker is killed in the middle, and nothing changes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solvers import Settings, compare, find_problem
from solvers.searches import StudyError
from solvers.studies import executors
from solvers.studies.executors import executor_for
from solvers.studies.study import run_study
from tests.support.small_studies import spec, tables

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


class Killer:
    """Kills one worker of a cluster when some runs are finished."""

    def __init__(self, cluster: Any, after: int) -> None:
        self.cluster, self.after = cluster, after
        self.killed: list[int] = []

    def __call__(self, done: int, total: int) -> None:
        if done >= self.after and not self.killed:
            assert done < total
            self.killed.append(next(iter(self.cluster.workers.values())).pid)
            os.kill(self.killed[0], signal.SIGKILL)


@pytest.mark.slow
def test_a_study_on_a_cluster_equals_a_serial_one_though_a_worker_is_killed(
    cluster: Any, tmp_path: Path
) -> None:
    study = replace(spec(12, cap=3000), contrasts=(("genetic", "random"),))
    serial = run_study(study, tmp_path / "serial.db", workers=1)
    killer = Killer(cluster, 10)
    with executor_for(scheduler=cluster.scheduler_address) as executor:
        result = run_study(study, tmp_path / "cluster.db", executor=executor, progress=killer)
    assert killer.killed
    assert result.complete
    assert result.runs == serial.runs
    assert tables(result) == tables(serial)


@pytest.mark.slow
def test_a_comparison_on_a_cluster_writes_the_same_files(cluster: Any, tmp_path: Path) -> None:
    problems = [find_problem(name) for name in ("sorting-4", "set-cover-1")]
    chosen = Settings(repetitions=12, evaluations=1500, workers=1)
    compare(problems, tmp_path / "serial" / "study", chosen)
    killer = Killer(cluster, 8)
    remote = replace(chosen, scheduler=cluster.scheduler_address)
    compare(problems, tmp_path / "cluster" / "study", remote, tick=killer)
    assert killer.killed
    for name in ("runs.csv", "study.json", "table.csv", "table.md", "report.md", "report.html"):
        whole = (tmp_path / "serial" / "study" / name).read_bytes()
        assert (tmp_path / "cluster" / "study" / name).read_bytes() == whole, name


def test_an_address_where_nothing_answers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "CONNECT_S", 0.3)
    reasons = {"tcp://127.0.0.1:9": "no-cluster", "no address at all": "bad-address"}
    for address, reason in reasons.items():
        with pytest.raises(StudyError) as caught, executor_for(scheduler=address):
            pass
        assert caught.value.reason == reason
        assert "\n" not in str(caught.value)
