"""The Dagster instance that lives in the home folder: runs of the command line and of the UI stand side by side."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from newsmill.errors import UserError
from newsmill.settings import Settings
from pipelines.event_log import kept_open

CONFIG = """\
# Written by newsmill. Nothing is sent anywhere, nothing asks for an address.
telemetry:
  enabled: false
nux:
  enabled: false
# One run writes the DuckDB file at a time; the others wait in the queue.
concurrency:
  pools:
    default_limit: 1
    granularity: run
  runs:
    max_concurrent_runs: 4
run_monitoring:
  enabled: true
"""


def dagster_home(settings: Settings) -> Path:
    """DAGSTER_HOME where it is set, else `dagster/` in the home, made and configured on first use."""
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
        raise UserError(f"--home {settings.home}", str(error), "choose a folder that can be written") from error
    return folder


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance of this home."""
    folder = dagster_home(settings)
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder), overrides=kept_open(folder)))
