"""Staging: rows that wait as Parquet in a folder until they land together."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from newsmill.table import Table


def stage(folder: Path, table: Table, number: int, rows: pl.DataFrame) -> None:
    """Add rows of a table to those that wait for it."""
    (folder / table.name).mkdir(exist_ok=True)
    table.conform(rows).write_parquet(folder / table.name / f"{number:06}.parquet")


@contextmanager
def staging_folder(home: Path) -> Iterator[Path]:
    """A folder in the home for rows that wait to land; gone afterwards.

    Whoever stages holds the writer's connection, so what lies there already was left by a crash.
    """
    root = home / "staging"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    try:
        # A new name each time: DuckDB caches files by path, and would mix a rewritten one with what it knows.
        yield Path(tempfile.mkdtemp(dir=root))
    finally:
        shutil.rmtree(root, ignore_errors=True)
