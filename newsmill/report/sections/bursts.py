"""Bursts: their days, observed and expected stories, the probability of a burst by chance, and the top story."""

from __future__ import annotations

from typing import Any

from newsmill.report.formatting import format_chance
from newsmill.report.queries import read_rows
from newsmill.report.time_buckets import TimeBuckets
from newsmill.types import Connection, Row


def read_bursts(con: Connection, buckets: TimeBuckets, topics: list[str], limit: int) -> tuple[list[Row], int]:
    """Return the newest bursts of the topics with their top stories, at most `limit`, and the number of all bursts."""
    bursts = read_rows(
        con,
        """
        select b.topic, b.start_day, b.end_day, b.peak_day, b.observed, b.expected, b.score,
               b.top_story_id, s.title, days.url, days.language, s.outlets, s.first_site, count(*) over () as bursts
        from trends.topic_bursts b
        left join trends.story_spread s on s.story_id = b.top_story_id
        left join stories.members m on m.story_id = b.top_story_id and m.is_canonical
        left join trends.page_days days on days.record_id = m.record_id
        where b.end_day >= ? and b.start_day <= ? and b.topic = any(?::varchar[])
        order by b.end_day desc, b.score desc, b.topic limit ?
        """,
        buckets.first,
        buckets.last,
        topics,
        limit,
    )
    for burst in bursts:
        burst["chance"] = format_chance(burst["score"])
        burst["ratio"] = burst["observed"] / burst["expected"] if burst["expected"] else None
    return bursts, bursts[0]["bursts"] if bursts else 0


def burst_data(bursts: list[Row], topics: list[str]) -> list[dict[str, Any]]:
    """Return the fields that the charts and the list of bursts need."""
    return [
        {
            "topic": topics.index(burst["topic"]),
            "from": burst["start_day"].isoformat(),
            "to": burst["end_day"].isoformat(),
            "peak": burst["peak_day"].isoformat(),
            "observed": burst["observed"],
            "expected": round(burst["expected"], 2),
            "score": round(burst["score"], 1),
            "chance": burst["chance"],
            "story": burst["top_story_id"],
        }
        for burst in bursts
    ]
