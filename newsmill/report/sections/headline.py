"""The headline: counts over the whole database, and its dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from newsmill.report.queries import read_row
from newsmill.types import Connection


@dataclass(frozen=True)
class Headline:
    """Counts and dates of the whole database; dates are None while it is empty.

    `topic_stories` counts stories with at least one topic; `newest_page` is the latest `seen_at` of a page.
    """

    records: int
    pages: int
    stories: int
    topic_stories: int
    quarantined: int
    sites: int
    languages: int
    first_ingest_date: date | None
    last_ingest_date: date | None
    last_fetched: datetime | None
    newest_page: datetime | None
    last_checked: datetime | None


def read_headline(con: Connection) -> Headline:
    return Headline(
        **read_row(
            con,
            """
            select (select count(*) from raw.records) as records,
                   (select count(*) from clean.pages) as pages,
                   (select count(distinct story_id) from stories.members) as stories,
                   (select count(distinct story_id) from trends.topic_pages where not teaser_only) as topic_stories,
                   (select count(*) from quality.quarantine) as quarantined,
                   (select count(distinct site) from clean.pages) as sites,
                   (select count(distinct language) from clean.pages where language <> 'und') as languages,
                   (select min(ingest_date) from raw.records) as first_ingest_date,
                   (select max(ingest_date) from raw.records) as last_ingest_date,
                   (select max(fetched_at) from raw.records) as last_fetched,
                   (select max(seen_at) from trends.page_days) as newest_page,
                   (select max(checked_at) from quality.check_results) as last_checked
            """,
        )
    )
