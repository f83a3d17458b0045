"""Is it real? A topic's change from week to week, in the parts that sum to it."""

from __future__ import annotations

from newsmill.report.queries import rows
from newsmill.report.time_buckets import Slots
from newsmill.types import Connection, Row

PARTS = {
    "genuine": "genuine",
    "copies": "copies",
    "sources_joined": "from sources that joined",
    "sources_silent": "from sources that fell silent",
    "extractor": "with a new extractor",
    "taxonomy": "with a new taxonomy",
}


def changes(con: Connection, slots: Slots, topics: list[str]) -> list[Row]:
    """The weeks of `trends.change_decomposition` that lie in the slots, newest first; of each what is sure of it.

    `whole` is false for a week that was going on when the last page was fetched.
    """
    return rows(
        con,
        """
        select c.*, c.week + 6 <= (select max(least(ingest_date, fetched_at::date)) from raw.records) as whole
        from trends.change_decomposition c
        where week between ? and ? and topic = any(?::varchar[])
        order by week desc, topic
        """,
        slots.first,
        slots.last,
        topics,
    )


def change_data(found: list[Row], topics: list[str]) -> dict[str, list[object]]:
    """By columns: `week`, `topic`, `pages`, `before`, `whole` and the parts."""
    return {
        "week": [one["week"].isoformat() for one in found],
        "topic": [topics.index(one["topic"]) for one in found],
        "pages": [one["pages"] for one in found],
        "before": [one["pages_before"] for one in found],
        "whole": [int(one["whole"]) for one in found],
    } | {part: [one[part] for one in found] for part in PARTS}
