"""Boilerplate: passages on so many pages of a site that they belong to the site, not to a story.

A passage (a sentence) is boilerplate of a site if the site's pages with it have `min_boilerplate_urls` different URLs,
`min_boilerplate_stories` different story keys and as many different passage sequences. Copies and refetches of one
story mostly share the story key, so this counts stories rather than pages. All counts are over all pages, so the order
of loading does not matter. When a passage becomes boilerplate or ceases to be, the site's stored pages with it are
re-fingerprinted once.
"""

from __future__ import annotations

import polars as pl

from newsmill.stories.blocking import find_frequent_values, select_rows
from newsmill.stories.fingerprint import FINGERPRINT_SCHEMA, STRIPPED_SCHEMA, strip_boilerplate
from newsmill.stories.tables import BOILERPLATE_SPANS
from newsmill.stories.thresholds import StoryThresholds
from newsmill.stories.workspace import Workspace

# Pages whose text is in memory at one time.
PAGES_PER_BATCH = 2_000


def update_boilerplate(ws: Workspace, fingerprints: pl.DataFrame, thresholds: StoryThresholds) -> pl.DataFrame:
    """Find which passages become boilerplate or cease to be, and return the fingerprints without boilerplate.

    Returns the given fingerprints and those of stored pages with a passage whose status changes, and adds these pages
    to `outgoing`. Boilerplate is left out of `text_hash`, `word_count`, `near_dup_eligible` and `buckets`. Creates
    `changed_boilerplate`, `new_boilerplate`, `new_spans` and `all_spans`.
    """
    _store_candidates(ws, fingerprints, thresholds)
    _store_changed_boilerplate(ws, thresholds)
    _store_pages_to_strip(ws)
    stripped = _strip_pages(ws, thresholds)
    changed_pages = "from stories.fingerprints semi join {pages_with_change} using (record_id)"
    stored = ws.frame(changed_pages)
    ws.execute(f"insert into {{outgoing}} by name {changed_pages}")
    rows = pl.concat([fingerprints, stored], how="diagonal_relaxed")
    _store_spans(ws, rows, stripped)
    # A stored page whose text was re-read but not yet re-clustered stays as it is until then.
    current = stripped.join(rows, on=["record_id", "passage_sequence_hash"], how="semi")
    return rows.select(FINGERPRINT_SCHEMA.names()).update(
        current.drop("spans", "passage_sequence_hash"), on="record_id"
    )


def _store_candidates(ws: Workspace, fingerprints: pl.DataFrame, thresholds: StoryThresholds) -> None:
    """Create `boilerplate_candidates`, and `incoming_passages` with them and the known boilerplate."""
    # Boilerplate that loses a page may become too rare.
    lost = ws.frame(
        """
        with gone as (
            from {outgoing} anti join {incoming} using (record_id, passage_sequence_hash, url, site, story_key)
            where story_key is not null
        )
        select distinct site, passage
        from gone join stories.passages using (passage_sequence_hash)
        semi join stories.site_boilerplate using (site, passage)
        """,
    )
    known = ws.frame("from stories.site_boilerplate")
    candidates = pl.concat([lost, _find_frequent_passages(ws, fingerprints, known, lost, thresholds)])
    ws.store(ws.boilerplate_candidates, candidates)
    passages = pl.concat([candidates["passage"], known["passage"]])
    if passages.is_empty():
        fingerprints = fingerprints.clear()
    incoming = (
        fingerprints.filter(pl.col("story_key").is_not_null())
        .unique("passage_sequence_hash")
        .select("passage_sequence_hash", "passages")
        .explode("passages")
        .unnest("passages")
        .select("passage_sequence_hash", "passage")
        .filter(pl.col("passage").is_in(passages.implode()))
    )
    ws.store(ws.incoming_passages, incoming)


def _find_frequent_passages(
    ws: Workspace, fingerprints: pl.DataFrame, known: pl.DataFrame, lost: pl.DataFrame, thresholds: StoryThresholds
) -> pl.DataFrame:
    """Return site and passage of incoming pages for passages frequent enough to become boilerplate.

    A passage is frequent enough if it is in `min_boilerplate_stories` passage sequences of any site. Creates
    `read_passages` and `stored_passages`, which the blocking key of passages uses again.
    """
    pages = fingerprints.filter(pl.col("story_key").is_not_null(), pl.col("site").is_not_null())
    if ws.execute("from {outgoing} limit 1").fetchall():
        # A page replaced by one with the same values in the columns that boilerplate depends on is not new.
        new = ws.frame(
            """
            select record_id
            from {incoming} anti join {outgoing} using (record_id, passage_sequence_hash, url, site, story_key)
            """
        )
        pages = pages.join(new, on="record_id", how="semi")
    rows = (
        pages.unique(["site", "passage_sequence_hash"])
        .select("site", "passage_sequence_hash", "passages")
        .explode("passages")
        .unnest("passages")
    )
    if known.height:
        rows = rows.join(known, on=["site", "passage"], how="anti")
    wanted = pl.concat([rows["passage"], lost["passage"]])
    ws.store(ws.read_passages, wanted.to_frame())
    ws.store(ws.stored_passages, select_rows(ws, "from stories.passages", "passage", wanted))
    stored_counts = ws.frame("select passage, count(*) as stored from {stored_passages} group by passage")
    minimum = thresholds.min_boilerplate_stories
    rows = rows.filter(
        pl.col("passage").is_in(find_frequent_values(rows["passage"], minimum).implode())
        | pl.col("passage").is_in(stored_counts["passage"].implode())
    )
    counts = rows.group_by("passage").agg(pl.col("passage_sequence_hash").n_unique().alias("incoming"))
    frequent = counts.join(stored_counts, on="passage", how="left").filter(
        pl.col("incoming") + pl.col("stored").fill_null(0) >= minimum
    )
    return rows.join(frequent, on="passage", how="semi").select("site", "passage").unique()


def _store_changed_boilerplate(ws: Workspace, thresholds: StoryThresholds) -> None:
    """Create `changed_boilerplate`, and `new_boilerplate` from it."""
    stories = {"stories": thresholds.min_boilerplate_stories}
    ws.create_table(
        ws.candidate_holders,
        """
        with keys as (select distinct passage from {boilerplate_candidates}),
        holders as (
            select passage_sequence_hash, passage from {stored_passages} semi join keys using (passage)
            union select passage_sequence_hash, passage from {incoming_passages} semi join keys using (passage)
        )
        from holders
        where passage in (select passage from holders group by passage having count(*) >= $stories)
           or passage in (select passage from stories.site_boilerplate)
        """,
        stories,
    )
    # Most frequent passages belong to stories that many sites publish. This count drops them and reads
    # only two columns of the pages.
    ws.create_table(
        ws.frequent_candidates,
        """
        with pages as (
            select passage_sequence_hash, site from stories.fingerprints
            where story_key is not null
              and passage_sequence_hash in (select passage_sequence_hash from {candidate_holders})
            union all select passage_sequence_hash, site from {incoming} where story_key is not null
        )
        select site, passage
        from pages join {candidate_holders} using (passage_sequence_hash)
        semi join {boilerplate_candidates} using (site, passage)
        group by all having count(distinct passage_sequence_hash) >= $stories
        union
        select site, passage from stories.site_boilerplate semi join {boilerplate_candidates} using (site, passage)
        """,
        stories,
    )
    ws.execute("delete from {candidate_holders} where passage not in (select passage from {frequent_candidates})")
    ws.create_table(
        ws.changed_boilerplate,
        """
        with pages as (
            select passage_sequence_hash, site, url, story_key from stories.fingerprints
            where story_key is not null
              and passage_sequence_hash in (select passage_sequence_hash from {candidate_holders})
              and record_id not in (select record_id from {outgoing})
            union all
            select passage_sequence_hash, site, url, story_key from {incoming} where story_key is not null
        ),
        boilerplate as (
            select site, passage
            from pages join {candidate_holders} using (passage_sequence_hash)
            semi join {frequent_candidates} using (site, passage)
            group by all
            having count(distinct url) >= $urls and count(distinct story_key) >= $stories
               and count(distinct passage_sequence_hash) >= $stories
        )
        select site, passage, boilerplate.passage is not null as is_boilerplate
        from {frequent_candidates} left join boilerplate using (site, passage)
        where is_boilerplate <> ((site, passage) in (select (site, passage) from stories.site_boilerplate))
        """,
        {"urls": thresholds.min_boilerplate_urls, **stories},
    )
    ws.create_view(
        ws.new_boilerplate,
        """
        from stories.site_boilerplate anti join {changed_boilerplate} using (site, passage)
        union all by name select site, passage from {changed_boilerplate} where is_boilerplate
        """,
    )


def _store_pages_to_strip(ws: Workspace) -> None:
    """Create `pages_with_change`, and `pages_to_strip`: those and the incoming pages that have boilerplate."""
    ws.create_table(
        ws.pages_with_change,
        """
        select distinct page.record_id
        from (
            from stories.fingerprints
            where story_key is not null
              and passage_sequence_hash in (select passage_sequence_hash from {candidate_holders})
        ) page
        join {candidate_holders} using (passage_sequence_hash) semi join {changed_boilerplate} using (site, passage)
        where page.record_id not in (select record_id from {outgoing})
        """,
    )
    ws.create_table(
        ws.boilerplate_holders,
        """
        with sequences as (
            select distinct passage_sequence_hash
            from stories.fingerprints semi join {pages_with_change} using (record_id)
        )
        select passage_sequence_hash, passage from stories.passages semi join sequences using (passage_sequence_hash)
        where passage in (
            select passage from {boilerplate_candidates} union select passage from stories.site_boilerplate)
        union from {incoming_passages}
        """,
    )
    ws.create_table(
        ws.pages_to_strip,
        """
        with stored as (from stories.fingerprints semi join {pages_with_change} using (record_id)),
             incoming as (from {incoming} where story_key is not null),
             marked as (
            select record_id, list(distinct passage) as boilerplate
            from (from incoming union all by name from stored)
            join {boilerplate_holders} using (passage_sequence_hash)
            semi join {new_boilerplate} using (site, passage)
            group by record_id
        )
        select record_id, ingest_date, url, passage_sequence_hash, coalesce(boilerplate, []) as boilerplate
        from (from incoming semi join marked using (record_id) union all by name from stored)
        left join marked using (record_id)
        """,
    )


def _strip_pages(ws: Workspace, thresholds: StoryThresholds) -> pl.DataFrame:
    """Return the columns of STRIPPED_SCHEMA for `pages_to_strip`."""
    [(rows,)] = ws.execute("select count(*) from {pages_to_strip}").fetchall()
    query = """
        select record_id, kind, page.url, text, boilerplate
        from {pages_to_strip} page join clean.pages using (record_id, ingest_date)
        where page.rowid >= $start and page.rowid < $start + $length
    """
    batches = [
        strip_boilerplate(ws.frame(query, {"start": start, "length": PAGES_PER_BATCH}), thresholds)
        for start in range(0, rows, PAGES_PER_BATCH)
    ]
    return pl.concat(batches) if batches else STRIPPED_SCHEMA.to_frame()


def _store_spans(ws: Workspace, fingerprints: pl.DataFrame, stripped: pl.DataFrame) -> None:
    """Create `new_spans` and `all_spans`."""
    has_spans = pl.col("spans").list.len() > 0
    spans = stripped.select("record_id", "spans").filter(has_spans).explode("spans").unnest("spans")
    dated = spans.join(fingerprints.select("record_id", "ingest_date"), on="record_id")
    ws.store(ws.new_spans, BOILERPLATE_SPANS.conform(dated))
    ws.create_view(
        ws.all_spans,
        """
        from clean.boilerplate_spans where record_id not in (select record_id from {outgoing})
        union all by name from {new_spans}
        """,
    )
