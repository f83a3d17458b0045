"""Hostile files: each ends in records with a reason, in bounded time and memory."""

import gzip
import resource
import time
from pathlib import Path

import pytest
from raw_folder import problems, read, read_one, write

LIMIT = 2**20
ENTRIES = "<item><title>A title</title><description>&lol9;</description></item>"


def laughs(levels: int = 9) -> str:
    """An XML document whose entities would grow to 10 to the power of `levels` words."""
    entities = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, levels + 1))
    return (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY lol0 "lol">{entities}]><rss><channel>{ENTRIES}</channel></rss>'
    )


def test_entity_bombs_are_not_expanded(tmp_path: Path) -> None:
    started = time.process_time()
    write(tmp_path, "feed.xml", laughs())
    records = read(tmp_path)
    assert records and all(len(record.body or b"") < 10_000 for record in records)
    assert time.process_time() - started < 2


def test_a_gzip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<p>" + b"x" * 300_000_000)
    assert len(bomb) < LIMIT
    (tmp_path / "page.html.gz").write_bytes(bomb)
    del bomb
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [record] = read(tmp_path, LIMIT)
    assert record.problem == "too_large" and not record.body
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


@pytest.mark.parametrize("name", ["page.html", "dump.txt", "notes.md", "feed.xml", "rows.jsonl"])
def test_fifty_megabytes_on_one_line(tmp_path: Path, name: str) -> None:
    started = time.process_time()
    record = read_one(tmp_path, name, b"<p>" + b"x" * 50_000_000, LIMIT)
    assert record.problem is not None and len(record.body or b"") <= LIMIT
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", ["page.html", "dump.txt", "notes.md"])
def test_null_bytes_are_archived(tmp_path: Path, name: str) -> None:
    record = read_one(tmp_path, name, b"A line\0 with\0 null bytes.\n" * 10)
    assert problems([record]) == [None] and record.body is not None and record.body.count(b"\0") == 20
