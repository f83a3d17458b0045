"""Files that are pages: HTML, text dumps, Markdown. Each file is a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from newsmill.sources.limits import open_decompressed, read_all
from newsmill.sources.record import Record
from newsmill.sources.source_file import SourceFile


def read_file(source_file: SourceFile) -> Iterator[Record]:
    """Yield the file as one record."""
    metadata = replace(source_file.metadata, content_type=source_file.metadata.content_type or source_file.content_type)
    with open_decompressed(source_file.path) as stream:
        body = read_all(stream, source_file.max_record_bytes)
    yield source_file.too_large(None, metadata) if body is None else source_file.record(body, metadata)
