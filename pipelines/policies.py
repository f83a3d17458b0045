"""What holds across assets, laid over them by their layer: partitions, groups, kinds, owners, tags, freshness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import dagster as dg

OWNER = "team:data-engineering"

# A night that did not come is noticed the next morning, not after the weekend.
NIGHTLY = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=36), warn_window=dt.timedelta(hours=26))

# The first part of an asset's key is its layer, and its group.
KINDS = {
    "raw": {"parquet", "duckdb"},
    "clean": {"polars", "duckdb"},
    "stories": {"polars", "duckdb"},
    "topics": {"polars", "duckdb"},
    "quality": {"duckdb"},
    "staging": {"sql", "duckdb"},
    "intermediate": {"sql", "duckdb"},
    "trends": {"sql", "duckdb"},
    "analyst": {"sql", "duckdb"},
    "published": {"duckdb", "html"},
}
BY_INGEST_DATE = frozenset({"raw", "clean", "stories", "topics", "quality"})
FOR_ANALYSTS = frozenset({"trends", "analyst", "published"})


def lay_policies(
    assets: Sequence[dg.AssetsDefinition], days: dg.PartitionsDefinition[str], models_by_date: frozenset[dg.AssetKey]
) -> list[dg.AssetsDefinition]:
    """The assets with all of it laid on; `models_by_date` are the SQL models that are incremental by ingest date."""

    def lay(spec: dg.AssetSpec) -> dg.AssetSpec:
        layer = spec.key.path[0]
        return spec.replace_attributes(
            group_name=layer,
            kinds=KINDS[layer],
            owners=[OWNER],
            tags={**spec.tags, "audience": "analysts" if layer in FOR_ANALYSTS else "engineers"},
            freshness_policy=NIGHTLY if layer in FOR_ANALYSTS else None,
            partitions_def=days if layer in BY_INGEST_DATE or spec.key in models_by_date else None,
        )

    return [asset.map_asset_specs(lay) for asset in assets]
