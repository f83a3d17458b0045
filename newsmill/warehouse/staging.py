"""Staging: rows wait as Parquet files in a folder until one transaction writes them together."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from newsmill.table import Table


def stage(folder: Path, table: Table, number: int, rows: pl.DataFrame) -> None:
    """Write rows of a table to the staging folder, as part `number`."""
    (folder / table.name).mkdir(exist_ok=True)
    table.conform(rows).write_parquet(folder / table.name / f"{number:06}.parquet")


@contextmanager
def staging_folder(home: Path) -> Iterator[Path]:
    """Create a staging folder in the home, and remove it after the block.

    The caller holds the writer's connection, so older files there are the leftovers of a crash and are removed.
    """
    root = home / "staging"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    try:
        # A new name each time: DuckDB caches files by path, and would return stale rows of a rewritten file.
        yield Path(tempfile.mkdtemp(dir=root))
    finally:
        shutil.rmtree(root, ignore_errors=True)
