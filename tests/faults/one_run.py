"""A whole run without Dagster: python -m faults.one_run INPUT HOME. Prints the name of each stage before it."""

from __future__ import annotations

import sys
from pathlib import Path

from newsmill import stages
from newsmill.home_lock import hold_home
from newsmill.settings import load_settings
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.sql_models import load_project

STAGES = ["archive", *(stage.name for stage in stages.STAGES), "derived", "publish"]


def run(input_folder: Path, home: Path) -> None:
    settings = load_settings(input=input_folder, home=home, workers=1)
    project, taxonomy = load_project(settings.models), load_taxonomy(settings.topics)
    with hold_home(home, "faults", 60):
        announce("archive")
        stages.archive_input(settings, None)
        dates = stages.open_archive(settings).dates()
        with open_writer(settings.database) as con:
            run_all = stages.Run(settings, "run")
            for stage in stages.STAGES:
                announce(stage.name)
                stage.run(con, run_all, dates)
            announce("derived")
            stages.build_derived(con, project, dates)
            announce("publish")
            stages.publish(con, settings, taxonomy, checks=())


def announce(stage: str) -> None:
    print(stage, flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
