"""What every asset that writes shares: the one writer's pool, retries, and the ingest dates of its run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

import dagster as dg

WRITER_POOL = "duckdb_writer"

# Dagster's own names for what a run was asked to do; part of its public run tags.
PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"

# On a run that is to take its records from the archive alone, whatever the input folder holds.
ARCHIVE_ONLY_TAG = "newsmill/archive_only"

# Another process at the file, or a full disk that someone clears: worth a second and third try.
RETRIES = dg.RetryPolicy(max_retries=2, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)

# A range of nights is one run: the stages loop over its dates themselves.
WRITER: dict[str, Any] = {
    "pool": WRITER_POOL,
    "retry_policy": RETRIES,
    "backfill_policy": dg.BackfillPolicy.single_run(),
}


def ingest_dates(tags: Mapping[str, str], known: Collection[dt.date]) -> list[dt.date]:
    """The run's ingest dates that are known to hold records, in order; all of them for a run without partitions.

    Read from the run's tags, so that checks and unpartitioned assets know the dates too.
    """
    single = tags.get(PARTITION_TAG)
    first = single or tags.get(RANGE_START_TAG, "0001-01-01")
    last = single or tags.get(RANGE_END_TAG, "9999-12-31")
    return sorted(date for date in known if first <= date.isoformat() <= last)
