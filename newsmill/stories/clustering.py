"""Star clustering of texts by their edges, and the relation of each page to the others of its story.

A story is the first text not yet in one (its center), all texts within two near-duplicate edges of it, and texts that
contain, or are contained in, the center or its direct neighbors. So every member matches the canonical text or a
neighbor of it, and a chain of pages, each a little like the next, becomes several stories. A text that joins by
containment brings in no others; and within one site, where templates are similar too, it does not join if that would
separate it from near-duplicates. A compilation contains texts that have nothing in common, and joins none of their
stories by containment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

import polars as pl

from newsmill.stories.tables import MEMBERS
from newsmill.stories.thresholds import StoryThresholds

# Columns of stories.members that compare two texts or pages; added after the matches are found.
PAIR_COLUMNS = ("similarity", "containment", "change")

# The order in which a story's pages were first seen; the first is canonical.
CANONICAL_ORDER = ("first_seen", "fetched_at", "record_id")

Neighbors = Mapping[int, set[int]]


def cluster_pages(pages: pl.DataFrame, edges: pl.DataFrame, thresholds: StoryThresholds) -> pl.DataFrame:
    """Return each page as a member of its story: stories.members without PAIR_COLUMNS, and `text_hash`, `matched_text`.

    A member's relation is the first that applies, to the members before it in canonical order: `original` for the first
    member; `refetch` of the last with its URL and text; `revision` of the last with its URL; `copy` of the first with
    its text; else `edited_copy` of the one with the most similar text (of equals the first), a later member only if no
    earlier one has an edge to it.

    Args:
        pages: record_id, ingest_date, text_hash, url, site, first_seen, fetched_at, word_count; all pages of each text.
        edges: rows of stories.edges; all edges of those texts.
    """
    members = (
        pages.sort(CANONICAL_ORDER)
        .with_row_index("position")
        .join(_find_text_centers(pages, edges, thresholds), on="text_hash", how="left", maintain_order="left")
        .with_columns(pl.col("center").fill_null(pl.col("text_hash")))
        .with_columns(
            ("s" + pl.col("record_id").sort_by("ingest_date", "record_id").first().over("center")).alias("story_id"),
            (pl.col("position") == pl.col("position").first().over("center")).alias("is_canonical"),
            _get_previous_position("center", "url", "text_hash").alias("refetch"),
            _get_previous_position("center", "url").alias("revision"),
            pl.col("position").first().over("center", "text_hash").alias("copy"),
        )
    )
    members = members.join(
        _find_most_similar(members, edges), on="position", how="left", maintain_order="left"
    ).with_columns(
        pl.when("is_canonical")
        .then(_build_match("original", None, "none"))
        .when(pl.col("refetch").is_not_null())
        .then(_build_match("refetch", pl.col("refetch"), "text_hash"))
        .when(pl.col("revision").is_not_null())
        .then(_build_match("revision", pl.col("revision"), "same_url"))
        .when(pl.col("copy") != pl.col("position"))
        .then(_build_match("copy", pl.col("copy"), "text_hash"))
        .otherwise(_build_match("edited_copy", pl.col("edited_copy"), pl.col("edited_method")))
        .struct.unnest()
    )
    matched = members.select(
        pl.col("position").alias("matched"),
        pl.col("record_id").alias("matched_record_id"),
        pl.col("text_hash").alias("matched_text"),
    )
    return members.join(matched, on="matched", how="left", maintain_order="left").select(
        *(name for name in MEMBERS.schema if name not in PAIR_COLUMNS), "text_hash", "matched_text"
    )


def is_near_duplicate(thresholds: StoryThresholds) -> pl.Expr:
    """Return whether the texts of an edge are near-duplicates; else they share the lead, or one contains the other."""
    return (pl.col("method") == "same_url") | (pl.col("similarity") >= thresholds.near_dup_jaccard)


def shares_lead(thresholds: StoryThresholds) -> pl.Expr:
    """Return whether two texts are similar enough for texts with a common lead, if they are on different sites."""
    return (
        (pl.col("similarity") < thresholds.near_dup_jaccard)
        & (pl.col("similarity") >= thresholds.lead_jaccard)
        & (pl.col("containment") >= thresholds.lead_containment)
        & (pl.col("lead_overlap") >= thresholds.min_lead_overlap)
        & (_compute_length_ratio() <= thresholds.max_lead_length_ratio)
    )


def is_contained(thresholds: StoryThresholds) -> pl.Expr:
    """Return whether the shorter text is mostly in the longer one and makes up enough of it."""
    return (pl.col("containment") >= thresholds.min_containment) & (
        _compute_length_ratio() * thresholds.min_share_of_longer <= 1
    )


def _compute_length_ratio() -> pl.Expr:
    """Return the shingles of the longer text divided by those of the shorter."""
    return pl.col("containment") / pl.col("similarity") + pl.col("containment") - 1


def find_story_centers(
    texts: Sequence[int],
    near_duplicates: Iterable[tuple[int, int]],
    contained: Iterable[tuple[int, int]] = (),
    same_site: Container[tuple[int, int]] = (),
) -> dict[int, int]:
    """Return each text's center.

    Args:
        texts: the texts that have edges, in canonical order.
        near_duplicates: pairs of texts.
        contained: pairs of a shorter text and a longer one that contains it.
        same_site: those pairs of `contained` whose pages are all of one site.
    """
    similar = _build_neighbors(near_duplicates)
    pairs = _drop_compilations(texts, similar, list(contained))
    containing, containing_cross_site = (
        _build_neighbors(pairs),
        _build_neighbors(pair for pair in pairs if pair not in same_site),
    )
    centers: dict[int, int] = {}
    for text in texts:
        if text in centers:
            continue
        peers = [peer for peer in similar.get(text, ()) if peer not in centers]
        core = {text, *peers, *(other for peer in peers for other in similar[peer] if other not in centers)}
        by_containment = {
            other for peer in (text, *peers) for other in containing.get(peer, ()) if other not in centers
        }
        cross_site = {other for peer in (text, *peers) for other in containing_cross_site.get(peer, ())}
        # Of the texts that join by containment within one site, those with near-duplicates outside the story leave it.
        story = core | by_containment
        while leaving := {
            member
            for member in story - core - cross_site
            if any(other not in story and other not in centers for other in similar.get(member, ()))
        }:
            story -= leaving
        centers |= dict.fromkeys(story, text)
    return centers


def _drop_compilations(
    texts: Sequence[int], similar: Neighbors, contained: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Drop the pairs whose longer text is a compilation: it contains a text unrelated to its first one."""
    if not contained:
        return []
    containing = _build_neighbors(contained)
    parts: dict[int, set[int]] = defaultdict(set)
    for shorter, longer in contained:
        parts[longer].add(shorter)
    order = {text: position for position, text in enumerate(texts)}
    firsts = {longer: min(shorter, key=order.__getitem__) for longer, shorter in parts.items()}
    coherent = {
        longer
        for longer, first in firsts.items()
        if all(
            other == first or other in similar.get(first, ()) or other in containing[first] for other in parts[longer]
        )
    }
    return [(shorter, longer) for shorter, longer in contained if longer in coherent]


def _build_neighbors(pairs: Iterable[tuple[int, int]]) -> Neighbors:
    neighbors: dict[int, set[int]] = defaultdict(set)
    for a, b in pairs:
        neighbors[a].add(b)
        neighbors[b].add(a)
    return neighbors


def _find_text_centers(pages: pl.DataFrame, edges: pl.DataFrame, thresholds: StoryThresholds) -> pl.DataFrame:
    """Return text_hash and center of the texts that have edges."""
    linked = pl.concat([edges["text_a"], edges["text_b"]]).unique()
    ordered = (
        pages.filter(pl.col("text_hash").is_in(linked.implode()))
        .sort(CANONICAL_ORDER)
        .unique("text_hash", keep="first", maintain_order=True)
    )
    by_lead = pl.col("method") == "shared_lead"
    near = pl.concat(
        [edges.filter(is_near_duplicate(thresholds)), select_cross_site_edges(pages, edges.filter(by_lead))]
    )
    near = near.select("text_a", "text_b").unique()
    contained = edges.filter(~by_lead).join(near, on=["text_a", "text_b"], how="anti")
    contained = contained.select("text_a", "text_b").unique()
    centers = find_story_centers(
        ordered["text_hash"].to_list(),
        near.iter_rows(),
        _order_by_length(contained, ordered).iter_rows(),
        set(_order_by_length(select_same_site_edges(pages, contained), ordered).iter_rows()),
    )
    return pl.DataFrame(
        {"text_hash": list(centers), "center": list(centers.values())},
        schema={"text_hash": pl.UInt64, "center": pl.UInt64},
    )


def select_cross_site_edges(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Return the edges between texts whose pages are on two or more sites. Pages of unknown site don't count."""
    return _add_sites(pages, edges).filter(pl.col("first") != pl.col("last")).select(edges.columns)


def select_same_site_edges(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Return the edges between texts whose pages are all on one known site."""
    is_same = (pl.col("first") == pl.col("last")) & ~pl.col("unknown")
    return _add_sites(pages, edges).filter(is_same).select(edges.columns)


def _add_sites(pages: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Add the alphabetically first and last site of both texts, and whether a page's site is unknown."""
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


def _order_by_length(pairs: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs as `shorter` and `longer`."""
    a, b = (
        pages.select(pl.col("text_hash").alias(f"text_{end}"), pl.col("word_count").alias(f"words_{end}"))
        for end in "ab"
    )
    is_swapped = pl.col("words_a") > pl.col("words_b")
    return (
        pairs.join(a, on="text_a")
        .join(b, on="text_b")
        .select(
            pl.when(is_swapped).then("text_b").otherwise("text_a").alias("shorter"),
            pl.when(is_swapped).then("text_a").otherwise("text_b").alias("longer"),
        )
    )


def _find_most_similar(members: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Return the best match of each text's first page in its story: position, edited_copy, edited_method."""
    first = members.filter(pl.col("copy") == pl.col("position")).select("center", "text_hash", "position")
    forward = edges.select(pl.col("text_a").alias("text_hash"), pl.col("text_b").alias("peer"), "similarity", "method")
    backward = forward.rename({"text_hash": "peer", "peer": "text_hash"}).select(forward.columns)
    peers = first.select("center", pl.col("text_hash").alias("peer"), pl.col("position").alias("edited_copy"))
    return (
        first.join(pl.concat([forward, backward]), on="text_hash")
        .join(peers, on=["center", "peer"])
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


def _get_previous_position(*keys: str) -> pl.Expr:
    """Return the position of the previous member with the same keys."""
    return pl.col("position").shift(1).over(*keys)


def _build_match(relation: str, matched: pl.Expr | None, method: str | pl.Expr) -> pl.Expr:
    return pl.struct(
        pl.lit(relation).alias("relation"),
        (pl.lit(None, pl.UInt32) if matched is None else matched).alias("matched"),
        (pl.lit(method) if isinstance(method, str) else method).alias("method"),
    )
