"""What the charts draw: named data sets, by columns, which is a third of the size of rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from newsmill.report.languages import language_name
from newsmill.report.queries import Row
from newsmill.report.timeline import Topic

Columns = dict[str, list[Any]]

# A time without zone is the browser's own, so that a day stays that day wherever it is read.
LOCAL_TIME = "%Y-%m-%dT%H:%M"
HALF_A_DAY = timedelta(hours=12)
BURST_COLUMNS = {
    "topic": pl.String,
    "start_day": pl.Date,
    "end_day": pl.Date,
    "age": pl.Int64,
    "observed": pl.Float64,
    "expected": pl.Float64,
}


def topic_data(series: pl.DataFrame, topics: list[Topic], bursts: list[Row]) -> dict[str, Columns]:
    """`series` by topic and day, `topics` with name and number, `bursts` from the noon before to the noon after."""
    return {
        "series": _columns(
            series.select("topic", _local(pl.col("day")), "age", "stories", "pages", "outlets", "teaser_pages")
        ),
        "topics": {
            "topic": [topic.id for topic in topics],
            "name": [topic.name for topic in topics],
            "number": [topic.number for topic in topics],
        },
        "bursts": _columns(
            pl.DataFrame(bursts, schema=BURST_COLUMNS).select(
                "topic",
                "age",
                "observed",
                "expected",
                begin=_local(pl.col("start_day"), -HALF_A_DAY),
                end=_local(pl.col("end_day"), HALF_A_DAY),
            )
        ),
    }


def source_data(sources: list[Row], languages: list[Row]) -> dict[str, Columns]:
    """`sources` with pages and originals, `languages` with pages and stories, both in the order given."""
    return {
        "sources": {
            "site": [one["site"] or "files" for one in sources],
            "pages": [one["pages"] for one in sources],
            "originals": [one["originals"] for one in sources],
        },
        "languages": {
            "language": [language_name(one["language"]) for one in languages],
            "pages": [one["pages"] for one in languages],
            "stories": [one["stories"] for one in languages],
        },
    }


def book_data(books: list[Row]) -> dict[str, Columns]:
    """`books`, a row an ingest date and verdict; `place` is the verdict's place in the stack."""
    verdicts = [(book, verdict) for book in books for verdict in enumerate(("kept", "merged", "quarantined"))]
    return {
        "books": {
            "date": [f"{book['ingest_date']}T00:00" for book, _ in verdicts],
            "verdict": [name for _, (_, name) in verdicts],
            "place": [place for _, (place, _) in verdicts],
            "records": [book[name] for book, (_, name) in verdicts],
        }
    }


def _local(day: pl.Expr, shift: timedelta = timedelta()) -> pl.Expr:
    return (day.cast(pl.Datetime("us")) + shift).dt.strftime(LOCAL_TIME)


def _columns(frame: pl.DataFrame) -> Columns:
    columns: Columns = frame.to_dict(as_series=False)
    return columns
