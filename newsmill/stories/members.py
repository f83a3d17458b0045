"""Stories room: the members of every story that a landing can reach, and where retired story ids lead."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl

from newsmill.stories.changes import changes
from newsmill.stories.clustering import group
from newsmill.stories.headlines import without_strangers
from newsmill.stories.tables import MEMBERS
from newsmill.stories.temp_tables import store
from newsmill.stories.verify import with_similarity

Connection = duckdb.DuckDBPyConnection

EDGES_AFTER = """
create or replace temp view plan_edges as
select * from stories.edges anti join plan_dropped using (text_a, text_b, method) where similarity is not null
union all by name
select * from plan_gained where similarity is not null
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

REACHED_PAGES = """
create or replace temp table plan_reached as
select record_id, ingest_date, text_hash, url, site, first_seen, fetched_at, word_count
from plan_pages semi join plan_reach using (text_hash)
"""

REACHED_EDGES = "from plan_edges semi join plan_reach on text_a = plan_reach.text_hash"

MEMBERS_BEFORE = """
from stories.members
where record_id in (select record_id from plan_reached union select record_id from plan_gone)
"""

# A text is read anew for each page: two wordings may have the same words.
REVISED = """
select revised.record_id, before.text as before, after.text as after
from plan_revised revised
join clean.pages after on after.record_id = revised.record_id and after.ingest_date = revised.ingest_date
join clean.pages before on before.record_id = revised.matched_record_id and before.ingest_date = revised.matched_date
"""


@dataclass(frozen=True)
class Affected:
    """What changes in stories.members and stories.merges.

    Attributes:
        members: the new row of every page of the dates, and of others whose row changes; of pages that vanished only
            record_id and ingest_date.
        led: `story_id` of ids that name no story any more, and `merged_into`, where their first member is now (null
            where none of theirs is left); `merged_into` is the id itself for ids that name a story.
    """

    members: pl.DataFrame
    led: pl.DataFrame


def tell_members(con: Connection, dropped: pl.DataFrame, gained: pl.DataFrame) -> Affected:
    """The members of every story that the pages and edges which come or go can reach, where they change."""
    store(con, "plan_dropped", dropped)
    store(con, "plan_gained", gained)
    con.execute(EDGES_AFTER)
    con.execute(REACH)
    step = 0
    while con.execute(REACH_FURTHER, {"step": step}).fetchall() != [(0,)]:
        step += 1
    con.execute(REACHED_PAGES)
    pages = con.execute("from plan_reached").pl()
    edges = without_strangers(con, pages, con.execute(REACHED_EDGES).pl())
    told = _measured(con, group(pages, edges), edges)
    before = con.execute(MEMBERS_BEFORE).pl()
    anew = con.execute("select record_id from plan_fingerprints").pl()["record_id"].implode()
    # What changed between two texts is worked out only where one of the pages is new, or matched anew.
    compared = told.columns
    settled = told.filter(
        ~pl.col("record_id").is_in(anew), ~pl.col("matched_record_id").is_in(anew).fill_null(False)
    ).join(before.select(*compared, "change"), on=compared, how="inner", nulls_equal=True)
    moved = _with_changes(con, told.join(settled, on="record_id", how="anti"), told)
    of_dates = pl.col("ingest_date").is_in(con.execute("from plan_dates").pl()["ingest_date"].implode())
    changed = moved.join(before, on=moved.columns, how="anti", nulls_equal=True)
    kept = moved.join(changed, on="record_id", how="anti").filter(of_dates)
    vanished = before.join(told, on="record_id", how="anti").select("record_id", "ingest_date")
    rows = pl.concat([changed, kept, vanished], how="diagonal").sort("record_id")
    return Affected(rows, _led(before, told))


def _measured(con: Connection, members: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """With the similarity and containment of each member's text to the text it was matched to."""
    one, other = pl.col("text_hash"), pl.col("matched_text")
    members = members.with_columns(
        pl.min_horizontal(one, other).alias("text_a"), pl.max_horizontal(one, other).alias("text_b")
    )
    measures = ("similarity", "containment")
    known = edges.select("text_a", "text_b", *measures).unique(["text_a", "text_b"])
    pairs = members.filter(one != other).select("text_a", "text_b").unique()
    unknown = with_similarity(con, pairs.join(known, on=["text_a", "text_b"], how="anti"))
    joined = members.join(
        pl.concat([known, unknown.select(known.columns)]), on=["text_a", "text_b"], how="left"
    ).with_columns(pl.when(one == other).then(1.0).otherwise(measure).alias(measure) for measure in measures)
    return joined.select(name for name in MEMBERS.schema if name != "change")


def _with_changes(con: Connection, members: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    dates = every.select(pl.col("record_id").alias("matched_record_id"), pl.col("ingest_date").alias("matched_date"))
    revised = members.filter(pl.col("relation") == "revision").join(dates, on="matched_record_id")
    if revised.is_empty():
        return MEMBERS.conform(members.with_columns(change=None))
    store(con, "plan_revised", revised.select("record_id", "ingest_date", "matched_record_id", "matched_date"))
    texts = con.execute(REVISED).pl()
    said = texts.select("record_id", changes(texts))
    return MEMBERS.conform(members.join(said, on="record_id", how="left"))


def _led(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Where the ids before and after lead, as Affected says."""
    now = after.select("record_id", pl.col("story_id").alias("merged_into"))
    retired = (
        before.select("story_id", "ingest_date", "record_id")
        .join(after.select("story_id").unique(), on="story_id", how="anti")
        .join(now, on="record_id", how="left")
        .group_by("story_id")
        .agg(pl.col("merged_into").sort_by("ingest_date", "record_id").drop_nulls().first())
    )
    alive = after.select("story_id", pl.col("story_id").alias("merged_into")).unique()
    return pl.concat([retired, alive])
