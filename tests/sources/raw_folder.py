"""What the tests of sources share: writing input folders and reading them."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
from pathlib import Path

from newsmill.sources.folder import read_folder
from newsmill.sources.record import Record

DAY = dt.date(2026, 1, 15)
FETCHED = dt.datetime(2026, 1, 15, 2, 0)
MODIFIED = dt.datetime(2026, 1, 16, 3, 4, 5, 678901)


def write(root: Path, name: str, data: bytes | str) -> Path:
    """A file under the folder, last changed at MODIFIED; gzipped where its name says so."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = data.encode() if isinstance(data, str) else data
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    date(path)
    return path


def date(path: Path) -> None:
    nanoseconds = (
        (MODIFIED.replace(tzinfo=dt.UTC) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
        // dt.timedelta(microseconds=1)
        * 1000
    )
    os.utime(path, ns=(nanoseconds, nanoseconds))


def json_lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def read(root: Path, max_record_bytes: int = 2**20) -> list[Record]:
    return list(read_folder(root, max_record_bytes=max_record_bytes))


def read_one(root: Path, name: str, data: bytes | str, max_record_bytes: int = 2**20) -> Record:
    """The one record in a folder of this one file."""
    write(root, name, data)
    (record,) = read(root, max_record_bytes)
    return record


def problems(records: list[Record]) -> list[str | None]:
    return [record.problem for record in records]
