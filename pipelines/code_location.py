"""Everything Dagster knows of the mill, merged from assets and laid over with policies."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from assets import clean, published, raw, stories, topics, trends
from assets.checks import suite_checks
from assets.metadata import asset_key
from assets.sql_models import later_tests, model_assets
from newsmill.quality.suites import load_suites
from newsmill.settings import Settings
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.schema import source_columns
from newsmill.warehouse.sql_models import bind_project, load_project
from pipelines.jobs import daily_job, models_job
from pipelines.partitions import ingest_days
from pipelines.policies import lay_policies
from pipelines.schedules import nightly
from pipelines.sensors import new_files


def last_of(assets: Sequence[dg.AssetsDefinition]) -> list[dg.AssetKey]:
    """The keys that no other of the assets reads: once they stand, all do."""
    read = {dep.asset_key for asset in assets for spec in asset.specs for dep in spec.deps}
    return sorted(key for asset in assets for key in asset.keys if key not in read)


def code_location(settings: Settings) -> dg.Definitions:
    """The definitions for these settings.

    Raises:
        UserError: when the taxonomy, a suite or a SQL model is wrong; before anything runs.
    """
    load_taxonomy(settings.topics)
    project = load_project(settings.models)
    bind_project(project, source_columns())
    by_date = frozenset(asset_key(model.table) for model in project.models if model.partitioned)
    rebuilt = [key for model in project.models if (key := asset_key(model.table)) not in by_date]
    milled = [raw.records, clean.pages, stories.members, stories.ledger, topics.mentions]
    tables = [*milled, *model_assets(project), trends.bursts]
    database = published.database_asset(last_of(tables))
    assets = [*tables, database, published.report]
    night = daily_job()
    models = models_job([*rebuilt, *trends.bursts.keys, *database.keys, *published.report.keys])
    return dg.Definitions(
        assets=lay_policies(assets, ingest_days(settings), by_date),
        asset_checks=[*map(suite_checks, load_suites()), *later_tests(project)],
        jobs=[night, models],
        schedules=[nightly(settings, night)],
        sensors=[new_files(settings, night)],
        resources={"settings": settings},
        # Parallel work is done inside the assets; a process a step would cost seconds each.
        executor=dg.in_process_executor,
    )
