"""How the report asks the database: bound parameters in, plain rows out."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl

Row = dict[str, Any]


def frame(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> pl.DataFrame:
    return con.execute(sql, list(parameters)).pl()


def rows(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> list[Row]:
    return frame(con, sql, *parameters).to_dicts()


def row(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> Row:
    """The one row of an aggregate."""
    [only] = rows(con, sql, *parameters)
    return only
