"""How the report asks the database: bound parameters in, plain rows out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import polars as pl

Row = dict[str, Any]


def frame(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object, **named: object) -> pl.DataFrame:
    return con.execute(sql, named or list(parameters)).pl()


def rows(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object, **named: object) -> list[Row]:
    return frame(con, sql, *parameters, **named).to_dicts()


def row(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> Row:
    """The one row of an aggregate."""
    [only] = rows(con, sql, *parameters)
    return only


@contextmanager
def lent(con: duckdb.DuckDBPyConnection, name: str, table: pl.DataFrame) -> Iterator[None]:
    """A frame that queries can join under a name, for as long as it takes; nothing is written."""
    con.register(name, table.to_arrow())
    try:
        yield
    finally:
        con.unregister(name)
