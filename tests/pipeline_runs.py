"""For tests of the whole: mill an input folder without Dagster, and hold two homes against each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from newsmill import stages
from newsmill.settings import Settings, load_settings
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.sql_models import build_model, load_project
from newsmill.warehouse.staleness import dates_to_retag, dates_with_stale_tags

# What tells when and by whom a row was written, not what it says.
OF_THE_RUN = {"run_id", "checked_at"}
# Kept by run, as history.
HISTORY = {"quality.check_results", "stories.merges"}


def settings_for(input_folder: Path, home: Path) -> Settings:
    return load_settings(input=input_folder, home=home, workers=1)


def run_dates(settings: Settings, dates: Sequence[dt.date], run_id: str = "test") -> None:
    """One night: the stages for the dates, in the order given, and then the models."""
    taxonomy = load_taxonomy(settings.topics)
    stages.archive_input(settings, dates)
    with open_writer(settings.database) as con:
        for date in dates:
            stages.load_records(con, settings, date, run_id)
            stages.load_pages(con, settings, date, run_id)
            stages.load_stories(con, settings, date, run_id)
            stages.load_topics(con, settings, taxonomy, date)
        for date in dates_to_retag(con):
            stages.load_topics(con, settings, taxonomy, date)
        build_models(con, settings, dates)


def build_models(con: duckdb.DuckDBPyConnection, settings: Settings, dates: Sequence[dt.date]) -> None:
    project = load_project(settings.models)
    dates = sorted({*dates, *dates_with_stale_tags(con)})
    for model in project.models:
        build_model(con, project, model, {"ingest_dates": [date.isoformat() for date in dates]})
    stages.load_bursts(con)


def tables_of(database: Path) -> dict[str, pl.DataFrame]:
    """Every table and view, rows sorted, without what belongs to the run."""
    with duckdb.connect(str(database), read_only=True) as con:
        names = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal union all "
            "select schema_name || '.' || view_name from duckdb_views() where not internal order by 1"
        ).fetchall()
        tables = {}
        for (name,) in names:
            if name not in HISTORY:
                frame = con.execute(f"from {name}").pl()
                kept = [column for column in frame.columns if column not in OF_THE_RUN]
                tables[name] = frame.select(kept).sort(kept)
        return tables


def differing(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> list[str]:
    """The names of the tables that are not the same in both."""
    return [
        name
        for name in sorted({*one, *other})
        if name not in one or name not in other or not one[name].equals(other[name])
    ]
