"""Output of the commands: tables and progress for a person, plain lines for a log, JSON for a script."""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from newsmill.progress import reporting

if TYPE_CHECKING:
    import polars as pl

# Without a terminal, rich would wrap at 80 columns and cut what a log should keep.
out = Console(width=None if sys.stdout.isatty() else 200, highlight=False, emoji=False)
err = Console(stderr=True, width=None if sys.stderr.isatty() else 200, highlight=False, emoji=False)

LOG_SECONDS = 10.0
# rich takes a second for each megabyte of a cell.
MAX_CELL_CHARS = 2_000


def folder(value: str) -> Path:
    """Return the value of an option that names a folder.

    Raises:
        typer.BadParameter: where it is empty, as that of a variable that is not set: it would be the working directory.
    """
    if not value:
        raise typer.BadParameter("it is empty; name a folder, `.` for the working directory")
    return Path(value)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout; NaN and infinity, which JSON lacks, as null."""
    print(json.dumps(_finite(value), ensure_ascii=False, default=_plain, indent=2, allow_nan=False))


def _finite(value: Any) -> Any:
    """Return the value with null in place of NaN and infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date) else str(value)


def print_table(frame: pl.DataFrame, title: str | None = None) -> None:
    """Print a frame as a table."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name, dtype in frame.schema.items():
        table.add_column(text(name), justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.iter_rows():
        table.add_row(*("" if value is None else text(_cut(value)) for value in row))
    out.print(table)


def _cut(value: object) -> object:
    """Return a long text or value cut to MAX_CELL_CHARS, with its length."""
    if isinstance(value, int | float):
        return value
    shown = str(value)
    return shown if len(shown) <= MAX_CELL_CHARS else f"{shown[:MAX_CELL_CHARS]}… ({len(shown):,} characters)"


def text(value: object) -> str:
    """Return a value for the terminal: markup and control characters that a page may contain are escaped."""
    shown = f"{value:.4g}" if isinstance(value, float) else str(value)
    return escape("".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in shown))


def _escaped(character: str) -> str:
    """Return a control character or direction mark as an escape sequence, e.g. `\\u202e`; other spaces as a space."""
    return " " if character.isspace() and character not in "\x1c\x1d\x1e\x1f" else ascii(character)[1:-1]


@contextmanager
def progress(quiet: bool) -> Iterator[None]:
    """Show the progress of the block: bars on a terminal, a line every 10 s elsewhere, nothing when quiet."""
    if quiet:
        yield
    elif err.is_terminal:
        with _bars():
            yield
    else:
        with _lines():
            yield


@contextmanager
def _bars() -> Iterator[None]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    tasks: dict[str, Any] = {}
    with Progress(*columns, console=err) as bars:

        def report(stage: str, done: int, to_do: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None)
            if to_do:
                task = next(task for task in bars.tasks if task.id == tasks[stage])
                bars.update(tasks[stage], total=(task.total or 0) + to_do)
            bars.advance(tasks[stage], done)

        with reporting(report):
            yield


@contextmanager
def _lines() -> Iterator[None]:
    counts: dict[str, int] = {}
    reported_at = 0.0

    def report(stage: str, done: int, to_do: int) -> None:
        nonlocal reported_at
        counts[stage] = counts.get(stage, 0) + done
        if done and time.monotonic() - reported_at > LOG_SECONDS:
            reported_at = time.monotonic()
            err.print(f"{stage}: {counts[stage]:,} done")

    with reporting(report):
        yield
    err.print("done: " + ", ".join(f"{stage} {count:,}" for stage, count in counts.items()))
