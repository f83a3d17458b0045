"""Daily partitions by ingest date."""

from __future__ import annotations

import datetime as dt

import dagster as dg

from newsmill.errors import UserError
from newsmill.settings import Settings


def ingest_days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """A partition a day, today's included: files arrive while the day lasts."""
    return dg.DailyPartitionsDefinition(
        start_date=settings.first_ingest_date.isoformat(), timezone=settings.schedule_zone, end_offset=1
    )


def require_partitions(days: dg.DailyPartitionsDefinition, dates: list[dt.date]) -> None:
    """Refuse dates that no partition covers.

    Raises:
        UserError: naming the first such date.
    """
    first, last = days.get_first_partition_key(), days.get_last_partition_key()
    for date in dates:
        if first is not None and date.isoformat() < first:
            hint = f"set first_ingest_date in newsmill.toml or NEWSMILL_FIRST_INGEST_DATE={date} in the environment"
            raise UserError(f"ingest date {date}", f"lies before the first partition, {first}", hint)
        if last is not None and date.isoformat() > last:
            raise UserError(
                f"ingest date {date}",
                "lies in the future",
                "rename the day folder or fix the file's modification time",
            )
