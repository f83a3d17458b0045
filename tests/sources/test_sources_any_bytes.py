"""Any bytes in a file are read without an exception, into at least one record that can be archived."""

import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from raw_folder import read

from newsmill.sources.archive import Archive, records_frame
from newsmill.sources.formats import ENDINGS

# The beginnings of real files, so that more than the first check is suppressed_count.
STARTS = st.sampled_from(
    [
        b"",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 9\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026\r\nContent-Length: 60\r\n\r\nHTTP/1.1 200 OK\r\n",
        b'<rss version="2.0"><channel><title>x</title><item>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="',
        b'{"url": "https://example.com/", "fetched_at": "2026-01-15", "body": "',
        b"PAR1",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    ]
)
ENDS = st.sampled_from([b"", b"\r\n\r\n", b"</item></channel></rss>", b'"/></entry></feed>', b'"}\n', b"PAR1"])
FILES = st.tuples(STARTS, st.binary(max_size=200), ENDS).map(b"".join)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(deadline=None, max_examples=40)
@given(data=FILES, gzipped=st.booleans(), packed=st.booleans())
@example(data=b"\xef\xbb\xbf\n", gzipped=False, packed=False)
def test_any_bytes_make_records(ending: str, data: bytes, gzipped: bool, packed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}{'.gz' if gzipped and not ending.endswith('.gz') else ''}"
        path.write_bytes(gzip.compress(data) if packed else data)
        records = read(Path(folder), max_record_bytes=100)
        assert records
        assert {record.problem for record in records} - {"reader_failed"} == {record.problem for record in records}
        assert all(record.problem or record.body for record in records)
        assert records_frame(records).height == len(records)
        again = read(Path(folder), max_record_bytes=100)
        assert [record.record_id for record in again] == [record.record_id for record in records]


@settings(deadline=None, max_examples=30)
@given(read_lines=st.lists(st.binary(max_size=80) | st.just(b'{"file": "a.html", "url": "https://example.com/"}')))
def test_any_manifest_leaves_the_page(read_lines: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.html").write_bytes(b"<p>x")
        (Path(folder) / "manifest.jsonl").write_bytes(b"\n".join(read_lines))
        *broken, page = read(Path(folder))
        assert page.body == b"<p>x"
        assert {record.problem for record in broken} <= {"bad_manifest_line"}


@pytest.mark.parametrize("folder", ["pages", "warc", "feeds", "seed"])
def test_real_files_are_read_and_archived_whole(tmp_path: Path, shared: Path, folder: str) -> None:
    records = read(shared / "data" / folder, max_record_bytes=16 * 2**20)
    assert "reader_failed" not in {record.problem for record in records}
    archive = Archive(tmp_path)
    done = archive.append(records, batch_records=256)
    assert done.new == archive.records(archive.dates()).height == len({record.record_id for record in records})
    assert done.new + done.already_archived == len(records)


def test_real_pages_and_feeds_have_no_problem(shared: Path) -> None:
    for folder in ("pages", "feeds", "seed"):
        assert {record.problem for record in read(shared / "data" / folder, 16 * 2**20)} == {None}
