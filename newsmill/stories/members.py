"""The members of every story that a plan can change, and the redirects of retired story ids."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from newsmill.stories.clustering import cluster_pages
from newsmill.stories.tables import MEMBERS
from newsmill.stories.text.changes import summarize_changes
from newsmill.stories.thresholds import StoryThresholds
from newsmill.stories.verify import drop_edges_with_unrelated_headlines, measure_similarity
from newsmill.stories.workspace import Workspace


@dataclass(frozen=True)
class Affected:
    """What changes in stories.members and stories.merges.

    Attributes:
        members: the new row of every page of the dates, and of others whose row changes; of deleted pages only
            record_id and ingest_date.
        redirects: `story_id` and `merged_into`. A retired id redirects to the story that its first member is in now
            (null if no member is left), the id of a current story to itself.
    """

    members: pl.DataFrame
    redirects: pl.DataFrame


def recompute_members(
    ws: Workspace, dropped: pl.DataFrame, added: pl.DataFrame, thresholds: StoryThresholds
) -> Affected:
    """Cluster every page that the touched texts and the dropped and added edges can reach, and return the changes."""
    ws.store(ws.dropped_edges, dropped)
    ws.store(ws.added_edges, added)
    _store_reached_pages(ws)
    pages = ws.frame("from {reached_pages}")
    edges = drop_edges_with_unrelated_headlines(
        ws,
        pages,
        ws.frame("from {all_edges} semi join {reached_texts} on text_a = {reached_texts}.text_hash"),
        thresholds,
    )
    clustered = cluster_pages(pages, edges, thresholds)
    members = _add_similarity(ws, clustered, edges, thresholds)
    before = ws.frame(
        """
        from stories.members
        where record_id in (select record_id from {reached_pages} union select record_id from {outgoing})
        """
    )
    # Two texts are compared for `change` only if one of the pages is new, or is matched to another page than before.
    new_records = ws.frame("select record_id from {new_fingerprints}")["record_id"].implode()
    columns = members.columns
    settled = members.filter(
        ~pl.col("record_id").is_in(new_records), ~pl.col("matched_record_id").is_in(new_records).fill_null(False)
    ).join(before.select(*columns, "change"), on=columns, how="inner", nulls_equal=True)
    unsettled = _add_changes(ws, members.join(settled, on="record_id", how="anti"), members)
    changed = unsettled.join(before, on=unsettled.columns, how="anti", nulls_equal=True)
    is_of_dates = pl.col("ingest_date").is_in(ws.frame("from {dates}")["ingest_date"].implode())
    unchanged_of_dates = unsettled.join(changed, on="record_id", how="anti").filter(is_of_dates)
    gone = before.join(members, on="record_id", how="anti").select("record_id", "ingest_date")
    rows = pl.concat([changed, unchanged_of_dates, gone], how="diagonal").sort("record_id")
    return Affected(rows, _find_redirects(before, members))


def _store_reached_pages(ws: Workspace) -> None:
    """Create `all_edges`, `reached_texts` and `reached_pages`."""
    ws.create_view(
        ws.all_edges,
        """
        select * from stories.edges anti join {dropped_edges} using (text_a, text_b, method)
        where similarity is not null
        union all by name
        select * from {added_edges} where similarity is not null
        """,
    )
    ws.create_table(
        ws.reached_texts,
        """
        with ends as (
            select unnest([text_a, text_b]) as text_hash from (from {dropped_edges} union all from {added_edges})
        )
        select text_hash, 0 as step from (select text_hash from {touched_texts} union select text_hash from ends)
        """,
    )
    expand = """
        insert into {reached_texts}
        with frontier as (from {reached_texts} where step = $step)
        select distinct text_hash, $step + 1 from (
            select text_b as text_hash from {all_edges} semi join frontier on text_a = frontier.text_hash
            union all
            select text_a from {all_edges} semi join frontier on text_b = frontier.text_hash
        ) anti join {reached_texts} using (text_hash)
    """
    step = 0
    while ws.execute(expand, {"step": step}).fetchall() != [(0,)]:
        step += 1
    ws.create_table(
        ws.reached_pages,
        """
        select record_id, ingest_date, text_hash, url, site, first_seen, fetched_at, word_count
        from {all_fingerprints} semi join {reached_texts} using (text_hash)
        """,
    )


def _add_similarity(
    ws: Workspace, members: pl.DataFrame, edges: pl.DataFrame, thresholds: StoryThresholds
) -> pl.DataFrame:
    """Add the similarity and containment of each member's text and the text it was matched to."""
    own, matched = pl.col("text_hash"), pl.col("matched_text")
    members = members.with_columns(
        pl.min_horizontal(own, matched).alias("text_a"), pl.max_horizontal(own, matched).alias("text_b")
    )
    measures = ("similarity", "containment")
    known = edges.select("text_a", "text_b", *measures).unique(["text_a", "text_b"])
    pairs = members.filter(own != matched).select("text_a", "text_b").unique()
    unknown = measure_similarity(ws, pairs.join(known, on=["text_a", "text_b"], how="anti"), thresholds)
    measured = pl.concat([known, unknown.select(known.columns)])
    return (
        members.join(measured, on=["text_a", "text_b"], how="left")
        .with_columns(pl.when(own == matched).then(1.0).otherwise(measure).alias(measure) for measure in measures)
        .select(name for name in MEMBERS.schema if name != "change")
    )


def _add_changes(ws: Workspace, members: pl.DataFrame, all_members: pl.DataFrame) -> pl.DataFrame:
    """Add `change` to revisions, from clean.pages: texts with the same hash may differ in punctuation."""
    dates = all_members.select(
        pl.col("record_id").alias("matched_record_id"), pl.col("ingest_date").alias("matched_date")
    )
    revisions = members.filter(pl.col("relation") == "revision").join(dates, on="matched_record_id")
    if revisions.is_empty():
        return MEMBERS.conform(members.with_columns(change=None))
    ws.store(ws.revised_pages, revisions.select("record_id", "ingest_date", "matched_record_id", "matched_date"))
    texts = ws.frame(
        """
        select revised.record_id, before.text as before, after.text as after
        from {revised_pages} revised
        join clean.pages after
            on after.record_id = revised.record_id and after.ingest_date = revised.ingest_date
        join clean.pages before
            on before.record_id = revised.matched_record_id and before.ingest_date = revised.matched_date
        """
    )
    changes = texts.select("record_id", summarize_changes(texts))
    return MEMBERS.conform(members.join(changes, on="record_id", how="left"))


def _find_redirects(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return the redirects, as Affected describes them."""
    story_of_record = after.select("record_id", pl.col("story_id").alias("merged_into"))
    retired = (
        before.select("story_id", "ingest_date", "record_id")
        .join(after.select("story_id").unique(), on="story_id", how="anti")
        .join(story_of_record, on="record_id", how="left")
        .group_by("story_id")
        .agg(pl.col("merged_into").sort_by("ingest_date", "record_id").drop_nulls().first())
    )
    current = after.select("story_id", pl.col("story_id").alias("merged_into")).unique()
    return pl.concat([retired, current])
