"""How frames land in tables: the rows of an ingest date are replaced whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb
import polars as pl

from newsmill.table import Table
from newsmill.warehouse.schema import quoted


def replace_date(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    date: dt.date,
    rows: pl.DataFrame | Path,
    only: Collection[str] | None = None,
) -> int:
    """Put `rows` (a frame, or a folder of staged Parquet) in place of the date's rows; returns how many there are.

    With `only`, in place of the rows of these records. Runs inside the caller's transaction.
    """
    chosen = "($only is null or record_id in (select unnest($only::varchar[])))"
    con.execute(
        f"delete from {table.name} where ingest_date = $date and {chosen}",  # noqa: S608
        {"date": date, "only": None if only is None else sorted(only)},
    )
    insert(con, table, rows)
    return count(con, table, date)


def insert(con: duckdb.DuckDBPyConnection, table: Table, rows: pl.DataFrame | Path) -> None:
    """Add the rows of a frame, held against the table's columns first, or of a folder of staged Parquet."""
    if isinstance(rows, Path):
        if any(rows.glob("*.parquet")):
            con.execute(
                f"insert into {table.name} by name select * from read_parquet(?, hive_partitioning = false)",  # noqa: S608
                [str(rows / "*.parquet")],
            )
    elif rows.height:
        con.register("landing_rows", table.conform(rows).to_arrow())
        con.execute(f"insert into {table.name} by name select * from landing_rows")  # noqa: S608
        con.unregister("landing_rows")


def replace_table(con: duckdb.DuckDBPyConnection, table: Table, rows: pl.DataFrame) -> None:
    """Make the table anew, with these rows and what its columns say of themselves; in the caller's transaction."""
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
    con.execute(f"create schema if not exists {table.name.split('.')[0]}")
    con.execute(f"create or replace table {table.name} ({columns})")
    con.execute(f"comment on table {table.name} is {quoted('A row is ' + table.grain + '.')}")
    for column in table.columns:
        con.execute(f"comment on column {table.name}.{column.name} is {quoted(column.text)}")
    insert(con, table, rows)


def count(con: duckdb.DuckDBPyConnection, table: Table, date: dt.date) -> int:
    """Rows of the table on one ingest date."""
    [(rows,)] = con.execute(f"select count(*) from {table.name} where ingest_date = ?", [date]).fetchall()  # noqa: S608
    return int(rows)


def batches(
    con: duckdb.DuckDBPyConnection, query: str, parameters: list[object] | dict[str, object], size: int
) -> Iterator[pl.DataFrame]:
    """A query's rows as frames of at most `size` rows, one in memory at a time.

    The connection can't run anything else until the last is read.
    """
    for batch in con.execute(query, parameters).to_arrow_reader(size):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        yield frame
