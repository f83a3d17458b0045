"""The raw layer: the input folder into the archive, the archive into `raw.records`."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import chart_evidence, count_partitions, quarantine_evidence, table_evidence, table_spec
from assets.run_context import ARCHIVE_ONLY_TAG, WRITER, ingest_dates
from newsmill import stages
from newsmill.settings import Settings
from newsmill.sources.archive import Appended
from newsmill.sources.folder import Scan, scan
from newsmill.sources.tables import RECORDS
from newsmill.warehouse.connection import open_writer


@dg.multi_asset(name="raw_records", specs=[table_spec(RECORDS)], **WRITER)
def records(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """Archive what the input folder holds for the run's dates, and list it."""
    archive_only = ARCHIVE_ONLY_TAG in context.run.tags
    found = Scan([], []) if archive_only else scan(settings.input)
    dates = ingest_dates(context.run.tags, {file.ingest_date for file in found.files})
    appended = Appended() if archive_only else stages.archive_input(settings, dates)
    known = ingest_dates(context.run.tags, stages.archive_of(settings).dates())
    with open_writer(settings.database) as con:
        for date in known:
            stages.load_records(con, settings, date, context.run.run_id)
        count_partitions(context, con, RECORDS.name, known)
        yield dg.MaterializeResult(
            asset_key=records.key,
            metadata={
                **table_evidence(con, RECORDS.name, known),
                **quarantine_evidence(con, "raw", known),
                "new_records": appended.new,
                "seen_again": appended.seen_again,
                "forgotten": appended.forgotten,
                "files_not_read": dg.MetadataValue.md(
                    "\n".join(f"- `{path}`" for path in found.skipped[:50]) or "none"
                ),
                **chart_evidence(
                    con,
                    "select ingest_date, source, count(*) as records from raw.records group by all order by all",
                    "ingest_date",
                    "records",
                    "source",
                    "records by ingest date",
                ),
            },
        )
