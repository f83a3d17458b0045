"""The cost of each stage: newsmill's functions over an input folder, with one worker, in CPU time, beside its floor."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

import polars as pl
from selectolax.lexbor import LexborHTMLParser

from benchmarks.runs.process_tree import live_tree_seconds
from newsmill import stages
from newsmill.pages.encoding.decode import decode
from newsmill.pages.types import Rejected
from newsmill.quality.checks import run_suite
from newsmill.quality.suites import load_suites
from newsmill.report.build import build_report
from newsmill.settings import Settings
from newsmill.sources.scanning.scan import scan
from newsmill.warehouse.connection import open_reader, open_writer
from newsmill.warehouse.publish import publish_database
from newsmill.warehouse.sql_models import load_project

Seconds = dict[str, float]

# What a stage cannot do without, by the stage; measured in the same round.
FLOORS = {
    "archive the input": "read the files",
    "stage pages": "decode and parse HTML",
    "stage stories": "read the texts",
    "stage topics": "read the texts",
    "publish the copy": "copy the file",
}


def measure(settings: Settings, rounds: int) -> tuple[pl.DataFrame, int]:
    """Return one row per stage, and the number of records.

    Columns: `stage`, `ms_a_page` (CPU ms per record, workers included), `floor` (what the stage cannot do without),
    `floor_ms_a_page`, and `share` (percent of the total).
    """
    runs: dict[str, list[float]] = defaultdict(list)
    floors: dict[str, list[float]] = defaultdict(list)
    records = 0
    # The first round pays for imports, workers and caches, and is not counted.
    for number in range(rounds + 1):
        with tempfile.TemporaryDirectory() as home:
            own = settings.model_copy(update={"home": Path(home), "workers": 1})
            seconds, records = _one_round(own)
            floor_seconds = _measure_floors(own)
        if number:
            for into, measured in ((runs, seconds), (floors, floor_seconds)):
                for stage, spent in measured.items():
                    into[stage].append(spent)
    medians = {stage: median(spent) for stage, spent in runs.items()}
    total = sum(medians.values())
    rows = [
        {
            "stage": stage,
            "ms_a_page": 1000 * spent / records,
            "floor": FLOORS.get(stage),
            "floor_ms_a_page": 1000 * median(floors[stage]) / records if stage in FLOORS else None,
            "share": f"{spent / total:.1%}",
        }
        for stage, spent in medians.items()
    ]
    return pl.DataFrame(rows), records


def _measure_floors(settings: Settings) -> Seconds:
    """Return the seconds of what each stage cannot do without, on the home that a round has made."""
    seconds: Seconds = {}
    with _timed(seconds, "archive the input"):
        for file in scan(settings.input).files:
            (settings.input / file.path).read_bytes()
    archive = stages.open_archive(settings)
    batches = archive.batches(archive.dates(), settings.batch_records, settings.batch_bytes)
    readable = [batch.filter(pl.col("problem").is_null()).select("body", "content_type") for batch in batches]
    bodies = [row for batch in readable for row in batch.iter_rows() if row[0] and b"<html" in row[0][:2000].lower()]
    with _timed(seconds, "stage pages"):
        for body, content_type in bodies:
            with suppress(Rejected):
                LexborHTMLParser(decode(body, content_type))
    for stage in ("stage stories", "stage topics"):
        with _timed(seconds, stage), open_reader(settings.database) as con:
            con.execute("select record_id, title, text from clean.pages").pl()
    with _timed(seconds, "publish the copy"):
        shutil.copyfile(settings.database, settings.home / "copy")
    return seconds


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
    started = live_tree_seconds()
    yield
    seconds[stage] = live_tree_seconds() - started
