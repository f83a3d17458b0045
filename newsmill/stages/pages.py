"""Stage pages: archived records become pages, with their teasers and repeated passages."""

from __future__ import annotations

import datetime as dt

import polars as pl

from newsmill.pages.read import PAGE_READERS, quarantine_lost
from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.progress import advance, expect
from newsmill.quality.ledger import page_verdicts
from newsmill.quality.tables import LEDGER
from newsmill.sources.tables import RECORDS
from newsmill.stages.run import Run, open_archive, open_engine, replace_verdicts
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.staging import stage, staging_folder
from newsmill.warehouse.writes import count, replace_date


def load_pages(con: Connection, run: Run, date: dt.date) -> int:
    """Load `clean.pages`, `clean.teasers` and `clean.repeats` of one ingest date; return the number of pages.

    Reads in parallel. Where `run.records` names records, only those are read, and the rows of others stay.
    """
    settings = run.settings
    only = None if run.records is None else run.records.get(date, ())
    is_wanted = pl.col("problem").is_null()
    if only is not None:
        is_wanted &= pl.col("record_id").is_in(sorted(only))
    readable = (
        rows
        for batch in open_archive(settings).batches([date], settings.batch_records, settings.batch_bytes)
        if (rows := batch.filter(is_wanted)).height
    )
    expect("pages", count(con, RECORDS, date) if only is None else len(only))
    with staging_folder(run.staging_folder) as staged:
        results = open_engine(settings).map(readable, PAGE_READERS[settings.language_detector], quarantine_lost)
        for number, result in enumerate(results):
            pages = result.filter(pl.col("reason").is_null())
            verdicts = page_verdicts(result.select("record_id", "ingest_date", "reason", "detail"), run.run_id)
            for table, rows in (
                (PAGES, pages),
                (TEASERS, _unnest(pages, "teasers")),
                (REPEATS, _unnest(pages, "repeats")),
                (LEDGER, verdicts),
            ):
                stage(staged, table, number, rows)
            advance("pages", result.height)
        with transaction(con):
            for table in (PAGES, TEASERS, REPEATS):
                replace_date(con, table, date, staged / table.name, only)
            replace_verdicts(con, "pages", date, staged / LEDGER.name, only)
    return count(con, PAGES, date)


def _unnest(pages: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the rows of a list-of-structs column, with the record that each belongs to."""
    return (
        pages.select("record_id", "ingest_date", column)
        .explode(column, empty_as_null=True)
        .filter(pl.col(column).is_not_null())
        .unnest(column)
    )
