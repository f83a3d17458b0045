"""The sensor: files that are new or changed, and dates that no run has finished, start a run of their ingest dates."""

from __future__ import annotations

import datetime as dt
import json
from itertools import groupby
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.errors import DagsterInvariantViolationError

from newsmill import stages
from newsmill.code_version import digest
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.sources.scanning.scan import Scan
from pipelines.partitions import split_by_partition
from pipelines.runs.alive import end_dead_runs
from pipelines.runs.wanted import (
    INPUT_TAG,
    MAX_RUNS,
    RANGE_END_TAG,
    RANGE_START_TAG,
    Attempt,
    due_attempts,
    wanted_dates,
)

if TYPE_CHECKING:
    from dagster import UnresolvedAssetJobDefinition


def new_files_sensor(
    settings: Settings, job: UnresolvedAssetJobDefinition, days: dg.DailyPartitionsDefinition
) -> dg.SensorDefinition:
    """Return the sensor, on by default. Its cursor holds the digest of each date's files that it last acted on."""

    @dg.sensor(
        name="new_files",
        job=job,
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a run when files of the input folder appear or change, or a run left its dates unfinished.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        instance = instance_of(context)
        if instance:
            end_dead_runs(instance)
        found, missing = Scan(), ""
        try:
            found = stages.scan_input(settings)
        except UserError as error:  # the archive can still be completed
            missing = str(error)
        try:
            wanted = wanted_dates(settings, found)
        except UserError as error:
            return dg.SkipReason(str(error))
        covered, uncovered = split_by_partition(days, wanted)
        if uncovered:
            context.log.warning(
                "no partition covers the ingest dates %s; reload the code location", ", ".join(map(str, uncovered))
            )
        before = json.loads(context.cursor) if context.cursor else {}
        records = instance.get_run_records(limit=MAX_RUNS) if instance else None
        due = due_attempts({date: wanted[date] for date in covered}, before, records, settings.run_attempts)
        if missing and not due:
            return dg.SkipReason(missing)
        acted = {attempt.date for attempt in due}
        cursor = {
            date.isoformat(): digest if date in acted or date not in wanted else before.get(date.isoformat(), digest)
            for date, digest in stages.file_digests(found.files).items()
            if date not in uncovered
        }
        attempts = {attempt.date: attempt for attempt in due}
        ranges = contiguous_ranges(list(attempts))
        return dg.SensorResult(
            run_requests=[run_request([attempts[date] for date in dates]) for dates in ranges],
            cursor=json.dumps(cursor),
        )

    return sensor


def instance_of(context: dg.SensorEvaluationContext | dg.ScheduleEvaluationContext) -> dg.DagsterInstance | None:
    """Return the instance of a tick; None where it is evaluated without one."""
    try:
        return context.instance
    except DagsterInvariantViolationError:
        return None


def contiguous_ranges(dates: list[dt.date]) -> list[list[dt.date]]:
    """Split dates that are in order wherever a day is missing."""
    numbered = enumerate(dates)
    groups = groupby(numbered, key=lambda pair: pair[1].toordinal() - pair[0])
    return [[date for _, date in group] for _, group in groups]


def run_request(attempts: list[Attempt]) -> dg.RunRequest:
    """Return one run over a range of ingest dates. The same files start it twice only after another run of a date."""
    first, last = attempts[0].date.isoformat(), attempts[-1].date.isoformat()
    files = digest(attempt.digest for attempt in attempts)
    after = digest(attempt.last_run for attempt in attempts) if any(a.last_run for a in attempts) else "first"
    key = f"{first}..{last}:{files}:{after}"
    if first == last:
        return dg.RunRequest(run_key=key, partition_key=first, tags={INPUT_TAG: files})
    return dg.RunRequest(run_key=key, tags={RANGE_START_TAG: first, RANGE_END_TAG: last, INPUT_TAG: files})
