"""A database with the stories tables, into which tests load pages day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import duckdb
import polars as pl

from newsmill.stories.fingerprint import fingerprint
from newsmill.stories.in_memory import create_story_tables
from newsmill.stories.plan import apply_plan, plan_stories
from newsmill.stories.tables import MEMBERS, MERGES, TABLES
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS, StoryThresholds

# All tables that must not depend on the order of loading; redirects of story ids are history.
ORDER_FREE_TABLES = tuple(table for table in TABLES if table is not MERGES)
FIRST_DAY = dt.date(2026, 3, 1)

PAGES = pl.Schema(
    {
        "record_id": pl.String(),
        "ingest_date": pl.Date(),
        "kind": pl.String(),
        "url": pl.String(),
        "site": pl.String(),
        "title": pl.String(),
        "text": pl.String(),
        "published_at": pl.Datetime("us"),
        "published_offset_minutes": pl.Int16(),
        "fetched_at": pl.Datetime("us"),
    }
)


NOUNS = ("harbour", "council", "river", "bridge", "market", "school", "engine", "winter", "garden", "letter", "signal")
VERBS = ("opens", "closes", "repairs", "visits", "measures", "paints", "questions", "restores", "sells", "follows")


def article(seed: int, words: int = 100) -> str:
    """Return words that have no five in a row in common with another seed's."""
    return " ".join(
        f"{NOUNS[(seed * 7 + i * i) % 11]}{seed} {VERBS[(seed + i) % 10]} {i}" for i in range(words // 3 + 1)
    )


def edited(text: str, *positions: int) -> str:
    """Return the text with the words at these positions replaced."""
    words = text.split()
    for position in positions:
        words[position] = f"changed{position}"
    return " ".join(words)


def page(record_id: str, text: str, *, day: int = 0, hour: int = 6, url: str | None = None, **columns: Any) -> dict:
    """Return a page fetched on a day of March 2026, by default with a unique URL and site."""
    date = FIRST_DAY + dt.timedelta(days=day)
    return {
        "record_id": record_id,
        "ingest_date": date,
        "kind": "article",
        "url": url or f"https://{record_id}.example/news",
        "site": f"{record_id}.example",
        "title": None,
        "text": text,
        "published_at": None,
        "published_offset_minutes": None,
        "fetched_at": dt.datetime.combine(date, dt.time(hour)),
        **columns,
    }


def frame(pages: Iterable[dict]) -> pl.DataFrame:
    return pl.DataFrame(list(pages), schema=PAGES)


class Database:
    """Load pages as the stages do: write texts, plan, apply the plan, collect the affected rows."""

    def __init__(self, db: str = ":memory:", thresholds: StoryThresholds = DEFAULT_THRESHOLDS) -> None:
        self.con = duckdb.connect(db, config={"threads": 1})
        self.thresholds = thresholds
        create_story_tables(self.con)
        self.con.execute(
            "create table if not exists clean.pages"
            " (record_id varchar, ingest_date date, kind varchar, title varchar, text varchar)"
        )
        self.reported: dict[str, tuple] = {}
        self.affected = MEMBERS.empty()

    def load(self, pages: Sequence[dict], days: Iterable[int] | None = None) -> Database:
        """Replace the pages of `days`, by default the days of `pages`, by `pages`."""
        dates = (
            {p["ingest_date"] for p in pages} if days is None else {FIRST_DAY + dt.timedelta(days=day) for day in days}
        )
        self.write_texts(pages, dates)
        fingerprints = fingerprint(frame(pages), self.thresholds)
        plan = plan_stories(self.con, sorted(dates), fingerprints, thresholds=self.thresholds)
        self.con.execute("begin")
        self.affected = apply_plan(self.con, plan)
        self.con.execute("commit")
        for row in self.affected.iter_rows():
            if row[2] is None:
                del self.reported[row[0]]
            else:
                self.reported[row[0]] = row
        return self

    def write_texts(self, pages: Sequence[dict], dates: Collection[dt.date]) -> None:
        """Replace the texts of these dates, as the pages stage does before clustering."""
        self.con.execute("delete from clean.pages where ingest_date in (select unnest($d::date[]))", {"d": list(dates)})
        self.con.register("rows", frame(pages).to_arrow())
        self.con.execute("insert into clean.pages select record_id, ingest_date, kind, title, text from rows")
        self.con.unregister("rows")

    def rows(self, table: str) -> list[tuple]:
        return sorted(self.con.execute(f"from {table}").fetchall(), key=repr)

    def tables(self) -> dict[str, list[tuple]]:
        return {table.name: self.rows(table.name) for table in ORDER_FREE_TABLES}

    def members(self) -> dict[str, dict[str, Any]]:
        """Return the members by record."""
        rows = self.con.execute("from stories.members").pl().to_dicts()
        return {row["record_id"]: row for row in rows}

    def stories(self) -> set[frozenset[str]]:
        """Return the stories as sets of records."""
        groups = self.con.execute("select list(record_id) from stories.members group by story_id").fetchall()
        return {frozenset(records) for (records,) in groups}
