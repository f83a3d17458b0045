"""Mentions: the sentences of a page that speak of a topic, each with its place, span and deciding phrase."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from newsmill.topics.tables import ENTITIES, MENTIONS
from newsmill.topics.taxonomy import Taxonomy

# What stands after so many characters is not searched: no news text is so long, and memory stays bounded.
MAX_SEARCHED = 500_000
SPANS = pl.List(pl.Struct({"start": pl.Int32, "end": pl.Int32}))


@dataclass(frozen=True)
class Found:
    """What was found in some pages: `MENTIONS`, and the `ENTITIES` that the mentions name."""

    mentions: pl.DataFrame
    entities: pl.DataFrame


def find_mentions(pages: pl.DataFrame, taxonomy: Taxonomy) -> Found:
    """The mentions of the taxonomy's topics, in the order of the pages: title, body, teasers.

    Args:
        pages: `record_id`, `ingest_date`, `title`, `text`, `teasers`; optionally `boilerplate`, a list of {start, end}
            in characters of the text, where nothing is looked for. Every phrase is looked for on every page, whatever
            its language: pages mix languages, and names travel.
        taxonomy: the topics.
    """
    # Numba takes a while to import, and most commands tag nothing.
    from newsmill.topics.lexicon import compile_lexicon
    from newsmill.topics.matcher import tag_texts

    units = _units(pages)
    lexicon = compile_lexicon(taxonomy)
    mentions, named = tag_texts(units["content"], units["headed"], units["blanks"], lexicon, MAX_SEARCHED)
    topics = pl.Series(list(taxonomy.topics), dtype=pl.String)
    content = pl.col("content").str
    version = pl.lit(taxonomy.version)
    told = pl.concat([units[mentions["unit"]], mentions.drop("unit")], how="horizontal").with_columns(
        topic=topics.gather(mentions["topic"]),
        sentence=content.slice(pl.col("char_start"), pl.col("char_end") - pl.col("char_start")),
        phrase=content.slice(pl.col("start"), pl.col("end") - pl.col("start")),
        taxonomy_version=version,
    )
    return Found(MENTIONS.conform(told), _entities(units, named, topics, lexicon.entities, version))


def _units(pages: pl.DataFrame) -> pl.DataFrame:
    """One row a text to search: a page's title, its body (`headed` where it has a title), each teaser as title, newline
    and snippet."""
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
            *key, content="text", blanks=pl.col("boilerplate").cast(SPANS)
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
        .with_columns(headed=(pl.col("place") == "body") & (pl.col("page") == pl.col("page").shift()).fill_null(False))
    )


def _entities(
    units: pl.DataFrame, named: pl.DataFrame, topics: pl.Series, entities: list[tuple[str, str]], version: pl.Expr
) -> pl.DataFrame:
    """How often each entity is named, by page, topic and place."""
    names = pl.DataFrame(entities, {"entity": pl.String, "kind": pl.String}, orient="row")
    rows = pl.concat(
        [
            units[named["unit"]].select("page", "rank", "record_id", "ingest_date", "place"),
            names[named["entity"]],
            named.select(number="topic", topic=topics.gather(named["topic"])),
        ],
        how="horizontal",
    )
    key = ["page", "rank", "number", "entity", "kind"]
    counted = rows.group_by(*key, "record_id", "ingest_date", "place", "topic").agg(count=pl.len())
    return ENTITIES.conform(counted.sort(key).with_columns(taxonomy_version=version))
