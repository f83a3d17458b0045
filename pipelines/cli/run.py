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
from pipelines.partitions import ingest_days, require_partitions

Bounds = tuple[dt.date | None, dt.date | None]


def run_command(settings: Settings, wanted: list[dt.date], bounds: Bounds, *, as_json: bool, verbose: bool) -> int:
    """Mill the input folder's dates in one run (one a date where single dates are named); returns the exit code.

    Raises:
        UserError: for a wrong path, setting, taxonomy, suite or SQL model, or a database that another version made;
            nothing is written then.
    """
    started = time.monotonic()
    require_own_version(settings.database)
    dates = _dates(settings, wanted, bounds)
    require_partitions(ingest_days(settings), dates)
    ranges = [(date, date) for date in dates] if wanted else [(dates[0], dates[-1])]
    with progress(quiet=as_json or verbose):
        outcomes = [run_daily(settings, first, last, verbose=verbose) for first, last in ranges]
    seconds = time.monotonic() - started
    if as_json:
        print_json(
            {"runs": [plain(outcome) for outcome in outcomes], "reconciliation": sums(settings), "seconds": seconds}
        )
    else:
        tell(settings, outcomes, seconds)
    return 0 if all(outcome.clean for outcome in outcomes) else 1


def _dates(settings: Settings, wanted: list[dt.date], bounds: Bounds) -> list[dt.date]:
    """The ingest dates to mill, in order: those the input folder holds, within what was asked for."""
    held = sorted({file.ingest_date for file in scan(settings.input).files})
    since, until = bounds[0] or held[0], bounds[1] or held[-1]
    dates = [date for date in held if since <= date <= until and (not wanted or date in wanted)]
    if not dates:
        asked = ", ".join(map(str, wanted)) or f"{since} to {until}"
        raise UserError(
            f"--date/--since/--until {asked}",
            "the input has no file of these ingest dates",
            f"it has {held[0]} to {held[-1]}",
        )
    return dates


def plain(outcome: Outcome) -> dict[str, Any]:
    return {**asdict(outcome), "clean": outcome.clean}


def sums(settings: Settings) -> dict[str, int]:
    """The sums of the published reconciliation; empty where this version of newsmill has published nothing."""
    try:
        with open_reader(settings.published / DATABASE) as con:
            days = reconcile(con, None)
            [(forgotten,)] = con.execute("select count(*) from quality.forgotten").fetchall()
    except UserError:
        return {}
    names = ("records", "kept", "merged", "quarantined", "unreconciled")
    return {name: sum(getattr(day, name) for day in days) for name in names} | {"forgotten": forgotten}


def tell(settings: Settings, outcomes: list[Outcome], seconds: float) -> None:
    """What failed in the runs, the published reconciliation, and where to look."""
    for outcome in outcomes:
        for message in outcome.errors:
            err.print(f"[red]failed[/red] {text(message)}")
        for check in outcome.failed_checks:
            colour = "red" if check.severity == "ERROR" else "yellow"
            err.print(f"[{colour}]{check.severity.lower()}[/] {check.asset} {check.name}: {text(check.description)}")
    told = sums(settings)
    if not told:
        err.print("this version has published nothing here; `newsmill dev` shows the run and its log")
        return
    out.print(
        f"{told['records']:,} records = {told['kept']:,} kept + {told['merged']:,} merged"
        f" + {told['quarantined']:,} quarantined; {seconds:.0f} s"
    )
    if told["forgotten"]:
        out.print(f"{told['forgotten']:,} more were forgotten and stay out")
    out.print(f"database  {(settings.published / DATABASE).resolve()}", soft_wrap=True)
    out.print(f"report    {(settings.published / REPORT).resolve()}", soft_wrap=True)
    home = f"--home {settings.home}"
    for what in ("report", "query 'from trends.topic_daily'", "status", "dev"):
        out.print(f"look      {_as_called()} {what} {home}", soft_wrap=True)


def _as_called() -> str:
    """The command as it can be typed again: its name where the PATH finds it, else the path it was called by."""
    called = Path(sys.argv[0])
    found = shutil.which("newsmill")
    return "newsmill" if found and Path(found).resolve() == called.resolve() else str(called)
