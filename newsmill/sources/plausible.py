"""Which times a fetch can have, and which ingest dates a file: the one place for these bounds."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

EARLIEST = dt.datetime(1990, 1, 1)  # the first web pages; 1970 and 1980 are what tools write for "unknown"
MAX_CLOCK_AHEAD = dt.timedelta(days=1)


def is_plausible_time(moment: dt.datetime) -> bool:
    """Whether a page can have been fetched at this time (naive UTC): since 1990, at most a day from now."""
    return EARLIEST <= moment <= now_utc() + MAX_CLOCK_AHEAD


def is_plausible_date(date: dt.date, today: dt.date) -> bool:
    """Whether a file can have arrived on this date: since 1990, today at the latest."""
    return EARLIEST.date() <= date <= today


def now_utc() -> dt.datetime:
    """Return the time now as naive UTC."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def today_in(zone: ZoneInfo) -> dt.date:
    """Return today's date in the zone in which ingest dates and partitions are counted."""
    return dt.datetime.now(zone).date()


def date_in(zone: ZoneInfo, moment: dt.datetime) -> dt.date:
    """Return the date of a time (naive UTC) in a zone; of the time itself at the ends of the calendar."""
    try:
        return moment.replace(tzinfo=dt.UTC).astimezone(zone).date()
    except OverflowError:
        return moment.date()
