"""Which runs are alive: dead ones end as failed and free what they held, living ones are never touched."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.utils import make_new_run_id

from newsmill.home_lock import is_locked
from newsmill.settings import Settings
from pipelines.instance import open_instance
from pipelines.runs import alive
from pipelines.runs.alive import KILLED_TAG, end_dead_runs, find_dead_runs, hold_run, release_run

Status = dg.DagsterRunStatus
HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@dg.job(tags={"newsmill": "daily"})
def job() -> None: ...


@dg.job
def job_of_another_project() -> None: ...


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(Settings(home=tmp_path)) as opened:
        yield opened


def new_run(
    instance: dg.DagsterInstance, status: Status, of: dg.JobDefinition = job, tags: dict[str, str] | None = None
) -> str:
    run = instance.create_run_for_job(of, run_id=make_new_run_id(), status=status, tags={**of.run_tags, **(tags or {})})
    return run.run_id


def lock_path(instance: dg.DagsterInstance, run_id: str) -> Path:
    path = Path(instance.root_directory) / "running" / f"{run_id}.lock"
    path.parent.mkdir(exist_ok=True)
    return path


def status_of(instance: dg.DagsterInstance, run_id: str) -> Status:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_run_is_dead_once_its_process_is_killed_and_not_before(instance: dg.DagsterInstance) -> None:
    run_id = new_run(instance, Status.STARTED)
    path = lock_path(instance, run_id)
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        assert find_dead_runs(instance) == []
        assert end_dead_runs(instance) == []
        process.kill()
    assert [dead.run.run_id for dead in find_dead_runs(instance)] == [run_id]
    assert end_dead_runs(instance) == [run_id]
    run = instance.get_run_by_id(run_id)
    assert run is not None and run.status == Status.FAILURE and run.tags[KILLED_TAG] == "true"
    assert any("process of this run is gone" in entry.message for entry in instance.all_logs(run_id))
    assert not path.exists()
    assert end_dead_runs(instance) == []


def test_six_killed_runs_leave_no_run_in_progress(instance: dg.DagsterInstance) -> None:
    runs = [new_run(instance, status) for status in (Status.STARTED, Status.STARTING, Status.NOT_STARTED) * 2]
    for run_id in runs:
        lock_path(instance, run_id).touch()
    assert sorted(end_dead_runs(instance)) == sorted(runs)
    assert {status_of(instance, run_id) for run_id in runs} == {Status.FAILURE}


def test_a_dead_run_that_was_being_canceled_is_canceled(instance: dg.DagsterInstance) -> None:
    run_id = new_run(instance, Status.CANCELING)
    lock_path(instance, run_id).touch()
    end_dead_runs(instance)
    assert status_of(instance, run_id) == Status.CANCELED


@pytest.mark.parametrize("status", [Status.SUCCESS, Status.NOT_STARTED])
def test_runs_without_a_process_are_left_alone(instance: dg.DagsterInstance, status: Status) -> None:
    run_id = new_run(instance, status)
    assert end_dead_runs(instance) == []
    assert status_of(instance, run_id) == status


def test_a_starting_run_is_dead_when_its_code_server_is_gone(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/tmp/newsmill-test-{os.getpid()}.sock"  # a socket's path may be no longer than 100 characters
    run_id = new_run(instance, Status.STARTING, tags={GRPC_INFO_TAG: f'{{"host": "localhost", "socket": "{path}"}}'})
    assert find_dead_runs(instance) == []  # its process may still be importing
    monkeypatch.setattr(alive, "START_SECONDS_WITHOUT_SERVER", -1)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        assert find_dead_runs(instance) == []
    Path(path).unlink()
    assert [dead.run.run_id for dead in find_dead_runs(instance)] == [run_id]


def test_a_run_of_another_project_is_never_ended(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alive, "START_SECONDS", -1)
    other = new_run(instance, Status.STARTED, job_of_another_project)
    mine = new_run(instance, Status.STARTED)
    assert end_dead_runs(instance) == [mine]
    assert status_of(instance, other) == Status.STARTED


def test_a_process_holds_its_run_until_it_is_released(instance: dg.DagsterInstance) -> None:
    run_id = new_run(instance, Status.STARTED)
    hold_run(instance, run_id)
    hold_run(instance, run_id)
    assert is_locked(lock_path(instance, run_id))
    assert end_dead_runs(instance) == []
    release_run(instance, run_id)
    assert not lock_path(instance, run_id).exists()
