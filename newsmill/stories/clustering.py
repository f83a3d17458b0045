"""Stories room: from pages and the edges between their texts to stories and what each member is to the others."""

from __future__ import annotations

import polars as pl

from newsmill.stories.star_clustering import story_centres
from newsmill.stories.tables import MEMBERS

# Of news copied and edited one in three falls below .7, one in twenty below .55; unrelated news stays below .2.
NEAR_JACCARD = 0.55
# A page rewritten where it stands is vouched for by its URL; a front mistaken for an article is not like its next day.
SAME_URL_JACCARD = 0.4
# A shortened copy, or the page that it was taken into: so much of the shorter text is in the longer one, ...
PART_CONTAINMENT = 0.8
# ... and it is so much of the longer one: a long page that quotes a short one whole is another story.
PART_OF_LONGER = 0.2
# A copy on another site, around which either template left words of its own: less has to be alike ...
LED_JACCARD, LED_CONTAINMENT = 0.3, 0.55
# ... where half of what the one begins with is in the other (what strangers share is what pages end with) and neither
# is much longer (a digest begins with its first item).
LED_LEAD = 0.5
LED_LONGER = 1.8

# Columns of stories.members that are told of a pair of texts or pages, once who was matched to whom is known.
OF_THE_PAIR = ("similarity", "containment", "change")

# A story's pages in the order in which the world saw them; the first is canonical.
CANONICAL_ORDER = ("first_seen", "fetched_at", "record_id")


def group(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Each page as a member of its story: stories.members but for OF_THE_PAIR, with `text_hash` and `matched_text`.

    A member's relation is the first that fits, seen from the members before it in canonical order: `original` for the
    first member; `refetch` of the last with its URL and text; `revision` of the last with its URL; `copy` of the first
    with its text; else `edited_copy` of the one with the most similar text (of equals the first), which is a later
    member only where no earlier one has an edge to it.

    Args:
        pages: record_id, ingest_date, text_hash, url, site, first_seen, fetched_at, word_count; all pages of each text.
        edges: rows of stories.edges; all edges of those texts.
    """
    members = (
        pages.sort(CANONICAL_ORDER)
        .with_row_index("position")
        .join(_story_texts(pages, edges), on="text_hash", how="left", maintain_order="left")
        .with_columns(pl.col("centre").fill_null(pl.col("text_hash")))
        .with_columns(
            ("s" + pl.col("record_id").sort_by("ingest_date", "record_id").first().over("centre")).alias("story_id"),
            (pl.col("position") == pl.col("position").first().over("centre")).alias("is_canonical"),
            _earlier("centre", "url", "text_hash").alias("refetch"),
            _earlier("centre", "url").alias("revision"),
            pl.col("position").first().over("centre", "text_hash").alias("copy"),
        )
    )
    members = members.join(
        _most_similar(members, edges), on="position", how="left", maintain_order="left"
    ).with_columns(
        pl.when("is_canonical")
        .then(_match("original", None, "none"))
        .when(pl.col("refetch").is_not_null())
        .then(_match("refetch", pl.col("refetch"), "text_hash"))
        .when(pl.col("revision").is_not_null())
        .then(_match("revision", pl.col("revision"), "same_url"))
        .when(pl.col("copy") != pl.col("position"))
        .then(_match("copy", pl.col("copy"), "text_hash"))
        .otherwise(_match("edited_copy", pl.col("edited_copy"), pl.col("edited_method")))
        .struct.unnest()
    )
    matched = members.select(
        pl.col("position").alias("matched"),
        pl.col("record_id").alias("matched_record_id"),
        pl.col("text_hash").alias("matched_text"),
    )
    return members.join(matched, on="matched", how="left", maintain_order="left").select(
        *(name for name in MEMBERS.schema if name not in OF_THE_PAIR), "text_hash", "matched_text"
    )


def is_near() -> pl.Expr:
    """Whether the two texts of an edge are alike; else the one is led by the other, or a part of it."""
    return (pl.col("method") == "same_url") | (pl.col("similarity") >= NEAR_JACCARD)


def is_led() -> pl.Expr:
    """Whether two texts, on different sites, are alike enough for their beginning being the same."""
    return (
        (pl.col("similarity") < NEAR_JACCARD)
        & (pl.col("similarity") >= LED_JACCARD)
        & (pl.col("containment") >= LED_CONTAINMENT)
        & (pl.col("lead") >= LED_LEAD)
        & (_longer() <= LED_LONGER)
    )


def is_part() -> pl.Expr:
    """Whether of two texts the shorter is a good part of the longer, and wholly or mostly in it."""
    return (pl.col("containment") >= PART_CONTAINMENT) & (_longer() * PART_OF_LONGER <= 1)


def _longer() -> pl.Expr:
    """How many times as many shingles the longer text of a pair has."""
    return pl.col("containment") / pl.col("similarity") + pl.col("containment") - 1


def _story_texts(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """text_hash and centre of the texts that have edges."""
    linked = pl.concat([edges["text_a"], edges["text_b"]]).unique()
    order = (
        pages.filter(pl.col("text_hash").is_in(linked.implode()))
        .sort(CANONICAL_ORDER)
        .unique("text_hash", keep="first", maintain_order=True)
    )
    led = pl.col("method") == "shared_lead"
    near = pl.concat([edges.filter(is_near()), on_two_sites(pages, edges.filter(led))])
    near = near.select("text_a", "text_b").unique()
    parts = edges.filter(~led).join(near, on=["text_a", "text_b"], how="anti").select("text_a", "text_b").unique()
    of_one_site = on_one_site(pages, parts)
    centres = story_centres(
        order["text_hash"].to_list(),
        near.iter_rows(),
        _shorter_first(parts, order).iter_rows(),
        set(_shorter_first(of_one_site, order).iter_rows()),
    )
    return pl.DataFrame(
        {"text_hash": list(centres), "centre": list(centres.values())},
        schema={"text_hash": pl.UInt64, "centre": pl.UInt64},
    )


def on_two_sites(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """The edges between texts that stand on more than one site. Pages without one, as dumps are, tell nothing."""
    return _with_sites(pages, edges).filter(pl.col("first") != pl.col("last")).select(edges.columns)


def on_one_site(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """The edges between texts all of whose pages stand on one and the same site."""
    alone = (pl.col("first") == pl.col("last")) & ~pl.col("unknown")
    return _with_sites(pages, edges).filter(alone).select(edges.columns)


def _with_sites(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """With the first and the last by name of the sites of both texts, and whether one of their pages has none."""
    site = pl.col("site")
    sites = pages.group_by("text_hash").agg(first=site.min(), last=site.max(), unknown=site.is_null().any())
    a, b = (sites.select(pl.all().name.suffix(f"_{end}")) for end in "ab")
    return (
        edges.join(a, left_on="text_a", right_on="text_hash_a")
        .join(b, left_on="text_b", right_on="text_hash_b")
        .with_columns(
            first=pl.min_horizontal("first_a", "first_b"),
            last=pl.max_horizontal("last_a", "last_b"),
            unknown=pl.col("unknown_a") | pl.col("unknown_b"),
        )
    )


def _shorter_first(pairs: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    a, b = (
        pages.select(pl.col("text_hash").alias(f"text_{x}"), pl.col("word_count").alias(f"words_{x}")) for x in "ab"
    )
    swapped = pl.col("words_a") > pl.col("words_b")
    return (
        pairs.join(a, on="text_a")
        .join(b, on="text_b")
        .select(
            pl.when(swapped).then("text_b").otherwise("text_a").alias("shorter"),
            pl.when(swapped).then("text_a").otherwise("text_b").alias("longer"),
        )
    )


def _most_similar(members: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """position, edited_copy, edited_method: of each text's first page in its story, its best match among the others."""
    first = members.filter(pl.col("copy") == pl.col("position")).select("centre", "text_hash", "position")
    one_way = edges.select(pl.col("text_a").alias("text_hash"), pl.col("text_b").alias("peer"), "similarity", "method")
    ways = pl.concat([one_way, one_way.rename({"text_hash": "peer", "peer": "text_hash"}).select(one_way.columns)])
    return (
        first.join(ways, on="text_hash")
        .join(
            first.select("centre", pl.col("text_hash").alias("peer"), pl.col("position").alias("edited_copy")),
            on=["centre", "peer"],
        )
        .sort(
            "position",
            pl.col("edited_copy") > pl.col("position"),
            -pl.col("similarity"),
            "edited_copy",
            "method",
        )
        .unique("position", keep="first")
        .select("position", "edited_copy", pl.col("method").alias("edited_method"))
    )


def _earlier(*keys: str) -> pl.Expr:
    """The position of the member just before, of those with the same keys."""
    return pl.col("position").shift(1).over(*keys)


def _match(relation: str, matched: pl.Expr | None, method: str | pl.Expr) -> pl.Expr:
    return pl.struct(
        pl.lit(relation).alias("relation"),
        (pl.lit(None, pl.UInt32) if matched is None else matched).alias("matched"),
        (pl.lit(method) if isinstance(method, str) else method).alias("method"),
    )
