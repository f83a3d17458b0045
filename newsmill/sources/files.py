"""Pages that are files: HTML, text dumps, Markdown. A file is a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from newsmill.sources.limits import opened, read_whole
from newsmill.sources.record import Record
from newsmill.sources.source_file import Origin

CONTENT_TYPES = {"html": "text/html", "text": "text/plain", "markdown": "text/markdown"}


def read_file(origin: Origin, kind: str) -> Iterator[Record]:
    """The file as one record."""
    facts = replace(origin.facts, content_type=origin.facts.content_type or CONTENT_TYPES[kind])
    with opened(origin.path) as stream:
        body = read_whole(stream, origin.max_record_bytes)
    yield origin.too_large(None, facts) if body is None else origin.record(body, facts)
