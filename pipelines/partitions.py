"""Daily partitions by ingest date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress

import dagster as dg

from newsmill import stages
from newsmill.errors import UserError
from newsmill.settings import Settings


def ingest_days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Return a partition for each day from the first ingest date to today, as files arrive during the day."""
    return dg.DailyPartitionsDefinition(
        start_date=first_ingest_date(settings).isoformat(), timezone=settings.schedule_zone, end_offset=1
    )


def first_ingest_date(settings: Settings) -> dt.date:
    """Return the setting, or else the first ingest date of the archive and the input folder; today at the latest."""
    if settings.first_ingest_date is not None:
        return settings.first_ingest_date
    found: list[dt.date] = []
    with suppress(UserError):  # without files in the input folder the archive decides
        found = [file.ingest_date for file in stages.scan_input(settings).files]
    return _first_ingest_date(settings, found)


def with_first_ingest_date(settings: Settings, found: Iterable[dt.date]) -> Settings:
    """Return the settings with the first partition set, so that definitions load without listing the input folder.

    Args:
        found: the ingest dates of the input folder.
    """
    if settings.first_ingest_date is not None:
        return settings
    return settings.model_copy(update={"first_ingest_date": _first_ingest_date(settings, found)})


def _first_ingest_date(settings: Settings, found: Iterable[dt.date]) -> dt.date:
    return min([dt.datetime.now(settings.zone).date(), *stages.open_archive(settings).dates(), *found])


def split_by_partition(
    days: dg.DailyPartitionsDefinition, dates: Iterable[dt.date]
) -> tuple[list[dt.date], list[dt.date]]:
    """Return the dates that a partition covers, and the others; both in order."""
    first, last = days.get_first_partition_key() or "", days.get_last_partition_key() or ""
    ordered = sorted(dates)
    covered = [date for date in ordered if first <= date.isoformat() <= last]
    return covered, [date for date in ordered if date not in covered]


def require_partitions(days: dg.DailyPartitionsDefinition, dates: list[dt.date]) -> None:
    """Refuse dates that no partition covers.

    Raises:
        UserError: naming the first such date.
    """
    first, last = days.get_first_partition_key(), days.get_last_partition_key()
    for date in dates:
        if first is not None and date.isoformat() < first:
            hint = "reload the code location, or set first_ingest_date in newsmill.toml to this date or earlier"
            raise UserError(f"ingest date {date}", f"before the first partition, {first}", hint)
        if last is not None and date.isoformat() > last:
            raise UserError(
                f"ingest date {date}", "in the future", "rename the date's folder or fix the file's modification time"
            )
