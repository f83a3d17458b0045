"""Topics over time: the topics shown and their counts by time bucket, from which the page counts any period exactly.

A story with pages on two days is one story of both days together, so days cannot be summed. Each bucket therefore
stores how many buckets ago each of its stories last appeared: a period counts those that did not appear earlier in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsmill.report.queries import read_rows
from newsmill.report.time_buckets import TimeBuckets
from newsmill.types import Connection, Row

# Stands for the union of all topics.
ANY_TOPIC = ""
GAP_MEASURES = ("stories", "outlets")


@dataclass(frozen=True)
class Topic:
    """One topic of the report."""

    id: str
    name: str


def select_topics(con: Connection, names: Mapping[str, str], limit: int) -> tuple[list[Topic], int]:
    """Return the topics with most stories in the time buckets, at most `limit`, and the number of all topics."""
    rows = read_rows(
        con,
        """
        select topic, count(distinct story_id) filter (not teaser_only) as stories, count(*) over () as topics
        from trends.topic_pages join bucket_days using (day) group by topic
        order by stories desc, topic limit ?
        """,
        limit,
    )
    topics = [Topic(row["topic"], names.get(row["topic"], row["topic"])) for row in rows]
    return topics, rows[0]["topics"] if rows else 0


def count_series(con: Connection, buckets: TimeBuckets, topics: list[Topic]) -> list[Row]:
    """Return, for each topic and last for any topic, `pages`, `teasers`, `stories`, `outlets`, `expected` by bucket.

    `stories` and `outlets` of a bucket are [gap, count, gap, count, ...]: the gap is the number of buckets since the
    story or outlet last appeared, 0 if it never did.
    """
    ids = [topic.id for topic in topics]
    series = {topic: _empty_series(len(buckets)) for topic in [*ids, ANY_TOPIC]}
    for row in _count_pages(con, ids):
        topic_series = series[row["topic"]]
        topic_series["pages"][row["bucket"]], topic_series["teasers"][row["bucket"]] = row["pages"], row["teasers"]
    for row in _count_gaps(con, ids):
        series[row["topic"]][row["measure"]][row["bucket"]] += [row["gap"], row["items"]]
    for row in _read_expected(con, buckets, ids):
        topic_series = series[row["topic"]]
        topic_series["expected"] = topic_series["expected"] or [None] * len(buckets)
        topic_series["expected"][row["bucket"]] = round(row["expected"], 2)
    return list(series.values())


def gap_buckets(con: Connection) -> list[int]:
    """Return the time buckets for which nothing was collected: a gap in the lines, not a count of zero."""
    rows = read_rows(
        con,
        """
        select bucket from trends.topic_daily join bucket_days using (day)
        group by bucket having not bool_or(is_collected) order by bucket
        """,
    )
    return [row["bucket"] for row in rows]


def _empty_series(size: int) -> Row:
    counts: Row = {name: [0] * size for name in ("pages", "teasers")}
    return counts | {name: [[] for _ in range(size)] for name in GAP_MEASURES} | {"expected": []}


def _count_pages(con: Connection, ids: list[str]) -> list[Row]:
    return read_rows(
        con,
        """
        with pages as (
            select topic, record_id, bucket, teaser_only
            from trends.topic_pages join bucket_days using (day))
        select topic, bucket, count(*) filter (not teaser_only) as pages, count(*) filter (teaser_only) as teasers
        from pages where topic = any($1::varchar[]) group by topic, bucket
        union all
        select '' as topic, bucket, count(*) filter (not teaser_only), count(*) filter (teaser_only)
        from (select bucket, bool_and(teaser_only) as teaser_only from pages group by record_id, bucket) group by bucket
        """,
        ids,
    )


def _count_gaps(con: Connection, ids: list[str]) -> list[Row]:
    return read_rows(
        con,
        """
        with appearances as (
            select topic, bucket, 'stories' as measure, story_id as item
            from trends.topic_pages join bucket_days using (day) where not teaser_only
            union all
            select topic, bucket, 'outlets' as measure, site as item
            from trends.topic_pages join bucket_days using (day) where not teaser_only),
        by_topic as (
            select distinct topic, bucket, measure, item from appearances
            where topic = any($1::varchar[]) and item is not null
            union all
            select distinct '' as topic, bucket, measure, item from appearances where item is not null),
        gaps as (
            select topic, measure, bucket,
                   bucket - lag(bucket) over (partition by topic, measure, item order by bucket) as gap
            from by_topic)
        select topic, measure, bucket, coalesce(gap, 0) as gap, count(*) as items
        from gaps group by all order by all
        """,
        ids,
    )


def _read_expected(con: Connection, buckets: TimeBuckets, ids: list[str]) -> list[Row]:
    return read_rows(
        con,
        """
        select topic, bucket, expected from trends.topic_expected join bucket_days using (day)
        where day >= ? and expected is not null and topic = any(?::varchar[])
        """,
        buckets.daily,
        ids,
    )
