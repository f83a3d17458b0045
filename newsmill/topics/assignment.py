"""Page topics: whether a page's mentions carry a topic, and whether the page is chiefly about it."""

from __future__ import annotations

import polars as pl

from newsmill.topics.tables import PAGE_TOPICS

# A headline says what the page is about, its lead nearly so; a teaser's headline what another page is about.
TITLE_FACTOR = 2.0
LEAD_FACTOR = 1.5
TEASER_TITLE_FACTOR = 1.5
# The lead: the first paragraph or two of a news page, and of a long page its first tenth.
LEAD_CHARACTERS = 400
LEAD_SHARE = 0.1
# Beyond this a sentence only says the same again with more words.
MAX_SENTENCE_SCORE = 4.0
# A line that ends without a stop and is short is a list item, a heading, a cell of a table.
FRAGMENT_FACTOR = 0.5
FRAGMENT = r"^.{0,40}[^.!?。！？…\"”』」]$|^[|#>*\-].*[|\]}]$"
# What points to other pages, and what is written for machines, says nothing of this page.
POINTER = (
    r"^[\s\[【（(▲▶►→>*#-]*(?i:相关阅读|相关文章|相关报道|相關報導|相關文章|延伸阅读|延伸閱讀|推荐阅读|更多阅读"
    r"|往期回顾|関連記事|関連リンク|あわせて読みたい|こちらも|관련 ?기사|함께 보기|더 읽기"
    r"|related (?:articles?|stor(?:y|ies)|reading|posts?|coverage)|related:|read (?:more|also|next)\b|see also"
    r"|further reading|more from|lire aussi|à lire (?:aussi|également)|sur le même (?:sujet|thème)|lesen sie auch"
    r"|mehr zum thema|lee también|te puede interesar)"
)
MARKUP = r"-->|==>|\[\"|^class \w|^```|^import \w|^\$ |;$"
# One clear sentence carries a topic; hints must be many.
CLEAR_SENTENCE = 2.0
MANY_HINTS = 6.0
# Chiefly about it: the title speaks of it, or the lead speaks of it and so does a good share of the body, or much of
# the body does.
MAIN_SHARE_WITH_LEAD = 0.1
MAIN_SHARE = 0.25


def decide(mentions: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    """The topics of each page (`PAGE_TOPICS`), in the order of `pages`.

    Args:
        mentions: as `find_mentions` returns them for the same pages.
        pages: `record_id`, `title`, `text`.
    """
    length = pl.col("text").str.len_chars().fill_null(0).cast(pl.Int64)
    lengths = pages.select("record_id", length=length).with_row_index("page")
    in_lead = pl.col("char_start") < pl.max_horizontal(LEAD_CHARACTERS, pl.col("length") * LEAD_SHARE)
    title, body, teaser = (pl.col("place") == place for place in ("title", "body", "teaser"))
    factor = (
        pl.when(title)
        .then(TITLE_FACTOR)
        .when(teaser & (pl.col("char_start") == 0))
        .then(TEASER_TITLE_FACTOR)
        .when(body & in_lead)
        .then(LEAD_FACTOR)
        .otherwise(1.0)
    )
    is_fragment = body & pl.col("sentence").str.contains(FRAGMENT)
    points_away = body & pl.col("sentence").str.contains(POINTER) | pl.col("sentence").str.contains(MARKUP)
    factor = factor * pl.when(points_away).then(0.0).when(is_fragment).then(FRAGMENT_FACTOR).otherwise(1.0)
    weight = pl.col("score").clip(upper_bound=MAX_SENTENCE_SCORE) * factor
    spoken = pl.col("char_end") - pl.col("char_start")
    summed = (
        mentions.join(lengths, on="record_id", how="inner", maintain_order="left")
        .group_by("page", "record_id", "ingest_date", "topic", "taxonomy_version", maintain_order=True)
        .agg(
            own=weight.filter(~teaser).sum(),
            clearest=weight.filter(~teaser).max().fill_null(0.0),
            # Teasers tell of different stories: hints in two of them don't add up.
            teased=weight.filter(teaser).max().fill_null(0.0),
            in_title=title.any(),
            in_lead=(body & in_lead).any(),
            share=spoken.filter(body).sum() / pl.col("length").first().clip(lower_bound=1),
        )
    )
    carried = (pl.col("clearest") >= CLEAR_SENTENCE) | (pl.col("own") >= MANY_HINTS)
    with_lead = pl.col("in_lead") & (pl.col("share") >= MAIN_SHARE_WITH_LEAD)
    is_main = carried & (pl.col("in_title") | with_lead | (pl.col("share") >= MAIN_SHARE))
    return PAGE_TOPICS.conform(
        summed.filter(carried | (pl.col("teased") >= CLEAR_SENTENCE))
        .with_columns(
            score=pl.when(carried).then("own").otherwise("teased").round(3),
            strength=pl.when(is_main).then(pl.lit("main")).otherwise(pl.lit("part")),
            teaser_only=~carried,
        )
        .sort("page", maintain_order=True)
    )
