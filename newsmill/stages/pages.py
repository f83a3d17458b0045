"""Stage pages: archived records become pages, with their teasers and repeated passages."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from newsmill.pages.read import PAGE_READERS, quarantine_lost
from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.progress import advance, expect
from newsmill.quality.ledger import page_verdicts
from newsmill.quality.tables import LEDGER
from newsmill.sources.archive_parts import DAMAGED
from newsmill.sources.tables import ARCHIVE, RECORDS
from newsmill.stages.map_dates import map_dates
from newsmill.stages.run import Loaded, Run, open_archive, open_engine, replace_verdicts
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.staging import stage, staging_folder
from newsmill.warehouse.writes import count, replace_date

# The part of the staged verdicts that comes after those of the batches.
LAST_NUMBER = 999_999
DAMAGE_COLUMNS = ["record_id", "ingest_date", "problem", "problem_detail"]


def load_pages(con: Connection, run: Run, dates: Sequence[dt.date]) -> Iterator[Loaded]:
    """Load `clean.pages`, `clean.teasers` and `clean.repeats`; yield each ingest date with its number of pages.

    Reads in parallel; the dates are one stream, so that small ones keep all workers busy too. Where `run.records`
    names records, only those are read, and the rows of others stay.
    """
    for date in dates:
        expect("pages", count(con, RECORDS, date) if run.records is None else len(run.records.get(date, ())))
    damaged: dict[dt.date, list[pl.DataFrame]] = {date: [ARCHIVE.empty().select(DAMAGE_COLUMNS)] for date in dates}
    read = map_dates(
        open_engine(run.settings),
        dates,
        lambda date: _readable(run, date, damaged[date]),
        PAGE_READERS[run.settings.language_detector],
        quarantine_lost,
    )
    with staging_folder(run.staging_folder) as staged:
        for date, results in read:
            folder = staged / date.isoformat()
            folder.mkdir()
            for number, result in enumerate(results):
                _stage_result(folder, number, result, run.run_id)
                advance("pages", result.height)
            stage(folder, LEDGER, LAST_NUMBER, _damage_verdicts(con, run, pl.concat(damaged.pop(date))))
            with_enough_memory(con, partial(_replace, con, run, date, folder))
            shutil.rmtree(folder)
            yield [date], count(con, PAGES, date)


def _chosen(run: Run, date: dt.date) -> Collection[str] | None:
    """Return the ids of the records to read; None for all."""
    return None if run.records is None else run.records.get(date, ())


def _readable(run: Run, date: dt.date, damaged: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield the records to read, and append those whose bytes are damaged to `damaged`."""
    settings, only = run.settings, _chosen(run, date)
    is_chosen = pl.lit(True) if only is None else pl.col("record_id").is_in(sorted(only))
    for batch in open_archive(settings).batches([date], settings.batch_records, settings.batch_bytes):
        chosen = batch.filter(is_chosen)
        damaged.append(chosen.filter(pl.col("problem") == DAMAGED).select(DAMAGE_COLUMNS))
        if (rows := chosen.filter(pl.col("problem").is_null())).height:
            yield rows


def _stage_result(folder: Path, number: int, result: pl.DataFrame, run_id: str) -> None:
    pages = result.filter(pl.col("reason").is_null())
    verdicts = page_verdicts(result.select("record_id", "ingest_date", "reason", "detail"), run_id)
    for table, rows in (
        (PAGES, pages),
        (TEASERS, _unnest(pages, "teasers")),
        (REPEATS, _unnest(pages, "repeats")),
        (LEDGER, verdicts),
    ):
        stage(folder, table, number, rows)


def _replace(con: Connection, run: Run, date: dt.date, folder: Path) -> None:
    """Replace the date's rows by the staged ones."""
    only = _chosen(run, date)
    with transaction(con):
        for table in (PAGES, TEASERS, REPEATS):
            replace_date(con, table, date, folder / table.name, only)
        replace_verdicts(con, "pages", date, folder / LEDGER.name, only)


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
