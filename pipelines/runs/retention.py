"""Retention of Dagster's history: runs that ended long ago go, with their events and logs; the state of assets stays.

For every asset and partition the newest materialization is kept without its chart, and for every check the newest
result and those that fail, however old their run is: the UI shows by them what is materialized and what passes. Only
Dagster's own SQLite files are pruned.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.runs import SqliteRunStorage
from sqlalchemy import bindparam, text

BATCH_RUNS = 100

# A file is compacted when more of it is free than this; until then new events fill the space.
MAX_FREE_SHARE = 0.25
MIN_FREE_BYTES = 8 * 2**20
VACUUM_TIMEOUT_SECONDS = 2.0

DELETE_EVENTS = """
delete from event_logs where run_id in :runs
  and id not in (
    select max(id) from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION' group by asset_key, partition)
  and id not in (
    select evaluation_event_storage_id from asset_check_executions where evaluation_event_storage_id is not null)
"""
DELETE_CHECKS = """
delete from asset_check_executions where run_id in :runs
  and id not in (select max(id) from asset_check_executions group by asset_key, check_name)
  and (execution_status = 'SUCCEEDED'
       or id not in (select max(id) from asset_check_executions group by asset_key, check_name, partition))
"""
SELECT_CHARTS = "select id, event from event_logs where run_id in :runs and event like '%data:image/%;base64,%'"
CHART = re.compile(r"!\[[^\]]*\]\(data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+\)")
DELETE_EVENT_TAGS = "delete from asset_event_tags where event_id not in (select id from event_logs)"


def prune_history(instance: dg.DagsterInstance, keep_days: int, now: dt.datetime | None = None) -> int:
    """Delete the runs that ended more than `keep_days` ago; return how many. Compact the files when much is free.

    The last run of every job stays, and so do all unfinished ones.
    """
    events, runs = instance.event_log_storage, instance.run_storage
    if not (isinstance(events, SqliteEventLogStorage) and isinstance(runs, SqliteRunStorage)):
        return 0
    before = (now or dt.datetime.now(dt.UTC)) - dt.timedelta(days=keep_days)
    records = instance.get_run_records(dg.RunsFilter(statuses=FINISHED_STATUSES, updated_before=before))
    last = {record.dagster_run.run_id for record in instance.get_run_records(limit=1)}
    old = [record.dagster_run.run_id for record in records if record.dagster_run.run_id not in last]
    for start in range(0, len(old), BATCH_RUNS):
        _delete_runs(instance, events, runs, old[start : start + BATCH_RUNS])
    if old:
        _compact(Path(events.path_for_shard(INDEX_SHARD_NAME)))
    return len(old)


def _delete_runs(
    instance: dg.DagsterInstance, events: SqliteEventLogStorage, runs: SqliteRunStorage, old: Sequence[str]
) -> None:
    with events.index_connection() as con:
        values = {"runs": list(old)}
        for statement in (DELETE_CHECKS, DELETE_EVENTS):
            con.execute(text(statement).bindparams(bindparam("runs", expanding=True)), values)
        for event_id, event in con.execute(
            text(SELECT_CHARTS).bindparams(bindparam("runs", expanding=True)), values
        ).fetchall():
            con.execute(
                text("update event_logs set event = :event where id = :id"),
                {"event": CHART.sub("(chart deleted)", event), "id": event_id},
            )
        con.execute(text(DELETE_EVENT_TAGS))
    for run_id in old:
        shard = Path(events.path_for_shard(run_id))
        for path in (shard, *(shard.with_name(shard.name + suffix) for suffix in ("-wal", "-shm", "-journal"))):
            with suppress(OSError):
                path.unlink()
        shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)
        runs.delete_run(run_id)
    with runs.connect() as con:
        con.execute(text("delete from run_tags where run_id not in (select run_id from runs)"))


def _compact(database: Path) -> None:
    """Shrink a file of which much is free, unless another process uses it: then a later run does."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(database, timeout=VACUUM_TIMEOUT_SECONDS, isolation_level=None)) as con,
    ):
        pages, free, size = (
            con.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        if free > MAX_FREE_SHARE * pages and free * size > MIN_FREE_BYTES:
            con.execute("vacuum")
            con.execute("pragma wal_checkpoint(truncate)")
