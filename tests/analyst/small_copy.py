"""A small published copy: given pages, and the SQL models built from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from newsmill.pages.tables import PAGES
from newsmill.settings import load_settings
from newsmill.sources.tables import RECORDS
from newsmill.stories.tables import EDGES, MEMBERS
from newsmill.table import Table
from newsmill.topics.tables import PAGE_TOPICS
from newsmill.warehouse.connection import open_writer, transaction
from newsmill.warehouse.publish import publish_database
from newsmill.warehouse.sql_models import build_model, load_project
from newsmill.warehouse.writes import insert

FETCHED = dt.datetime(2026, 10, 20)


@dataclass(frozen=True)
class Page:
    """A page that is the only member of its story, or a copy in the story `story`."""

    id: str
    title: str
    text: str
    day: str = "2026-10-05"
    story: str = ""
    topics: tuple[str, ...] = ()
    authors: list[str] = field(default_factory=list)


# Its hashes have more digits than a number of a sheet.
EDGE = {"text_a": 2**64 - 3, "text_b": 2**64 - 2, "similarity": 0.9, "containment": 1.0, "method": "minhash_jaccard"}


def publish(pages: list[Page], home: Path) -> Path:
    """Publish a home with these pages and return the path of the copy."""
    project = load_project(load_settings().models)
    with open_writer(home / "newsmill.duckdb") as con:
        with transaction(con):
            for table, rows in (
                (RECORDS, [_record(page) for page in pages]),
                (PAGES, [_record(page) | _page(page) for page in pages]),
                (MEMBERS, [_record(page) | _member(page) for page in pages]),
                (EDGES, [EDGE]),
                (PAGE_TOPICS, [_record(page) | _topic(topic) for page in pages for topic in page.topics]),
            ):
                con.execute(f"delete from {table.name}")
                insert(con, table, _frame(table, rows))
        for model in project.models:
            build_model(con, project, model, {})
        return publish_database(con, home / "published")


def _record(page: Page) -> dict[str, object]:
    day = dt.date.fromisoformat(page.day)
    return {"record_id": page.id, "ingest_date": day, "site": f"{page.id}.test", "url": f"https://{page.id}.test/",
            "fetched_at": FETCHED}  # fmt: skip


def _page(page: Page) -> dict[str, object]:
    return {"kind": "article", "title": page.title, "text": page.text, "word_count": len(page.text.split()),
            "language": "en", "authors": page.authors, "published_offset_minutes": 0,
            "published_at": dt.datetime.fromisoformat(page.day)}  # fmt: skip


def _member(page: Page) -> dict[str, object]:
    return {"story_id": page.story or page.id, "is_canonical": not page.story,
            "relation": "copy" if page.story else "original"}  # fmt: skip


def _topic(topic: str) -> dict[str, object]:
    return {"topic": topic, "score": 2.0, "strength": "main", "teaser_only": False}


def _frame(table: Table, rows: list[dict[str, object]]) -> pl.DataFrame:
    complete = [{name: row.get(name) for name in table.schema} for row in rows]
    return pl.DataFrame(complete, schema=table.schema, orient="row")
