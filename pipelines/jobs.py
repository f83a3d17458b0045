"""The jobs: a night (or a range of nights, in one run), and the SQL models alone."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

DAILY = "daily"
MODELS = "models"


def daily_job() -> dg.UnresolvedAssetJobDefinition:
    """Everything, for one ingest date; launched over a range it is one run, since every asset backfills in one."""
    return dg.define_asset_job(
        DAILY,
        dg.AssetSelection.all(),
        description="Mill one ingest date, or a range in one run: raw, clean, stories, topics, SQL models, published.",
        tags={"newsmill": "daily"},
    )


def models_job(keys: Sequence[dg.AssetKey]) -> dg.UnresolvedAssetJobDefinition:
    """The tables that SQL rebuilds whole, and what is published: after a change to a model."""
    return dg.define_asset_job(
        MODELS,
        dg.AssetSelection.assets(*keys),
        description="Rebuild the SQL models from what is milled, and publish.",
        tags={"newsmill": "models"},
    )
