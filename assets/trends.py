"""The trends that Python computes: which days of a topic burst, against what its own past makes one expect."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.metadata import asset_key, chart_evidence, table_evidence, table_spec
from assets.run_context import WRITER
from newsmill import stages
from newsmill.settings import Settings
from newsmill.sources.tables import RECORDS
from newsmill.table import Table
from newsmill.trends.tables import BURSTS, EXPECTED
from newsmill.warehouse.connection import open_writer

DAILY = "trends.topic_daily"
PAGES = "intermediate.int_topic_pages"
COUNTED = [(DAILY, "topic"), (DAILY, "day"), (DAILY, "stories")]
MADE_OF = {
    "day": [(DAILY, "day")],
    "topic": [(DAILY, "topic")],
    "stories": [(DAILY, "stories")],
    "top_story_id": [(PAGES, "story_id"), (PAGES, "record_id"), (PAGES, "seen_at"), *COUNTED],
}


def _spec(table: Table) -> dg.AssetSpec:
    lineage = {
        column.name: [
            dg.TableColumnDep(asset_key(made_of), name) for made_of, name in MADE_OF.get(column.name, COUNTED)
        ]
        for column in table.columns
    }
    metadata: dict[str, Any] = {"dagster/column_lineage": dg.TableColumnLineage(lineage)}
    return table_spec(table, [RECORDS.name, DAILY, PAGES]).merge_attributes(metadata=metadata)


@dg.multi_asset(name="trends_topic_bursts", specs=[_spec(EXPECTED), _spec(BURSTS)], **WRITER)
def bursts(settings: dg.ResourceParam[Settings]) -> Iterator[dg.MaterializeResult[None]]:
    """Hold every day of every topic against the topic's own past."""
    with open_writer(settings.database) as con:
        stages.load_bursts(con)
        for table in (EXPECTED, BURSTS):
            metadata = table_evidence(con, table.name)
            if table is EXPECTED:
                metadata |= chart_evidence(
                    con,
                    f"select day, topic, stories from {EXPECTED.name} order by all",  # noqa: S608
                    "day",
                    "stories",
                    "topic",
                    "stories by day",
                )
            yield dg.MaterializeResult(asset_key=asset_key(table.name), metadata=metadata)
