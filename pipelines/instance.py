"""The Dagster instance of the home folder, shared by the command line and the UI."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from newsmill.errors import UserError
from newsmill.settings import Settings
from pipelines.event_log import event_log_override

CONFIG = """\
# Written by newsmill. No telemetry, no sign-up dialog.
telemetry:
  enabled: false
nux:
  enabled: false
# One run at a time writes the DuckDB file; the others wait in the queue.
concurrency:
  pools:
    default_limit: 1
    granularity: run
  runs:
    max_concurrent_runs: 4
# Ticks of schedule and sensor are kept for a month; skipped ones for a week.
retention:
  schedule:
    purge_after_days: {skipped: 7, failure: 30, success: 30}
  sensor:
    purge_after_days: {skipped: 7, failure: 30, success: 30}
run_monitoring:
  enabled: true
"""


def dagster_home(settings: Settings) -> Path:
    """Return DAGSTER_HOME where it is set, else `dagster/` in the home, created and configured on first use.

    Raises:
        UserError: when the folder cannot be written.
    """
    given = os.environ.get("DAGSTER_HOME")
    if given:
        return Path(given)
    folder = (settings.home / "dagster").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "dagster.yaml"
        if not config.exists():
            config.write_text(CONFIG, encoding="utf-8")
    except OSError as error:
        raise UserError(f"--home {settings.home}", str(error), "choose a writable folder") from error
    return folder


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Return the instance of this home."""
    folder = dagster_home(settings)
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder), overrides=event_log_override(folder)))
