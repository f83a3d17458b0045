"""Stories room: from pages and the edges between their texts to stories and what each member is to the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from newsmill.stories.tables import MEMBERS

# A story's pages in the order in which the world saw them; the first is canonical.
CANONICAL_ORDER = ("first_seen", "fetched_at", "record_id")


def group(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Each page as a member of its story: stories.members but for `similarity`, with `text_hash` and `matched_text`.

    A member's relation is the first that fits, seen from the members before it in canonical order: `original` for the
    first member; `refetch` of the last with its URL and text; `revision` of the last with its URL; `copy` of the first
    with its text; else `edited_copy` of the one with the most similar text (of equals the first), which is a later
    member only where no earlier one has an edge to it.

    Args:
        pages: record_id, ingest_date, text_hash, url, first_seen, fetched_at; all pages of each text.
        edges: text_a, text_b, similarity, method; all edges of those texts.
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
        *(name for name in MEMBERS.schema if name != "similarity"), "text_hash", "matched_text"
    )


def story_centres(texts: Sequence[str], edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each text's centre. A story is the first text not yet in one, and all others within two edges of it.

    So every member has an edge to the canonical text or to a text that has one, and a chain of pages, each a little
    like the next, falls into several stories. The last step counts only through members of the same story.

    Args:
        texts: the texts that have edges, in canonical order.
    """
    neighbours: Mapping[str, set[str]] = defaultdict(set)
    for one, other in edges:
        neighbours[one].add(other)
        neighbours[other].add(one)
    centres: dict[str, str] = {}
    for text in texts:
        if text in centres:
            continue
        peers = [peer for peer in neighbours[text] if peer not in centres]
        for member in (text, *peers, *(other for peer in peers for other in neighbours[peer])):
            centres.setdefault(member, text)
    return centres


def _story_texts(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """text_hash and centre of the texts that have edges."""
    linked = pl.concat([edges["text_a"], edges["text_b"]]).unique()
    order = (
        pages.filter(pl.col("text_hash").is_in(linked.implode()))
        .sort(CANONICAL_ORDER)
        .unique("text_hash", keep="first", maintain_order=True)
    )
    centres = story_centres(order["text_hash"].to_list(), edges.select("text_a", "text_b").iter_rows())
    return pl.DataFrame(
        {"text_hash": list(centres), "centre": list(centres.values())},
        schema={"text_hash": pl.String, "centre": pl.String},
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
