"""The tables that the pages package fills, and the schema of the frame that `read_pages` returns."""

import polars as pl

from newsmill.table import Column, Table

RECORD_ID = Column("record_id", pl.String(), "The record that the page was read from.")
INGEST_DATE = Column("ingest_date", pl.Date(), "The record's ingest date.")

PAGES = Table(
    "clean.pages",
    "one page read from a record",
    (
        RECORD_ID,
        INGEST_DATE,
        Column("kind", pl.String(), "`article`, `front`, `feed_item` or `text_dump`; anything else is quarantined."),
        Column(
            "url",
            pl.String(),
            "The page's canonical URL where it names one on its own site, else the record's.",
        ),
        Column("site", pl.String(), "Host of that URL without `www.`; null for `file:` URLs.", required=False),
        Column("title", pl.String(), "Headline, without the site's name.", required=False),
        Column("author", pl.String(), "Authors, joined by `; `.", required=False),
        Column("authors", pl.List(pl.String()), "The same as a list; empty where none is named."),
        Column(
            "published_at",
            pl.Datetime("us"),
            "When the page was published according to itself, in its own time zone.",
            required=False,
        ),
        Column(
            "published_offset_minutes",
            pl.Int16(),
            "UTC offset of that zone; null when the page does not state one.",
            required=False,
        ),
        Column(
            "published_from",
            pl.String(),
            "Where that date came from: `json_ld`, `meta`, `time`, `url`, `text`, `feed`, `hint`, `htmldate`.",
            required=False,
        ),
        Column(
            "modified_at",
            pl.Datetime("us"),
            "When the page was last modified according to itself, in its own time zone.",
            required=False,
        ),
        Column(
            "modified_offset_minutes",
            pl.Int16(),
            "UTC offset of that zone; null when the page does not state one.",
            required=False,
        ),
        Column(
            "modified_from", pl.String(), "Where that date came from: the values of `published_from`.", required=False
        ),
        Column("language", pl.String(), "ISO 639-1, `zh`, or `und` when undetermined."),
        Column("language_confidence", pl.Float64(), "0 to 1; 0 for `und`."),
        Column(
            "languages",
            pl.List(pl.String()),
            "Languages of the text, most text first: several when paragraphs alternate between them.",
        ),
        Column(
            "text",
            pl.String(),
            "The body, one paragraph per line, without in-page repeats and teasers.",
        ),
        Column("word_count", pl.Int32(), "Words of the text; a CJK character counts as a word."),
        Column(
            "extracted_by",
            pl.String(),
            "What extracted the body: `newsmill`, `trafilatura` (the fallback), `text_dump`, `markdown`, `feed`.",
        ),
        Column(
            "extraction_doubt",
            pl.Float64(),
            "HTML articles only: share of the body that newsmill's own extractor was unsure of.",
            required=False,
        ),
        Column("code_version", pl.String(), "Version of newsmill that read the page."),
    ),
)

TEASERS = Table(
    "clean.teasers",
    "one teaser on a page",
    (
        RECORD_ID,
        INGEST_DATE,
        Column("position", pl.Int32(), "Index among the page's teasers, from 0."),
        Column("title", pl.String(), "Headline of the teaser."),
        Column("snippet", pl.String(), "Its snippet; sites often cut it.", required=False),
        Column("url", pl.String(), "The absolute URL it links to.", required=False),
    ),
)

REPEATS = Table(
    "clean.repeats",
    "one passage seen again on its page",
    (
        RECORD_ID,
        INGEST_DATE,
        Column(
            "position",
            pl.Int32(),
            "Paragraph index of the repeat, from 0, before removal.",
        ),
        Column("first_position", pl.Int32(), "Paragraph index of its first occurrence."),
        Column("char_count", pl.Int32(), "Its length in characters."),
    ),
)

# What `read_pages` returns: one row per record. `reason` is null for a page and set for a quarantined record.
READ_SCHEMA = pl.Schema(
    {
        **PAGES.schema,
        "teasers": pl.List(
            pl.Struct({"position": pl.Int32, "title": pl.String, "snippet": pl.String, "url": pl.String})
        ),
        "repeats": pl.List(pl.Struct({"position": pl.Int32, "first_position": pl.Int32, "char_count": pl.Int32})),
        "reason": pl.String(),
        "detail": pl.String(),
    }
)
