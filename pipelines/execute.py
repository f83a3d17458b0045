"""Run the daily job in this process, over a range of ingest dates, on the Dagster instance of the home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg

from assets import raw
from newsmill.home_lock import hold_home
from newsmill.settings import Settings
from pipelines.code_location import code_location
from pipelines.instance import open_instance
from pipelines.jobs import DAILY
from pipelines.sensors import RANGE_END_TAG, RANGE_START_TAG


@dataclass(frozen=True)
class FailedCheck:
    """An asset check that did not pass."""

    asset: str
    name: str
    severity: str
    description: str


@dataclass(frozen=True)
class Outcome:
    """The result of a run."""

    run_id: str
    success: bool
    errors: tuple[str, ...]
    failed_checks: tuple[FailedCheck, ...]

    @property
    def is_clean(self) -> bool:
        """The run succeeded and no check of severity error failed."""
        return self.success and all(check.severity != "ERROR" for check in self.failed_checks)


def run_daily(
    settings: Settings, first: dt.date, last: dt.date, *, archive_only: bool = False, verbose: bool = False
) -> Outcome:
    """Process the ingest dates from `first` to `last` in one run; with `archive_only` the input folder is not read.

    Raises:
        UserError: when taxonomy, suites or SQL models are wrong, or another process is writing to the home; nothing
            is written then.
    """
    job = code_location(settings).resolve_job_def(DAILY)
    is_range = first != last
    with (
        hold_home(settings.home, "newsmill run", settings.lock_patience_seconds),
        open_instance(settings) as instance,
    ):
        result = job.execute_in_process(
            instance=instance,
            partition_key=None if is_range else first.isoformat(),
            tags={RANGE_START_TAG: first.isoformat(), RANGE_END_TAG: last.isoformat()} if is_range else None,
            run_config={
                "loggers": {"console": {"config": {"log_level": "DEBUG" if verbose else "CRITICAL"}}},
                "ops": {raw.records.op.name: {"config": {"archive_only": archive_only}}},
            },
            raise_on_error=False,
        )
    return Outcome(
        run_id=result.run_id,
        success=result.success,
        errors=tuple(_errors(result)),
        failed_checks=tuple(_failed_checks(result)),
    )


def _errors(result: dg.ExecuteInProcessResult) -> Sequence[str]:
    """Return the innermost message of every failed step."""
    messages = []
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            messages.append(f"{event.step_key}: {error.message.strip() if error else 'failed'}")
    return messages


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
