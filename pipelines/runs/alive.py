"""Which runs are alive: every run's process holds a lock, so a run whose lock is free is dead, however it ended.

Process ids would not do: they are used again, and containers that share a home do not share them.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.storage.dagster_run import RunRecord
from dagster._core.storage.tags import GRPC_INFO_TAG

from newsmill.errors import UserError
from newsmill.home_lock import is_locked, lock_file

LOCATION = "newsmill"  # the name in workspace.yaml
JOB_TAG = "newsmill"
KILLED_TAG = "newsmill/killed"

# Runs in these states have a process, or had one.
UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
# A process that a code server starts holds its lock a few seconds later, once it has imported newsmill.
START_SECONDS = 300.0
START_SECONDS_WITHOUT_SERVER = 60.0

GONE = (
    "The process of this run is gone: killed, out of memory, or the machine went down. newsmill marks the run failed; "
    "what it committed is kept, and the next run continues."
)

# The locks of the runs of this process. They end with the process: Dagster writes a run's last event after its steps.
_locks: dict[str, int] = {}


@dataclass(frozen=True)
class DeadRun:
    """A run that Dagster takes for unfinished, whose process is gone."""

    run: dg.DagsterRun
    lock: Path


def hold_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Hold the lock of a run from now until `release_run`, or else the end of the process.

    Raises:
        UserError: when the folder of the locks can't be written.
    """
    if run_id in _locks or instance.is_ephemeral:
        return
    path = _lock_path(instance, run_id)
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = lock_file(draft)
        draft.replace(path)  # under its name it is never seen unlocked
    except OSError as error:
        raise UserError(str(path.parent), f"can't be written: {error.strerror}", "make it writable") from error
    assert descriptor is not None
    _locks[run_id] = descriptor


def release_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Release the lock of a run that has ended."""
    descriptor = _locks.pop(run_id, None)
    if descriptor is not None:
        with suppress(OSError):
            _lock_path(instance, run_id).unlink(missing_ok=True)
        os.close(descriptor)


def find_dead_runs(instance: dg.DagsterInstance) -> list[DeadRun]:
    """Return the runs of newsmill that are unfinished and whose process is gone, oldest first."""
    records = instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED), ascending=True)
    paths = ((record, _lock_path(instance, record.dagster_run.run_id)) for record in records)
    return [DeadRun(record.dagster_run, path) for record, path in paths if _is_dead(record, path)]


def end_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark dead runs failed and free what they held; those that were being canceled become canceled. Return their ids.

    Everything that starts runs calls this first, so that a killed run blocks nothing.
    """
    ended = []
    for dead in find_dead_runs(instance):
        with _exclusive(dead.lock) as is_mine:
            run = instance.get_run_by_id(dead.run.run_id)
            if not is_mine or run is None or run.status not in UNFINISHED:
                continue
            if run.status == dg.DagsterRunStatus.CANCELING:
                instance.report_run_canceled(run, "The process of this run is gone while it was being canceled.")
            else:
                instance.add_run_tags(run.run_id, {KILLED_TAG: "true"})
                instance.report_run_failed(run, GONE)
            if instance.event_log_storage.supports_global_concurrency_limits:
                instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            ended.append(run.run_id)
    _remove_free_locks(instance)
    return ended


def _is_dead(record: RunRecord, lock: Path) -> bool:
    run = record.dagster_run
    if lock.is_file():
        return not is_locked(lock)
    if run.status == dg.DagsterRunStatus.NOT_STARTED or not _is_ours(run):
        return False
    waited = time.time() - record.update_timestamp.timestamp()
    return waited > START_SECONDS or (waited > START_SECONDS_WITHOUT_SERVER and not _has_server(run))


def _is_ours(run: dg.DagsterRun) -> bool:
    """Whether newsmill's code location made the run; a DAGSTER_HOME can have runs of other projects."""
    origin = run.remote_job_origin
    return JOB_TAG in run.tags or (origin is not None and origin.location_name == LOCATION)


def _has_server(run: dg.DagsterRun) -> bool:
    """Whether the code server that was asked to start the run still listens."""
    server = json.loads(run.tags.get(GRPC_INFO_TAG, "{}"))
    with socket.socket(socket.AF_UNIX if server.get("socket") else socket.AF_INET) as client:
        client.settimeout(2)
        try:
            client.connect(server.get("socket") or (server["host"], server["port"]))
        except (OSError, KeyError, TypeError):
            return False
    return True


@contextmanager
def _exclusive(lock: Path) -> Iterator[bool]:
    """Hold a dead run's lock, if no other process does: only one of several marks the run."""
    if not lock.is_file():
        yield True
        return
    descriptor = lock_file(lock)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _remove_free_locks(instance: dg.DagsterInstance) -> None:
    """Remove the lock files of runs that have ended."""
    for path in _lock_path(instance, "").parent.glob("*.lock"):
        run = instance.get_run_by_id(path.stem)
        if (run is None or run.is_finished) and not is_locked(path):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _lock_path(instance: dg.DagsterInstance, run_id: str) -> Path:
    return Path(instance.root_directory) / "running" / f"{run_id}.lock"
