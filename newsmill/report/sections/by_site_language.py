"""Pages and stories of topics by site and language.

Pages are counted by their set of topics, so that a page with two chosen topics counts once for any choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from newsmill.report.compression import compress_json
from newsmill.report.queries import read_frame, read_rows, registered
from newsmill.report.time_buckets import TimeBuckets, monday
from newsmill.types import Connection

# Index of all sites and languages that are not listed.
OTHERS = -1


@dataclass(frozen=True)
class Grain:
    """How finely to count: by day for the last `days`, by blocks of `weeks` before; so many topic sets by site."""

    days: int
    weeks: int
    topic_sets: int
    stories: bool


# The report uses the first grain whose counts fit; the last is small for any home.
GRAINS = (
    Grain(days=10_000, weeks=1, topic_sets=200, stories=True),
    Grain(days=120, weeks=1, topic_sets=100, stories=True),
    Grain(days=120, weeks=1, topic_sets=60, stories=False),
    Grain(days=35, weeks=4, topic_sets=40, stories=False),
    Grain(days=7, weeks=13, topic_sets=25, stories=False),
    Grain(days=0, weeks=10_000, topic_sets=12, stories=False),
)


def top_sites_by_topic(con: Connection, topics: list[str], limit: int) -> list[str | None]:
    """Return the sites with most pages of each topic, `limit` for each topic."""
    rows = read_rows(
        con,
        """
        with counts as (
            select topic, site, count(*) as pages
            from trends.topic_pages join bucket_days using (day)
            where topic = any($1::varchar[]) and not teaser_only
            group by topic, site),
        top as (
            select * from counts
            qualify row_number() over (partition by topic order by pages desc, site nulls last) <= $2)
        select site, sum(pages) as pages from top group by site order by pages desc, site nulls last
        """,
        topics,
        limit,
    )
    return [row["site"] for row in rows]


def count_by_site_language(
    con: Connection,
    buckets: TimeBuckets,
    topics: list[str],
    sites: list[str | None],
    languages: list[str | None],
    budget_bytes: int,
) -> dict[str, Any]:
    """Count pages and stories of topics by site and language, with the finest grain within `budget_bytes`.

    Returns:
        `since`: the first day with a bucket for each day; a block of `weeks` before it counts in the bucket of its
        last day. `rare`: whether pages with a rare set of topics count among other sites. `sites` and `languages`:
        `pages`, rows of [topic set as bits, index of site or language, [bucket, pages, bucket, pages, ...]], and, if
        the grain has them, `stories`, rows of [topic, index, [key, stories, key, stories, ...]]. The key is
        (buckets + 1) * bucket + gap: the gap is the number of buckets since the story last appeared there, 0 if it
        never did.
    """
    columns = {"sites": ("site", sites), "languages": ("language", languages)}
    with registered(con, "topic_bits", _topic_bits(topics)):
        page_counts = {key: _count_pages(con, column, names) for key, (column, names) in columns.items()}
        for grain in GRAINS:
            since = max(buckets.first, monday(buckets.last - timedelta(days=grain.days - 1)))
            days = _assign_days(buckets, since, timedelta(weeks=grain.weeks))
            rare = page_counts["sites"]["topics"].n_unique() > grain.topic_sets
            data: dict[str, Any] = {"since": since.isoformat(), "weeks": grain.weeks, "rare": rare}
            for key, (column, names) in columns.items():
                data[key] = {
                    "pages": _page_rows(page_counts[key], days, grain.topic_sets),
                    "stories": _story_rows(con, column, names, days) if grain.stories else [],
                }
            if len(compress_json(data)) < budget_bytes:
                break
    return data


def _assign_days(buckets: TimeBuckets, since: date, block: timedelta) -> pl.DataFrame:
    """Return `day`, its `bucket`, and `counted_in`: this bucket; before `since`, that of its block's last day."""
    last_block_day = since - timedelta(days=1)

    def counting_day(day: date) -> date:
        return day if day >= since else last_block_day - (last_block_day - day) // block * block

    frame = buckets.to_frame()
    counted_in = [buckets.index(counting_day(day)) for day in frame["day"].to_list()]
    return frame.with_columns(counted_in=pl.Series(counted_in))


def _topic_bits(topics: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"topic": topics, "bit": [1 << index for index in range(len(topics))]})


def _index_names(names: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame({"name": names, "index": range(len(names))}, {"name": pl.String, "index": pl.Int64})


def _count_pages(con: Connection, column: str, names: list[str | None]) -> pl.DataFrame:
    """Return `topics` as bits, `index` of the site or language, `bucket`, `pages`."""
    with registered(con, "listed", _index_names(names)):
        return read_frame(
            con,
            """
            with pages as (
                select record_id, bucket, case $1 when 'site' then any_value(site) else any_value(language) end as name,
                       bit_or(bit) as topics
                from trends.topic_pages join bucket_days using (day) join topic_bits using (topic)
                where not teaser_only
                group by record_id, bucket)
            select p.topics, coalesce(l.index, $2) as index, p.bucket, count(*) as pages
            from pages p left join listed l on p.name is not distinct from l.name
            group by all
            """,
            column,
            OTHERS,
        )


def _page_rows(counts: pl.DataFrame, days: pl.DataFrame, topic_sets: int) -> list[list[Any]]:
    sizes = counts.group_by("topics").agg(pl.col("pages").sum()).sort("pages", "topics", descending=[True, False])
    common = sizes["topics"].head(topic_sets).to_list()
    sums = (
        counts.join(days.select("bucket", "counted_in").unique(), on="bucket")
        .with_columns(index=pl.when(pl.col("topics").is_in(common)).then("index").otherwise(OTHERS))
        .group_by("topics", "index", "counted_in")
        .agg(pl.col("pages").sum())
        .sort("topics", "index", "counted_in")
    )
    rows: dict[tuple[int, int], list[int]] = {}
    for topics, index, bucket, pages in sums.iter_rows():
        rows.setdefault((topics, index), []).extend((bucket, pages))
    return [[topics, index, pairs] for (topics, index), pairs in rows.items()]


def _story_rows(con: Connection, column: str, names: list[str | None], days: pl.DataFrame) -> list[list[Any]]:
    counted_days = days.select("day", bucket="counted_in")
    with registered(con, "listed", _index_names(names)), registered(con, "counted_days", counted_days):
        counts = read_rows(
            con,
            """
            with appearances as (
                select distinct bit, story_id, bucket, coalesce(l.index, $2) as index
                from (select *, case $1 when 'site' then site else language end as name
                      from trends.topic_pages join counted_days using (day) join topic_bits using (topic)
                      where not teaser_only) p
                left join listed l on p.name is not distinct from l.name
                where story_id is not null),
            gaps as (
                select bit, index, bucket,
                       coalesce(bucket - lag(bucket) over (partition by bit, index, story_id order by bucket), 0) as gap
                from appearances)
            select bit, index, bucket, gap, count(*) as stories from gaps group by all order by all
            """,
            column,
            OTHERS,
        )
    width = days["bucket"].n_unique() + 1
    rows: dict[tuple[int, int], list[int]] = {}
    for count in counts:
        topic = count["bit"].bit_length() - 1
        rows.setdefault((topic, count["index"]), []).extend((width * count["bucket"] + count["gap"], count["stories"]))
    return [[topic, index, pairs] for (topic, index), pairs in rows.items()]
