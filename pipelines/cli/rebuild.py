"""`newsmill rebuild`."""

from __future__ import annotations

import datetime as dt
import shlex
import time
from pathlib import Path

from newsmill import stages
from newsmill.errors import UserError
from newsmill.home_lock import hold_home
from newsmill.maintenance.rebuild import BackedUp, back_up_database, redirect_old_story_ids
from newsmill.settings import Settings
from newsmill.topics.taxonomy import load_taxonomy
from pipelines.cli.run import exit_code, outcome_row, print_outcomes, reconciliation_totals
from pipelines.cli.show import err, out, print_json, progress, text
from pipelines.code_location import code_location
from pipelines.execute import run_daily
from pipelines.partitions import ingest_days, require_partitions, with_first_ingest_date


def rebuild_command(settings: Settings, *, replace_old: bool, as_json: bool, verbose: bool) -> int:
    """Build a new database from the whole archive, in one run; return the exit code.

    An input folder is read too where the user names one; the shipped sample is not.

    Raises:
        UserError: when nothing is archived, a backup of an earlier rebuild exists, the database is locked, or
            taxonomy, suites or SQL models are wrong; nothing is changed then.
    """
    if not _dates(settings, _input_dates(settings)):
        raise UserError(str(settings.home / "raw"), "no archive", "run `newsmill run` with this --home")
    with hold_home(settings.home, "newsmill rebuild", settings.lock_patience_seconds):
        return _rebuild(settings, replace_old=replace_old, as_json=as_json, verbose=verbose)


def _rebuild(settings: Settings, *, replace_old: bool, as_json: bool, verbose: bool) -> int:
    started = time.monotonic()
    found = _input_dates(settings)
    dates = _dates(settings, found)
    settings = with_first_ingest_date(settings, dates)
    require_partitions(ingest_days(settings), dates)
    code_location(settings, with_lineage=False)  # reports user errors before anything is moved
    old = back_up_database(settings, replace_old=replace_old)
    redirected = 0
    try:
        with progress(quiet=as_json or verbose):
            outcome = run_daily(settings, dates[0], dates[-1], archive_only=found is None, verbose=verbose)
            if old and outcome.success:
                redirected = redirect_old_story_ids(settings, load_taxonomy(settings.topics), old.path)
    except BaseException:
        _print_how_to_restore(settings, old)
        raise
    seconds = time.monotonic() - started
    if as_json:
        done = {
            "dates": dates,
            "runs": [outcome_row(outcome)],
            "reconciliation": reconciliation_totals(settings) if outcome.success else {},
            "old_database": old and old.path,
            "check_results": old.check_results if old else 0,
            "story_ids": redirected,
            "seconds": seconds,
        }
        print_json(done)
    else:
        print_outcomes(settings, [outcome], seconds)
    if not outcome.success:
        _print_how_to_restore(settings, old)
    elif not as_json:
        _print_summary(dates, old, redirected)
    return exit_code([outcome])


def _dates(settings: Settings, found: set[dt.date] | None) -> list[dt.date]:
    return sorted({*stages.open_archive(settings).dates(), *(found or ())})


def _input_dates(settings: Settings) -> set[dt.date] | None:
    """Return the ingest dates of the input folder; None where the user named none or it has no files."""
    if "input" not in settings.model_fields_set:
        return None
    try:
        found = stages.scan_input(settings)
        found.require_files(settings.input)
        return {file.ingest_date for file in found.files}
    except UserError as error:
        err.print(f"{text(error.where)}: {text(error.problem)}; reading the archive alone", soft_wrap=True)
        return None


def _print_summary(dates: list[dt.date], old: BackedUp | None, redirected: int) -> None:
    out.print(f"rebuilt   {len(dates):,} ingest dates, {dates[0]} to {dates[-1]}")
    if old:
        out.print(f"kept      {old.check_results:,} check results; {redirected:,} old story ids redirected")
        out.print(f"old       {text(_resolved(old.path))}; delete it once the new database is right", soft_wrap=True)


def _print_how_to_restore(settings: Settings, old: BackedUp | None) -> None:
    if old:
        back = shlex.join(["mv", "-f", _resolved(old.path), _resolved(settings.database)])
        err.print(f"not rebuilt; restore the old database with: {text(back)}", soft_wrap=True)


def _resolved(path: Path) -> str:
    return str(path.resolve())
