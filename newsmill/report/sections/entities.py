"""Entities: the models, companies, agencies and laws that pages of a topic name, by week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from newsmill.report.queries import read_frame
from newsmill.report.time_buckets import TimeBuckets
from newsmill.types import Connection

WEEKS = 26
MAX_PER_TOPIC_AND_KIND = 25


def read_entity_weeks(con: Connection, buckets: TimeBuckets, topics: list[str], limit: int) -> pl.DataFrame:
    """Return the rows of `trends.entity_weekly` of the last weeks for the entities with most stories.

    The weight of an entity is its stories in its best week, divided by the age of that week. `limit` entities are
    taken in turn from all topics, at most `MAX_PER_TOPIC_AND_KIND` for each topic and kind.
    """
    return read_frame(
        con,
        """
        with weeks as (
            select * from trends.entity_weekly
            where week between $1 and $2 and topic = any($3::varchar[])),
        newest as (select max(week) as week from weeks where pages > 0),
        ranked as (
            select entity, kind, topic,
                   max(w.stories / (1 + date_diff('week', w.week, n.week))) as weight
            from weeks w cross join newest n group by entity, kind, topic having max(w.stories) > 0),
        chosen as (
            select entity, kind, topic, weight from ranked
            qualify row_number() over (partition by topic, kind order by weight desc, entity) <= $4
            order by row_number() over (partition by topic order by weight desc, entity), weight desc, entity, topic
            limit $5)
        select w.entity, w.kind, w.topic, w.week, w.pages, w.stories, w.outlets
        from weeks w join chosen c on w.entity = c.entity and w.kind is not distinct from c.kind and w.topic = c.topic
        order by c.weight desc, w.entity, w.kind, w.topic, w.week
        """,
        max(buckets.first - timedelta(days=6), buckets.last - timedelta(weeks=WEEKS)),
        buckets.last,
        topics,
        MAX_PER_TOPIC_AND_KIND,
        limit,
    )


def entity_data(weeks: pl.DataFrame, topics: list[str]) -> dict[str, Any]:
    """Return `first_week` and `rows`: `name`, `kind`, `topic`, and `stories`, `pages`, `outlets` as lists by week."""
    measures = ("stories", "pages", "outlets")
    if weeks.is_empty():
        return {"first_week": "", "rows": []}
    first_week: date = weeks.select(pl.col("week").min()).item()
    numbered = weeks.with_columns(index=(pl.col("week") - first_week).dt.total_days() // 7)
    size: int = numbered.select(pl.col("index").max()).item() + 1
    rows = []
    for entity_weeks in numbered.partition_by("entity", "kind", "topic", maintain_order=True):
        name, kind, topic = entity_weeks.select("entity", "kind", "topic").row(0)
        counts = {measure: [0] * size for measure in measures}
        for index, *values in entity_weeks.select("index", *measures).iter_rows():
            for measure, value in zip(measures, values, strict=True):
                counts[measure][index] = value
        rows.append({"name": name, "kind": kind or "other", "topic": topics.index(topic)} | counts)
    return {"first_week": first_week.isoformat(), "rows": rows}
