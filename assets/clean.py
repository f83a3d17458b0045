"""The clean layer: records into pages, with their teasers and in-page repeats."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import asset_key, chart_evidence, count_partitions, quarantine_evidence, table_evidence, table_spec
from assets.run_context import WRITER, ingest_dates
from newsmill import stages
from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.settings import Settings
from newsmill.sources.tables import RECORDS
from newsmill.warehouse.connection import open_writer

TABLES = (PAGES, TEASERS, REPEATS)


@dg.multi_asset(name="clean_pages", specs=[table_spec(table, [RECORDS.name]) for table in TABLES], **WRITER)
def pages(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """Read the archived records of the run's dates as pages, in parallel."""
    dates = ingest_dates(context.run.tags, stages.archive_of(settings).dates())
    with open_writer(settings.database) as con:
        for date in dates:
            stages.load_pages(con, settings, date, context.run.run_id)
        for table in TABLES:
            count_partitions(context, con, table.name, dates)
            metadata = table_evidence(con, table.name, dates)
            if table is PAGES:
                metadata |= quarantine_evidence(con, "pages", dates)
                metadata |= chart_evidence(
                    con,
                    "select ingest_date, language, count(*) as pages from clean.pages group by all order by all",
                    "ingest_date",
                    "pages",
                    "language",
                    "pages by language",
                )
            yield dg.MaterializeResult(asset_key=asset_key(table.name), metadata=metadata)
