"""Tombstones: what a home was told to forget, kept so that it does not come back, without saying what it was.

Two files in HOME/forgotten, a JSON object a line, outlive every rebuild: `tombstones.jsonl` has what was asked for, as
a hash, and `records.jsonl` each fetch that is left out for it, as a hash with its ingest date. The second is what keeps
the books: all that came in is in the archive or here. A hash can be compared with a URL that one knows already, which
is how a fetch is recognised; nothing can be read from it.
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
from newsmill.urls import normalise_url, site_of

KINDS = ("record", "url", "site")
_RECORD_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class Tombstone:
    """What was to be forgotten: `hash` is over `kind` and a record id, a normalized URL, or a site. `at` is UTC."""

    kind: str
    hash: str
    at: str
    why: str | None


@dataclass(frozen=True)
class Suppressed:
    """A fetch that is left out: `record` is the hash of its id, `tombstone` that of what it is left out for."""

    record: str
    ingest_date: str
    tombstone: str


Row = TypeVar("Row", Tombstone, Suppressed)


@dataclass
class Tombstones:
    """The tombstones of a home, by hash, and the fetches that they keep out, by the hash of their ids."""

    home: Path
    stones: dict[str, Tombstone] = field(default_factory=dict)
    suppressed: dict[str, Suppressed] = field(default_factory=dict)
    suppressed_count: int = 0

    def of(self, record_id: str, *urls: str | None) -> Tombstone | None:
        """The tombstone that keeps a record out, by its id, or by one of its URLs or their sites."""
        if not self.stones:
            return None
        hashes = [hash_key("record", record_id)]
        for url in urls:
            if url is not None:
                hashes += [hash_key("url", normalise_url(url)), hash_key("site", site_of(url) or "")]
        return next((stone for name in hashes if (stone := self.stones.get(name))), None)

    def filter_out(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records that were not forgotten; the others are noted and counted in `met`."""
        for record in records:
            stone = self.of(record.record_id, record.url)
            if stone is None:
                yield record
            else:
                self.suppressed_count += 1
                self.note([(record.record_id, record.ingest_date, stone)])

    def note(self, fetches: Iterable[tuple[str, dt.date, Tombstone]]) -> None:
        """Add fetches to those that are left out: record id, ingest date, for which tombstone."""
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
        """The rows of `quality.forgotten`."""
        rows = []
        for left in self.suppressed.values():
            stone = self.stones[left.tombstone]
            date, at = dt.date.fromisoformat(left.ingest_date), dt.datetime.fromisoformat(stone.at)
            rows.append((left.record, date, left.tombstone, at, stone.why))
        return pl.DataFrame(rows, schema=FORGOTTEN.schema, orient="row")


def read_tombstones(home: Path) -> Tombstones:
    """The tombstones of a home.

    Raises:
        UserError: naming the line that is none; to go on without it would let forgotten pages back in.
    """
    stones = _read(home / "forgotten" / "tombstones.jsonl", Tombstone)
    suppressed = _read(home / "forgotten" / "records.jsonl", Suppressed)
    return Tombstones(home, {stone.hash: stone for stone in stones}, {left.record: left for left in suppressed})


def kind_of(key: str) -> str:
    """Whether a key means a `record`, a `url` or a `site`.

    >>> [kind_of("0" * 32), kind_of("https://a.example/x"), kind_of("a.example")]
    ['record', 'url', 'site']
    """
    if _RECORD_ID.fullmatch(key):
        return "record"
    return "url" if "://" in key or key.startswith("file:") else "site"


def normalize_key(kind: str, key: str) -> str:
    """Return the key in the form that is compared and hashed."""
    if kind == "site":
        return site_of(f"https://{key}") or key.lower()
    return normalise_url(key) if kind == "url" else key


def hash_key(kind: str, key: str) -> str:
    """blake2b-128, in hex, over the UTF-8 lines kind and key."""
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
            raise UserError(f"{path}, line {number}", "is no tombstone", "restore the line, or remove it") from error
    return rows
