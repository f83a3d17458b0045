"""The policies of assets by layer: partitions, groups, kinds, owners, tags, freshness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import dagster as dg

OWNER = "team:data-engineering"

# A missed daily run shows the next morning.
DAILY_FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=36), warn_window=dt.timedelta(hours=26))

# The first part of an asset's key is its layer and its group. Any other layer is a schema of SQL models.
SQL_KINDS = {"sql", "duckdb"}
KINDS = {
    "raw": {"parquet", "duckdb"},
    "clean": {"polars", "duckdb"},
    "stories": {"polars", "duckdb"},
    "topics": {"polars", "duckdb"},
    "quality": {"duckdb"},
    "published": {"duckdb", "html"},
}
BY_INGEST_DATE = frozenset({"raw", "clean", "stories", "topics", "quality"})
FOR_ANALYSTS = frozenset({"trends", "analyst", "published"})


def apply_policies(
    assets: Sequence[dg.AssetsDefinition], days: dg.PartitionsDefinition[str], incremental: frozenset[dg.AssetKey]
) -> list[dg.AssetsDefinition]:
    """Return the assets with their policies; `incremental` are the SQL models that are incremental by ingest date."""

    def with_policies(spec: dg.AssetSpec) -> dg.AssetSpec:
        layer = spec.key.path[0]
        return spec.replace_attributes(
            group_name=layer,
            kinds=KINDS.get(layer, SQL_KINDS),
            owners=[OWNER],
            tags={**spec.tags, "audience": "analysts" if layer in FOR_ANALYSTS else "engineers"},
            freshness_policy=DAILY_FRESHNESS if layer in FOR_ANALYSTS else None,
            partitions_def=days if layer in BY_INGEST_DATE or spec.key in incremental else None,
        )

    return [asset.map_asset_specs(with_policies) for asset in assets]
