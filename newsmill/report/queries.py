"""Queries of the report: SQL with bound parameters in, frames or rows out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from newsmill.types import Connection, Row


def read_frame(con: Connection, sql: str, *parameters: object, **named: object) -> pl.DataFrame:
    return con.execute(sql, named or list(parameters)).pl()


def read_rows(con: Connection, sql: str, *parameters: object, **named: object) -> list[Row]:
    return read_frame(con, sql, *parameters, **named).to_dicts()


def read_row(con: Connection, sql: str, *parameters: object) -> Row:
    """Return the only row of an aggregate."""
    [row] = read_rows(con, sql, *parameters)
    return row


@contextmanager
def registered(con: Connection, name: str, table: pl.DataFrame) -> Iterator[None]:
    """Register a frame as a table that queries can join while the context is open; nothing is written."""
    con.register(name, table.to_arrow())
    try:
        yield
    finally:
        con.unregister(name)
