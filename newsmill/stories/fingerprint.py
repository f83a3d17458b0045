"""Compute fingerprints: the hashes, URL and time of each page that clustering compares."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
import xxhash
from numpy.typing import NDArray

from newsmill.stories.tables import FINGERPRINTS
from newsmill.stories.text.words import Passages, Words, hash_texts, read_words
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS, StoryThresholds
from newsmill.urls import normalize_url

FINGERPRINT_SCHEMA = FINGERPRINTS.schema
FINGERPRINT_SCHEMA["buckets"] = pl.List(pl.UInt64())
FINGERPRINT_SCHEMA["passages"] = pl.List(pl.Struct({"passage": pl.UInt64, "words": pl.Int32}))
# The columns of a fingerprint that change if the page has boilerplate, and the spans of the boilerplate.
STRIPPED_SCHEMA = pl.Schema(
    {
        "record_id": pl.String(),
        "passage_sequence_hash": pl.UInt64(),
        "text_hash": pl.UInt64(),
        "word_count": pl.Int32(),
        "near_dup_eligible": pl.Boolean(),
        "buckets": pl.List(pl.UInt64),
        "spans": pl.List(pl.Struct({"passage": pl.UInt64, "char_start": pl.Int32, "char_end": pl.Int32})),
    }
)


def fingerprint(pages: pl.DataFrame, thresholds: StoryThresholds = DEFAULT_THRESHOLDS) -> pl.DataFrame:
    """Compute each page's fingerprint, as if none of its passages were boilerplate.

    Returns the columns of stories.fingerprints, and `buckets` (one per band) and `passages`, both empty unless
    `near_dup_eligible`.

    Args:
        pages: record_id, ingest_date, kind, url, site, title, text, published_at, published_offset_minutes, fetched_at.
    """
    words = read_words(pages["text"])
    urls = [normalize_url(url) for url in pages["url"]]
    eligible = (pages["kind"] != "front").to_numpy() & _has_near_dup_length(words.counts, thresholds)
    buckets = _build_bucket_lists(words.words, words.ends, eligible, thresholds)
    return pages.select(
        "record_id",
        "ingest_date",
        pl.Series("text_hash", hash_texts(words.words, words.ends, urls), dtype=pl.UInt64),
        pl.Series("passage_sequence_hash", hash_passage_sequences(words.passages), dtype=pl.UInt64),
        pl.Series("url", urls, dtype=pl.String),
        "site",
        first_seen().alias("first_seen"),
        "fetched_at",
        pl.Series("word_count", words.counts, dtype=pl.Int32),
        pl.Series("near_dup_eligible", eligible, dtype=pl.Boolean),
        _compute_story_keys(pages["title"], buckets),
        buckets.alias("buckets"),
        _build_passage_lists(words.passages, eligible, thresholds.min_passage_words).alias("passages"),
    ).cast(FINGERPRINT_SCHEMA)


def create_empty_fingerprints() -> pl.DataFrame:
    """Return the fingerprints of a date without pages."""
    return FINGERPRINT_SCHEMA.to_frame()


def strip_boilerplate(pages: pl.DataFrame, thresholds: StoryThresholds) -> pl.DataFrame:
    """Compute the columns of STRIPPED_SCHEMA; `spans` are the boilerplate passages.

    If too few words remain, no passage is left out, and the page is matched only with exact copies.

    Args:
        pages: record_id, kind, url (normalized), text, boilerplate (a list of passages).
    """
    words = read_words(pages["text"])
    passages = words.passages
    is_boilerplate = mask_boilerplate(passages, pages["boilerplate"])
    enough = _has_enough_content(words, is_boilerplate, thresholds)
    content, ends = _drop_where_enough_remains(words, is_boilerplate, enough)
    eligible = enough & (pages["kind"] != "front").to_numpy()
    spans = pl.DataFrame(
        {
            "text": passages.texts[is_boilerplate],
            "passage": passages.hashes[is_boilerplate],
            "char_start": passages.spans[is_boilerplate, 0].astype(np.int32),
            "char_end": passages.spans[is_boilerplate, 1].astype(np.int32),
        }
    )
    return pages.select(
        "record_id",
        pl.Series("passage_sequence_hash", hash_passage_sequences(passages), dtype=pl.UInt64),
        pl.Series("text_hash", hash_texts(content, ends, pages["url"].to_list()), dtype=pl.UInt64),
        pl.Series("word_count", np.diff(ends, prepend=0), dtype=pl.Int32),
        pl.Series("near_dup_eligible", eligible, dtype=pl.Boolean),
        _build_bucket_lists(content, ends, eligible, thresholds).alias("buckets"),
        _build_struct_lists(spans, pages.height).alias("spans"),
    ).cast(STRIPPED_SCHEMA)


def hash_content_words(
    texts: pl.Series, boilerplate: pl.Series, thresholds: StoryThresholds
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the words of each text without its boilerplate (if enough remain), and where each text ends."""
    words = read_words(texts)
    is_boilerplate = mask_boilerplate(words.passages, boilerplate)
    if not is_boilerplate.any():
        return words.words, words.ends
    enough = _has_enough_content(words, is_boilerplate, thresholds)
    return _drop_where_enough_remains(words, is_boilerplate, enough)


def mask_boilerplate(passages: Passages, boilerplate: pl.Series) -> NDArray[np.bool_]:
    """Return for each passage whether it is in its text's list of boilerplate."""
    list_lengths = boilerplate.list.len().fill_null(0).to_numpy()
    mask = np.zeros(len(passages.hashes), np.bool_)
    if not list_lengths.any():
        return mask
    known = pl.DataFrame(
        {
            "text": np.repeat(np.arange(len(list_lengths)), list_lengths),
            "passage": boilerplate.explode().drop_nulls(),
        }
    )
    found = pl.DataFrame({"text": passages.texts, "passage": passages.hashes}).with_row_index()
    mask[found.join(known, on=["text", "passage"], how="semi")["index"].to_numpy()] = True
    return mask


def hash_passage_sequences(passages: Passages) -> NDArray[np.uint64]:
    """Return xxh3-64 of each text's passage hashes (little-endian, 8 bytes each)."""
    data = memoryview(passages.hashes.astype("<u8").tobytes())
    spans = pairwise([0, *passages.ends.tolist()])
    return np.array([xxhash.xxh3_64_intdigest(data[8 * begin : 8 * end]) for begin, end in spans], np.uint64)


def first_seen() -> pl.Expr:
    """Return when the page was first seen (UTC): when published, else when fetched; never after the fetch.

    Midnight without a zone is a date without a time. It counts as the day's last microsecond, so that a copy dated to
    the day doesn't come before an original dated to the minute.
    """
    published, offset = pl.col("published_at"), pl.col("published_offset_minutes")
    is_date_only = offset.is_null() & (published.dt.time() == pl.time(0))
    published_utc = (
        pl.when(is_date_only)
        .then(published + pl.duration(days=1) - pl.duration(microseconds=1))
        .otherwise(published - pl.duration(minutes=offset.fill_null(0).cast(pl.Int64)))
    )
    return pl.min_horizontal(published_utc, "fetched_at")


def _compute_story_keys(titles: pl.Series, buckets: pl.Series) -> pl.Series:
    """Return the hash of each headline, or XOR of two buckets if it has none; null unless near-duplicate eligible.

    A key from the text alone would be the same for all pages with little text besides boilerplate.
    """
    headlines = [" ".join((title or "").casefold().split()) for title in titles]
    headline_hashes = [xxhash.xxh3_64_intdigest(headline.encode()) if headline else None for headline in headlines]
    text_key = buckets.list.get(0, null_on_oob=True) ^ buckets.list.get(1, null_on_oob=True)
    keys = pl.DataFrame({"headline": pl.Series(headline_hashes, dtype=pl.UInt64), "text": text_key})
    return keys.select(
        pl.when(pl.col("text").is_not_null()).then(pl.coalesce("headline", "text")).alias("story_key")
    ).to_series()


def _has_near_dup_length(word_counts: NDArray[np.int64], thresholds: StoryThresholds) -> NDArray[np.bool_]:
    return (word_counts >= thresholds.min_near_dup_words) & (word_counts <= thresholds.max_near_dup_words)


def _has_enough_content(
    words: Words, is_boilerplate: NDArray[np.bool_], thresholds: StoryThresholds
) -> NDArray[np.bool_]:
    """Return for each text whether it has enough words without its boilerplate."""
    _, ends = words.drop_passages(is_boilerplate)
    return _has_near_dup_length(np.diff(ends, prepend=0), thresholds)


def _drop_where_enough_remains(
    words: Words, is_boilerplate: NDArray[np.bool_], enough: NDArray[np.bool_]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    return words.drop_passages(is_boilerplate & np.repeat(enough, np.diff(words.passages.ends, prepend=0)))


def _build_bucket_lists(
    words: NDArray[np.uint64], ends: NDArray[np.int64], eligible: NDArray[np.bool_], thresholds: StoryThresholds
) -> pl.Series:
    """Return a list of LSH buckets for each text; an empty one unless eligible."""
    from newsmill.stories.text import minhash

    sizes = np.diff(ends, prepend=0)
    eligible_words = words if eligible.all() else words[np.repeat(eligible, sizes)]
    buckets: NDArray[np.uint64] = minhash.compute_lsh_buckets(
        eligible_words, np.cumsum(sizes[eligible]), thresholds.minhash_bands
    )
    return _build_lists(pl.Series(buckets.reshape(-1), dtype=pl.UInt64), eligible * buckets.shape[1])


def _build_passage_lists(passages: Passages, eligible: NDArray[np.bool_], min_words: int) -> pl.Series:
    """Return the distinct passages of each eligible text that have at least `min_words` words."""
    from newsmill.stories.text import shingles

    is_first = shingles.mask_first_occurrences(passages.hashes, passages.ends)
    wanted = eligible[passages.texts] & (passages.word_counts >= min_words) & is_first
    rows = pl.DataFrame(
        {
            "text": passages.texts[wanted],
            "passage": passages.hashes[wanted],
            "words": passages.word_counts[wanted].astype(np.int32),
        }
    )
    return _build_struct_lists(rows, len(eligible))


def _build_struct_lists(rows: pl.DataFrame, texts: int) -> pl.Series:
    """Return the rows of each text as a list of structs, from rows sorted by `text`."""
    return _build_lists(rows.drop("text").to_struct(), np.bincount(rows["text"].to_numpy(), minlength=texts))


def _build_lists(values: pl.Series, sizes: NDArray[np.int64]) -> pl.Series:
    """Split the values into lists of these sizes."""
    offsets = pa.array(np.concatenate(([0], np.cumsum(sizes))), pa.int64())
    return pl.Series(pa.LargeListArray.from_arrays(offsets, values.to_arrow()))
