"""Stage raw: archives the input folder and loads `raw.records` and `raw.files` from the archive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

import polars as pl

from newsmill.home_lock import hold_home
from newsmill.quality.ledger import raw_verdicts
from newsmill.settings import Settings
from newsmill.sources.archive import AppendResult, Archive
from newsmill.sources.archive_parts import DAMAGED
from newsmill.sources.folder import read_folder
from newsmill.sources.limits import ReadLimits
from newsmill.sources.plausible import now_utc
from newsmill.sources.reading.supervised import read_supervised
from newsmill.sources.reading.task import FileResult
from newsmill.sources.scanning.file_log import (
    find_moved,
    last_look_time,
    read_file_log,
    update_file_log,
    write_file_log,
)
from newsmill.sources.scanning.scan import Scan, scan_input
from newsmill.sources.source_file import source_path
from newsmill.sources.tables import FILES, FORGOTTEN, RECORDS
from newsmill.sources.tombstones import read_tombstones
from newsmill.stages.run import Loaded, Run, open_archive, replace_verdicts
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.writes import insert, replace_date


def archive_input(settings: Settings, dates: Collection[dt.date] | None, found: Scan | None = None) -> AppendResult:
    """Read the input folder, or its files of some ingest dates, into the archive. Forgotten records are left out.

    Args:
        found: the files, where the folder has been scanned already.
    """
    seen_at = now_utc()
    found = found or scan_input(settings)
    results: dict[str, FileResult] = {}
    with hold_home(settings.home, "newsmill run", settings.lock_patience_seconds):
        archive, stones = open_archive(settings), read_tombstones(settings.home)
        records = read_folder(
            settings.input, dates, found=found, results=results, limits=read_limits(settings), read=read_supervised
        )
        log = read_file_log(archive.root)
        moved = find_moved(log, found) if archive.dates() else []
        result = archive.append(stones.filter_out(records), settings.batch_records, settings.batch_bytes, moved)
        result.superseded = archive.remove_superseded(group_by_date(results), result.seen)
        write_file_log(archive.root, update_file_log(log, found, results, seen_at, stones, moved))
    result.forgotten = stones.suppressed_count
    return result


def read_limits(settings: Settings) -> ReadLimits:
    """Return what a file of the input may cost."""
    return ReadLimits(
        max_record_bytes=settings.max_record_bytes,
        expansion_ratio=settings.max_expansion_ratio,
        file_seconds=settings.max_file_seconds,
        file_memory_bytes=settings.max_file_memory_bytes,
    )


def group_by_date(results: Mapping[str, FileResult]) -> dict[dt.date, list[str]]:
    """Return the source paths of the files that were read, by ingest date."""
    grouped: dict[dt.date, list[str]] = {}
    for path, result in results.items():
        grouped.setdefault(result.ingest_date, []).append(source_path(path))
    return grouped


def load_records(con: Connection, run: Run, dates: Sequence[dt.date]) -> Iterator[Loaded]:
    """Load `raw.records` of the ingest dates from the archive; yield each with its number of records."""
    for date in dates:
        yield [date], with_enough_memory(con, partial(_load_date, con, run, date))


def _load_date(con: Connection, run: Run, date: dt.date) -> int:
    archive = open_archive(run.settings)
    records = _name_lost_records(con, archive.records([date]), date)
    with transaction(con):
        replace_date(con, RECORDS, date, records)
        replace_verdicts(con, "raw", date, raw_verdicts(records, run.run_id))
    return records.height


def _name_lost_records(con: Connection, records: pl.DataFrame, date: dt.date) -> pl.DataFrame:
    """Return the records with those that the database has from before an archive file was damaged.

    They replace the record that names the file, which is all that the archive knows of them.
    """
    is_lost = pl.col("problem").eq_missing(DAMAGED) & pl.col("source_path").str.starts_with("raw/")
    lost = records.filter(is_lost)
    if lost.is_empty():
        return records
    stored = RECORDS.conform(con.execute(f"from {RECORDS.name} where ingest_date = ?", [date]).pl())
    detail = pl.lit("; ".join(lost["source_path"].unique().sort()))
    named = stored.join(records, on="record_id", how="anti").with_columns(
        problem=pl.lit(DAMAGED), problem_detail=pl.format("the archive file is damaged: {}", detail)
    )
    # Those that were lost before are among the stored ones already.
    named = named.filter(~is_lost)
    return RECORDS.conform(pl.concat([records.filter(~is_lost) if named.height else records, named]))


def load_files_and_forgotten(con: Connection, run: Run) -> None:
    """Load `raw.files` where the archive's file log has changed, and `quality.forgotten`."""
    with transaction(con):
        load_files(con, open_archive(run.settings))
        replace_forgotten(con, run.settings)


def load_files(con: Connection, archive: Archive) -> None:
    """Replace `raw.files` by the archive's file log, unless it holds that look at the input already."""
    look = last_look_time(archive.root)
    [(loaded,)] = con.execute(f"select max(seen_at) from {FILES.name}").fetchall()  # noqa: S608
    if look != loaded:
        replace_files(con, archive)


def replace_files(con: Connection, archive: Archive) -> None:
    """Replace `raw.files` by the archive's file log."""
    con.execute(f"delete from {FILES.name}")  # noqa: S608
    insert(con, FILES, read_file_log(archive.root))


def replace_forgotten(con: Connection, settings: Settings) -> None:
    """Replace `quality.forgotten` by the tombstones of the home."""
    con.execute(f"delete from {FORGOTTEN.name}")  # noqa: S608
    insert(con, FORGOTTEN, read_tombstones(settings.home).table())
