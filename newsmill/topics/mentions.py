"""Mentions: the sentences of a page that speak of a topic, each with its place, span and deciding phrase."""

from __future__ import annotations

import polars as pl

from newsmill.topics.contexts import in_sentences, with_contexts, with_possible_contexts
from newsmill.topics.lexicon import Lexicon, compile_lexicon
from newsmill.topics.search import find_hits
from newsmill.topics.sentences import split_sentences
from newsmill.topics.tables import MENTIONS
from newsmill.topics.taxonomy import Taxonomy

# Below this a sentence has only hints of the topic, two of which make a mention.
MENTION_THRESHOLD = 1.0
# What stands after so many characters is not searched: no news text is so long, and memory stays bounded.
MAX_SEARCHED = 500_000


def find_mentions(pages: pl.DataFrame, taxonomy: Taxonomy) -> pl.DataFrame:
    """The mentions of the taxonomy's topics (`MENTIONS`), in the order of the pages: title, body, teasers.

    Args:
        pages: `record_id`, `ingest_date`, `title`, `text`, `teasers`. Every phrase is looked for on every page,
            whatever its `language`: pages mix languages, and names travel.
        taxonomy: the topics.
    """
    units = _units(pages)
    scored = _score_sentences(units["content"], compile_lexicon(taxonomy))
    topic = pl.col("topic").replace_strict(dict(enumerate(taxonomy.topics)), return_dtype=pl.String)
    return MENTIONS.conform(
        scored.join(units.with_row_index("unit"), on="unit", how="left", maintain_order="left").with_columns(
            topic=topic,
            sentence=pl.col("content").str.slice(pl.col("char_start"), pl.col("char_end") - pl.col("char_start")),
            phrase=pl.col("content").str.slice(pl.col("start"), pl.col("end") - pl.col("start")),
            taxonomy_version=pl.lit(taxonomy.version),
        )
    )


def _units(pages: pl.DataFrame) -> pl.DataFrame:
    """One row a text to search: a page's title, its body, and each teaser as title, newline and snippet."""
    numbered = pages.select("record_id", "ingest_date", "title", "text", "teasers").with_row_index("page")
    key = ["page", "record_id", "ingest_date"]
    teaser = pl.col("teasers").struct
    parts = [
        numbered.select(*key, place=pl.lit("title"), content="title"),
        numbered.select(*key, place=pl.lit("body"), content="text"),
        numbered.select(*key, "teasers")
        .explode("teasers", empty_as_null=False, keep_nulls=False)
        .select(
            *key,
            place=pl.lit("teaser"),
            teaser_position=teaser.field("position"),
            content=pl.concat_str(teaser.field("title"), teaser.field("snippet"), separator="\n", ignore_nulls=True),
        ),
    ]
    rank = pl.col("place").replace_strict({"title": 0, "body": 1, "teaser": 2}, return_dtype=pl.Int8)
    return (
        pl.concat(parts, how="diagonal_relaxed")
        .filter(pl.col("content").str.len_bytes() > 0)
        .with_columns(pl.col("content").str.head(MAX_SEARCHED))
        .sort("page", rank, "teaser_position", maintain_order=True)
    )


def _score_sentences(texts: pl.Series, lexicon: Lexicon) -> pl.DataFrame:
    """One row a mention: `unit`, `topic`, span and score of its sentence, `start`, `end` of the deciding phrase."""
    hits = find_hits(texts, lexicon)
    words = hits.filter(pl.col("contexts") != 0)
    spoken = _without_voided(hits.join(lexicon.meanings, on="pattern", how="inner", maintain_order="left"))
    spoken = with_possible_contexts(spoken, words, len(texts))
    sentences = _sentences(texts, spoken["unit"].unique().sort())
    return _weigh(with_contexts(in_sentences(spoken, sentences), words, sentences))


def _without_voided(spoken: pl.DataFrame) -> pl.DataFrame:
    """The phrases of the topics, save those that one of the topic's exclusions overlaps."""
    phrases = spoken.filter(~pl.col("voids")).with_row_index("hit")
    voids = spoken.filter(pl.col("voids")).select("unit", "topic", void_start="start", void_end="end")
    overlap = (pl.col("start") < pl.col("void_end")) & (pl.col("void_start") < pl.col("end"))
    voided = phrases.join(voids, on=["unit", "topic"], how="inner").filter(overlap)
    return phrases.join(voided, on="hit", how="anti", maintain_order="left")


def _sentences(texts: pl.Series, units: pl.Series) -> pl.DataFrame:
    """The sentences of the units, in order: `unit`, `char_start`, `char_end`."""
    spans = [split_sentences(text) for text in texts.gather(units)]
    return pl.DataFrame(
        {
            "unit": units.gather([place for place, of_unit in enumerate(spans) for _ in of_unit]),
            "char_start": pl.Series([start for of_unit in spans for start, _ in of_unit], dtype=pl.Int32),
            "char_end": pl.Series([end for of_unit in spans for _, end in of_unit], dtype=pl.Int32),
        }
    )


def _weigh(spoken: pl.DataFrame) -> pl.DataFrame:
    """The sentences whose phrases weigh enough; each group of the taxonomy counts once a sentence.

    The deciding phrase is the heaviest, of those the longest, of those the first.
    """
    key = ["sentence", "topic"]
    length = pl.col("end") - pl.col("start")
    return (
        spoken.sort(*key, "weight", length, "start", descending=[False, False, True, True, False])
        .unique([*key, "group"], keep="first", maintain_order=True)
        .group_by(key, maintain_order=True)
        .agg(pl.col("unit", "char_start", "char_end", "start", "end").first(), score=pl.col("weight").sum().round(3))
        .filter(pl.col("score") >= MENTION_THRESHOLD)
    )
