"""The file log: every path found in the input folder, as last seen. It is kept beside the archive, as Parquet.

A run replaces the rows of the paths that it finds; rows of paths that are gone stay as they were last seen.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from newsmill.sources.archive_parts import open_verified, unreadable_errors
from newsmill.sources.fetch_metadata import mtime_to_datetime
from newsmill.sources.reading.task import FileResult
from newsmill.sources.scanning.forgotten_files import hide_files, hide_path, names_forgotten_page
from newsmill.sources.scanning.scan import InputFile, Scan
from newsmill.sources.scanning.skipped import BY_DESIGN, SkippedPath
from newsmill.sources.source_file import source_path
from newsmill.sources.tables import FILE_LOG
from newsmill.sources.tombstones import Tombstones

NAME = "seen_files.parquet"

READ, SKIPPED, FAILED = "read", "skipped", "failed"

Row = dict[str, Any]


def read_file_log(archive: Path) -> pl.DataFrame:
    """Return the file log of an archive (schema FILE_LOG), by path; empty where there is none or it is damaged."""
    rows = _read_whole(archive / NAME)
    return FILE_LOG.empty() if rows is None else rows  # the next look at the input folder writes it again


def is_whole(log: Path) -> bool:
    """Return whether a file log can be read, and every page of it matches its checksum."""
    return _read_whole(log) is not None


def _read_whole(log: Path) -> pl.DataFrame | None:
    """Return the rows of a file log; None where it is missing or damaged."""
    try:
        with open_verified(log) as file:
            table = file.read()
        table.validate(full=True)
        return FILE_LOG.conform(pl.DataFrame(table))
    except unreadable_errors():
        return None


def last_look_time(archive: Path) -> dt.datetime | None:
    """Return when the input folder was last looked at; None where it never was."""
    return read_file_log(archive)["seen_at"].max()  # type: ignore[return-value]


def write_file_log(archive: Path, rows: pl.DataFrame) -> None:
    """Replace the file log of an archive."""
    import pyarrow.parquet as pq

    archive.mkdir(parents=True, exist_ok=True)
    temporary = archive / f".tmp-{NAME}"
    with temporary.open("wb") as file:
        table = FILE_LOG.conform(rows).sort("source_path").to_arrow(compat_level=pl.CompatLevel.oldest())
        pq.write_table(table, file, compression="zstd", write_page_checksum=True)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(archive / NAME)


def update_file_log(
    known: pl.DataFrame,
    found: Scan,
    results: Mapping[str, FileResult],
    seen_at: dt.datetime,
    stones: Tombstones,
    moved: Collection[str] = (),
) -> pl.DataFrame:
    """Return the file log after a look at the input folder.

    Args:
        known: the file log before.
        results: what was read now, by path. Unchanged files that were not read now keep what was said of them.
        seen_at: the time of the look, UTC.
        stones: with the source paths of the records that were suppressed or kept now.
        moved: see `find_moved`.
    """
    before = {row["source_path"]: row for row in known.iter_rows(named=True)}
    names = {hide_path(path): path for path in _find_paths(found)} if stones.stones else {}
    were_hidden = {path: before[name] for name, path in names.items() if name in before}
    before |= were_hidden
    unknown = set(moved).difference(before)
    rows = [_file_row(file, results.get(file.path), before, unknown) for file in found.files]
    rows += map(_skipped_row, found.skipped)
    now = pl.DataFrame([row | {"seen_at": seen_at} for row in rows], schema=FILE_LOG.schema).unique("source_path")
    gone = known.join(now, on="source_path", how="anti").filter(~pl.col("source_path").is_in(list(names)))
    if stones.stones:
        skipped = {source_path(path.path) for path in found.skipped}
        hidden = stones.suppressed_paths.union(were_hidden).difference(stones.kept_paths)
        hidden |= {path for path in skipped.difference(hidden) if names_forgotten_page(stones, path)}
        now = hide_files(now, hidden, stones.suppressed_paths)
    return pl.concat([gone, now])


def find_moved(known: pl.DataFrame, found: Scan) -> list[str]:
    """Return the source paths of files without a date folder that may have been read on another ingest date.

    Those are files with another date than when they were first seen. Where that is not known, because the archive is
    older than the file log, it is all files without a date folder.
    """
    dates = dict(known.select("source_path", "first_ingest_date").iter_rows())
    undated = {source_path(file.path): file.ingest_date for file in found.files if not file.in_date_folder}
    return [path for path, date in undated.items() if not dates or dates.get(path, date) != date]


def _find_paths(found: Scan) -> list[str]:
    paths = [file.path for file in found.files] + [skipped.path for skipped in found.skipped]
    return list(map(source_path, paths))


def latest_look(files: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the paths that the latest look found."""
    return files.filter(pl.col("seen_at") == pl.col("seen_at").max())


def _file_row(file: InputFile, result: FileResult | None, before: Mapping[str, Row], unknown: Collection[str]) -> Row:
    path = source_path(file.path)
    known = before.get(path)
    first = known["first_ingest_date"] if known else None if path in unknown else file.ingest_date
    row: Row = {
        "first_ingest_date": first,
        "source": file.format.source,
        "source_path": path,
        "ingest_date": file.ingest_date,
        "byte_size": file.size,
        "by_design": False,
        "modified_at": mtime_to_datetime(file.mtime_ns),
    }
    if result is not None:
        failed = result.has_failed
        return row | {
            "status": FAILED if failed else READ,
            "reason": result.reason if failed else None,
            "detail": result.detail if failed else None,
            "records": result.records,
        }
    if known and all(known[name] == row[name] for name in ("ingest_date", "byte_size", "modified_at")):
        return row | {name: known[name] for name in ("status", "reason", "detail", "records")}
    return row | {"status": SKIPPED, "reason": "not_read_yet", "detail": None, "records": 0}


def _skipped_row(skipped: SkippedPath) -> Row:
    return {
        "source": None,
        "source_path": source_path(skipped.path),
        "ingest_date": skipped.ingest_date,
        "byte_size": skipped.size,
        "status": SKIPPED,
        "reason": skipped.reason,
        "detail": skipped.detail,
        "records": 0,
        "by_design": skipped.reason in BY_DESIGN,
        "modified_at": None,
        "first_ingest_date": None,
    }
