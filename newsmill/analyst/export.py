"""Export of tables of the published copy to Parquet, CSV or XLSX.

Parquet has the same values as the table. CSV and XLSX have lists as JSON. In CSV, a text that a spreadsheet program
would run as a formula gets a leading apostrophe; in XLSX it is stored as text.
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

# The column that `since` and `until` filter, the first that a table has: the day its rows count on, else another date.
DAY_COLUMNS = ("day", "week", "end_day", "last_seen", "ingest_date", "checked_at", "labelled_at")

# Texts that a spreadsheet program may run as a formula, including leading whitespace and full-width forms.
FORMULA = r"^[\s\x00]*[=+\-@＝＋－＠]|^[\t\r\n]"

EXCEL_MAX_ROWS = 2**20 - 1
EXCEL_MAX_CHARS = 2**15 - 1

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
    """Write the table's rows to `target` and return their number. An error leaves no partial file.

    `format` is `parquet`, `csv` or `xlsx`. `topic`, `since` and `until` filter the rows.

    Raises:
        UserError: for an unknown table, a filter without a column, a file that can't be written, the missing extra
            `excel`, or more rows than a sheet can have.
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
        raise UserError(f"--out {target}", str(error).splitlines()[0], "name a file that is writable") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    return written


def escape_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with a leading apostrophe in texts that a spreadsheet program would run as a formula."""
    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).name.keep())


def _columns(con: Connection, table: str) -> Columns:
    """Return name and type of the table's columns. SQL only gets names from the catalog, never the user's text."""
    found: dict[str, dict[str, str]] = {}
    for name, column, data_type in con.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        "where not internal and database_name = current_database() order by 1, column_index"
    ).fetchall():
        found.setdefault(name, {})[column] = data_type
    if table not in found:
        near = difflib.get_close_matches(table, found, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"use one of {', '.join(sorted(found))}"
        raise UserError("--table", f"{table!r} is not a table of the published copy", hint)
    return found[table]


def _rows(
    table: str, columns: Columns, topic: str | None, since: dt.date | None, until: dt.date | None
) -> tuple[str, dict[str, object]]:
    conditions: list[str] = []
    parameters: dict[str, object] = {}
    if topic is not None:
        topic_conditions = [f"{name} = $topic" for name in ("topic", "topic_a", "topic_b") if name in columns]
        topic_conditions += ["list_contains(topics, $topic)"] if "topics" in columns else []
        if not topic_conditions:
            raise UserError("--topic", f"{table} has no topic column", "export analyst.pages or analyst.stories")
        conditions.append(f"({' or '.join(topic_conditions)})")
        parameters["topic"] = topic
    if since is not None or until is not None:
        day = next((name for name in DAY_COLUMNS if name in columns), None)
        if day is None:
            raise UserError("--since", f"{table} has no date column", "export it without --since and --until")
        for name, sign, value in (("since", ">=", since), ("until", "<=", until)):
            if value is not None:
                conditions.append(f"{day}::date {sign} ${name}")
                parameters[name] = value
    names = ", ".join(f'"{name}"' for name in columns)
    schema, _, name = table.partition(".")
    condition = f" where {' and '.join(conditions)}" if conditions else ""
    return f'select {names} from "{schema}"."{name}"{condition}', parameters  # noqa: S608  names from the catalog


def _require_target(target: Path, force: bool) -> None:
    where = f"--out {target}"
    if target.is_dir():
        raise UserError(where, "is a directory", "name a file in it")
    if not target.parent.is_dir():
        raise UserError(where, f"no such directory {target.parent}", "create it first")
    if target.exists() and not force:
        raise UserError(where, "the file exists", "add --force to overwrite it, or name another file")


def _require_excel(con: Connection, rows: str, parameters: dict[str, object]) -> None:
    if importlib.util.find_spec("xlsxwriter") is None:
        hint = "`pip install 'newsmill[excel]'`, or export as csv"
        raise UserError("--format xlsx", "the extra `excel` with XlsxWriter is not installed", hint)
    [(count,)] = con.execute(f"select count(*) from ({rows})", parameters).fetchall()  # noqa: S608
    if count > EXCEL_MAX_ROWS:
        problem = f"{count:,} rows, but a sheet can have {EXCEL_MAX_ROWS:,}"
        raise UserError("--format xlsx", problem, "filter with --since, --until or --topic, or export as csv")


def _as_text(columns: Columns, rows: str) -> str:
    """Return the query with lists as JSON and formulas escaped."""

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
    # By name, because the extra may not be installed where mypy runs.
    xlsxwriter = importlib.import_module("xlsxwriter")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with draft.open("wb") as file, xlsxwriter.Workbook(file, options) as workbook:
        frame.select(_excel_cell(name, dtype) for name, dtype in frame.schema.items()).write_excel(
            workbook,
            # A sheet's name can have 31 characters.
            worksheet=table[:31],
            dtype_formats={pl.Datetime: "yyyy-mm-dd hh:mm:ss", pl.Date: "yyyy-mm-dd", pl.Float64: "General"},
            freeze_panes=(1, 0),
        )
    return frame.height


def _excel_cell(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return the column as a sheet can store it: 64-bit integers become texts, and long texts are truncated."""
    column = pl.col(name)
    if isinstance(dtype, pl.List):
        # Wrapped in a struct, because Polars encodes only structs as JSON.
        text = pl.struct(value=column).struct.json_encode().str.strip_prefix('{"value":').str.strip_suffix("}")
        column = pl.when(column.is_not_null()).then(text).alias(name)
        dtype = pl.String()
    if dtype == pl.UInt64:
        return column.cast(pl.String)
    if dtype == pl.String:
        return (
            pl.when(column.str.len_chars() > EXCEL_MAX_CHARS)
            .then(column.str.head(EXCEL_MAX_CHARS - 1) + "…")
            .otherwise(column)
            .alias(name)
        )
    return column
