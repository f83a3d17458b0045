"""Find mentions: the sentences of a page about a topic, each with its place, span and deciding phrase."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from newsmill.topics.tables import ENTITIES, MENTIONS
from newsmill.topics.taxonomy import Taxonomy

# How many characters of a text are searched: news texts are shorter, and memory is bounded.
MAX_SEARCHED_CHARS = 500_000
SPANS = pl.List(pl.Struct({"start": pl.Int32, "end": pl.Int32}))
TEASERS = pl.List(pl.Struct({"position": pl.Int32, "title": pl.String, "snippet": pl.String}))


@dataclass(frozen=True)
class FoundMentions:
    """The `MENTIONS` of some pages, and the `ENTITIES` that they name."""

    mentions: pl.DataFrame
    entities: pl.DataFrame


def find_mentions(pages: pl.DataFrame, taxonomy: Taxonomy) -> FoundMentions:
    """Find the mentions of a taxonomy's topics, in the order of the pages: title, body, teasers.

    Args:
        pages: `record_id`, `ingest_date`, `title`, `text`, `teasers`; optionally `boilerplate`, a list of {start, end}
            in characters of the text that are not searched. Every phrase is searched on every page in any language:
            pages mix languages, and names occur in all of them.
        taxonomy: the topics.
    """
    # Numba takes a while to import, and most commands tag nothing.
    from newsmill.topics.matching.lexicon import compile_lexicon
    from newsmill.topics.matching.matcher import tag_texts

    units = _list_units(pages)
    lexicon = compile_lexicon(taxonomy)
    mentions, names = tag_texts(units["content"], units["is_headed"], units["boilerplate"], lexicon, MAX_SEARCHED_CHARS)
    topics = pl.Series(list(taxonomy.topics), dtype=pl.String)
    content = pl.col("content").str
    version = pl.lit(taxonomy.version)
    rows = pl.concat([units[mentions["unit"]], mentions.drop("unit")], how="horizontal").with_columns(
        topic=topics.gather(mentions["topic"]),
        sentence=content.slice(pl.col("char_start"), pl.col("char_end") - pl.col("char_start")),
        phrase=content.slice(pl.col("start"), pl.col("end") - pl.col("start")),
        taxonomy_version=version,
    )
    return FoundMentions(MENTIONS.conform(rows), _count_entities(units, names, topics, lexicon.entities, version))


def _list_units(pages: pl.DataFrame) -> pl.DataFrame:
    """Return one row per text to search: title, body, and each teaser as title, newline and snippet.

    `is_headed` is true for a body whose page has a title.
    """
    if "boilerplate" not in pages.columns:
        pages = pages.with_columns(boilerplate=pl.lit(None, SPANS))
    key = ["page", "rank", "record_id", "ingest_date", "place"]
    numbered = pages.select(
        pl.int_range(pl.len()).alias("page"), "record_id", "ingest_date", "title", "text", "teasers", "boilerplate"
    )
    teaser = pl.col("teasers").struct
    parts = [
        numbered.with_columns(rank=pl.lit(0), place=pl.lit("title")).select(*key, content="title"),
        numbered.with_columns(rank=pl.lit(1), place=pl.lit("body")).select(
            *key, content="text", boilerplate=pl.col("boilerplate").cast(SPANS)
        ),
        numbered.with_columns(rank=pl.lit(2), place=pl.lit("teaser"))
        .filter(pl.col("teasers").list.len() > 0)
        .explode("teasers", empty_as_null=False, keep_nulls=False)
        .select(
            *key,
            teaser_position=teaser.field("position").cast(pl.Int32),
            content=pl.concat_str(teaser.field("title"), teaser.field("snippet"), separator="\n", ignore_nulls=True),
        ),
    ]
    return (
        pl.concat(parts, how="diagonal")
        .filter(pl.col("content").str.len_bytes() > 0)
        .sort("page", "rank", "teaser_position", maintain_order=True)
        .with_columns(
            is_headed=(pl.col("place") == "body") & (pl.col("page") == pl.col("page").shift()).fill_null(False)
        )
    )


def _count_entities(
    units: pl.DataFrame, names: pl.DataFrame, topics: pl.Series, entities: list[tuple[str, str]], version: pl.Expr
) -> pl.DataFrame:
    """Return how often each entity is named, by page, topic and place."""
    kinds = pl.DataFrame(entities, {"entity": pl.String, "kind": pl.String}, orient="row")
    rows = pl.concat(
        [
            units[names["unit"]].select("page", "rank", "record_id", "ingest_date", "place"),
            kinds[names["entity"]],
            names.select(number="topic", topic=topics.gather(names["topic"])),
        ],
        how="horizontal",
    )
    key = ["page", "rank", "number", "entity", "kind"]
    counted = rows.group_by(*key, "record_id", "ingest_date", "place", "topic").agg(count=pl.len())
    return ENTITIES.conform(counted.sort(key).with_columns(taxonomy_version=version))
