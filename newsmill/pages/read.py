"""How one page is read: a record's bytes to a page, or to the reason why there is none.

The batch function `read_pages` keeps no state and is importable by name: it runs in a process pool, or on a cluster.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from newsmill import __version__
from newsmill.pages import junk
from newsmill.pages.decode import decode
from newsmill.pages.dump import read_dump
from newsmill.pages.feed import read_feed
from newsmill.pages.html_page import read_html
from newsmill.pages.language import detect_text
from newsmill.pages.limits import time_limit
from newsmill.pages.markdown import read_markdown
from newsmill.pages.page import Draft, Junk, Record, Verdict
from newsmill.pages.repeats import without_repeats
from newsmill.pages.sniff import format_of
from newsmill.pages.tables import READ
from newsmill.pages.text import one_line, width, word_count
from newsmill.urls import site_of

_text_enough = 200  # width of a body from which its language is told without the title's help
_most_paragraphs = 200_000
_longest_detail = 500


def read_pages(records: pl.DataFrame) -> pl.DataFrame:
    """One row of `tables.READ` for each record of the archive, in order.

    `reason` is null for a page; else the record is quarantined, and `detail` says what was wrong. Never raises for
    what the bytes are.
    """
    with _extraction_libraries():
        rows = [_read_row(row) for row in records.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=READ)


def read_record(record: Record) -> Draft:
    """The page of a record, repeats and verdicts still to come.

    Raises:
        Junk: where there is none.
    """
    if verdict := junk.http_status(record):
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


def _read_row(row: dict[str, Any]) -> dict[str, Any]:
    try:
        with time_limit():
            return _page_row(row, read_record(Record.of(row)))
    except Junk as none:
        return _quarantine_row(row, none.verdict)
    except Exception as error:  # noqa: BLE001 - whatever a page makes a library raise, the run goes on without it
        return _quarantine_row(row, ("reader_failed", f"{type(error).__name__}: {error}"))


def _page_row(row: dict[str, Any], draft: Draft) -> dict[str, Any]:
    draft.paragraphs, repeats = without_repeats(draft.paragraphs[:_most_paragraphs])
    if verdict := junk.verdict_on(draft):
        raise Junk(*verdict)
    text = "\n".join(draft.paragraphs)
    language, confidence = detect_text(_sample(draft, text))
    published = draft.published
    return {
        **_identity(row),
        "kind": draft.kind,
        "url": draft.url,
        "site": site_of(draft.url),
        "title": draft.title and one_line(draft.title),
        "author": "; ".join(map(one_line, draft.authors)) or None,
        "published_at": published and published.at,
        "published_offset_minutes": published and published.offset_minutes,
        "published_from": published and published.source,
        "language": language,
        "language_confidence": confidence,
        "text": text,
        "word_count": word_count(text),
        "extracted_by": draft.extracted_by,
        "code_version": __version__,
        "teasers": [
            {"position": position, "title": teaser.title, "snippet": teaser.snippet, "url": teaser.url}
            for position, teaser in enumerate(draft.teasers)
        ],
        "repeats": [vars(repeat) for repeat in repeats],
    }


def _sample(draft: Draft, text: str) -> str:
    """What the language is told by: the body; where it is short, the headlines too."""
    if width(text) >= _text_enough:
        return text
    return "\n".join([draft.title or "", text, *(teaser.title for teaser in draft.teasers)])


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
def _extraction_libraries() -> Iterator[None]:
    """trafilatura and what it brings, for one batch: silent, and its caches, which grow with what it reads, emptied."""
    from trafilatura.meta import reset_caches

    # What they complain of is single pages, and those get a verdict here. trafilatura's import sets a level of its own.
    for library in ("trafilatura", "htmldate", "charset_normalizer", "courlan"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    yield
    reset_caches()
