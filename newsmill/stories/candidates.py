"""Candidate pairs: the texts to compare, found by their blocking keys.

Two texts with a common key are a candidate pair. In a large block (all texts with one key) that would be too many
pairs: there, one of the two texts must be a pivot, one of the block's `max_block_pivots` smallest text hashes.
The pivots depend only on the set of texts, so the order of loading does not matter, and a text that is not a pivot gets
at most `max_block_pivots` pairs per block. Pivots change when texts are added or dropped; new and former pivots are
then compared again as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from newsmill.stories.blocking import BlockingKey, PassageKey, find_frequent_values
from newsmill.stories.thresholds import StoryThresholds
from newsmill.stories.workspace import Workspace


@dataclass(frozen=True)
class Candidates:
    """`changed`: texts whose pairs may have changed; `pairs` (text_a, text_b): all pairs that these texts have now."""

    changed: pl.Series
    pairs: pl.DataFrame


def find_candidates(
    ws: Workspace, key: BlockingKey, fingerprints: pl.DataFrame, thresholds: StoryThresholds
) -> Candidates:
    """Return the candidate pairs, by one blocking key, of touched texts and of pivots that change with them."""
    pivots = thresholds.max_block_pivots
    touched = ws.frame(key.touched_texts_sql)["text_hash"]
    old_rows = key.read_stored_rows_by_text(ws, ws.frame(key.stored_texts_sql)["text_hash"])
    new_rows = key.compute_new_rows(ws, fingerprints)
    read_keys = pl.concat([new_rows["block_key"], old_rows["block_key"]])
    stored = key.read_stored_rows_by_key(ws, read_keys)
    # Most keys have only one text and give no pair.
    shared_keys = find_frequent_values(pl.concat([stored["block_key"], new_rows["block_key"]]), 2).implode()
    before, added = (rows.filter(pl.col("block_key").is_in(shared_keys)) for rows in (stored, new_rows))
    if key.has_repeated_rows:
        added = added.unique(["text_hash", "block_key"])
    after = pl.concat([_drop_texts(before, touched), added])
    unmeasured = ws.frame(
        "select distinct unnest([text_a, text_b]) as text_hash from stories.edges where similarity is null"
    )["text_hash"]
    changed = pl.concat(
        [_find_texts_with_changed_keys(old_rows, new_rows), unmeasured, _find_changed_pivots(before, after, pivots)]
    ).unique()
    untouched = changed.filter(~changed.is_in(touched.implode()))
    if len(untouched):
        untouched_keys = key.read_stored_rows_by_text(ws, untouched)["block_key"].unique()
        unread_keys = untouched_keys.filter(~untouched_keys.is_in(read_keys.implode()))
        after = pl.concat([after, _drop_texts(key.read_stored_rows_by_key(ws, unread_keys), touched)])
    pairs = _build_pairs(after, changed, pivots)
    if isinstance(key, PassageKey):
        pairs = _keep_pairs_with_enough_shared_words(ws, pairs, thresholds.min_shared_passage_share)
    return Candidates(changed, pairs.select("text_a", "text_b"))


def _build_pairs(rows: pl.DataFrame, changed: pl.Series, pivots: int) -> pl.DataFrame:
    """Return the pairs text_a, text_b with a `changed` text, and the total `words` of their common keys."""
    in_large_block = pl.col("block_key").is_in(_find_large_blocks(rows, pivots).implode())
    rows = rows.with_columns(pl.col("text_hash").is_in(changed.implode()).alias("changed"))
    # Each candidate pair has a pivot on the left. In a block that is not large every text is a pivot.
    left = pl.concat([rows.filter(~in_large_block), rows.filter(in_large_block).filter(_is_pivot(pivots))])
    a, b = pl.col("text_hash"), pl.col("text_hash_right")
    pairs = (
        left.join(rows, on="block_key")
        .filter(a != b, pl.col("changed") | pl.col("changed_right"))
        .select(
            pl.min_horizontal(a, b).alias("text_a"),
            pl.max_horizontal(a, b).alias("text_b"),
            "block_key",
            "words",
        )
    )
    return pairs.unique(["text_a", "text_b", "block_key"]).group_by("text_a", "text_b").agg(pl.col("words").sum())


def _keep_pairs_with_enough_shared_words(ws: Workspace, pairs: pl.DataFrame, min_share: float) -> pl.DataFrame:
    texts = pl.concat([pairs["text_a"], pairs["text_b"]]).unique().alias("text_hash")
    ws.store(ws.wanted_texts, texts.to_frame())
    sizes = ws.frame(
        """
        select text_hash, any_value(word_count) as word_count from {all_fingerprints}
        where near_dup_eligible and text_hash in (from {wanted_texts}) group by text_hash
        """
    )
    return (
        pairs.join(sizes.select(text_a="text_hash", words_a="word_count"), on="text_a")
        .join(sizes.select(text_b="text_hash", words_b="word_count"), on="text_b")
        .filter(pl.col("words") >= min_share * pl.min_horizontal("words_a", "words_b"))
    )


def _find_texts_with_changed_keys(old_rows: pl.DataFrame, new_rows: pl.DataFrame) -> pl.Series:
    """Return the texts that get a key or lose one."""
    if old_rows.is_empty():
        # The rows of a text are mostly adjacent: this leaves few to make unique.
        return new_rows.filter(pl.col("text_hash").ne_missing(pl.col("text_hash").shift()))["text_hash"].unique()
    keys = ["text_hash", "block_key"]
    lost, gained = old_rows.join(new_rows, on=keys, how="anti"), new_rows.join(old_rows, on=keys, how="anti")
    return pl.concat([lost["text_hash"], gained["text_hash"]]).unique()


def _find_changed_pivots(before: pl.DataFrame, after: pl.DataFrame, pivots: int) -> pl.Series:
    """Return the texts that become a pivot of a large block or cease to be one."""
    blocks = pl.concat([_find_large_blocks(before, pivots), _find_large_blocks(after, pivots)]).unique()
    old, new = (
        rows.filter(pl.col("block_key").is_in(blocks.implode()))
        .filter(_is_pivot(pivots))
        .select("text_hash", "block_key")
        for rows in (before, after)
    )
    changed = pl.concat([old.join(new, on=old.columns, how="anti"), new.join(old, on=old.columns, how="anti")])
    return changed["text_hash"].unique()


def _find_large_blocks(rows: pl.DataFrame, pivots: int) -> pl.Series:
    """Return the keys with more than `pivots` texts."""
    return find_frequent_values(rows["block_key"], pivots + 1)


def _is_pivot(pivots: int) -> pl.Expr:
    return pl.col("text_hash").rank("ordinal").over("block_key") <= pivots


def _drop_texts(rows: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    return rows.filter(~pl.col("text_hash").is_in(texts.implode()))
