"""`newsmill run`."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from newsmill.errors import UserError
from newsmill.quality.ledger import reconcile
from newsmill.settings import Settings
from newsmill.sources.folder import scan
from newsmill.warehouse.connection import open_reader, require_own_version
from newsmill.warehouse.publish import DATABASE, REPORT
from pipelines.cli.show import err, out, print_json, progress, text
from pipelines.execute import Outcome, run_daily
from pipelines.partitions import ingest_days, require_partitions, with_first_ingest_date

Bounds = tuple[dt.date | None, dt.date | None]


def run_command(settings: Settings, wanted: list[dt.date], bounds: Bounds, *, as_json: bool, verbose: bool) -> int:
    """Process the input folder's dates in one run (one run per date with --date); return the exit code.

    Raises:
        UserError: for a wrong path, setting, taxonomy, suite or SQL model, or a database of another version;
            nothing is written then.
    """
    started = time.monotonic()
    require_own_version(settings.database)
    available = sorted({file.ingest_date for file in scan(settings.input).files})
    dates = _select_dates(available, wanted, bounds)
    settings = with_first_ingest_date(settings, available)
    require_partitions(ingest_days(settings), dates)
    ranges = [(date, date) for date in dates] if wanted else [(dates[0], dates[-1])]
    with progress(quiet=as_json or verbose):
        outcomes = [run_daily(settings, first, last, verbose=verbose) for first, last in ranges]
    seconds = time.monotonic() - started
    if as_json:
        print_json(
            {
                "runs": [outcome_row(outcome) for outcome in outcomes],
                "reconciliation": reconciliation_totals(settings),
                "seconds": seconds,
            }
        )
    else:
        print_outcomes(settings, outcomes, seconds)
    return 0 if all(outcome.is_clean for outcome in outcomes) else 1


def _select_dates(available: list[dt.date], wanted: list[dt.date], bounds: Bounds) -> list[dt.date]:
    """Return the available ingest dates that were asked for, in order."""
    since, until = bounds[0] or available[0], bounds[1] or available[-1]
    dates = [date for date in available if since <= date <= until and (not wanted or date in wanted)]
    if not dates:
        asked = ", ".join(map(str, wanted)) or f"{since} to {until}"
        raise UserError(
            f"--date/--since/--until {asked}",
            "the input has no file with such an ingest date",
            f"it has files from {available[0]} to {available[-1]}",
        )
    return dates


def outcome_row(outcome: Outcome) -> dict[str, Any]:
    return {**asdict(outcome), "clean": outcome.is_clean}


def reconciliation_totals(settings: Settings) -> dict[str, int]:
    """Return the totals of the published reconciliation; empty where this version has published nothing."""
    try:
        with open_reader(settings.published / DATABASE) as con:
            days = reconcile(con, None)
            [(forgotten,)] = con.execute("select count(*) from quality.forgotten").fetchall()
    except UserError:
        return {}
    names = ("records", "kept", "merged", "quarantined", "unreconciled")
    return {name: sum(getattr(day, name) for day in days) for name in names} | {"forgotten": forgotten}


def print_outcomes(settings: Settings, outcomes: list[Outcome], seconds: float) -> None:
    """Print what failed in the runs, the published reconciliation, and where to look."""
    for outcome in outcomes:
        for message in outcome.errors:
            err.print(f"[red]failed[/red] {text(message)}")
        for check in outcome.failed_checks:
            color = "red" if check.severity == "ERROR" else "yellow"
            err.print(f"[{color}]{check.severity.lower()}[/] {check.asset} {check.name}: {text(check.description)}")
    totals = reconciliation_totals(settings)
    if not totals:
        err.print("nothing is published by this version; `newsmill dev` shows the run and its log")
        return
    out.print(
        f"{totals['records']:,} records = {totals['kept']:,} kept + {totals['merged']:,} merged"
        f" + {totals['quarantined']:,} quarantined; {seconds:.0f} s"
    )
    if totals["forgotten"]:
        out.print(f"{totals['forgotten']:,} suppressed by tombstones")
    out.print(f"database  {(settings.published / DATABASE).resolve()}", soft_wrap=True)
    out.print(f"report    {(settings.published / REPORT).resolve()}", soft_wrap=True)
    home = f"--home {settings.home}"
    for what in ("report", "query 'from trends.topic_daily'", "status", "dev"):
        out.print(f"look      {_command_name()} {what} {home}", soft_wrap=True)


def _command_name() -> str:
    """Return the command as the user can type it: its name if it is on the PATH, else its path."""
    called = Path(sys.argv[0])
    found = shutil.which("newsmill")
    return "newsmill" if found and Path(found).resolve() == called.resolve() else str(called)
