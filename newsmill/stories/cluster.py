"""Stories room: takes the pages of some ingest dates into the stories, and touches only the stories they touch.

Texts that are one story are joined by edges (`minhash_jaccard`: they share an LSH bucket and are similar; `same_url`:
they stood at one URL and are still alike). Edges depend on which pages there are, never on when they came, and stories
on nothing but pages and edges; so any order of landing, and any rerun, ends in the same tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from newsmill.stories.candidates import find_candidates
from newsmill.stories.fingerprint import FINGERPRINTED
from newsmill.stories.grouping import group
from newsmill.stories.scratch import meet_at_urls, meet_in_buckets, scratch_tables, store
from newsmill.stories.similarity import with_similarity
from newsmill.stories.tables import FINGERPRINTS, MEMBERS

Connection = duckdb.DuckDBPyConnection

# Of news copied and edited one in three falls below .7, one in twenty below .55; unrelated news stays below .2.
NEAR_JACCARD = 0.55
# A page rewritten where it stands is vouched for by its URL; a front mistaken for an article is not like its next day.
SAME_URL_JACCARD = 0.4

EDGES_BEFORE = """
select text_a, text_b, similarity, method from stories.edges
where method = $method and (text_a in (from plan_changed) or text_b in (from plan_changed))
"""

EDGES_AFTER = """
create or replace temp view plan_edges as
select text_a, text_b, similarity, method from stories.edges anti join plan_dropped using (text_a, text_b, method)
where similarity is not null
union all
select text_a, text_b, similarity, method from plan_gained where similarity is not null
"""

REACH = """
create or replace temp table plan_reach as
with ends as (
    select unnest([text_a, text_b]) as text_hash from (from plan_dropped union all from plan_gained)
)
select text_hash, 0 as step from (select text_hash from plan_involved union select text_hash from ends)
"""

REACH_FURTHER = """
insert into plan_reach
with edge as (from plan_reach where step = $step)
select distinct text_hash, $step + 1 from (
    select text_b as text_hash from plan_edges semi join edge on text_a = edge.text_hash
    union all
    select text_a from plan_edges semi join edge on text_b = edge.text_hash
) anti join plan_reach using (text_hash)
"""

REACHED_PAGES = "from plan_pages semi join plan_reach using (text_hash)"

REACHED_EDGES = "from plan_edges semi join plan_reach on text_a = plan_reach.text_hash"

MEMBERS_BEFORE = """
from stories.members
where record_id in (select record_id from plan_pages semi join plan_reach using (text_hash))
   or ingest_date in (from plan_dates)
"""


@dataclass(frozen=True)
class Plan:
    """What landing some ingest dates will change.

    Attributes:
        dates: the ingest dates whose pages are replaced.
        fingerprints: their pages' new rows of stories.fingerprints.
        stale_texts: `text_hash` of texts whose bands are not, or no longer, as stories.bands has them.
        buckets: `text_hash` and `buckets` of those of them that have bands now.
        dropped_edges: rows of stories.edges that no longer hold.
        gained_edges: rows of stories.edges that now hold.
        affected: the new stories.members row of every page of the dates, and of others whose row changes; of pages
            that vanished only record_id and ingest_date.
    """

    dates: tuple[dt.date, ...]
    fingerprints: pl.DataFrame
    stale_texts: pl.DataFrame
    buckets: pl.DataFrame
    dropped_edges: pl.DataFrame
    gained_edges: pl.DataFrame
    affected: pl.DataFrame


def no_fingerprints() -> pl.DataFrame:
    """The fingerprints of a date without pages."""
    return FINGERPRINTED.to_frame()


def plan(con: Connection, dates: Sequence[dt.date], fingerprints: pl.DataFrame) -> Plan:
    """Works out what changes when `fingerprints` become the pages of `dates`; changes nothing itself.

    Reads the stories tables and, for candidates only, the texts in clean.pages, where those of `dates` must already
    be. A record may stand under one ingest date only.

    Raises:
        ValueError: when a page belongs to another date; a fault of ours, not of the input.
    """
    if not fingerprints["ingest_date"].is_in(list(dates)).all():
        raise ValueError("stories.plan: a fingerprint's ingest date is not among the dates planned")
    with scratch_tables(con, dates, fingerprints):
        near_pairs, near_edges, stale_texts = _candidates(con, meet_in_buckets, "minhash_jaccard")
        url_pairs, url_edges, _ = _candidates(con, meet_at_urls, "same_url")
        compared = with_similarity(con, pl.concat([near_pairs, url_pairs]).unique())
        before = pl.concat([near_edges, url_edges])
        after = pl.concat(
            [
                _edges(compared, near_pairs, NEAR_JACCARD, "minhash_jaccard"),
                _edges(compared, url_pairs, SAME_URL_JACCARD, "same_url"),
            ]
        )
        dropped, gained = _without(before, after), _without(after, before)
        affected = _affected(con, dropped, gained)
    told = fingerprints.filter("near").unique("text_hash").select("text_hash", "buckets")
    return Plan(
        dates=tuple(dates),
        fingerprints=FINGERPRINTS.conform(fingerprints),
        stale_texts=stale_texts,
        buckets=told.join(stale_texts, on="text_hash", how="semi"),
        dropped_edges=dropped,
        gained_edges=gained,
        affected=affected,
    )


LAND = (
    "delete from stories.fingerprints where ingest_date in (from landed_dates)",
    "insert into stories.fingerprints by name from landed_fingerprints",
    "delete from stories.bands where text_hash in (from landed_stale)",
    """
    insert into stories.bands by name
    select text_hash, generate_subscripts(buckets, 1) - 1 as band, unnest(buckets) as bucket from landed_buckets
    """,
    """
    delete from stories.edges where (text_a, text_b, method) in (select (text_a, text_b, method) from landed_dropped)
    """,
    "insert into stories.edges by name from landed_gained",
    "delete from stories.members where record_id in (select record_id from landed_affected)",
    "insert into stories.members by name from landed_affected where story_id is not null",
)


def land(con: Connection, plan: Plan) -> pl.DataFrame:
    """Lands the plan inside the transaction that the caller has begun, and returns its affected records.

    They are rows of stories.members; of records that vanished, only record_id and ingest_date are not null.
    """
    frames = {
        "landed_dates": pl.DataFrame({"ingest_date": plan.dates}, schema={"ingest_date": pl.Date}),
        "landed_fingerprints": plan.fingerprints,
        "landed_stale": plan.stale_texts,
        "landed_buckets": plan.buckets,
        "landed_dropped": plan.dropped_edges,
        "landed_gained": plan.gained_edges,
        "landed_affected": plan.affected,
    }
    for name, frame in frames.items():
        con.register(name, frame.to_arrow())
    for statement in LAND:
        con.execute(statement)
    for name in frames:
        con.unregister(name)
    return plan.affected


def _candidates(
    con: Connection, meet: Callable[[Connection], None], method: str
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The pairs that may change, the edges there are between them, and the texts that are moved to other places."""
    meet(con)
    find_candidates(con)
    return (
        con.execute("from plan_pairs").pl(),
        con.execute(EDGES_BEFORE, {"method": method}).pl(),
        con.execute("select distinct text_hash from plan_moved").pl(),
    )


def _edges(compared: pl.DataFrame, pairs: pl.DataFrame, floor: float, method: str) -> pl.DataFrame:
    """The rows of stories.edges for the pairs that are similar enough, or can't be measured yet."""
    return (
        compared.filter((pl.col("similarity") >= floor).fill_null(True))
        .join(pairs, on=["text_a", "text_b"], how="semi")
        .with_columns(pl.lit(method).alias("method"))
    )


def _without(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return rows.join(others, on=rows.columns, how="anti", nulls_equal=True)


def _affected(con: Connection, dropped: pl.DataFrame, gained: pl.DataFrame) -> pl.DataFrame:
    """The members of every story that the pages and edges which come or go can reach, where they change."""
    store(con, "plan_dropped", dropped)
    store(con, "plan_gained", gained)
    con.execute(EDGES_AFTER)
    con.execute(REACH)
    step = 0
    while con.execute(REACH_FURTHER, {"step": step}).fetchall() != [(0,)]:
        step += 1
    edges = con.execute(REACHED_EDGES).pl()
    members = _measured(con, group(con.execute(REACHED_PAGES).pl(), edges), edges)
    before = con.execute(MEMBERS_BEFORE).pl()
    of_dates = pl.col("ingest_date").is_in(con.execute("from plan_dates").pl()["ingest_date"].implode())
    vanished = before.join(members, on="record_id", how="anti").select("record_id", "ingest_date")
    changed = _without(members, before)
    kept = members.join(changed, on="record_id", how="anti").filter(of_dates)
    return pl.concat([changed, kept, vanished], how="diagonal").sort("record_id")


def _measured(con: Connection, members: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """The rows of stories.members: with the similarity of each member's text to the text it was matched to."""
    one, other = pl.col("text_hash"), pl.col("matched_text")
    members = members.with_columns(
        pl.min_horizontal(one, other).alias("text_a"), pl.max_horizontal(one, other).alias("text_b")
    )
    known = edges.select("text_a", "text_b", "similarity").unique(["text_a", "text_b"])
    pairs = members.filter(one != other).select("text_a", "text_b").unique()
    unknown = with_similarity(con, pairs.join(known, on=["text_a", "text_b"], how="anti"))
    return MEMBERS.conform(
        members.join(pl.concat([known, unknown]), on=["text_a", "text_b"], how="left").with_columns(
            pl.when(one == other).then(1.0).otherwise("similarity").alias("similarity")
        )
    )
