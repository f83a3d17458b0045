"""Output of the commands: tables and progress for a person, plain lines for a log, JSON for a script."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from newsmill.progress import reporting

# Without a terminal, rich would wrap at 80 columns and cut what a log should keep.
out = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
err = Console(stderr=True, width=None if sys.stderr.isatty() else 200, highlight=False)

LOG_SECONDS = 10.0


def print_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    print(json.dumps(value, ensure_ascii=False, default=_plain, indent=2))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date) else str(value)


def print_table(frame: pl.DataFrame, title: str | None = None) -> None:
    """Print a frame as a table."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name, dtype in frame.schema.items():
        table.add_column(text(name), justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.iter_rows():
        table.add_row(*("" if value is None else text(value) for value in row))
    out.print(table)


def text(value: object) -> str:
    """Return a value for the terminal, without control characters and markup that a page may contain."""
    shown = f"{value:.4g}" if isinstance(value, float) else str(value)
    return escape("".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in shown))


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
