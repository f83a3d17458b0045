"""The Great Expectations suites as asset checks: one check an expectation."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import dagster as dg
import polars as pl

from assets.metadata import asset_key
from assets.resources import SettingsResource, WriterResource
from assets.run_context import FULL_CHECKS_TAG, WRITER_POOL, dates_to_check
from newsmill import stages
from newsmill.quality.checks import CheckResult, describe_failure, results_frame, run_suite
from newsmill.quality.full_checks import failed_whole
from newsmill.quality.gate import CheckId
from newsmill.quality.suites import Suite
from newsmill.quality.tables import CHECK_RESULTS
from newsmill.report.preview import table_markdown
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.writes import insert

SEVERITIES = {"error": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


def suite_checks(
    suites: Sequence[Suite], partitions: dg.PartitionsDefinition[str] | None = None
) -> dg.AssetChecksDefinition:
    """Return the suites' expectations as checks of their tables' assets; results go to `quality.check_results`.

    Checks of a suite that is checked by ingest date belong to the partition of that date. All suites are one step:
    each step costs a tenth of a second of CPU time.
    """
    specs = [
        dg.AssetCheckSpec(
            expectation.name,
            asset=asset_key(suite.table),
            description=expectation.why,
            metadata={"expectation": expectation.expectation, "severity": expectation.severity},
            partitions_def=partitions if suite.by_date else None,
        )
        for suite in suites
        for expectation in suite.expectations
    ]

    @dg.multi_asset_check(name="expectations", specs=specs, can_subset=True, pool=WRITER_POOL)
    def run(
        context: dg.AssetCheckExecutionContext, settings: SettingsResource, writer: WriterResource
    ) -> Iterator[dg.AssetCheckResult]:
        options = settings.load()
        archived = stages.open_archive(options).dates()
        with writer.connect() as con:
            dates = dates_to_check(context, con, options)
            # A result counts for all dates from the first to the last.
            dates = [date for date in archived if dates and dates[0] <= date <= dates[-1]]
            failed = failed_whole(con)
            for suite in _selected(suites, context):
                is_full = FULL_CHECKS_TAG in context.run.tags or any(
                    CheckId(suite.table, name) in failed for name in suite.check_names
                )
                results = run_suite(con, suite, dates if suite.by_date and not is_full else None)
                store_results(con, results, context.run.run_id)
                for result in results:
                    yield to_asset_check_result(result, asset_key(suite.table))

    return run


def _selected(suites: Sequence[Suite], context: dg.AssetCheckExecutionContext) -> Iterator[Suite]:
    """Yield the suites that have an expectation which the run has selected, with those expectations."""
    selected = {(check.asset_key, check.name) for check in context.selected_asset_check_keys}
    for suite in suites:
        key = asset_key(suite.table)
        if chosen := tuple(each for each in suite.expectations if (key, each.name) in selected):
            yield replace(suite, expectations=chosen)


def store_results(con: Connection, results: Sequence[CheckResult], run_id: str) -> None:
    """Add results to `quality.check_results`."""
    checked_at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with transaction(con):
        insert(con, CHECK_RESULTS, results_frame(results, run_id, checked_at))


def to_asset_check_result(result: CheckResult, key: dg.AssetKey) -> dg.AssetCheckResult:
    """Return a result as Dagster shows it; an expectation that could not run is an error, not bad data."""
    observed = json.loads(result.observed)
    if result.success:
        for part in ("sql", "digest"):  # half of what a run adds to Dagster's history; quality.check_results has it
            observed.pop(part, None)
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
