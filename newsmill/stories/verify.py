"""Stories room: exactly how similar texts are, read from the pages that carry them."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.stories.fingerprint import core_words
from newsmill.stories.text.minhash import LEAD, shared
from newsmill.stories.text.words import hash_texts

# Pairs compared in one go: their texts, some 20 KB each as they are read, are in memory together.
PAIRS_AT_ONCE = 10_000

# The latest carrier: it was written last, and lies near the others that are read.
CARRIERS = """
create or replace temp table plan_carriers as
select text_hash, record_id, ingest_date, url from plan_pages where text_hash in (select text_hash from compared_texts)
qualify row_number() over (partition by text_hash order by ingest_date desc, record_id) <= $carriers
"""

# Told the dates one by one, the database passes over the texts of all others.
CARRIED = """
with standing as (
    select record_id, list(passage) as standing
    from plan_spans where record_id in (select record_id from plan_carriers) group by record_id
)
select carrier.text_hash, carrier.url, pages.text, standing.standing
from (from clean.pages where ingest_date in ({dates})) pages
join plan_carriers carrier using (record_id, ingest_date)
left join standing using (record_id)
"""
ALL = 2**62

COMPARED = pl.Schema(
    {
        "text_a": pl.UInt64,
        "text_b": pl.UInt64,
        "similarity": pl.Float64,
        "containment": pl.Float64,
        "lead": pl.Float64,
    }
)


def with_similarity(con: duckdb.DuckDBPyConnection, pairs: pl.DataFrame) -> pl.DataFrame:
    """`similarity` (Jaccard), `containment` and `lead` beside text_a and text_b. Reads plan_pages and a page a text.

    `lead` is how much of what one of the texts begins with is in the other: of the two, the larger share. All are null
    for a text that no page holds any more: that page's date was read, and is yet to be clustered, anew.
    """
    pairs = pairs.select("text_a", "text_b").sort("text_a", "text_b")
    parts = [_compared(con, some) for some in pairs.iter_slices(PAIRS_AT_ONCE)] if pairs.height else []
    return pl.concat(parts) if parts else COMPARED.to_frame()


def _compared(con: duckdb.DuckDBPyConnection, pairs: pl.DataFrame) -> pl.DataFrame:
    wanted = pl.concat([pairs["text_a"], pairs["text_b"]]).unique().alias("text_hash")
    texts, words, ends = _carried(con, wanted, carriers=1)
    missing = wanted.filter(~wanted.is_in(texts.implode()))
    if len(missing):
        more_texts, more_words, more_ends = _carried(con, missing, carriers=ALL)
        ends = np.concatenate([ends, more_ends + len(words)])
        texts, words = texts.append(more_texts), np.concatenate([words, more_words])
    held = pl.DataFrame({"text": texts, "place": np.arange(len(texts))}).unique("text", keep="first")
    places = (
        pairs.join(held.select(text_a="text", one="place"), on="text_a")
        .join(held.select(text_b="text", other="place"), on="text_b")
        .sort("one")
    )
    counts = shared(words, ends, places["one"].to_numpy(), places["other"].to_numpy())
    both, one, other, led, leads = counts.T
    measured = places.select(
        "text_a",
        "text_b",
        pl.Series("similarity", both / (one + other - both), dtype=pl.Float64),
        pl.Series("containment", both / np.minimum(one, other), dtype=pl.Float64),
        pl.Series("lead", np.maximum(led / np.minimum(one, LEAD), leads / np.minimum(other, LEAD)), dtype=pl.Float64),
    )
    return pairs.join(measured, on=["text_a", "text_b"], how="left", maintain_order="left").cast(COMPARED)


def _carried(
    con: duckdb.DuckDBPyConnection, texts: pl.Series, carriers: int
) -> tuple[pl.Series, NDArray[np.uint64], NDArray[np.int64]]:
    """Those of the texts that one of their last `carriers` pages still holds: text hashes, words and where they end."""
    con.register("compared_texts", texts.to_frame().to_arrow())
    con.execute(CARRIERS, {"carriers": carriers})
    con.unregister("compared_texts")
    dates = con.execute("select distinct ingest_date from plan_carriers order by all").fetchall()
    named = ", ".join(f"date '{date}'" for (date,) in dates) or "null"
    carried = con.execute(CARRIED.format(dates=named)).pl()
    words, ends = core_words(carried["text"], carried["standing"])
    expected = carried["text_hash"].to_numpy()
    held = hash_texts(words, ends, carried["url"].to_list()) == expected
    sizes = np.diff(ends, prepend=0)
    return (
        carried["text_hash"].filter(pl.Series(held, dtype=pl.Boolean)),
        words[np.repeat(held, sizes)],
        np.cumsum(sizes[held]),
    )
