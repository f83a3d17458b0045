"""`newsmill status`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import dagster as dg
import polars as pl
from sqlalchemy.exc import DBAPIError

from newsmill.errors import UserError
from newsmill.quality.files import read_file_counts
from newsmill.quality.gate import failing_checks
from newsmill.quality.ledger import reconcile
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_reader
from newsmill.warehouse.publish import DATABASE
from pipelines.cli.show import err, out, print_json, print_table, text
from pipelines.instance import open_instance
from pipelines.runs.alive import find_dead_runs

LAST_RUNS = 5
MAX_EXAMPLES = 3  # paths of each reason


def status_command(settings: Settings, *, as_json: bool) -> int:
    """Show reconciliation, runs and failing checks.

    Returns 1 when reconciliation, last run or an error check fails, or a run hangs: its process is gone.

    Raises:
        UserError: when nothing has been published in this home.
    """
    runs, hanging = _runs(settings)
    with open_reader(settings.published / DATABASE) as con:
        days = pl.DataFrame([vars(day) for day in reconcile(con, None)])
        failing = failing_checks(con).to_dicts()
        files = read_file_counts(con, MAX_EXAMPLES)
    wrong = (
        bool(hanging)
        or (days.height > 0 and days["unreconciled"].sum() > 0)
        or any(check["severity"] == "error" for check in failing)
        or (bool(runs) and runs[0]["status"] == dg.DagsterRunStatus.FAILURE.value)
    )
    if as_json:
        print_json(
            {
                "reconciliation": days.to_dicts(),
                "files": files,
                "runs": runs,
                "hanging_runs": hanging,
                "failing_checks": failing,
                "ok": not wrong,
            }
        )
        return int(wrong)
    print_table(days, "Reconciliation")
    if files:
        shown = [{name: group[name] for name in ("status", "reason", "files", "endings")} for group in files]
        print_table(pl.DataFrame(shown, infer_schema_length=None), "Input files at the last look")
    print_table(pl.DataFrame(runs, infer_schema_length=None), f"Last {LAST_RUNS} runs")
    if failing:
        print_table(pl.DataFrame(failing, infer_schema_length=None), "Failing checks")
    else:
        out.print("All checks pass.")
    return int(wrong)


def _runs(settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the last runs, and the ids of those that hang: their process is gone. Print what to do about those."""
    if not settings.home.is_dir():
        return [], []
    try:
        with open_instance(settings) as instance:
            runs, hanging = last_runs(instance), [dead.run.run_id for dead in find_dead_runs(instance)]
    except (UserError, DBAPIError) as error:  # on a read-only file system SQLite opens nothing
        err.print(f"the runs are not shown, Dagster's history can't be opened: {text(str(error).splitlines()[0])}")
        return [], []
    if hanging:
        many = f"{len(hanging)} runs hang" if len(hanging) > 1 else "1 run hangs"
        err.print(
            f"{many}, the process is gone ({', '.join(run_id[:8] for run_id in hanging)}): "
            "the next `newsmill run` or `newsmill dev` marks it failed and continues",
            soft_wrap=True,
        )
    return runs, hanging


def last_runs(instance: dg.DagsterInstance) -> list[dict[str, Any]]:
    """Return the last runs of this home, newest first."""
    return [
        {
            "run_id": record.dagster_run.run_id,
            "job": record.dagster_run.job_name,
            "status": record.dagster_run.status.value,
            "started": _time(record.start_time),
            "failed_checks": ", ".join(failed_checks(instance, record.dagster_run.run_id)),
            "seconds": round(record.end_time - record.start_time, 1) if record.end_time and record.start_time else None,
        }
        for record in instance.get_run_records(limit=LAST_RUNS)
    ]


def failed_checks(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """Return the checks of severity error that a run did not pass, even if it did not publish."""
    events = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
    evaluations = [
        record.event_log_entry.dagster_event.asset_check_evaluation_data
        for record in events
        if record.event_log_entry.dagster_event
    ]
    return [
        f"{evaluation.asset_key.to_user_string()} {evaluation.check_name}"
        for evaluation in evaluations
        if not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR
    ]


def _time(epoch: float | None) -> str | None:
    return dt.datetime.fromtimestamp(epoch, dt.UTC).isoformat(timespec="seconds") if epoch else None
