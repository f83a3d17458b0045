"""Entities: the models, companies, agencies and laws that topics name, week by week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from newsmill.report.queries import frame
from newsmill.report.time_buckets import Slots
from newsmill.types import Connection

WEEKS = 26
PER_KIND = 25


def entity_weeks(con: Connection, slots: Slots, topics: list[str], limit: int) -> pl.DataFrame:
    """Rows of `trends.entity_weekly` of the last weeks, of the entities with most stories, newest weeks first.

    Of each topic and kind those with most stories in one of the last weeks; of the `limit` of all together every topic
    has its share.
    """
    return frame(
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
        max(slots.first - timedelta(days=6), slots.last - timedelta(weeks=WEEKS)),
        slots.last,
        topics,
        PER_KIND,
        limit,
    )


def entity_data(weeks: pl.DataFrame, topics: list[str]) -> dict[str, Any]:
    """`since`, the first week; and `listed`, an entity a topic: `name`, `kind`, `topic`, and counts by week."""
    measures = ("stories", "pages", "outlets")
    if weeks.is_empty():
        return {"since": "", "listed": []}
    since: date = weeks.select(pl.col("week").min()).item()
    numbered = weeks.with_columns(place=(pl.col("week") - since).dt.total_days() // 7)
    size: int = numbered.select(pl.col("place").max()).item() + 1
    made = []
    for own in numbered.partition_by("entity", "kind", "topic", maintain_order=True):
        entity, kind, topic = own.select("entity", "kind", "topic").row(0)
        counted = {measure: [0] * size for measure in measures}
        for place, *values in own.select("place", *measures).iter_rows():
            for measure, value in zip(measures, values, strict=True):
                counted[measure][place] = value
        made.append({"name": entity, "kind": kind or "other", "topic": topics.index(topic)} | counted)
    return {"since": since.isoformat(), "listed": made}
