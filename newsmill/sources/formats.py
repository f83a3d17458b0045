"""The registry of input formats: endings, reader, and what their records state as source and content type."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsmill.sources.record import Record
    from newsmill.sources.source_file import SourceFile

    Reader = Callable[[SourceFile], Iterator[Record]]


@dataclass(frozen=True)
class InputFormat:
    """A format of input files.

    Attributes:
        endings: of file names, lower case; each may be followed by `.gz`, if it does not end in it.
        source: the value of `raw.records.source`.
        reader: module and function, imported at the first file; it yields the records of a `SourceFile`.
        content_type: of a file that is a record as a whole; other formats state it for each record.
    """

    name: str
    endings: tuple[str, ...]
    source: str
    reader: str
    content_type: str | None = None

    def load_reader(self) -> Reader:
        module, function = self.reader.split(":")
        reader: Reader = getattr(importlib.import_module(module), function)
        return reader


FORMATS = (
    InputFormat("html", (".html", ".htm"), "file", "newsmill.sources.readers.files:read_file", "text/html"),
    InputFormat("text", (".txt",), "file", "newsmill.sources.readers.files:read_file", "text/plain"),
    InputFormat("markdown", (".md",), "file", "newsmill.sources.readers.files:read_file", "text/markdown"),
    InputFormat("warc", (".warc", ".wet"), "warc", "newsmill.sources.readers.warc:read_warc"),
    InputFormat("feed", (".xml", ".rss", ".atom"), "feed", "newsmill.sources.readers.feeds:read_feed"),
    # A `.json` is usually a single document, a `.json.gz` usually has lines.
    InputFormat("jsonl", (".jsonl", ".ndjson", ".json.gz"), "jsonl", "newsmill.sources.readers.rows:read_jsonl"),
    InputFormat("parquet", (".parquet",), "parquet", "newsmill.sources.readers.rows:read_parquet"),
)
ENDINGS = {ending: input_format for input_format in FORMATS for ending in input_format.endings}
SOURCES = tuple(dict.fromkeys(input_format.source for input_format in FORMATS))


def find_format(file_name: str) -> InputFormat | None:
    """Return the format of a file by its ending, without `.gz`; None for an unknown ending."""
    path = PurePosixPath(file_name.lower())
    return ENDINGS.get("".join(path.suffixes[-2:])) or ENDINGS.get(PurePosixPath(path.name.removesuffix(".gz")).suffix)
