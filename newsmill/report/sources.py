"""Where pages come from and what they are written in, by slot; and which sources have stopped."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from newsmill.report.languages import language_name
from newsmill.report.queries import row, rows
from newsmill.types import Connection, Row

# A source counts as silent when so much silence, at its own rhythm, comes by chance less often than this.
SILENT_BY_CHANCE = 0.01
DATES_TO_KNOW_A_RHYTHM = 4
DATES_LOOKED_AT = 60


def site_data(con: Connection, size: int, limit: int, also: Collection[str | None] = ()) -> dict[str, Any]:
    """The sites with most pages and those named: `name`, `pages` by slot, `originals`, `last_date`."""
    listed = rows(
        con,
        """
        with counted as (
            select days.site, count(*) as pages, count(*) filter (m.relation = 'original') as originals,
                   max(days.ingest_date) as last_date
            from trends.page_days days left join stories.members m using (record_id)
            group by days.site)
        select * from counted
        qualify row_number() over (order by pages desc, site nulls last) <= $1
                or site = any($2::varchar[]) or (site is null and $3)
        order by pages desc, site nulls last
        """,
        limit,
        [site for site in also if site is not None],
        None in also,
    )
    return {
        "name": [one["site"] for one in listed],
        "pages": _by_slot(con, size, "site", [one["site"] for one in listed]),
        "total": [one["pages"] for one in listed],
        "originals": [one["originals"] for one in listed],
        "last_date": [one["last_date"].isoformat() for one in listed],
    }


def language_data(con: Connection, size: int, limit: int) -> dict[str, Any]:
    """The languages with most pages: `code`, `name`, `pages` by slot, `stories`."""
    listed = rows(
        con,
        """
        select days.language, count(*) as pages, count(distinct m.story_id) as stories
        from trends.page_days days left join stories.members m using (record_id)
        group by days.language order by pages desc, days.language limit ?
        """,
        limit,
    )
    codes = [one["language"] for one in listed]
    return {
        "code": codes,
        "name": [language_name(code) for code in codes],
        "pages": _by_slot(con, size, "language", codes),
        "total": [one["pages"] for one in listed],
        "stories": [one["stories"] for one in listed],
    }


def pages_by_slot(con: Connection, size: int) -> list[int]:
    """All pages, whatever site, language or topic."""
    found = rows(
        con,
        """
        select slot, count(*) as pages
        from trends.page_days join slot_days using (day) group by slot
        """,
    )
    pages = [0] * size
    for one in found:
        pages[one["slot"]] = one["pages"]
    return pages


def _by_slot(con: Connection, size: int, column: str, values: list[str | None]) -> list[list[int]]:
    counted: dict[str | None, list[int]] = {value: [0] * size for value in values}
    found = rows(
        con,
        """
        select case $1 when 'site' then site else language end as value, slot, count(*) as pages
        from trends.page_days join slot_days using (day) group by value, slot
        """,
        column,
    )
    for one in found:
        if one["value"] in counted:
            counted[one["value"]][one["slot"]] = one["pages"]
    return list(counted.values())


def silent_sources(con: Connection, limit: int) -> tuple[list[Row], int]:
    """Sites that brought records again and again and have stopped, longest rhythm first; and how many they are.

    `site`, `last_date`, `dates_silent` and `rhythm`, the share of ingest dates on which it brought any before. So many
    dates without it come by chance less than once in a hundred, at its own rhythm.
    """
    found = rows(
        con,
        """
        with dates as (
            select ingest_date, row_number() over (order by ingest_date desc) - 1 as age
            from (select distinct ingest_date from raw.records)
            qualify age < $1),
        brought as (
            select r.site, d.age, count(*) as records
            from raw.records r join dates d using (ingest_date) where r.site is not null group by all),
        sites as (
            select site, min(age) as dates_silent, max(age) as since, count(*) as dates, sum(records)::bigint as records
            from brought group by site),
        rhythms as (
            select *, dates / (since - dates_silent + 1) as rhythm from sites
            where dates >= $2 and dates_silent > 0)
        select r.site, r.dates_silent, r.rhythm, r.dates, r.records, d.ingest_date as last_date,
               count(*) over () as sites
        from rhythms r join dates d on d.age = r.dates_silent
        -- A source that never missed a date may miss one some day: one is counted as missed.
        where (1 - (r.dates - 0.5) / (r.since - r.dates_silent + 1)) ** r.dates_silent < $3
        order by r.records desc, r.site limit $4
        """,
        DATES_LOOKED_AT,
        DATES_TO_KNOW_A_RHYTHM,
        SILENT_BY_CHANCE,
        limit,
    )
    return found, found[0]["sites"] if found else 0


def ingest_dates(con: Connection) -> int:
    return int(row(con, "select count(distinct ingest_date) as dates from raw.records")["dates"])
