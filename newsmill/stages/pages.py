"""Stage pages: archived records become pages, with their teasers and repeated passages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from newsmill.pages.read import PAGE_READERS, quarantine_lost
from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.progress import advance, expect
from newsmill.quality.ledger import page_verdicts
from newsmill.quality.tables import LEDGER
from newsmill.sources.archive_parts import DAMAGED
from newsmill.sources.tables import ARCHIVE, RECORDS
from newsmill.stages.run import Run, open_archive, open_engine, replace_verdicts
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.staging import stage, staging_folder
from newsmill.warehouse.writes import count, replace_date

# The part of the staged verdicts that comes after those of the batches.
LAST_NUMBER = 999_999
DAMAGE_COLUMNS = ["record_id", "ingest_date", "problem", "problem_detail"]


def load_pages(con: Connection, run: Run, date: dt.date) -> int:
    """Load `clean.pages`, `clean.teasers` and `clean.repeats` of one ingest date; return the number of pages.

    Reads in parallel. Where `run.records` names records, only those are read, and the rows of others stay.
    """
    settings = run.settings
    only = None if run.records is None else run.records.get(date, ())
    is_chosen = pl.lit(True) if only is None else pl.col("record_id").is_in(sorted(only))
    damaged: list[pl.DataFrame] = [ARCHIVE.empty().select(DAMAGE_COLUMNS)]

    def readable() -> Iterator[pl.DataFrame]:
        for batch in open_archive(settings).batches([date], settings.batch_records, settings.batch_bytes):
            chosen = batch.filter(is_chosen)
            damaged.append(chosen.filter(pl.col("problem") == DAMAGED).select(DAMAGE_COLUMNS))
            if (rows := chosen.filter(pl.col("problem").is_null())).height:
                yield rows

    expect("pages", count(con, RECORDS, date) if only is None else len(only))
    with staging_folder(run.staging_folder) as staged:
        results = open_engine(settings).map(readable(), PAGE_READERS[settings.language_detector], quarantine_lost)
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
        stage(staged, LEDGER, LAST_NUMBER, _damage_verdicts(con, run, pl.concat(damaged)))
        with transaction(con):
            for table in (PAGES, TEASERS, REPEATS):
                replace_date(con, table, date, staged / table.name, only)
            replace_verdicts(con, "pages", date, staged / LEDGER.name, only)
    return count(con, PAGES, date)


def _damage_verdicts(con: Connection, run: Run, damaged: pl.DataFrame) -> pl.DataFrame:
    """Return the verdicts on records whose bytes were whole when they were archived, and are not any more."""
    whole = con.execute(
        f"select record_id from {RECORDS.name} "  # noqa: S608
        "where problem is null and record_id in (select unnest($ids::varchar[]))",
        {"ids": damaged["record_id"].to_list()},
    ).pl()
    rows = damaged.join(whole, on="record_id", how="semi").unique("record_id")
    return page_verdicts(rows.rename({"problem": "reason", "problem_detail": "detail"}), run.run_id)


def _unnest(pages: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the rows of a list-of-structs column, with the record that each belongs to."""
    return (
        pages.select("record_id", "ingest_date", column)
        .explode(column, empty_as_null=True)
        .filter(pl.col(column).is_not_null())
        .unnest(column)
    )
