"""Which ingest dates the sensor starts: those with new or changed files, and archived ones that no run has finished.

What decides is the state of the home, not what the sensor saw before. So a date whose run was killed or failed stays
wanted, and the runs of the date decide when it starts:

- one is queued or running: not now;
- the last one was killed: at once, from MAX_KILLED in a row on after LONG_SECONDS;
- the last one failed: after RETRY_SECONDS, then RETRY_FACTOR times that, until `run_attempts` have failed;
- the last one was canceled, by a person or a signal: not until its files change.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import dagster as dg
import duckdb
from dagster._core.storage.dagster_run import RunRecord
from dagster._core.storage.tags import PARTITION_NAME_TAG, SENSOR_NAME_TAG

from newsmill import stages
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.sources.scanning.scan import Scan
from newsmill.warehouse.connection import CONFIG, open_reader
from newsmill.warehouse.publish import DATABASE
from pipelines.runs.alive import KILLED_TAG

# The run tags by which Dagster knows a range of partitions.
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"

INPUT_TAG = "newsmill/input"  # the digest of the files that a run of the sensor was started for

MAX_RUNS = 200  # the last runs that are looked at
RETRY_SECONDS = 60.0
RETRY_FACTOR = 4
MAX_KILLED = 10
LONG_SECONDS = 3600.0

FINISHED = """
select ingest_date, input_digest from quality.dates where finished_at is not null
union all
select distinct ingest_date, null from raw.records where ingest_date not in (select ingest_date from quality.dates)
"""

# The digest of a date without files in the input folder: only the archive has it.
ARCHIVED_ONLY = "archived"


@dataclass(frozen=True)
class Attempt:
    """A run to start for an ingest date: the digest of its files, and the id of the date's last run, if any."""

    date: dt.date
    digest: str
    last_run: str


def wanted_dates(settings: Settings, found: Scan) -> dict[dt.date, str]:
    """Return the ingest dates that no finished run has processed as they are, with the digest of their files."""
    now = stages.file_digests(found.files)
    archive = stages.open_archive(settings)
    finished = finished_dates(settings)
    unknown = [date for date in now if finished.get(date, "") is None]
    if unknown:
        # Finished without a look at the files, for example by a rebuild: only files that are not archived count.
        known = set(archive.records(unknown).select("ingest_date", "source_path").iter_rows())
        fresh = {file.ingest_date for file in found.files if (file.ingest_date, file.path) not in known}
        finished |= {date: now[date] for date in unknown if date not in fresh}
    wanted = {date: digest for date, digest in now.items() if finished.get(date) != digest}
    return wanted | {date: now.get(date, ARCHIVED_ONLY) for date in archive.dates() if date not in finished}


def finished_dates(settings: Settings) -> dict[dt.date, str | None]:
    """Return the published ingest dates, with the digest of their files where a run has recorded it.

    Reads the published copy, which no run locks. In a copy of another version all dates count as finished.

    Raises:
        UserError: when the copy is damaged or held by another program.
    """
    database = settings.published / DATABASE
    if not database.is_file():
        return {}
    try:
        with open_reader(database) as con:
            return dict(con.execute(FINISHED).fetchall())
    except UserError:
        try:
            with duckdb.connect(str(database), read_only=True, config=CONFIG) as con:
                return dict(con.execute("select distinct ingest_date, null from raw.records").fetchall())
        except duckdb.Error:
            pass
        raise


def due_attempts(
    wanted: Mapping[dt.date, str],
    before: Mapping[str, str],
    runs: Sequence[RunRecord] | None,
    run_attempts: int,
    now: float | None = None,
) -> list[Attempt]:
    """Return the runs to start now, in order of their dates.

    Args:
        before: by ISO date, the digests that the sensor saw at its last tick.
        runs: the last runs, newest first; None where they are not known: then what was seen has been started.
        run_attempts: how many runs of one state of a date's files may fail.
    """
    at = time.time() if now is None else now
    due = []
    for date, digest in sorted(wanted.items()):
        of_date = [run for run in runs or () if _covers(run.dagster_run, date)]
        seen = before.get(date.isoformat())
        if (seen != digest) if runs is None else _is_due(of_date, seen, digest, run_attempts, at):
            due.append(Attempt(date, digest, of_date[0].dagster_run.run_id if of_date else ""))
    return due


def _is_due(runs: Sequence[RunRecord], seen: str | None, digest: str, run_attempts: int, now: float) -> bool:
    if any(not run.dagster_run.is_finished for run in runs):
        return False
    if not runs or seen not in (None, digest):
        return True
    last = runs[0].dagster_run
    if last.status == dg.DagsterRunStatus.CANCELED:
        return False
    if last.status == dg.DagsterRunStatus.SUCCESS:
        # A run of this sensor has seen these files. Another run was of a part of the assets, or before they changed.
        return seen is None or SENSOR_NAME_TAG not in last.tags
    waited = now - (runs[0].end_time or runs[0].update_timestamp.timestamp())
    failed = list(takewhile(lambda run: _has_failed_alike(run.dagster_run, last), runs))
    if KILLED_TAG in last.tags:
        return len(failed) < MAX_KILLED or waited >= LONG_SECONDS
    return len(failed) < run_attempts and waited >= RETRY_SECONDS * RETRY_FACTOR ** (len(failed) - 1)


def _has_failed_alike(run: dg.DagsterRun, last: dg.DagsterRun) -> bool:
    """Whether a run failed over the same files as the last one, and was killed like that, or not like that."""
    return run.status == dg.DagsterRunStatus.FAILURE and all(
        run.tags.get(tag) == last.tags.get(tag) for tag in (INPUT_TAG, KILLED_TAG)
    )


def _covers(run: dg.DagsterRun, date: dt.date) -> bool:
    """Whether a run is of this ingest date, alone or in a range."""
    first = run.tags.get(RANGE_START_TAG) or run.tags.get(PARTITION_NAME_TAG, "")
    last = run.tags.get(RANGE_END_TAG) or first
    return first <= date.isoformat() <= last
