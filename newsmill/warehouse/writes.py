"""Writing frames to tables: the rows of an ingest date are replaced together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from newsmill.table import Table
from newsmill.types import Connection
from newsmill.warehouse.schema import create_table


def replace_date(
    con: Connection,
    table: Table,
    date: dt.date,
    rows: pl.DataFrame | Path,
    only: Collection[str] | None = None,
) -> int:
    """Replace the date's rows by `rows`, a frame or a folder of staged Parquet, and return the date's row count.

    With `only`, replace the rows of these records. Runs inside the caller's transaction.
    """
    chosen = "($only is null or record_id in (select unnest($only::varchar[])))"
    con.execute(
        f"delete from {table.name} where ingest_date = $date and {chosen}",  # noqa: S608
        {"date": date, "only": None if only is None else sorted(only)},
    )
    insert(con, table, rows)
    return count(con, table, date)


def insert(con: Connection, table: Table, rows: pl.DataFrame | Path) -> None:
    """Insert the rows of a frame, cast to the table's columns first, or of a folder of staged Parquet."""
    if isinstance(rows, Path):
        if any(rows.glob("*.parquet")):
            con.execute(
                f"insert into {table.name} by name select * from read_parquet(?, hive_partitioning = false)",  # noqa: S608
                [str(rows / "*.parquet")],
            )
    elif rows.height:
        con.register("new_rows", table.conform(rows).to_arrow())
        con.execute(f"insert into {table.name} by name select * from new_rows")  # noqa: S608
        con.unregister("new_rows")


def replace_table(con: Connection, table: Table, rows: pl.DataFrame) -> None:
    """Create or replace the table with these rows and its comments. Runs inside the caller's transaction."""
    create_table(con, table)
    insert(con, table, rows)


def count(con: Connection, table: Table, date: dt.date) -> int:
    """Return the number of the table's rows on one ingest date."""
    [(rows,)] = con.execute(f"select count(*) from {table.name} where ingest_date = ?", [date]).fetchall()  # noqa: S608
    return int(rows)


def batches(
    con: Connection, query: str, parameters: list[object] | dict[str, object], size: int
) -> Iterator[pl.DataFrame]:
    """Yield a query's rows as frames of at most `size` rows, one in memory at a time.

    The connection can't run another query before the last frame is read.
    """
    for batch in con.execute(query, parameters).to_arrow_reader(size):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        yield frame
