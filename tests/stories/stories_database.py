"""A db with the stories room's tables, into which tests land days of pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import duckdb
import polars as pl

from newsmill.stories.fingerprint import fingerprint
from newsmill.stories.plan import apply_plan, plan_stories
from newsmill.stories.tables import MEMBERS, MERGES
from newsmill.stories.tables import TABLES as EVERY_TABLE

# What happened to ids depends on the order of landing; all else must not.
TABLES = tuple(table for table in EVERY_TABLE if table is not MERGES)
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
    """Words that share no five in a row with another seed's."""
    return " ".join(
        f"{NOUNS[(seed * 7 + i * i) % 11]}{seed} {VERBS[(seed + i) % 10]} {i}" for i in range(words // 3 + 1)
    )


def edited(text: str, *positions: int) -> str:
    """The text with the words at these positions replaced."""
    words = text.split()
    for position in positions:
        words[position] = f"changed{position}"
    return " ".join(words)


def page(record_id: str, text: str, *, day: int = 0, hour: int = 6, url: str | None = None, **other: Any) -> dict:
    """A page fetched on a day of March 2026; at an URL of its own unless told otherwise."""
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
        **other,
    }


def frame(pages: Iterable[dict]) -> pl.DataFrame:
    return pl.DataFrame(list(pages), schema=PAGES)


class Database:
    """Stands in for the caller: lands texts, plans, lands the plan, keeps the books on what it was told."""

    def __init__(self, db: str = ":memory:") -> None:
        self.con = duckdb.connect(db, config={"threads": 1})
        self.con.execute("create schema if not exists stories; create schema if not exists clean")
        for table in EVERY_TABLE:
            columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
            self.con.execute(f"create table if not exists {table.name} ({columns})")
        self.con.execute(
            "create table if not exists clean.pages"
            " (record_id varchar, ingest_date date, kind varchar, title varchar, text varchar)"
        )
        self.told: dict[str, tuple] = {}
        self.affected = MEMBERS.empty()

    def land(self, pages: Sequence[dict], days: Iterable[int] | None = None) -> Database:
        """Makes `pages` the pages of `days`, by default of the days that they name."""
        dates = (
            {p["ingest_date"] for p in pages} if days is None else {FIRST_DAY + dt.timedelta(days=day) for day in days}
        )
        self.read(pages, dates)
        plan = plan_stories(self.con, sorted(dates), fingerprint(frame(pages)))
        self.con.execute("begin")
        self.affected = apply_plan(self.con, plan)
        self.con.execute("commit")
        for row in self.affected.iter_rows():
            if row[2] is None:
                del self.told[row[0]]
            else:
                self.told[row[0]] = row
        return self

    def read(self, pages: Sequence[dict], dates: Collection[dt.date]) -> None:
        """What the clean stage does before: the texts of these dates."""
        self.con.execute("delete from clean.pages where ingest_date in (select unnest($d::date[]))", {"d": list(dates)})
        self.con.register("rows", frame(pages).to_arrow())
        self.con.execute("insert into clean.pages select record_id, ingest_date, kind, title, text from rows")
        self.con.unregister("rows")

    def rows(self, table: str) -> list[tuple]:
        return sorted(self.con.execute(f"from {table}").fetchall(), key=repr)

    def tables(self) -> dict[str, list[tuple]]:
        return {table.name: self.rows(table.name) for table in TABLES}

    def members(self) -> dict[str, dict[str, Any]]:
        """The members by record."""
        rows = self.con.execute("from stories.members").pl().to_dicts()
        return {row["record_id"]: row for row in rows}

    def stories(self) -> set[frozenset[str]]:
        """The stories as sets of records."""
        groups = self.con.execute("select list(record_id) from stories.members group by story_id").fetchall()
        return {frozenset(records) for (records,) in groups}
