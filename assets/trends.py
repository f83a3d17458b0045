"""The trends that Python computes: the expected stories of every topic and day, and the bursts above them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg

from assets.metadata import asset_key, chart_metadata, table_metadata, table_spec
from assets.resources import WriterResource
from assets.run_context import WRITER
from newsmill import stages
from newsmill.sources.tables import RECORDS
from newsmill.table import Table
from newsmill.trends.tables import BURSTS, EXPECTED
from newsmill.warehouse.memory import with_enough_memory

DAILY = "trends.topic_daily"
PAGE_DAYS = "trends.page_days"
TOPIC_PAGES = "trends.topic_pages"
DAILY_COUNTS = [(DAILY, "topic"), (DAILY, "day"), (DAILY, "stories")]
# The columns that a column is computed from, where these are not DAILY_COUNTS.
COLUMN_DEPS = {
    "day": [(DAILY, "day")],
    "topic": [(DAILY, "topic")],
    "stories": [(DAILY, "stories")],
    "is_collected": [(DAILY, "is_collected")],
    "exposure": [(PAGE_DAYS, "site"), (PAGE_DAYS, "day"), (TOPIC_PAGES, "site"), (TOPIC_PAGES, "story_id")],
    "top_story_id": [
        (TOPIC_PAGES, "story_id"),
        (TOPIC_PAGES, "record_id"),
        (TOPIC_PAGES, "seen_at"),
        *DAILY_COUNTS,
    ],
}


def _spec(table: Table) -> dg.AssetSpec:
    lineage = {
        column.name: [
            dg.TableColumnDep(asset_key(source), name) for source, name in COLUMN_DEPS.get(column.name, DAILY_COUNTS)
        ]
        for column in table.columns
    }
    metadata: dict[str, Any] = {"dagster/column_lineage": dg.TableColumnLineage(lineage)}
    return table_spec(table, [RECORDS.name, DAILY, PAGE_DAYS, TOPIC_PAGES]).merge_attributes(metadata=metadata)


@dg.multi_asset(name="trends_topic_bursts", specs=[_spec(EXPECTED), _spec(BURSTS)], **WRITER)
def bursts(writer: WriterResource) -> Iterator[dg.MaterializeResult[None]]:
    """Compare every day of every topic with the topic's own past."""
    with writer.connect() as con:
        with_enough_memory(con, partial(stages.load_bursts, con))
        for table in (EXPECTED, BURSTS):
            metadata = table_metadata(con, table.name)
            if table is EXPECTED:
                metadata |= chart_metadata(
                    con,
                    f"select day, topic, stories from {EXPECTED.name} order by all",  # noqa: S608
                    "day",
                    "stories",
                    "topic",
                    "stories by day",
                )
            yield dg.MaterializeResult(asset_key=asset_key(table.name), metadata=metadata)
