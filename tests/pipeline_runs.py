"""Process an input folder without Dagster, and compare the tables of two homes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from newsmill import stages
from newsmill.settings import Settings, load_settings
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.sql_models import load_project

# Columns that state when and by which run a row was written.
RUN_COLUMNS = {"run_id", "checked_at", "seen_at"}
# Tables that keep the history of runs.
HISTORY = {"quality.check_results", "quality.dates", "quality.stage_inputs", "stories.merges"}


def settings_for(input_folder: Path, home: Path) -> Settings:
    return load_settings(input=input_folder, home=home, workers=1)


def run_input(settings: Settings, dates: Sequence[dt.date], run_id: str = "test") -> None:
    """Process ingest dates of the input folder: archive, stages, derived tables."""
    stages.archive_input(settings, dates)
    with open_writer(settings.database) as con:
        stages.run_dates(con, stages.Run(settings, run_id), dates)
        stages.build_derived(con, load_project(settings.models), dates)


def tables_of(database: Path) -> dict[str, pl.DataFrame]:
    """Return every table and view, rows sorted, without the columns of the run."""
    with duckdb.connect(str(database), read_only=True) as con:
        names = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal union all "
            "select schema_name || '.' || view_name from duckdb_views() where not internal order by 1"
        ).fetchall()
        tables = {}
        for (name,) in names:
            if name not in HISTORY:
                frame = con.execute(f"from {name}").pl()
                kept = [column for column in frame.columns if column not in RUN_COLUMNS]
                tables[name] = frame.select(kept).sort(kept)
        return tables


def differing(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> list[str]:
    """Return the names of the tables that differ."""
    return [
        name
        for name in sorted({*one, *other})
        if name not in one or name not in other or not one[name].equals(other[name])
    ]
