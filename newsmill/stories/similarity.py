"""Stories room: the exact Jaccard of pairs of texts, read from the pages that carry them."""

from __future__ import annotations

import duckdb
import polars as pl
from numpy import uint64
from numpy.typing import NDArray

from newsmill.stories.fingerprint import text_hash
from newsmill.stories.words import jaccard, normalise, shingles

# Pairs compared in one go: their texts' shingles, some 4 KB each, are in memory together.
PAIRS_AT_ONCE = 20_000

CARRIED = """
select carrier.text_hash, pages.text
from (
    select text_hash, record_id from plan_pages semi join compared_texts using (text_hash)
    qualify row_number() over (partition by text_hash order by record_id) <= $carriers
) carrier
join clean.pages pages using (record_id)
"""
ALL = 2**62


def with_similarity(con: duckdb.DuckDBPyConnection, pairs: pl.DataFrame) -> pl.DataFrame:
    """`similarity` beside text_a and text_b. Reads plan_pages and, of clean.pages, one page a text.

    It is null for a text that no page holds any more: that page's date was read anew and is yet to be clustered anew.
    """
    pairs = pairs.select("text_a", "text_b").sort("text_a", "text_b")
    similarities: list[float | None] = []
    for some in pairs.iter_slices(PAIRS_AT_ONCE):
        wanted = pl.concat([some["text_a"], some["text_b"]]).unique().alias("text_hash")
        of = _shingles(con, wanted, carriers=1)
        if len(of) < len(wanted):
            of |= _shingles(con, wanted.filter(~wanted.is_in(list(of))), carriers=ALL)
        similarities += [
            jaccard(of[one], of[other]) if one in of and other in of else None for one, other in some.iter_rows()
        ]
    return pairs.with_columns(pl.Series("similarity", similarities, dtype=pl.Float64))


def _shingles(con: duckdb.DuckDBPyConnection, texts: pl.Series, carriers: int) -> dict[str, NDArray[uint64]]:
    """The shingles of those texts that one of their first `carriers` pages still holds."""
    con.register("compared_texts", texts.to_frame().to_arrow())
    carried = con.execute(CARRIED, {"carriers": carriers}).pl()
    con.unregister("compared_texts")
    return {
        expected: shingles(normalised)
        for expected, normalised in zip(carried["text_hash"], normalise(carried["text"]), strict=True)
        if text_hash(normalised, "") == expected
    }
