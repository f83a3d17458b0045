"""`newsmill rebuild`."""

from __future__ import annotations

import datetime as dt
import shlex
import time
from pathlib import Path

from newsmill import stages
from newsmill.errors import UserError
from newsmill.maintenance.rebuild import SetAside, lead_on, set_aside
from newsmill.settings import Settings
from newsmill.sources.folder import scan
from newsmill.topics.taxonomy import load_taxonomy
from pipelines.cli.run import plain, sums, tell
from pipelines.cli.show import err, out, print_json, progress, text
from pipelines.code_location import code_location
from pipelines.execute import run_daily
from pipelines.partitions import ingest_days, require_partitions


def rebuild_command(settings: Settings, *, replace_old: bool, as_json: bool, verbose: bool) -> int:
    """Mill all that is archived into a new database, in one run; returns the exit code.

    An input folder that someone named is read too, as a run does; the shipped sample is not.

    Raises:
        UserError: when nothing is archived, an old database is still there, the present one is locked, or taxonomy,
            suites or SQL models are wrong; nothing is changed then.
    """
    started = time.monotonic()
    found = _input_dates(settings)
    dates = sorted({*stages.archive_of(settings).dates(), *(found or ())})
    if not dates:
        raise UserError(str(settings.home / "raw"), "nothing is archived there", "run `newsmill run` with this --home")
    require_partitions(ingest_days(settings), dates)
    code_location(settings)  # What is wrong is told before anything is moved.
    old = set_aside(settings, replace_old=replace_old)
    led = 0
    try:
        with progress(quiet=as_json or verbose):
            outcome = run_daily(settings, dates[0], dates[-1], archive_only=found is None, verbose=verbose)
            if old and outcome.success:
                led = lead_on(settings, load_taxonomy(settings.topics), old.path)
    except BaseException:
        _tell_way_back(settings, old)
        raise
    seconds = time.monotonic() - started
    if as_json:
        done = {
            "dates": dates,
            "runs": [plain(outcome)],
            "reconciliation": sums(settings),
            "old_database": old and old.path,
            "check_results": old.check_results if old else 0,
            "story_ids": led,
            "seconds": seconds,
        }
        print_json(done)
    else:
        tell(settings, [outcome], seconds)
    if not outcome.success:
        _tell_way_back(settings, old)
    elif not as_json:
        _tell_done(dates, old, led)
    return 0 if outcome.clean else 1


def _input_dates(settings: Settings) -> set[dt.date] | None:
    """The ingest dates of the input folder; None where none was named, or it holds nothing any more."""
    if "input" not in settings.model_fields_set:
        return None
    try:
        return {file.ingest_date for file in scan(settings.input).files}
    except UserError as error:
        err.print(f"{text(error.where)}: {text(error.problem)}; the archive alone is read", soft_wrap=True)
        return None


def _tell_done(dates: list[dt.date], old: SetAside | None, led: int) -> None:
    out.print(f"rebuilt   {len(dates):,} ingest dates, {dates[0]} to {dates[-1]}")
    if old:
        out.print(f"kept      {old.check_results:,} results of checks; {led:,} old story ids lead on")
        out.print(f"old       {text(_resolved(old.path))}; delete it when all is well", soft_wrap=True)


def _tell_way_back(settings: Settings, old: SetAside | None) -> None:
    if old:
        back = shlex.join(["mv", "-f", _resolved(old.path), _resolved(settings.database)])
        err.print(f"not rebuilt; the old database is still there, and this puts it back: {text(back)}", soft_wrap=True)


def _resolved(path: Path) -> str:
    return str(path.resolve())
