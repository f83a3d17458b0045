"""Archive rows as input, and fixtures that read them."""

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


def archive_row(body: bytes | str, **columns: Any) -> dict[str, Any]:
    """Build an archive row with this body; `columns` override the defaults."""
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
        **columns,
    }


@pytest.fixture(scope="session", autouse=True)
def libraries() -> None:
    """Load the libraries and models once; freezing them keeps the garbage collection after each batch fast."""
    read_pages(pl.DataFrame([archive_row("<p>Some words in English.</p>")], schema=ARCHIVE.schema))
    detect_text("A sentence that loads the language profiles.")
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def read_all() -> Callable[..., list[dict[str, Any]]]:
    """Read rows from `archive_row` as one batch."""

    def read(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return read_pages(pl.DataFrame(rows, schema=ARCHIVE.schema)).to_dicts()

    return read


@pytest.fixture(scope="session")
def read_one(read_all: Callable[..., list[dict[str, Any]]]) -> Callable[..., dict[str, Any]]:
    """Read one body: `read_one(body, content_type=..., url=...)`."""

    def read(body: bytes | str, **columns: Any) -> dict[str, Any]:
        return read_all([archive_row(body, **columns)])[0]

    return read


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    return archive_row


@pytest.fixture
def make_fetch() -> Callable[..., Fetch]:
    """Build a fetch for a reader that is called directly."""

    def make(body: bytes | str = b"", **columns: Any) -> Fetch:
        return Fetch.from_row(archive_row(body, **columns))

    return make
