"""Stories room: what clustering needs to know of a page, worked out page by page."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
import xxhash
from numpy.typing import NDArray

from newsmill.stories.tables import FINGERPRINTS
from newsmill.stories.text.minhash import buckets
from newsmill.stories.text.words import PASSAGE_WORDS, Passages, hash_texts, read_words
from newsmill.urls import normalise_url

# Below, what two pages share is as likely a standing phrase as a story.
MIN_WORDS = 50
# Above, it is no news page: only exact copies are matched, so that no page costs more than a second.
MAX_WORDS = 200_000

PASSAGE = pl.Struct({"passage": pl.UInt64, "words": pl.Int32})
FINGERPRINTED = FINGERPRINTS.schema
FINGERPRINTED["buckets"] = pl.List(pl.UInt64())
FINGERPRINTED["passages"] = pl.List(PASSAGE)
CORE = pl.Schema(
    {
        "record_id": pl.String(),
        "wording": pl.UInt64(),
        "text_hash": pl.UInt64(),
        "word_count": pl.Int32(),
        "near": pl.Boolean(),
        "buckets": pl.List(pl.UInt64),
        "spans": pl.List(pl.Struct({"passage": pl.UInt64, "char_start": pl.Int32, "char_end": pl.Int32})),
    }
)


def fingerprint(pages: pl.DataFrame) -> pl.DataFrame:
    """Each page's fingerprint as long as no passage of it is known to stand on its whole site.

    The columns of stories.fingerprints; `buckets`, one a band, and `passages`, both empty unless `near`.

    Args:
        pages: record_id, ingest_date, kind, url, site, title, text, published_at, published_offset_minutes, fetched_at.
    """
    words = read_words(pages["text"])
    urls = [normalise_url(url) for url in pages["url"]]
    near = (pages["kind"] != "front").to_numpy() & _enough(words.counts)
    made = _buckets(words.words, words.ends, near)
    return pages.select(
        "record_id",
        "ingest_date",
        pl.Series("text_hash", hash_texts(words.words, words.ends, urls), dtype=pl.UInt64),
        pl.Series("wording", hash_wordings(words.passages), dtype=pl.UInt64),
        pl.Series("url", urls, dtype=pl.String),
        "site",
        first_seen().alias("first_seen"),
        "fetched_at",
        pl.Series("word_count", words.counts, dtype=pl.Int32),
        pl.Series("near", near, dtype=pl.Boolean),
        _sketches(pages["title"], made),
        made.alias("buckets"),
        _passages(words.passages, near).alias("passages"),
    ).cast(FINGERPRINTED)


def _sketches(titles: pl.Series, buckets: pl.Series) -> pl.Series:
    """What copies and refetches of one story mostly share: the headline, without one two buckets of the text.

    The text alone would call pages one that hold little but what stands on all of them. Null unless near.
    """
    headlines = [xxhash.xxh3_64_intdigest(key.encode()) if key else None for key in map(_headline, titles)]
    of_text = buckets.list.get(0, null_on_oob=True) ^ buckets.list.get(1, null_on_oob=True)
    told = pl.DataFrame({"headline": pl.Series(headlines, dtype=pl.UInt64), "text": of_text})
    return told.select(
        pl.when(pl.col("text").is_not_null()).then(pl.coalesce("headline", "text")).alias("sketch")
    ).to_series()


def _headline(title: str | None) -> str:
    return " ".join((title or "").casefold().split())


def leave_out(pages: pl.DataFrame) -> pl.DataFrame:
    """What counts of pages with standing passages, as CORE says; `spans` are the passages left out.

    Where too few words would be left, nothing is left out, and the page is only matched with exact copies.

    Args:
        pages: record_id, kind, url (normalised), text, standing (a list of passages).
    """
    words = read_words(pages["text"])
    passages = words.passages
    dropped = is_standing(passages, pages["standing"])
    core, ends = words.without(dropped)
    enough = _enough(np.diff(ends, prepend=0))
    whole = np.repeat(~enough, np.diff(passages.ends, prepend=0))
    core, ends = words.without(dropped & ~whole)
    near = enough & (pages["kind"] != "front").to_numpy()
    spans = pl.DataFrame(
        {
            "text": passages.texts[dropped],
            "passage": passages.hashes[dropped],
            "char_start": passages.spans[dropped, 0].astype(np.int32),
            "char_end": passages.spans[dropped, 1].astype(np.int32),
        }
    )
    return pages.select(
        "record_id",
        pl.Series("wording", hash_wordings(passages), dtype=pl.UInt64),
        pl.Series("text_hash", hash_texts(core, ends, pages["url"].to_list()), dtype=pl.UInt64),
        pl.Series("word_count", np.diff(ends, prepend=0), dtype=pl.Int32),
        pl.Series("near", near, dtype=pl.Boolean),
        _buckets(core, ends, near).alias("buckets"),
        _rows_by_text(spans, pages.height).alias("spans"),
    ).cast(CORE)


def core_words(texts: pl.Series, standing: pl.Series) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The words that count of each text, and where they end: without its standing passages where enough is left."""
    words = read_words(texts)
    dropped = is_standing(words.passages, standing)
    if not dropped.any():
        return words.words, words.ends
    _, ends = words.without(dropped)
    enough = np.repeat(_enough(np.diff(ends, prepend=0)), np.diff(words.passages.ends, prepend=0))
    return words.without(dropped & enough)


def is_standing(passages: Passages, standing: pl.Series) -> NDArray[np.bool_]:
    """Of each passage, whether it is among the standing ones of its text (a list a text)."""
    known = standing.list.len().fill_null(0).to_numpy()
    if not known.any():
        return np.zeros(len(passages.hashes), np.bool_)
    texts = pl.DataFrame({"text": np.repeat(np.arange(len(known)), known), "passage": standing.explode().drop_nulls()})
    own = pl.DataFrame({"text": passages.texts, "passage": passages.hashes}).with_row_index()
    dropped = np.zeros(len(passages.hashes), np.bool_)
    dropped[own.join(texts, on=["text", "passage"], how="semi")["index"].to_numpy()] = True
    return dropped


def hash_wordings(passages: Passages) -> NDArray[np.uint64]:
    """xxh3-64 of each text's passage hashes (little-endian, 8 bytes each)."""
    data = memoryview(passages.hashes.astype("<u8").tobytes())
    begins = [0, *passages.ends.tolist()]
    spans = pairwise(begins)
    return np.array([xxhash.xxh3_64_intdigest(data[8 * begin : 8 * end]) for begin, end in spans], np.uint64)


def first_seen() -> pl.Expr:
    """When the page was first seen (UTC): when it was published, else when it was fetched; never after the fetch.

    Midnight without a zone is a date without a time. It counts as the day's last microsecond, so that a copy dated to
    the day doesn't come before an original dated to the minute.
    """
    published, offset = pl.col("published_at"), pl.col("published_offset_minutes")
    date_only = offset.is_null() & (published.dt.time() == pl.time(0))
    moment = (
        pl.when(date_only)
        .then(published + pl.duration(days=1) - pl.duration(microseconds=1))
        .otherwise(published - pl.duration(minutes=offset.fill_null(0).cast(pl.Int64)))
    )
    return pl.min_horizontal(moment, "fetched_at")


def _enough(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    return (counts >= MIN_WORDS) & (counts <= MAX_WORDS)


def _buckets(words: NDArray[np.uint64], ends: NDArray[np.int64], near: NDArray[np.bool_]) -> pl.Series:
    """A list of buckets a text; an empty one unless `near`."""
    sizes = np.diff(ends, prepend=0)
    made = buckets(words if near.all() else words[np.repeat(near, sizes)], np.cumsum(sizes[near]))
    return _lists(pl.Series(made.reshape(-1), dtype=pl.UInt64), near * made.shape[1])


def _passages(passages: Passages, near: NDArray[np.bool_]) -> pl.Series:
    """The passages of each text that is near, long enough ones only and each once."""
    wanted = near[passages.texts] & (passages.sizes >= PASSAGE_WORDS) & passages.first_times()
    return _rows_by_text(
        pl.DataFrame(
            {
                "text": passages.texts[wanted],
                "passage": passages.hashes[wanted],
                "words": passages.sizes[wanted].astype(np.int32),
            }
        ),
        len(near),
    )


def _rows_by_text(rows: pl.DataFrame, texts: int) -> pl.Series:
    """The rows of each text as a list of structs, from rows sorted by `text`."""
    fields = rows.drop("text")
    return _lists(fields.to_struct(), np.bincount(rows["text"].to_numpy(), minlength=texts))


def _lists(values: pl.Series, sizes: NDArray[np.int64]) -> pl.Series:
    """The values cut into lists of these sizes."""
    offsets = pa.array(np.concatenate(([0], np.cumsum(sizes))), pa.int64())
    return pl.Series(pa.LargeListArray.from_arrays(offsets, values.to_arrow()))
