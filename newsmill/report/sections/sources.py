"""Pages by site and language over time, and sources that have stopped."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from newsmill.report.languages import language_name
from newsmill.report.queries import read_row, read_rows
from newsmill.types import Connection, Row

# A source has stopped if, at its own rhythm, a silence this long has a lower probability than this.
MAX_SILENCE_PROBABILITY = 0.01
MIN_DATES_FOR_RHYTHM = 4
RHYTHM_DATES = 60


def site_data(con: Connection, size: int, limit: int, also: Collection[str | None] = ()) -> dict[str, Any]:
    """Return the `limit` sites with most pages and those in `also`, by column.

    Columns: `name`, `pages` (a list of `size` time buckets), `total`, `originals`, `last_date`.
    """
    sites = read_rows(
        con,
        """
        with counts as (
            select days.site, count(*) as pages, count(*) filter (m.relation = 'original') as originals,
                   max(days.ingest_date) as last_date
            from trends.page_days days left join stories.members m using (record_id)
            group by days.site)
        select * from counts
        qualify row_number() over (order by pages desc, site nulls last) <= $1
                or site = any($2::varchar[]) or (site is null and $3)
        order by pages desc, site nulls last
        """,
        limit,
        [site for site in also if site is not None],
        None in also,
    )
    names = [site["site"] for site in sites]
    return {
        "name": names,
        "pages": _count_pages_by(con, size, "site", names),
        "total": [site["pages"] for site in sites],
        "originals": [site["originals"] for site in sites],
        "last_date": [site["last_date"].isoformat() for site in sites],
    }


def language_data(con: Connection, size: int, limit: int) -> dict[str, Any]:
    """Return the languages with most pages by column: `code`, `name`, `pages` by time bucket, `total`, `stories`."""
    languages = read_rows(
        con,
        """
        select days.language, count(*) as pages, count(distinct m.story_id) as stories
        from trends.page_days days left join stories.members m using (record_id)
        group by days.language order by pages desc, days.language limit ?
        """,
        limit,
    )
    codes = [language["language"] for language in languages]
    return {
        "code": codes,
        "name": [language_name(code) for code in codes],
        "pages": _count_pages_by(con, size, "language", codes),
        "total": [language["pages"] for language in languages],
        "stories": [language["stories"] for language in languages],
    }


def count_pages(con: Connection, size: int) -> list[int]:
    """Return the number of all pages in each of `size` time buckets."""
    pages = [0] * size
    for row in read_rows(
        con, "select bucket, count(*) as pages from trends.page_days join bucket_days using (day) group by bucket"
    ):
        pages[row["bucket"]] = row["pages"]
    return pages


def _count_pages_by(con: Connection, size: int, column: str, values: list[str | None]) -> list[list[int]]:
    pages: dict[str | None, list[int]] = {value: [0] * size for value in values}
    rows = read_rows(
        con,
        """
        select case $1 when 'site' then site else language end as value, bucket, count(*) as pages
        from trends.page_days join bucket_days using (day) group by value, bucket
        """,
        column,
    )
    for row in rows:
        if row["value"] in pages:
            pages[row["value"]][row["bucket"]] = row["pages"]
    return list(pages.values())


def silent_sources(con: Connection, limit: int) -> tuple[list[Row], int]:
    """Return the sites that had records regularly and have stopped, and how many there are.

    Rows have `site`, `last_date`, `dates_silent`, `rhythm` (the share of ingest dates with records before), `dates`
    and `records`, most records first. A silence this long has a probability below one in a hundred at this rhythm.
    """
    sites = read_rows(
        con,
        """
        with dates as (
            select ingest_date, row_number() over (order by ingest_date desc) - 1 as age
            from (select distinct ingest_date from raw.records)
            qualify age < $1),
        site_dates as (
            select r.site, d.age, count(*) as records
            from raw.records r join dates d using (ingest_date) where r.site is not null group by all),
        sites as (
            select site, min(age) as dates_silent, max(age) as since, count(*) as dates, sum(records)::bigint as records
            from site_dates group by site),
        rhythms as (
            select *, dates / (since - dates_silent + 1) as rhythm from sites
            where dates >= $2 and dates_silent > 0)
        select r.site, r.dates_silent, r.rhythm, r.dates, r.records, d.ingest_date as last_date,
               count(*) over () as sites
        from rhythms r join dates d on d.age = r.dates_silent
        -- Half a date is subtracted: a source that never missed a date may miss one.
        where (1 - (r.dates - 0.5) / (r.since - r.dates_silent + 1)) ** r.dates_silent < $3
        order by r.records desc, r.site limit $4
        """,
        RHYTHM_DATES,
        MIN_DATES_FOR_RHYTHM,
        MAX_SILENCE_PROBABILITY,
        limit,
    )
    return sites, sites[0]["sites"] if sites else 0


def count_ingest_dates(con: Connection) -> int:
    return int(read_row(con, "select count(distinct ingest_date) as dates from raw.records")["dates"])
