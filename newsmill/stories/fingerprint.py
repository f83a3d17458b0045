"""Stories room: what clustering needs to know of a page, worked out page by page."""

from __future__ import annotations

import polars as pl
import xxhash

from newsmill.stories.minhash import buckets, minhash
from newsmill.stories.tables import FINGERPRINTS
from newsmill.stories.words import count_words, normalise, shingles
from newsmill.urls import normalise_url

# Below, what two pages share is as likely a standing phrase as a story.
MIN_WORDS = 50
# Above, it is no news page: only exact copies are matched, so that no page costs more than a second.
MAX_WORDS = 200_000

FINGERPRINTED = pl.Schema({**FINGERPRINTS.schema, "buckets": pl.List(pl.UInt64)})


def fingerprint(pages: pl.DataFrame) -> pl.DataFrame:
    """Each page's fingerprint: the columns of stories.fingerprints and `buckets`, one a band, empty unless `near`.

    Args:
        pages: record_id, ingest_date, kind, url, site, text, published_at, published_offset_minutes, fetched_at.
    """
    words = normalise(pages["text"])
    urls = [normalise_url(url) for url in pages["url"]]
    count = count_words(words)
    near = (pages["kind"] != "front") & count.is_between(MIN_WORDS, MAX_WORDS)
    return pages.select(
        "record_id",
        "ingest_date",
        pl.Series("text_hash", map(text_hash, words, urls), dtype=pl.String),
        pl.Series("url", urls, dtype=pl.String),
        "site",
        first_seen().alias("first_seen"),
        "fetched_at",
        count.alias("word_count"),
        near.alias("near"),
        pl.Series(
            "buckets",
            [buckets(minhash(shingles(text))) if wanted else [] for text, wanted in zip(words, near, strict=True)],
            dtype=pl.List(pl.UInt64),
        ),
    ).cast(FINGERPRINTED)


def text_hash(normalised: str, url: str) -> str:
    """xxh3-128 of the normalised text as 32 hex digits; of a newline and the URL where the text has no words.

    So two pages without words are the same only as two fetches of one URL. No normalised text holds a newline.
    """
    return xxhash.xxh3_128_hexdigest((normalised or f"\n{url}").encode())


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
