"""Topics over time: which days are shown, each topic's series and week, its bursts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import polars as pl

from newsmill.report.queries import Row, frame, row, rows

DAYS_AT_MOST = 365
DAYS_OF_SPARKLINE = 30


@dataclass(frozen=True)
class Span:
    """The days shown, both included, how many topics they have; pages dated outside are counted in `pages_outside`."""

    first: date
    last: date
    topics: int
    pages_outside: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Topic:
    """One topic on the report. Its number chooses its colour; `*_before` is the 7 days before the last 7."""

    id: str
    name: str
    number: int
    pages_7d: int
    stories_7d: int
    stories_before: int
    daily_stories: list[int]
    bursting: bool


def span(con: duckdb.DuckDBPyConnection) -> Span | None:
    """The days with topics, at most a year up to the newest; None where no page has a topic.

    A page may carry a date of next century, or of the last: nothing later than the day after the last ingest
    date is shown (somewhere it is tomorrow already).
    """
    ends = row(
        con,
        """
        with dated as (select day, pages from trends.topic_daily where pages > 0),
             newest as (
                select max(day) as last from dated
                where day <= (select max(ingest_date) from raw.records) + interval 1 day)
        select (select last from newest) as last,
               (select min(day) from dated where day > (select last from newest) - to_days(?)) as first
        """,
        DAYS_AT_MOST,
    )
    if ends["last"] is None:
        return None
    counts = row(
        con,
        """
        select count(distinct topic) filter (day between $1 and $2) as topics,
               coalesce(sum(pages) filter (day not between $1 and $2), 0)::bigint as pages_outside
        from trends.topic_daily where pages > 0
        """,
        ends["first"],
        ends["last"],
    )
    return Span(ends["first"], ends["last"], counts["topics"], counts["pages_outside"])


def daily(con: duckdb.DuckDBPyConnection, shown: Span, topics: int) -> pl.DataFrame:
    """A row a day and topic, zeros filled in: `topic`, `day`, `age` (days before the last), the counts.

    The topics with most stories in the span, at most so many, in that order.
    """
    return frame(
        con,
        """
        with busiest as (
            select topic, row_number() over (order by sum(stories) desc, topic) as place
            from trends.topic_daily where day between $1 and $2 group by topic having sum(pages) > 0),
        days as (select unnest(generate_series($1::date, $2::date, interval 1 day))::date as day)
        select b.topic, d.day, ($2::date - d.day)::integer as age,
               coalesce(t.pages, 0)::bigint as pages, coalesce(t.stories, 0)::bigint as stories,
               coalesce(t.outlets, 0)::bigint as outlets, coalesce(t.teaser_pages, 0)::bigint as teaser_pages,
               -- After a topic's last day the table is silent: its days' sum stands in, which is no less than the week.
               coalesce(t.pages_7d, sum(coalesce(t.pages, 0)) over last_7_days)::bigint as pages_7d,
               coalesce(t.stories_7d, sum(coalesce(t.stories, 0)) over last_7_days)::bigint as stories_7d
        from busiest b cross join days d left join trends.topic_daily t on t.topic = b.topic and t.day = d.day
        where b.place <= $3
        window last_7_days as (partition by b.topic order by d.day rows between 6 preceding and current row)
        order by b.place, d.day
        """,
        shown.first,
        shown.last,
        topics,
    )


def topics(series: pl.DataFrame, shown_bursts: list[Row], shown: Span, names: Mapping[str, str]) -> list[Topic]:
    """The topics of `daily`, in its order, each with its last week and the one before."""
    bursting = {burst["topic"] for burst in shown_bursts if burst["end_day"] >= shown.last - timedelta(days=1)}
    found = []
    for number, days in enumerate(series.partition_by("topic", maintain_order=True)):
        topic = days["topic"][0]
        week_ago = days.filter(pl.col("age") == 7)["stories_7d"].to_list()
        found.append(
            Topic(
                id=topic,
                name=names.get(topic, topic),
                number=number,
                pages_7d=days["pages_7d"][-1],
                stories_7d=days["stories_7d"][-1],
                stories_before=week_ago[0] if week_ago else 0,
                daily_stories=days["stories"].tail(DAYS_OF_SPARKLINE).to_list(),
                bursting=topic in bursting,
            )
        )
    return found


def bursts(con: duckdb.DuckDBPyConnection, shown: Span, limit: int) -> list[Row]:
    """The newest bursts in the span, with the title and URL of the story that drove each."""
    return rows(
        con,
        """
        select b.topic, b.start_day, b.end_day, b.observed, b.expected, b.score,
               s.title, p.url, p.language, datesub('day', b.end_day, $2::date) as age
        from trends.topic_bursts b
        left join trends.story_spread s on s.story_id = b.top_story_id
        left join stories.members m on m.story_id = b.top_story_id and m.is_canonical
        left join clean.pages p on p.record_id = m.record_id
        where b.end_day >= $1 and b.start_day <= $2
        order by b.start_day desc, b.score desc, b.topic limit $3
        """,
        shown.first,
        shown.last,
        limit,
    )
