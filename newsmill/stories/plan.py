"""Stories room: takes the pages of some ingest dates into the stories, and touches only the stories they touch.

Texts that are one story are joined by edges (`minhash_jaccard`: they share an LSH bucket and are similar;
`shared_passages`: they share whole sentences, and are similar or one is a part of the other; `shared_lead`: they share
whole sentences and the beginning, and may be less similar; `same_url`: they stood at one URL and are still alike).
Which passages count, and so the edges, depends on which pages there are, never on when they came, and stories on
nothing but pages and edges; so any order of landing, and any rerun, ends in the same tables. Only stories.merges is
history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import polars as pl

from newsmill.stories.blocking import BUCKETS, PASSAGES, URLS, Meeting
from newsmill.stories.boilerplate import learn_standing
from newsmill.stories.candidates import find_candidates
from newsmill.stories.clustering import NEAR_JACCARD, SAME_URL_JACCARD, is_led, is_part
from newsmill.stories.fingerprint import FINGERPRINTED
from newsmill.stories.members import Affected, tell_members
from newsmill.stories.tables import EDGES, FINGERPRINTS
from newsmill.stories.temp_tables import replace_pages, scratch_tables
from newsmill.stories.verify import with_similarity

Connection = duckdb.DuckDBPyConnection

# How texts meet, and what makes an edge of those that do.
METHODS: dict[str, tuple[Meeting, pl.Expr]] = {
    "minhash_jaccard": (BUCKETS, pl.col("similarity") >= NEAR_JACCARD),
    "shared_passages": (PASSAGES, (pl.col("similarity") >= NEAR_JACCARD) | is_part()),
    "shared_lead": (PASSAGES, is_led()),
    "same_url": (URLS, pl.col("similarity") >= SAME_URL_JACCARD),
}

EDGES_BEFORE = """
select text_a, text_b, similarity, containment, method from stories.edges
where method = $method and (text_a in (select text_hash from asked) or text_b in (select text_hash from asked))
"""

TOLD_ANEW = "select distinct ingest_date from plan_gone where record_id not in (from plan_removed)"

WORDED = """
create or replace temp table plan_worded as
with tonight as (
    select wording from plan_fingerprints where sketch is not null
    union select wording from plan_gone where sketch is not null
)
select record_id, wording from stories.fingerprints
where sketch is not null and wording in (select wording from tonight)
"""
COMING_WORDINGS = """
select distinct wording from plan_fingerprints
where sketch is not null and wording not in (select wording from plan_worded)
"""
GOING_WORDINGS = """
select wording from plan_worded
except select wording from plan_worded where record_id not in (select record_id from plan_gone)
except select wording from plan_fingerprints where sketch is not null
"""


@dataclass(frozen=True)
class StoryPlan:
    """What landing some ingest dates will change: the rows that come into each table, and the keys of those that go.

    Attributes:
        dates: the ingest dates whose pages are replaced.
        rows: by table, the rows that come; of stories.members those of `affected` that are not null.
        gone: by table, the keys of the rows that go.
        affected: the new stories.members row of every page of the dates, and of others whose row changes; of pages
            that vanished only record_id and ingest_date.
        led: where story ids lead now; see members.Affected.
        told_anew: ingest dates on whose pages clean.boilerplate_spans changes, `dates` among them.
    """

    dates: tuple[dt.date, ...]
    rows: dict[str, pl.DataFrame]
    gone: dict[str, pl.DataFrame]
    affected: pl.DataFrame
    led: pl.DataFrame
    told_anew: tuple[dt.date, ...]


def no_fingerprints() -> pl.DataFrame:
    """The fingerprints of a date without pages."""
    return FINGERPRINTED.to_frame()


def plan_stories(
    con: Connection, dates: Sequence[dt.date], fingerprints: pl.DataFrame, removed: Sequence[str] = ()
) -> StoryPlan:
    """Works out what changes when `fingerprints` become the pages of `dates`, and the records `removed` are no more.

    Changes nothing itself. Reads the stories tables and, for candidates only, the texts in clean.pages, where those of
    `dates` must already be (and those of `removed` may already be gone). A record may stand under one ingest date only.

    Raises:
        ValueError: when a page belongs to another date; a fault of ours, not of the input.
    """
    if not fingerprints["ingest_date"].is_in(list(dates)).all():
        raise ValueError("stories.plan: a fingerprint's ingest date is not among the dates planned")
    fingerprints = fingerprints.filter(~pl.col("record_id").is_in(list(removed)))
    with scratch_tables(con, dates, fingerprints, removed):
        landing = learn_standing(con, fingerprints)
        replace_pages(con, landing)
        dropped, gained = _edges(con, landing)
        affected = tell_members(con, dropped, gained)
        return _plan(con, dates, landing, dropped, gained, affected)


def _edges(con: Connection, landing: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of stories.edges that no longer hold, and those that now hold."""
    met, before = {}, [EDGES.empty()]
    coming = con.execute("from plan_coming").pl()["text_hash"].implode()
    meetings = dict.fromkeys(meeting for meeting, _ in METHODS.values())
    by_meeting = {meeting: find_candidates(con, meeting, landing) for meeting in meetings}
    for method, (meeting, _) in METHODS.items():
        found = by_meeting[meeting]
        met[method] = found.pairs
        # A text that comes has no edges yet.
        there = found.changed.filter(~found.changed.is_in(coming))
        if len(there):
            con.register("asked", there.alias("text_hash").to_frame().to_arrow())
            before.append(EDGES.conform(con.execute(EDGES_BEFORE, {"method": method}).pl()))
            con.unregister("asked")
    compared = with_similarity(con, pl.concat(met.values()).unique())
    after = [
        compared.join(met[method], on=["text_a", "text_b"], how="semi")
        .filter(enough.fill_null(True))
        .with_columns(pl.lit(method).alias("method"))
        for method, (_, enough) in METHODS.items()
    ]
    then, now = pl.concat(before), EDGES.conform(pl.concat(after))
    return _without(then, now), _without(now, then)


def _without(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return rows.join(others, on=rows.columns, how="anti", nulls_equal=True)


def _plan(
    con: Connection,
    dates: Sequence[dt.date],
    landing: pl.DataFrame,
    dropped: pl.DataFrame,
    gained: pl.DataFrame,
    affected: Affected,
) -> StoryPlan:
    def told(query: str) -> pl.DataFrame:
        return con.execute(query).pl()

    con.execute(WORDED)
    return StoryPlan(
        dates=tuple(dates),
        rows={
            "stories.fingerprints": FINGERPRINTS.conform(landing),
            "stories.bands": _of_texts(landing, told("from plan_coming")),
            "stories.passages": _of_wordings(landing, told(COMING_WORDINGS)),
            "stories.site_boilerplate": told("select site, passage from plan_turned where stands"),
            "clean.boilerplate_spans": told("from plan_new_spans"),
            "stories.edges": gained,
            "stories.members": affected.members.filter(pl.col("story_id").is_not_null()),
        },
        gone={
            "stories.fingerprints": told("select record_id from plan_gone"),
            "stories.bands": told("from plan_going"),
            "stories.passages": told(GOING_WORDINGS),
            "stories.site_boilerplate": told("select site, passage from plan_turned where not stands"),
            "clean.boilerplate_spans": told("select record_id from plan_gone"),
            "stories.edges": dropped.select("text_a", "text_b", "method"),
            "stories.members": affected.members.select("record_id"),
        },
        affected=affected.members,
        led=affected.led,
        told_anew=tuple(sorted({*dates, *told(TOLD_ANEW)["ingest_date"]})),
    )


def _of_texts(landing: pl.DataFrame, coming: pl.DataFrame) -> pl.DataFrame:
    # In order of the texts, so that they take next to no room beside the buckets.
    texts = landing.filter("near").unique("text_hash", maintain_order=True).join(coming, on="text_hash", how="semi")
    return texts.select("text_hash", bucket="buckets").explode("bucket")


def _of_wordings(landing: pl.DataFrame, coming: pl.DataFrame) -> pl.DataFrame:
    told = landing.filter(pl.col("passages").list.len() > 0)
    wordings = told.unique("wording", maintain_order=True).join(coming, on="wording", how="semi")
    return wordings.select("wording", "passages").explode("passages").unnest("passages")


def apply_plan(con: Connection, plan: StoryPlan) -> pl.DataFrame:
    """Lands the plan inside the transaction that the caller has begun, and returns its affected records.

    They are rows of stories.members; of records that vanished, only record_id and ingest_date are not null.
    """
    for table, keys in plan.gone.items():
        if keys.height:
            names = ", ".join(keys.columns)
            with _registered(con, keys):
                con.execute(f"delete from {table} where ({names}) in (select ({names}) from landed)")  # noqa: S608
    for table, rows in plan.rows.items():
        if rows.height:
            with _registered(con, rows):
                con.execute(f"insert into {table} by name from landed")
    _land_merges(con, plan)
    return plan.affected


MERGES = (
    """
    update stories.merges set merged_into = led.merged_into, ingest_date = led.ingest_date
    from landed led where led.story_id = merges.merged_into and led.merged_into is distinct from led.story_id
    """,
    "delete from stories.merges where story_id in (select story_id from landed) or merged_into is null",
    "insert into stories.merges by name from landed where merged_into <> story_id",
)


def _land_merges(con: Connection, plan: StoryPlan) -> None:
    """An id that names no story any more leads on, as do those that led to it."""
    vanished = plan.affected.filter(pl.col("story_id").is_null())["ingest_date"]
    date = max((*plan.told_anew, *vanished), default=None)
    with _registered(con, plan.led.with_columns(pl.lit(date, pl.Date).alias("ingest_date"))):
        for statement in MERGES:
            con.execute(statement)


@contextmanager
def _registered(con: Connection, rows: pl.DataFrame) -> Iterator[None]:
    con.register("landed", rows.to_arrow())
    yield
    con.unregister("landed")
