"""Records whose reading no worker survived, as quarantined."""

from __future__ import annotations

import polars as pl

from newsmill import __version__
from newsmill.pages.tables import READ


def lost_pages(records: pl.DataFrame, reason: str, detail: str) -> pl.DataFrame:
    """One row of `tables.READ` for each record, quarantined for this reason."""
    told = records.select(
        "record_id",
        "ingest_date",
        code_version=pl.lit(__version__),
        reason=pl.lit(reason),
        detail=pl.lit(f"reading it failed: {detail}"),
    )
    return told.select(
        pl.col(name).cast(dtype) if name in told.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in READ.items()
    )
