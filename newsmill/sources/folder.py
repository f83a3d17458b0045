"""The records of an input folder, with the metadata of its manifests."""

from __future__ import annotations

import datetime as dt
import os
import posixpath
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsmill.sources import manifest
from newsmill.sources.fetch_metadata import UNKNOWN_METADATA
from newsmill.sources.limits import UnreadableError
from newsmill.sources.manifest import Manifest, read_manifest
from newsmill.sources.plausible import is_plausible_time
from newsmill.sources.record import Record
from newsmill.sources.scanning.scan import InputFile, Scan, mtime_to_datetime, scan
from newsmill.sources.source_file import SourceFile

__all__ = ["MAX_RECORD_BYTES", "FileResult", "InputFile", "Scan", "read_folder", "scan"]

MAX_RECORD_BYTES = 16 * 2**20


@dataclass(slots=True)
class FileResult:
    """What was read from a file.

    `reason` and `detail` are of the first problem, or of the one that `stopped` the reader before the file's end.
    """

    ingest_date: dt.date
    records: int = 0
    readable: int = 0
    reason: str | None = None
    detail: str | None = None
    stopped: bool = False

    def add(self, record: Record) -> None:
        self.records += 1
        if record.problem is None:
            self.readable += 1
        elif self.reason is None:
            self.reason, self.detail = record.problem, record.problem_detail

    @property
    def has_failed(self) -> bool:
        """No record of the file can be read, or the reader stopped before its end."""
        return self.stopped or not self.readable


def read_folder(
    root: Path,
    dates: Collection[dt.date] | None = None,
    max_record_bytes: int = MAX_RECORD_BYTES,
    found: Scan | None = None,
    results: dict[str, FileResult] | None = None,
) -> Iterator[Record]:
    """Yield the records of the folder's files, of these ingest dates or of all, in order of their paths.

    What cannot be read is a record with a problem; each file yields at least one record. Broken lines of a manifest
    belong to the latest ingest date of the files below it.

    Args:
        found: the files, where the folder has been scanned already.
        results: gets the result of each file that was read to its end, by path.

    Raises:
        UserError: see `scan`; raised at once.
    """
    files = (found or scan(root)).files
    latest: dict[str, dt.date] = {}
    for file in files:
        for folder in file.folders:
            latest[folder] = max(file.ingest_date, latest.get(folder, file.ingest_date))
    chosen = [file for file in files if dates is None or file.ingest_date in dates]
    reported = {folder: date for folder, date in latest.items() if dates is None or date in dates}
    return read_files(root, chosen, reported, max_record_bytes, {} if results is None else results)


def read_files(
    root: Path,
    files: list[InputFile],
    reported: dict[str, dt.date],
    max_record_bytes: int,
    results: dict[str, FileResult],
) -> Iterator[Record]:
    """Yield the files' records.

    Args:
        reported: the folders whose manifest problems become records, with the ingest date of these records.
        results: gets the result of each file.
    """
    wanted = {file.path for file in files}
    manifests: dict[str, Manifest] = {}
    for file in files:
        # Files are sorted, so manifests of other folders are not needed again.
        manifests = {folder: known for folder, known in manifests.items() if folder in file.folders}
        for folder in file.folders:
            if folder not in manifests:
                manifests[folder] = load_manifest(root, folder, wanted)
                if folder in reported:
                    yield from manifest_problems(root, folder, manifests[folder], reported[folder], max_record_bytes)
                    results[posixpath.join(folder, manifest.NAME)] = FileResult(reported[folder])
        known = (manifests[folder].metadata.get(file.path) for folder in file.folders)
        source_file = SourceFile(
            path=root / file.path,
            source=file.format.source,
            source_path=source_path(file.path),
            ingest_date=file.ingest_date,
            modified=fallback_time(file.mtime_ns, file.ingest_date),
            max_record_bytes=max_record_bytes,
            content_type=file.format.content_type,
            metadata=next(filter(None, known), UNKNOWN_METADATA),
        )
        result = FileResult(file.ingest_date)
        yield from read_records(source_file, file.format.load_reader(), file.size, result)
        results[file.path] = result


def fallback_time(mtime_ns: int, ingest_date: dt.date) -> dt.datetime:
    """Return the fetch time where no other is known: the modification time, unless it is a placeholder."""
    modified = mtime_to_datetime(mtime_ns)
    return modified if is_plausible_time(modified) else dt.datetime.combine(ingest_date, dt.time())


def read_records(
    source_file: SourceFile, reader: Callable[[SourceFile], Iterator[Record]], size: int, result: FileResult
) -> Iterator[Record]:
    """Yield the records of a file; if its reader fails or finds nothing, a record with that problem."""
    problem = None
    try:
        if size == 0 and source_file.source != "file":
            raise UnreadableError("empty_file", "the file is empty")
        for record in reader(source_file):
            result.add(record)
            yield record
    except UnreadableError as error:
        problem = (error.reason, error.detail)
    except Exception as error:  # noqa: BLE001 - a file that breaks its reader must not stop the run
        problem = ("reader_failed", f"{type(error).__name__}: {error}")
    if problem is None and not result.records:
        problem = ("no_records", "no fetch, entry or row was found in the file")
    if problem:
        member = f"after {result.records}" if result.records else ""
        yield source_file.problem(*problem, source_file.metadata, member=member)
        result.records, result.stopped = result.records + 1, True
        result.reason, result.detail = problem


def load_manifest(root: Path, folder: str, wanted: Collection[str]) -> Manifest:
    """Return the folder's manifest; an empty one where there is none."""
    path = root / folder / manifest.NAME
    if not os.path.lexists(path):
        return Manifest()
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


def source_path(path: str) -> str:
    """Return the path as text, even where the file name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
