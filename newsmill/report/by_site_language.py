"""Sites and languages of topics: pages by what topics they have, so that those of any choice are counted once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from newsmill.report.compression import compress_json
from newsmill.report.queries import frame, lent, rows
from newsmill.report.time_buckets import Slots, monday
from newsmill.types import Connection

# Sites and languages that no list has.
OTHERS = -1


@dataclass(frozen=True)
class Grain:
    """How finely is counted: days of the last `days`, blocks of `weeks` before; so many sets of topics by site."""

    days: int
    weeks: int
    sets: int
    stories: bool


# The first whose numbers fit is taken; the last is small whatever the home.
GRAINS = (
    Grain(days=10_000, weeks=1, sets=200, stories=True),
    Grain(days=120, weeks=1, sets=100, stories=True),
    Grain(days=120, weeks=1, sets=60, stories=False),
    Grain(days=35, weeks=4, sets=40, stories=False),
    Grain(days=7, weeks=13, sets=25, stories=False),
    Grain(days=0, weeks=10_000, sets=12, stories=False),
)


def sites_of_topics(con: Connection, topics: list[str], limit: int) -> list[str | None]:
    """Of each topic the sites with most of its pages."""
    found = rows(
        con,
        """
        with counted as (
            select topic, site, count(*) as pages
            from trends.topic_pages join slot_days using (day) where topic = any($1::varchar[])
            group by topic, site),
        first as (
            select * from counted
            qualify row_number() over (partition by topic order by pages desc, site nulls last) <= $2)
        select site, sum(pages) as pages from first group by site order by pages desc, site nulls last
        """,
        topics,
        limit,
    )
    return [one["site"] for one in found]


def topic_places(
    con: Connection,
    slots: Slots,
    topics: list[str],
    sites: list[str | None],
    languages: list[str | None],
    room: int,
) -> dict[str, Any]:
    """Pages and stories of topics by site and language, as finely as `room` bytes allow.

    `since`, the first day that is counted by itself; before it a block of `weeks` counts on its last day; `rare`,
    whether pages of rare sets of topics have no place. Of `sites` and `languages` the `pages`, rows of [set of topics
    as bits, place or -1, pages by slot]; and where there is room `stories`, rows of [topic, place or -1, stories by
    (slots + 1) * slot + gap], the gap in slots since the place told them last, 0 where it never had. The numbers by
    slot are packed.
    """
    names = {"sites": ("site", sites), "languages": ("language", languages)}
    with lent(con, "topic_bits", _bits(topics)):
        counted = {key: _counted(con, column, listed) for key, (column, listed) in names.items()}
        for grain in GRAINS:
            since = max(slots.first, monday(slots.last - timedelta(days=grain.days - 1)))
            days = _days(slots, since, timedelta(weeks=grain.weeks))
            rare = counted["sites"]["topics"].n_unique() > grain.sets
            made: dict[str, Any] = {"since": since.isoformat(), "weeks": grain.weeks, "rare": rare}
            for key, (column, listed) in names.items():
                told = _stories(con, column, listed, days) if grain.stories else []
                made[key] = {"pages": _pages(counted[key], days, grain.sets), "stories": told}
            if len(compress_json(made)) < room:
                break
    return made


def _days(slots: Slots, since: date, block: timedelta) -> pl.DataFrame:
    """`day`, its `slot`, and where it is `counted`: there, or in the slot of the last day of its block."""

    def counted_on(day: date) -> date:
        return day if day >= since else since - timedelta(days=1) - (since - timedelta(days=1) - day) // block * block

    shown = slots.frame()
    return shown.with_columns(counted=pl.Series([slots.of(counted_on(day)) for day in shown["day"].to_list()]))


def _bits(topics: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"topic": topics, "bit": [1 << place for place in range(len(topics))]})


def _places(names: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame({"name": names, "place": range(len(names))}, {"name": pl.String, "place": pl.Int64})


def _counted(con: Connection, column: str, names: list[str | None]) -> pl.DataFrame:
    """`topics` as bits, `place`, `slot`, `pages`."""
    with lent(con, "listed", _places(names)):
        return frame(
            con,
            """
            with pages as (
                select record_id, slot, case $1 when 'site' then any_value(site) else any_value(language) end as name,
                       bit_or(bit) as topics
                from trends.topic_pages join slot_days using (day) join topic_bits using (topic)
                group by record_id, slot)
            select p.topics, coalesce(l.place, $2) as place, p.slot, count(*) as pages
            from pages p left join listed l on p.name is not distinct from l.name
            group by all
            """,
            column,
            OTHERS,
        )


def _pages(counted: pl.DataFrame, days: pl.DataFrame, sets: int) -> list[list[Any]]:
    sizes = counted.group_by("topics").agg(pl.col("pages").sum()).sort("pages", "topics", descending=[True, False])
    usual = sizes["topics"].head(sets).to_list()
    found = (
        counted.join(days.select("slot", "counted").unique(), on="slot")
        .with_columns(place=pl.when(pl.col("topics").is_in(usual)).then("place").otherwise(OTHERS))
        .group_by("topics", "place", "counted")
        .agg(pl.col("pages").sum())
        .sort("topics", "place", "counted")
    )
    by_place: dict[tuple[int, int], dict[int, int]] = {}
    for topics, place, slot, pages in found.iter_rows():
        by_place.setdefault((topics, place), {})[slot] = pages
    return [[topics, place, _pairs(pages)] for (topics, place), pages in by_place.items()]


def _stories(con: Connection, column: str, names: list[str | None], days: pl.DataFrame) -> list[list[Any]]:
    with lent(con, "listed", _places(names)), lent(con, "place_days", days.select("day", slot="counted")):
        found = rows(
            con,
            """
            with told as (
                select distinct bit, story_id, slot, coalesce(l.place, $2) as place
                from (select *, case $1 when 'site' then site else language end as name
                      from trends.topic_pages join place_days using (day) join topic_bits using (topic)) p
                left join listed l on p.name is not distinct from l.name
                where story_id is not null),
            since as (
                select bit, place, slot,
                       coalesce(slot - lag(slot) over (partition by bit, place, story_id order by slot), 0) as gap
                from told)
            select bit, place, slot, gap, count(*) as stories from since group by all order by all
            """,
            column,
            OTHERS,
        )
    width = days["slot"].n_unique() + 1
    counted: dict[tuple[int, int], dict[int, int]] = {}
    for one in found:
        own = counted.setdefault((one["bit"].bit_length() - 1, one["place"]), {})
        own[width * one["slot"] + one["gap"]] = one["stories"]
    return [[topic, place, _pairs(stories)] for (topic, place), stories in counted.items()]


def _pairs(values: dict[int, int]) -> list[int]:
    """Key and value in turn."""
    return [number for pair in values.items() for number in pair]
