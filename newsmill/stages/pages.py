"""Stage pages: archived records become pages, with their teasers and repeated passages."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from newsmill.pages.read import PAGE_READERS, quarantine_lost
from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.progress import advance, expect
from newsmill.quality.ledger import page_verdicts
from newsmill.quality.tables import LEDGER
from newsmill.settings import Settings
from newsmill.sources.archive_parts import DAMAGED
from newsmill.sources.tables import ARCHIVE, RECORDS
from newsmill.stages.run import Loaded, Run, open_archive, open_engine, replace_verdicts
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.staging import stage, staging_folder
from newsmill.warehouse.writes import count, replace_date

# The part of the staged verdicts that comes after those of the batches.
LAST_NUMBER = 999_999
DAMAGE_COLUMNS = ["record_id", "ingest_date", "problem", "problem_detail"]


@dataclass
class _Reading:
    """The records to read of some ingest dates, and what is known of them beside their pages.

    Attributes:
        only: by ingest date, the ids of the records to read; all where None.
        damaged: by ingest date, the records whose bytes are damaged.
        dates_of_batches: the ingest dates of the batches that were sent to the engine and have not come back, in order.
    """

    settings: Settings
    only: Mapping[dt.date, Collection[str]] | None
    damaged: dict[dt.date, list[pl.DataFrame]] = field(default_factory=dict)
    dates_of_batches: deque[dt.date] = field(default_factory=deque)

    def chosen(self, date: dt.date) -> Collection[str] | None:
        return None if self.only is None else self.only.get(date, ())

    def batches(self, dates: Sequence[dt.date]) -> Iterator[pl.DataFrame]:
        """Yield the readable records of all dates, each batch of one date."""
        for date in dates:
            only = self.chosen(date)
            is_chosen = pl.lit(True) if only is None else pl.col("record_id").is_in(sorted(only))
            of_date = open_archive(self.settings).batches(
                [date], self.settings.batch_records, self.settings.batch_bytes
            )
            for batch in of_date:
                chosen = batch.filter(is_chosen)
                damaged = chosen.filter(pl.col("problem") == DAMAGED).select(DAMAGE_COLUMNS)
                self.damaged.setdefault(date, []).append(damaged)
                if (rows := chosen.filter(pl.col("problem").is_null())).height:
                    self.dates_of_batches.append(date)
                    yield rows


def load_pages(con: Connection, run: Run, dates: Sequence[dt.date]) -> Iterator[Loaded]:
    """Load `clean.pages`, `clean.teasers` and `clean.repeats`; yield each ingest date with its number of pages.

    Reads in parallel; the dates are one stream, so that small ones keep all workers busy too. Where `run.records`
    names records, only those are read, and the rows of others stay.
    """
    settings = run.settings
    reading = _Reading(settings, run.records)
    for date in dates:
        only = reading.chosen(date)
        expect("pages", count(con, RECORDS, date) if only is None else len(only))
    waiting = deque(dates)
    with staging_folder(run.staging_folder) as staged:
        results = open_engine(settings).map(
            reading.batches(dates), PAGE_READERS[settings.language_detector], quarantine_lost
        )
        for number, result in enumerate(results):
            date = reading.dates_of_batches.popleft()
            while waiting[0] != date:
                yield _commit(con, run, reading, waiting.popleft(), staged)
            _stage_result(_folder(staged, date), number, result, run.run_id)
            advance("pages", result.height)
        while waiting:
            yield _commit(con, run, reading, waiting.popleft(), staged)


def _folder(staged: Path, date: dt.date) -> Path:
    folder = staged / date.isoformat()
    folder.mkdir(exist_ok=True)
    return folder


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


def _commit(con: Connection, run: Run, reading: _Reading, date: dt.date, staged: Path) -> Loaded:
    """Replace the date's rows by the staged ones."""
    folder, only = _folder(staged, date), reading.chosen(date)
    damaged = pl.concat([ARCHIVE.empty().select(DAMAGE_COLUMNS), *reading.damaged.pop(date, [])])
    stage(folder, LEDGER, LAST_NUMBER, _damage_verdicts(con, run, damaged))

    def replace() -> None:
        with transaction(con):
            for table in (PAGES, TEASERS, REPEATS):
                replace_date(con, table, date, folder / table.name, only)
            replace_verdicts(con, "pages", date, folder / LEDGER.name, only)

    with_enough_memory(con, replace)
    shutil.rmtree(folder)
    return [date], count(con, PAGES, date)


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
