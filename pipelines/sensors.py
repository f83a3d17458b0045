"""The sensor: new or changed files in the input folder start a run for their ingest dates."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

import dagster as dg
import xxhash

from newsmill import stages
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.sources.scanning.scan import InputFile
from pipelines.partitions import split_by_partition

if TYPE_CHECKING:
    from dagster import UnresolvedAssetJobDefinition


# The run tags by which Dagster knows a range of partitions.
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"


def new_files_sensor(
    settings: Settings, job: UnresolvedAssetJobDefinition, days: dg.DailyPartitionsDefinition
) -> dg.SensorDefinition:
    """Return the sensor, on by default. Its cursor holds a digest of each ingest date's files, not the files."""

    @dg.sensor(
        name="new_files",
        job=job,
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a run when files of the input folder appear, change or disappear.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            now = digests(stages.scan_input(settings).files)
        except UserError as error:
            return dg.SkipReason(str(error))
        before = json.loads(context.cursor) if context.cursor else archived_digests(settings)
        changed, uncovered = split_by_partition(
            days, (date for date, digest in now.items() if before.get(date.isoformat()) != digest)
        )
        if uncovered:
            context.log.warning(
                "no partition covers the ingest dates %s; reload the code location", ", ".join(map(str, uncovered))
            )
        ranges = contiguous_ranges(changed)
        return dg.SensorResult(
            run_requests=[run_request(days[0], days[-1], [now[day] for day in days]) for days in ranges],
            cursor=json.dumps({date.isoformat(): digest for date, digest in now.items() if date not in uncovered}),
        )

    return sensor


def digests(files: list[InputFile]) -> dict[dt.date, str]:
    """Return a digest of the paths, sizes and modification times of each ingest date's files."""
    by_date = sorted(files, key=lambda file: (file.ingest_date, file.path))
    return {
        date: digest(f"{file.path}\t{file.size}\t{file.mtime_ns}" for file in group)
        for date, group in groupby(by_date, key=lambda file: file.ingest_date)
    }


def digest(lines: Iterable[str]) -> str:
    """Return the xxh3-64 hash of the lines, as hex digits."""
    return xxhash.xxh3_64_hexdigest("\n".join(lines).encode())


def archived_digests(settings: Settings) -> dict[str, str]:
    """Return the digests of the dates whose files are all archived already, for a sensor without a cursor."""
    files = stages.scan_input(settings).files
    archive = stages.open_archive(settings)
    known = set(archive.records(archive.dates()).select("ingest_date", "source_path").iter_rows())
    fresh = {file.ingest_date for file in files if (file.ingest_date, file.path) not in known}
    return {date.isoformat(): digest for date, digest in digests(files).items() if date not in fresh}


def contiguous_ranges(dates: list[dt.date]) -> list[list[dt.date]]:
    """Split dates that are in order wherever a day is missing."""
    numbered = enumerate(dates)
    groups = groupby(numbered, key=lambda pair: pair[1].toordinal() - pair[0])
    return [[date for _, date in group] for _, group in groups]


def run_request(first: dt.date, last: dt.date, state: list[str]) -> dg.RunRequest:
    """Return one run over a range of ingest dates; the same files never start it twice."""
    key = f"{first}..{last}:{digest(state)}"
    if first == last:
        return dg.RunRequest(run_key=key, partition_key=first.isoformat())
    return dg.RunRequest(run_key=key, tags={RANGE_START_TAG: first.isoformat(), RANGE_END_TAG: last.isoformat()})
