"""`newsmill run`."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from newsmill.errors import UserError
from newsmill.home_lock import hold_home
from newsmill.last_run import LastRun, inputs_digest, read_last_run, record_last_run
from newsmill.quality.files import FileCounts, count_files
from newsmill.quality.gate import failing_checks
from newsmill.quality.ledger import reconcile
from newsmill.settings import Settings
from newsmill.sources.archive import Archive
from newsmill.sources.scanning.file_log import latest_look, read_file_log
from newsmill.sources.scanning.scan import Scan, scan_input
from newsmill.warehouse.connection import open_reader, require_own_version
from newsmill.warehouse.publish import DATABASE, REPORT
from pipelines.cli.show import err, out, print_json, progress, text
from pipelines.outcome import Outcome

Bounds = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True)
class RunOptions:
    """The options of `newsmill run` that are not settings.

    Attributes:
        wanted: the ingest dates to process, each in a run of its own; those of the input folder where empty.
        bounds: the first and the last ingest date to process.
        reprocess: process dates of which nothing has changed, too.
        full_checks: make all checks on whole tables, also where nothing has changed.
    """

    wanted: list[dt.date]
    bounds: Bounds
    reprocess: bool = False
    full_checks: bool = False
    as_json: bool = False
    verbose: bool = False


def run_command(settings: Settings, options: RunOptions) -> int:
    """Process the input folder's dates in one run (one run per date with --date); return the exit code.

    Where nothing has changed since the last run, nothing runs.

    Raises:
        UserError: for a wrong path, setting, taxonomy, suite or SQL model, or a database of another version;
            nothing is written then.
    """
    started = time.monotonic()
    found = scan_input(settings)
    dates = _select_dates(settings, found, options)
    last = None if options.reprocess or options.full_checks else read_last_run(settings.home)
    outcomes: list[Outcome] = []
    if last is None or last.inputs != inputs_digest(settings, found):
        last = None
        outcomes = _run(settings, found, dates, options)
    seconds = time.monotonic() - started
    if options.as_json:
        print_json(
            {
                "runs": [outcome_row(outcome) for outcome in outcomes],
                "unchanged_since": last and last.ended_at,
                "reconciliation": reconciliation_totals(settings) if all(o.success for o in outcomes) else {},
                "files": vars(count_input_files(settings)),
                "seconds": seconds,
            }
        )
    else:
        if last:
            print_unchanged(settings, last)
        print_outcomes(settings, outcomes, seconds)
    return exit_code(outcomes)


def _run(settings: Settings, found: Scan, dates: list[dt.date], options: RunOptions) -> list[Outcome]:
    """Process the dates; record the run where it leaves nothing to do."""
    # Dagster takes a second to import.
    from pipelines.execute import run_daily
    from pipelines.partitions import ingest_days, require_partitions, with_first_ingest_date
    from pipelines.runs.wanted import wanted_dates

    require_own_version(settings.database)
    partitioned = with_first_ingest_date(settings, dates)
    require_partitions(ingest_days(partitioned), dates)
    ranges = [(date, date) for date in dates] if options.wanted else [(dates[0], dates[-1])]
    with progress(quiet=options.as_json or options.verbose):
        outcomes = [
            run_daily(
                partitioned,
                first,
                last,
                reprocess=options.reprocess,
                full_checks=options.full_checks,
                verbose=options.verbose,
            )
            for first, last in ranges
        ]
    # Where another process writes to the home already, there is more to come.
    with suppress(UserError), hold_home(settings.home, "newsmill run", patience_seconds=0):
        if all(outcome.is_clean for outcome in outcomes) and not wanted_dates(settings, found):
            ended = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            record_last_run(settings.home, LastRun(outcomes[-1].run_id, ended, inputs_digest(settings, found)))
    return outcomes


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """Return 0 where all is well, 2 where every error is one that the user can fix, else 1."""
    if all(outcome.is_clean for outcome in outcomes):
        return 0
    return 2 if all(outcome.is_clean or outcome.is_for_user for outcome in outcomes) else 1


def print_unchanged(settings: Settings, last: LastRun) -> None:
    """Print that nothing has changed, and the checks that warned in the last run."""
    out.print(f"nothing has changed since the run of {last.ended_at}; `newsmill run --reprocess` runs in any case")
    with open_reader(settings.published / DATABASE) as con:
        for check in failing_checks(con).iter_rows(named=True):
            err.print(f"[yellow]{check['severity']}[/] {check['table_name']} {check['expectation']}: see `status`")


def _select_dates(settings: Settings, found: Scan, options: RunOptions) -> list[dt.date]:
    """Return the input's ingest dates that were asked for, in order; those of the archive can be asked for too."""
    wanted, bounds = options.wanted, options.bounds
    archived = Archive(settings.home / "raw").dates() if wanted or any(bounds) else []
    if not archived:
        found.require_files(settings.input)
    available = sorted({file.ingest_date for file in found.files})
    if wanted or not available:
        available = sorted({*available, *archived})
    since, until = bounds[0] or available[0], bounds[1] or available[-1]
    dates = [date for date in available if since <= date <= until and (not wanted or date in wanted)]
    if not dates:
        asked = ", ".join(map(str, wanted)) or f"{since} to {until}"
        raise UserError(
            f"--date/--since/--until {asked}",
            "neither the input nor the archive has such an ingest date",
            f"they have files from {available[0]} to {available[-1]}",
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


def count_input_files(settings: Settings) -> FileCounts:
    """Return how many files of the last look at the input were read, skipped or failed."""
    return count_files(latest_look(read_file_log(settings.home / "raw")))


def print_file_counts(counts: FileCounts) -> None:
    """Print which files were not read, by ending; nothing where all were."""
    for name, number, endings in (
        ("skipped", counts.skipped, counts.skipped_endings),
        ("failed", counts.failed, counts.failed_endings),
    ):
        if number:
            out.print(f"{name} {number:,} {'file' if number == 1 else 'files'}: {text(endings)}", soft_wrap=True)
    for path in counts.misdated:
        out.print(f"skipped {text(path)}: its ingest date is out of range; see `explain`", soft_wrap=True)


def print_outcomes(settings: Settings, outcomes: list[Outcome], seconds: float) -> None:
    """Print what failed in the runs; where all succeeded, the published reconciliation and where to look."""
    for outcome in outcomes:
        for message in outcome.errors:
            err.print(f"[red]failed[/red] {text(message)}")
        for check in outcome.failed_checks:
            color = "red" if check.severity == "ERROR" else "yellow"
            err.print(f"[{color}]{check.severity.lower()}[/] {check.asset} {check.name}: {text(check.description)}")
    print_file_counts(count_input_files(settings))
    if not all(outcome.success for outcome in outcomes):
        err.print(_state_of_copy(settings))
        return
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


def _state_of_copy(settings: Settings) -> str:
    """Return what analysts have after a run that failed: totals of an earlier run are not those of this one."""
    try:
        published = (settings.published / DATABASE).stat().st_mtime
    except OSError:
        return "nothing is published yet; `newsmill dev` shows the run and its log"
    at = dt.datetime.fromtimestamp(published, dt.UTC)
    return f"not published; the copy of {at:%Y-%m-%d %H:%M} UTC stays; `newsmill dev` shows the run and its log"


def _command_name() -> str:
    """Return the command as the user can type it: its name if it is on the PATH, else its path."""
    called = Path(sys.argv[0])
    found = shutil.which("newsmill")
    return "newsmill" if found and Path(found).resolve() == called.resolve() else str(called)
