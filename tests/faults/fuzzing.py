"""Fuzzing of every reader and every configuration file, for a bounded time: hypothesis changes valid files."""

from __future__ import annotations

import datetime as dt
import gzip
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from faults.hostile_set import http, page, parquet, row, rss, warc_record
from faults.result import Result
from newsmill.errors import UserError
from newsmill.quality.suites import SUITES, load_suite
from newsmill.settings import PROJECT
from newsmill.sources.archive import records_frame
from newsmill.sources.folder import read_folder
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.validation import load_yaml

SECONDS_EACH = 15
DAY = "2026-10-20"


def fuzz_readers(scratch: Path, seconds: float = SECONDS_EACH) -> Result:
    result = Result(
        "fuzzing",
        f"Changed files, {seconds:.0f} s for each reader and each kind of configuration",
        "A reader returns records, whole or with a problem; a configuration is valid or refused in one line.",
    )
    import pyarrow as pa

    item = "<item><title>T</title><link>https://f.example/a</link><description>Text of it.</description></item>"
    warc = warc_record(http(page().encode())) * 2
    files: dict[str, bytes] = {
        "page.html": page().encode(),
        "page.html.gz": gzip.compress(page().encode()),
        "dump.txt": b"A headline\nDate: 2026-10-19\n\n" + b"A sentence of the text. " * 20,
        "page.md": b"---\ntitle: T\ndate: 2026-10-19\n---\n# T\n\n" + b"A sentence of the text. " * 20,
        "feed.xml": rss(item * 3).encode(),
        "rows.jsonl": "\n".join(row(url=f"https://j.example/{number}") for number in range(4)).encode(),
        "rows.parquet": parquet(pa.table({"url": ["https://p.example/1"], "body": [page()]})),
        "crawl.warc": warc,
        "crawl.warc.gz": gzip.compress(warc),
        "manifest.jsonl": b'{"file": "page.html", "url": "https://m.example/1", "fetched_at": "2026-10-20"}\n',
    }
    for name, content in files.items():
        fuzz(result, name, content, seconds, reader_of(scratch, name))
    taxonomy = (PROJECT / "newsmill" / "topics" / "topics.yaml").read_bytes()[:6_000]
    suite = (SUITES / "raw.records.yaml").read_bytes()
    for name, content, load in (
        ("topics.yaml", taxonomy, load_taxonomy),
        ("raw.records.yaml", suite, load_suite),
        ("models.yml", suite, load_yaml),
    ):
        fuzz(result, name, content, seconds, config_of(scratch, name, load))
    return result


def reader_of(scratch: Path, name: str) -> Callable[[bytes], str]:
    """Return a function that reads content as the file `name`, and returns what is wrong with the result."""
    folder = scratch / f"read-{name}" / DAY
    folder.mkdir(parents=True)
    if name == "manifest.jsonl":
        (folder / "page.html").write_text(page(), encoding="utf-8")

    def read(content: bytes) -> str:
        (folder / name).write_bytes(content)
        records = list(read_folder(folder.parent))
        if not records:
            return "no record"
        records_frame(records)  # what the archive stores
        if any(record.ingest_date != dt.date.fromisoformat(DAY) for record in records):
            return "a record of another date"
        if any((record.body is None) != (record.problem is not None) and record.body is None for record in records):
            return "a record without body and without problem"
        return ""

    return read


def config_of(scratch: Path, name: str, load: Callable[[Path], object]) -> Callable[[bytes], str]:
    path = scratch / name

    def read(content: bytes) -> str:
        path.write_bytes(content)
        try:
            load(path)
        except UserError as error:
            return "more than one line" if "\n" in str(error) else ""
        return ""

    return read


def fuzz(result: Result, name: str, content: bytes, seconds: float, read: Callable[[bytes], str]) -> None:
    """Read changed content until the time is over; note the failures."""
    end = time.monotonic() + seconds
    tried = 0
    slowest = 0.0

    @settings(
        max_examples=1_000_000,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(changed=changes(content))
    def run(changed: bytes) -> None:
        nonlocal tried, slowest
        if time.monotonic() > end:
            raise TimeoutError
        began = time.monotonic()
        problem = read(changed)
        tried += 1
        slowest = max(slowest, time.monotonic() - began)
        if problem:
            raise AssertionError(f"{problem}: {changed[:80]!r}")

    try:
        run()
    except TimeoutError:
        pass
    except Exception as error:  # noqa: BLE001 - what a reader raises is a failure
        result.check(False, f"{name}: {type(error).__name__}: {error}")
    result.tried += tried
    result.figures[name] = f"{tried:,} files, slowest {slowest:.2f} s"


def changes(content: bytes) -> st.SearchStrategy[bytes]:
    """Return a strategy of the content with pieces replaced, removed, repeated or moved."""
    position = st.integers(0, len(content))
    piece = st.one_of(
        st.binary(max_size=12),
        st.sampled_from(
            [
                b"\0",
                b"\xff\xfe",
                b"<",
                b">",
                b"&",
                b'"',
                b"[" * 200,
                b"{" * 200,
                b"9" * 400,
                b"-1",
                b"\r\n",
                b"\n\n",
                b"---\n",
            ]
        ),
        st.tuples(position, position).map(lambda ends: content[min(ends) : max(ends)][:2_000]),
    )
    edit = st.tuples(position, st.integers(0, 60), piece)
    return st.lists(edit, min_size=1, max_size=8).map(lambda edits: apply(content, edits))


def apply(content: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for start, length, piece in edits:
        content = content[:start] + piece + content[start + length :]
    return content
