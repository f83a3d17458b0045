"""The tables of the stories package. Near-duplicates are found between distinct texts, not between pages."""

import polars as pl

from newsmill.table import Column, Table

RECORD_ID = Column("record_id", pl.String(), "The page's record.")
INGEST_DATE = Column("ingest_date", pl.Date(), "The record's ingest date.")
TEXT_HASH = Column(
    "text_hash",
    pl.UInt64(),
    "xxh3-64 of the text's word hashes, without boilerplate; see newsmill/stories/text/words.py.",
)
PASSAGE_SEQUENCE_HASH = Column(
    "passage_sequence_hash",
    pl.UInt64(),
    "xxh3-64 of the page's passage hashes in order, with boilerplate: its words, and where sentences end.",
)
PASSAGE = Column("passage", pl.UInt64(), "Hash of the passage's words.")

MEMBERS = Table(
    "stories.members",
    "one page in a story",
    (
        RECORD_ID,
        INGEST_DATE,
        Column("story_id", pl.String(), "Named after the story's first member by ingest date; see stories.merges."),
        Column("is_canonical", pl.Boolean(), "True for the one member that represents the story."),
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
            "What a revision changed, shortened: `- ` passages of the matched text, `+ ` passages of this one.",
            required=False,
        ),
    ),
)

MERGES = Table(
    "stories.merges",
    "one retired story id and the story it redirects to",
    (
        Column("story_id", pl.String(), "An id that once named a story."),
        Column("merged_into", pl.String(), "The story that its first member is in now."),
        Column("ingest_date", pl.Date(), "The latest ingest date whose load changed the redirect."),
    ),
)

FINGERPRINTS = Table(
    "stories.fingerprints",
    "one page as clustering needs it: hashes of its text, its URL, when it was first seen",
    (
        RECORD_ID,
        INGEST_DATE,
        TEXT_HASH,
        PASSAGE_SEQUENCE_HASH,
        Column("url", pl.String(), "The page's URL, normalized for comparison."),
        Column("site", pl.String(), "The page's site.", required=False),
        Column(
            "first_seen",
            pl.Datetime("us"),
            "Published time in UTC, else fetch time; a date without a time counts as its last microsecond.",
        ),
        Column("fetched_at", pl.Datetime("us"), "When it was fetched (UTC)."),
        Column("word_count", pl.Int32(), "Words of the text without boilerplate."),
        Column(
            "near_dup_eligible",
            pl.Boolean(),
            "True if near-duplicates are searched for: an article, dump or feed item of enough words without "
            "boilerplate. Other pages are matched only with exact copies.",
        ),
        Column(
            "story_key",
            pl.UInt64(),
            "What copies and refetches of one story mostly share, to count stories per passage: xxh3-64 of the "
            "case-folded headline; without a headline, XOR of two LSH buckets of the whole text. Null if the text has "
            "too few or too many words, or is a section front.",
            required=False,
        ),
    ),
)

BANDS = Table(
    "stories.bands",
    "one LSH band of one distinct text",
    (
        TEXT_HASH,
        Column("bucket", pl.UInt64(), "Hash of the band's number and its MinHash values."),
    ),
)

PASSAGES = Table(
    "stories.passages",
    "one passage of one distinct passage sequence",
    (
        PASSAGE_SEQUENCE_HASH,
        PASSAGE,
        Column("words", pl.Int32(), "Words of the passage."),
    ),
)

SITE_BOILERPLATE = Table(
    "stories.site_boilerplate",
    "one passage on so many pages of a site that it is boilerplate of the site, not part of any story",
    (
        Column("site", pl.String(), "The site."),
        PASSAGE,
    ),
)

BOILERPLATE_SPANS = Table(
    "clean.boilerplate_spans",
    "one boilerplate passage on one page; fingerprints leave it out",
    (
        RECORD_ID,
        INGEST_DATE,
        PASSAGE,
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
            "Exact Jaccard of their shingles; null while a date's pages are re-read but not yet re-clustered: such a "
            "row is not an edge.",
            required=False,
        ),
        Column(
            "containment",
            pl.Float64(),
            "Share of the shorter text's shingles that the other has too; null like similarity.",
            required=False,
        ),
        Column("method", pl.String(), "`minhash_jaccard`, `shared_passages`, `shared_lead` or `same_url`."),
    ),
)

THRESHOLDS = Table(
    "stories.thresholds",
    "one set of thresholds: all fingerprints and edges were computed with it, so there is one row",
    (
        Column("digest", pl.String(), "xxh3-64 of the thresholds, as hexadecimal digits."),
        Column("thresholds", pl.String(), "The thresholds as JSON; newsmill/stories/thresholds.py describes each."),
    ),
)

TABLES = (MEMBERS, MERGES, FINGERPRINTS, BANDS, PASSAGES, SITE_BOILERPLATE, BOILERPLATE_SPANS, EDGES, THRESHOLDS)
