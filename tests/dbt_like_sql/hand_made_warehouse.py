"""A small hand-made warehouse: pages, and the rows that newsmill's packages would write for them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

import newsmill.pages.tables
import newsmill.quality.tables
import newsmill.sources.tables
import newsmill.stories.tables
import newsmill.topics.tables
from newsmill.table import Table
from newsmill.warehouse.sql_models import Project, build_model

FOLDER = Path(__file__).resolve().parents[2] / "dbt_like_sql"
TABLE_MODULES = (
    newsmill.sources.tables,
    newsmill.pages.tables,
    newsmill.stories.tables,
    newsmill.topics.tables,
    newsmill.quality.tables,
)
TABLES = {
    table.name: table
    for module in TABLE_MODULES
    for table in vars(module).values()
    if isinstance(table, Table) and table.name.count(".") == 1
}


@dataclass
class Page:
    """A fetch on the date `ingest` at noon, and its page. `topics` maps topic to `main`, `part` or `teaser`.

    `links` has the URL of a topic's teaser.
    """

    record_id: str
    ingest: str
    site: str | None = "a.test"
    published: str | None = None
    offset: int | None = None
    story: str | None = None
    canonical: bool | None = None
    language: str = "en"
    topics: dict[str, str] = field(default_factory=dict)
    title: str | None = None
    junk: bool = False
    entities: tuple[str, ...] = ()
    code_version: str = "0.1.0"
    taxonomy: str = "aaaaaaaaaaaa"
    links: dict[str, str] = field(default_factory=dict)

    def rows(self) -> Iterable[tuple[str, dict[str, Any]]]:
        """Yield the page's rows, each with its table."""
        key = {"record_id": self.record_id, "ingest_date": self.ingest}
        url = f"https://{self.site}/{self.record_id}" if self.site else f"file:{self.record_id}.txt"
        yield "raw.records", {**key, "url": url, "site": self.site, "fetched_at": f"{self.ingest} 12:00"}
        if self.junk:
            yield "quality.ledger", {**key, "stage": "pages", "verdict": "quarantined", "reason": "cookie_wall"}
            return
        story = self.story or self.record_id
        canonical = story == self.record_id if self.canonical is None else self.canonical
        yield (
            "clean.pages",
            {
                **key,
                "kind": "article",
                "url": url,
                "site": self.site,
                "title": self.title or f"Title of {self.record_id}",
                "published_at": self.published,
                "published_offset_minutes": self.offset,
                "language": self.language,
                "extracted_by": "newsmill",
                "code_version": self.code_version,
                "text": "Not read by any model.",
            },
        )
        relation = "original" if canonical else "copy"
        yield "stories.members", {**key, "story_id": story, "is_canonical": canonical, "relation": relation}
        yield "quality.ledger", {**key, "stage": "pages", "verdict": "kept"}
        yield "quality.ledger", {**key, "stage": "stories", "verdict": "kept" if canonical else "merged"}
        for position, (topic, strength) in enumerate(self.topics.items()):
            teaser = strength == "teaser"
            if teaser:
                yield "clean.teasers", {**key, "position": position, "title": f"About {topic}", "url": self.links.get(topic)}
            yield (
                "topics.mentions",
                {
                    **key,
                    "topic": topic,
                    "place": "teaser" if teaser else "body",
                    "teaser_position": position if teaser else None,
                    "phrase": topic,
                    "score": 1.0,
                },
            )
            yield (
                "topics.page_topics",
                {
                    **key,
                    "topic": topic,
                    "score": 1.0,
                    "strength": "part" if teaser else strength,
                    "teaser_only": teaser,
                    "taxonomy_version": self.taxonomy,
                },
            )
            for entity in self.entities:
                place = "teaser" if teaser else "body"
                yield "topics.entities", {**key, "topic": topic, "entity": entity, "kind": "model", "place": place}


def fill(con: duckdb.DuckDBPyConnection, pages: Iterable[Page]) -> None:
    """Create missing tables, and insert the pages' rows."""
    for table in TABLES.values():
        columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in table.columns)
        con.execute(f"create schema if not exists {table.name.split('.')[0]}")
        con.execute(f"create table if not exists {table.name} ({columns})")
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for page in pages:
        for name, row in page.rows():
            rows[name].append(row)
    for name, found in rows.items():
        con.register("frame", pl.DataFrame(found, infer_schema_length=None))
        con.execute(f"insert into {name} by name select * from frame")


def build_all(con: duckdb.DuckDBPyConnection, project: Project, *dates: str, full_refresh: bool = False) -> None:
    """Build all models; `dates` are the run's ingest dates."""
    for model in project.models:
        build_model(con, project, model, {"ingest_dates": list(dates)}, full_refresh)


def marts(con: duckdb.DuckDBPyConnection, project: Project) -> dict[str, list[object]]:
    """Return the rows of every model in the schema trends."""
    return {
        model.table: con.execute(f"select * from {model.table} order by all").fetchall()
        for model in project.models
        if model.schema == "trends"
    }


def days(first: str, count: int) -> list[str]:
    return [(dt.date.fromisoformat(first) + dt.timedelta(days=step)).isoformat() for step in range(count)]


def busy_pages() -> list[Page]:
    """Return sixty days of three topics with copies on other sites, teasers, and a burst of stories on the fiftieth day."""
    topics = ("ai_regulation", "ai_video_models", "defense_partnerships")
    pages = []
    for number, day in enumerate(days("2026-01-05", 60)):
        for story in range(12 if number == 49 else 2 + number % 3):
            for copy in range(1 + story % 3):
                topic = topics[0 if number == 49 else (number + story) % 3]
                pages.append(
                    Page(
                        record_id=f"r{number:02}-{story:02}-{copy}",
                        ingest=day,
                        site=f"site{copy + story}.test",
                        published=None if story % 4 == 3 else f"{day} 0{copy}:30",
                        story=f"r{number:02}-{story:02}-0",
                        language=("en", "fr", "und")[(copy + number) % 3],
                        entities=("Alpha",) if story % 2 else ("Alpha", "Beta"),
                        topics={topic: "main", **({topics[2]: "teaser"} if topic != topics[2] and copy else {})},
                    )
                )
        pages.append(Page(f"junk{number:02}", day, junk=True))
    return pages
