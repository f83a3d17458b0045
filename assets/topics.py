"""The topics layer: the sentences about a topic, and the pages that have one."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import add_partition_row_counts, asset_key, chart_metadata, table_metadata, table_spec
from assets.resources import SettingsResource, WriterResource
from assets.run_context import WRITER, ingest_dates
from newsmill import stages
from newsmill.pages.tables import PAGES, TEASERS
from newsmill.topics.tables import ENTITIES, MENTIONS, PAGE_TOPICS
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.staleness import dates_to_retag

TABLES = (MENTIONS, PAGE_TOPICS, ENTITIES)


@dg.multi_asset(
    name="topics_mentions", specs=[table_spec(table, [PAGES.name, TEASERS.name]) for table in TABLES], **WRITER
)
def mentions(
    context: dg.AssetExecutionContext, settings: SettingsResource, writer: WriterResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Tag the pages of the run's ingest dates, and of the dates whose boilerplate changed, with today's taxonomy."""
    options = settings.load()
    taxonomy = load_taxonomy(options.topics)
    dates = ingest_dates(context, stages.archive_of(options).dates())
    with writer.connect() as con:
        for date in sorted({*dates, *dates_to_retag(con)}):
            stages.load_topics(con, options, taxonomy, date)
        for table in TABLES:
            add_partition_row_counts(context, con, table.name, dates)
            metadata = table_metadata(con, table.name) | {"taxonomy_version": taxonomy.version}
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
