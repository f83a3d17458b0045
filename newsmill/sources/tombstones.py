"""Tombstones suppress the re-ingestion of forgotten records, without storing what they were.

Two files in HOME/forgotten, with one JSON object per line, survive every rebuild: `tombstones.jsonl` has a hash of each
forgotten key, `records.jsonl` a hash and the ingest date of each suppressed fetch. With the second file records
reconcile: every fetch is in the archive or here. A hash can be compared with a known URL, but not read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

import polars as pl

from newsmill.errors import UserError
from newsmill.sources.record import Record
from newsmill.sources.tables import FORGOTTEN
from newsmill.urls import extract_site, normalize_url

KINDS = ("record", "url", "site")
_RECORD_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class Tombstone:
    """A forgotten key: `hash` is over `kind` and a record id, a normalized URL, or a site. `at` is UTC."""

    kind: str
    hash: str
    at: str
    why: str | None


@dataclass(frozen=True)
class Suppressed:
    """A suppressed fetch: `record` is the hash of its id, `tombstone` the hash of its tombstone."""

    record: str
    ingest_date: str
    tombstone: str


Row = TypeVar("Row", Tombstone, Suppressed)


@dataclass
class Tombstones:
    """The tombstones of a home, by hash, and the suppressed fetches, by the hash of their ids.

    `suppressed_paths` and `kept_paths` are the source paths of the records that `filter_out` has seen.
    """

    home: Path
    stones: dict[str, Tombstone] = field(default_factory=dict)
    suppressed: dict[str, Suppressed] = field(default_factory=dict)
    suppressed_count: int = 0
    suppressed_paths: set[str] = field(default_factory=set)
    kept_paths: set[str] = field(default_factory=set)

    def of(self, record_id: str, *urls: str | None) -> Tombstone | None:
        """Return the tombstone that covers a record: by its id, one of its URLs, or their sites."""
        if not self.stones:
            return None
        hashes = [hash_key("record", record_id)]
        for url in urls:
            if url is not None:
                hashes += [hash_key("url", normalize_url(url)), hash_key("site", extract_site(url) or "")]
        return next((stone for name in hashes if (stone := self.stones.get(name))), None)

    def filter_out(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield the records without a tombstone; the others are noted and counted in `suppressed_count`."""
        for record in records:
            stone = self.of(record.record_id, record.url)
            if stone is None:
                self.kept_paths.add(record.source_path)
                yield record
            else:
                self.suppressed_count += 1
                self.suppressed_paths.add(record.source_path)
                self.note([(record.record_id, record.ingest_date, stone)])

    def note(self, fetches: Iterable[tuple[str, dt.date, Tombstone]]) -> None:
        """Add suppressed fetches: record id, ingest date, tombstone."""
        new = {}
        for record_id, date, stone in fetches:
            name = hash_key("record", record_id)
            if name not in self.suppressed:
                new[name] = Suppressed(name, date.isoformat(), stone.hash)
        self.suppressed |= new
        _append(self.home / "forgotten" / "records.jsonl", new.values())

    def add(self, stones: Iterable[Tombstone]) -> None:
        new = {stone.hash: stone for stone in stones if stone.hash not in self.stones}
        self.stones |= new
        _append(self.home / "forgotten" / "tombstones.jsonl", new.values())

    def table(self) -> pl.DataFrame:
        """Return the rows of `quality.forgotten`."""
        rows = []
        for left in self.suppressed.values():
            stone = self.stones[left.tombstone]
            date, at = dt.date.fromisoformat(left.ingest_date), dt.datetime.fromisoformat(stone.at)
            rows.append((left.record, date, left.tombstone, at, stone.why))
        return pl.DataFrame(rows, schema=FORGOTTEN.schema, orient="row")


def read_tombstones(home: Path) -> Tombstones:
    """Read the tombstones of a home.

    Raises:
        UserError: naming an invalid line; without it, forgotten pages would be ingested again.
    """
    stones = _read(home / "forgotten" / "tombstones.jsonl", Tombstone)
    suppressed = _read(home / "forgotten" / "records.jsonl", Suppressed)
    return Tombstones(home, {stone.hash: stone for stone in stones}, {left.record: left for left in suppressed})


def detect_kind(key: str) -> str:
    """Return whether a key is a `record`, a `url` or a `site`.

    >>> [detect_kind("0" * 32), detect_kind("https://a.example/x"), detect_kind("a.example")]
    ['record', 'url', 'site']
    """
    if _RECORD_ID.fullmatch(key):
        return "record"
    return "url" if "://" in key or key.startswith("file:") else "site"


def normalize_key(kind: str, key: str) -> str:
    """Return the key in the form that is compared and hashed."""
    if kind == "site":
        return extract_site(f"https://{key}") or key.lower()
    return normalize_url(key) if kind == "url" else key


def hash_key(kind: str, key: str) -> str:
    """Return blake2b-128, in hex, over the UTF-8 lines kind and key."""
    return hashlib.blake2b(f"{kind}\n{key}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def tombstone(kind: str, key: str, at: dt.datetime, why: str | None) -> Tombstone:
    return Tombstone(kind, hash_key(kind, normalize_key(kind, key)), at.isoformat(timespec="seconds"), why)


def _append(path: Path, rows: Iterable[Tombstone | Suppressed]) -> None:
    lines = [json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows]
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, row: type[Row]) -> list[Row]:
    if not path.is_file():
        return []
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        try:
            if line.strip():
                rows.append(row(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise UserError(f"{path}, line {number}", "not a tombstone", "restore the line or remove it") from error
    return rows
