"""The stages in order, each for one ingest date: what a night does, composed of what the rooms offer.

Every stage computes first and then lands in one short transaction that replaces the date's rows and the ledger's
verdicts on them, so a crash leaves the last good state and a rerun leaves what once would have left.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from newsmill.engine.local import LocalEngine
from newsmill.pages.read import read_pages
from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.progress import advance, expect
from newsmill.quality.ledger import page_verdicts, raw_verdicts, story_verdicts
from newsmill.quality.tables import LEDGER
from newsmill.settings import Settings
from newsmill.sources.archive import Appended, Archive
from newsmill.sources.folder import read_folder
from newsmill.sources.tables import RECORDS
from newsmill.stories import cluster
from newsmill.stories.fingerprint import fingerprint
from newsmill.table import Table
from newsmill.topics.mentions import find_mentions
from newsmill.topics.page_topics import decide
from newsmill.topics.tables import MENTIONS, PAGE_TOPICS
from newsmill.topics.taxonomy import Taxonomy
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.landing import batches, count, insert, replace_date

Connection = duckdb.DuckDBPyConnection


def archive_of(settings: Settings) -> Archive:
    return Archive(settings.home / "raw")


def engine_of(settings: Settings) -> LocalEngine:
    return LocalEngine(settings.workers)


def archive_input(settings: Settings, dates: Collection[dt.date] | None) -> Appended:
    """Read the input folder into the archive; all of it, or the files of some ingest dates."""
    records = read_folder(settings.input, dates, settings.max_record_bytes)
    return archive_of(settings).append(records, settings.batch_records, settings.batch_bytes)


def land_records(con: Connection, settings: Settings, date: dt.date, run_id: str) -> int:
    """`raw.records` of one date, from the archive."""
    records = archive_of(settings).records([date])
    with transaction(con):
        replace_date(con, RECORDS, date, records)
        _replace_verdicts(con, "raw", date, raw_verdicts(records, run_id))
    return records.height


def land_pages(con: Connection, settings: Settings, date: dt.date, run_id: str) -> int:
    """`clean.pages`, `clean.teasers` and `clean.repeats` of one date, read in parallel; returns the pages."""
    readable = (
        batch.filter(pl.col("problem").is_null())
        for batch in archive_of(settings).batches([date], settings.batch_records, settings.batch_bytes)
    )
    expect("pages", count(con, RECORDS, date))
    with _staging(settings.home) as staged:
        for number, read in enumerate(engine_of(settings).map(readable, read_pages)):
            pages = read.filter(pl.col("reason").is_null())
            for table, rows in (
                (PAGES, pages),
                (TEASERS, _unnested(pages, "teasers")),
                (REPEATS, _unnested(pages, "repeats")),
                (LEDGER, page_verdicts(read.select("record_id", "ingest_date", "reason", "detail"), run_id)),
            ):
                _stage(staged, table, number, rows)
            advance("pages", read.height)
        with transaction(con):
            for table in (PAGES, TEASERS, REPEATS):
                replace_date(con, table, date, staged / table.name)
            _replace_verdicts(con, "pages", date, staged / LEDGER.name)
    return count(con, PAGES, date)


def land_stories(con: Connection, settings: Settings, date: dt.date, run_id: str) -> int:
    """The stories that one date's pages belong to; returns how many pages of any date were told anew."""
    pages = batches(
        con,
        """
        select p.record_id, p.ingest_date, p.kind, p.url, p.site, p.text, p.published_at,
               p.published_offset_minutes, r.fetched_at
        from clean.pages p join raw.records r using (record_id)
        where p.ingest_date = ? order by p.record_id
        """,
        [date],
        settings.batch_records,
    )
    prints = list(engine_of(settings).map(pages, fingerprint))
    plan = cluster.plan(con, [date], pl.concat(prints) if prints else cluster.no_fingerprints())
    with transaction(con):
        affected = cluster.land(con, plan)
        con.register("affected_records", affected.select("record_id").to_arrow())
        con.execute(
            "delete from quality.ledger where stage = 'stories' and record_id in (from affected_records)",
        )
        con.unregister("affected_records")
        insert(con, LEDGER, story_verdicts(affected.filter(pl.col("story_id").is_not_null()), run_id))
    advance("stories", affected.height)
    return affected.height


def land_topics(con: Connection, settings: Settings, taxonomy: Taxonomy, date: dt.date) -> int:
    """`topics.mentions` and `topics.page_topics` of one date; returns the mentions."""
    pages = batches(
        con,
        """
        select p.record_id, p.ingest_date, p.language, p.title, p.text, coalesce(t.teasers, []) as teasers
        from clean.pages p left join (
            select record_id, list({position: position, title: title, snippet: snippet, url: url} order by position)
                   as teasers
            from clean.teasers where ingest_date = $date group by record_id) t using (record_id)
        where p.ingest_date = $date order by p.record_id
        """,
        {"date": date},
        settings.batch_records,
    )
    expect("topics", count(con, PAGES, date))
    with _staging(settings.home) as staged:
        for number, page_batch in enumerate(pages):
            mentions = find_mentions(page_batch, taxonomy)
            _stage(staged, MENTIONS, number, mentions)
            _stage(staged, PAGE_TOPICS, number, decide(mentions, page_batch))
            advance("topics", page_batch.height)
        with transaction(con):
            mentions_landed = replace_date(con, MENTIONS, date, staged / MENTIONS.name)
            replace_date(con, PAGE_TOPICS, date, staged / PAGE_TOPICS.name)
    return mentions_landed


def _replace_verdicts(con: Connection, stage: str, date: dt.date, rows: pl.DataFrame | Path) -> None:
    con.execute("delete from quality.ledger where stage = ? and ingest_date = ?", [stage, date])
    insert(con, LEDGER, rows)


def _unnested(pages: pl.DataFrame, column: str) -> pl.DataFrame:
    """The rows of a list-of-structs column, with the record they belong to."""
    return (
        pages.select("record_id", "ingest_date", column)
        .explode(column, empty_as_null=True)
        .filter(pl.col(column).is_not_null())
        .unnest(column)
    )


def _stage(folder: Path, table: Table, number: int, rows: pl.DataFrame) -> None:
    (folder / table.name).mkdir(exist_ok=True)
    table.conform(rows).write_parquet(folder / table.name / f"{number:06}.parquet")


@contextmanager
def _staging(home: Path) -> Iterator[Path]:
    """A folder in the home for rows that wait to land; gone afterwards.

    Whoever stages holds the writer's connection, so what lies there already was left by a crash.
    """
    root = home / "staging"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    try:
        # A new name each time: DuckDB caches files by path, and would mix a rewritten one with what it knows.
        yield Path(tempfile.mkdtemp(dir=root))
    finally:
        shutil.rmtree(root, ignore_errors=True)
