"""The tables of the pages room, and the frame that `read_pages` returns."""

import polars as pl

from newsmill.table import Column, Table

record_id = Column("record_id", pl.String(), "The record the page was read from.")
ingest_date = Column("ingest_date", pl.Date(), "The record's ingest date.")

PAGES = Table(
    "clean.pages",
    "one page read from a record",
    (
        record_id,
        ingest_date,
        Column("kind", pl.String(), "`article`, `front`, `feed_item` or `text_dump`; junk is quarantined."),
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
            "When the page says it was published, in the page's own zone.",
            required=False,
        ),
        Column(
            "published_offset_minutes",
            pl.Int16(),
            "Offset of that zone from UTC; null when the page names none.",
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
            "When the page says it was last changed, in the page's own zone.",
            required=False,
        ),
        Column(
            "modified_offset_minutes",
            pl.Int16(),
            "Offset of that zone from UTC; null when the page names none.",
            required=False,
        ),
        Column(
            "modified_from", pl.String(), "Where that date came from, in the words of `published_from`.", required=False
        ),
        Column("language", pl.String(), "ISO 639-1, `zh`, or `und` where it can't be known."),
        Column("language_confidence", pl.Float64(), "0 to 1; 0 for `und`."),
        Column(
            "languages",
            pl.List(pl.String()),
            "The languages that the text is written in, most text first: several where it interleaves them.",
        ),
        Column(
            "text",
            pl.String(),
            "The body, paragraphs parted by newlines, in-page repeats and teasers removed.",
        ),
        Column("word_count", pl.Int32(), "Words of the text; a CJK character counts as a word."),
        Column(
            "extracted_by",
            pl.String(),
            "What read the body: `newsmill`, `trafilatura` where that was in doubt, `text_dump`, `markdown`, `feed`.",
        ),
        Column(
            "extraction_doubt",
            pl.Float64(),
            "Of HTML articles: the share of the body that newsmill's own extractor was in doubt of.",
            required=False,
        ),
        Column("code_version", pl.String(), "Version of newsmill that read it."),
    ),
)

TEASERS = Table(
    "clean.teasers",
    "one teaser on a page",
    (
        record_id,
        ingest_date,
        Column("position", pl.Int32(), "Place among the page's teasers, from 0."),
        Column("title", pl.String(), "Headline of the teaser."),
        Column("snippet", pl.String(), "Its snippet, possibly cut by the site.", required=False),
        Column("url", pl.String(), "Where it leads, absolute.", required=False),
    ),
)

REPEATS = Table(
    "clean.repeats",
    "one passage seen again on its page",
    (
        record_id,
        ingest_date,
        Column(
            "position",
            pl.Int32(),
            "Paragraph number at which the passage stands again, from 0, before removal.",
        ),
        Column("first_position", pl.Int32(), "Paragraph number at which it stood first."),
        Column("char_count", pl.Int32(), "Its length in characters."),
    ),
)

# One row a record, page or not: what `read_pages` returns. `reason` is null for a page and set for quarantine.
READ = pl.Schema(
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
