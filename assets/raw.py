"""The raw layer: the input folder is archived, and `raw.records` lists the archive."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from assets.metadata import (
    add_partition_row_counts,
    chart_metadata,
    quarantine_metadata,
    stage_specs,
    table_metadata,
)
from assets.resources import SettingsResource, WriterResource
from assets.run_context import WRITER, ingest_dates
from newsmill import stages
from newsmill.sources.archive import AppendResult
from newsmill.sources.folder import Scan, scan
from newsmill.sources.tables import RECORDS

MAX_LISTED_FILES = 50


class ArchiveConfig(dg.Config):
    """What the step `raw_records` reads."""

    archive_only: bool = Field(False, description="Do not read the input folder; list what the archive holds.")


@dg.multi_asset(name="raw_records", specs=stage_specs(stages.RAW_STAGE), **WRITER)
def records(
    context: dg.AssetExecutionContext,
    config: ArchiveConfig,
    settings: SettingsResource,
    writer: WriterResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Archive the input folder's files of the run's ingest dates, and list the records."""
    options = settings.load()
    found = Scan([], []) if config.archive_only else scan(options.input)
    dates = ingest_dates(context, {file.ingest_date for file in found.files})
    appended = AppendResult() if config.archive_only else stages.archive_input(options, dates, found)
    archived = ingest_dates(context, stages.open_archive(options).dates())
    with writer.connect() as con:
        stages.RAW_STAGE.run(con, stages.Run(options, context.run.run_id), archived)
        add_partition_row_counts(context, con, RECORDS.name, archived)
        yield dg.MaterializeResult(
            asset_key=records.key,
            metadata={
                **table_metadata(con, RECORDS.name),
                **quarantine_metadata(con, "raw", archived),
                "new_records": appended.new,
                "already_archived": appended.already_archived,
                "forgotten": appended.forgotten,
                "files_not_read": dg.MetadataValue.md(
                    "\n".join(f"- `{path}`" for path in found.skipped[:MAX_LISTED_FILES]) or "none"
                ),
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
