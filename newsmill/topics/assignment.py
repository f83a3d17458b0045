"""Assign topics to pages: whether its mentions give a page a topic, and whether it is the page's main topic."""

from __future__ import annotations

import polars as pl

from newsmill.topics.tables import PAGE_TOPICS

# Factors of a mention's weight by its place: headline and lead show what a page is about, a teaser's headline what
# another page is about.
TITLE_FACTOR = 2.0
LEAD_FACTOR = 1.5
TEASER_TITLE_FACTOR = 1.5
# The lead: the first paragraph or two of a news page, or the first tenth of a long page.
LEAD_CHARS = 400
LEAD_SHARE = 0.1
# A sentence with a higher score only repeats itself in other words.
MAX_SENTENCE_SCORE = 4.0
# A short line without a stop at its end is a list item, a heading or a table cell.
FRAGMENT_FACTOR = 0.5
FRAGMENT = r"^.{0,40}[^.!?。！？…\"”』」]$|^[|#>*\-].*[|\]}]$"
# Lines that point to other pages, and markup, show nothing about this page.
POINTER = (
    r"^[\s\[【（(▲▶►→>*#-]*(?i:相关阅读|相关文章|相关报道|相關報導|相關文章|延伸阅读|延伸閱讀|推荐阅读|更多阅读"
    r"|往期回顾|関連記事|関連リンク|あわせて読みたい|こちらも|관련 ?기사|함께 보기|더 읽기"
    r"|related (?:articles?|stor(?:y|ies)|reading|posts?|coverage)|related:|read (?:more|also|next)\b|see also"
    r"|further reading|more from|lire aussi|à lire (?:aussi|également)|sur le même (?:sujet|thème)|lesen sie auch"
    r"|mehr zum thema|lee también|te puede interesar)"
)
MARKUP = r"-->|==>|\[\"|^class \w|^```|^import \w|^\$ |;$"
# A page has a topic if one sentence is clear enough, or if all hints together are.
MIN_CLEAR_SCORE = 2.0
MIN_HINTS_SCORE = 6.0
# A main topic is in the title, or in the lead and a good share of the body, or in a large share of the body.
MIN_MAIN_SHARE_WITH_LEAD = 0.1
MIN_MAIN_SHARE = 0.25


def assign_topics(mentions: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    """Return the topics of each page (`PAGE_TOPICS`), in the order of `pages`.

    Args:
        mentions: as `find_mentions` returns them for the same pages.
        pages: `record_id`, `title`, `text`.
    """
    length = pl.col("text").str.len_chars().fill_null(0).cast(pl.Int64)
    lengths = pages.select("record_id", length=length).with_row_index("page")
    in_lead = pl.col("char_start") < pl.max_horizontal(LEAD_CHARS, pl.col("length") * LEAD_SHARE)
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
    is_pointer = body & pl.col("sentence").str.contains(POINTER) | pl.col("sentence").str.contains(MARKUP)
    factor = factor * pl.when(is_pointer).then(0.0).when(is_fragment).then(FRAGMENT_FACTOR).otherwise(1.0)
    weight = pl.col("score").clip(upper_bound=MAX_SENTENCE_SCORE) * factor
    mention_chars = pl.col("char_end") - pl.col("char_start")
    sums = (
        mentions.join(lengths, on="record_id", how="inner", maintain_order="left")
        .group_by("page", "record_id", "ingest_date", "topic", "taxonomy_version", maintain_order=True)
        .agg(
            page_weight=weight.filter(~teaser).sum(),
            clearest=weight.filter(~teaser).max().fill_null(0.0),
            # Teasers are about different stories: hints in two of them don't add up.
            teaser_weight=weight.filter(teaser).max().fill_null(0.0),
            in_title=title.any(),
            in_lead=(body & in_lead).any(),
            share=mention_chars.filter(body).sum() / pl.col("length").first().clip(lower_bound=1),
        )
    )
    has_topic = (pl.col("clearest") >= MIN_CLEAR_SCORE) | (pl.col("page_weight") >= MIN_HINTS_SCORE)
    with_lead = pl.col("in_lead") & (pl.col("share") >= MIN_MAIN_SHARE_WITH_LEAD)
    is_main = has_topic & (pl.col("in_title") | with_lead | (pl.col("share") >= MIN_MAIN_SHARE))
    return PAGE_TOPICS.conform(
        sums.filter(has_topic | (pl.col("teaser_weight") >= MIN_CLEAR_SCORE))
        .with_columns(
            score=pl.when(has_topic).then("page_weight").otherwise("teaser_weight").round(3),
            strength=pl.when(is_main).then(pl.lit("main")).otherwise(pl.lit("part")),
            teaser_only=~has_topic,
        )
        .sort("page", maintain_order=True)
    )
