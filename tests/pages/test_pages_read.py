"""The batch function: one row per record, in order, for any bytes."""

import pickle

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsmill.engine.local import LocalEngine
from newsmill.pages import read
from newsmill.pages.read import quarantine_lost, read_pages
from newsmill.pages.tables import READ_SCHEMA
from newsmill.sources.tables import ARCHIVE

PAGE = "<html><head><title>A headline</title></head><body><h1>A headline</h1><article>%s</article></body></html>"
WORDS = "<p>The ministry opened a consultation on rules for machine-made pictures, officials said on Tuesday.</p>"
BATCH = {
    "page": (PAGE % (WORDS * 4), "text/html"),
    "pdf": ("%PDF-1.7", "text/html"),
    "dump": ("A headline\n\nThe ministry opened a consultation on Tuesday.", "text/plain"),
    "missing": (PAGE % "<p>The page you are looking for is gone.</p>", "text/html"),
}


@pytest.fixture
def records(row):
    rows = [row(body, record_id=name, content_type=kind) for name, (body, kind) in BATCH.items()]
    return pl.DataFrame(rows, schema=ARCHIVE.schema)


def test_one_row_per_record_in_order(records):
    rows = read_pages(records)
    assert rows.schema == READ_SCHEMA
    assert rows["record_id"].to_list() == list(BATCH)
    assert rows["reason"].to_list() == [None, "unsupported_content_type", None, "not_found_page"]
    assert rows["ingest_date"].to_list() == records["ingest_date"].to_list()
    assert rows["code_version"].null_count() == 0


def test_page_has_all_required_columns_and_quarantine_has_a_detail(records):
    rows = read_pages(records)
    pages = rows.filter(pl.col("reason").is_null())
    for name in (
        "kind",
        "url",
        "language",
        "language_confidence",
        "text",
        "word_count",
        "extracted_by",
        "teasers",
        "repeats",
    ):
        assert pages[name].null_count() == 0, name
    assert rows.filter(pl.col("reason").is_not_null())["detail"].str.len_chars().min() > 10


def test_empty_batch(records):
    assert read_pages(records.clear()).equals(pl.DataFrame(schema=READ_SCHEMA))


def test_same_records_same_rows_in_any_batches(records):
    whole = read_pages(records)
    parts = pl.concat(read_pages(records[index]) for index in reversed(range(records.height)))
    assert parts.reverse().equals(whole)


def test_record_without_a_body_is_no_text(row, read_all):
    assert read_all([{**row(""), "body": None}])[0]["reason"] == "no_text"


def test_libraries_are_silent(records, caplog):
    read_pages(records)
    assert caplog.records == []


def test_exception_of_a_reader_is_a_row(records, monkeypatch):
    def fail(*_):
        raise KeyError("a fault in a library")

    monkeypatch.setattr(read, "read_html", fail)
    rows = read_pages(records)
    assert rows["reason"].to_list() == ["reader_failed", "unsupported_content_type", None, "reader_failed"]
    assert rows["detail"][0] == "KeyError: 'a fault in a library'"


def test_runs_in_a_process_pool(records):
    assert pickle.loads(pickle.dumps(read_pages)) is read_pages
    first, second = LocalEngine(workers=2).map([records, records], read_pages)
    assert first.equals(second)
    assert first.equals(read_pages(records))


def test_lost_records_are_quarantined_with_the_reason(records):
    rows = quarantine_lost(records, "too_slow", "it takes more than 15 s of computing")
    assert rows.schema == READ_SCHEMA
    assert rows["record_id"].to_list() == records["record_id"].to_list()
    assert set(rows["reason"]) == {"too_slow"} and "15 s" in rows["detail"][0]
    assert rows["text"].null_count() == rows.height


PIECES = [
    *(
        "<html>",
        "<p>",
        "<h1>",
        "<title>",
        "</a>",
        "<a href='//[x'>",
        "<div class=related>",
        "<time datetime=9>",
        "&#0;",
    ),
    *('<script type="application/ld+json">', '{"@type":"Article"', ',"headline":"\\ud800"', "}", "</script>"),
    *("<meta charset=zlib>", "<link rel=canonical href='http://[::'>", "<rss><channel><item>", "<title>x</title>"),
    *("Related article\n", "Comments (0)\n", "---\n", "a: [", "# x\n", "\0", "\ud83d", "一个很长的标题在这里"),
    " some more words that make a sentence. ",
]
HOSTILE = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(PIECES), max_size=25).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass")),
)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=HOSTILE,
    content_type=st.sampled_from(
        [
            None,
            "text/html",
            "text/plain",
            "text/markdown",
            "application/rss+xml",
            "text/xml",
            "text/html; charset=x",
            ";;",
        ]
    ),
    url=st.sampled_from(["https://news.example/", "file:x.txt", "http://[::", "", "https://news.example/2026/99/99"]),
)
def test_any_bytes_give_one_page_or_one_reason(body, content_type, url, row):
    rows = read_pages(pl.DataFrame([row(body, content_type=content_type, url=url)], schema=ARCHIVE.schema))
    assert rows.height == 1
    assert (rows["kind"][0] is None) == (rows["reason"][0] is not None)
    assert rows["reason"][0] != "reader_failed", rows["detail"][0]
