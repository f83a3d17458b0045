"""Which records the archive has already, and which of them came from an unfinished state of a file read again.

A record is known by its id. Two kinds of records are known by their content as well: those that an older version
archived with the file's modification time as part of the id, and those of a file without a date folder, which are on
the ingest date on which they came first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from newsmill.sources.archive_parts import has_current_ids, read_metadata, read_pieces
from newsmill.sources.plausible import EARLIEST, MAX_CLOCK_AHEAD, now_utc
from newsmill.sources.record import Record

if TYPE_CHECKING:
    from newsmill.sources.archive import Archive

CONTENT = ("record_id", "source_path", "url", "sha256", "fetched_at")
STATE = ("record_id", "source_path", "url", "sha256", "byte_size", "problem", "fetched_at")


class KnownRecords:
    """The records of an archive, loaded for each ingest date when its first record comes.

    `seen` has, for the ingest dates that had records before, the ids of the records that came again or are new.
    """

    def __init__(self, archive: Archive, without_date_folder: Collection[str] = ()) -> None:
        """`without_date_folder` are source paths whose records may be on other ingest dates too."""
        self.seen: dict[dt.date, set[bytes]] = {}
        self._archive = archive
        self._ids: dict[dt.date, set[bytes]] = {}
        self._by_content: dict[dt.date, dict[bytes, bytes]] = {}
        self._paths = frozenset(without_date_folder)
        self._elsewhere = self._load_elsewhere() if self._paths else {}

    @property
    def dates(self) -> set[dt.date]:
        """The ingest dates of the records that came."""
        return set(self._ids)

    def add(self, record: Record) -> bool:
        """Add a record; return whether it is new."""
        date = record.ingest_date
        if date not in self._ids:
            self._load(date)
        record_id = bytes.fromhex(record.record_id)
        known = record_id if record_id in self._ids[date] else self._find_by_content(record)
        if date in self.seen:
            self.seen[date].add(known or record_id)
        if known is None and not self._is_elsewhere(record):
            self._ids[date].add(record_id)
            return True
        return False

    def _load(self, date: dt.date) -> None:
        parts = self._archive.parts([date])
        self._ids[date] = self._archive.ids(date)
        self._by_content[date] = {
            content_key(path, url, sha256): bytes.fromhex(record_id)
            for record_id, path, url, sha256, _ in content_rows(part for part in parts if not has_current_ids(part))
        }
        if parts:
            self.seen[date] = set()

    def _load_elsewhere(self) -> dict[bytes, set[dt.date]]:
        found: dict[bytes, set[dt.date]] = {}
        for date in self._archive.dates():
            for _, path, url, sha256, fetched_at in content_rows(self._archive.parts([date])):
                if path in self._paths:
                    for time in (None, fetched_at):
                        found.setdefault(content_key(path, url, sha256, time), set()).add(date)
        return found

    def _find_by_content(self, record: Record) -> bytes | None:
        by_content = self._by_content[record.ingest_date]
        if record.has_own_time or not by_content:
            return None
        return by_content.get(content_key(record.source_path, record.url, record.sha256))

    def _is_elsewhere(self, record: Record) -> bool:
        if record.source_path not in self._paths:
            return False
        time = record.fetched_at if record.has_own_time else None
        dates = self._elsewhere.get(content_key(record.source_path, record.url, record.sha256, time), set())
        return bool(dates - {record.ingest_date})


def find_superseded(archive: Archive, date: dt.date, paths: Collection[str], seen: Collection[bytes]) -> list[str]:
    """Return the ids of records that came from an unfinished or faulty state of a file that was read again now.

    These are records of the files `paths` that are not among those `seen` now, and that have a problem, or whose body
    is the beginning of the body that the file has now. Others stay: a page that a later fetch overwrote was fetched.
    """
    frames = [read_metadata(part, STATE)[0] for part in archive.parts([date])]
    rows = pl.concat(frames).filter(pl.col("source_path").is_in(list(paths)))
    is_seen = pl.Series([bytes.fromhex(record_id) in seen for record_id in rows["record_id"]], dtype=pl.Boolean)
    gone, current = rows.filter(~is_seen), rows.filter(is_seen)
    # Older versions archived placeholders as fetch times.
    is_faulty = pl.col("problem").is_not_null() | ~pl.col("fetched_at").is_between(
        EARLIEST, now_utc() + MAX_CLOCK_AHEAD
    )
    pairs = gone.filter(~is_faulty).join(current, on=["source_path", "url"], suffix="_now")
    pairs = pairs.filter((pl.col("byte_size") < pl.col("byte_size_now")) & (pl.col("byte_size") > 0))
    beginnings = find_beginnings(archive.parts([date]), pairs) if pairs.height else set()
    return sorted({*gone.filter(is_faulty)["record_id"], *beginnings})


def find_beginnings(parts: list[Path], pairs: pl.DataFrame) -> set[str]:
    """Return the records of the pairs whose body is the beginning of the body of `record_id_now`."""
    wanted: dict[str, list[tuple[str, int, str]]] = {}
    for row in pairs.iter_rows(named=True):
        wanted.setdefault(row["record_id_now"], []).append((row["record_id"], row["byte_size"], row["sha256"]))
    found = set()
    for part in parts:
        for piece in read_pieces(part):
            chosen = piece.filter(pl.col("record_id").is_in(list(wanted)) & pl.col("body").is_not_null())
            for record_id, body in chosen.select("record_id", "body").iter_rows():
                for earlier, size, sha256 in wanted[record_id]:
                    if hashlib.sha256(memoryview(body)[:size]).hexdigest() == sha256:
                        found.add(earlier)
    return found


def content_rows(parts: Iterator[Path] | list[Path]) -> Iterator[tuple[str, str, str, str, dt.datetime]]:
    for part in parts:
        yield from read_metadata(part, CONTENT)[0].iter_rows()


def content_key(source_path: str, url: str, sha256: str, fetched_at: dt.datetime | None = None) -> bytes:
    return hashlib.blake2b(f"{source_path}\n{url}\n{sha256}\n{fetched_at}".encode(), digest_size=16).digest()
