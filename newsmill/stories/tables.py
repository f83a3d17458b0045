"""The tables of the stories room. Near copies are found between distinct texts, not between pages."""

import polars as pl

from newsmill.table import Column, Table

record_id = Column("record_id", pl.String(), "The page's record.")
ingest_date = Column("ingest_date", pl.Date(), "The record's ingest date.")
text_hash = Column("text_hash", pl.String(), "32 hex digits of xxh3-128 over the normalised text (UTF-8).")

MEMBERS = Table(
    "stories.members",
    "one page in a story",
    (
        record_id,
        ingest_date,
        Column(
            "story_id",
            pl.String(),
            "Named after the story's first member by ingest date; kept while the story grows.",
        ),
        Column("is_canonical", pl.Boolean(), "True for the one member that stands for the story."),
        Column("relation", pl.String(), "`original`, `refetch`, `revision`, `copy` or `edited_copy`."),
        Column(
            "matched_record_id",
            pl.String(),
            "The member it was matched to; null for the original.",
            required=False,
        ),
        Column(
            "similarity",
            pl.Float64(),
            "Jaccard of the two texts' shingles, 0 to 1; null for the original.",
            required=False,
        ),
        Column(
            "method",
            pl.String(),
            "How the match was found: `text_hash`, `minhash_jaccard`, `same_url`; `none` for the original.",
        ),
    ),
)

FINGERPRINTS = Table(
    "stories.fingerprints",
    "one page's text and place in time, as clustering needs them",
    (
        record_id,
        ingest_date,
        text_hash,
        Column("url", pl.String(), "The page's URL, normalised for comparison."),
        Column("site", pl.String(), "The page's site.", required=False),
        Column(
            "first_seen",
            pl.Datetime("us"),
            "Published time in UTC, else fetch time; a date without a time counts as its last microsecond.",
        ),
        Column("fetched_at", pl.Datetime("us"), "When it was fetched (UTC)."),
        Column("word_count", pl.Int32(), "Words of the text; below the minimum only exact copies are matched."),
        Column(
            "near",
            pl.Boolean(),
            "True where near copies are looked for: an article, dump or feed item of enough words.",
        ),
    ),
)

BANDS = Table(
    "stories.bands",
    "one LSH band of one distinct text",
    (
        text_hash,
        Column("band", pl.Int16(), "Number of the band."),
        Column("bucket", pl.UInt64(), "xxh3-64 of the band's MinHash values."),
    ),
)

EDGES = Table(
    "stories.edges",
    "two distinct texts verified as one story, by one method",
    (
        Column("text_a", pl.String(), "The smaller text hash."),
        Column("text_b", pl.String(), "The larger text hash."),
        Column(
            "similarity",
            pl.Float64(),
            "Exact Jaccard of their shingles; null while a date was read anew and not yet clustered anew: no edge yet.",
            required=False,
        ),
        Column("method", pl.String(), "`minhash_jaccard` or `same_url`."),
    ),
)
