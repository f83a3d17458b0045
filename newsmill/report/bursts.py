"""Bursts: when, how many more than expected, how likely that was by chance, and the story that drove them."""

from __future__ import annotations

from typing import Any

from newsmill.report.formatting import chance
from newsmill.report.queries import rows
from newsmill.report.time_buckets import Slots
from newsmill.types import Connection, Row

Bursts = list[Row]


def bursts(con: Connection, slots: Slots, topics: list[str], limit: int) -> tuple[Bursts, int]:
    """The newest bursts of the topics shown, at most so many, with what drove each; and how many there are."""
    found = rows(
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
        slots.first,
        slots.last,
        topics,
        limit,
    )
    for one in found:
        one["chance"] = chance(one["score"])
        one["times"] = one["observed"] / one["expected"] if one["expected"] else None
    return found, found[0]["bursts"] if found else 0


def burst_data(found: Bursts, topics: list[str]) -> list[dict[str, Any]]:
    """What charts and the list need of them."""
    return [
        {
            "topic": topics.index(one["topic"]),
            "from": one["start_day"].isoformat(),
            "to": one["end_day"].isoformat(),
            "peak": one["peak_day"].isoformat(),
            "observed": one["observed"],
            "expected": round(one["expected"], 2),
            "score": round(one["score"], 1),
            "chance": one["chance"],
            "story": one["top_story_id"],
        }
        for one in found
    ]
