"""The records of an input folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from newsmill.sources.limits import ReadLimits
from newsmill.sources.reading.task import FileResult, ReadTask, read_unsupervised
from newsmill.sources.record import Record
from newsmill.sources.scanning.scan import InputFile, Scan, scan

__all__ = ["MAX_RECORD_BYTES", "InputFile", "Scan", "read_folder", "scan"]

MAX_RECORD_BYTES = 16 * 2**20


def read_folder(
    root: Path,
    dates: Collection[dt.date] | None = None,
    max_record_bytes: int = MAX_RECORD_BYTES,
    found: Scan | None = None,
    results: dict[str, FileResult] | None = None,
    limits: ReadLimits | None = None,
    read: Callable[[ReadTask, dict[str, FileResult]], Iterator[Record]] = read_unsupervised,
) -> Iterator[Record]:
    """Yield the records of the folder's files, of these ingest dates or of all, in order of their paths.

    What cannot be read is a record with a problem; each file yields at least one record. Broken lines of a manifest
    belong to the latest ingest date of the files below it.

    Args:
        found: the files, where the folder has been scanned already.
        results: gets the result of each file that was read, by path.
        limits: what a file may cost; `max_record_bytes` counts where there are none.
        read: `read_supervised` reads the files in another process, where the limits on time and memory hold.

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
    task = ReadTask(root, tuple(chosen), reported, limits or ReadLimits(max_record_bytes))
    return read(task, {} if results is None else results)
