"""The jobs: the daily run (or a range of dates in one run), and the SQL models alone."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

DAILY = "daily"
MODELS = "models"


def daily_job(keys: Sequence[dg.AssetKey]) -> dg.UnresolvedAssetJobDefinition:
    """Return the job over all assets, for one ingest date; a range of dates is one run, as every asset backfills so."""
    return dg.define_asset_job(
        DAILY,
        dg.AssetSelection.assets(*keys),
        description="Process one ingest date, or a range of dates in one run, from the input folder to the report.",
        tags={"newsmill": DAILY},
    )


def models_job(keys: Sequence[dg.AssetKey]) -> dg.UnresolvedAssetJobDefinition:
    """Return the job over the models that SQL rebuilds whole, the bursts and what is published; for a changed model."""
    return dg.define_asset_job(
        MODELS,
        dg.AssetSelection.assets(*keys),
        description="Rebuild the SQL models without ingest dates, and the bursts, and publish.",
        tags={"newsmill": MODELS},
    )
