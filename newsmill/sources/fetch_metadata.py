"""The metadata of a fetch besides its bytes: from a manifest line, a row, a WARC header or a feed entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from newsmill.sources.plausible import is_plausible_time

EPOCH = dt.datetime(1970, 1, 1)
MAX_SHOWN = 100  # characters of a value that an error shows


@dataclass(frozen=True, slots=True)
class FetchMetadata:
    """Every field may be unknown. `fetched_at` is naive UTC; `date_problem` states why it could not be read."""

    url: str | None = None
    fetched_at: dt.datetime | None = None
    date_problem: str | None = None
    content_type: str | None = None
    http_status: int | None = None
    hint_published: str | None = None
    hint_language: str | None = None


UNKNOWN_METADATA = FetchMetadata()


def row_metadata(row: Mapping[str, object]) -> FetchMetadata:
    """Return the metadata of a manifest line or a row; null and empty mean unknown.

    Raises:
        ValueError: when the URL or the content type is not text.
    """
    moment, date_problem = parse_time(row.get("fetched_at"))
    return FetchMetadata(
        url=text_field(row, "url"),
        fetched_at=moment,
        date_problem=date_problem and f"`fetched_at` is {date_problem}",
        content_type=text_field(row, "content_type"),
        http_status=parse_status(row.get("status")),
        hint_published=hint_field(row, "published", "date"),
        hint_language=hint_field(row, "language", "lang"),
    )


def text_field(row: Mapping[str, object], name: str) -> str | None:
    value = row.get(name)
    if not isinstance(value, str | None):
        raise ValueError(f"`{name}` is a {type(value).__name__}, not text")
    return (value or "").strip() or None


def hint_field(row: Mapping[str, object], *names: str) -> str | None:
    """Return the first field with a value, as text; the code that uses a hint validates it."""
    for name in names:
        value = row.get(name)
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, str | int | float) and str(value).strip():
            return str(value).strip()
    return None


def parse_time(value: object) -> tuple[dt.datetime | None, str | None]:
    """Return a time as naive UTC, or the problem with it; ISO 8601 without a zone is UTC."""
    if value is None or value == "":
        return None, None
    try:
        moment = to_naive_utc(value)
    except ValueError:
        return None, f"not an ISO 8601 time: {str(value)[:MAX_SHOWN]!r}"
    except OverflowError:
        moment = None
    if moment is None or not is_plausible_time(moment):
        return None, f"not a time when a page can have been fetched: {str(value)[:MAX_SHOWN]!r}"
    return moment, None


def to_naive_utc(value: object) -> dt.datetime:
    """Return a time, a date or ISO 8601 text as naive UTC.

    Raises:
        ValueError: for anything else.
        OverflowError: for a time that has no UTC within the calendar.
    """
    moment = dt.datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    if isinstance(moment, dt.datetime):
        return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
    if isinstance(moment, dt.date):
        return dt.datetime(moment.year, moment.month, moment.day)
    raise ValueError("neither a time nor text")


def parse_status(value: object) -> int | None:
    """Return an HTTP status; None for an invalid one."""
    try:
        status = int(value) if isinstance(value, str | int) else 0
    except ValueError:
        return None
    return status if 100 <= status <= 999 else None


def microseconds_to_datetime(microseconds: int) -> dt.datetime | int:
    """Return microseconds since 1970 as naive UTC; unchanged where they are outside the calendar."""
    try:
        return EPOCH + dt.timedelta(microseconds=microseconds)
    except OverflowError:
        return microseconds


def mtime_to_datetime(mtime_ns: int) -> dt.datetime:
    """Return a modification time as naive UTC; 1970 where it is outside the calendar."""
    moment = microseconds_to_datetime(mtime_ns // 1000)
    return moment if isinstance(moment, dt.datetime) else EPOCH
