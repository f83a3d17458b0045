"""Topics over time: which are shown, and their counts by slot, so kept that any period can be counted exactly.

A story told on two days is one story of both days together, so days can't be summed. Each slot therefore tells
how long ago each of its stories was last told: a period has as many as were not told earlier in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsmill.report.queries import rows
from newsmill.report.time_buckets import Slots
from newsmill.types import Connection, Row

ANY = ""
MEASURES = ("stories", "outlets")


@dataclass(frozen=True)
class Topic:
    """One topic on the report."""

    id: str
    name: str


def shown_topics(con: Connection, names: Mapping[str, str], limit: int) -> tuple[list[Topic], int]:
    """The topics with most stories in the slots, at most so many, and how many there are."""
    found = rows(
        con,
        """
        select topic, count(distinct story_id) as stories, count(*) over () as topics
        from trends.topic_pages join slot_days using (day) group by topic
        order by stories desc, topic limit ?
        """,
        limit,
    )
    listed = [Topic(one["topic"], names.get(one["topic"], one["topic"])) for one in found]
    return listed, found[0]["topics"] if found else 0


def series(con: Connection, slots: Slots, topics: list[Topic]) -> list[Row]:
    """By topic, and last of any topic: by slot `pages`, `teasers`, `stories` and `outlets` (as above), `expected`.

    A slot of `stories` is [gap, how many, gap, how many, ...]; the gap is in slots, 0 where it was never told before.
    """
    ids = [topic.id for topic in topics]
    places = {topic: place for place, topic in enumerate([*ids, ANY])}
    filled = [_empty(len(slots)) for _ in places]
    for one in _page_counts(con, ids):
        own = filled[places[one["topic"]]]
        own["pages"][one["slot"]], own["teasers"][one["slot"]] = one["pages"], one["teasers"]
    for one in _gaps(con, ids):
        filled[places[one["topic"]]][one["measure"]][one["slot"]] += [one["gap"], one["things"]]
    for one in _expected(con, slots, ids):
        own = filled[places[one["topic"]]]
        own["expected"] = own["expected"] or [None] * len(slots)
        own["expected"][one["slot"]] = round(one["expected"], 2)
    return filled


def _empty(slots: int) -> Row:
    counted: Row = {name: [0] * slots for name in ("pages", "teasers")}
    return counted | {name: [[] for _ in range(slots)] for name in MEASURES} | {"expected": []}


def _page_counts(con: Connection, ids: list[str]) -> list[Row]:
    return rows(
        con,
        """
        with pages as (
            select topic, record_id, slot, teaser_only
            from trends.topic_pages join slot_days using (day))
        select topic, slot, count(*) as pages, count(*) filter (teaser_only) as teasers
        from pages where topic = any($1::varchar[]) group by topic, slot
        union all
        select '' as topic, slot, count(*), count(*) filter (teaser_only)
        from (select slot, bool_and(teaser_only) as teaser_only from pages group by record_id, slot) group by slot
        """,
        ids,
    )


def _gaps(con: Connection, ids: list[str]) -> list[Row]:
    return rows(
        con,
        """
        with told as (
            select topic, slot, 'stories' as measure, story_id as thing
            from trends.topic_pages join slot_days using (day)
            union all
            select topic, slot, 'outlets' as measure, site as thing
            from trends.topic_pages join slot_days using (day)),
        by_topic as (
            select distinct topic, slot, measure, thing from told where topic = any($1::varchar[]) and thing is not null
            union all
            select distinct '' as topic, slot, measure, thing from told where thing is not null),
        since as (
            select topic, measure, slot,
                   slot - lag(slot) over (partition by topic, measure, thing order by slot) as gap
            from by_topic)
        select topic, measure, slot, coalesce(gap, 0) as gap, count(*) as things
        from since group by all order by all
        """,
        ids,
    )


def _expected(con: Connection, slots: Slots, ids: list[str]) -> list[Row]:
    return rows(
        con,
        """
        select topic, slot, expected from trends.topic_expected join slot_days using (day)
        where day >= ? and expected is not null and topic = any(?::varchar[])
        """,
        slots.daily,
        ids,
    )
