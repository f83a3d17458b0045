"""Read pages: a fetch's bytes become a parsed page, or the reason for rejecting it.

`read_page` reads one body. The batch function `read_pages` keeps no state and is importable by name, so it runs in a
process pool or on a cluster.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import polars as pl

from newsmill import __version__
from newsmill.pages import reject
from newsmill.pages.bodies import extract
from newsmill.pages.encoding.decode import decode, decode_with_utf8
from newsmill.pages.encoding.sniff import detect_format
from newsmill.pages.feed import read_feed
from newsmill.pages.html.limits import time_limit
from newsmill.pages.html_page import read_html
from newsmill.pages.languages import detect
from newsmill.pages.languages.detect import Detector
from newsmill.pages.languages.page import detect_page
from newsmill.pages.markdown import read_markdown
from newsmill.pages.repeats import remove_repeats
from newsmill.pages.tables import READ_SCHEMA
from newsmill.pages.text import one_line, word_counts
from newsmill.pages.textdump.parse import read_dump
from newsmill.pages.types import Fetch, ParsedPage, Published, Rejected
from newsmill.urls import extract_site

_MAX_PARAGRAPHS = 200_000
_MAX_DETAIL_CHARS = 500


def read_page(
    body: bytes | str,
    *,
    url: str | None = None,
    content_type: str | None = None,
    fetched_at: dt.datetime | None = None,
) -> ParsedPage:
    """Read one page: HTML, a feed document, Markdown or a text dump.

    Args:
        body: the bytes as fetched, or text that is already decoded.
        url: where the page was fetched from; relative links, the site's name and dates in paths need it.
        content_type: the HTTP header; without it the format is detected from the bytes.
        fetched_at: naive UTC, by default now. Dates more than a day later are ignored.

    Raises:
        Rejected: the body does not contain a page; `reason` and `detail` describe why.

    >>> page = read_page(
    ...     "<html><title>Harbor reopens</title><h1>Harbor reopens</h1>"
    ...     "<p>The harbor reopened on Tuesday after a storm closed it for nine days, the harbor master said.</p>",
    ...     url="https://news.example/2026/07/02/harbor-reopens",
    ...     fetched_at=dt.datetime(2026, 7, 3),
    ... )
    >>> page.kind, page.title, page.language
    ('article', 'Harbor reopens', 'en')
    >>> page.published.at.date().isoformat(), page.published.source
    ('2026-07-02', 'url')
    >>> page.text
    'The harbor reopened on Tuesday after a storm closed it for nine days, the harbor master said.'
    """
    # Decoded text may declare another character set than the one it is encoded in here: a byte order mark overrides it.
    data = body if isinstance(body, bytes) else body.encode("utf-8-sig", "replace")
    fetch = Fetch(data, url or "", fetched_at or dt.datetime.now(dt.UTC).replace(tzinfo=None), content_type)
    _load_libraries()
    with time_limit():
        return parse_page(fetch)


def read_pages(records: pl.DataFrame) -> pl.DataFrame:
    """Read archived records: one row of `tables.READ_SCHEMA` per record, in order.

    `reason` is null for a page. Otherwise the record is quarantined and `detail` describes what was wrong. Never
    raises because of the bytes.
    """
    return _read_rows(records, "kernel")


def read_pages_by_langdetect(records: pl.DataFrame) -> pl.DataFrame:
    """Read archived records like `read_pages`, with langdetect itself for the languages that share a script."""
    return _read_rows(records, "langdetect")


# By the setting `language_detector`.
PAGE_READERS = {"kernel": read_pages, "langdetect": read_pages_by_langdetect}


def parse_page(fetch: Fetch, detector: Detector = "kernel") -> ParsedPage:
    """Parse a fetch, remove repeated passages, check the result and detect its languages.

    Raises:
        Rejected: where it does not contain a page.
    """
    page = _parse_format(fetch)
    page.paragraphs, page.repeats = remove_repeats(page.paragraphs[:_MAX_PARAGRAPHS])
    if rejected := reject.check_page(page):
        raise rejected
    headlines = [page.title or "", *(teaser.title for teaser in page.teasers)]
    detected = detect_page(page.paragraphs, headlines, detector)
    page.language, page.language_confidence, page.languages = detected
    return page


def read_row(row: dict[str, Any], detector: Detector = "kernel") -> dict[str, Any]:
    """Read one named row of the archive into one row of `tables.READ_SCHEMA`, within `extraction_libraries`."""
    try:
        with time_limit():
            return _build_row(row, parse_page(Fetch.from_row(row), detector))
    except Rejected as rejected:
        return _build_quarantine_row(row, rejected.reason, rejected.detail)
    except MemoryError:
        raise  # in a worker that is out of memory, every later page would fail as well
    except Exception as error:  # noqa: BLE001 - any exception that a page causes in a library: the run continues
        return _build_quarantine_row(row, "reader_failed", f"{type(error).__name__}: {error}")


def quarantine_lost(records: pl.DataFrame, reason: str, detail: str) -> pl.DataFrame:
    """Return one row of `tables.READ_SCHEMA` per record whose worker died or was stopped, with this reason."""
    quarantined = records.select(
        "record_id",
        "ingest_date",
        code_version=pl.lit(__version__),
        reason=pl.lit(reason),
        detail=pl.lit(f"reading the page failed: {detail}"),
    )
    return quarantined.select(
        pl.col(name).cast(dtype) if name in quarantined.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in READ_SCHEMA.items()
    )


@contextmanager
def extraction_libraries() -> Iterator[None]:
    """Load the libraries and models for one batch; empty their caches afterwards, which takes 0.15 s."""
    from trafilatura.meta import reset_caches

    _load_libraries()
    # A page creates thousands of small objects but no reference cycles: searching for them costs a tenth of the time.
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()
        reset_caches()


@cache
def _load_libraries() -> None:
    """Load what parsing needs, and disable the logging of trafilatura and its dependencies."""
    import trafilatura  # noqa: F401 - sets its own log level on import

    # They log problems of single pages; here such a page gets a row.
    for library in ("trafilatura", "htmldate", "charset_normalizer", "courlan"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    # The first use on a machine compiles for some seconds. That time must not count against the first page.
    detect.warm_up()
    extract.warm_up()


def _read_rows(records: pl.DataFrame, detector: Detector) -> pl.DataFrame:
    with extraction_libraries():
        rows = [read_row(row, detector) for row in records.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=READ_SCHEMA).with_columns(word_count=word_counts(pl.col("text")))


def _parse_format(fetch: Fetch) -> ParsedPage:
    """Parse a fetch by its format."""
    if rejected := reject.check_http_status(fetch):
        raise rejected
    match detect_format(fetch.body, fetch.content_type):
        case "html":
            return read_html(*decode_with_utf8(fetch.body, fetch.content_type), fetch)
        case "feed":
            return read_feed(fetch)
        case "markdown":
            return read_markdown(decode(fetch.body, fetch.content_type), fetch)
        case "text":
            return read_dump(decode(fetch.body, fetch.content_type), fetch)


def _build_row(row: dict[str, Any], page: ParsedPage) -> dict[str, Any]:
    authors = list(map(one_line, page.authors))
    return {
        **_build_empty_row(row),
        "kind": page.kind,
        "url": page.url,
        "site": extract_site(page.url),
        "title": page.title and one_line(page.title),
        "author": "; ".join(authors) or None,
        "authors": authors,
        **_build_date_columns("published", page.published),
        **_build_date_columns("modified", page.modified),
        "language": page.language,
        "language_confidence": page.language_confidence,
        "languages": page.languages,
        "text": page.text,
        "extracted_by": page.extracted_by,
        "extraction_doubt": page.extraction_doubt,
        "teasers": [
            {"position": position, "title": teaser.title, "snippet": teaser.snippet, "url": teaser.url}
            for position, teaser in enumerate(page.teasers)
        ],
        "repeats": [vars(repeat) for repeat in page.repeats],
    }


def _build_date_columns(name: str, date: Published | None) -> dict[str, Any]:
    return {
        f"{name}_at": date and date.at,
        f"{name}_offset_minutes": date and date.offset_minutes,
        f"{name}_from": date and date.source,
    }


def _build_quarantine_row(row: dict[str, Any], reason: str, detail: str) -> dict[str, Any]:
    return {**_build_empty_row(row), "reason": reason, "detail": one_line(detail)[:_MAX_DETAIL_CHARS]}


def _build_empty_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **dict.fromkeys(READ_SCHEMA),
        "record_id": row["record_id"],
        "ingest_date": row["ingest_date"],
        "code_version": __version__,
    }
