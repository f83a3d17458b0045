"""What Dagster loads: assets with their policies, checks, jobs, schedule, sensor and resources."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import dagster as dg

from assets import clean, published, raw, stories, topics, trends
from assets.checks import suite_checks
from assets.metadata import asset_key
from assets.resources import SettingsResource, WriterResource
from assets.sql_models import deferred_tests, model_assets
from newsmill.quality.suites import load_suites
from newsmill.settings import Settings
from newsmill.stages import defined_checks
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.connection import LOCK_TIMEOUT_SECONDS
from newsmill.warehouse.schema import source_columns
from newsmill.warehouse.sql_models import bind_project, load_project
from pipelines.jobs import daily_job, models_job
from pipelines.partitions import ingest_days
from pipelines.policies import apply_policies
from pipelines.runs.executor import run_executor
from pipelines.schedules import daily_schedule
from pipelines.sensors import new_files_sensor


def leaf_keys(assets: Sequence[dg.AssetsDefinition]) -> list[dg.AssetKey]:
    """Return the keys that no other of the assets depends on; once they are built, all are."""
    upstream = {dep.asset_key for asset in assets for spec in asset.specs for dep in spec.deps}
    return sorted(key for asset in assets for key in asset.keys if key not in upstream)


def code_location(settings: Settings, *, with_lineage: bool = True) -> dg.Definitions:
    """Return the definitions for these settings.

    Args:
        with_lineage: state the columns that each column of a SQL model is computed from; a run does not need them.

    Raises:
        UserError: when the taxonomy, a suite or a SQL model is wrong; before anything runs.
    """
    with warnings.catch_warnings():
        # Partitioned checks and source references may change in another version of Dagster; this one is pinned.
        warnings.simplefilter("ignore", dg.BetaWarning)
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return _definitions(settings, with_lineage=with_lineage)


def _definitions(settings: Settings, *, with_lineage: bool) -> dg.Definitions:
    load_taxonomy(settings.topics)
    suites = load_suites(numbers={"$max_skipped_share": settings.max_skipped_share})
    project = load_project(settings.models)
    bind_project(project, source_columns())
    days = ingest_days(settings)

    incremental = frozenset(asset_key(model.table) for model in project.models if model.partitioned)
    rebuilt = [key for model in project.models if (key := asset_key(model.table)) not in incremental]
    loaded = [raw.records, clean.pages, stories.members, stories.ledger, topics.mentions]
    tables = [*loaded, *model_assets(project, with_lineage=with_lineage), trends.bursts]
    database = published.database_asset(leaf_keys(tables), defined_checks(suites, project))
    every = [*tables, database, published.report]
    assets = dg.with_source_code_references(apply_policies(every, days, incremental))

    keys = [key for asset in every for key in asset.keys]
    daily = daily_job(keys)
    models = models_job([*rebuilt, *trends.bursts.keys, *database.keys, *published.report.keys])
    return dg.Definitions(
        assets=assets,
        asset_checks=[suite_checks(suites, days), deferred_tests(project)],
        jobs=[daily, models],
        schedules=[daily_schedule(settings, daily)],
        sensors=[new_files_sensor(settings, daily, days)],
        resources=resources(settings),
        executor=run_executor(settings.keep_run_days),
    )


def resources(settings: Settings) -> dict[str, object]:
    """Return the assets' resources, with the settings as defaults in the launchpad."""
    defaults = SettingsResource.with_defaults(settings)
    return {
        "settings": defaults,
        "writer": WriterResource(settings=defaults, timeout_seconds=LOCK_TIMEOUT_SECONDS),
    }
