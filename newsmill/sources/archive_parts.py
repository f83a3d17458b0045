"""The Parquet files of the archive: written with page checksums, and verified when they are read.

Damage is a row, not an exception: a record whose bytes do not match their SHA-256, or can't be read, comes without body
and with the problem `archive_damaged`. Where not even its other columns can be read, one record names the file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from newsmill.sources.record import Record, make_record
from newsmill.sources.tables import ARCHIVE, RECORDS

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

DAMAGED = "archive_damaged"
WRONG_BYTES = "the bytes in the archive do not match the SHA-256 of the record"

# A part with this key in its metadata has no id that depends on a file's modification time.
IDS = b"newsmill.ids"

# Damage costs at most the rest of its row group.
ROW_GROUP_BYTES, ROW_GROUP_ROWS = 16 * 2**20, 512
# How much of a part pyarrow decodes at a time.
PIECE_BYTES = 8 * 2**20
# Columns with few distinct values.
REPETITIVE = ["source", "source_path", "site", "ingest_date", "content_type", "http_status", "hint_language", "problem"]


@dataclass(frozen=True)
class Lost:
    """Rows of a part of which nothing can be read; `rows` is None where their number is unknown too."""

    part: Path
    row_group: int | None
    rows: int | None
    detail: str

    def as_record(self) -> Record:
        """Return the record that represents these rows in the tables."""
        day = dt.date.fromisoformat(self.part.parent.name.partition("=")[2])
        count = "the records" if self.rows is None else f"{self.rows:,} records"
        return make_record(
            source="file",
            source_path=f"raw/{self.part.parent.name}/{self.part.name}",
            fetched_at=dt.datetime.combine(day, dt.time()),
            ingest_date=day,
            body=None,
            member="" if self.row_group is None else str(self.row_group),
            problem=DAMAGED,
            problem_detail=f"{count} of this archive file can't be read: {self.detail}",
        )


def has_current_ids(part: Path) -> bool:
    """Whether no id in a part depends on the modification time of a file; an unreadable part counts as current."""
    try:
        with open_verified(part) as file:
            return IDS in (file.schema_arrow.metadata or {})
    except unreadable_errors():
        return True


def write_rows(file: BinaryIO, rows: pl.DataFrame, *, current_ids: bool = True) -> None:
    """Write rows of the schema ARCHIVE as Parquet, in row groups of about ROW_GROUP_BYTES.

    Without `current_ids`, some record ids are those of an older version; see `has_current_ids`.
    """
    import pyarrow.parquet as pq

    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    options = {"compression": "zstd", "compression_level": 3, "write_page_checksum": True, "use_dictionary": REPETITIVE}
    schema = table.schema.with_metadata({IDS: b"without modification times"} if current_ids else None)
    with pq.ParquetWriter(file, schema, **options) as writer:
        start = size = 0
        for row, byte_size in enumerate(rows["byte_size"]):
            if row > start and (size + byte_size > ROW_GROUP_BYTES or row - start == ROW_GROUP_ROWS):
                writer.write_table(table.slice(start, row - start))
                start, size = row, 0
            size += byte_size
        writer.write_table(table.slice(start))


def read_metadata(part: Path, columns: Sequence[str] = RECORDS.schema.names()) -> tuple[pl.DataFrame, list[Lost]]:
    """Return columns other than the body of a part's rows, and the rows of which they can't be read."""
    frames = [RECORDS.empty().select(columns)]
    lost: list[Lost] = []
    try:
        with open_verified(part) as file:
            for group in range(file.metadata.num_row_groups):
                try:
                    rows = _frame(file.read_row_group(group, columns=list(columns)), columns)
                    frames.append(rows.cast({name: RECORDS.schema[name] for name in columns}))
                except unreadable_errors() as error:
                    lost.append(Lost(part, group, file.metadata.row_group(group).num_rows, _one_line(error)))
    except unreadable_errors() as error:
        lost.append(Lost(part, None, None, _one_line(error)))
    return pl.concat(frames), lost


def read_pieces(part: Path) -> Iterator[pl.DataFrame]:
    """Yield the readable rows of a part (schema ARCHIVE) in frames of about PIECE_BYTES, in order."""
    try:
        # A read buffer keeps pyarrow from loading whole column chunks.
        file = open_verified(part, buffer_size=2**20, pre_buffer=False)
    except unreadable_errors():
        return
    with file:
        for group in range(file.metadata.num_row_groups):
            yield from _read_group(file, group)


def _read_group(file: pq.ParquetFile, group: int) -> Iterator[pl.DataFrame]:
    info = file.metadata.row_group(group)
    done = 0
    try:
        rows = max(1, PIECE_BYTES * info.num_rows // max(info.total_byte_size, 1))
        for batch in file.iter_batches(rows, row_groups=[group]):
            piece = ARCHIVE.conform(_frame(batch, batch.schema.names))
            done += piece.height
            yield _verify_bytes(piece)
    except unreadable_errors() as error:
        try:
            rest = _frame(file.read_row_group(group, columns=RECORDS.schema.names()), RECORDS.schema.names())[done:]
        except unreadable_errors():
            return  # `read_metadata` names these rows
        body = pl.lit(None, pl.Binary).alias("body")
        yield _mark_damaged(ARCHIVE.conform(rest.with_columns(body)), pl.lit(True), _one_line(error))


def _verify_bytes(piece: pl.DataFrame) -> pl.DataFrame:
    """Remove bodies that do not match their SHA-256, and mark their records as damaged."""
    wrong = pl.Series(
        [
            body is not None and hashlib.sha256(body).hexdigest() != sha256
            for body, sha256 in zip(piece["body"], piece["sha256"], strict=True)
        ],
        dtype=pl.Boolean,
    )
    return _mark_damaged(piece, pl.lit(wrong), WRONG_BYTES) if wrong.any() else piece


def _mark_damaged(piece: pl.DataFrame, is_damaged: pl.Expr, detail: str) -> pl.DataFrame:
    # A record that has had no body keeps its own problem.
    is_damaged = is_damaged & ((pl.col("byte_size") > 0) | pl.col("problem").is_null())
    changes = {"body": None, "problem": DAMAGED, "problem_detail": detail}
    return piece.with_columns(
        pl.when(is_damaged).then(pl.lit(value, ARCHIVE.schema[name])).otherwise(name).alias(name)
        for name, value in changes.items()
    )


def open_verified(part: Path, **options: int | bool) -> pq.ParquetFile:
    """Open a Parquet file so that its page checksums are compared."""
    import pyarrow.parquet as pq

    return pq.ParquetFile(part, page_checksum_verification=True, **options)


def _frame(data: pa.Table | pa.RecordBatch, columns: Sequence[str]) -> pl.DataFrame:
    """Return Arrow data as a frame.

    Raises:
        pyarrow.ArrowException: when a text is not UTF-8, which Polars would not notice.
    """
    data.validate(full=True)
    frame = pl.from_arrow(data)
    assert isinstance(frame, pl.DataFrame)
    return frame.select(columns)


def unreadable_errors() -> tuple[type[BaseException], ...]:
    """Return what reading a damaged file raises: in pyarrow, and where names or types of columns are not ours."""
    import pyarrow as pa

    return OSError, MemoryError, ValueError, pa.ArrowException, pl.exceptions.PolarsError


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
