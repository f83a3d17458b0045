"""`manifest.jsonl`: the metadata of a folder's files, one line per file."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from newsmill.sources.fetch_metadata import FetchMetadata, row_metadata
from newsmill.sources.limits import open_raw, read_lines

NAME = "manifest.jsonl"
MAX_LINE = 2**20
MAX_BROKEN = 100


@dataclass
class Manifest:
    """The metadata by file (relative to the input folder), and the problems of the manifest."""

    metadata: dict[str, FetchMetadata] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)
    more_broken: int = 0
    unreadable: str | None = None

    def reject(self, number: int, problem: str) -> None:
        if len(self.broken) < MAX_BROKEN:
            self.broken[number] = f"line {number}: {problem}"
        else:
            self.more_broken += 1


def read_manifest(path: Path, folder: str, wanted: Collection[str]) -> Manifest:
    """Read the manifest in `folder` (relative to the input, empty for its root) for the wanted files.

    Raises:
        UnreadableError: when the file cannot be opened.
    """
    manifest = Manifest()
    with open_raw(path) as stream:
        for number, line in read_lines(stream, MAX_LINE):
            try:
                file, metadata = parse_entry(line, folder)
            except (ValueError, RecursionError) as error:
                manifest.reject(number, str(error))
                continue
            if file not in wanted:
                continue
            if manifest.metadata.setdefault(file, metadata) != metadata:
                manifest.reject(number, f"it contradicts an earlier line about {file}")
    return manifest


def parse_entry(line: bytes | None, folder: str) -> tuple[str, FetchMetadata]:
    """Return the file of a line, and its metadata.

    Raises:
        ValueError: with the problem of the line.
    """
    if line is None:
        raise ValueError(f"it is longer than {MAX_LINE:,} bytes")
    row = json.loads(line.decode("utf-8-sig"))
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    name = row.get("file")
    if not isinstance(name, str) or not name:
        raise ValueError("it has no `file`")
    within = posixpath.normpath(name)
    if posixpath.isabs(within) or within.split("/")[0] == "..":
        raise ValueError(f"its `file` {name!r} is outside its folder")
    return posixpath.join(folder, within), row_metadata(row)
