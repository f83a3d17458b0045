"""The time buckets of the report: one day each, and one week each in the far past, so that years stay small."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from newsmill.report.queries import read_row, read_rows
from newsmill.types import Connection

# (days with one bucket each, weeks in all); the report uses the first pair whose counts fit.
DEPTHS = ((366, 520), (183, 260), (92, 156), (31, 52))
# A few pages dated long before all others are cut off, so that they do not stretch every chart: at most this share of
# all pages, before a gap of at least this many days.
GAP_DAYS = 60
STRAY_SHARE = 0.05
# If the newest page is this much older than the last fetch, the input is an old archive: the buckets end at its pages.
ARCHIVE_DAYS = 60


@dataclass(frozen=True)
class TimeBuckets:
    """Weeks from `first` (a Monday, unless it equals `daily`), days from `daily` to `last`, both included.

    `pages_outside` counts the pages dated before `first` or after `last`.
    """

    first: date
    daily: date
    last: date
    pages_outside: int

    @property
    def weeks(self) -> int:
        return (self.daily - self.first).days // 7

    def __len__(self) -> int:
        return self.weeks + (self.last - self.daily).days + 1

    def index(self, day: date) -> int:
        """Return the bucket of a day; days outside get the first or the last bucket."""
        inside = min(max(day, self.first), self.last)
        if inside >= self.daily:
            return self.weeks + (inside - self.daily).days
        return (inside - self.first).days // 7

    def to_frame(self) -> pl.DataFrame:
        """Return `day` and `bucket` of every day; a join with it drops the pages outside."""
        days = pl.date_range(self.first, self.last, eager=True)
        return pl.DataFrame({"day": days, "bucket": [self.index(day) for day in days.to_list()]})


def find_time_buckets(con: Connection, days: int, weeks: int) -> TimeBuckets | None:
    """Return the time buckets of all pages with at most `days` days and `weeks` weeks in all; None without a page.

    A page may have a wrong date in the future: the buckets end one day after the last fetch at the latest (that day
    has already begun in some time zones).
    """
    day_counts = read_rows(con, "select day, count(*) as pages from trends.page_days group by day order by day")
    if not day_counts:
        return None
    fetched: date = read_row(con, "select max(least(ingest_date, fetched_at::date)) as last from raw.records")["last"]
    pages_by_day = {row["day"]: row["pages"] for row in day_counts}
    plausible = [day for day in pages_by_day if day <= fetched + timedelta(days=1)] or list(pages_by_day)
    last = plausible[-1]
    if fetched - last <= timedelta(days=ARCHIVE_DAYS):
        last = max(last, fetched)
    first = max(_skip_stray_days(plausible, pages_by_day), monday(last - timedelta(weeks=weeks - 1)))
    daily = max(first, monday(last - timedelta(days=days - 8)))
    if daily > first:
        first = monday(first)
    outside = sum(pages for day, pages in pages_by_day.items() if not first <= day <= last)
    return TimeBuckets(first, daily, last, outside)


def _skip_stray_days(days: list[date], pages: dict[date, int]) -> date:
    """Return the first day after the few pages that precede a long gap."""
    allowed = STRAY_SHARE * sum(pages[day] for day in days)
    first, pages_before = days[0], 0
    for day, next_day in pairwise(days):
        pages_before += pages[day]
        if pages_before > allowed:
            break
        if next_day - day > timedelta(days=GAP_DAYS):
            first = next_day
    return first


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
