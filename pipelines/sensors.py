"""The sensor: new or changed files in the input folder start a run for the ingest dates they belong to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

import dagster as dg
import xxhash

from assets.run_context import RANGE_END_TAG, RANGE_START_TAG
from newsmill import stages
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.sources.folder import InputFile, scan
from pipelines.partitions import ingest_days, require_partitions

if TYPE_CHECKING:
    from dagster import UnresolvedAssetJobDefinition


def new_files(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """On from the start. The cursor keeps a digest of every ingest date's files, not the files."""

    @dg.sensor(
        name="new_files",
        job=job,
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a run when files appear or change in the input folder.",
    )
    def new_files_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            now = digests(scan(settings.input).files)
        except UserError as error:
            return dg.SkipReason(str(error))
        before = json.loads(context.cursor) if context.cursor else milled_digests(settings)
        changed = sorted(date for date, digest in now.items() if before.get(date.isoformat()) != digest)
        try:
            require_partitions(ingest_days(settings), changed)
        except UserError as error:
            return dg.SkipReason(str(error))
        return dg.SensorResult(
            run_requests=[range_request(days[0], days[-1], [now[day] for day in days]) for days in stretches(changed)],
            cursor=json.dumps({date.isoformat(): digest for date, digest in now.items()}),
        )

    return new_files_sensor


def digests(files: list[InputFile]) -> dict[dt.date, str]:
    """A digest of the paths, sizes and times of each ingest date's files."""
    by_date = sorted(files, key=lambda file: (file.ingest_date, file.path))
    return {
        date: digest(f"{file.path}\t{file.size}\t{file.mtime_ns}" for file in group)
        for date, group in groupby(by_date, key=lambda file: file.ingest_date)
    }


def digest(lines: Iterable[str]) -> str:
    """xxh3-64 of the lines, as hex digits."""
    return xxhash.xxh3_64_hexdigest("\n".join(lines).encode())


def milled_digests(settings: Settings) -> dict[str, str]:
    """For a first look: the digests of dates whose files are all in the archive already, as after `newsmill run`."""
    files = scan(settings.input).files
    archive = stages.archive_of(settings)
    known = set(archive.records(archive.dates()).select("ingest_date", "source_path").iter_rows())
    fresh = {file.ingest_date for file in files if (file.ingest_date, file.path) not in known}
    return {date.isoformat(): digest for date, digest in digests(files).items() if date not in fresh}


def stretches(dates: list[dt.date]) -> list[list[dt.date]]:
    """The dates, in order, parted where a day is missing."""
    numbered = enumerate(dates)
    groups = groupby(numbered, key=lambda pair: pair[1].toordinal() - pair[0])
    return [[date for _, date in group] for _, group in groups]


def range_request(first: dt.date, last: dt.date, state: list[str]) -> dg.RunRequest:
    """One run over a range of ingest dates; the same files never start it twice."""
    key = f"{first}..{last}:{digest(state)}"
    if first == last:
        return dg.RunRequest(run_key=key, partition_key=first.isoformat())
    return dg.RunRequest(run_key=key, tags={RANGE_START_TAG: first.isoformat(), RANGE_END_TAG: last.isoformat()})
