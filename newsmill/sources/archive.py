"""The raw archive: every record as it came, in Parquet by ingest date. Records are never changed, only forgotten."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from newsmill import progress
from newsmill.errors import UserError
from newsmill.sources.archive_parts import has_current_ids, read_metadata, read_pieces, write_rows
from newsmill.sources.known_records import KnownRecords, find_superseded
from newsmill.sources.record import Record
from newsmill.sources.tables import ARCHIVE, RECORDS

DAY_FOLDER = "ingest_date="
TEMPORARY = ".tmp-"
BATCH_RECORDS, BATCH_BYTES = 4096, 64 * 2**20
NO_IDS = pl.Series("record_id", [], pl.String)


@dataclass
class AppendResult:
    """The result of an append.

    Attributes:
        new: the records added.
        already_archived: the records that were in the archive before.
        dates: the ingest dates of both.
        forgotten: the records left out because of a tombstone.
        superseded: the records erased because they came from an unfinished state of a file.
        seen: for ingest dates that had records before, the ids of the records that came.
    """

    new: int = 0
    already_archived: int = 0
    dates: set[dt.date] = field(default_factory=set)
    forgotten: int = 0
    superseded: int = 0
    seen: dict[dt.date, set[bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class Archive:
    """The archive in the folder `root`. One process writes at a time; any number may read.

    A record is stored once, however often it is read.
    """

    root: Path

    def append(
        self,
        records: Iterable[Record],
        batch_records: int = BATCH_RECORDS,
        batch_bytes: int = BATCH_BYTES,
        without_date_folder: Collection[str] = (),
    ) -> AppendResult:
        """Add the records that are not in the archive of their ingest date yet.

        Memory: a batch of records, and the record ids of the ingest dates. If it is interrupted, the batches already
        written stay, and the next append continues.

        Args:
            without_date_folder: source paths whose records may be archived on another ingest date already.
        """
        self.remove_leftovers()
        done = AppendResult()
        known = KnownRecords(self, without_date_folder)
        batch: list[Record] = []
        count = size = 0

        for record in records:
            if count and (count == batch_records or size + record.byte_size > batch_bytes):
                self.write(batch)
                progress.advance("raw", count)
                batch, count, size = [], 0, 0
            count += 1
            if known.add(record):
                batch.append(record)
                size += record.byte_size
                done.new += 1
            else:
                done.already_archived += 1
        self.write(batch)
        progress.advance("raw", count)
        done.dates, done.seen = known.dates, known.seen
        return done

    def remove_superseded(
        self, read: Mapping[dt.date, Collection[str]], seen: Mapping[dt.date, Collection[bytes]]
    ) -> int:
        """Erase what came from an unfinished or faulty state of files read again now; return the number of records.

        A damaged ingest date is left as it is.

        Args:
            read: by ingest date, the source paths of the files that were read.
            seen: the ids of their records now; see `AppendResult.seen`.
        """
        removed = 0
        for date, paths in read.items():
            if date in seen and (superseded := find_superseded(self, date, paths, seen[date])):
                with suppress(UserError):
                    removed += self.remove(superseded, [date])
        return removed

    def dates(self) -> list[dt.date]:
        """Return the ingest dates with records, in order."""
        folders = {
            part.parent.name.removeprefix(DAY_FOLDER) for part in self.root.glob(f"{DAY_FOLDER}*/part-*.parquet")
        }
        return sorted(map(dt.date.fromisoformat, folders))

    def records(self, dates: Iterable[dt.date]) -> pl.DataFrame:
        """Return the records of these dates without their bytes (schema RECORDS), by ingest date and record id.

        Where a part can't be read, a record with the problem `archive_damaged` names it.
        """
        read = [read_metadata(part) for part in self.parts(dates)]
        lost = records_frame([loss.as_record() for _, losses in read for loss in losses])
        frames = [RECORDS.conform(frame) for frame, _ in read]
        ordered = pl.concat([lost.select(RECORDS.schema.names()), *frames]).sort(
            "ingest_date", "record_id", "source_path"
        )
        return RECORDS.conform(ordered.unique("record_id", keep="first", maintain_order=True))

    def addresses(self) -> pl.DataFrame:
        """Return `record_id`, `ingest_date`, `url` and `source_path` of every stored row; records may be repeated."""
        names = ("record_id", "ingest_date", "url", "source_path")
        frames = [read_metadata(part, names)[0] for part in self.parts(self.dates())]
        return pl.concat([RECORDS.empty().select(names), *frames])

    def batches(
        self, dates: Iterable[dt.date], batch_records: int = BATCH_RECORDS, batch_bytes: int = BATCH_BYTES
    ) -> Iterator[pl.DataFrame]:
        """Yield the records of these dates with their bytes (schema ARCHIVE), in batches, each record once.

        Sorted by ingest date and part, within a part by record id. A body above `batch_bytes` is a batch of its own.
        A record whose bytes are damaged has none, and the problem `archive_damaged`.
        """
        parts = self.parts(dates)
        pending: list[pl.DataFrame] = []
        count = size = 0
        for piece in deduplicated(parts, duplicate_ids(parts)):
            start = 0
            for row, byte_size in enumerate(piece["byte_size"]):
                if count and (count == batch_records or size + byte_size > batch_bytes):
                    yield pl.concat([*pending, piece[start:row]])
                    pending, count, size, start = [], 0, 0, row
                count += 1
                size += byte_size
            pending.append(piece[start:])
        if count:
            yield pl.concat(pending)

    def parts(self, dates: Iterable[dt.date]) -> list[Path]:
        """Return the Parquet files of these dates, in order."""
        return [part for date in sorted(set(dates)) for part in sorted(self.folder(date).glob("part-*.parquet"))]

    def folder(self, date: dt.date) -> Path:
        return self.root / f"{DAY_FOLDER}{date.isoformat()}"

    def ids(self, date: dt.date) -> set[bytes]:
        return {bytes.fromhex(record_id) for record_id in record_ids(self.parts([date]))}

    def write(self, records: Collection[Record]) -> None:
        """Write a new part for each ingest date of the records."""
        by_date: dict[dt.date, list[Record]] = {}
        for record in records:
            by_date.setdefault(record.ingest_date, []).append(record)
        for date, same_day in by_date.items():
            self.write_part(date, sorted(same_day, key=lambda record: record.record_id))

    def write_part(self, date: dt.date, records: list[Record]) -> None:
        folder = self.folder(date)
        folder.mkdir(parents=True, exist_ok=True)
        self.write_frame(folder, records_frame(records))

    def write_frame(self, folder: Path, rows: pl.DataFrame, *, current_ids: bool = True) -> None:
        identity = "\n".join(rows["record_id"])
        name = f"part-{hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()}.parquet"
        temporary = folder / f"{TEMPORARY}{name}"
        with temporary.open("wb") as file:
            write_rows(file, rows, current_ids=current_ids)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / name)

    def remove(self, unwanted: Collection[str], dates: Iterable[dt.date]) -> int:
        """Erase records from the parts of these dates; return the number of rows. Nothing of them is left on disk.

        A part is written again without them, then the old one is deleted. If this is interrupted in between, both
        exist, and the next call erases the records.

        Raises:
            UserError: when a part of these dates is damaged, so that what it holds is unknown.
        """
        self.remove_leftovers()
        self.require_readable(dates)
        removed = 0
        for part in self.parts(dates):
            unwanted_rows = record_ids([part]).is_in(list(unwanted))
            if not unwanted_rows.any():
                continue
            removed += int(unwanted_rows.sum())
            rest = pl.concat(list(read_pieces(part))).filter(~unwanted_rows)
            if rest.height:
                self.write_frame(part.parent, rest, current_ids=has_current_ids(part))
            part.unlink()
            if not any(part.parent.iterdir()):
                part.parent.rmdir()
        return removed

    def require_readable(self, dates: Iterable[dt.date]) -> None:
        """Refuse to write parts again that can't be read completely.

        Raises:
            UserError: naming the first of them.
        """
        for part in self.parts(dates):
            if lost := read_metadata(part)[1]:
                hint = "restore it from a backup, or delete it; its records are lost then"
                raise UserError(str(part), f"damaged: {lost[0].detail}", hint)

    def remove_leftovers(self) -> None:
        """Remove parts that a crash left half-written."""
        for leftover in self.root.glob(f"{DAY_FOLDER}*/{TEMPORARY}*"):
            leftover.unlink(missing_ok=True)


def records_frame(records: Iterable[Record]) -> pl.DataFrame:
    """Return the records as a frame of the schema ARCHIVE."""
    rows = list(records)
    return pl.DataFrame({name: [getattr(row, name) for row in rows] for name in ARCHIVE.schema}, schema=ARCHIVE.schema)


def record_ids(parts: list[Path]) -> pl.Series:
    return pl.concat([read_metadata(part, ["record_id"])[0]["record_id"] for part in parts] or [NO_IDS])


def duplicate_ids(parts: list[Path]) -> set[str]:
    """Return the ids that occur in the parts more than once; usually none."""
    ids = record_ids(parts)
    return set(ids.filter(ids.is_duplicated()))


def deduplicated(parts: list[Path], duplicates: set[str]) -> Iterator[pl.DataFrame]:
    """Yield the parts' rows, piece by piece, with only the first row of a duplicate id."""
    seen: set[str] = set()
    for part in parts:
        for piece in read_pieces(part):
            if not duplicates:
                yield piece
                continue
            keep = []
            for record_id in piece["record_id"]:
                keep.append(record_id not in seen)
                if record_id in duplicates:
                    seen.add(record_id)
            yield piece.filter(pl.Series(keep))
