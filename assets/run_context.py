"""What the assets share: the writer's pool, and the ingest dates of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import dagster as dg

from newsmill import stages
from newsmill.settings import Settings
from newsmill.sources.tables import RECORDS
from newsmill.types import Connection

Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext

WRITER_POOL = "duckdb_writer"
# A run with this tag makes all checks on whole tables; its value is not read.
FULL_CHECKS_TAG = "newsmill/full_checks"
BEGINS_DATES = dg.AssetKey(RECORDS.name.split("."))  # the asset whose step begins the ingest dates of a run

# No step is retried: Dagster would take an interrupt for a reason to retry. The sensor retries runs.
# A range of ingest dates is one run: the stages loop over its dates themselves.
WRITER: dict[str, Any] = {
    "pool": WRITER_POOL,
    "backfill_policy": dg.BackfillPolicy.single_run(),
}


def partition_dates(context: Context) -> list[dt.date] | None:
    """Return the ingest dates of the run's partitions, in order; None for a run without partitions.

    Assets and checks without partitions get the dates of their run too.
    """
    if not (context.has_partition_key or context.has_partition_key_range):
        return None
    return [dt.date.fromisoformat(key) for key in context.partition_keys]


def dates_to_load(context: Context, con: Connection, options: Settings) -> list[dt.date]:
    """Return the ingest dates that the run has begun, and those that earlier runs left unfinished, in order.

    A run without the step that begins dates, of assets that a person has chosen, has all its archived ones.
    """
    begun = stages.unfinished_dates(con)
    if BEGINS_DATES in context.job_def.asset_layer.selected_asset_keys:
        return begun
    return sorted({*archived_dates(context, options), *begun})


def dates_to_check(context: Context, con: Connection, options: Settings) -> list[dt.date]:
    """Return the dates of `dates_to_load`; where nothing has changed, the archived ingest dates of the run."""
    return dates_to_load(context, con, options) or archived_dates(context, options)


def archived_dates(context: Context, options: Settings) -> list[dt.date]:
    """Return the archived ingest dates of the run, in order."""
    return ingest_dates(context, stages.open_archive(options).dates())


def ingest_dates(context: Context, known: Collection[dt.date]) -> list[dt.date]:
    """Return the run's ingest dates that are among `known`, in order; all of `known` for a run without partitions."""
    wanted = partition_dates(context)
    return sorted(known if wanted is None else set(known).intersection(wanted))
