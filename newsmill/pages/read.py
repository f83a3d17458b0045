"""How one page is read: a record's bytes to a page, or to the reason why there is none.

The batch function `read_pages` keeps no state and is importable by name: it runs in a process pool, or on a cluster.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from newsmill import __version__
from newsmill.pages import reject
from newsmill.pages.bodies import extract
from newsmill.pages.encoding.decode import decode
from newsmill.pages.encoding.sniff import format_of
from newsmill.pages.feed import read_feed
from newsmill.pages.html.limits import time_limit
from newsmill.pages.html_page import read_html
from newsmill.pages.languages import detect
from newsmill.pages.languages.detect import Detector
from newsmill.pages.languages.page import tell_page
from newsmill.pages.markdown import read_markdown
from newsmill.pages.repeats import without_repeats
from newsmill.pages.tables import READ
from newsmill.pages.text import one_line, word_counts
from newsmill.pages.textdump.parse import read_dump
from newsmill.pages.types import Draft, Junk, Published, Record, Verdict
from newsmill.urls import site_of

_most_paragraphs = 200_000
_longest_detail = 500


def read_pages(records: pl.DataFrame) -> pl.DataFrame:
    """One row of `tables.READ` for each record of the archive, in order.

    `reason` is null for a page; else the record is quarantined, and `detail` says what was wrong. Never raises for
    what the bytes are.
    """
    return _read(records, "kernel")


def read_pages_by_langdetect(records: pl.DataFrame) -> pl.DataFrame:
    """As `read_pages`, with langdetect itself for the languages that share a script."""
    return _read(records, "langdetect")


# By the setting `language_detector`.
READERS = {"kernel": read_pages, "langdetect": read_pages_by_langdetect}


def read_record(record: Record) -> Draft:
    """The page of a record, repeats and verdicts still to come.

    Raises:
        Junk: where there is none.
    """
    if verdict := reject.http_status(record):
        raise Junk(*verdict)
    match format_of(record.body, record.content_type):
        case "html":
            return read_html(decode(record.body, record.content_type), record)
        case "feed":
            return read_feed(record)
        case "markdown":
            return read_markdown(decode(record.body, record.content_type), record)
        case "text":
            return read_dump(decode(record.body, record.content_type), record)


def _read(records: pl.DataFrame, detector: Detector) -> pl.DataFrame:
    with extraction_libraries():
        rows = [read_row(row, detector) for row in records.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=READ).with_columns(word_count=word_counts(pl.col("text")))


def read_row(row: dict[str, Any], detector: Detector = "kernel") -> dict[str, Any]:
    """One row of `tables.READ` for one named row of the archive, within `extraction_libraries`."""
    try:
        with time_limit():
            return _page_row(row, read_record(Record.of(row)), detector)
    except Junk as none:
        return _quarantine_row(row, none.verdict)
    except MemoryError:
        raise  # a worker that is full would lay it on whatever pages come next
    except Exception as error:  # noqa: BLE001 - whatever a page makes a library raise, the run goes on without it
        return _quarantine_row(row, ("reader_failed", f"{type(error).__name__}: {error}"))


def _page_row(row: dict[str, Any], draft: Draft, detector: Detector) -> dict[str, Any]:
    draft.paragraphs, repeats = without_repeats(draft.paragraphs[:_most_paragraphs])
    if verdict := reject.verdict_on(draft):
        raise Junk(*verdict)
    text = "\n".join(draft.paragraphs)
    told = tell_page(draft.paragraphs, [draft.title or "", *(teaser.title for teaser in draft.teasers)], detector)
    authors = list(map(one_line, draft.authors))
    return {
        **_identity(row),
        "kind": draft.kind,
        "url": draft.url,
        "site": site_of(draft.url),
        "title": draft.title and one_line(draft.title),
        "author": "; ".join(authors) or None,
        "authors": authors,
        **_date("published", draft.published),
        **_date("modified", draft.modified),
        "language": told.language,
        "language_confidence": told.confidence,
        "languages": told.languages,
        "text": text,
        "extracted_by": draft.extracted_by,
        "extraction_doubt": draft.doubt,
        "code_version": __version__,
        "teasers": [
            {"position": position, "title": teaser.title, "snippet": teaser.snippet, "url": teaser.url}
            for position, teaser in enumerate(draft.teasers)
        ],
        "repeats": [vars(repeat) for repeat in repeats],
    }


def _date(name: str, found: Published | None) -> dict[str, Any]:
    return {
        f"{name}_at": found and found.at,
        f"{name}_offset_minutes": found and found.offset_minutes,
        f"{name}_from": found and found.source,
    }


def _quarantine_row(row: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
    reason, detail = verdict
    return {**_identity(row), "reason": reason, "detail": one_line(detail)[:_longest_detail]}


def _identity(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **dict.fromkeys(READ),
        "record_id": row["record_id"],
        "ingest_date": row["ingest_date"],
        "code_version": __version__,
    }


@contextmanager
def extraction_libraries() -> Iterator[None]:
    """trafilatura and what it brings, for one batch: silent, and its caches, which grow with what it reads, emptied."""
    from trafilatura.meta import reset_caches

    # What they complain of is single pages, and those get a verdict here. trafilatura's import sets a level of its own.
    for library in ("trafilatura", "htmldate", "charset_normalizer", "courlan"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    # A machine's first use compiles for some seconds: not on the first page's account.
    detect.load()
    extract.load()
    # A page makes thousands of small objects and no cycles of them: looking for any would cost a tenth of the reading.
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()
        reset_caches()
