"""The cost of each stage: newsmill's functions over an input folder, in one process, in CPU time."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import polars as pl

from newsmill import stages
from newsmill.quality.checks import run_suite
from newsmill.quality.suites import load_suites
from newsmill.report.build import build_report
from newsmill.settings import Settings
from newsmill.sources.scanning.scan import scan
from newsmill.warehouse.connection import open_reader, open_writer
from newsmill.warehouse.publish import publish_database
from newsmill.warehouse.sql_models import load_project

Seconds = dict[str, float]


def measure(settings: Settings, rounds: int) -> pl.DataFrame:
    """Return one row per stage: `stage`, `ms_per_page` (CPU ms per record), `share` (percent of the total)."""
    runs: dict[str, list[float]] = defaultdict(list)
    records = 0
    # The first round pays for imports and caches, and is not counted.
    for number in range(rounds + 1):
        with tempfile.TemporaryDirectory() as home:
            seconds, records = _one_round(settings.model_copy(update={"home": Path(home), "workers": 1}))
        if number:
            for stage, spent in seconds.items():
                runs[stage].append(spent)
    medians = {stage: median(spent) for stage, spent in runs.items()}
    total = sum(medians.values())
    return pl.DataFrame(
        {
            "stage": list(medians),
            "ms_per_page": [round(1000 * spent / records, 3) for spent in medians.values()],
            "share": [f"{spent / total:.1%}" for spent in medians.values()],
        }
    )


def _one_round(settings: Settings) -> tuple[Seconds, int]:
    seconds: Seconds = {}
    dates = sorted({file.ingest_date for file in scan(settings.input).files})
    project = load_project(settings.models)
    with _timed(seconds, "archive the input"):
        stages.archive_input(settings, dates)
    run, records = stages.Run(settings, "bench"), 0
    with open_writer(settings.database) as con:
        for stage in stages.STAGES:
            with _timed(seconds, f"stage {stage.name}"):
                rows = stage.run(con, run, dates)
            records = records or rows
        with _timed(seconds, "build SQL models"):
            stages.build_derived(con, project, dates)
        with _timed(seconds, "check expectations"):
            for suite in load_suites():
                run_suite(con, suite, dates if suite.by_date else None)
        with _timed(seconds, "publish the copy"):
            target = publish_database(con, settings.published)
    with _timed(seconds, "build the report"), open_reader(target) as con:
        build_report(con, dt.datetime.now(dt.UTC).replace(tzinfo=None), run.taxonomy.names)
    return seconds, records


@contextmanager
def _timed(seconds: Seconds, stage: str) -> Iterator[None]:
    started = time.process_time()
    yield
    seconds[stage] = time.process_time() - started
