"""The manifest of a folder, and its problems as records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path

from newsmill.sources import manifest
from newsmill.sources.limits import UnreadableError
from newsmill.sources.manifest import Manifest, read_manifest
from newsmill.sources.record import Record
from newsmill.sources.source_file import SourceFile, fallback_time, source_path


def load_manifest(root: Path, folder: str, wanted: Collection[str]) -> Manifest:
    """Return the folder's manifest; a faulty one where it can't be read."""
    path = root / folder / manifest.NAME
    if not (path.is_file() and path.resolve().is_relative_to(root.resolve())):
        return Manifest(unreadable="not a file within the input folder")
    try:
        return read_manifest(path, folder, wanted)
    except UnreadableError as error:
        return Manifest(unreadable=error.detail)


def manifest_problems(
    root: Path, folder: str, faulty: Manifest, ingest_date: dt.date, max_record_bytes: int
) -> Iterator[Record]:
    if not (faulty.broken or faulty.unreadable):
        return
    path = root / folder / manifest.NAME
    source_file = SourceFile(
        path=path,
        source="file",
        source_path=source_path(path.relative_to(root).as_posix()),
        ingest_date=ingest_date,
        modified=fallback_time(path.lstat().st_mtime_ns, ingest_date),
        max_record_bytes=max_record_bytes,
    )
    if faulty.unreadable:
        yield source_file.problem("unreadable_file", faulty.unreadable)
    for number, detail in faulty.broken.items():
        yield source_file.problem("bad_manifest_line", detail, member=str(number))
    if faulty.more_broken:
        yield source_file.problem("bad_manifest_line", f"and {faulty.more_broken:,} more lines", member="more")
