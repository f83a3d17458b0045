"""The stages in order, each for one ingest date: what a night does, composed of what the rooms offer.

Every stage computes first and then lands in one short transaction that replaces the date's rows and the ledger's
verdicts on them, so a crash leaves the last good state and a rerun leaves what once would have left.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import polars as pl

from newsmill.engine.local import LocalEngine
from newsmill.pages.read import PAGE_READERS, quarantine_lost
from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.progress import advance, expect
from newsmill.quality.gate import CheckId, require_passing_checks
from newsmill.quality.ledger import page_verdicts, raw_verdicts, story_verdicts
from newsmill.quality.suites import Suite
from newsmill.quality.tables import LEDGER
from newsmill.settings import Settings
from newsmill.sources.archive import AppendResult, Archive
from newsmill.sources.folder import read_folder
from newsmill.sources.tables import FORGOTTEN, RECORDS
from newsmill.sources.tombstones import read_tombstones
from newsmill.stories.fingerprint import empty_fingerprints, fingerprint
from newsmill.stories.plan import StoryPlan, apply_plan, plan_stories
from newsmill.topics import tag
from newsmill.topics.labels import read_labels
from newsmill.topics.mentions import MAX_SEARCHED
from newsmill.topics.tables import ENTITIES, LABELS, MENTIONS, PAGE_TOPICS, RETAG_QUEUE
from newsmill.topics.taxonomy import Taxonomy
from newsmill.trends.bursts import expected_days, find_bursts
from newsmill.trends.tables import BURSTS, EXPECTED
from newsmill.types import Connection
from newsmill.warehouse.connection import open_reader, transaction
from newsmill.warehouse.publish import DATABASE, publish_database, replace_report
from newsmill.warehouse.sql_models import Project
from newsmill.warehouse.staging import stage, staging_folder
from newsmill.warehouse.staleness import dates_to_retag
from newsmill.warehouse.writes import batches, count, insert, replace_date, replace_table


def archive_of(settings: Settings) -> Archive:
    return Archive(settings.home / "raw")


def engine_of(settings: Settings) -> LocalEngine:
    return LocalEngine(settings.workers)


def archive_input(settings: Settings, dates: Collection[dt.date] | None) -> AppendResult:
    """Read the input folder into the archive; all of it, or the files of some ingest dates.

    What was forgotten stays out.
    """
    stones = read_tombstones(settings.home)
    records = stones.filter_out(read_folder(settings.input, dates, settings.max_record_bytes))
    appended = archive_of(settings).append(records, settings.batch_records, settings.batch_bytes)
    appended.forgotten = stones.suppressed_count
    return appended


def load_records(con: Connection, settings: Settings, date: dt.date, run_id: str) -> int:
    """`raw.records` of one date, from the archive."""
    records = archive_of(settings).records([date])
    with transaction(con):
        replace_date(con, RECORDS, date, records)
        _replace_verdicts(con, "raw", date, raw_verdicts(records, run_id))
        replace_forgotten(con, settings)
    return records.height


def load_pages(
    con: Connection,
    settings: Settings,
    date: dt.date,
    run_id: str,
    only: Collection[str] | None = None,
    staging: Path | None = None,
) -> int:
    """`clean.pages`, `clean.teasers` and `clean.repeats` of one date, read in parallel; returns the pages.

    Args:
        only: the records to read, where it is not all; the others' rows stay. staging: where rows wait to land, by
            default in the home.
    """
    wanted = pl.col("problem").is_null()
    if only is not None:
        wanted &= pl.col("record_id").is_in(sorted(only))
    readable = (
        rows
        for batch in archive_of(settings).batches([date], settings.batch_records, settings.batch_bytes)
        if (rows := batch.filter(wanted)).height
    )
    expect("pages", count(con, RECORDS, date) if only is None else len(only))
    with staging_folder(staging or settings.home) as staged:
        for number, read in enumerate(
            engine_of(settings).map(readable, PAGE_READERS[settings.language_detector], quarantine_lost)
        ):
            pages = read.filter(pl.col("reason").is_null())
            for table, rows in (
                (PAGES, pages),
                (TEASERS, _unnested(pages, "teasers")),
                (REPEATS, _unnested(pages, "repeats")),
                (LEDGER, page_verdicts(read.select("record_id", "ingest_date", "reason", "detail"), run_id)),
            ):
                stage(staged, table, number, rows)
            advance("pages", read.height)
        with transaction(con):
            for table in (PAGES, TEASERS, REPEATS):
                replace_date(con, table, date, staged / table.name, only)
            _replace_verdicts(con, "pages", date, staged / LEDGER.name, only)
    return count(con, PAGES, date)


def load_stories(con: Connection, settings: Settings, date: dt.date, run_id: str) -> int:
    """Find the stories of one date's pages; return how many pages of any date were clustered again."""
    pages = batches(
        con,
        """
        select p.record_id, p.ingest_date, p.kind, p.url, p.site, p.title, p.text, p.published_at,
               p.published_offset_minutes, r.fetched_at
        from clean.pages p join raw.records r using (record_id, ingest_date)
        where p.ingest_date = ? order by p.record_id
        """,
        [date],
        settings.batch_records,
    )
    # Faster than sending the pages to another process.
    fingerprints = [fingerprint(batch) for batch in pages]
    plan = plan_stories(con, [date], pl.concat(fingerprints) if fingerprints else empty_fingerprints())
    with transaction(con):
        affected = apply_story_plan(con, plan, run_id)
    advance("stories", affected)
    return affected


def apply_story_plan(con: Connection, plan: StoryPlan, run_id: str) -> int:
    """Write a plan and its verdicts, in the caller's transaction; return how many pages were clustered again.

    A change of boilerplate changes which sentences are mentions: dates with one are queued in `topics.retag_queue`.
    """
    affected = apply_plan(con, plan)
    con.register("affected_records", affected.select("record_id").to_arrow())
    con.execute("delete from quality.ledger where stage = 'stories' and record_id in (from affected_records)")
    con.unregister("affected_records")
    insert(con, LEDGER, story_verdicts(affected.filter(pl.col("story_id").is_not_null()), run_id))
    waiting = pl.Series(dates_to_retag(con), dtype=pl.Date)
    insert(
        con,
        RETAG_QUEUE,
        pl.DataFrame({"ingest_date": pl.Series(plan.dates_to_retag, dtype=pl.Date)}).filter(
            ~pl.col("ingest_date").is_in(waiting.implode())
        ),
    )
    return affected.height


def load_topics(
    con: Connection, settings: Settings, taxonomy: Taxonomy, date: dt.date, staging: Path | None = None
) -> int:
    """`topics.mentions`, `page_topics` and `entities` of one date; returns the mentions."""
    expect("topics", count(con, PAGES, date))
    with staging_folder(staging or settings.home) as staged:
        for number, pages in enumerate(pages_to_tag(con, date)):
            _stage_tags(staged, number, tag.tag(pages, taxonomy))
            advance("topics", pages.height)
        with transaction(con):
            for table in (MENTIONS, PAGE_TOPICS, ENTITIES):
                replace_date(con, table, date, staged / table.name)
            con.execute("delete from topics.retag_queue where ingest_date = ?", [date])
            replace_labels(con, settings)
    return count(con, MENTIONS, date)


def retag_topics(con: Connection, settings: Settings, taxonomy: Taxonomy) -> int:
    """Tag every stored page anew, in parallel, and land all in one transaction; returns the pages read."""
    dates = [date for (date,) in con.execute("select distinct ingest_date from clean.pages order by all").fetchall()]
    read = 0

    def pages() -> Iterator[pl.DataFrame]:
        nonlocal read
        for date in dates:
            for batch in pages_to_tag(con, date):
                read += batch.height
                yield batch

    expect("topics", con.execute("select count(*) from clean.pages").fetchall()[0][0])
    with staging_folder(settings.home) as staged:
        tagged = engine_of(settings).map(pages(), partial(tag.tag_as_one_frame, taxonomy=taxonomy))
        told = 0
        for number, frame in enumerate(tagged):
            _stage_tags(staged, number, tag.apart(frame))
            advance("topics", read - told)
            told = read
        with transaction(con):
            for table in (MENTIONS, PAGE_TOPICS, ENTITIES):
                con.execute(f"delete from {table.name}")  # noqa: S608
                insert(con, table, staged / table.name)
            con.execute("delete from topics.retag_queue")
            replace_labels(con, settings)
    return read


def load_bursts(con: Connection) -> int:
    """`trends.topic_expected` and `trends.topic_bursts`, made anew from the topics' days; returns the bursts.

    Later days than that of the last fetch are what pages announce, and no news yet.
    """
    # A day without any page, among days that have two or more, is one on which nothing was read.
    daily = con.execute(
        """
        with pages as (select day, count(*) as pages from intermediate.int_record_days where is_page group by day),
        days as (
            select day, pages,
                   sum(coalesce(pages, 0)) over (
                       order by day range between interval 7 days preceding and interval 7 days following) as around
            from (select distinct day from trends.topic_daily) left join pages using (day))
        select topic, day, stories, days.pages is not null or around < 28 as read
        from trends.topic_daily join days using (day)
        where day <= (select max(least(ingest_date, fetched_at::date)) from raw.records)
        """
    ).pl()
    expected = expected_days(daily)
    con.register("bursting_days", expected.filter("bursting").select("topic", "day").to_arrow())
    pages = con.execute(
        "select topic, day, story_id, record_id, seen_at from intermediate.int_topic_pages "
        "semi join bursting_days using (topic, day)"
    ).pl()
    con.unregister("bursting_days")
    found = find_bursts(expected, pages)
    with transaction(con):
        for table, rows in ((EXPECTED, expected), (BURSTS, found)):
            replace_table(con, table, rows)
    return found.height


def pages_to_tag(con: Connection, date: dt.date) -> Iterator[pl.DataFrame]:
    """The pages of one date as the topics room takes them."""
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
        {"date": date, "searched": MAX_SEARCHED},
        tag.BATCH_PAGES,
    )


def _stage_tags(staged: Path, number: int, tags: tag.Tags) -> None:
    for table, rows in zip((MENTIONS, PAGE_TOPICS, ENTITIES), tags, strict=True):
        stage(staged, table, number, rows)


def replace_labels(con: Connection, settings: Settings) -> None:
    """`topics.labels`, as the home's file has them."""
    con.execute(f"delete from {LABELS.name}")  # noqa: S608
    insert(con, LABELS, read_labels(settings.home))


def replace_forgotten(con: Connection, settings: Settings) -> None:
    """`quality.forgotten`, as the home's files have it."""
    con.execute(f"delete from {FORGOTTEN.name}")  # noqa: S608
    insert(con, FORGOTTEN, read_tombstones(settings.home).table())


def _replace_verdicts(
    con: Connection, stage: str, date: dt.date, rows: pl.DataFrame | Path, only: Collection[str] | None = None
) -> None:
    con.execute(
        "delete from quality.ledger where stage = $stage and ingest_date = $date "
        "and ($only is null or record_id in (select unnest($only::varchar[])))",
        {"stage": stage, "date": date, "only": None if only is None else sorted(only)},
    )
    insert(con, LEDGER, rows)


def _unnested(pages: pl.DataFrame, column: str) -> pl.DataFrame:
    """The rows of a list-of-structs column, with the record they belong to."""
    return (
        pages.select("record_id", "ingest_date", column)
        .explode(column, empty_as_null=True)
        .filter(pl.col(column).is_not_null())
        .unnest(column)
    )


def defined_checks(suites: Iterable[Suite], project: Project) -> frozenset[CheckId]:
    """Return every check there is today: the expectations of the suites and the tests of the SQL models."""
    tables = project.tables
    return frozenset(
        {
            *(CheckId(suite.table, name) for suite in suites for name in suite.check_names),
            *(CheckId(tables[test.model], test.name) for test in project.tests),
        }
    )


def publish_copy(con: Connection, settings: Settings, checks: Collection[CheckId]) -> Path:
    """Publish a copy of the writer's database, unless one of the checks blocks it; returns the copy's path.

    Raises:
        PublicationBlockedError: when a check of severity `error` fails; the last good copy stays.
    """
    require_passing_checks(con, checks)
    path = publish_database(con, settings.published)
    # The search index is of the copy before.
    shutil.rmtree(settings.home / "search", ignore_errors=True)
    return path


def publish_report(settings: Settings, topic_names: Mapping[str, str]) -> Path:
    """Write the report from the published copy and swap it in; returns its path."""
    from newsmill.report.build import build_report  # Altair is slow to import.

    with open_reader(settings.published / DATABASE) as copy:
        html = build_report(copy, dt.datetime.now(dt.UTC).replace(tzinfo=None), topic_names)
    return replace_report(html, settings.published)
