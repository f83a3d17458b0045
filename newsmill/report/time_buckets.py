"""The days that the report shows, as slots: one day each, in the far past one week each, so that years stay small."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from newsmill.report.queries import row, rows
from newsmill.types import Connection

# How far back there is a slot a day, and how far back there is any; the first whose numbers fit is taken.
DEPTHS = ((366, 520), (183, 260), (92, 156), (31, 52))
# A few pages dated long before all others are cut off, so that they don't stretch every chart.
GAP_DAYS = 60
STRAY_SHARE = 0.05
# Pages this much older than the last fetch are an archive that was read late: its end is that of its pages.
SILENT_DAYS = 60


@dataclass(frozen=True)
class Slots:
    """Weeks from `first` (a Monday, unless it is `daily`), days from `daily` to `last`, both included.

    `pages_outside` are dated before or after all of them.
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

    def of(self, day: date) -> int:
        """The slot of a day, that of the nearest end where it lies outside."""
        inside = min(max(day, self.first), self.last)
        if inside >= self.daily:
            return self.weeks + (inside - self.daily).days
        return (inside - self.first).days // 7

    def frame(self) -> pl.DataFrame:
        """`day` and `slot` of every day: what is joined with it lies inside."""
        days = pl.date_range(self.first, self.last, eager=True)
        return pl.DataFrame({"day": days, "slot": [self.of(day) for day in days.to_list()]})


def find_slots(con: Connection, days: int, weeks: int) -> Slots | None:
    """The slots of all pages, with at most so many days, and at most so many weeks in all; None without a page.

    A page may carry a date of next century: nothing later than the day after the last fetch is shown (somewhere it
    is tomorrow already).
    """
    dated = rows(
        con,
        "select day, count(*) as pages from trends.page_days group by day order by day",
    )
    if not dated:
        return None
    fetched: date = row(con, "select max(least(ingest_date, fetched_at::date)) as last from raw.records")["last"]
    by_day = {one["day"]: one["pages"] for one in dated}
    believable = [day for day in by_day if day <= fetched + timedelta(days=1)] or list(by_day)
    last = believable[-1]
    if fetched - last <= timedelta(days=SILENT_DAYS):
        last = max(last, fetched)
    first = max(_first_of_many(believable, by_day), monday(last - timedelta(weeks=weeks - 1)))
    daily = max(first, monday(last - timedelta(days=days - 8)))
    if daily > first:
        first = monday(first)
    outside = sum(pages for day, pages in by_day.items() if not first <= day <= last)
    return Slots(first, daily, last, outside)


def _first_of_many(days: list[date], pages: dict[date, int]) -> date:
    """The first day, but for the few pages that stand before a long gap."""
    allowed = STRAY_SHARE * sum(pages[day] for day in days)
    first, before = days[0], 0
    for one, following in pairwise(days):
        before += pages[one]
        if before > allowed:
            break
        if following - one > timedelta(days=GAP_DAYS):
            first = following
    return first


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
