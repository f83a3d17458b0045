"""What an asset shows of itself in the UI: columns, row counts, a preview, a small chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import dagster as dg
import duckdb

from newsmill.report.preview import chart_markdown, table_markdown
from newsmill.table import Table

PREVIEW_ROWS = 6


def asset_key(table: str) -> dg.AssetKey:
    """`clean.pages` is the asset `clean/pages`."""
    return dg.AssetKey(table.split("."))


def table_spec(table: Table, deps: Sequence[str] = ()) -> dg.AssetSpec:
    """A table of the contract as an asset, with its grain and its columns."""
    return dg.AssetSpec(
        asset_key(table.name),
        deps=[asset_key(name) for name in deps],
        description=f"A row is {table.grain}.",
        metadata={**column_schema([(c.name, c.sql_type, c.text, c.required) for c in table.columns])},
    )


def column_schema(columns: Sequence[tuple[str, str, str, bool]]) -> dict[str, dg.TableMetadataValue | Any]:
    """Columns given as (name, type, description, required)."""
    shown = [
        dg.TableColumn(name, type_, description, dg.TableColumnConstraints(nullable=not required))
        for name, type_, description, required in columns
    ]
    return {"dagster/column_schema": dg.TableSchema(shown)}


def table_evidence(
    con: duckdb.DuckDBPyConnection, table: str, dates: Sequence[dt.date] | None = None
) -> dict[str, Any]:
    """Row count and a preview of one table: of its rows of the ingest dates, where they are given."""
    [(rows,)] = con.execute(f"select count(*) from {table}").fetchall()  # noqa: S608
    where, parameters = ("where list_contains(?, ingest_date)", [list(dates)]) if dates is not None else ("", [])
    preview = con.execute(f"select * from {table} {where} limit {PREVIEW_ROWS}", parameters).pl()  # noqa: S608
    return {
        "dagster/row_count": rows,
        "dagster/table_name": table,
        "preview": dg.MetadataValue.md(table_markdown(preview, PREVIEW_ROWS)),
    }


def count_partitions(
    context: dg.AssetExecutionContext, con: duckdb.DuckDBPyConnection, table: str, dates: Sequence[dt.date]
) -> None:
    """Give every partition of the run its own row count."""
    counts = con.execute(
        f"select ingest_date, count(*) from {table} where list_contains(?, ingest_date) group by all",  # noqa: S608
        [list(dates)],
    ).fetchall()
    for date, rows in counts:
        context.add_asset_metadata(
            {"dagster/partition_row_count": rows}, asset_key=asset_key(table), partition_key=date.isoformat()
        )


def chart_evidence(
    con: duckdb.DuckDBPyConnection, query: str, x: str, y: str, color: str | None, title: str
) -> dict[str, Any]:
    """A small chart of a query's rows; nothing where it has none."""
    frame = con.execute(query).pl()
    if frame.is_empty():
        return {}
    return {title: dg.MetadataValue.md(chart_markdown(frame, x, y, color, title))}


def quarantine_evidence(con: duckdb.DuckDBPyConnection, stage: str, dates: Sequence[dt.date]) -> dict[str, Any]:
    """Why records of the dates were set aside at a stage, with an example each."""
    reasons = con.execute(
        """
        select reason, count(*) as records, any_value(detail) as example
        from quality.quarantine where stage = ? and list_contains(?, ingest_date)
        group by reason order by records desc, reason
        """,
        [stage, list(dates)],
    ).pl()
    return {
        "quarantined": int(reasons["records"].sum()),
        "quarantine_reasons": dg.MetadataValue.md(table_markdown(reasons, reasons.height)),
    }
