"""The Great Expectations suites as asset checks: one multi-check a table, one check an expectation."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import dagster as dg
import duckdb
import polars as pl

from assets.metadata import asset_key
from assets.run_context import RETRIES, WRITER_POOL, ingest_dates
from newsmill import stages
from newsmill.quality.checks import CheckResult, results_frame, run_suite
from newsmill.quality.suites import Suite
from newsmill.quality.tables import CHECK_RESULTS
from newsmill.report.preview import table_markdown
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_writer, transaction
from newsmill.warehouse.writes import insert

SEVERITIES = {"error": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


def suite_checks(suite: Suite) -> dg.AssetChecksDefinition:
    """A suite's expectations as checks of its table's asset; their results are kept in `quality.check_results`."""
    key = asset_key(suite.table)
    specs = [
        dg.AssetCheckSpec(
            expectation.name,
            asset=key,
            description=expectation.why,
            metadata={"expectation": expectation.expectation, "severity": expectation.severity},
        )
        for expectation in suite.expectations
    ]

    @dg.multi_asset_check(
        name=f"expect_{suite.table.replace('.', '_')}",
        specs=specs,
        can_subset=True,
        pool=WRITER_POOL,
        retry_policy=RETRIES,
    )
    def run(
        context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[dg.AssetCheckResult]:
        wanted = {check.name for check in context.selected_asset_check_keys}
        chosen = replace(suite, expectations=tuple(e for e in suite.expectations if e.name in wanted))
        dates = ingest_dates(context.run.tags, stages.archive_of(settings).dates())
        with open_writer(settings.database) as con:
            results = run_suite(con, chosen, dates if suite.by_date else None)
            keep(con, results, context.run.run_id)
        for result in results:
            yield shown(result, key)

    return run


def keep(con: duckdb.DuckDBPyConnection, results: Sequence[CheckResult], run_id: str) -> None:
    """Add results to `quality.check_results`."""
    checked_at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with transaction(con):
        insert(con, CHECK_RESULTS, results_frame(results, run_id, checked_at))


def shown(result: CheckResult, key: dg.AssetKey) -> dg.AssetCheckResult:
    """One result as Dagster shows it: an expectation that could not run is an error, never bad data."""
    observed = {name: value for name, value in json.loads(result.observed).items() if isinstance(value, int | float)}
    metadata: dict[str, Any] = {"observed": dg.MetadataValue.json(json.loads(result.observed)), **observed}
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
        description="The check itself failed to run." if result.error is not None else result.why,
        metadata=metadata,
    )
