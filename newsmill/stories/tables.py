"""The tables of the stories room. Near copies are found between distinct texts, not between pages."""

import polars as pl

from newsmill.table import Column, Table

record_id = Column("record_id", pl.String(), "The page's record.")
ingest_date = Column("ingest_date", pl.Date(), "The record's ingest date.")
text_hash = Column("text_hash", pl.UInt64(), "xxh3-64 of the words that count; see newsmill/stories/text/words.py.")
wording = Column("wording", pl.UInt64(), "xxh3-64 of the page's passages in order: its words, and where sentences end.")
passage = Column("passage", pl.UInt64(), "Hash of the passage's words.")

MEMBERS = Table(
    "stories.members",
    "one page in a story",
    (
        record_id,
        ingest_date,
        Column("story_id", pl.String(), "Named after the story's first member by ingest date; see stories.merges."),
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
            "containment",
            pl.Float64(),
            "Share of the shorter text's shingles that the other has too, 0 to 1; null for the original.",
            required=False,
        ),
        Column(
            "method",
            pl.String(),
            "How the match was found: `text_hash`, `minhash_jaccard`, `shared_passages`, `shared_lead`, `same_url`; "
            "`none` for the original.",
        ),
        Column(
            "change",
            pl.String(),
            "Of a revision, what changed, shortened: `- ` what the matched text says, `+ ` what this one says instead.",
            required=False,
        ),
    ),
)

MERGES = Table(
    "stories.merges",
    "one story id that leads to another story now",
    (
        Column("story_id", pl.String(), "An id that once named a story."),
        Column("merged_into", pl.String(), "The story that its first member is in now."),
        Column("ingest_date", pl.Date(), "The latest ingest date whose landing changed where it leads."),
    ),
)

FINGERPRINTS = Table(
    "stories.fingerprints",
    "one page's text and place in time, as clustering needs them",
    (
        record_id,
        ingest_date,
        text_hash,
        wording,
        Column("url", pl.String(), "The page's URL, normalised for comparison."),
        Column("site", pl.String(), "The page's site.", required=False),
        Column(
            "first_seen",
            pl.Datetime("us"),
            "Published time in UTC, else fetch time; a date without a time counts as its last microsecond.",
        ),
        Column("fetched_at", pl.Datetime("us"), "When it was fetched (UTC)."),
        Column("word_count", pl.Int32(), "Words that count; below the minimum only exact copies are matched."),
        Column(
            "near",
            pl.Boolean(),
            "True where near copies are looked for: an article, dump or feed item of enough words that count.",
        ),
        Column(
            "sketch",
            pl.UInt64(),
            "XOR of two LSH buckets of the whole text, standing passages and all; null where it has too few words.",
            required=False,
        ),
    ),
)

BANDS = Table(
    "stories.bands",
    "one LSH band of one distinct text",
    (
        text_hash,
        Column("bucket", pl.UInt64(), "Hash of the band's number and its MinHash values."),
    ),
)

PASSAGES = Table(
    "stories.passages",
    "one passage of one distinct wording",
    (
        wording,
        passage,
        Column("words", pl.Int32(), "Words of the passage."),
    ),
)

SITE_BOILERPLATE = Table(
    "stories.site_boilerplate",
    "one passage that stands on very many pages of a site, and so belongs to the site rather than to any story",
    (
        Column("site", pl.String(), "The site."),
        passage,
    ),
)

BOILERPLATE_SPANS = Table(
    "clean.boilerplate_spans",
    "one standing passage on one page: left out of fingerprints",
    (
        record_id,
        ingest_date,
        passage,
        Column("char_start", pl.Int32(), "First character in clean.pages.text."),
        Column("char_end", pl.Int32(), "End (exclusive) in clean.pages.text."),
    ),
)

EDGES = Table(
    "stories.edges",
    "two distinct texts verified as one story, by one method",
    (
        Column("text_a", pl.UInt64(), "The smaller text hash."),
        Column("text_b", pl.UInt64(), "The larger text hash."),
        Column(
            "similarity",
            pl.Float64(),
            "Exact Jaccard of their shingles; null while a date was read anew and not yet clustered anew: no edge yet.",
            required=False,
        ),
        Column(
            "containment",
            pl.Float64(),
            "Share of the shorter one's shingles that the other has too; null like similarity.",
            required=False,
        ),
        Column("method", pl.String(), "`minhash_jaccard`, `shared_passages`, `shared_lead` or `same_url`."),
    ),
)

TABLES = (MEMBERS, MERGES, FINGERPRINTS, BANDS, PASSAGES, SITE_BOILERPLATE, BOILERPLATE_SPANS, EDGES)
