"""The clean layer: records become pages, with their teasers and the passages repeated on a page."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import (
    add_partition_row_counts,
    asset_key,
    chart_metadata,
    quarantine_metadata,
    stage_specs,
    table_metadata,
)
from assets.resources import SettingsResource, WriterResource
from assets.run_context import WRITER, dates_to_load
from newsmill import stages
from newsmill.pages.tables import PAGES


@dg.multi_asset(name="clean_pages", specs=stage_specs(stages.PAGES_STAGE), **WRITER)
def pages(
    context: dg.AssetExecutionContext, settings: SettingsResource, writer: WriterResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Read the archived records of the run's ingest dates as pages, in parallel."""
    options = settings.load()
    with writer.connect() as con:
        dates = dates_to_load(context, con, options)
        stages.PAGES_STAGE.run_changed(con, stages.Run(options, context.run.run_id), dates)
        for table in stages.PAGES_STAGE.fills:
            add_partition_row_counts(context, con, table.name, dates)
            metadata = table_metadata(con, table.name)
            if table is PAGES:
                metadata |= quarantine_metadata(con, "pages", dates)
                metadata |= chart_metadata(
                    con,
                    "select ingest_date, language, count(*) as pages from clean.pages group by all order by all",
                    "ingest_date",
                    "pages",
                    "language",
                    "pages by language",
                )
            yield dg.MaterializeResult(asset_key=asset_key(table.name), metadata=metadata)
