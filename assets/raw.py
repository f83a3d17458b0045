"""The raw layer: the input folder is archived; `raw.files` lists its files, `raw.records` the archive."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl
from pydantic import Field

from assets.metadata import (
    add_partition_row_counts,
    asset_key,
    chart_metadata,
    quarantine_metadata,
    stage_specs,
    table_metadata,
)
from assets.resources import SettingsResource, WriterResource
from assets.run_context import WRITER, dates_to_load, ingest_dates
from newsmill import stages
from newsmill.report.preview import table_markdown
from newsmill.sources.archive import AppendResult
from newsmill.sources.scanning.scan import Scan
from newsmill.sources.tables import FILES, RECORDS
from newsmill.types import Connection

MAX_LISTED_FILES = 50


class ArchiveConfig(dg.Config):
    """What the step `raw_records` reads."""

    archive_only: bool = Field(False, description="Do not read the input folder; list what the archive holds.")
    reprocess: bool = Field(False, description="Process ingest dates that have not changed, too.")


@dg.multi_asset(name="raw_records", specs=stage_specs(stages.RAW_STAGE), **WRITER)
def records(
    context: dg.AssetExecutionContext,
    config: ArchiveConfig,
    settings: SettingsResource,
    writer: WriterResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Archive the input folder's files of the run's ingest dates, and list the records."""
    options = settings.load()
    found = Scan() if config.archive_only else stages.scan_input(options)
    archive, digests = stages.open_archive(options), stages.file_digests(found.files)
    run = stages.Run(options, context.run.run_id)
    dates = ingest_dates(context, {*digests, *archive.dates()})
    with writer.connect() as con:
        if config.reprocess:
            stages.forget_inputs(con, dates)
        dates = stages.dates_to_process(con, stages.StageInputs.of(run), dates, digests)
        dates = stages.begin_dates(con, run.run_id, dates, digests, archive.dates())
    appended = AppendResult() if config.archive_only else stages.archive_input(options, dates, found)
    with writer.connect() as con:
        archived = dates_to_load(context, con, options)
        stages.RAW_STAGE.run_changed(con, run, archived)
        add_partition_row_counts(context, con, RECORDS.name, archived)
        yield dg.MaterializeResult(
            asset_key=asset_key(RECORDS.name),
            metadata={
                **table_metadata(con, RECORDS.name),
                **quarantine_metadata(con, "raw", archived),
                "new_records": appended.new,
                "already_archived": appended.already_archived,
                "forgotten": appended.forgotten,
                **chart_metadata(
                    con,
                    "select ingest_date, source, count(*) as records from raw.records group by all order by all",
                    "ingest_date",
                    "records",
                    "source",
                    "records by ingest date",
                ),
            },
        )
        yield dg.MaterializeResult(asset_key=asset_key(FILES.name), metadata=file_metadata(con))


def file_metadata(con: Connection) -> dict[str, Any]:
    """Return how many files of the last look at the input were read or not, by reason, and some that were skipped."""
    files = con.execute(f"from {FILES.name} where seen_at = (select max(seen_at) from {FILES.name})").pl()  # noqa: S608
    counts = files.group_by("status", "reason").len("files").sort("files", "status", "reason", descending=True)
    skipped = files.filter((pl.col("status") == "skipped") & ~pl.col("by_design")).select(
        "source_path", "reason", "detail"
    )
    return {
        **table_metadata(con, FILES.name),
        "files": dg.MetadataValue.md(table_markdown(counts, counts.height)),
        "files_skipped": dg.MetadataValue.md(table_markdown(skipped, MAX_LISTED_FILES)),
    }
