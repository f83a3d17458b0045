"""Blocking keys: LSH buckets, passages and URLs. Two texts with a key in common are compared; no others are.

Rows of keys are `text_hash`, `block_key` (64 bits) and `words` (the words of a passage; null for other keys).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import polars as pl

from newsmill.stories.workspace import Parameters, Workspace

KEY_ROWS = pl.Schema({"text_hash": pl.UInt64, "block_key": pl.UInt64, "words": pl.Int32})


class BlockingKey(ABC):
    """One kind of key. A text's keys can change only if it is among `touched_texts_sql`."""

    touched_texts_sql = "from {touched_texts}"
    # Touched texts that have keys in the stored tables.
    stored_texts_sql = "from {stored_texts}"
    # Whether `compute_new_rows` may return a row more than once.
    has_repeated_rows = False

    @abstractmethod
    def read_stored_rows_by_key(self, ws: Workspace, keys: pl.Series) -> pl.DataFrame:
        """Return the stored rows with one of these keys."""

    @abstractmethod
    def read_stored_rows_by_text(self, ws: Workspace, texts: pl.Series) -> pl.DataFrame:
        """Return the stored rows of these texts."""

    @abstractmethod
    def compute_new_rows(self, ws: Workspace, fingerprints: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that touched texts will have, given the new fingerprints."""


class BucketKey(BlockingKey):
    """LSH buckets of stories.bands."""

    touched_texts_sql = "from {added_texts} union from {dropped_texts}"
    stored_texts_sql = "from {dropped_texts}"

    def read_stored_rows_by_key(self, ws: Workspace, keys: pl.Series) -> pl.DataFrame:
        rows = select_rows(ws, "select text_hash, bucket as block_key from stories.bands", "block_key", keys)
        return _to_key_rows(rows.with_columns(words=None))

    def read_stored_rows_by_text(self, ws: Workspace, texts: pl.Series) -> pl.DataFrame:
        return _select_rows_of_texts(
            ws,
            texts,
            """
            select text_hash, bucket as block_key, null::int as words
            from stories.bands semi join {wanted_texts} using (text_hash)
            """,
        )

    def compute_new_rows(self, ws: Workspace, fingerprints: pl.DataFrame) -> pl.DataFrame:
        added = ws.frame("from {added_texts}")
        texts = fingerprints.filter("near_dup_eligible").unique("text_hash").join(added, on="text_hash", how="semi")
        return _to_key_rows(
            texts.select("text_hash", block_key="buckets").explode("block_key").with_columns(words=None)
        )


@dataclass(frozen=True)
class PassageKey(BlockingKey):
    """Passages of at least `min_words` words that are not boilerplate of the page's site."""

    min_words: int
    has_repeated_rows = True

    def read_stored_rows_by_key(self, ws: Workspace, keys: pl.Series) -> pl.DataFrame:
        # update_boilerplate has already read the rows of most keys.
        already_read = ws.frame("from {read_passages}")["passage"]
        others = keys.filter(~keys.is_in(already_read.implode()))
        if len(others):
            ws.store(ws.other_stored_passages, select_rows(ws, "from stories.passages", "passage", others))
        else:
            ws.create_table(ws.other_stored_passages, "from stories.passages limit 0")
        return _select_rows_with_keys(
            ws,
            keys,
            """
            select distinct text_hash, passage as block_key, words
            from (
                from {stored_passages} semi join {wanted_keys} on block_key = passage
                union all from {other_stored_passages}
            )
            join (from stories.fingerprints where near_dup_eligible) using (passage_sequence_hash)
            anti join stories.site_boilerplate using (site, passage)
            where words >= $min_words
            """,
            {"min_words": self.min_words},
        )

    def read_stored_rows_by_text(self, ws: Workspace, texts: pl.Series) -> pl.DataFrame:
        return _select_rows_of_texts(
            ws,
            texts,
            """
            select distinct text_hash, passage as block_key, words
            from (from stories.fingerprints where near_dup_eligible and text_hash in (from {wanted_texts}))
            join (from stories.passages where words >= $min_words) using (passage_sequence_hash)
            anti join stories.site_boilerplate using (site, passage)
            """,
            {"min_words": self.min_words},
        )

    def compute_new_rows(self, ws: Workspace, fingerprints: pl.DataFrame) -> pl.DataFrame:
        """Read the passages of new pages from the fingerprints, of other touched pages from stories.passages."""
        rows = (
            fingerprints.filter("near_dup_eligible", pl.col("passages").list.len() > 0)
            .unique(["text_hash", "passage_sequence_hash", "site"])
            .select("text_hash", "site", "passages")
            .explode("passages")
            .unnest("passages")
            .filter(pl.col("words") >= self.min_words)
        )
        boilerplate = ws.frame("from {new_boilerplate}")
        if boilerplate.height:
            rows = rows.join(boilerplate, on=["site", "passage"], how="anti")
        stored = ws.frame(
            """
            with pages as (
                select distinct text_hash, passage_sequence_hash, site
                from {all_fingerprints} semi join {touched_texts} using (text_hash)
                where near_dup_eligible and passage_sequence_hash not in (
                    select passage_sequence_hash from {incoming} where story_key is not null)
            )
            select distinct text_hash, passage as block_key, words
            from pages join (from stories.passages where words >= $min_words) using (passage_sequence_hash)
            anti join {new_boilerplate} using (site, passage)
            """,
            {"min_words": self.min_words},
        )
        return pl.concat(
            [_to_key_rows(rows.select("text_hash", block_key="passage", words="words")), _to_key_rows(stored)]
        )


class UrlKey(BlockingKey):
    """URLs, by DuckDB's hash. No table stores it, so it may change with DuckDB."""

    def read_stored_rows_by_key(self, ws: Workspace, keys: pl.Series) -> pl.DataFrame:
        return _select_rows_with_keys(
            ws,
            keys,
            """
            select distinct text_hash, hash(url) as block_key, null::int as words
            from stories.fingerprints where near_dup_eligible and hash(url) in (from {wanted_keys})
            """,
        )

    def read_stored_rows_by_text(self, ws: Workspace, texts: pl.Series) -> pl.DataFrame:
        return _select_rows_of_texts(
            ws,
            texts,
            """
            select distinct text_hash, hash(url) as block_key, null::int as words
            from stories.fingerprints where near_dup_eligible and text_hash in (from {wanted_texts})
            """,
        )

    def compute_new_rows(self, ws: Workspace, fingerprints: pl.DataFrame) -> pl.DataFrame:
        return _to_key_rows(
            ws.frame(
                """
                select distinct text_hash, hash(url) as block_key, null::int as words
                from {all_fingerprints} semi join {touched_texts} using (text_hash) where near_dup_eligible
                """
            )
        )


def select_rows(ws: Workspace, query: str, column: str, values: pl.Series) -> pl.DataFrame:
    """Return the rows of a query whose `column` (64 bits) is one of the values."""
    ws.store(ws.wanted_keys, values.alias("block_key").to_frame())
    return ws.frame(f"from ({query}) where {column} in (from {{wanted_keys}})")


def find_frequent_values(values: pl.Series, minimum: int) -> pl.Series:
    """Return the values that occur at least `minimum` times, sorted.

    Sorting takes a third of the time of a hash table of values that mostly occur once.
    """
    ordered = values.sort()
    return ordered.filter(ordered == ordered.shift(minimum - 1)).unique(maintain_order=True)


def _select_rows_of_texts(
    ws: Workspace, texts: pl.Series, query: str, parameters: Parameters | None = None
) -> pl.DataFrame:
    """Return rows of keys from a query that reads the texts as `wanted_texts`."""
    if texts.is_empty():
        return KEY_ROWS.to_frame()
    ws.store(ws.wanted_texts, texts.alias("text_hash").to_frame())
    return _to_key_rows(ws.frame(query, parameters))


def _select_rows_with_keys(
    ws: Workspace, keys: pl.Series, query: str, parameters: Parameters | None = None
) -> pl.DataFrame:
    """Return rows of keys from a query that reads the keys as `wanted_keys`."""
    if keys.is_empty():
        return KEY_ROWS.to_frame()
    ws.store(ws.wanted_keys, keys.alias("block_key").to_frame())
    return _to_key_rows(ws.frame(query, parameters))


def _to_key_rows(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col(name).cast(dtype) for name, dtype in KEY_ROWS.items())
