"""Weekly changes of topics, decomposed into parts that sum to the change."""

from __future__ import annotations

from newsmill.report.queries import read_rows
from newsmill.report.time_buckets import TimeBuckets
from newsmill.types import Connection, Row

# Columns of trends.change_decomposition and their names in sentences.
PARTS = {
    "genuine": "genuine",
    "copies": "copies",
    "sources_joined": "from sources that began",
    "sources_silent": "from sources that stopped",
    "collection": "from days collected in one week only",
    "extractor": "from a change of extractor",
    "taxonomy": "from a change of taxonomy",
    "teasers": "with the topic in a teaser only",
}


def read_changes(con: Connection, buckets: TimeBuckets, topics: list[str]) -> list[Row]:
    """Return the rows of `trends.change_decomposition` within the time buckets, newest week first.

    `whole` is false for a week that was not over when the last page was fetched.
    """
    return read_rows(
        con,
        """
        select c.*, c.week + 6 <= (select max(least(ingest_date, fetched_at::date)) from raw.records) as whole
        from trends.change_decomposition c
        where week between ? and ? and topic = any(?::varchar[])
        order by week desc, topic
        """,
        buckets.first,
        buckets.last,
        topics,
    )


def change_data(changes: list[Row], topics: list[str]) -> dict[str, list[object]]:
    """Return the changes by column: `week`, `topic`, `pages`, `pages_before`, `whole` and the parts."""
    return {
        "week": [change["week"].isoformat() for change in changes],
        "topic": [topics.index(change["topic"]) for change in changes],
        "pages": [change["pages"] for change in changes],
        "pages_before": [change["pages_before"] for change in changes],
        "whole": [int(change["whole"]) for change in changes],
    } | {part: [change[part] for change in changes] for part in PARTS}
