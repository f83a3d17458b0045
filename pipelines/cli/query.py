"""`newsmill query`."""

from __future__ import annotations

import datetime as dt
import json
import sys

import duckdb
import polars as pl

from newsmill.analyst.export import escape_formulas
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.types import Connection
from newsmill.warehouse.connection import is_damage, open_reader
from newsmill.warehouse.publish import DATABASE
from pipelines.cli.show import err, print_json, print_table


def query_command(
    settings: Settings, sql: str, *, as_json: bool, csv: bool, limit: int, allow_files: bool = False
) -> None:
    """Run one query on the published copy and print its rows.

    Without `allow_files` the query can't read or write other files, attach databases or change settings.

    Raises:
        UserError: when nothing is published, or DuckDB refuses the query.
    """
    with open_reader(settings.published / DATABASE) as con:
        if not allow_files:
            con.execute("set enable_external_access = false; set lock_configuration = true")
        frame = _rows(con, sql)
    if as_json:
        print_json(frame.to_dicts())
    elif csv:
        sys.stdout.write(escape_formulas(_flat(frame)).write_csv())
    else:
        print_table(frame.head(limit))
        if frame.height > limit:
            err.print(f"{limit:,} of {frame.height:,} rows; --limit prints more, --csv and --json print all")


def _rows(con: Connection, sql: str) -> pl.DataFrame:
    """Return the query's rows; values of a type that Polars lacks, such as an interval, as text."""
    try:
        if not con.extract_statements(sql):
            raise UserError("query", "it is empty", "write a query, e.g. `newsmill query 'from trends.topic_daily'`")
        con.execute(sql)
        try:
            frame = con.pl()
            if all(_is_printable(column) for column in frame):
                return frame
        except (pl.exceptions.PolarsError, duckdb.NotImplementedException):
            pass
        names = [name for name, *_ in con.description or []]
        rows = con.execute(sql).fetchall()
        return pl.DataFrame([_column(name, [row[i] for row in rows]) for i, name in enumerate(names)])
    except duckdb.PermissionException as error:
        hint = "query the tables of the published copy, or pass --allow-files"
        raise UserError("query", _one_line(error), hint) from error
    except duckdb.OutOfMemoryException as error:
        raise UserError("query", _one_line(error), "select fewer rows or columns, or aggregate them") from error
    except duckdb.Error as error:
        if is_damage(error):
            raise
        hint = "fix the SQL; `newsmill query 'show all tables'` lists the tables"
        raise UserError("query", str(error), hint) from error


def _is_printable(column: pl.Series) -> bool:
    """Return whether Python has all times of the column: Polars ends the process at others, such as infinity."""
    if column.dtype.is_nested():
        return "Date" not in str(column.dtype)
    if not isinstance(column.dtype, pl.Date | pl.Datetime):
        return True
    allowed = pl.Series([dt.datetime.min, dt.datetime.max], dtype=pl.Datetime("ms")).cast(column.dtype).to_physical()
    return bool(column.to_physical().drop_nulls().is_between(allowed[0], allowed[1]).all())


def _column(name: str, values: list[object]) -> pl.Series:
    try:
        return pl.Series(name, values)
    except (TypeError, pl.exceptions.PolarsError):
        return pl.Series(name, [None if value is None else str(value) for value in values], pl.String)


def _one_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with lists and structs as JSON, as `newsmill export` writes them; CSV has no cells for them."""
    return frame.with_columns(
        pl.Series(column.name, [None if value is None else _json(value) for value in column.to_list()], pl.String)
        for column in frame
        if column.dtype.is_nested()
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
