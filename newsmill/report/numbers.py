"""The headline: how much there is, how fresh it is, and where the pages come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from newsmill.report.queries import Row, row, rows


@dataclass(frozen=True)
class Headline:
    """Counts over the whole database, and its ends in time; dates are null while it is empty.

    `told_stories` are those with a page that has a topic.
    """

    records: int
    pages: int
    stories: int
    told_stories: int
    quarantined: int
    sites: int
    first_ingest_date: date | None
    last_ingest_date: date | None
    last_fetched: datetime | None


def headline(con: duckdb.DuckDBPyConnection) -> Headline:
    return Headline(
        **row(
            con,
            """
            select (select count(*) from raw.records) as records,
                   (select count(*) from clean.pages) as pages,
                   (select count(distinct story_id) from stories.members) as stories,
                   (select count(distinct m.story_id)
                    from stories.members m semi join topics.page_topics t using (record_id)) as told_stories,
                   (select count(*) from quality.quarantine) as quarantined,
                   (select count(distinct site) from clean.pages) as sites,
                   (select min(ingest_date) from raw.records) as first_ingest_date,
                   (select max(ingest_date) from raw.records) as last_ingest_date,
                   (select max(fetched_at) from raw.records) as last_fetched
            """,
        )
    )


def sources(con: duckdb.DuckDBPyConnection, limit: int) -> tuple[list[Row], Row]:
    """The sites with most pages (`site`, `pages`, `stories`, `originals`, `share`), and the sum of the others."""
    listed = rows(
        con,
        """
        select p.site, count(*) as pages, count(distinct m.story_id) as stories,
               count(*) filter (m.relation = 'original') as originals,
               originals / count(*) as share,
               count(*) over () as all_sites, (sum(count(*)) over ())::bigint as all_pages
        from clean.pages p left join stories.members m using (record_id)
        group by p.site order by pages desc, p.site nulls last limit ?
        """,
        limit,
    )
    others = {"sites": 0, "pages": 0}
    if listed:
        others["sites"] = listed[0]["all_sites"] - len(listed)
        others["pages"] = listed[0]["all_pages"] - sum(site["pages"] for site in listed)
    return listed, others


def languages(con: duckdb.DuckDBPyConnection, limit: int) -> list[Row]:
    """The languages with most pages: `language`, `pages`, `stories`, `share` of all pages."""
    return rows(
        con,
        """
        select p.language, count(*) as pages, count(distinct m.story_id) as stories,
               count(*) / sum(count(*)) over () as share
        from clean.pages p left join stories.members m using (record_id)
        group by p.language order by pages desc, p.language limit ?
        """,
        limit,
    )
