"""Run the daily job in this process, over a range of ingest dates, on the Dagster instance of the home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.execute_in_process import core_execute_in_process, merge_run_tags
from dagster._core.storage.dagster_run import DagsterRunStatus
from dagster._core.utils import make_new_run_id

from assets import raw
from assets.run_context import FULL_CHECKS_TAG
from newsmill.home_lock import hold_home
from newsmill.machine import require_resources
from newsmill.settings import Settings
from pipelines.code_location import code_location
from pipelines.instance import open_instance
from pipelines.jobs import DAILY
from pipelines.outcome import FailedCheck, Outcome
from pipelines.runs.alive import end_dead_runs, hold_run, release_run
from pipelines.runs.failures import run_errors
from pipelines.runs.stopping import Stopped, last_signal
from pipelines.runs.wanted import RANGE_END_TAG, RANGE_START_TAG


def run_daily(
    settings: Settings,
    first: dt.date,
    last: dt.date,
    *,
    archive_only: bool = False,
    reprocess: bool = False,
    full_checks: bool = False,
    verbose: bool = False,
) -> Outcome:
    """Process the ingest dates from `first` to `last` in one run; with `archive_only` the input folder is not read.

    Dates of which nothing has changed are passed over, unless `reprocess`. With `full_checks` all checks are
    made on whole tables.

    Raises:
        UserError: when taxonomy, suites or SQL models are wrong, another process is writing to the home, or the limits
            of the machine are too low; nothing is written then.
        Stopped: when a signal stopped the run; it is canceled then.
    """
    require_resources()
    job = code_location(settings, with_lineage=False).resolve_job_def(DAILY)
    is_range = first != last
    run_id = make_new_run_id()
    with (
        hold_home(settings.home, "newsmill run", settings.lock_patience_seconds),
        open_instance(settings) as instance,
    ):
        end_dead_runs(instance)
        hold_run(instance, run_id)
        try:
            tags = merge_run_tags(
                job,
                partition_key=None if is_range else first.isoformat(),
                tags={
                    **({RANGE_START_TAG: first.isoformat(), RANGE_END_TAG: last.isoformat()} if is_range else {}),
                    **({FULL_CHECKS_TAG: "true"} if full_checks else {}),
                },
                asset_selection=None,
                instance=instance,
                run_config=None,
            )
            # `JobDefinition.execute_in_process` would do the same with an executor of its own.
            result = core_execute_in_process(
                run_config={
                    "loggers": {"console": {"config": {"log_level": "DEBUG" if verbose else "CRITICAL"}}},
                    "ops": {raw.records.op.name: {"config": {"archive_only": archive_only, "reprocess": reprocess}}},
                },
                job=InMemoryJob(job),
                instance=instance,
                output_capturing_enabled=False,
                raise_on_error=False,
                run_tags=tags,
                run_id=run_id,
            )
        finally:
            release_run(instance, run_id)
    if result.dagster_run.status == DagsterRunStatus.CANCELED:
        raise Stopped(last_signal())
    errors = run_errors(result.all_events)
    return Outcome(
        run_id=result.run_id,
        success=result.success,
        errors=tuple(error.text for error in errors),
        failed_checks=tuple(_failed_checks(result)),
        is_for_user=bool(errors) and all(error.is_for_user for error in errors),
    )


def _failed_checks(result: dg.ExecuteInProcessResult) -> Sequence[FailedCheck]:
    return [
        FailedCheck(
            asset=evaluation.asset_key.to_user_string(),
            name=evaluation.check_name,
            severity=evaluation.severity.value,
            description=evaluation.description or "",
        )
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed
    ]
