"""How the report asks the database: bound parameters in, plain rows out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from newsmill.types import Connection, Row


def frame(con: Connection, sql: str, *parameters: object, **named: object) -> pl.DataFrame:
    return con.execute(sql, named or list(parameters)).pl()


def rows(con: Connection, sql: str, *parameters: object, **named: object) -> list[Row]:
    return frame(con, sql, *parameters, **named).to_dicts()


def row(con: Connection, sql: str, *parameters: object) -> Row:
    """The one row of an aggregate."""
    [only] = rows(con, sql, *parameters)
    return only


@contextmanager
def lent(con: Connection, name: str, table: pl.DataFrame) -> Iterator[None]:
    """A frame that queries can join under a name, for as long as it takes; nothing is written."""
    con.register(name, table.to_arrow())
    try:
        yield
    finally:
        con.unregister(name)
