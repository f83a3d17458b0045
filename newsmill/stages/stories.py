"""Stage stories: the pages of ingest dates are clustered with all other pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial

import polars as pl

from newsmill.progress import advance
from newsmill.quality.ledger import story_verdicts
from newsmill.quality.tables import LEDGER
from newsmill.stages.run import Loaded, Run, open_engine
from newsmill.stories.fingerprint import create_empty_fingerprints, fingerprint
from newsmill.stories.plan import StoryPlan, apply_plan, plan_stories
from newsmill.topics.tables import RETAG_QUEUE
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.staleness import dates_to_retag
from newsmill.warehouse.writes import batches, insert

# Fingerprints of the dates that are planned together are held in memory, about 4 KB each.
MAX_PAGES = 20_000


def load_stories(con: Connection, run: Run, dates: Sequence[dt.date]) -> Iterator[Loaded]:
    """Find the stories of the dates' pages; yield dates with the number of pages of any date that were clustered again.

    Several dates at once: each plan passes over all that is stored.
    """
    for group in _groups(con, dates):
        yield group, with_enough_memory(con, partial(_load_dates, con, run, group))


def _groups(con: Connection, dates: Sequence[dt.date]) -> list[list[dt.date]]:
    """Return the dates in groups of at most MAX_PAGES pages; a date with more is a group of its own."""
    counts: dict[dt.date, int] = dict(
        con.execute("select ingest_date, count(*) from clean.pages group by all").fetchall()
    )
    groups: list[list[dt.date]] = []
    pages = 0
    for date in dates:
        pages += counts.get(date, 0)
        if not groups or pages > MAX_PAGES:
            groups.append([])
            pages = counts.get(date, 0)
        groups[-1].append(date)
    return groups


def _load_dates(con: Connection, run: Run, dates: Sequence[dt.date]) -> int:
    pages = batches(
        con,
        """
        select p.record_id, p.ingest_date, p.kind, p.url, p.site, p.title, p.text, p.published_at,
               p.published_offset_minutes, r.fetched_at
        from clean.pages p join raw.records r using (record_id, ingest_date)
        where list_contains(?, p.ingest_date) order by p.ingest_date, p.record_id
        """,
        [dates],
        run.settings.batch_records,
    )
    fingerprints = list(open_engine(run.settings).map(pages, fingerprint))
    plan = plan_stories(con, dates, pl.concat(fingerprints) if fingerprints else create_empty_fingerprints())
    with transaction(con):
        affected = apply_story_plan(con, plan, run.run_id)
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
