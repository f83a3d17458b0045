"""Listing an input folder: files of known formats with their ingest dates, and every other path with its reason."""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from newsmill.errors import UserError
from newsmill.home_lock import LOCK_FILE
from newsmill.settings import Settings
from newsmill.sources.fetch_metadata import mtime_to_datetime
from newsmill.sources.formats import ENDINGS, InputFormat, find_format
from newsmill.sources.plausible import EARLIEST, date_in, is_plausible_date, today_in
from newsmill.sources.scanning.skipped import SkippedPath, count_endings, find_reason_by_name

DATE_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
UTC = ZoneInfo("UTC")

# A folder with the first is a home. Of a home that is the input folder itself, the others are not read either.
HOME_DATABASE = "newsmill.duckdb"
LAST_RUN_FILE = "newsmill.last_run.json"
HOME_FILES = (HOME_DATABASE, LOCK_FILE, LAST_RUN_FILE)  # also with an ending, as the database's log has
HOME_FOLDERS = frozenset({"raw", "published", "dagster", "forgotten", "labels", "search", "staging"})


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of a known format. `path` is relative to the input folder, with slashes.

    `in_date_folder`: its ingest date is that of a folder, not of its modification time.
    """

    path: str
    format: InputFormat
    ingest_date: dt.date
    size: int
    mtime_ns: int
    in_date_folder: bool = True

    @property
    def folders(self) -> list[str]:
        """The parent folders, from the nearest to the input folder, which is the empty string."""
        return ["" if str(folder) == "." else str(folder) for folder in PurePosixPath(self.path).parents]


@dataclass(frozen=True)
class Scan:
    """The content of an input folder: files that are read, and paths that are skipped; both sorted."""

    files: list[InputFile] = field(default_factory=list)
    skipped: list[SkippedPath] = field(default_factory=list)

    def require_files(self, root: Path) -> None:
        """Require a file of a known format.

        Raises:
            UserError: with the counts of the others by ending.
        """
        if self.files:
            return
        found = f"; it has {count_endings(path.path for path in self.skipped)}" if self.skipped else ""
        hint = f"add pages with one of the endings {', '.join(ENDINGS)}, gzipped or not"
        raise UserError(f"input {root}", f"no file of a known format{found}", hint)


@dataclass(frozen=True)
class Scanner:
    """What decides about a path besides its name.

    Attributes:
        home: the home folder, which is never read.
        zone: the time zone in which ingest dates are counted.
        first_date: the first ingest date that is read; None for all since 1990.
        settle_seconds: files changed less than this ago are left for a later run.
    """

    root: Path
    home: Path | None = None
    zone: ZoneInfo = UTC
    first_date: dt.date | None = None
    settle_seconds: float = 0

    def scan(self) -> Scan:
        """List the files of the folder without opening them. Links out of the folder are not followed.

        Raises:
            UserError: when the folder is missing or is not a folder.
        """
        if not self.root.is_dir():
            problem = "not a folder" if self.root.exists() else "no such folder"
            raise UserError(f"input {self.root}", problem, "name the folder with the raw pages")
        real_root = self.root.resolve()
        real_home = self.home.resolve() if self.home else None
        today, settled_ns = today_in(self.zone), time.time_ns() - int(self.settle_seconds * 1e9)
        found = Scan()
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(self.root / folder) as listing:
                    entries = list(listing)
            except OSError as error:
                found.skipped.append(SkippedPath(f"{folder}/", "unreadable", detail=error.strerror))
                continue
            is_home = real_root / folder == real_home or any(entry.name == HOME_DATABASE for entry in entries)
            if folder and is_home:
                found.skipped.append(SkippedPath(f"{folder}/", "newsmill_home"))
                continue
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if is_home and (entry.name in HOME_FOLDERS or entry.name.startswith(HOME_FILES)):
                    found.skipped.append(SkippedPath(path, "newsmill_home"))
                elif not entry.is_dir(follow_symlinks=False):
                    file = self.find_file(entry, path, real_root, today, settled_ns)
                    if isinstance(file, InputFile):
                        found.files.append(file)
                    elif file:
                        found.skipped.append(file)
                elif entry.name.startswith("."):
                    found.skipped.append(SkippedPath(f"{path}/", "hidden"))
                else:
                    folders.append(path)
        found.files.sort(key=lambda file: file.path)
        found.skipped.sort(key=lambda skipped: skipped.path)
        return found

    def find_file(
        self, entry: os.DirEntry[str], path: str, real_root: Path, today: dt.date, settled_ns: int
    ) -> InputFile | SkippedPath | None:
        """Return the file, or why it is skipped; None where it was deleted in the meantime."""
        reason: str | None
        try:
            if entry.is_symlink() and (reason := find_link_reason(Path(entry), real_root)):
                return SkippedPath(path, reason)
            status = entry.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            return SkippedPath(path, "unreadable", detail=error.strerror)
        if not stat.S_ISREG(status.st_mode):
            return SkippedPath(path, "not_a_file")
        size = status.st_size
        if reason := find_reason_by_name(entry.name):
            return SkippedPath(path, reason, size)
        dated = ingest_date_of_path(path, real_root)
        date = dated or date_in(self.zone, mtime_to_datetime(status.st_mtime_ns))
        input_format = find_format(entry.name)
        if input_format is None:
            return SkippedPath(path, "unknown_ending", size, date)
        first = max(EARLIEST.date(), self.first_date or EARLIEST.date())
        if date < first or not is_plausible_date(date, today):
            whose = "date folder" if dated else "modification time; a folder named by its date states another"
            return SkippedPath(
                path, "ingest_date_out_of_range", size, date, f"{date} by its {whose}; read are {first} to {today}"
            )
        if status.st_mtime_ns > settled_ns and self.settle_seconds:
            return SkippedPath(path, "still_changing", size, date)
        return InputFile(path, input_format, date, size, status.st_mtime_ns, dated is not None)


def scan_input(settings: Settings) -> Scan:
    """List the input folder without opening its files; the home is left out.

    Raises:
        UserError: when the folder is missing or is not a folder.
    """
    scanner = Scanner(settings.input, settings.home, settings.zone, settings.first_ingest_date, settings.settle_seconds)
    return scanner.scan()


def scan(root: Path) -> Scan:
    """List the files of a folder, with ingest dates in UTC; see `Scanner.scan`."""
    return Scanner(root).scan()


def find_link_reason(link: Path, real_root: Path) -> str | None:
    """Return why a link is skipped; None where it leads to a file within the folder."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # a link to itself
        return "broken_link"
    if target.is_dir():
        return "link_to_folder"
    return None if target.is_relative_to(real_root) else "link_outside"


def ingest_date_of_path(path: str, real_root: Path) -> dt.date | None:
    """Return the date of the nearest folder named YYYY-MM-DD; the input folder itself counts too."""
    for folder in (*PurePosixPath(path).parent.parts[::-1], real_root.name):
        if DATE_FOLDER.fullmatch(folder):
            try:
                return dt.date.fromisoformat(folder)
            except ValueError:
                continue
    return None
