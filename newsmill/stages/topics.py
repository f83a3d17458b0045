"""Stage topics: the pages of an ingest date are tagged."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from newsmill.pages.tables import PAGES
from newsmill.progress import advance, expect
from newsmill.settings import Settings
from newsmill.stages.run import Loaded, Run, open_engine
from newsmill.topics import tag
from newsmill.topics.labels import read_labels
from newsmill.topics.mentions import MAX_SEARCHED_CHARS
from newsmill.topics.tables import ENTITIES, LABELS, MENTIONS, PAGE_TOPICS
from newsmill.topics.taxonomy import Taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.staging import stage, staging_folder
from newsmill.warehouse.writes import batches, count, insert, replace_date

TABLES = (MENTIONS, PAGE_TOPICS, ENTITIES)


def load_topics(con: Connection, run: Run, dates: Sequence[dt.date]) -> Iterator[Loaded]:
    """Load `topics.mentions`, `page_topics` and `entities`; yield each ingest date with its number of mentions."""
    for date in dates:
        yield [date], with_enough_memory(con, partial(_load_date, con, run, date))


def _load_date(con: Connection, run: Run, date: dt.date) -> int:
    expect("topics", count(con, PAGES, date))
    with staging_folder(run.staging_folder) as staged:
        _stage_tags(run.settings, run.taxonomy, pages_to_tag(con, date), staged)
        with transaction(con):
            for table in TABLES:
                replace_date(con, table, date, staged / table.name)
            con.execute("delete from topics.retag_queue where ingest_date = ?", [date])
    return count(con, MENTIONS, date)


def retag_topics(con: Connection, settings: Settings, taxonomy: Taxonomy) -> int:
    """Re-tag every stored page, in parallel, and replace all tags in one transaction; return the number of pages."""
    dates = [date for (date,) in con.execute("select distinct ingest_date from clean.pages order by all").fetchall()]
    [(total,)] = con.execute("select count(*) from clean.pages").fetchall()
    expect("topics", total)
    with staging_folder(settings.home) as staged:
        _stage_tags(settings, taxonomy, (batch for date in dates for batch in pages_to_tag(con, date)), staged)
        with transaction(con):
            for table in TABLES:
                con.execute(f"delete from {table.name}")  # noqa: S608
                insert(con, table, staged / table.name)
            con.execute("delete from topics.retag_queue")
            replace_labels(con, settings)
    return int(total)


def _stage_tags(settings: Settings, taxonomy: Taxonomy, pages: Iterator[pl.DataFrame], staged: Path) -> None:
    """Tag the pages in parallel, and stage their rows of each table."""
    sizes: deque[int] = deque()

    def counted() -> Iterator[pl.DataFrame]:
        for batch in pages:
            sizes.append(batch.height)
            yield batch

    tagged = open_engine(settings).map(counted(), partial(tag.tag_to_frame, taxonomy=taxonomy))
    for number, frame in enumerate(tagged):
        for table, rows in zip(TABLES, tag.split_tags(frame), strict=True):
            stage(staged, table, number, rows)
        advance("topics", sizes.popleft())


def pages_to_tag(con: Connection, date: dt.date) -> Iterator[pl.DataFrame]:
    """Yield the pages of one ingest date with their teasers and boilerplate, as `topics.tag` reads them."""
    return batches(
        con,
        """
        select p.record_id, p.ingest_date, p.title, left(p.text, $searched) as text,
               coalesce(t.teasers, []) as teasers, s.boilerplate
        from clean.pages p left join (
            select record_id, list({position: position, title: title, snippet: snippet} order by position) as teasers
            from clean.teasers where ingest_date = $date group by record_id) t using (record_id)
        left join (
            select record_id, list({'start': char_start, 'end': char_end} order by char_start) as boilerplate
            from clean.boilerplate_spans where ingest_date = $date group by record_id) s using (record_id)
        where p.ingest_date = $date order by p.record_id
        """,
        {"date": date, "searched": MAX_SEARCHED_CHARS},
        tag.BATCH_PAGES,
    )


def load_labels(con: Connection, run: Run) -> None:
    """Load `topics.labels`."""
    with transaction(con):
        replace_labels(con, run.settings)


def replace_labels(con: Connection, settings: Settings) -> None:
    """Replace `topics.labels` by the labels of the home."""
    con.execute(f"delete from {LABELS.name}")  # noqa: S608
    insert(con, LABELS, read_labels(settings.home))
