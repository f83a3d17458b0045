"""Tables of fetches: JSON Lines and Parquet with the columns `url`, `fetched_at`, `content_type`, `body`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from newsmill.sources.fetch_metadata import FetchMetadata, microseconds_to_datetime, row_metadata
from newsmill.sources.limits import CHUNK, UnreadableError, open_decompressed, read_lines
from newsmill.sources.record import Record
from newsmill.sources.source_file import SourceFile

REQUIRED = ("url", "body")
COLUMNS = ("url", "fetched_at", "content_type", "status", "published", "date", "language", "lang", "body")

# JSON is at most twice as long as its UTF-8, except in pathological cases.
JSON_GROWTH, JSON_MARGIN = 2, 64 * 2**10

# A file of noise yields this many problem records, and one that counts the rest; after more, it is not read on.
MAX_BAD_LINES, MAX_NOISE_LINES = 1000, 100_000

# A row takes at least a byte of a file; of a small file there may be more.
MIN_ROWS_ALLOWED = 10_000

DAY_MICROSECONDS = 86_400_000_000

BATCH_BYTES, MAX_BATCH_ROWS = 8 * 2**20, 1024

# Maximum size of a decompressed Parquet file, in multiples of the largest body allowed.
PLAIN_FILE_RECORDS = 64


def read_jsonl(source_file: SourceFile) -> Iterator[Record]:
    """Yield one record per line; a problem record for a line that is not a JSON object or has no body."""
    limit = JSON_GROWTH * source_file.max_record_bytes + JSON_MARGIN
    columns_seen = False
    good_lines = bad_lines = 0
    with open_decompressed(source_file.path, source_file.max_expanded_bytes) as stream:
        for number, line in read_lines(stream, limit):
            if line is None:
                yield source_file.too_large(None, member=str(number))
                continue
            try:
                row = parse_row(line)
            except (ValueError, RecursionError) as error:
                bad_lines += 1
                if bad_lines <= MAX_BAD_LINES:
                    yield source_file.problem("bad_line", f"line {number}: {error}", member=str(number))
                elif bad_lines > max(MAX_NOISE_LINES, 10 * good_lines):
                    detail = f"{bad_lines:,} of the first {number:,} lines are not JSON"
                    raise UnreadableError("not_json_lines", detail) from error
                continue
            good_lines += 1
            if not columns_seen:
                require_columns(row)
                columns_seen = True
            yield row_record(source_file, row, number)
    if bad_lines > MAX_BAD_LINES:
        yield source_file.problem("bad_line", f"and {bad_lines - MAX_BAD_LINES:,} more lines", member="more")


def parse_row(line: bytes) -> dict[str, object]:
    """Return the JSON object of a line.

    Raises:
        ValueError, RecursionError: when it is not one.
    """
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    return row


def read_parquet(source_file: SourceFile) -> Iterator[Record]:
    """Yield one record per row, with one batch of rows in memory at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with plain_file(source_file) as path:
        try:
            # A read buffer keeps pyarrow from loading whole column chunks.
            with pq.ParquetFile(path, buffer_size=CHUNK, pre_buffer=False) as file:
                require_columns(dict.fromkeys(file.schema_arrow.names))
                require_plausible_rows(file.metadata.num_rows, source_file.path.stat().st_size)
                columns = [name for name in COLUMNS if name in file.schema_arrow.names]
                numbers = count(1)
                for batch in file.iter_batches(batch_rows(file.metadata), columns=columns):
                    values = [plain_values(column) for column in batch.columns]
                    for row in zip(*values, strict=True):
                        yield row_record(source_file, dict(zip(columns, row, strict=True)), next(numbers))
        except MemoryError:
            raise
        except (pa.ArrowException, OSError) as error:
            raise UnreadableError("bad_parquet", str(error)) from error


def row_record(source_file: SourceFile, row: Mapping[str, object], number: int) -> Record:
    member = str(number)
    try:
        metadata = row_metadata(row)
        body = row.get("body")
        if isinstance(body, str):
            metadata, body = as_utf8(metadata), body.encode("utf-8", "replace")
        if not isinstance(body, bytes | None):
            raise ValueError(f"`body` is a {type(body).__name__}, neither text nor bytes")
    except ValueError as error:
        return source_file.problem("bad_row", f"row {number}: {error}", member=member)
    return source_file.record(body, metadata, member)


def as_utf8(metadata: FetchMetadata) -> FetchMetadata:
    """Return the metadata of a body that came as text: its bytes are UTF-8, whatever charset is stated."""
    if metadata.content_type is None:
        return metadata
    return replace(metadata, content_type=metadata.content_type.partition(";")[0].strip() + "; charset=utf-8")


def require_columns(row: Mapping[str, object]) -> None:
    missing = [name for name in REQUIRED if name not in row]
    if missing:
        present = ", ".join(list(row)[:20]) or "none"
        raise UnreadableError("missing_column", f"the column `{missing[0]}` is missing; columns: {present}")


def require_plausible_rows(rows: int, size: int) -> None:
    if rows > MIN_ROWS_ALLOWED + size:
        raise UnreadableError("expands_too_much", f"it has {rows:,} rows in {size:,} bytes")


@contextmanager
def plain_file(source_file: SourceFile) -> Iterator[Path]:
    """Open the Parquet file, which must be seekable: a gzipped one is decompressed to a temporary file."""
    if source_file.path.suffix.lower() != ".gz":
        yield source_file.path
        return
    limit = PLAIN_FILE_RECORDS * source_file.max_record_bytes
    limit = min(limit, source_file.max_expanded_bytes or limit)
    with tempfile.NamedTemporaryFile(prefix="newsmill-", suffix=".parquet") as plain:
        with open_decompressed(source_file.path) as stream:
            while chunk := stream.read(CHUNK):
                plain.write(chunk)
                if plain.tell() > limit:
                    raise UnreadableError("too_large", f"decompressed it is larger than the {limit:,} bytes allowed")
        plain.flush()
        yield Path(plain.name)


def batch_rows(metadata: Any) -> int:
    """Return the rows per batch, from the average size of a row."""
    size = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
    rows: int = BATCH_BYTES * metadata.num_rows // max(size, 1)
    return min(max(rows, 1), MAX_BATCH_ROWS)


def plain_values(column: Any) -> list[object]:
    """Return a column as Python values: text even if wrongly encoded, times as naive UTC to the microsecond."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        # A value that a thousand rows refer to is in memory once.
        values = plain_values(column.dictionary)
        return [None if index is None else values[index] for index in column.indices.to_pylist()]
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        raw = column.cast(pa.large_binary()).to_pylist()
        return [None if value is None else value.decode("utf-8", "replace") for value in raw]
    if pa.types.is_timestamp(column.type):
        microseconds = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()).to_pylist()
        return [None if value is None else microseconds_to_datetime(value) for value in microseconds]
    if pa.types.is_date(column.type):
        days = column.cast(pa.date32()).cast(pa.int32()).to_pylist()
        return [None if value is None else microseconds_to_datetime(value * DAY_MICROSECONDS) for value in days]
    others: list[object] = column.to_pylist()
    return others
