"""WARC files: fetches, encodings, damage."""

import base64
import datetime as dt
import gzip
import hashlib
import os
import zlib
from functools import partial
from pathlib import Path

import pyarrow
import pytest
from raw_folder import FETCHED, MODIFIED, problems, read, read_one, write

from newsmill.sources.readers.damaged_warc import CHUNK
from newsmill.sources.record import Record

URL = "http://www.example.com/a"
HTML = b"<html><body><p>Text</p></body></html>"


def member(block: bytes, kind: str = "response", **headers: str | None) -> bytes:
    """One WARC record around the block; a header given as None is left out."""
    known = {
        "WARC-Type": kind,
        "WARC-Target-URI": URL,
        "WARC-Date": "2026-01-15T02:00:00Z",
        "Content-Type": "application/http; msgtype=response" if kind == "response" else "text/html",
        "Content-Length": str(len(block)),
    }
    said = {**known, **{name.replace("_", "-"): value for name, value in headers.items()}}
    read_lines = [f"{name}: {value}\r\n" for name, value in said.items() if value is not None]
    return b"WARC/1.0\r\n" + "".join(read_lines).encode() + b"\r\n" + block + b"\r\n\r\n"


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *headers])
    return head.encode() + b"\r\n\r\n" + body


def packed(data: bytes, codec: str) -> bytes:
    return bytes(pyarrow.compress(data, codec=codec, asbytes=True))


def read_members(root: Path, *members: bytes, gzipped: bool = False) -> list[Record]:
    (root / "a.warc").write_bytes(b"".join(gzip.compress(each, mtime=0) if gzipped else each for each in members))
    return read(root)


@pytest.mark.parametrize("gzipped", [False, True])
def test_a_response_is_a_record_with_url_time_status_and_type(tmp_path: Path, gzipped: bool) -> None:
    (record,) = read_members(tmp_path, member(http(HTML, status="404 Not Found")), gzipped=gzipped)
    assert (record.url, record.site, record.fetched_at) == (URL, "example.com", FETCHED)
    assert (record.http_status, record.content_type) == (404, "text/html; charset=utf-8")
    assert (record.body, record.problem, record.source) == (HTML, None, "warc")


def test_resources_and_conversions_are_records_of_their_own_type(tmp_path: Path) -> None:
    resource, conversion = read_members(
        tmp_path, member(HTML, "resource"), member(b"Text", "conversion", Content_Type="text/plain")
    )
    assert (resource.body, resource.content_type, resource.http_status) == (HTML, "text/html", None)
    assert (conversion.body, conversion.content_type) == (b"Text", "text/plain")


def test_a_warc_record_that_is_not_a_fetch_is_skipped(tmp_path: Path) -> None:
    others = [member(b"x", kind) for kind in ("warcinfo", "request", "metadata", "continuation")]
    assert problems(read_members(tmp_path, *others, member(http(HTML)))) == [None]
    assert problems(read_members(tmp_path, *others)) == ["no_records"]


def test_a_revisit_has_no_bytes(tmp_path: Path) -> None:
    (record,) = read_members(tmp_path, member(http(b""), "revisit", WARC_Refers_To_Date="2025-12-01T00:00:00Z"))
    assert (record.problem, record.url, record.body) == ("warc_revisit", URL, None)
    assert "2025-12-01" in (record.problem_detail or "")


def test_an_answer_without_body_is_a_problem_that_names_its_status(tmp_path: Path) -> None:
    (record,) = read_members(tmp_path, member(http(b"", status="301 Moved")))
    assert (record.problem, record.http_status) == ("no_body", 301)
    assert record.problem_detail == "the body is empty (HTTP 301)"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Encoding: gzip"], gzip.compress(HTML, mtime=0)),
        (["Content-Encoding: x-gzip"], gzip.compress(HTML, mtime=0)),
        (["Content-Encoding: gzip"], HTML),
        (["Content-Encoding: deflate"], zlib.compress(HTML)),
        (["Content-Encoding: deflate"], zlib.compress(HTML, wbits=-15)),
        (["Content-Encoding: identity"], HTML),
        (["Content-Encoding: br"], packed(HTML, "brotli")),
        (["Content-Encoding: br"], HTML),
        (["Content-Encoding: zstd"], packed(HTML, "zstd")),
        (["Content-Encoding: zstd"], HTML),
        (["Content-Encoding: deflate, gzip"], gzip.compress(zlib.compress(HTML), mtime=0)),
        (["Transfer-Encoding: chunked"], b"5\r\n" + HTML[:5] + b"\r\n20\r\n" + HTML[5:] + b"\r\n0\r\n\r\n"),
        (["Transfer-Encoding: chunked"], HTML),
    ],
)
def test_encodings_are_decoded(tmp_path: Path, headers: list[str], body: bytes) -> None:
    (record,) = read_members(tmp_path, member(http(body, *headers)))
    assert (record.body, record.problem) == (HTML, None)


@pytest.mark.parametrize(
    ("encoding", "body", "problem"),
    [
        ("compress", b"\x1f\x9d\x90abc", "unsupported_encoding"),
        ("br", packed(os.urandom(500), "brotli")[:-100], "bad_encoding"),
        ("br", b"\xff" * 100, "bad_encoding"),
        ("zstd", packed(os.urandom(500), "zstd")[:-100], "bad_encoding"),
        ("zstd", b"\x28\xb5\x2f\xfd" + b"\xff" * 100, "bad_encoding"),
        ("zstd", b"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", "bad_encoding"),  # asks for a window of 2 GB
        ("gzip", gzip.compress(os.urandom(500), mtime=0)[:-100], "bad_encoding"),
        ("gzip", b"\x1f\x8b\x08\x00" + b"\xff" * 100, "bad_encoding"),
        ("deflate", b"\xff" * 100, "bad_encoding"),
    ],
)
def test_an_unknown_encoding_is_a_problem(tmp_path: Path, encoding: str, body: bytes, problem: str) -> None:
    (record,) = read_members(tmp_path, member(http(body, f"Content-Encoding: {encoding}")))
    assert (record.problem, record.body, record.url) == (problem, None, URL)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_body_above_the_limit_after_decompression_is_too_large(tmp_path: Path, encoding: str) -> None:
    plain = b"a" * 2**21
    swelling = {"gzip": gzip.compress, "br": partial(packed, codec="brotli"), "zstd": partial(packed, codec="zstd")}
    body = swelling[encoding](plain)
    assert len(body) < 2**12
    assert problems(read_members(tmp_path, member(http(body, f"Content-Encoding: {encoding}")))) == ["too_large"]


def test_a_block_above_the_limit_is_skipped(tmp_path: Path) -> None:
    records = read_members(tmp_path, member(http(b"a" * 2**21)), member(http(HTML)), gzipped=True)
    assert problems(records) == ["too_large", None]


def test_a_response_with_an_unknown_protocol_is_split(tmp_path: Path) -> None:
    (record,) = read_members(tmp_path, member(http(HTML).replace(b"HTTP/1.1", b"HTTP/2")))
    assert (record.body, record.http_status) == (HTML, 200)


def test_a_response_that_is_not_http_is_all_body(tmp_path: Path) -> None:
    (record,) = read_members(tmp_path, member(HTML))
    assert (record.body, record.content_type, record.http_status) == (HTML, None, None)


def test_urls_in_angle_brackets_and_with_spaces_are_fixed(tmp_path: Path) -> None:
    (record,) = read_members(tmp_path, member(http(HTML), WARC_Target_URI="<http://example.com/a b>"))
    assert record.url == "http://example.com/a%20b"


def test_a_response_without_url_is_named_after_its_position(tmp_path: Path) -> None:
    record = read_members(tmp_path, member(b"x", "warcinfo"), member(http(HTML), WARC_Target_URI=None))[0]
    assert record.url == "file:a.warc#/2"


@pytest.mark.parametrize("date", [None, "2008-10-294T05:21:46-0700"])
def test_a_date_that_is_missing_or_wrong_is_a_problem_that_keeps_the_bytes(tmp_path: Path, date: str | None) -> None:
    write(tmp_path, "a.warc", member(http(HTML), WARC_Date=date))
    (record,) = read(tmp_path)
    assert (record.problem, record.body, record.fetched_at) == ("bad_date", HTML, MODIFIED)


def test_a_date_in_another_zone_is_utc(tmp_path: Path) -> None:
    (record,) = read_members(tmp_path, member(http(HTML), WARC_Date="2026-01-15T02:00:00.5+02:00"))
    assert record.fetched_at == dt.datetime(2026, 1, 15, 0, 0, 0, 500_000)


@pytest.mark.parametrize("length", [None, "-5", "many", "9" * 5000, "²"])
def test_a_record_of_unknown_length_is_a_problem_and_the_next_is_found(tmp_path: Path, length: str | None) -> None:
    records = read_members(tmp_path, member(http(HTML), Content_Length=length), member(http(HTML)))
    assert problems(records) == ["bad_warc", None]


def test_a_length_too_short_is_a_problem_and_the_next_is_found(tmp_path: Path) -> None:
    records = read_members(tmp_path, member(http(HTML + b"rest"), Content_Length="80"), member(http(HTML)))
    assert problems(records) == [None, "bad_warc", None]


def test_a_truncated_record_is_a_problem(tmp_path: Path) -> None:
    whole = member(http(HTML))
    for cut in (5, 40, len(whole) - 10):
        assert problems(read_members(tmp_path, member(http(b"first")), whole[:cut])) == [None, "bad_warc"]


def test_a_file_that_is_not_a_warc_is_one_problem(tmp_path: Path) -> None:
    record = read_one(tmp_path, "a.warc", b"\n".join([b"noise"] * 1000))
    assert record.problem == "bad_warc"
    assert "b'noise" in (record.problem_detail or "")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_damaged_gzip_member_is_a_problem_and_the_others_are_read(tmp_path: Path, place: int) -> None:
    bodies = [os.urandom(3000) for _ in range(3)]
    members = [gzip.compress(member(http(body))) for body in bodies]
    spoilt = bytearray(members[place])
    spoilt[len(spoilt) // 2] ^= 0xFF
    members[place] = bytes(spoilt)
    (tmp_path / "a.warc.gz").write_bytes(b"".join(members))
    records = read(tmp_path)
    assert problems(records) == ["bad_warc" if number == place else None for number in range(3)]
    assert [record.body for record in records] == [None if n == place else body for n, body in enumerate(bodies)]


def test_damage_across_read_buffers_is_skipped(tmp_path: Path) -> None:
    long = gzip.compress(member(http(os.urandom(3 * CHUNK)), "request"))
    spoilt = long[: 2 * CHUNK] + b"\x1f\x8b\x08" * 50 + long[2 * CHUNK + 150 :]
    (tmp_path / "a.warc.gz").write_bytes(spoilt + gzip.compress(member(http(HTML))))
    records = read(tmp_path)
    assert problems(records) == ["bad_warc", None]
    assert records[1].body == HTML


def test_a_truncated_gzip_keeps_the_records_before(tmp_path: Path) -> None:
    first, second = (gzip.compress(member(http(body))) for body in (HTML, os.urandom(1000)))
    (tmp_path / "a.warc.gz").write_bytes(first + second[:-300])
    assert problems(read(tmp_path)) == [None, "bad_warc"]


def test_one_gzip_member_around_all_records_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.warc.gz", member(b"x", "warcinfo") + member(http(HTML)) + member(http(b"other")))
    assert [record.body for record in read(tmp_path)] == [HTML, b"other"]


def test_padding_between_gzip_members_is_skipped_and_noise_reported(tmp_path: Path) -> None:
    page = gzip.compress(member(http(HTML)))
    (tmp_path / "a.warc.gz").write_bytes(page + b"\0" * 700 + page + b"noise" + page)
    assert problems(read(tmp_path)) == [None, None, "bad_warc", None]


def test_endless_headers_stop_at_the_limit(tmp_path: Path) -> None:
    endless = b"WARC/1.0\r\n" + b"a: b\r\n" * 100_000 + b"\r\n"
    records = read_members(tmp_path, endless, b"WARC/1.0\r\n" + b"x" * 200_000 + b"\r\n\r\n", member(http(HTML)))
    assert problems(records) == ["bad_warc", "bad_warc", None]


def test_endless_http_headers_stop_at_the_limit(tmp_path: Path) -> None:
    records = read_members(tmp_path, member(http(HTML, *["a: b"] * 20_000)), member(http(HTML)))
    assert problems(records) == ["bad_warc", None]


def test_a_record_is_found_again_when_its_mark_crosses_read_buffers(tmp_path: Path) -> None:
    for shift in range(8):
        noise = b"n" * (CHUNK - shift)
        assert problems(read_members(tmp_path, noise + b"\n", member(http(HTML)))) == ["bad_warc", None]


def digest(data: bytes, algorithm: str = "sha1", form: str = "b32encode") -> str:
    value = getattr(base64, form)(hashlib.new(algorithm, data).digest()).decode()
    return f"{algorithm}:{value.lower() if form == 'b16encode' else value}"


CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(HTML), HTML)


@pytest.mark.parametrize("form", ["b32encode", "b16encode", "b64encode"])
@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_digest_that_matches_is_accepted_in_every_form(tmp_path: Path, algorithm: str, form: str) -> None:
    block = http(HTML)
    right = member(block, WARC_Block_Digest=digest(block, algorithm, form))
    payload = member(block, WARC_Payload_Digest=digest(HTML, algorithm, form))
    assert [record.problem_detail for record in read_members(tmp_path, right, payload)] == [None, None]


@pytest.mark.parametrize("payload", [HTML, CHUNKED, gzip.compress(HTML, mtime=0)])
def test_a_payload_digest_of_decoded_or_transferred_bytes_is_accepted(tmp_path: Path, payload: bytes) -> None:
    gzipped = gzip.compress(HTML, mtime=0)
    blocks = {
        HTML: http(HTML),
        CHUNKED: http(CHUNKED, "Transfer-Encoding: chunked"),
        gzipped: http(gzipped, "Content-Encoding: gzip"),
    }
    [record] = read_members(tmp_path, member(blocks[payload], WARC_Payload_Digest=digest(payload)))
    assert (record.body, record.problem_detail) == (HTML, None)
    [record] = read_members(tmp_path, member(blocks[payload], WARC_Payload_Digest=digest(HTML)))
    assert record.problem_detail is None


@pytest.mark.parametrize("name", ["WARC-Block-Digest", "WARC-Payload-Digest"])
def test_a_digest_that_does_not_match_is_recorded_and_the_page_is_kept(tmp_path: Path, name: str) -> None:
    wrong = digest(b"other")
    [record] = read_members(tmp_path, member(http(HTML), **{name: wrong}))
    assert (record.body, record.problem) == (HTML, None)
    assert record.problem_detail == f"its bytes do not match the `{name}` {wrong}"


@pytest.mark.parametrize("stated", ["", "sha1:", "sha1:x", "crc32:abcd", "sha1:" + "A" * 10_000, "ABC", "sha1:\u0663"])
def test_a_digest_that_cannot_be_computed_is_ignored(tmp_path: Path, stated: str) -> None:
    [record] = read_members(tmp_path, member(http(HTML), WARC_Block_Digest=stated))
    assert (record.body, record.problem, record.problem_detail) == (HTML, None, None)
