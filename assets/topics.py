"""The topics layer: the sentences about a topic, and the pages that have one."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import add_partition_row_counts, asset_key, chart_metadata, stage_specs, table_metadata
from assets.resources import SettingsResource, WriterResource
from assets.run_context import WRITER, dates_to_load
from newsmill import stages
from newsmill.topics.tables import PAGE_TOPICS


@dg.multi_asset(name="topics_mentions", specs=stage_specs(stages.TOPICS_STAGE), **WRITER)
def mentions(
    context: dg.AssetExecutionContext, settings: SettingsResource, writer: WriterResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Tag the pages of the run's ingest dates, and of the dates whose boilerplate changed, with today's taxonomy."""
    options = settings.load()
    run = stages.Run(options, context.run.run_id)
    with writer.connect() as con:
        dates = dates_to_load(context, con, options)
        stages.TOPICS_STAGE.run_changed(con, run, dates)
        for table in stages.TOPICS_STAGE.fills:
            add_partition_row_counts(context, con, table.name, dates)
            metadata = table_metadata(con, table.name) | {"taxonomy_version": run.taxonomy.version}
            if table is PAGE_TOPICS:
                metadata |= chart_metadata(
                    con,
                    "select ingest_date, topic, count(*) as pages from topics.page_topics group by all order by all",
                    "ingest_date",
                    "pages",
                    "topic",
                    "pages by topic",
                )
            yield dg.MaterializeResult(asset_key=asset_key(table.name), metadata=metadata)
