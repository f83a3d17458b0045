"""The Great Expectations suites as asset checks: one multi-check a table, one check an expectation."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import dagster as dg
import polars as pl

from assets.metadata import asset_key
from assets.resources import SettingsResource, WriterResource
from assets.run_context import WRITER_POOL, dates_to_load
from newsmill import stages
from newsmill.quality.checks import CheckResult, describe_failure, results_frame, run_suite
from newsmill.quality.suites import Suite
from newsmill.quality.tables import CHECK_RESULTS
from newsmill.report.preview import table_markdown
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.writes import insert

SEVERITIES = {"error": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


def suite_checks(suite: Suite, partitions: dg.PartitionsDefinition[str] | None = None) -> dg.AssetChecksDefinition:
    """Return a suite's expectations as checks of its table's asset; results go to `quality.check_results`.

    Checks of a suite that is checked by ingest date belong to the partition of that date.
    """
    key = asset_key(suite.table)
    specs = [
        dg.AssetCheckSpec(
            expectation.name,
            asset=key,
            description=expectation.why,
            metadata={"expectation": expectation.expectation, "severity": expectation.severity},
            partitions_def=partitions if suite.by_date else None,
        )
        for expectation in suite.expectations
    ]

    @dg.multi_asset_check(
        name=f"expect_{suite.table.replace('.', '_')}",
        specs=specs,
        can_subset=True,
        pool=WRITER_POOL,
    )
    def run(
        context: dg.AssetCheckExecutionContext, settings: SettingsResource, writer: WriterResource
    ) -> Iterator[dg.AssetCheckResult]:
        selected = {check.name for check in context.selected_asset_check_keys}
        subset = replace(suite, expectations=tuple(e for e in suite.expectations if e.name in selected))
        options = settings.load()
        archived = stages.open_archive(options).dates()
        with writer.connect() as con:
            dates = dates_to_load(context, con, options)
            # A result counts for all dates from the first to the last.
            dates = [date for date in archived if dates and dates[0] <= date <= dates[-1]]
            results = run_suite(con, subset, dates if suite.by_date else None)
            store_results(con, results, context.run.run_id)
        for result in results:
            yield to_asset_check_result(result, key)

    return run


def store_results(con: Connection, results: Sequence[CheckResult], run_id: str) -> None:
    """Add results to `quality.check_results`."""
    checked_at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with transaction(con):
        insert(con, CHECK_RESULTS, results_frame(results, run_id, checked_at))


def to_asset_check_result(result: CheckResult, key: dg.AssetKey) -> dg.AssetCheckResult:
    """Return a result as Dagster shows it; an expectation that could not run is an error, not bad data."""
    observed = json.loads(result.observed)
    if result.success:
        observed.pop("sql", None)  # half of what a run adds to Dagster's history; quality.check_results has it
    numbers = {name: value for name, value in observed.items() if isinstance(value, int | float)}
    metadata: dict[str, Any] = {"observed": dg.MetadataValue.json(observed), **numbers}
    if result.failing_sample:
        sample = pl.DataFrame(result.failing_sample, strict=False)
        metadata["failing_samples"] = dg.MetadataValue.md(table_markdown(sample, sample.height))
    if result.error is not None:
        metadata["error"] = dg.MetadataValue.text(result.error)
    return dg.AssetCheckResult(
        check_name=result.name,
        asset_key=key,
        passed=result.success is True,
        severity=SEVERITIES["error" if result.error is not None else result.severity],
        description=result.why if result.success else describe_failure(result),
        metadata=metadata,
    )
