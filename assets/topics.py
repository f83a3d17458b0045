"""The topics layer: sentences that speak of a topic, and the pages that have one."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import asset_key, chart_evidence, count_partitions, table_evidence, table_spec
from assets.run_context import WRITER, ingest_dates
from newsmill import stages
from newsmill.pages.tables import PAGES, TEASERS
from newsmill.settings import Settings
from newsmill.topics.tables import ENTITIES, MENTIONS, PAGE_TOPICS
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.staleness import dates_to_tag


@dg.multi_asset(
    name="topics_mentions",
    specs=[
        table_spec(MENTIONS, [PAGES.name, TEASERS.name]),
        table_spec(PAGE_TOPICS, [PAGES.name, TEASERS.name]),
        table_spec(ENTITIES, [PAGES.name, TEASERS.name]),
    ],
    **WRITER,
)
def mentions(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """Tag the pages of the run's dates, and those its stories touched, with the taxonomy as it stands."""
    taxonomy = load_taxonomy(settings.topics)
    dates = ingest_dates(context.run.tags, stages.archive_of(settings).dates())
    with open_writer(settings.database) as con:
        for date in sorted({*dates, *dates_to_tag(con)}):
            stages.load_topics(con, settings, taxonomy, date)
        for table in (MENTIONS, PAGE_TOPICS, ENTITIES):
            count_partitions(context, con, table.name, dates)
            metadata = table_evidence(con, table.name, dates) | {"taxonomy_version": taxonomy.version}
            if table is PAGE_TOPICS:
                metadata |= chart_evidence(
                    con,
                    "select ingest_date, topic, count(*) as pages from topics.page_topics group by all order by all",
                    "ingest_date",
                    "pages",
                    "topic",
                    "pages by topic",
                )
            yield dg.MaterializeResult(asset_key=asset_key(table.name), metadata=metadata)
