"""An input folder: its files, their ingest dates, and their records."""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from newsmill.errors import UserError
from newsmill.sources import manifest
from newsmill.sources.fetch_metadata import EPOCH, UNKNOWN_METADATA, microseconds_to_datetime
from newsmill.sources.formats import ENDINGS, InputFormat, find_format
from newsmill.sources.limits import UnreadableError
from newsmill.sources.manifest import Manifest, read_manifest
from newsmill.sources.record import Record
from newsmill.sources.source_file import SourceFile

DATE_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

MAX_RECORD_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of a known format. `path` is relative to the input folder, with slashes."""

    path: str
    format: InputFormat
    ingest_date: dt.date
    size: int
    mtime_ns: int

    @property
    def folders(self) -> list[str]:
        """The parent folders, from the nearest to the input folder, which is the empty string."""
        return ["" if str(folder) == "." else str(folder) for folder in PurePosixPath(self.path).parents]


@dataclass(frozen=True)
class Scan:
    """The content of an input folder: files that are read, and paths that are skipped; both sorted.

    Manifests and hidden files are in neither list.
    """

    files: list[InputFile]
    skipped: list[str]


def scan(root: Path) -> Scan:
    """List the files of the folder without opening them. Links out of the folder are not followed.

    Raises:
        UserError: when the folder is missing, is not a folder, or has no file of a known format.
    """
    if not root.is_dir():
        problem = "not a folder" if root.exists() else "no such folder"
        raise UserError(f"input {root}", problem, "name the folder with the raw pages")
    real_root = root.resolve()
    files: list[InputFile] = []
    skipped: list[str] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError:
            skipped.append(f"{folder}/")
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith(".") or entry.name == manifest.NAME:
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif file := input_file(entry, path, real_root):
                files.append(file)
            else:
                skipped.append(path)
    if not files:
        hint = f"add pages with one of the endings {', '.join(ENDINGS)}, gzipped or not"
        raise UserError(f"input {root}", "no file of a known format", hint)
    return Scan(sorted(files, key=lambda file: file.path), sorted(skipped))


def read_folder(
    root: Path,
    dates: Collection[dt.date] | None = None,
    max_record_bytes: int = MAX_RECORD_BYTES,
    found: Scan | None = None,
) -> Iterator[Record]:
    """Yield the records of the folder's files, of these ingest dates or of all, in order of their paths.

    What cannot be read is a record with a problem; each file yields at least one record. Broken lines of a manifest
    belong to the latest ingest date of the files below it.

    Args:
        found: the files, where the folder has been scanned already.

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
    return read_files(root, chosen, reported, max_record_bytes)


def read_files(
    root: Path, files: list[InputFile], reported: dict[str, dt.date], max_record_bytes: int
) -> Iterator[Record]:
    """Yield the files' records.

    Args:
        reported: the folders whose manifest problems become records, with the ingest date of these records.
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
        known = (manifests[folder].metadata.get(file.path) for folder in file.folders)
        source_file = SourceFile(
            path=root / file.path,
            source=file.format.source,
            source_path=source_path(file.path),
            ingest_date=file.ingest_date,
            modified=mtime_to_datetime(file.mtime_ns),
            max_record_bytes=max_record_bytes,
            content_type=file.format.content_type,
            metadata=next(filter(None, known), UNKNOWN_METADATA),
        )
        yield from read_records(source_file, file.format.load_reader(), file.size)


def read_records(
    source_file: SourceFile, reader: Callable[[SourceFile], Iterator[Record]], size: int
) -> Iterator[Record]:
    """Yield the records of a file; if its reader fails or finds nothing, a record with that problem."""
    if size == 0 and source_file.source != "file":
        yield source_file.problem("empty_file", "the file is empty", source_file.metadata)
        return
    found = 0
    problem = None
    try:
        for record in reader(source_file):
            found += 1
            yield record
    except UnreadableError as error:
        problem = (error.reason, error.detail)
    except Exception as error:  # noqa: BLE001 - a file that breaks its reader must not stop the run
        problem = ("reader_failed", f"{type(error).__name__}: {error}")
    if problem is None and not found:
        problem = ("no_records", "no fetch, entry or row was found in the file")
    if problem:
        yield source_file.problem(*problem, source_file.metadata, member=f"after {found}" if found else "")


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
        modified=mtime_to_datetime(path.lstat().st_mtime_ns),
        max_record_bytes=max_record_bytes,
    )
    if faulty.unreadable:
        yield source_file.problem("unreadable_file", faulty.unreadable)
    for number, detail in faulty.broken.items():
        yield source_file.problem("bad_manifest_line", detail, member=str(number))
    if faulty.more_broken:
        yield source_file.problem("bad_manifest_line", f"and {faulty.more_broken:,} more lines", member="more")


def input_file(entry: os.DirEntry[str], path: str, real_root: Path) -> InputFile | None:
    """Return the file if it is a regular file of a known format within the folder."""
    input_format = find_format(entry.name)
    try:
        if input_format is None or (entry.is_symlink() and not Path(entry).resolve().is_relative_to(real_root)):
            return None
        status = entry.stat()
    except (OSError, RuntimeError):  # deleted in the meantime, or a link to itself
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    modified = mtime_to_datetime(status.st_mtime_ns)
    return InputFile(
        path, input_format, ingest_date_of_path(path, real_root) or modified.date(), status.st_size, status.st_mtime_ns
    )


def ingest_date_of_path(path: str, real_root: Path) -> dt.date | None:
    """Return the date of the nearest folder named YYYY-MM-DD; the input folder itself counts too."""
    for folder in (*PurePosixPath(path).parent.parts[::-1], real_root.name):
        if DATE_FOLDER.fullmatch(folder):
            try:
                return dt.date.fromisoformat(folder)
            except ValueError:
                continue
    return None


def mtime_to_datetime(mtime_ns: int) -> dt.datetime:
    """Return a modification time as naive UTC; 1970 where it is outside the calendar."""
    moment = microseconds_to_datetime(mtime_ns // 1000)
    return moment if isinstance(moment, dt.datetime) else EPOCH


def source_path(path: str) -> str:
    """Return the path as text, even where the file name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
