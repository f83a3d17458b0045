"""A task of reading files: what is read, and the events of reading it: records, starts and ends of files."""

from __future__ import annotations

import datetime as dt
import os
import posixpath
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from newsmill.sources import manifest
from newsmill.sources.fetch_metadata import UNKNOWN_METADATA, FetchMetadata
from newsmill.sources.limits import ReadLimits, UnreadableError
from newsmill.sources.manifest import Manifest
from newsmill.sources.reading.manifests import load_manifest, manifest_problems
from newsmill.sources.record import Record
from newsmill.sources.scanning.scan import InputFile, find_link_reason
from newsmill.sources.source_file import SourceFile, fallback_time, source_path


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


@dataclass(frozen=True)
class ReadTask:
    """Files to read.

    Attributes:
        files: in order of their paths.
        reported: the folders whose manifest problems become records, with the ingest date of these records.
        failed_manifests: the manifests, by folder, that can't be read within the limits, with the reason.
    """

    root: Path
    files: tuple[InputFile, ...]
    reported: Mapping[str, dt.date]
    limits: ReadLimits
    failed_manifests: Mapping[str, str] = field(default_factory=dict)

    def rest(self, done: int, reported: Collection[str]) -> ReadTask:
        """Return the task without the first files, and without the folders that are reported already."""
        left = {folder: date for folder, date in self.reported.items() if folder not in reported}
        return replace(self, files=self.files[done:], reported=left)

    def with_failed_manifest(self, path: str, detail: str) -> ReadTask:
        return replace(self, failed_manifests={**self.failed_manifests, posixpath.dirname(path): detail})


@dataclass(frozen=True, slots=True)
class FileStart:
    """The reading of a file or a manifest begins."""

    path: str
    size: int
    is_manifest: bool = False


@dataclass(frozen=True, slots=True)
class FileEnd:
    """A file or a manifest was read."""

    path: str
    result: FileResult
    is_manifest: bool = False


Event = Record | FileStart | FileEnd


def read_unsupervised(task: ReadTask, results: dict[str, FileResult]) -> Iterator[Record]:
    """Yield the records of a task's files, read in this process; `results` gets the result of each file."""
    for event in read_events(task):
        if isinstance(event, Record):
            yield event
        elif isinstance(event, FileEnd):
            results[event.path] = event.result


def read_events(task: ReadTask) -> Iterator[Event]:
    """Yield the files' records, and the start and end of each file and manifest."""
    wanted = {file.path for file in task.files}
    manifests: dict[str, Manifest] = {}
    for file in task.files:
        # Files are sorted, so manifests of other folders are not needed again.
        manifests = {folder: known for folder, known in manifests.items() if folder in file.folders}
        for folder in file.folders:
            if folder not in manifests:
                manifests[folder] = Manifest()
                if os.path.lexists(task.root / folder / manifest.NAME):
                    yield from read_manifest_events(task, folder, manifests, wanted)
        known = (manifests[folder].metadata.get(file.path) for folder in file.folders)
        yield FileStart(file.path, file.size)
        source_file = make_source_file(task, file, next(filter(None, known), UNKNOWN_METADATA))
        result = FileResult(file.ingest_date)
        yield from read_records(source_file, file.format.load_reader(), file.size, result, task.root)
        yield FileEnd(file.path, result)


def read_manifest_events(
    task: ReadTask, folder: str, manifests: dict[str, Manifest], wanted: Collection[str]
) -> Iterator[Event]:
    """Read a folder's manifest into `manifests`, and yield its problems as records."""
    path = posixpath.join(folder, manifest.NAME)
    failed = task.failed_manifests.get(folder)
    if failed is None:
        yield FileStart(path, (task.root / path).lstat().st_size, is_manifest=True)
        manifests[folder] = load_manifest(task.root, folder, wanted)
    else:
        manifests[folder] = Manifest(unreadable=failed)
    if folder in task.reported:
        date = task.reported[folder]
        yield from manifest_problems(task.root, folder, manifests[folder], date, task.limits.max_record_bytes)
        yield FileEnd(path, FileResult(date), is_manifest=True)


def make_source_file(task: ReadTask, file: InputFile, metadata: FetchMetadata = UNKNOWN_METADATA) -> SourceFile:
    return SourceFile(
        path=task.root / file.path,
        source=file.format.source,
        source_path=source_path(file.path),
        ingest_date=file.ingest_date,
        modified=fallback_time(file.mtime_ns, file.ingest_date),
        max_record_bytes=task.limits.max_record_bytes,
        max_expanded_bytes=task.limits.expanded_bytes(file.size),
        content_type=file.format.content_type,
        metadata=metadata,
    )


def failed_file(task: ReadTask, file: InputFile, error: UnreadableError, count: int) -> tuple[Record, FileResult]:
    """Return the record and the result of a file that ended the process that read it, after `count` records."""
    record = make_source_file(task, file).problem(error.reason, error.detail, member="stopped" if count else "")
    return record, FileResult(file.ingest_date, count + 1, 0, error.reason, error.detail, stopped=True)


def read_records(
    source_file: SourceFile,
    reader: Callable[[SourceFile], Iterator[Record]],
    size: int,
    result: FileResult,
    root: Path,
) -> Iterator[Record]:
    """Yield the records of a file; if its reader fails or finds nothing, a record with that problem."""
    problem = None
    body_bytes = 0
    try:
        require_readable(source_file.path, root)
        if size == 0 and source_file.source != "file":
            raise UnreadableError("empty_file", "the file is empty")
        for record in reader(source_file):
            body_bytes += record.byte_size
            if source_file.max_expanded_bytes and body_bytes > source_file.max_expanded_bytes:
                allowed = f"its bodies have more than the {source_file.max_expanded_bytes:,} bytes allowed"
                raise UnreadableError("expands_too_much", f"{allowed} for a file of {size:,} bytes")
            result.add(record)
            yield record
    except MemoryError:
        problem = ("out_of_memory", "reading it takes more memory than a file is allowed")
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


def require_readable(path: Path, root: Path) -> None:
    """Require that a path still is what the scan found: a file, in the input folder. Opening a pipe would wait forever.

    Raises:
        UnreadableError: where it was replaced or deleted since.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError("not_a_file", "it was replaced while the input was read")
        if path.is_symlink() and (reason := find_link_reason(path, root.resolve())):
            raise UnreadableError(reason, "it was replaced while the input was read")
    except OSError as error:
        raise UnreadableError("unreadable_file", error.strerror or str(error)) from error
