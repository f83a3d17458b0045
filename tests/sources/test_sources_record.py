"""Records: their identity, and what a column can't hold."""

import dataclasses
import datetime as dt
import hashlib

from raw_folder import DAY, FETCHED

from newsmill.sources.record import Record, make_record
from newsmill.sources.tables import ARCHIVE


def record(**changes: object) -> Record:
    known = {
        "source": "file",
        "source_path": "a/b.html",
        "url": "https://www.example.com/a",
        "fetched_at": FETCHED,
        "ingest_date": DAY,
        "body": b"<p>x",
    }
    return make_record(**{**known, **changes})  # type: ignore[arg-type]


def test_a_record_has_the_columns_of_the_archive_in_order() -> None:
    assert [field.name for field in dataclasses.fields(Record)] == ARCHIVE.schema.names()


def test_the_id_is_blake2b_over_url_time_sha256_and_day() -> None:
    sha256 = hashlib.sha256(b"<p>x").hexdigest()
    stated = f"https://www.example.com/a\n2026-01-15T02:00:00.000000\n{sha256}\n{record().ingest_date}".encode()
    assert record().record_id == hashlib.blake2b(stated, digest_size=16).hexdigest()
    assert record().sha256 == sha256
    assert record().byte_size == 4
    assert record().site == "example.com"


def test_the_same_fetch_from_another_file_is_the_same_record() -> None:
    other = record(source="warc", source_path="c.warc", member="9", content_type="x/y")
    assert other.record_id == record().record_id


def test_the_same_fetch_delivered_on_another_day_is_another_record() -> None:
    assert record(ingest_date=dt.date(2026, 2, 1)).record_id != record().record_id


def test_another_url_time_or_body_is_another_record() -> None:
    changed = [
        record(url="https://example.com/b"),
        record(fetched_at=FETCHED + dt.timedelta(microseconds=1)),
        record(body=b"<p>y"),
    ]
    assert len({other.record_id for other in [*changed, record()]}) == 4


def test_two_broken_members_of_a_file_are_two_records() -> None:
    broken = [record(body=None, problem="bad_warc", member=member) for member in ("1", "2")]
    elsewhere = record(body=None, problem="bad_warc", member="1", source_path="other.warc")
    assert len({other.record_id for other in [*broken, elsewhere]}) == 3
    assert broken[0].byte_size == 0
    assert broken[0].sha256 == hashlib.sha256(b"").hexdigest()


def test_a_record_without_url_is_named_after_its_file_and_position() -> None:
    unnamed = record(url=None, source_path="tägli ch/a#b.jsonl", member="3")
    assert unnamed.url == "file:t%C3%A4gli%20ch/a%23b.jsonl#/3"
    assert unnamed.site is None


def test_text_that_no_column_can_store_is_replaced() -> None:
    odd = record(url="https://example.com/\ud800", content_type="text/html\0")
    assert odd.url == "https://example.com/?"
    assert odd.content_type == "text/html\N{REPLACEMENT CHARACTER}"


def test_a_detail_is_cut() -> None:
    assert len(record(problem="bad_xml", problem_detail="x" * 10_000).problem_detail or "") == 500
