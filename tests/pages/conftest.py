"""Records to read, and the rows that come of them."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from newsmill.pages.languages.detect import detect_text
from newsmill.pages.read import read_pages
from newsmill.pages.types import Fetch
from newsmill.sources.tables import ARCHIVE

FETCHED = dt.datetime(2026, 7, 10, 2)


def archive_row(body: bytes | str, **given: Any) -> dict[str, Any]:
    data = body.encode() if isinstance(body, str) else body
    return {
        **dict.fromkeys(ARCHIVE.schema),
        "record_id": "0" * 32,
        "source": "file",
        "source_path": "page.html",
        "url": "https://news.example/2026/a-page-about-something.html",
        "fetched_at": FETCHED,
        "ingest_date": dt.date(2026, 7, 10),
        "content_type": "text/html",
        "byte_size": len(data),
        "sha256": "0" * 64,
        "body": data,
        **given,
    }


@pytest.fixture(scope="session", autouse=True)
def libraries() -> None:
    """Loads what reading needs, so that the garbage collection at the end of each batch passes over it."""
    read_pages(pl.DataFrame([archive_row("<p>Some words in English.</p>")], schema=ARCHIVE.schema))
    detect_text("A sentence, so that the profiles are loaded.")
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def read_all() -> Callable[..., list[dict[str, Any]]]:
    """Reads rows made by `archive_row` as one batch."""

    def read(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return read_pages(pl.DataFrame(rows, schema=ARCHIVE.schema)).to_dicts()

    return read


@pytest.fixture(scope="session")
def read_one(read_all: Callable[..., list[dict[str, Any]]]) -> Callable[..., dict[str, Any]]:
    """Reads one body: `read_one(body, content_type=..., url=...)`."""

    def read(body: bytes | str, **given: Any) -> dict[str, Any]:
        return read_all([archive_row(body, **given)])[0]

    return read


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    return archive_row


@pytest.fixture
def make_fetch() -> Callable[..., Fetch]:
    """Builds a fetch for a reader that is called directly."""

    def make(body: bytes | str = b"", **given: Any) -> Fetch:
        return Fetch.from_row(archive_row(body, **given))

    return make
