"""`newsmill export`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from newsmill.analyst.export import export_table
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_reader
from newsmill.warehouse.publish import DATABASE
from pipelines.cli.show import err


def export_command(
    settings: Settings,
    table: str,
    format: str,
    target: Path | None,
    *,
    topic: str | None,
    bounds: tuple[dt.date | None, dt.date | None],
    force: bool,
) -> None:
    """Export one table and print the path of the file.

    Raises:
        UserError: when nothing is published, or the table cannot be exported in this format.
    """
    file = target or Path(f"{table}.{format}")
    since, until = bounds
    with open_reader(settings.published / DATABASE) as con:
        rows = export_table(con, table, format, file, topic=topic, since=since, until=until, force=force)
    print(file.resolve())
    err.print(f"{rows:,} rows")
