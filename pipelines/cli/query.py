"""`newsmill query`."""

from __future__ import annotations

import json
import sys

import duckdb
import polars as pl

from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_reader
from newsmill.warehouse.publish import DATABASE
from pipelines.cli.show import err, print_json, print_table


def query_command(settings: Settings, sql: str, *, as_json: bool, csv: bool, limit: int) -> None:
    """Run one query on the published copy and print its rows.

    Raises:
        UserError: when nothing is published, or DuckDB refuses the query.
    """
    with open_reader(settings.published / DATABASE) as con:
        try:
            frame = con.execute(sql).pl()
        except duckdb.Error as error:
            raise UserError(
                "query", str(error), "fix the SQL; `newsmill query 'show all tables'` lists the tables"
            ) from error
        except pl.exceptions.PolarsError as error:
            raise UserError(
                "query", str(error), "cast the column to a type that can be printed, e.g. `::varchar`"
            ) from error
    if as_json:
        print_json(frame.to_dicts())
    elif csv:
        sys.stdout.write(_flat(frame).write_csv())
    else:
        print_table(frame.head(limit))
        if frame.height > limit:
            err.print(f"{limit:,} of {frame.height:,} rows; --limit prints more, --csv and --json print all")


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with lists and structs as JSON, as `newsmill export` writes them; CSV has no cells for them."""
    return frame.with_columns(
        pl.Series(column.name, [None if value is None else _json(value) for value in column.to_list()], pl.String)
        for column in frame
        if column.dtype.is_nested()
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
