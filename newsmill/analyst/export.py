"""Whole tables of the published copy as Parquet, CSV or a spreadsheet.

Parquet holds what the table holds. In CSV and spreadsheets a list is written as JSON; in CSV a text that a spreadsheet
would run as a formula gets an apostrophe before it, in a spreadsheet it is a text like any other.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from newsmill.errors import UserError
from newsmill.sql import quote_literal
from newsmill.types import Connection

# By which column of a table `since` and `until` go: the day that its rows count for, else the day they came in.
DAYS = ("day", "week", "end_day", "last_seen", "ingest_date", "checked_at", "labelled_at")

# What a spreadsheet may take for a formula, also after blanks and in full-width forms.
FORMULA = r"^[\s\x00]*[=+\-@＝＋－＠]|^[\t\r\n]"

EXCEL_ROWS = 2**20 - 1
EXCEL_TEXT = 2**15 - 1

Columns = Mapping[str, str]


def export_table(
    con: Connection,
    table: str,
    format: str,
    target: Path,
    *,
    topic: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    force: bool = False,
) -> int:
    """Write the table's rows to `target`, whole or not at all, and return how many they are.

    `format` is `parquet`, `csv` or `xlsx`. `topic`, `since` and `until` keep some of the rows.

    Raises:
        UserError: for a table that isn't there, a filter it has no column for, a file that may not be written, the
            missing extra `excel`, or more rows than a spreadsheet holds.
    """
    columns = _columns(con, table)
    rows, parameters = _rows(table, columns, topic, since, until)
    if format == "xlsx":
        _require_excel(con, rows, parameters)
    draft = target.with_name(f".{target.name}.draft")
    try:
        _require_target(target, force)
        if format == "xlsx":
            written = _write_excel(con.execute(rows, parameters).pl(), draft, table)
        else:
            written = _copy(con, _as_text(columns, rows) if format == "csv" else rows, parameters, format, draft)
        draft.replace(target)
    except (OSError, duckdb.IOException) as error:
        raise UserError(f"--out {target}", str(error).splitlines()[0], "name a file that can be written") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    return written


def _columns(con: Connection, table: str) -> Columns:
    """Name and type of the table's columns, by the catalog: no name reaches SQL that doesn't stand there."""
    found: dict[str, dict[str, str]] = {}
    for name, column, data_type in con.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        "where not internal and database_name = current_database() order by 1, column_index"
    ).fetchall():
        found.setdefault(name, {})[column] = data_type
    if table not in found:
        near = difflib.get_close_matches(table, found, n=3, cutoff=0.5)
        meant = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(found))}"
        raise UserError("--table", f"{table!r} is no table of the published copy", meant)
    return found[table]


def _rows(
    table: str, columns: Columns, topic: str | None, since: dt.date | None, until: dt.date | None
) -> tuple[str, dict[str, object]]:
    wanted: list[str] = []
    parameters: dict[str, object] = {}
    if topic is not None:
        of_topic = [f"{name} = $topic" for name in ("topic", "topic_a", "topic_b") if name in columns]
        of_topic += ["list_contains(topics, $topic)"] if "topics" in columns else []
        if not of_topic:
            raise UserError("--topic", f"{table} has no topics", "export analyst.pages or analyst.stories, which have")
        wanted.append(f"({' or '.join(of_topic)})")
        parameters["topic"] = topic
    if since is not None or until is not None:
        day = next((name for name in DAYS if name in columns), None)
        if day is None:
            raise UserError("--since", f"{table} has no day", "export it whole, without --since and --until")
        for name, sign, value in (("since", ">=", since), ("until", "<=", until)):
            if value is not None:
                wanted.append(f"{day}::date {sign} ${name}")
                parameters[name] = value
    names = ", ".join(f'"{name}"' for name in columns)
    schema, _, name = table.partition(".")
    condition = f" where {' and '.join(wanted)}" if wanted else ""
    return f'select {names} from "{schema}"."{name}"{condition}', parameters  # noqa: S608  names are the catalog's


def _require_target(target: Path, force: bool) -> None:
    where = f"--out {target}"
    if target.is_dir():
        raise UserError(where, "it is a folder", "name a file in it")
    if not target.parent.is_dir():
        raise UserError(where, f"there is no folder {target.parent}", "make it first")
    if target.exists() and not force:
        raise UserError(where, "the file is there already", "say --force to overwrite it, or name another")


def _require_excel(con: Connection, rows: str, parameters: dict[str, object]) -> None:
    if importlib.util.find_spec("xlsxwriter") is None:
        hint = "`pip install 'newsmill[excel]'`, or export as csv"
        raise UserError("--format xlsx", "the extra `excel` with XlsxWriter is not installed", hint)
    [(count,)] = con.execute(f"select count(*) from ({rows})", parameters).fetchall()  # noqa: S608
    if count > EXCEL_ROWS:
        problem = f"{count:,} rows, and a sheet holds {EXCEL_ROWS:,}"
        raise UserError("--format xlsx", problem, "keep some of them by --since, --until or --topic, or export as csv")


def _as_text(columns: Columns, rows: str) -> str:
    """The rows with lists as JSON, and no text that a spreadsheet runs."""

    def cell(name: str, data_type: str) -> str:
        if data_type.endswith("[]"):
            return f'to_json("{name}")::varchar as "{name}"'
        if data_type == "VARCHAR":
            return f'if(regexp_matches("{name}", {quote_literal(FORMULA)}), \'\'\'\' || "{name}", "{name}") as "{name}"'
        return f'"{name}"'

    return f"select {', '.join(cell(name, data_type) for name, data_type in columns.items())} from ({rows})"  # noqa: S608


def _copy(con: Connection, rows: str, parameters: dict[str, object], format: str, draft: Path) -> int:
    options = "format parquet, compression zstd" if format == "parquet" else "format csv, header"
    [(written,)] = con.execute(f"copy ({rows}) to {quote_literal(str(draft))} ({options})", parameters).fetchall()
    return int(written)


def _write_excel(frame: pl.DataFrame, draft: Path, table: str) -> int:
    # By name, since it is an extra that type checkers may not find.
    xlsxwriter = importlib.import_module("xlsxwriter")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with draft.open("wb") as file, xlsxwriter.Workbook(file, options) as workbook:
        frame.select(_excel_cell(name, dtype) for name, dtype in frame.schema.items()).write_excel(
            workbook,
            # A sheet's name has 31 characters at most.
            worksheet=table[:31],
            dtype_formats={pl.Datetime: "yyyy-mm-dd hh:mm:ss", pl.Date: "yyyy-mm-dd", pl.Float64: "General"},
            freeze_panes=(1, 0),
        )
    return frame.height


def _excel_cell(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column as a sheet can hold it: numbers of 64 bits lose digits there, and long texts are refused."""
    column = pl.col(name)
    if isinstance(dtype, pl.List):
        # In a struct, since lists alone have no JSON in Polars.
        text = pl.struct(value=column).struct.json_encode().str.strip_prefix('{"value":').str.strip_suffix("}")
        column = pl.when(column.is_not_null()).then(text).alias(name)
        dtype = pl.String()
    if dtype == pl.UInt64:
        return column.cast(pl.String)
    if dtype == pl.String:
        return (
            pl.when(column.str.len_chars() > EXCEL_TEXT)
            .then(column.str.head(EXCEL_TEXT - 1) + "…")
            .otherwise(column)
            .alias(name)
        )
    return column
